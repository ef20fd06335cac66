// Bundles the measurement of the front end's steps and runs it; see main.ts for what it does and its options.
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

const outfile = resolve("node_modules/.cache/pinscope-bench/front-end.mjs");
mkdirSync(resolve("node_modules/.cache/pinscope-bench"), { recursive: true });
await build({
  entryPoints: ["bench/front-end/main.ts"],
  outfile,
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  logLevel: "warning",
  external: ["web-tree-sitter"],
});
const { run } = await import(pathToFileURL(outfile).href);
await run(process.argv.slice(2));
