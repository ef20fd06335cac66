// `npm run try`: a VS Code workbench with the extension, in a browser on this machine. Ends with Ctrl+C.
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { packageExtension } from "../../packaging/package.mjs";
import { setUpWorkbench } from "./setup.mjs";
import { startWorkbench } from "./start.mjs";

const workbench = setUpWorkbench();
const state = mkdtempSync(join(tmpdir(), "pinscope-try-"));
const [given] = process.argv.slice(2);
const folder = given === undefined ? join(state, "folder") : resolve(given);
if (given === undefined)
  cpSync(fileURLToPath(new URL("folder", import.meta.url)), folder, { recursive: true });
const extension = join(state, "pinscope.vsix");
await packageExtension(extension, join(state, "package"));
const running = await startWorkbench(workbench, join(state, "workbench"), { extension });
process.stdout.write(
  `\nOpen ${running.page(folder, given === undefined ? "driver.c" : undefined)}\nCtrl+C ends it.\n`,
);
const end = () => {
  running.stop();
  setTimeout(() => {
    rmSync(state, { recursive: true, force: true, maxRetries: 5 });
    process.exit(0);
  }, 1000);
};
process.on("SIGINT", end);
process.on("SIGTERM", end);
