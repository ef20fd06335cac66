// Bundles the command line, its worker and the language server into server/dist (or the folder given). Plain esbuild;
// `npm run build`. The extension's package takes the language server from here, small and without maps.
import { copyFileSync, cpSync, mkdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL(".", import.meta.url));

/** The language server as a process, and the thread in which it checks folders. */
const languageServer = {
  lsp: "server/lsp/node/main.ts",
  "folder-worker": "server/lsp/node/folder-worker.ts",
};

const commandLine = {
  pinscope: "server/cli/main.ts",
  worker: "server/cli/worker.ts",
};

/**
 * Bundles into a folder, with what is needed at run time beside the scripts. A release has the language server only.
 * Answers with esbuild's metafiles.
 */
export async function bundleServer(out, { release }) {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const common = {
    absWorkingDir: root,
    outdir: out,
    bundle: true,
    minify: release,
    sourcemap: !release,
    metafile: true,
    logLevel: "warning",
  };
  const { metafile: ofProcess } = await build({
    ...common,
    entryPoints: { ...languageServer, ...(release ? {} : commandLine) },
    outExtension: { ".js": ".mjs" },
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    // jsonc-parser's CommonJS build resolves its parts at run time; its ESM build can be bundled.
    mainFields: ["module", "main"],
    external: ["tree-sitter", "tree-sitter-c", "@vscode/ripgrep-universal"],
    banner: {
      js: "import { createRequire as bundleRequire } from 'node:module'; const require = bundleRequire(import.meta.url);",
    },
  });

  // The server for a browser's worker: one classic script, nothing of Node in it.
  const { metafile: ofWorker } = await build({
    ...common,
    entryPoints: { "lsp-browser": "server/lsp/browser/main.ts" },
    format: "iife",
    platform: "browser",
    target: "es2022",
    mainFields: ["browser", "module", "main"],
    // The parser's runtime asks for these in Node only; what is not reached must not be bundled.
    external: ["fs", "fs/promises", "module", "path", "url"],
    logOverride: { "empty-import-meta": "silent" },
  });

  // The parser's two binaries travel beside the bundle, so that a run needs no node_modules.
  copyFileSync(require.resolve("web-tree-sitter/web-tree-sitter.wasm"), `${out}/web-tree-sitter.wasm`);
  copyFileSync(require.resolve("tree-sitter-c/tree-sitter-c.wasm"), `${out}/tree-sitter-c.wasm`);

  // The rules' pages, which the server shows.
  cpSync(`${root}docs/rules`, `${out}/rules`, { recursive: true });
  return [ofProcess, ofWorker];
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await bundleServer(resolve(process.argv[2] ?? `${root}server/dist`), { release: false });
