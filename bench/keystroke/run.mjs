// Bundles the keystroke bench and runs it; see main.ts for what it measures and its options.
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

const folder = resolve("node_modules/.cache/pinscope-bench");
mkdirSync(folder, { recursive: true });
const outfile = resolve(folder, "keystroke.mjs");
await build({
  entryPoints: ["bench/keystroke/main.ts"],
  outfile,
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  external: ["web-tree-sitter", "tree-sitter", "tree-sitter-c"],
  logLevel: "warning",
});
const { run } = await import(pathToFileURL(outfile).href);
process.exitCode = await run(process.argv.slice(2));
