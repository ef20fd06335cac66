// Bundles the command line, its worker and the language server into server/dist (or the folder given). Plain esbuild; `npm run build`.
import { copyFileSync, cpSync, mkdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { build } from "esbuild";

const require = createRequire(import.meta.url);
const out = process.argv[2] ?? "server/dist";
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

await build({
  entryPoints: {
    pinscope: "server/cli/main.ts",
    worker: "server/cli/worker.ts",
    lsp: "server/lsp/node/main.ts",
    "folder-worker": "server/lsp/node/folder-worker.ts",
  },
  outdir: out,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  // jsonc-parser's CommonJS build resolves its parts at run time; its ESM build can be bundled.
  mainFields: ["module", "main"],
  sourcemap: true,
  logLevel: "warning",
  external: ["tree-sitter", "tree-sitter-c", "@vscode/ripgrep-universal"],
  banner: {
    js: "import { createRequire as bundleRequire } from 'node:module'; const require = bundleRequire(import.meta.url);",
  },
});

// The server for a browser's worker: one classic script, nothing of Node in it.
await build({
  entryPoints: { "lsp-browser": "server/lsp/browser/main.ts" },
  outdir: out,
  bundle: true,
  format: "iife",
  platform: "browser",
  target: "es2022",
  mainFields: ["browser", "module", "main"],
  sourcemap: true,
  logLevel: "warning",
  // The parser's runtime asks for these in Node only; what is not reached must not be bundled.
  external: ["fs", "fs/promises", "module", "path", "url"],
  logOverride: { "empty-import-meta": "silent" },
});

// The parser's two binaries travel beside the bundle, so that a run needs no node_modules.
copyFileSync(require.resolve("web-tree-sitter/web-tree-sitter.wasm"), `${out}/web-tree-sitter.wasm`);
copyFileSync(require.resolve("tree-sitter-c/tree-sitter-c.wasm"), `${out}/tree-sitter-c.wasm`);

// The rules' pages, which the server shows.
cpSync("docs/rules", `${out}/rules`, { recursive: true });
