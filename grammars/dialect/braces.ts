/**
 * What a brace opens (block, record, initializer) and how blocks close, in order or not.
 * Knows no parentheses but those that stand around it.
 */
import { advance } from "./advance.ts";
import { tokenKind } from "./names.ts";
import { cover, insertCharacter } from "./rewrite.ts";
import { indentAt, type Open, role, type Scan } from "./state.ts";
import {
  closeBrace,
  closeParen,
  colon,
  comma,
  equals,
  isCallRole,
  openBrace,
  openBracket,
  paren,
  pushOpen,
  setPrevious,
  startStatement,
  topOf,
} from "./token-helpers.ts";

function braceRole(scan: Scan): number {
  const { previous, statement } = scan;
  const top = topOf(scan);
  if (previous.kind === equals) return role.initializer;
  if (top?.role === role.initializer) {
    return previous.kind === paren ? role.block : role.initializer;
  }
  if (statement.record && (top === undefined || top.character === openBrace)) {
    if (previous.kind === tokenKind.identifier || previous.kind === tokenKind.record) {
      return statement.enumeration ? role.enumeration : role.record;
    }
  }
  if (top?.character === paren || top?.character === openBracket) {
    // `({`, `f({ … })` are blocks; `(struct s){` and `(struct s[]){` are compound literals.
    return previous.kind === closeParen || previous.kind === comma ? literalOrBlock(scan, top) : role.block;
  }
  if (previous.kind === tokenKind.string) return role.linkage;
  if (previous.kind === closeParen && !previous.atStart) {
    if (top === undefined || top.role === role.linkage)
      return statement.assigned ? role.initializer : role.block;
    return statement.assigned || statement.first === tokenKind.jump ? role.initializer : role.block;
  }
  if (previous.kind === tokenKind.jump) return role.initializer;
  return role.block;
}

function literalOrBlock(scan: Scan, top: Open): number {
  return scan.previous.kind === closeParen
    ? role.initializer
    : isCallRole(top.role)
      ? role.block
      : role.initializer;
}

export function openBraceToken(scan: Scan, at: number): void {
  blockMacro(scan);
  const kind = braceRole(scan);
  const top = topOf(scan);
  if (top !== undefined && top.character !== openBrace) {
    top.argumentBroken = true;
  }
  const isDo = scan.previous.kind === tokenKind.prefix && scan.previous.known?.name === "do";
  advance(scan, openBrace, at, at + 1, undefined);
  const open = pushOpen(scan, openBrace, at, kind);
  open.isDo = isDo;
  open.indent = indentAt(scan, at);
  scan.braces++;
  if (kind !== role.record && kind !== role.linkage) scan.code++;
  startStatement(scan);
}

export function closeBraceToken(scan: Scan, at: number): void {
  const { previous, statement } = scan;
  if (scan.lastLabel && previous.kind === colon) insertCharacter(scan, previous.end, at, ";");
  if (previous.kind === tokenKind.identifier && statement.heads === 1 && topOf(scan)?.role === role.block) {
    // A macro without arguments: its last letter gives its place where there is no other.
    const room = insertCharacter(scan, previous.end, at, ";");
    if (!room && previous.end - previous.start > 1)
      scan.points.push({ at: previous.end - 1, character: ";" });
  }
  if (scan.braces === 0) {
    setPrevious(scan, closeBrace, at);
    if (scan.stack.length === 0) startStatement(scan);
    return;
  }
  const open = popBrace(scan, at);
  const inner = topOf(scan);
  scan.statement = open.saved;
  setPrevious(scan, closeBrace, at);
  const continues =
    open.role === role.record || open.role === role.enumeration || open.role === role.initializer;
  scan.statement.record = false;
  if (open.role === role.record || open.role === role.enumeration) scan.statement.type = 2;
  scan.afterDo = open.isDo;
  if (!continues && (inner === undefined || inner.character === openBrace)) startStatement(scan);
}

/** `tcp_only { … }`: a macro of unknown kind before a block reads as a condition. */
function blockMacro(scan: Scan): void {
  const { previous, statement } = scan;
  if (previous.kind !== tokenKind.identifier || statement.heads !== 1 || statement.record) return;
  if (topOf(scan)?.role !== role.block || statement.start !== previous.start) return;
  const length = previous.end - previous.start;
  if (length < "if(_)".length) return;
  const name = scan.source.slice(previous.start, previous.end);
  cover(scan, {
    start: previous.start,
    end: previous.end,
    text: "if(_)".padEnd(length),
    entry: `block:${name}`,
  });
}

/** Brackets open at once in a function that anybody wrote. */
const deepestFunction = 500;

/** How far a brace in the first column looks for the end of its function: UTF-16 units, and braces on the way. */
const foresight = { length: 1 << 14, braces: 256 };

/**
 * Whether the braces of the function balance if a `}` in the first column closes the innermost one. Not so where the
 * text comes to a `{` in the first column first, as the next function's.
 */
function balancesBehind(scan: Scan, from: number): boolean {
  const { source } = scan;
  const end = Math.min(source.length, from + foresight.length);
  let depth = scan.braces - 1;
  let met = 0;
  let at = from + 1;
  let balances = false;
  for (let going = true; going && at < end; ) {
    const code = source.charCodeAt(at);
    if (code === openBrace || code === closeBrace) {
      const isFirst = source.charCodeAt(at - 1) === 10;
      depth += code === openBrace ? 1 : -1;
      balances = depth === 0 && isFirst;
      going = depth > 0 && !(code === openBrace && isFirst) && ++met < foresight.braces;
      at++;
    } else if (code === 47 || code === 34 || code === 39) at = behindSkipped(source, at, code);
    else at++;
  }
  scan.foreseen = Math.max(scan.foreseen, Math.min(at, source.length));
  return balances;
}

/** Behind the comment or literal that may begin here. */
function behindSkipped(source: string, at: number, code: number): number {
  if (code === 47) {
    const next = source.charCodeAt(at + 1);
    if (next !== 42 && next !== 47) return at + 1;
    const close = source.indexOf(next === 42 ? "*/" : "\n", at + 2);
    return close === -1 ? source.length : close + (next === 42 ? 2 : 0);
  }
  let end = at + 1;
  while (end < source.length && source.charCodeAt(end) !== code && source.charCodeAt(end) !== 10)
    end += source.charCodeAt(end) === 92 ? 2 : 1;
  return end + 1;
}

/**
 * Closes the brace that `}` stands for; one in the first column closes down to the brace of such a line, unless the
 * braces balance as they are.
 */
function popBrace(scan: Scan, at: number): Open {
  let depth = scan.stack.length - 1;
  let innermost = depth;
  while (innermost > 0 && scan.stack[innermost]?.character !== openBrace) innermost--;
  const resync =
    at === scan.lineStart && (scan.stack[innermost]?.indent ?? 0) > 0 && !balancesBehind(scan, at);
  if (resync) {
    let found = -1;
    for (let index = depth; index >= Math.max(0, depth - deepestFunction); index--) {
      const open = scan.stack[index];
      if (open?.character === openBrace && open.indent === 0) {
        found = index;
        break;
      }
    }
    if (found !== -1) depth = found;
  }
  while (scan.stack[depth]?.character !== openBrace) depth--;
  let last = scan.stack[depth] as Open;
  while (scan.stack.length > depth) {
    last = scan.stack.pop() as Open;
    if (last.character !== openBrace) continue;
    scan.braces--;
    if (last.role !== role.record && last.role !== role.linkage) scan.code--;
  }
  return last;
}
