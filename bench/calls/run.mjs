// Bundles the count of textual calls and runs it; see main.ts for what it does and its options.
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

const outfile = resolve(".cache/calls/main.mjs");
mkdirSync(".cache/calls", { recursive: true });
await build({
  entryPoints: ["bench/calls/main.ts"],
  outfile,
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  logLevel: "warning",
  sourcemap: "inline",
});
await import(pathToFileURL(outfile).href);
