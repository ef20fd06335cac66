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

/** Closes the brace that `}` stands for; one in the first column closes down to the brace of such a line. */
function popBrace(scan: Scan, at: number): Open {
  const resync = at === scan.lineStart;
  let depth = scan.stack.length - 1;
  if (resync) {
    let found = -1;
    for (let index = depth; index >= 0; index--) {
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
