/** Loads the parser: its two binaries lie beside the bundle, or in node_modules when run from the sources. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createWebParser, type SyntaxParser } from "@pinscope/grammars/syntax";

/** Errors when a binary is missing or is not one. */
export async function loadParser(): Promise<SyntaxParser> {
  return createWebParser({
    runtime: readBinary("web-tree-sitter", "web-tree-sitter.wasm"),
    grammar: readBinary("tree-sitter-c", "tree-sitter-c.wasm"),
  });
}

function readBinary(packageName: string, file: string): Uint8Array {
  const beside = new URL(`./${file}`, import.meta.url);
  if (existsSync(beside)) return readFileSync(beside);
  return readFileSync(createRequire(import.meta.url).resolve(`${packageName}/${file}`));
}
