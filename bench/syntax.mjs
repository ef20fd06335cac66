/**
 * How much of a kernel tree the front end reads, compared with Universal Ctags (Debian package universal-ctags):
 *   node bench/syntax.mjs [--no-ctags] [--json FILE] TREE [SUBFOLDER…]
 * Bundles the measuring program first: Node does not run TypeScript.
 */
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const folder = join(here, "..", "node_modules", ".cache", "pinscope-bench");
mkdirSync(folder, { recursive: true });
const outfile = join(folder, "syntax.mjs");
await build({
  entryPoints: [join(here, "syntax-run.ts")],
  outfile,
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  external: ["web-tree-sitter"],
  logLevel: "error",
});
const { run } = await import(pathToFileURL(outfile).href);
await run(process.argv.slice(2));
