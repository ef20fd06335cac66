/**
 * Reads declarations, declarators and type names from tokens into C types.
 * Asks a scope for what other declarations say; knows no files. Never throws; depth is bounded.
 */
import type { CType } from "../ir/types.ts";
import { arithmeticWords, callAnnotations, looksLikeAnnotation, plainAnnotations } from "./annotations.ts";
import { arithmeticType } from "./arithmetic-type.ts";
import { type Cursor, skipAnnotations, skipGroup, textAt } from "./cursor.ts";
import { closingToken, isWord, type Token } from "./lexer.ts";

/** What the surrounding program knows. Every member may be asked with any text. */
export interface TypeScope {
  typedef(name: string): CType | undefined;
  /** Replacement tokens of an object-like macro, where the name is one. */
  macro(name: string): readonly Token[] | undefined;
  /** Value of an integer constant expression. */
  constant(tokens: readonly Token[]): bigint | undefined;
  /** Announces a record's body; returns the tag under which its fields will be found. */
  defineRecord(tag: string | null, union: boolean, body: readonly Token[]): string;
  /** Type of an enumeration; `body` where it is defined here. */
  enumeration(tag: string | null, body: readonly Token[] | null): CType;
  /** Parameter lists need not be read. */
  readonly namesOnly: boolean;
}

interface ParameterDeclaration {
  readonly name: string;
  readonly type: CType;
}

export interface Specifiers {
  readonly type: CType;
  readonly isTypedef: boolean;
  /** A record or enumeration is defined here. */
  readonly definesBody: boolean;
}

export interface Declarator {
  readonly name: string;
  readonly type: CType;
  /** The parameters where the declarator is a function's. */
  readonly parameters: readonly ParameterDeclaration[] | null;
  readonly variadic: boolean;
}

/** Nesting of declarators, parameters and macro-made types that is followed. */
export const maximumDepth = 40;

const unknown: CType = { kind: "unknown" };
const pointerTo = (to: CType): CType => ({ kind: "pointer", to });

const typeofWords = new Set(["typeof", "__typeof__", "__typeof", "typeof_unqual", "_Atomic", "__auto_type"]);

/** Reads declaration specifiers; undefined where no type stands. */
export function parseSpecifiers(cursor: Cursor, scope: TypeScope, depth = 0): Specifiers | undefined {
  let isTypedef = false;
  let definesBody = false;
  let base: CType | undefined;
  const arithmetic: string[] = [];
  while (cursor.at < cursor.tokens.length) {
    const text = textAt(cursor) ?? "";
    if (!isWord(text)) break;
    const next = textAt(cursor, 1);
    if (text === "typedef") {
      isTypedef = true;
      cursor.at++;
    } else if (callAnnotations.has(text) && next === "(") {
      cursor.at++;
      skipGroup(cursor);
    } else if (plainAnnotations.has(text)) cursor.at++;
    else if (arithmeticWords.has(text)) {
      arithmetic.push(text);
      cursor.at++;
    } else if (text === "struct" || text === "union" || text === "enum") {
      if (base !== undefined || arithmetic.length > 0) break;
      const parsed = parseTagged(cursor, scope, text);
      base = parsed.type;
      definesBody = parsed.definesBody;
    } else if (typeofWords.has(text)) {
      base = { kind: "unknown", name: "typeof" };
      cursor.at++;
      if (textAt(cursor) === "(") skipGroup(cursor);
    } else if (base !== undefined || arithmetic.length > 0) {
      if (!isSkippableWord(cursor)) break;
      cursor.at++;
      if (textAt(cursor) === "(") skipGroup(cursor);
    } else {
      const found = typeName(cursor, scope, depth);
      if (found === "skip") continue;
      if (found === undefined) return undefined;
      base = found;
    }
  }
  if (base === undefined && arithmetic.length > 0) base = arithmeticType(arithmetic);
  return base === undefined ? undefined : { type: base, isTypedef, definesBody };
}

/** Behind the type: whether the word is an annotation (unknown to the tables) and not the declared name. */
function isSkippableWord(cursor: Cursor): boolean {
  const next = textAt(cursor, 1);
  if (next === "*") return true;
  if (isWord(next)) {
    if (arithmeticWords.has(next) || next === "struct" || next === "union" || next === "enum") return false;
    if (!looksLikeAnnotation(next)) return true;
    // `void __some_section __function(void)`: the word before the parameters is the name.
    return (
      textAt(cursor, 2) === "(" && !callAnnotations.has(next) && looksLikeAnnotation(textAt(cursor) ?? "")
    );
  }
  if (next !== "(") return false;
  const behind = cursor.tokens[closingToken(cursor.tokens, cursor.at + 1) + 1]?.text;
  return (
    isWord(behind) &&
    !looksLikeAnnotation(behind) &&
    !arithmeticWords.has(behind) &&
    behind !== "struct" &&
    behind !== "union" &&
    behind !== "enum"
  );
}

/** A word where a type is expected: its type, "skip" where it annotates, undefined where it begins no declaration. */
function typeName(cursor: Cursor, scope: TypeScope, depth: number): CType | "skip" | undefined {
  const text = textAt(cursor) ?? "";
  const next = textAt(cursor, 1);
  const known = scope.typedef(text);
  if (known !== undefined) {
    cursor.at++;
    return known;
  }
  const replacement = depth < maximumDepth && next !== "(" ? scope.macro(text) : undefined;
  if (replacement !== undefined) {
    const inner: Cursor = { tokens: replacement, at: 0 };
    cursor.at++;
    const specifiers = parseSpecifiers(inner, scope, depth + 1);
    if (specifiers === undefined) return "skip";
    return inner.at < replacement.length
      ? parseDeclarator(inner, specifiers.type, scope, depth + 1).type
      : specifiers.type;
  }
  if (next === "(") {
    // `foo_t (*callback)(int)` has a type here; `EXPORT_SYMBOL(x) int f()` a macro.
    if (textAt(cursor, 2) === "*") {
      cursor.at++;
      return { kind: "unknown", name: text };
    }
    if (!isWord(cursor.tokens[closingToken(cursor.tokens, cursor.at + 1) + 1]?.text)) return undefined;
    cursor.at++;
    skipGroup(cursor);
    return "skip";
  }
  cursor.at++;
  if (isWord(next) && startsType(cursor, scope)) return "skip";
  return { kind: "unknown", name: text };
}

/** Whether a type's name follows, qualifiers aside. */
function startsType(cursor: Cursor, scope: TypeScope): boolean {
  for (let index = cursor.at; index < cursor.tokens.length; index++) {
    const text = cursor.tokens[index]?.text;
    if (!isWord(text)) return false;
    if (plainAnnotations.has(text)) continue;
    return (
      arithmeticWords.has(text) ||
      text === "struct" ||
      text === "union" ||
      text === "enum" ||
      (scope.typedef(text) !== undefined && isWordOrStar(cursor.tokens[index + 1]?.text))
    );
  }
  return false;
}

function isWordOrStar(text: string | undefined): boolean {
  return text === "*" || isWord(text);
}

/** The tag of a body: a macro may stand before it or behind it (`struct foo __packing {`, `struct __packing foo {`). */
export function bodyTag(word: string, next: string | undefined, behind: string | undefined): string {
  return isWord(next) && behind === "{" && !looksLikeAnnotation(next) ? next : word;
}

function parseTagged(
  cursor: Cursor,
  scope: TypeScope,
  keyword: "struct" | "union" | "enum",
): { type: CType; definesBody: boolean } {
  cursor.at++;
  skipAnnotations(cursor);
  let tag: string | null = null;
  const word = textAt(cursor);
  if (isWord(word)) {
    tag = bodyTag(word, textAt(cursor, 1), textAt(cursor, 2));
    cursor.at += isWord(textAt(cursor, 1)) && textAt(cursor, 2) === "{" ? 2 : 1;
  }
  let body: readonly Token[] | null = null;
  if (textAt(cursor) === "{") {
    const close = closingToken(cursor.tokens, cursor.at);
    body = cursor.tokens.slice(cursor.at + 1, close);
    cursor.at = Math.min(close + 1, cursor.tokens.length);
  }
  if (keyword === "enum") return { type: scope.enumeration(tag, body), definesBody: body !== null };
  const union = keyword === "union";
  if (body !== null) tag = scope.defineRecord(tag, union, body);
  if (tag === null) return { type: unknown, definesBody: false };
  return { type: { kind: "record", tag, union }, definesBody: body !== null };
}

/** Reads one declarator over `base`: a name (or none, in a type name), pointers, arrays, parameters. */
export function parseDeclarator(cursor: Cursor, base: CType, scope: TypeScope, depth = 0): Declarator {
  const read = declaratorShape(cursor, scope, depth);
  return {
    name: read.name,
    type: read.build(base),
    parameters: read.parameters,
    variadic: read.variadic,
  };
}

interface Shape {
  name: string;
  parameters: readonly ParameterDeclaration[] | null;
  variadic: boolean;
  /** Neither pointer nor suffix of its own. */
  bare: boolean;
  build(base: CType): CType;
}

function declaratorShape(cursor: Cursor, scope: TypeScope, depth: number): Shape {
  let pointers = 0;
  for (;;) {
    skipAnnotations(cursor);
    const text = textAt(cursor);
    if (text === "*" || text === "^") {
      pointers++;
      cursor.at++;
    } else if (isWord(text) && isSkippableWord(cursor) && looksLikeAnnotation(text)) cursor.at++;
    else break;
  }
  let inner: Shape | undefined;
  let name = "";
  const first = textAt(cursor);
  if (first === "(" && depth < maximumDepth && opensDeclarator(cursor, scope)) {
    const close = closingToken(cursor.tokens, cursor.at);
    cursor.at++;
    // `(WINAPI *f)(…)`: a calling convention before the star.
    if (isWord(textAt(cursor)) && textAt(cursor, 1) === "*") cursor.at++;
    inner = declaratorShape(cursor, scope, depth + 1);
    cursor.at = Math.min(close + 1, cursor.tokens.length);
    name = inner.name;
  } else if (isWord(first)) {
    name = first;
    cursor.at++;
  }
  const suffixes: ((base: CType) => CType)[] = [];
  let parameters: readonly ParameterDeclaration[] | null = null;
  let variadic = false;
  for (;;) {
    const text = textAt(cursor);
    if (text === "[") {
      const close = closingToken(cursor.tokens, cursor.at);
      const size = cursor.tokens.slice(cursor.at + 1, close);
      cursor.at = Math.min(close + 1, cursor.tokens.length);
      suffixes.push((of) => ({ kind: "array", of, length: arrayLength(size, scope) }));
    } else if (text === "(" && suffixes.length < maximumDepth) {
      const read = parseParameters(cursor, scope, depth);
      if (suffixes.length === 0) {
        parameters = read.parameters;
        variadic = read.variadic;
      }
      const types = read.parameters.map((parameter) => parameter.type);
      suffixes.push((returns) => ({ kind: "function", returns, parameters: types, variadic: read.variadic }));
    } else break;
  }
  const bare = pointers === 0 && suffixes.length === 0;
  if (inner !== undefined && !inner.bare) {
    parameters = inner.parameters;
    variadic = inner.variadic;
  }
  return {
    name,
    parameters,
    variadic,
    bare: bare && (inner?.bare ?? true),
    build(base) {
      let type = base;
      for (let index = 0; index < pointers; index++) type = pointerTo(type);
      for (let index = suffixes.length - 1; index >= 0; index--) type = suffixes[index]?.(type) ?? type;
      return inner === undefined ? type : inner.build(type);
    },
  };
}

function arrayLength(size: readonly Token[], scope: TypeScope): number | null {
  if (size.length === 0 || scope.namesOnly) return null;
  const value = scope.constant(size);
  return value === undefined || value < 0n || value > 0xffff_ffffn ? null : Number(value);
}

/** Whether the parenthesis at the cursor holds a declarator and not parameters. */
function opensDeclarator(cursor: Cursor, scope: TypeScope): boolean {
  const next = textAt(cursor, 1);
  if (next === "*" || next === "^" || next === "(") return true;
  if (!isWord(next) || arithmeticWords.has(next)) return false;
  const behind = textAt(cursor, 2);
  if (behind === "*") {
    // `(WINAPI *f)(…)`, but not the parameters `(foo_t *p)`.
    const after = cursor.tokens[closingToken(cursor.tokens, cursor.at) + 1]?.text;
    return looksLikeAnnotation(next) || (after === "(" && scope.typedef(next) === undefined);
  }
  if (behind !== ")") return false;
  const after = textAt(cursor, 3);
  return (after === "(" || after === "[") && scope.typedef(next) === undefined;
}

function parseParameters(
  cursor: Cursor,
  scope: TypeScope,
  depth: number,
): { parameters: readonly ParameterDeclaration[]; variadic: boolean } {
  const close = closingToken(cursor.tokens, cursor.at);
  const parameters: ParameterDeclaration[] = [];
  let variadic = false;
  const end = Math.min(close + 1, cursor.tokens.length);
  if (scope.namesOnly || depth >= maximumDepth) {
    cursor.at = end;
    return { parameters, variadic };
  }
  const inside: Cursor = { tokens: cursor.tokens.slice(cursor.at + 1, close), at: 0 };
  while (inside.at < inside.tokens.length) {
    if (textAt(inside) === "...") {
      variadic = true;
      inside.at++;
    } else {
      const specifiers = parseSpecifiers(inside, scope, depth + 1);
      const declarator = parseDeclarator(inside, specifiers?.type ?? unknown, scope, depth + 1);
      parameters.push({ name: declarator.name, type: adjustParameter(declarator.type) });
    }
    // Whatever was not understood ends with the parameter.
    while (inside.at < inside.tokens.length && textAt(inside) !== ",") {
      const text = textAt(inside);
      if (text === "(" || text === "[" || text === "{") skipGroup(inside);
      else inside.at++;
    }
    inside.at++;
  }
  cursor.at = end;
  const only = parameters[0];
  if (parameters.length === 1 && only?.type.kind === "void") return { parameters: [], variadic };
  return { parameters, variadic };
}

function adjustParameter(type: CType): CType {
  if (type.kind === "array") return pointerTo(type.of);
  if (type.kind === "function") return pointerTo(type);
  return type;
}

/** One declared name of a declaration. */
export interface Declared extends Declarator {
  readonly isTypedef: boolean;
}

/** Reads a whole declaration (without its semicolon), or a definition's header. Empty where it is none. */
export function parseDeclaration(tokens: readonly Token[], scope: TypeScope): Declared[] {
  const cursor: Cursor = { tokens, at: 0 };
  const specifiers = parseSpecifiers(cursor, scope);
  if (specifiers === undefined) return [];
  const declared: Declared[] = [];
  while (cursor.at < tokens.length) {
    const before = cursor.at;
    const declarator = parseDeclarator(cursor, specifiers.type, scope);
    if (declarator.name !== "") declared.push({ ...declarator, isTypedef: specifiers.isTypedef });
    // Annotations, bit-field widths and initializers up to the next declarator.
    while (cursor.at < tokens.length && textAt(cursor) !== ",") {
      const text = textAt(cursor);
      if (text === "(" || text === "[" || text === "{") skipGroup(cursor);
      else cursor.at++;
    }
    cursor.at++;
    if (cursor.at <= before) break;
  }
  return declared;
}
