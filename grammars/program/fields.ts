/**
 * Reads the members of a record's body into field types. Anonymous members are flattened into the record.
 * Knows no files; asks the scope for everything outside the body. Never throws.
 */
import type { CType } from "../ir/types.ts";
import { callAnnotations } from "./annotations.ts";
import { type Cursor, skipAnnotations } from "./cursor.ts";
import { maximumDepth, parseDeclarator, parseSpecifiers, type TypeScope } from "./declarations.ts";
import { closingToken, isWord, splitTokens, type Token } from "./lexer.ts";

/** A scope that also knows other records' fields and the macros that stand for members. */
export interface FieldScope extends TypeScope {
  fields(tag: string): ReadonlyMap<string, CType> | undefined;
  /** Tokens a macro use stands for; `argumentTokens` is null without an argument list. */
  expand(name: string, argumentTokens: readonly Token[][] | null): readonly Token[] | undefined;
}

/** Macros of the kernel that wrap members: how many leading arguments are not members. */
const groupMacros: ReadonlyMap<string, number> = new Map([
  ["struct_group", 1],
  ["struct_group_attr", 2],
  ["struct_group_tagged", 2],
  ["__struct_group", 3],
  ["TRAILING_OVERLAP", 3],
]);

/**
 * Fields of a record's body, the first of a name winning (branches of `#if` are all read). `anonymous` gets the tag of
 * the anonymous record that a field was flattened out of.
 */
export function parseFields(
  body: readonly Token[],
  scope: FieldScope,
  anonymous: Map<string, string> = new Map(),
  depth = 0,
): Map<string, CType> {
  const fields = new Map<string, CType>();
  const cursor: Cursor = { tokens: body, at: 0 };
  const add = (name: string, type: CType): void => {
    if (name !== "" && !fields.has(name)) fields.set(name, type);
  };
  const addAll = (more: ReadonlyMap<string, CType> | undefined, tag?: string): void => {
    for (const [name, type] of more ?? []) {
      if (tag !== undefined && !fields.has(name)) anonymous.set(name, tag);
      add(name, type);
    }
  };
  while (cursor.at < body.length) {
    const before = cursor.at;
    const text = body[cursor.at]?.text;
    if (text === ";") {
      cursor.at++;
      continue;
    }
    if (isWord(text) && depth < maximumDepth) {
      const group = memberMacro(cursor, text, scope, add);
      if (group !== undefined) {
        addAll(parseFields(group, scope, anonymous, depth + 1));
        continue;
      }
    }
    const specifiers = parseSpecifiers(cursor, scope);
    if (specifiers === undefined) {
      skipMember(cursor);
      if (cursor.at === before) cursor.at++;
      continue;
    }
    skipAnnotations(cursor);
    if (body[cursor.at]?.text === ";" || cursor.at >= body.length) {
      if (specifiers.type.kind === "record" && depth < maximumDepth)
        addAll(scope.fields(specifiers.type.tag), specifiers.type.tag);
      continue;
    }
    while (cursor.at < body.length && body[cursor.at]?.text !== ";") {
      const start = cursor.at;
      const declarator = parseDeclarator(cursor, specifiers.type, scope);
      let type = declarator.type;
      if (body[cursor.at]?.text === ":") {
        let end = cursor.at + 1;
        while (end < body.length && body[end]?.text !== "," && body[end]?.text !== ";") end++;
        const width = scope.constant(
          body.slice(cursor.at + 1, end).filter((token) => !callAnnotations.has(token.text)),
        );
        type = bitField(type, width);
        cursor.at = end;
      }
      add(declarator.name, type);
      skipToComma(cursor);
      if (body[cursor.at]?.text === ",") cursor.at++;
      if (cursor.at === start) cursor.at++;
    }
  }
  return fields;
}

/**
 * A bit-field's type: the narrowest integer that holds it, so that integer promotion comes out as in C
 * (an `unsigned int x:3` promotes to `int`). Its name says the true width.
 */
function bitField(type: CType, width: bigint | undefined): CType {
  if (type.kind !== "integer") return type;
  if (width === undefined || width < 0n || width > BigInt(type.bits)) return { kind: "unknown" };
  const bits = width <= 8n ? 8 : width <= 16n ? 16 : width <= 32n ? 32 : 64;
  // 17 to 31 bits still promote to int; there is no such width here, and int holds every value.
  const signed = bits === 32 && width < 32n ? true : type.signed;
  return { kind: "integer", bits, signed, name: `${type.name ?? "int"}:${width}` };
}

/** A macro where a member is expected: the members it wraps or stands for; undefined where it is none. */
function memberMacro(
  cursor: Cursor,
  name: string,
  scope: FieldScope,
  add: (name: string, type: CType) => void,
): readonly Token[] | undefined {
  const tokens = cursor.tokens;
  const called = tokens[cursor.at + 1]?.text === "(";
  if (!called) {
    const expansion = scope.expand(name, null);
    if (expansion === undefined || !expansion.some((token) => token.text === ";")) return undefined;
    cursor.at++;
    return expansion;
  }
  const close = closingToken(tokens, cursor.at + 1);
  const inside = tokens.slice(cursor.at + 2, close);
  const behind = Math.min(close + 1, tokens.length);
  const leading = groupMacros.get(name);
  if (leading !== undefined) {
    cursor.at = behind;
    const parts = splitTokens(inside);
    // Members may hold commas of their own: everything behind the leading arguments belongs to them.
    const skipped = parts.slice(0, leading).reduce((sum, part) => sum + part.length + 1, 0);
    return inside.slice(skipped);
  }
  const parts = splitTokens(inside);
  if (name === "DECLARE_BITMAP" || name === "DECLARE_HASHTABLE") {
    cursor.at = behind;
    const element: CType =
      name === "DECLARE_BITMAP"
        ? { kind: "integer", bits: 64, signed: false, name: "unsigned long" }
        : { kind: "record", tag: "hlist_head", union: false };
    add(parts[0]?.[0]?.text ?? "", { kind: "array", of: element, length: null });
    return [];
  }
  if (name === "DECLARE_FLEX_ARRAY" || name === "__DECLARE_FLEX_ARRAY") {
    cursor.at = behind;
    const specifiers = parseSpecifiers({ tokens: parts[0] ?? [], at: 0 }, scope);
    const last = parts[1]?.at(-1)?.text ?? "";
    add(last, { kind: "array", of: specifiers?.type ?? { kind: "unknown" }, length: null });
    return [];
  }
  if (scope.typedef(name) !== undefined) return undefined;
  const expansion = scope.expand(name, parts);
  if (expansion === undefined) return undefined;
  cursor.at = behind;
  return expansion;
}

function skipMember(cursor: Cursor): void {
  while (cursor.at < cursor.tokens.length && cursor.tokens[cursor.at]?.text !== ";") {
    const text = cursor.tokens[cursor.at]?.text;
    if (text === "(" || text === "[" || text === "{") cursor.at = closingToken(cursor.tokens, cursor.at);
    cursor.at++;
  }
}

function skipToComma(cursor: Cursor): void {
  while (cursor.at < cursor.tokens.length) {
    const text = cursor.tokens[cursor.at]?.text;
    if (text === "," || text === ";") return;
    if (text === "(" || text === "[" || text === "{") cursor.at = closingToken(cursor.tokens, cursor.at);
    cursor.at++;
  }
}
