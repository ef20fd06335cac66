/**
 * Loads the parser. The compiled one (`npm run native`) where it is built, else the WebAssembly one, whose two
 * binaries lie beside the bundle, or in node_modules when run from the sources.
 */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import {
  createNativeParser,
  createWebParser,
  type NativeModules,
  type SyntaxParser,
} from "@pinscope/grammars/syntax";

/** `PINSCOPE_PARSER=web` or `native` chooses the backend; threads inherit it. */
const wanted = process.env["PINSCOPE_PARSER"];

/** Errors when a binary is missing or is not one, and when the compiled parser is asked for and not built. */
export async function loadParser(): Promise<SyntaxParser> {
  const native = nativeModules();
  if (native !== undefined) return createNativeParser(native);
  return createWebParser({
    runtime: readBinary("web-tree-sitter", "web-tree-sitter.wasm"),
    grammar: readBinary("tree-sitter-c", "tree-sitter-c.wasm"),
  });
}

/** Which backend `loadParser` gives. */
export function parserBackend(): SyntaxParser["backend"] {
  return nativeModules() === undefined ? "web" : "native";
}

function nativeModules(): NativeModules | undefined {
  if (wanted === "web") return undefined;
  const require = createRequire(import.meta.url);
  try {
    return { runtime: require("tree-sitter"), grammar: require("tree-sitter-c") };
  } catch (error) {
    if (wanted !== "native") return undefined;
    const reason = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    throw new Error(
      `PINSCOPE_PARSER=native, but the compiled parser is not built (npm run native): ${reason}`,
    );
  }
}

function readBinary(packageName: string, file: string): Uint8Array {
  const beside = new URL(`./${file}`, import.meta.url);
  if (existsSync(beside)) return readFileSync(beside);
  return readFileSync(createRequire(import.meta.url).resolve(`${packageName}/${file}`));
}
