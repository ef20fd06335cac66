/**
 * Cuts a C source text into directives and file-scope chunks (declarations, definitions, macro lines) in one pass.
 * Function bodies are skipped, only the directives inside them are kept. Knows nothing of types.
 * Linear in the text's length; never throws, whatever the text.
 */
import {
  continuesWord,
  directiveEnd,
  directiveWord,
  isSpace,
  skipComment,
  skipLiteral,
  startsWord,
} from "./lexer.ts";

/** A `#define` or `#undef`, read no further than its name. */
export interface DirectiveItem {
  readonly kind: "define" | "undef";
  readonly start: number;
  /** Offset behind the name. */
  readonly afterName: number;
  /** Offset of the newline that ends the directive. */
  readonly end: number;
}

export interface IncludeItem {
  readonly spelling: string;
  readonly quoted: boolean;
}

/** A file-scope declaration, or the header of a function definition. Offsets into the text; `;` and `{` excluded. */
export interface Chunk {
  readonly start: number;
  readonly end: number;
  /** Set where a function body follows. */
  readonly definition: boolean;
}

export interface Region {
  readonly start: number;
  readonly end: number;
}

/** What one file's text holds, whatever the program around it. */
export interface FileScan {
  readonly text: string;
  readonly macros: ReadonlyMap<string, readonly DirectiveItem[]>;
  readonly includes: readonly IncludeItem[];
  readonly chunks: readonly Chunk[];
  /** Function bodies without directives that close: from behind the `{` to behind the `}`. In order. */
  readonly bodies: readonly Region[];
  /** Blocks whose braces do not balance, as far as the first column shows where they end. In order. */
  readonly unclosed: readonly Region[];
  /** Branches that no kernel build takes: `#if 0`, `#ifdef __cplusplus`, `#ifndef __KERNEL__`. Sorted, disjoint. */
  readonly dead: readonly Region[];
}

const newline = 10;

/** A `#define` longer than this (in UTF-16 units) is none that anybody wrote; it is not kept. */
const maximumDirective = 1 << 20;

/** Bodies without a closing brace that are searched to the text's end before giving up on balance. */
const maximumFailures = 8;

/** Scans one text. */
export function scanText(text: string): FileScan {
  const macros = new Map<string, DirectiveItem[]>();
  const includes: IncludeItem[] = [];
  const chunks: Chunk[] = [];
  const bodies: Region[] = [];
  const unclosed: Region[] = [];
  const dead: Region[] = [];
  const length = text.length;
  // One entry per open #if: parenthesis depth at its start, and where a dead branch began (-1: alive).
  const conditions: { depth: number; deadSince: number; elseDead: boolean }[] = [];

  let directives = 0;

  /** Reads the directive at `at`; returns its end. `word` has been read by the caller. */
  const readDirective = (at: number, word: string): number => {
    directives++;
    const end = directiveEnd(text, at, length);
    if (word === "define" || word === "undef") {
      let start = text.indexOf(word, at) + word.length;
      while (start < end && isSpace(text.charCodeAt(start))) start++;
      let stop = start;
      while (stop < end && continuesWord(text.charCodeAt(stop))) stop++;
      if (stop > start && end - start < maximumDirective) {
        const name = text.slice(start, stop);
        const item: DirectiveItem = { kind: word, start: at, afterName: stop, end };
        const items = macros.get(name);
        if (items === undefined) macros.set(name, [item]);
        else items.push(item);
      }
    } else if (word === "include") {
      const match = /^#[ \t]*include[ \t]*(?:"([^"\n]*)"|<([^>\n]*)>)/.exec(
        text.slice(at, Math.min(end, at + 4096)),
      );
      const spelling = match?.[1] ?? match?.[2];
      if (spelling !== undefined) includes.push({ spelling, quoted: match?.[1] !== undefined });
    }
    return end;
  };

  const trackCondition = (at: number, end: number, word: string, depth: number): number => {
    if (word === "if" || word === "ifdef" || word === "ifndef") {
      const argument = text.slice(text.indexOf(word, at) + word.length, Math.min(end, at + 200)).trim();
      const never =
        (word === "if" && /^(0|defined\s*\(?\s*__cplusplus\s*\)?)$/.test(argument)) ||
        (word === "ifdef" && /^__cplusplus\b/.test(argument)) ||
        (word === "ifndef" && /^__KERNEL__\b/.test(argument));
      const always =
        (word === "if" && argument === "1") || (word === "ifdef" && /^__KERNEL__\b/.test(argument));
      conditions.push({ depth, deadSince: never ? end : -1, elseDead: always });
      return depth;
    }
    const top = conditions.at(-1);
    if (top === undefined) return depth;
    if (top.deadSince >= 0) {
      dead.push({ start: top.deadSince, end: at });
      top.deadSince = -1;
    }
    if (word === "endif") conditions.pop();
    else {
      if (top.elseDead) top.deadSince = end;
      // Alternatives of one #if each start at the depth that the #if stood at.
      return top.depth;
    }
    return depth;
  };

  /** Offset behind the `}` that matches the `{` before `from`; directives inside are read. */
  const skipBlock = (from: number, byColumn: boolean): number => {
    if (byColumn) {
      const close = text.indexOf("\n}", from);
      const end = close < 0 ? length : close + 2;
      return readDirectivesOnly(from, end);
    }
    let depth = 1;
    let at = from;
    let lineStart = false;
    const outer = conditions.length;
    // Depth of #if inside an alternative that belongs to an #if opened before the block.
    let skipping = 0;
    while (at < length) {
      const code = text.charCodeAt(at);
      if (code === newline) {
        lineStart = true;
        at++;
      } else if (code <= 32) at++;
      else if (code === 125) {
        lineStart = false;
        at++;
        if (skipping === 0 && --depth === 0) return at;
      } else if (code === 123) {
        lineStart = false;
        at++;
        if (skipping === 0) depth++;
      } else if (code === 34 || code === 39) {
        lineStart = false;
        at = skipLiteral(text, at, length);
      } else if (code === 47) {
        const after = skipComment(text, at, length);
        at = after > at ? after : at + 1;
      } else if (code === 35 && lineStart) {
        const word = directiveWord(text, at);
        const end = readDirective(at, word);
        if (word === "if" || word === "ifdef" || word === "ifndef") {
          if (skipping > 0) skipping++;
          trackCondition(at, end, word, depth);
        } else if (word === "else" || word === "elif" || word === "endif") {
          const own = conditions.length > outer;
          const restored = trackCondition(at, end, word, depth);
          if (skipping > 0) {
            if (word === "endif") skipping--;
          } else if (own) depth = restored;
          else if (word !== "endif") skipping = 1;
        }
        at = end;
      } else {
        lineStart = false;
        at++;
      }
    }
    return -1;
  };

  const readDirectivesOnly = (from: number, end: number): number => {
    let at = from;
    while (at < end) {
      const line = text.indexOf("\n", at);
      if (line < 0 || line >= end) break;
      at = line + 1;
      let first = at;
      while (first < end && (text.charCodeAt(first) === 32 || text.charCodeAt(first) === 9)) first++;
      if (text.charCodeAt(first) !== 35) continue;
      const word = directiveWord(text, first);
      const stop = readDirective(first, word);
      if (/^(if|ifdef|ifndef|else|elif|endif)$/.test(word)) trackCondition(first, stop, word, 0);
      at = stop;
    }
    return Math.max(end, at);
  };

  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  let chunkStart = -1;
  let depth = 0;
  let lastCode = 0;
  let lastAt = 0;
  let sawEquals = false;
  let lastClose = -1;
  let lineStart = true;
  let failures = 0;
  const finish = (end: number, definition: boolean): void => {
    if (chunkStart >= 0 && end > chunkStart) chunks.push({ start: chunkStart, end, definition });
    chunkStart = -1;
    depth = 0;
    sawEquals = false;
    lastClose = -1;
    lastCode = 0;
  };

  while (at < length) {
    const code = text.charCodeAt(at);
    if (code === newline) {
      lineStart = true;
      at++;
      continue;
    }
    if (code <= 32) {
      at++;
      continue;
    }
    if (code === 47) {
      const after = skipComment(text, at, length);
      if (after > at) {
        at = after;
        continue;
      }
    }
    if (code === 35 && lineStart) {
      const word = directiveWord(text, at);
      const end = readDirective(at, word);
      if (word !== "define" && word !== "include" && word !== "undef" && word !== "pragma")
        depth = trackCondition(at, end, word, depth);
      at = end;
      continue;
    }
    const atColumn = lineStart && text.charCodeAt(at - 1) === newline;
    lineStart = false;
    if (code === 59) {
      if (depth <= 0) finish(at, false);
      at++;
      continue;
    }
    if (code === 125) {
      // A stray brace: the end of `extern "C" {` or of something misread.
      if (depth <= 0 || atColumn) finish(-1, false);
      at++;
      continue;
    }
    if (code === 123) {
      // A brace in the first column opens a function body; an open parenthesis before it was never closed.
      if (depth > 0 && atColumn) depth = 0;
      if (
        depth <= 0 &&
        lastCode === 34 &&
        /^extern\s*"[^"\n]*"\s*$/.test(text.slice(chunkStart, Math.min(at, chunkStart + 200)))
      ) {
        finish(-1, false);
        at++;
        continue;
      }
      const body =
        depth <= 0 &&
        chunkStart >= 0 &&
        !sawEquals &&
        lastClose >= 0 &&
        opensBody(text, chunkStart, lastClose, at, lastCode);
      if (body) finish(lastAt + 1, true);
      const open = conditions.length;
      const before = directives;
      const after = skipBlock(at + 1, failures > maximumFailures);
      if (after < 0) {
        // Braces that do not balance: this body ends where a brace stands in the first column. After a few such
        // bodies all do, so that the time stays linear.
        failures++;
        conditions.length = Math.min(conditions.length, open);
        const start = at + 1;
        at = skipBlock(start, true);
        unclosed.push({ start, end: at });
        finish(-1, false);
      } else {
        if (body && directives === before && failures <= maximumFailures)
          bodies.push({ start: at + 1, end: after });
        at = after;
      }
      lastCode = 125;
      lastAt = at - 1;
      continue;
    }
    if (chunkStart < 0) chunkStart = at;
    if (code === 34 || code === 39) {
      at = skipLiteral(text, at, length);
      lastCode = code;
      lastAt = at - 1;
      continue;
    }
    if (code === 40) depth++;
    else if (code === 41) {
      if (depth > 0) depth--;
      if (depth === 0) lastClose = at;
    } else if (code === 61 && depth === 0) sawEquals = true;
    lastCode = code;
    lastAt = at;
    at++;
    if (startsWord(code)) {
      while (at < length && continuesWord(text.charCodeAt(at))) at++;
      lastAt = at - 1;
    }
  }
  finish(length, false);
  dead.sort((left, right) => left.start - right.start);
  return { text, macros, includes, chunks, bodies, unclosed, dead: merge(dead) };
}

/** Whether a `{` behind a closed parenthesis opens a function's body and not a record or an enumeration. */
function opensBody(text: string, start: number, lastClose: number, brace: number, lastCode: number): boolean {
  if (lastCode === 41) {
    const head = text.slice(start, Math.min(brace, start + 200));
    if (!/^\s*(typedef\s+)?(struct|union|enum)\b/.test(head)) return true;
    // `struct __attribute__((packed)) {`: nothing but an attribute's parentheses since the keyword.
    return !/^\s*(?:typedef\s+)?(?:struct|union|enum)\s+__(?:attribute__|aligned)\s*\([^{;]*\)\s*$/.test(
      text.slice(start, Math.min(brace, start + 400)),
    );
  }
  return !/\b(struct|union|enum)\b/.test(text.slice(lastClose, Math.min(brace, lastClose + 400)));
}

function merge(regions: readonly Region[]): Region[] {
  const merged: Region[] = [];
  for (const region of regions) {
    const last = merged.at(-1);
    if (last !== undefined && region.start <= last.end) {
      if (region.end > last.end) merged[merged.length - 1] = { start: last.start, end: region.end };
    } else merged.push(region);
  }
  return merged;
}
