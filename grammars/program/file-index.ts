/**
 * What one file declares, by name: where each macro, type, function, variable and cleanup stands in its text.
 * Independent of other files, so it is memoised by path and text; types are read later, inside a program.
 */
import type { CType } from "../ir/types.ts";
import { typedVariableMacros, variableMacros } from "./annotations.ts";
import { type Cleanup, cleanupOf } from "./cleanups.ts";
import { skipAnnotations } from "./cursor.ts";
import { bodyTag, parseDeclaration, type TypeScope } from "./declarations.ts";
import { builtInTypedef } from "./kernel-types.ts";
import {
  closingToken,
  closingTokens,
  isWord,
  joinTokens,
  splitTokens,
  type Token,
  tokenize,
} from "./lexer.ts";
import { type Chunk, type FileScan, scanText } from "./scan.ts";

export interface DeclarationItem {
  readonly kind: "typedef" | "function" | "variable";
  readonly chunk: Chunk;
  /** Type text of a variable that a macro defines; its chunk is no declaration. */
  readonly typeText?: string;
}

/** A body in braces: offsets between the braces. */
export interface BodyItem {
  readonly start: number;
  readonly end: number;
  readonly union: boolean;
}

export interface FileIndex extends FileScan {
  readonly path: string;
  readonly declarations: ReadonlyMap<string, readonly DeclarationItem[]>;
  readonly records: ReadonlyMap<string, readonly BodyItem[]>;
  readonly enumerations: ReadonlyMap<string, readonly BodyItem[]>;
  /** Enumerator name → the body it stands in. */
  readonly enumerators: ReadonlyMap<string, BodyItem>;
  readonly cleanups: ReadonlyMap<string, Cleanup>;
}

/** Chunks longer than this (in UTF-16 units) are no declarations anybody wrote; they are not read. */
const maximumChunk = 1 << 20;
/** Text kept in the memo, in UTF-16 units; the oldest files go first. */
const memoBudget = 64 << 20;

const memo = new Map<string, FileIndex>();
let memoSize = 0;

/** The index of a file; memoised by path and text. */
export function indexFile(path: string, text: string): FileIndex {
  const known = memo.get(path);
  if (known !== undefined) {
    if (known.text === text) return known;
    memoSize -= known.text.length;
    memo.delete(path);
  }
  const index = buildIndex(path, text);
  memo.set(path, index);
  memoSize += text.length;
  for (const [oldest, entry] of memo) {
    if (memoSize <= memoBudget || oldest === path) break;
    memo.delete(oldest);
    memoSize -= entry.text.length;
  }
  return index;
}

const unknown: CType = { kind: "unknown" };
const namesScope: TypeScope = {
  typedef: builtInTypedef,
  macro: () => undefined,
  constant: () => undefined,
  defineRecord: (tag) => tag ?? "",
  enumeration: () => unknown,
  namesOnly: true,
};

function push<Value>(map: Map<string, Value[]>, name: string, value: Value): void {
  const values = map.get(name);
  if (values === undefined) map.set(name, [value]);
  else values.push(value);
}

function buildIndex(path: string, text: string): FileIndex {
  const scan = scanText(text);
  const declarations = new Map<string, DeclarationItem[]>();
  const records = new Map<string, BodyItem[]>();
  const enumerations = new Map<string, BodyItem[]>();
  const enumerators = new Map<string, BodyItem>();
  const cleanups = new Map<string, Cleanup>();
  for (const chunk of scan.chunks) {
    if (chunk.end - chunk.start > maximumChunk) continue;
    let tokens = withoutInitializers(
      tokenize(text, chunk.start, chunk.end, { directives: chunk.definition ? "first" : "all" }),
    );
    if (!chunk.definition) indexBodies(tokens, text.length, records, enumerations, enumerators);
    tokens = macroLines(tokens, chunk, declarations, cleanups);
    for (const declared of parseDeclaration(tokens, namesScope)) {
      const kind = declared.isTypedef
        ? "typedef"
        : declared.type.kind === "function"
          ? "function"
          : "variable";
      push(declarations, declared.name, { kind, chunk });
    }
  }
  return { ...scan, path, declarations, records, enumerations, enumerators, cleanups };
}

/** Drops what stands between a top-level `=` and the next top-level comma. */
export function withoutInitializers(tokens: Token[]): Token[] {
  if (!tokens.some((token) => token.text === "=")) return tokens;
  const kept: Token[] = [];
  let depth = 0;
  let dropping = false;
  for (const token of tokens) {
    const text = token.text;
    if (text === "(" || text === "[" || text === "{") depth++;
    if (depth === 0 && text === "=") dropping = true;
    else if (depth === 0 && text === ",") dropping = false;
    if (!dropping) kept.push(token);
    if (text === ")" || text === "]" || text === "}") depth--;
  }
  return kept;
}

/** Notes every tagged record, enumeration and enumerator in the tokens, nested ones too. */
function indexBodies(
  tokens: readonly Token[],
  textLength: number,
  records: Map<string, BodyItem[]>,
  enumerations: Map<string, BodyItem[]>,
  enumerators: Map<string, BodyItem>,
): void {
  let closes: Int32Array | undefined;
  for (let index = 0; index < tokens.length; index++) {
    const keyword = tokens[index]?.text;
    if (keyword !== "struct" && keyword !== "union" && keyword !== "enum") continue;
    const cursor = { tokens, at: index + 1 };
    skipAnnotations(cursor);
    let tag: string | undefined;
    const word = tokens[cursor.at]?.text;
    if (isWord(word)) {
      const next = tokens[cursor.at + 1]?.text;
      const behind = tokens[cursor.at + 2]?.text;
      tag = bodyTag(word, next, behind);
      cursor.at += isWord(next) && behind === "{" ? 2 : 1;
    }
    if (tokens[cursor.at]?.text !== "{" || (tag === undefined && keyword !== "enum")) continue;
    closes ??= closingTokens(tokens);
    const close = closes[cursor.at] ?? tokens.length;
    const body: BodyItem = {
      start: (tokens[cursor.at]?.start ?? 0) + 1,
      end: tokens[close]?.start ?? textLength,
      union: keyword === "union",
    };
    if (keyword !== "enum") {
      if (tag !== undefined) push(records, tag, body);
      continue;
    }
    if (tag !== undefined) push(enumerations, tag, body);
    for (const part of splitTokens(tokens.slice(cursor.at + 1, close))) {
      const name = part[0]?.text;
      if (isWord(name) && !enumerators.has(name)) enumerators.set(name, body);
    }
    // Nothing else is defined inside an enumeration.
    index = close;
  }
}

/** Takes the macro invocations at the chunk's start that define something; returns the tokens behind them. */
function macroLines(
  tokens: Token[],
  chunk: Chunk,
  declarations: Map<string, DeclarationItem[]>,
  cleanups: Map<string, Cleanup>,
): Token[] {
  let taken = 0;
  for (;;) {
    let at = taken;
    while (tokens[at]?.text === "static" || tokens[at]?.text === "extern") at++;
    const name = tokens[at]?.text ?? "";
    if (!isWord(name) || tokens[at + 1]?.text !== "(") break;
    const close = closingToken(tokens, at + 1);
    const parts = splitTokens(tokens.slice(at + 2, close));
    const variable = variableMacros.get(name);
    const cleanup = name.startsWith("DEFINE_") ? cleanupOf(name, parts) : undefined;
    if (cleanup !== undefined) cleanups.set(cleanup.name, cleanup.cleanup);
    else if (variable !== undefined) {
      const declared = parts[variable.name]?.[0]?.text;
      if (declared !== undefined)
        push(declarations, declared, { kind: "variable", chunk, typeText: variable.type });
    } else if (typedVariableMacros.has(name)) {
      const declared = parts[1]?.[0]?.text;
      const typeText = joinTokens(parts[0] ?? []);
      if (declared !== undefined) push(declarations, declared, { kind: "variable", chunk, typeText });
    } else break;
    taken = close + 1;
  }
  return taken > 0 ? tokens.slice(taken) : tokens;
}
