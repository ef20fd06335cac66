// What is tested of several folders in one window that is not trusted: a kernel tree of an older version and a module
// outside of any. Step by step, with the server as a process.
import { ok } from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { editorOf } from "./editor.mjs";
import { eventually, statusOf } from "./probes.mjs";

/** Milliseconds to wait for what the editor has to show. */
const patience = 20_000;

/** Milliseconds in which the extension has to be active. */
const activationLimit = 1000;

/** Makes the folders from the tests' own driver. Answers with the file that opens both. */
export function makeWorkspace(driver, home) {
  const kernel = join(home, "kernel");
  const module = join(home, "module");
  mkdirSync(join(kernel, "drivers/misc"), { recursive: true });
  mkdirSync(module, { recursive: true });
  writeFileSync(join(kernel, "Makefile"), "VERSION = 5\nPATCHLEVEL = 10\nSUBLEVEL = 7\n");
  cpSync(driver, join(kernel, "drivers/misc/grab.c"));
  cpSync(driver, join(kernel, "drivers/misc/closed.c"));
  cpSync(driver, join(module, "take.c"));
  // What is ignored is not checked.
  writeFileSync(join(kernel, ".gitignore"), "generated.c\n");
  mkdirSync(join(kernel, ".git"));
  cpSync(driver, join(kernel, "generated.c"));
  const file = join(home, "both.code-workspace");
  writeFileSync(file, JSON.stringify({ folders: [{ path: "kernel" }, { path: "module" }], settings: {} }));
  return { file, kernel, module };
}

/** @param places what `makeWorkspace` made; @param shot takes a picture under a name; @param step names what is next. */
export async function useWorkspace({ page, places, step, shot }) {
  const grab = editorOf(page, "grab.c");
  const take = editorOf(page, "take.c");
  const { status, statusIs } = statusOf(page, shot);
  const toast = (text) => page.locator(".notification-toast", { hasText: text });
  const problems = async () => (await grab.problems.allInnerTexts()).map((text) => text.replace(/\s+/g, " "));
  const open = async (editor, name) => {
    await page.locator(".explorer-folders-view .monaco-list-row", { hasText: name }).dblclick();
    await editor.editor.waitFor({ timeout: patience });
  };

  await step("it works in restricted mode", async () => {
    await grab.editor.waitFor({ timeout: patience });
    await page.locator(".statusbar-item", { hasText: "Restricted Mode" }).waitFor({ timeout: patience });
    // The other mark lies below what is shown.
    await grab.squiggles().first().waitFor({ timeout: patience });
    await shot("restricted");
  });

  await step("it is active in less than a second", async () => {
    await grab.command("Developer: Show Running Extensions");
    const row = page.locator(".runtime-extensions-editor .monaco-list-row", { hasText: "Pinscope" }).first();
    await row.waitFor({ timeout: patience });
    const text = await row.textContent();
    const [, milliseconds] = /Activation: (\d+)ms/.exec(text) ?? [];
    ok(Number(milliseconds) < activationLimit, text);
    process.stdout.write(`  activation: ${milliseconds} ms\n`);
    await grab.press("Control+w");
  });

  await step("the status item tells figures and the folder's kernel", async () => {
    await open(grab, "grab.c");
    await statusIs("status", /Pinscope: 2 findings, kernel 5\.10\.7 .*2 of 2 functions followed .*ms/);
    await open(take, "take.c");
    await statusIs("status of the other folder", /Pinscope: 2 findings, kernel (?!5\.10)\d+\.\d+/);
    await status("status");
  });

  await step("a comment suppresses a finding outside kernel trees", async () => {
    await take.goTo(40, 4);
    const actions = page.locator(".action-widget .monaco-list-row.action");
    const menu = async () => {
      await eventually("quick fixes", async () => {
        await take.press("Control+.");
        await page.waitForTimeout(1500);
        return (await actions.count()) > 0;
      });
      return actions.allInnerTexts();
    };
    ok((await menu()).some((title) => title.includes("Suppress leaked-pages here")));
    await shot("suppress");
    await actions.filter({ hasText: "Suppress leaked-pages here" }).first().click();
    await eventually(
      "no mark at the end of the file",
      async () => (await take.squiggles("error").count()) === 0,
    );
    await take.press("Control+s");
    await eventually("the comment is saved", () =>
      /pinscope-ignore leaked-pages/.test(readFileSync(join(places.module, "take.c"), "utf8")),
    );
    await open(grab, "grab.c");
    await grab.goTo(40, 4);
    const inTree = await menu();
    ok(inTree.some((title) => title.includes("add it to the baseline")));
    ok(!inTree.some((title) => title.includes("Suppress")), inTree.join("\n"));
    await grab.press("Escape");
  });

  await step("the whole workspace is checked, what is ignored left out", async () => {
    await grab.command("Pinscope: Check Workspace");
    await toast("5 findings in 3 of 3 files.").waitFor({ timeout: patience });
    await grab.command("Problems: Focus on Problems View");
    await eventually("Problems of a file that is not open", async () => {
      const texts = await problems();
      return texts.some((text) => text.startsWith("closed.c")) || texts;
    });
    ok(!(await problems()).some((text) => text.startsWith("generated.c")));
    await shot("workspace");
  });

  await step("a kernel version is selected", async () => {
    await grab.command("Pinscope: Select Kernel Version");
    await page.locator(".quick-input-list .monaco-list-row", { hasText: "4.19" }).first().waitFor();
    await shot("select-kernel");
    await page.locator(".quick-input-list .monaco-list-row", { hasText: "4.19" }).first().click();
    await open(grab, "grab.c");
    await statusIs("the status follows", /kernel 4\.19/);
    await eventually("it is written down", () =>
      /"pinscope\.kernel": "4\.19"/.test(readFileSync(places.file, "utf8")),
    );
    await grab.command("Problems: Focus on Problems View");
    // Before 5.6 no two families are told apart: of two findings one is left, also in the file that is not open.
    await eventually("Problems follow", async () => {
      const heads = (await problems()).filter((text) => text.includes(" • drivers/misc"));
      return (heads.length === 2 && heads.every((text) => text.endsWith(" 1"))) || heads;
    });
    await shot("kernel");
  });
}
