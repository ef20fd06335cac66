// Bundles the server and the bench, and runs it; see main.ts for what it measures and its options.
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

const folder = resolve("node_modules/.cache/pinscope-bench");
mkdirSync(folder, { recursive: true });
const server = resolve(folder, "server");
const built = spawnSync(process.execPath, ["build.mjs", server], { encoding: "utf8" });
if (built.status !== 0) throw new Error(built.stderr);
const outfile = resolve(folder, "keystroke-lsp.mjs");
await build({
  entryPoints: ["bench/keystroke-lsp/main.ts"],
  outfile,
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  logLevel: "warning",
  banner: {
    js: "import { createRequire as bundleRequire } from 'node:module'; const require = bundleRequire(import.meta.url);",
  },
});
const { run } = await import(pathToFileURL(outfile).href);
process.exitCode = await run(process.argv.slice(2), resolve(server, "pinscope.mjs"));
