// Bundles the mutation bench and runs it; see main.ts for what it does and its options.
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

const folder = resolve(".cache/mutation");
mkdirSync(folder, { recursive: true });
await build({
  entryPoints: ["bench/mutation/main.ts", "bench/mutation/worker.ts"],
  outdir: folder,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  logLevel: "warning",
  sourcemap: "inline",
});
await import(pathToFileURL(resolve(folder, "main.mjs")).href);
