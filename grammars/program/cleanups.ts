/**
 * Reads the kernel's cleanup definitions (`DEFINE_FREE`, `DEFINE_CLASS`, `DEFINE_GUARD`, `DEFINE_LOCK_GUARD_n`):
 * which function runs at the end of a scope, and which one begins it.
 */
import { isWord, type Token } from "./lexer.ts";

export interface Cleanup {
  readonly kind: "class" | "guard" | "free";
  readonly release: string;
  readonly acquire?: string;
  readonly skips?: "null" | "error" | "null-or-error";
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

/** For which values an exit expression does nothing, by the condition it begins with. */
function skipsOf(tokens: readonly Token[]): Cleanup["skips"] {
  if (tokens[0]?.text !== "if") return undefined;
  const words = new Set(tokens.map((token) => token.text));
  if (words.has("IS_ERR_OR_NULL")) return "null-or-error";
  return words.has("IS_ERR") ? "error" : "null";
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
  const make = (
    kind: Cleanup["kind"],
    exit: readonly Token[] | undefined,
    acquire: string | undefined,
  ): { readonly name: string; readonly cleanup: Cleanup } | undefined => {
    const release = calledFunction(exit);
    if (release === undefined) return undefined;
    // A guard's destructor asks for NULL by itself.
    const skips = kind === "guard" ? "null" : skipsOf(exit ?? []);
    const cleanup = { kind, release, ...(acquire === undefined ? {} : { acquire }) };
    return { name, cleanup: skips === undefined ? cleanup : { ...cleanup, skips } };
  };
  switch (macro) {
    case "DEFINE_FREE":
      // The condition may hold commas (`if (!IS_ERR(_T)) f(a, _T)`): all behind the type is the expression.
      return make("free", parts.slice(2).flat(), undefined);
    case "DEFINE_CLASS":
      return make("class", parts[2], calledFunction(parts[3]));
    case "DEFINE_GUARD":
      return make("guard", parts[3], calledFunction(parts[2]));
    case "DEFINE_LOCK_GUARD_0":
      return make("guard", parts[2], calledFunction(parts[1]));
    case "DEFINE_LOCK_GUARD_1":
      return make("guard", parts[3], calledFunction(parts[2]));
    default:
      return undefined;
  }
}
