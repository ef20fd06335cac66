/**
 * Types and signatures from C text: what a cast, a declaration or the catalogue spells.
 */
import type { CType } from "../ir/types.ts";
import { parseDeclarator, parseSpecifiers, type TypeScope } from "./declarations.ts";
import { tokenize } from "./lexer.ts";
import { emptyProgram, signatureOf } from "./program.ts";
import type { FunctionSignature, Program } from "./types.ts";

/** The scope of a program: its own where it was collected here, else one made of its public answers. */
function scopeOf(program: Program): TypeScope {
  if ("scope" in program) return (program as { readonly scope: TypeScope }).scope;
  const built = emptyProgram().scope;
  return {
    ...built,
    typedef: (name) => program.typedef(name),
    macro(name) {
      const definition = program.macro(name);
      if (definition === undefined || definition.parameters !== null || definition.body === "")
        return undefined;
      return tokenize(definition.body, 0, definition.body.length, { directives: "none" });
    },
  };
}

const cached = new WeakMap<Program, Map<string, CType>>();

/**
 * The type that a C type name spells (`const struct page **`, `int (*)(void *)`, `foo_t [4]`): qualifiers and
 * annotations count for nothing; what is not known is `unknown` with the text as its name. A declared name inside
 * the text is passed over. Never throws.
 */
export function parseType(text: string, program: Program): CType {
  let types = cached.get(program);
  if (types === undefined) {
    types = new Map();
    cached.set(program, types);
  }
  const known = types.get(text);
  if (known !== undefined) return known;
  const scope = scopeOf(program);
  const cursor = { tokens: tokenize(text, 0, text.length, { directives: "all" }), at: 0 };
  const specifiers = parseSpecifiers(cursor, scope);
  const type: CType =
    specifiers === undefined
      ? { kind: "unknown", name: text.trim() }
      : parseDeclarator(cursor, specifiers.type, scope).type;
  types.set(text, type);
  return type;
}

/**
 * The signature that a prototype spells (`long pin_user_pages(unsigned long start, …)`), read over the built-in
 * types. Text that is no prototype gives a function of no parameters and unknown result, named "".
 */
export function parseSignature(text: string): FunctionSignature {
  return (
    signatureOf(text, emptyProgram().scope) ?? {
      name: "",
      returns: { kind: "unknown", name: text.trim() },
      parameters: [],
      variadic: true,
    }
  );
}
