// `npm run test:vscode`: the packaged extension in a real VS Code workbench, used through headless Chromium: once with
// the server as a process, once with it in a browser's worker, once with several folders that are not trusted. Pictures go
// to client/dist/screenshots.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { packageExtension } from "../../packaging/package.mjs";
import { eventually } from "./probes.mjs";
import { useExtension } from "./scenario.mjs";
import { findChromium, setUpWorkbench } from "./setup.mjs";
import { startWorkbench } from "./start.mjs";
import { makeWorkspace, useWorkspace } from "./workspace.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const pictures = join(root, "client/dist/screenshots");
const chosen = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const variants = chosen.length > 0 ? chosen : ["process", "worker", "workspace"];

/** With `--pictures` those of the README and the walkthrough are taken anew. */
const takesPictures = process.argv.includes("--pictures");
const published = [
  ...["problems", "hover", "simulated-hover", "simulation-failing", "path", "quick-fix", "severity"],
  ...["rule", "status", "select-kernel"],
];

/** Settings that keep the editor from typing by itself, and that move the extension where it is to run. */
const settings = {
  "editor.autoClosingBrackets": "never",
  "editor.quickSuggestions": { other: "off", comments: "off", strings: "off" },
  "editor.acceptSuggestionOnEnter": "off",
  "editor.suggestOnTriggerCharacters": false,
  "editor.parameterHints.enabled": false,
  "editor.autoIndent": "none",
  "editor.minimap.enabled": false,
  "workbench.colorTheme": "Default Dark Modern",
  "window.commandCenter": false,
};

const executablePath = findChromium();
const workbench = setUpWorkbench();
const state = mkdtempSync(join(tmpdir(), "pinscope-workbench-"));
rmSync(pictures, { recursive: true, force: true });
mkdirSync(pictures, { recursive: true });
try {
  const extension = join(state, "pinscope.vsix");
  await packageExtension(extension, join(state, "package"));
  for (const variant of variants) await test(variant, extension);
  if (takesPictures)
    for (const name of published)
      cpSync(join(pictures, `${name}.png`), join(root, `client/media/${name}.png`));
} finally {
  rmSync(state, { recursive: true, force: true, maxRetries: 5 });
}

async function test(variant, extension) {
  const began = performance.now();
  const home = join(state, variant);
  const folder = join(home, "folder");
  cpSync(fileURLToPath(new URL("folder", import.meta.url)), folder, { recursive: true });
  const inWorker = variant === "worker";
  const restricted = variant === "workspace";
  const places = restricted ? makeWorkspace(join(folder, "driver.c"), join(home, "places")) : null;
  const running = await startWorkbench(workbench, join(home, "workbench"), {
    extension,
    restricted,
    settings: { ...settings, ...(inWorker && { "remote.extensionKind": { "pinscope.pinscope": ["web"] } }) },
  });
  const browser = await chromium.launch({
    executablePath,
    args: ["--no-sandbox"],
    env: { ...process.env, HOME: home, XDG_CONFIG_HOME: home, XDG_CACHE_HOME: home },
  });
  const shot = (page) => async (name) => {
    // What appears slowly has come by then.
    await page.waitForTimeout(500);
    await page.screenshot({ path: join(pictures, `${inWorker ? "worker-" : ""}${name}.png`) });
  };
  try {
    const page = await browser.newPage({ viewport: { width: 1180, height: 720 }, reducedMotion: "reduce" });
    const said = [];
    page.on("console", (message) => said.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => said.push(String(error)));
    const servers = () => serversBelow(running.pid);
    const step = async (name, run) => {
      const started = performance.now();
      try {
        await run();
      } catch (error) {
        await shot(page)("failure");
        process.stderr.write(
          `${logsOf(join(home, "workbench/user/logs"))}--- the page\n${said.slice(-40).join("\n")}\n`,
        );
        throw new Error(`${variant}: ${name}: ${error.message}`, { cause: error });
      }
      process.stdout.write(`${variant}: ${name} (${Math.round(performance.now() - started)} ms)\n`);
    };
    if (places !== null) {
      await page.goto(running.page(places.file, "kernel/drivers/misc/grab.c"));
      await useWorkspace({ page, places, step, shot: shot(page) });
      process.stdout.write(`${variant}: all in ${Math.round((performance.now() - began) / 1000)} s\n`);
      return;
    }
    await step("a file that names nothing of interest starts no server", async () => {
      await page.goto(running.page(folder, "plain.c"));
      await page.locator('.monaco-editor[data-uri$="/plain.c"]').waitFor({ timeout: 60_000 });
      await eventually("the extension is active", async () => {
        const logs = logsOf(join(home, "workbench/user/logs"));
        return inWorker || /_doActivateExtension pinscope\.pinscope/.test(logs) || "not yet";
      });
      // Time for a server to come up, if one did.
      await page.waitForTimeout(1500);
      if (servers().length > 0) throw new Error(`servers run: ${servers()}`);
    });
    await page.goto(running.page(folder, "driver.c"));
    await useExtension({ page, folder, step, shot: shot(page), servers: inWorker ? null : servers });
    if (inWorker && servers().length > 0) throw new Error("a process was started, too");
    process.stdout.write(`${variant}: all in ${Math.round((performance.now() - began) / 1000)} s\n`);
  } finally {
    await browser.close();
    running.stop();
  }
}

/** The last lines of what the extension and its host wrote. */
function logsOf(folder) {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => /(Pinscope|exthost)[^/]*\.log$/.test(path))
    .map(
      (path) =>
        `--- ${path}\n${readFileSync(join(folder, path), "utf8").split("\n").slice(-30).join("\n")}\n`,
    )
    .join("");
}

/** Process ids of language servers among the descendants of a process. Linux. */
function serversBelow(ancestor) {
  const parents = new Map();
  const servers = [];
  for (const id of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${id}/stat`, "utf8");
      parents.set(Number(id), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
      if (readFileSync(`/proc/${id}/cmdline`, "utf8").includes("server/dist/lsp.mjs"))
        servers.push(Number(id));
    } catch {
      // It has ended meanwhile.
    }
  }
  return servers.filter((id) => {
    for (let at = id; at > 1; at = parents.get(at) ?? 0) if (at === ancestor) return true;
    return false;
  });
}
