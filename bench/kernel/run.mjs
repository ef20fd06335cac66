// Bundles the measurements of the kernel model and runs them; see main.ts for what they measure.
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

const outfile = resolve(".cache/kernel-bench/main.mjs");
mkdirSync(".cache/kernel-bench", { recursive: true });
await build({
  entryPoints: ["bench/kernel/main.ts"],
  outfile,
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  logLevel: "warning",
  sourcemap: "inline",
});
await import(pathToFileURL(outfile).href);
