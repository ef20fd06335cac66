/**
 * Reads the kernel's cleanup definitions (`DEFINE_FREE`, `DEFINE_CLASS`, `DEFINE_GUARD`, `DEFINE_LOCK_GUARD_n`):
 * which function runs at the end of a scope, and which one begins it.
 */
import { isWord, type Token } from "./lexer.ts";

export interface Cleanup {
  readonly kind: "class" | "guard" | "free";
  readonly release: string;
  readonly acquire?: string;
}

/** Calls in a cleanup's condition, which let nothing go. */
const predicates = new Set([
  "IS_ERR",
  "IS_ERR_OR_NULL",
  "PTR_ERR",
  "ERR_PTR",
  "likely",
  "unlikely",
  "if",
  "while",
  "for",
  "switch",
  "sizeof",
  "typeof",
  "__typeof__",
  "do",
  "return",
]);

/** The first function called in an expression, predicates aside. */
function calledFunction(tokens: readonly Token[] | undefined): string | undefined {
  if (tokens === undefined) return undefined;
  for (let index = 0; index + 1 < tokens.length; index++) {
    const text = tokens[index]?.text;
    if (isWord(text) && tokens[index + 1]?.text === "(" && !predicates.has(text)) return text;
  }
  return undefined;
}

/**
 * The cleanup that one macro invocation defines, or undefined where the macro defines none.
 * `parts` are its arguments' tokens.
 */
export function cleanupOf(
  macro: string,
  parts: readonly (readonly Token[])[],
): { readonly name: string; readonly cleanup: Cleanup } | undefined {
  const name = parts[0]?.[0]?.text;
  if (!isWord(name)) return undefined;
  const make = (kind: Cleanup["kind"], release: string | undefined, acquire: string | undefined) =>
    release === undefined
      ? undefined
      : { name, cleanup: acquire === undefined ? { kind, release } : { kind, release, acquire } };
  switch (macro) {
    case "DEFINE_FREE":
      // The condition may hold commas (`if (!IS_ERR(_T)) f(a, _T)`): all behind the type is the expression.
      return make("free", calledFunction(parts.slice(2).flat()), undefined);
    case "DEFINE_CLASS":
      return make("class", calledFunction(parts[2]), calledFunction(parts[3]));
    case "DEFINE_GUARD":
      return make("guard", calledFunction(parts[3]), calledFunction(parts[2]));
    case "DEFINE_LOCK_GUARD_0":
      return make("guard", calledFunction(parts[2]), calledFunction(parts[1]));
    case "DEFINE_LOCK_GUARD_1":
      return make("guard", calledFunction(parts[3]), calledFunction(parts[2]));
    default:
      return undefined;
  }
}
