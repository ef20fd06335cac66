// Bundles a program of this folder and runs it: node bench/run.mjs NAME [OPTION…]. NAME is a folder; its main.ts says what
// it does and which options it takes, and either runs by itself or exports `run`, which may answer with an exit code.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

const [name = "", ...args] = process.argv.slice(2);
// Below node_modules, so that what is not bundled is found.
const outdir = resolve("node_modules/.cache/pinscope-bench", name);
await build({
  entryPoints: ["main", "worker"].map((one) => `bench/${name}/${one}.ts`).filter(existsSync),
  outdir,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  mainFields: ["module", "main"],
  external: ["web-tree-sitter", "tree-sitter", "tree-sitter-c", "@vscode/ripgrep-universal"],
  logLevel: "warning",
  sourcemap: "inline",
  banner: {
    js: "import { createRequire as bundleRequire } from 'node:module'; const require = bundleRequire(import.meta.url);",
  },
});
process.argv.splice(2, Number.POSITIVE_INFINITY, ...args);
const { run } = await import(pathToFileURL(resolve(outdir, "main.mjs")).href);
if (run !== undefined) process.exitCode = await run(args);
