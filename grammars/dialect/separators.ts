/**
 * Commas, semicolons and colons: the ends of arguments, statements and labels.
 * Knows the bracket they stand in.
 */
import { advance } from "./advance.ts";
import { braceArgument, closeVirtual, finishArgument } from "./arguments.ts";
import { assemblyToken } from "./assembly.ts";
import { tokenKind } from "./names.ts";
import { insertCharacter, trim } from "./rewrite.ts";
import { newStatement, type Open, role, type Scan } from "./state.ts";
import {
  closeParen,
  colon,
  comma,
  isCallRole,
  nextCode,
  openBrace,
  paren,
  resetArgument,
  semicolon,
  setPrevious,
  startStatement,
  topOf,
} from "./token-helpers.ts";

export function commaToken(scan: Scan, at: number): void {
  const top = topOf(scan);
  if (top === undefined) {
    advance(scan, comma, at, at + 1, undefined);
    return;
  }
  if (top.virtual === "braced" && (scan.statement.start === -1 || nextCode(scan, at + 1) === closeParen)) {
    closeVirtual(scan, top, at);
    commaToken(scan, at);
    return;
  }
  if (top.character === paren) {
    if (top.assembly !== undefined) assemblyToken(scan, top, comma, at, at + 1);
    finishArgument(scan, top, at);
    top.commas.push(at);
    top.argumentIndex++;
    resetArgument(top, at + 1);
    setPrevious(scan, comma, at);
  } else if (top.role === role.initializer || top.role === role.enumeration) {
    setPrevious(scan, comma, at);
    scan.statement = newStatement();
  } else {
    advance(scan, comma, at, at + 1, undefined);
  }
}

export function semicolonToken(scan: Scan, at: number): void {
  const top = topOf(scan);
  if (top === undefined || top.character === openBrace) {
    if (top?.virtual === "braced") top.commas.push(at);
    setPrevious(scan, semicolon, at);
    startStatement(scan);
    return;
  }
  if (isCallRole(top.role)) {
    const next = nextCode(scan, at + 1);
    const ends = next === comma || next === closeParen;
    const [first] = trim(scan.source, top.argumentStart, at);
    if (!ends && braceArgument(scan, top, first)) {
      topOf(scan)?.commas.push(at);
      setPrevious(scan, semicolon, at);
      startStatement(scan);
      return;
    }
    top.hasStatement = true;
    scan.points.push({ at, character: ends ? " " : "," });
    setPrevious(scan, semicolon, at);
    return;
  }
  if (top.role === role.member) {
    unwrapMembers(scan, top, at);
    return;
  }
  advance(scan, semicolon, at, at + 1, undefined);
}

/** `struct_group(name, members;)`: the members stand in the struct itself. */
function unwrapMembers(scan: Scan, open: Open, at: number): void {
  const from = open.nameStart;
  const to = open.argumentStart;
  const name = scan.source.slice(open.nameStart, open.nameEnd);
  if (!open.hasStatement) {
    open.hasStatement = true;
    for (let index = scan.edits.length - 1; index >= 0; index--) {
      const edit = scan.edits[index];
      if (edit === undefined || edit.start < from) break;
      if (edit.start < to) scan.edits.splice(index, 1);
    }
    const position = scan.edits.findIndex((edit) => edit.start >= from);
    const edit = { start: from, end: to, text: null, entry: `member:${name}` };
    if (position === -1) scan.edits.push(edit);
    else scan.edits.splice(position, 0, edit);
  }
  setPrevious(scan, semicolon, at);
}

export function colonToken(scan: Scan, at: number): void {
  const { previous, statement } = scan;
  const top = topOf(scan);
  if (top?.role === role.block) {
    const label = previous.kind === tokenKind.identifier && statement.heads === 1;
    const ends = label || statement.first === tokenKind.label;
    advance(scan, colon, at, at + 1, undefined);
    if (ends) {
      startStatement(scan);
      scan.lastLabel = label;
    }
    return;
  }
  if (top?.role === role.record && (previous.kind === comma || statement.declarator === undefined)) {
    nameBitField(scan, at);
  }
  advance(scan, colon, at, at + 1, undefined);
}

/** `u32 : 4;` → `u32 _: 4;`: the grammar wants a name. */
function nameBitField(scan: Scan, at: number): void {
  const { source, previous } = scan;
  const isBlank = (place: number): boolean =>
    source.charCodeAt(place) === 32 || source.charCodeAt(place) === 9;
  if (previous.kind === comma || at - previous.end > 1) insertCharacter(scan, previous.end, at, "_");
  else if (at > previous.end && isBlank(at + 1)) {
    scan.points.push({ at, character: "_" }, { at: at + 1, character: ":" });
  }
}
