/**
 * The scanner: characters to tokens, preprocessor lines, branches that are not taken. One walk, no looking back.
 * Knows no rewriting of tokens.
 */
import { followDirective, isLive } from "./directives.ts";
import { countInk } from "./edits.ts";
import { hashStep, tokenKind } from "./names.ts";
import { resolvePending } from "./pending.ts";
import { newPrevious, newStatement, type Scan } from "./state.ts";
import { arrowToken, dotsToken, literalToken, nameToken, punctuationToken } from "./tokens.ts";

/** 1 for characters of names, by code below 128. */
const wordCodes = new Uint8Array(128);
for (let code = 0; code < 128; code++) {
  if (/[\w$]/.test(String.fromCharCode(code))) wordCodes[code] = 1;
}

const isWord = (code: number): boolean => (code < 128 ? wordCodes[code] === 1 : code >= 128);

/**
 * Called at each line start where nothing is open and no decision is pending: what follows depends on nothing
 * before but the conditions. Returning true ends the scan there.
 */
export type LineWatcher = (offset: number) => boolean;

/** Scans from `from` (a line start); returns where it stopped: the text's end, or where `watch` said so. */
export function scanText(scan: Scan, from: number, watch: LineWatcher): number {
  const { source } = scan;
  const length = source.length;
  let at = from;
  let clean = true;
  scan.lineStart = from;
  while (at < length) {
    const code = source.charCodeAt(at);
    if (code === 32 || code === 9 || code === 13 || code === 12 || code === 11) {
      at++;
    } else if (code === 10) {
      at++;
      scan.lineStart = at;
      clean = true;
      const outside = scan.stack.length === 0 && scan.previous.atStart && atBoundary(scan);
      if (outside && at >= scan.foreseen && watch(at)) return at;
    } else if (isWord(code)) {
      clean = false;
      at = code >= 48 && code <= 57 ? scanNumber(scan, at) : scanName(scan, at);
    } else if (code === 35 && clean) {
      at = scanDirective(scan, at);
      scan.lineStart = at;
    } else if (code === 47 && source.charCodeAt(at + 1) === 42) {
      const close = source.indexOf("*/", at + 2);
      at = close === -1 ? length : close + 2;
    } else if (code === 47 && source.charCodeAt(at + 1) === 47) {
      at = lineEnd(source, at);
    } else if (code === 34 || code === 39) {
      clean = false;
      const end = quoteEnd(source, at, code);
      literalToken(scan, code === 34 ? tokenKind.string : tokenKind.number, at, end);
      at = end;
    } else if (code === 92 && continuesLine(source, at)) {
      at = source.indexOf("\n", at) + 1;
    } else {
      clean = false;
      at = scanPunctuation(scan, code, at);
    }
  }
  resolvePending(scan, tokenKind.none, length);
  return length;
}

/** Forgets the tokens before a line where nothing is open, so that a scan may begin there. */
function atBoundary(scan: Scan): boolean {
  if (scan.pending !== undefined || scan.annotation !== undefined || scan.statement.start !== -1)
    return false;
  const { kind } = scan.previous;
  if (kind !== tokenKind.none && kind !== 59 && kind !== 125) return false;
  resetTokens(scan);
  return true;
}

function resetTokens(scan: Scan): void {
  scan.previous = newPrevious();
  scan.statement = newStatement();
  scan.lastCall = undefined;
  scan.lastLabel = false;
  scan.afterDo = false;
  scan.inAssembly = false;
  scan.inCase = false;
}

function continuesLine(source: string, at: number): boolean {
  const next = source.charCodeAt(at + 1);
  return next === 10 || (next === 13 && source.charCodeAt(at + 2) === 10);
}

function scanName(scan: Scan, start: number): number {
  const { source } = scan;
  let hash = 0;
  let at = start;
  for (let code = source.charCodeAt(at); isWord(code); code = source.charCodeAt(at)) {
    hash = hashStep(hash, code);
    at++;
  }
  // `L"…"`, `u8'x'`: the prefix belongs to the literal.
  const next = source.charCodeAt(at);
  if ((next === 34 || next === 39) && at - start <= 2 && /^(?:L|u|U|u8)$/.test(source.slice(start, at))) {
    const end = quoteEnd(source, at, next);
    literalToken(scan, next === 34 ? tokenKind.string : tokenKind.number, start, end);
    return end;
  }
  nameToken(scan, start, at, scan.names.find(source, start, at, hash));
  return at;
}

function scanNumber(scan: Scan, start: number): number {
  const { source } = scan;
  let at = start;
  for (;;) {
    const code = source.charCodeAt(at);
    if (isWord(code) || (code === 46 && source.charCodeAt(at + 1) !== 46)) at++;
    else if ((code === 43 || code === 45) && /[eEpP]/.test(source.charAt(at - 1)) && decimal(source, start))
      at++;
    else break;
  }
  literalToken(scan, tokenKind.number, start, at);
  return at;
}

/** `1e-5` is one number, `0xe-5` a difference. */
function decimal(source: string, start: number): boolean {
  const code = source.charCodeAt(start + 1);
  return code !== 120 && code !== 88;
}

function scanPunctuation(scan: Scan, code: number, at: number): number {
  const { source } = scan;
  if (code === 46 && source.charCodeAt(at + 1) === 46 && source.charCodeAt(at + 2) === 46) {
    dotsToken(scan, at);
    return at + 3;
  }
  const next = source.charCodeAt(at + 1);
  if (code === 45 && next === 62) {
    arrowToken(scan, at);
    return at + 2;
  }
  // `==` is no assignment; `+=` and its like end in one.
  if (next === 61 && (code === 61 || code === 33 || code === 60 || code === 62)) {
    literalOperator(scan, at);
    return at + 2;
  }
  punctuationToken(scan, code, at);
  return at + 1;
}

function literalOperator(scan: Scan, at: number): void {
  // As punctuation it is an operator like any other: `<` stands for all comparisons.
  punctuationToken(scan, 60, at);
}

/** End of a literal; one that is not closed ends with its line. */
function quoteEnd(source: string, start: number, quote: number): number {
  let at = start + 1;
  for (;;) {
    const code = source.charCodeAt(at);
    if (code === quote) return at + 1;
    if (code === 10 || Number.isNaN(code)) return at;
    if (code === 92) {
      at += source.charCodeAt(at + 1) === 13 && source.charCodeAt(at + 2) === 10 ? 3 : 2;
      if (at > source.length) return source.length;
    } else at++;
  }
}

function lineEnd(source: string, from: number): number {
  let at = from;
  for (;;) {
    const end = source.indexOf("\n", at);
    if (end === -1) return source.length;
    const last = source.charCodeAt(end - 1) === 13 ? end - 2 : end - 1;
    if (last < from || source.charCodeAt(last) !== 92) return end;
    at = end + 1;
  }
}

/** End of a directive's logical line (the line break not included), over comments and continuations. */
function directiveEnd(source: string, from: number): number {
  let at = from;
  for (;;) {
    const end = lineEnd(source, at);
    const comment = findComment(source, at, end);
    if (comment === -1) return end;
    const close = source.indexOf("*/", comment + 2);
    if (close === -1) return source.length;
    if (close >= end) at = close + 2;
    else if (close + 2 < end) at = close + 2;
    else return end;
  }
}

/** First comment that opens in `from..to` outside literals; -1 when a line comment or the end comes first. */
function findComment(source: string, from: number, to: number): number {
  let at = from;
  while (at < to) {
    const code = source.charCodeAt(at);
    if (code === 34) at = Math.max(quoteEnd(source, at, code), at + 1);
    else if (code === 39 && charLiteralEnd(source, at) !== -1) at = charLiteralEnd(source, at);
    else if (code === 47 && source.charCodeAt(at + 1) === 42) return at;
    else if (code === 47 && source.charCodeAt(at + 1) === 47) return -1;
    else at++;
  }
  return -1;
}

/** In text that need not be C (`don't`), only a short closed literal counts. */
function charLiteralEnd(source: string, at: number): number {
  const escaped = source.charCodeAt(at + 1) === 92;
  const close = at + (escaped ? 3 : 2);
  return source.charCodeAt(close) === 39 ? close + 1 : -1;
}

/** The directive as one line without comments. */
function directiveText(source: string, start: number, end: number): string {
  const text = source.slice(start, end);
  if (!text.includes("/") && !text.includes("\\")) return text;
  return text
    .replace(/\\\r?\n/g, " ")
    .replace(/\/\*[\s\S]*?(?:\*\/|$)|\/\/.*|("(?:\\.|[^"\\\n])*")/g, (match, quoted?: string) =>
      quoted === undefined ? " " : match,
    );
}

/** A preprocessor line: offsets of its `#` and of its end, and its text without comments. */
export interface DirectiveLine {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Every preprocessor line of a text, those in unselected branches included. */
export function listDirectives(source: string): DirectiveLine[] {
  // Lines are looked for behind a line break: one stands in front of the first.
  const padded = `\n${source}`;
  const lines: DirectiveLine[] = [];
  let at = skipLines(padded, 0);
  while (at < padded.length) {
    const end = directiveEnd(padded, at);
    lines.push({ start: at - 1, end: end - 1, text: directiveText(padded, at, end) });
    at = skipLines(padded, end);
  }
  return lines;
}

/** Blanks the directive at `start` (its `#`) and, where its branch is not taken, all up to the one that ends it. */
function scanDirective(scan: Scan, start: number): number {
  const { source, tracker } = scan;
  const end = directive(scan, start);
  if (isLive(tracker)) return end;
  let lineStart = end + 1;
  let at = skipLines(source, end);
  while (at < source.length) {
    // A directive in a dead branch is part of it, unless it brings the text back to life.
    const before = tracker.open;
    const edits = scan.edits.length;
    const next = directive(scan, at);
    if (isLive(tracker) || (tracker.open !== before && tracker.open?.outer === before?.outer)) {
      const own = scan.edits.splice(edits);
      unselected(scan, lineStart, at);
      scan.edits.push(...own);
      lineStart = next + 1;
      if (isLive(tracker)) return next;
    } else scan.edits.length = edits;
    at = skipLines(source, next);
  }
  unselected(scan, lineStart, source.length);
  return source.length;
}

const entryNames = new Map<string, string>();

/** Follows one directive and blanks its line. Returns the line's end. */
function directive(scan: Scan, start: number): number {
  const { source } = scan;
  const end = directiveEnd(source, start);
  const text = directiveText(source, start, end);
  const followed = followDirective(scan.tracker, text);
  scan.directives.push(text);
  let entry = entryNames.get(followed.name);
  if (entry === undefined) {
    entry = `directive:${followed.name}`;
    if (entryNames.size < 100) entryNames.set(followed.name, entry);
  }
  scan.edits.push({ start, end, text: null, entry });
  if (followed.unknown.length > 0) {
    scan.unknownConditions.push({ start, end, symbols: followed.unknown });
  }
  return end;
}

function unselected(scan: Scan, start: number, end: number): void {
  if (end <= start || countInk(scan.source, start, end) === 0) return;
  scan.edits.push({ start, end, text: null, entry: "unselected" });
  scan.notes.push({ kind: "unselected", start, end });
}

/** From a line's end to the next `#` that begins a line, comments skipped; the text's end when there is none. */
function skipLines(source: string, from: number): number {
  let at = source.indexOf("\n", from);
  while (at !== -1) {
    at++;
    let first = at;
    for (;;) {
      const code = source.charCodeAt(first);
      if (code !== 32 && code !== 9 && code !== 12 && code !== 11) break;
      first++;
    }
    if (source.charCodeAt(first) === 35) return first;
    const end = source.indexOf("\n", first);
    const stop = end === -1 ? source.length : end;
    at = stop;
    let comment = findComment(source, first, stop);
    while (comment !== -1) {
      const close = source.indexOf("*/", comment + 2);
      if (close === -1) return source.length;
      const next = source.indexOf("\n", close);
      at = next === -1 ? source.length : next;
      comment = findComment(source, close + 2, at);
    }
    if (at >= source.length) return source.length;
  }
  return source.length;
}
