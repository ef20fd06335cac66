/**
 * A parser for tests, from the WebAssembly files of the installed packages.
 * Test code only: it does I/O.
 */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { createWebParser, type SyntaxParser } from "@pinscope/grammars/syntax";

let loaded: Promise<SyntaxParser> | undefined;

/** One parser per test process; do not free it. Rejects when the packages are not installed. */
export function loadParser(): Promise<SyntaxParser> {
  loaded ??= createFresh();
  return loaded;
}

async function createFresh(): Promise<SyntaxParser> {
  const require = createRequire(import.meta.url);
  const [runtime, grammar] = await Promise.all([
    readFile(require.resolve("web-tree-sitter/web-tree-sitter.wasm")),
    readFile(require.resolve("tree-sitter-c/tree-sitter-c.wasm")),
  ]);
  return createWebParser({ runtime, grammar });
}
