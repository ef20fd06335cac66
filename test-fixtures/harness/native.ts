/**
 * The compiled parser for tests, where `npm run native` has built it.
 * Test code only: it loads compiled modules.
 */
import { createRequire } from "node:module";
import { createNativeParser, type SyntaxParser } from "@pinscope/grammars/syntax";

/** The parser, or why it cannot be loaded. */
export function loadNativeParser(): SyntaxParser | { readonly absent: string } {
  const require = createRequire(import.meta.url);
  try {
    return createNativeParser({ runtime: require("tree-sitter"), grammar: require("tree-sitter-c") });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { absent: message.split("\n")[0] ?? message };
  }
}
