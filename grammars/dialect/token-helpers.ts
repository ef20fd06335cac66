/**
 * What the handlers of tokens share: character codes, the open bracket, moving to the next statement.
 * Knows no rewriting.
 */
import { type KnownName, tokenKind } from "./names.ts";
import { newStatement, type Open, type Pending, role, type Scan } from "./state.ts";

export const paren = 40;

export const closeParen = 41;

export const star = 42;

export const comma = 44;

export const colon = 58;

export const semicolon = 59;

export const equals = 61;

export const openBracket = 91;

export const closeBracket = 93;

export const openBrace = 123;

export const closeBrace = 125;

export const topOf = (scan: Scan): Open | undefined => scan.stack[scan.stack.length - 1];

export const isFileLevel = (top: Open | undefined): boolean => top === undefined || top.role === role.linkage;

export const isCallRole = (kind: number): boolean =>
  kind === role.call || kind === role.bareControl || kind === role.statement || kind === role.element;

export const isTypeStart = (kind: number): boolean =>
  kind === tokenKind.type || kind === tokenKind.record || kind === tokenKind.qualifier;

/** Whether a declaration may stand here: directly in the file, a block or a record. */
export function declares(scan: Scan): boolean {
  const top = topOf(scan);
  return (
    top === undefined || top.role === role.block || top.role === role.record || top.role === role.linkage
  );
}

export function startStatement(scan: Scan): void {
  scan.statement = newStatement();
  scan.previous.atStart = true;
  scan.inCase = false;
}

export function setPrevious(scan: Scan, kind: number, at: number): void {
  const { previous } = scan;
  previous.before = previous.kind;
  previous.beforeStart = previous.start;
  previous.kind = kind;
  previous.start = at;
  previous.end = at + 1;
  previous.known = undefined;
  previous.atStart = false;
}

export function pushOpen(
  scan: Scan,
  character: number,
  at: number,
  kind: number,
  name?: { readonly start: number; readonly end: number; readonly known: KnownName | undefined },
): Open {
  const open: Open = {
    character,
    at,
    role: kind,
    nameStart: name?.start ?? at,
    nameEnd: name?.end ?? at,
    known: name?.known,
    commas: [],
    argumentStart: at + 1,
    argumentFirst: tokenKind.none,
    argumentTokens: 0,
    argumentOperand: false,
    argumentBroken: false,
    argumentIndex: 0,
    hasStatement: false,
    saved: scan.statement,
    savedPrevious: undefined,
    savedPending: undefined,
    indent: 0,
    isDo: false,
    virtual: undefined,
    jumpAt: -1,
    assembly: undefined,
  };
  scan.stack.push(open);
  return open;
}

export function resetArgument(open: Open, start: number): void {
  open.argumentStart = start;
  open.argumentFirst = tokenKind.none;
  open.argumentTokens = 0;
  open.argumentOperand = false;
  open.argumentBroken = false;
  open.hasStatement = false;
  open.jumpAt = -1;
}

export function skipSpace(scan: Scan, from: number): number {
  let at = from;
  for (let code = scan.source.charCodeAt(at); code === 32 || (code >= 9 && code <= 13); ) {
    code = scan.source.charCodeAt(++at);
  }
  return at;
}

/** The first character at or behind `from` that is neither white space nor comment; NaN at the end. */
export function nextCode(scan: Scan, from: number): number {
  const { source } = scan;
  let at = from;
  for (;;) {
    const code = source.charCodeAt(at);
    if (code === 47 && source.charCodeAt(at + 1) === star) {
      const close = source.indexOf("*/", at + 2);
      if (close === -1) return Number.NaN;
      at = close + 2;
    } else if (code === 32 || (code >= 9 && code <= 13)) at++;
    else return code;
  }
}

/** Whether a line ends between two offsets; a line break that a comment holds ends none. */
export function breaksLine(source: string, from: number, to: number): boolean {
  const text = source.slice(from, to);
  if (!text.includes("\n")) return false;
  return !text.includes("/*") || text.replace(/\/\*[\s\S]*?\*\//g, "").includes("\n");
}

export const newLine = (scan: Scan, pending: Pending, at: number): boolean =>
  breaksLine(scan.source, pending.close, at);

export const nameOf = (scan: Scan, open: Open): string => scan.source.slice(open.nameStart, open.nameEnd);
