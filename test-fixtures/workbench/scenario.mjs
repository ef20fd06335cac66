// What is tested in the workbench, step by step. The same for a server in a process and for one in a worker.
import { deepEqual, ok } from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { editorOf } from "./editor.mjs";
import { eventually, statusOf } from "./probes.mjs";

/** Milliseconds to wait for what the editor has to show. */
const patience = 20_000;

/**
 * @param shot takes a picture under a name; @param step names what is tested next.
 */
export async function useExtension({ page, folder, step, shot, servers }) {
  const driver = editorOf(page, "driver.c");
  const count = (locator, wanted) => async () => {
    const found = await locator.count();
    return found === wanted ? true : found;
  };
  /** The texts of Problems; the panel is open. */
  const problems = async () =>
    (await driver.problems.allInnerTexts()).map((text) => text.replace(/\s+/g, " "));
  const problemsAre = (what, wanted) =>
    eventually(what, async () => {
      const texts = (await problems()).filter((text) => text.includes("pinscope"));
      return (
        (texts.length === wanted.length && wanted.every((one, index) => one.test(texts[index]))) || texts
      );
    });

  /** The menu of quick fixes of a line; asked for again where the editor was still busy with what came before. */
  const quickFixes = async (line) => {
    const actions = page.locator(".action-widget .monaco-list-row.action");
    await driver.goTo(line, 4);
    await eventually(`quick fixes of line ${line}`, async () => {
      await driver.press("Control+.");
      await page.waitForTimeout(2000);
      return (await actions.count()) > 0;
    });
    return actions;
  };

  await step("squiggles at the right ranges", async () => {
    await driver.editor.waitFor({ timeout: patience });
    await driver.squiggles().first().waitFor({ timeout: patience });
    await eventually("marks below put_page(page)", async () => {
      const places = await driver.places("put_page(page)");
      const mark = places?.marks[0];
      return (
        (mark !== undefined &&
          places.marks.length === 1 &&
          Math.abs(mark.left - places.text.left) < 3 &&
          Math.abs(mark.right - places.text.right) < 3) ||
        places
      );
    });
  });

  await step("code lenses", async () => {
    await eventually("lenses", async () => {
      const texts = await driver.lenses.allInnerTexts();
      const wanted = [
        "1 acquisition · mismatched-release at line 14 · Show path",
        "Simulate",
        "1 acquisition · leaks at line 40 (`err_map`) · Show path",
        "Simulate",
      ];
      return texts.join("\n") === wanted.join("\n") || texts;
    });
  });

  await step("Problems with the path as notes", async () => {
    await driver.command("Problems: Focus on Problems View");
    await problemsAre("Problems", [
      /Pinned pages are let go with put_page\(\).*\[Ln 14, Col 2\]/,
      /still held at this return.*\[Ln 40, Col 2\]/,
    ]);
    await eventually("notes", async () => {
      const texts = await problems();
      return texts.some((text) => /\[Ln 25, Col 8\] ?: 1\/3 pages are pinned here/.test(text)) || texts;
    });
    await shot("problems");
  });

  await step("hover on a call", async () => {
    await driver.goTo(25, 12);
    await driver.command("Show or Focus Hover");
    const hover = page.locator(".monaco-hover:visible").last();
    await hover.waitFor({ timeout: patience });
    await eventually("hover", async () => {
      const text = (await page.locator(".monaco-hover:visible").allInnerTexts()).join("\n");
      return (/pin_user_pages_fast\(/.test(text) && /unpin_user_page/.test(text)) || text;
    });
    await shot("hover");
    await driver.press("Escape");
  });

  await step("hover on a variable tells what the simulation makes of it there", async () => {
    await driver.goTo(25, 55);
    await driver.command("Show or Focus Hover");
    await eventually("hover", async () => {
      const text = (await page.locator(".monaco-hover:visible").allInnerTexts()).join("\n");
      return (
        (/success path \(returns 0, balanced\): page not set → pinned, refcount 1025, anon/.test(text) &&
          /pin_user_pages_fast\(\) at line 25 fails \(returns -\d+, balanced\): page not set/.test(text)) ||
        text
      );
    });
    await shot("simulated-hover");
    await driver.press("Escape");
  });

  await step("the path by a code lens", async () => {
    // Elsewhere, so that no hover lies above the lens.
    await driver.goTo(22);
    await driver.lenses.filter({ hasText: "leaks at line 40" }).first().click({ timeout: patience });
    const rows = page.locator(".quick-input-list .monaco-list-row");
    await eventually("steps of the path", async () => {
      const texts = await rows.allInnerTexts();
      return (
        (texts.length === 3 && /^1\. .*pinned here/.test(texts[0]) && /still held/.test(texts[2])) || texts
      );
    });
    await shot("path");
    await driver.press("Escape");
    await page.locator(".quick-input-widget").waitFor({ state: "hidden" });
  });

  const reports = page.locator("iframe.webview.ready");
  const report = reports.last().contentFrame().frameLocator("#active-frame");
  const closeReport = async () => {
    const tab = page.locator(".tab", { hasText: "read_page()" });
    await tab.locator(".tab-actions a").click();
    await tab.waitFor({ state: "detached" });
    await driver.goTo(1);
  };
  const selectionIs = (line) =>
    eventually(`line ${line} is selected`, async () => {
      const text = await page.locator("#status\\.editor\\.selection").textContent();
      return new RegExp(`Ln ${line},`).test(text) || text;
    });

  await step("a function is simulated by its lens, under a scenario that is picked", async () => {
    await driver.goTo(22);
    await driver.lenses.filter({ hasText: "Simulate" }).last().click({ timeout: patience });
    const rows = page.locator(".quick-input-list .monaco-list-row");
    await eventually("scenarios", async () => {
      const texts = (await rows.allInnerTexts()).map((text) => text.split("\n")[0]);
      return (
        (texts[0]?.startsWith("Success path") && texts.some((text) => /^dma_map\w*\(\) fails/.test(text))) ||
        texts
      );
    });
    await shot("scenarios");
    await driver.press("Enter");
    await report.locator("h1", { hasText: "read_page()" }).waitFor({ timeout: patience });
    await report.locator(".verdict.right").waitFor({ timeout: patience });
    await driver.command("View: Hide Panel");
    await driver.command("View: Toggle Primary Side Bar Visibility");
    await shot("simulation");
  });

  await step("lines of the report lead to the code", async () => {
    await report.locator("a.to-line", { hasText: "36" }).first().click({ timeout: patience });
    await selectionIs(36);
    await shot("simulation-line");
  });

  await step("the scenario is changed from the report", async () => {
    await report.locator("h1").click();
    await page.locator(".editor-actions .codicon-beaker").click({ timeout: patience });
    await page.locator(".quick-input-widget input.input:focus").fill("dma_map_page");
    await driver.press("Enter");
    await report.locator(".verdict.wrong").waitFor({ timeout: patience });
    await shot("simulation-failing");
    await closeReport();
  });

  await step("selected lines are simulated", async () => {
    await driver.goTo(31);
    await driver.press("Shift+ArrowDown", "Shift+ArrowDown");
    const actions = page.locator(".action-widget .monaco-list-row.action");
    await eventually("actions on the selection", async () => {
      await driver.press("Control+.");
      await page.waitForTimeout(2000);
      return (await actions.count()) > 0;
    });
    await actions.filter({ hasText: "Simulate these lines" }).first().click();
    await report.locator("h1", { hasText: "read_page()" }).waitFor({ timeout: patience });
    await page.locator(".tab", { hasText: "read_page(): lines 31 to 32" }).waitFor({ timeout: patience });
    await report.locator(".imbalances").waitFor({ timeout: patience });
    await shot("lines");
    await closeReport();
  });

  await step("the path of a finding is replayed by its quick fix", async () => {
    const actions = await quickFixes(40);
    await actions.filter({ hasText: "Replay this path" }).first().click();
    await report.locator("h1", { hasText: "read_page()" }).waitFor({ timeout: patience });
    await report.locator(".imbalances").waitFor({ timeout: patience });
    await shot("replay");
    await closeReport();
    await driver.command("View: Toggle Primary Side Bar Visibility");
    await driver.command("Problems: Focus on Problems View");
  });

  await step("typing a release makes the leak go away, deleting it brings it back", async () => {
    await driver.goTo(39);
    await driver.type("\tunpin_user_page(page);");
    await problemsAre("one problem less", [/put_page\(\)/]);
    await shot("typed");
    await driver.press("Shift+Home", "Delete", "Shift+Home", "Delete");
    await problemsAre("it is back", [/put_page\(\)/, /still held at this return/]);
  });

  await step("settings change severities at once", async () => {
    await eventually("no information yet", count(driver.squiggles("info"), 0));
    mkdirSync(join(folder, ".vscode"), { recursive: true });
    const settings = join(folder, ".vscode/settings.json");
    writeFileSync(settings, '{ "pinscope.rules": { "leaked-pages": "information" } }');
    await driver.goTo(40);
    await eventually("one information", count(driver.squiggles("info"), 1));
    await shot("severity");
    writeFileSync(settings, '{ "pinscope.rules": { "leaked-pages": "off" } }');
    await problemsAre("the rule is off", [/put_page\(\)/]);
    writeFileSync(settings, "{}");
    await problemsAre("the rule is on", [/put_page\(\)/, /still held at this return/]);
  });

  if (servers !== null)
    await step("a server that dies comes back", async () => {
      const before = servers();
      deepEqual(before.length, 1);
      process.kill(before[0], "SIGKILL");
      await eventually("another server", async () => {
        const now = servers();
        return (now.length === 1 && now[0] !== before[0]) || now;
      });
      await driver.goTo(39);
      await driver.type("\tunpin_user_page(page);");
      await problemsAre("it checks", [/put_page\(\)/]);
      await driver.press("Shift+Home", "Delete", "Shift+Home", "Delete");
      await problemsAre("it checks again", [/put_page\(\)/, /still held at this return/]);
    });

  await step("a quick fix puts the right release", async () => {
    const actions = await quickFixes(14);
    const titles = await actions.allInnerTexts();
    ok(
      titles.some((title) => title.includes("unpin_user_page()")),
      titles.join("\n"),
    );
    await shot("quick-fix");
    await actions.filter({ hasText: "unpin_user_page()" }).first().click();
    await problemsAre("the finding is gone", [/still held at this return/]);
    await driver.press("Control+s");
    await eventually("it is saved", async () => {
      const line = readFileSync(join(folder, "driver.c"), "utf8").split("\n")[13];
      return line === "\tunpin_user_page(page);" || line;
    });
  });

  await step("a finding is accepted into the baseline", async () => {
    const actions = await quickFixes(40);
    await actions.filter({ hasText: "add it to the baseline" }).first().click();
    await problemsAre("nothing is left", []);
    await eventually("no marks", count(driver.squiggles(), 0));
    await shot("baseline");
  });

  await step("what was accepted stays so in a window that is opened anew", async () => {
    await page.reload();
    await driver.editor.waitFor({ timeout: patience });
    await statusOf(page, shot).statusIs("status", /Pinscope: 0 findings, kernel/);
    await eventually("no marks", count(driver.squiggles(), 0));
  });

  await step("a rule is explained", async () => {
    await driver.command("Pinscope: Explain Rule");
    const rows = page.locator(".quick-input-list .monaco-list-row");
    await rows.filter({ hasText: "leaked-pages" }).first().click();
    const preview = page.frameLocator("iframe.webview.ready").frameLocator("#active-frame");
    await preview.locator("h1", { hasText: "leaked-pages" }).waitFor({ timeout: patience });
    await shot("rule");
  });

  await step("a file is checked by a command, which says what was read", async () => {
    await page.locator(".explorer-folders-view .monaco-list-row", { hasText: "driver.c" }).dblclick();
    await driver.editor.waitFor();
    await driver.command("Pinscope: Check This File");
    await page
      .locator(".notification-toast", {
        hasText: "driver.c: 0 findings; 2 of 2 functions followed for kernel",
      })
      .waitFor({ timeout: patience });
    await shot("checked");
  });

  await step("the server is restarted by a command, and its output is shown", async () => {
    const before = servers?.() ?? [];
    await driver.command("Pinscope: Restart Server");
    if (servers !== null)
      await eventually("another server", async () => {
        const now = servers();
        return (now.length === 1 && now[0] !== before[0]) || now;
      });
    await driver.command("Pinscope: Show Output");
    await page.locator(".panel .monaco-select-box, .panel select").first().waitFor({ timeout: patience });
    await eventually("the output is Pinscope's", async () => {
      const shown = await page.locator(".panel").first().textContent();
      return /Pinscope/.test(shown) || shown;
    });
    await shot("output");
  });

  if (servers === null)
    await step("whole workspaces are not checked in a browser, which is said", async () => {
      await driver.command("Pinscope: Check Workspace");
      await page
        .locator(".notification-toast", { hasText: "In a browser Pinscope checks the files that are open." })
        .waitFor({ timeout: patience });
    });

  await step("the walkthrough opens", async () => {
    await driver.command("Pinscope: Open Walkthrough");
    await page.getByText("Who holds a page?").first().waitFor({ timeout: patience });
    // Beside other parts of the window there is no room for pictures.
    const hide = (part, title) =>
      eventually(`${part} is hidden`, async () => {
        const shown = page.locator(part);
        if (await shown.isVisible()) await driver.command(title);
        await page.waitForTimeout(500);
        return !(await shown.isVisible());
      });
    await hide(".part.panel", "View: Hide Panel");
    await hide(".part.sidebar", "View: Toggle Primary Side Bar Visibility");
    for (const title of ["Open kernel C", "Follow the path", "Fix it, or accept it", "Choose the kernel"]) {
      await page.locator(".getting-started-step", { hasText: title }).first().click({ timeout: patience });
      await eventually(`a picture beside ${title}`, async () => {
        const widths = await page
          .locator(".getting-started-media img")
          .evaluateAll((images) => images.map((image) => Math.min(image.naturalWidth, image.clientWidth)));
        return widths.some((width) => width > 0) || widths;
      });
    }
    await shot("walkthrough");
  });
}
