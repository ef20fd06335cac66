/**
 * What each token means where it stands, and the rewriting that follows from it.
 * Knows neither characters nor directives: the scanner hands it tokens of the selected branches only.
 */
import { assemblyGroup, assemblyToken, newAssembly } from "./assembly.ts";
import { blankWord, declarationToken, looksLikeAttribute } from "./declare.ts";
import { insertEdit } from "./edits.ts";
import { type KnownName, tokenKind } from "./names.ts";
import {
  blank,
  cover,
  insertCharacter,
  joinRange,
  replaceName,
  rewriteBitmap,
  rewriteDefinition,
  rewriteInitialized,
  rewriteLoop,
  trim,
} from "./rewrite.ts";
import { indentAt, newStatement, type Open, type Pending, role, type Scan } from "./state.ts";

const paren = 40;
const closeParen = 41;
const star = 42;
const comma = 44;
const colon = 58;
const semicolon = 59;
const equals = 61;
const openBracket = 91;
const closeBracket = 93;
const openBrace = 123;
const closeBrace = 125;

const topOf = (scan: Scan): Open | undefined => scan.stack[scan.stack.length - 1];

const isFileLevel = (top: Open | undefined): boolean => top === undefined || top.role === role.linkage;

const isCallRole = (kind: number): boolean =>
  kind === role.call || kind === role.bareControl || kind === role.statement || kind === role.element;

const isTypeStart = (kind: number): boolean =>
  kind === tokenKind.type || kind === tokenKind.record || kind === tokenKind.qualifier;

/** Notes a token in its statement and its argument; the last step for every token. */
function advance(scan: Scan, kind: number, start: number, end: number, known: KnownName | undefined): void {
  const { previous, statement } = scan;
  const top = topOf(scan);
  if (top === undefined || top.character === openBrace) {
    if (statement.start === -1) {
      statement.start = start;
      statement.first = kind;
    }
    if (kind !== tokenKind.storage && kind !== tokenKind.qualifier) statement.heads++;
  } else {
    if (top.assembly !== undefined && kind !== closeParen) assemblyToken(scan, top, kind, start, end);
    if (top.argumentTokens === 0) top.argumentFirst = kind;
    top.argumentTokens++;
    if (kind >= 256 || kind === closeParen) top.argumentOperand = true;
  }
  previous.before = previous.kind;
  previous.beforeStart = previous.start;
  previous.kind = kind;
  previous.start = start;
  previous.end = end;
  previous.known = known;
  previous.atStart = false;
}

/** A name or a word of the language. */
export function nameToken(scan: Scan, start: number, end: number, known: KnownName | undefined): void {
  const { previous } = scan;
  const kind = known?.token ?? tokenKind.identifier;
  const field = previous.kind === 46 || previous.kind === tokenKind.arrow;
  if (known === undefined || field) {
    resolvePending(scan, tokenKind.identifier, start);
    if (!field && declares(scan) && declarationToken(scan, tokenKind.identifier, start, end, undefined))
      return;
    if (!field && parameterAttribute(scan, start, end)) return;
    joinAdjacent(scan, start);
    advance(scan, tokenKind.identifier, start, end, undefined);
    return;
  }
  if (known.annotation !== undefined || known.special === "free") {
    if (takeAnnotation(scan, start, end, known)) return;
  }
  resolvePending(scan, kind, start);
  if (kind === tokenKind.control || kind === tokenKind.prefix || known.loop !== undefined) {
    statementArgument(scan, start);
  }
  if (declares(scan) && declarationToken(scan, kind, start, end, known)) return;
  if (kind === tokenKind.identifier) {
    joinAdjacent(scan, start);
    if (known.special === "asm-words") {
      const words = {
        asm_volatile_goto: "asm volatile goto",
        asm_inline: "asm inline",
        __volatile: "volatile",
      }[known.name];
      if (words !== undefined) {
        replaceName(scan, start, end, words);
        scan.inAssembly ||= known.name !== "__volatile";
      }
    }
  } else if (kind === tokenKind.record && declares(scan)) {
    scan.statement.record = true;
    scan.statement.enumeration = known.name === "enum";
  } else if (kind === tokenKind.asm) {
    if (takeRegister(scan, start, end, known)) return;
    scan.inAssembly = true;
  } else if (kind === tokenKind.label) {
    scan.inCase = known.name === "case";
  }
  const top = topOf(scan);
  if (kind === tokenKind.jump && top !== undefined && isCallRole(top.role)) rewriteJump(scan, top, end);
  const wasStart = previous.atStart;
  advance(scan, kind, start, end, known);
  if (kind === tokenKind.prefix) startStatement(scan);
  else if (kind === tokenKind.label && wasStart) scan.statement.first = kind;
}

/** `register long a asm("rax")`: the register is an annotation of the variable. */
function takeRegister(scan: Scan, start: number, end: number, known: KnownName): boolean {
  const { kind } = scan.previous;
  if (
    (kind !== tokenKind.identifier && kind !== closeParen && kind !== closeBracket) ||
    scan.previous.atStart
  ) {
    return false;
  }
  if (nextCode(scan, end) !== paren || scan.statement.heads < 2) return false;
  scan.annotation = { known, start };
  return true;
}

/** `int unused ATTRIBUTE_UNUSED` in a parameter list. */
function parameterAttribute(scan: Scan, start: number, end: number): boolean {
  const { source, previous } = scan;
  const top = topOf(scan);
  if (top?.role !== role.plain || previous.kind !== tokenKind.identifier || scan.code > 0) return false;
  if (top.argumentTokens < (top.argumentFirst === tokenKind.record ? 3 : 2)) return false;
  const next = nextCode(scan, end);
  const text = source.slice(start, end);
  if ((next !== comma && next !== closeParen) || !looksLikeAttribute(text)) return false;
  blank(scan, start, end, `annotation:${text}`);
  return true;
}

/** Whether a declaration may stand here: directly in the file, a block or a record. */
function declares(scan: Scan): boolean {
  const top = topOf(scan);
  return (
    top === undefined || top.role === role.block || top.role === role.record || top.role === role.linkage
  );
}

/** Two names in a row in an expression (`KERN_ERR PFX "…"`, `u32 value`, `10 SECONDS`) read as one name. */
function joinAdjacent(scan: Scan, start: number): void {
  const { previous, statement } = scan;
  const top = topOf(scan);
  const number = previous.kind === tokenKind.number;
  if (previous.kind !== tokenKind.identifier && !number) return;
  if (top === undefined || top.character === openBrace) {
    if (top?.role === role.initializer && statement.heads === 1 && !number) {
      insertCharacter(scan, previous.end, start, ",");
      scan.statement = newStatement();
      return;
    }
    const expression =
      statement.assigned || statement.first === tokenKind.jump || top?.role === role.initializer;
    if (!expression || (statement.first === tokenKind.jump && previous.before === tokenKind.none)) return;
  } else {
    const joins = isCallRole(top.role) || (top.role === role.plain && scan.code > 0);
    if (top.argumentTokens === 0 || !joins) return;
  }
  if (scan.source.slice(previous.end, start).search(/[^ \t]/) !== -1) return;
  if (number) scan.points.push({ at: previous.start, character: "_" });
  scan.edits.push({ start: previous.end, end: start, text: "_".repeat(start - previous.end), entry: null });
}

function skipSpace(scan: Scan, from: number): number {
  let at = from;
  for (let code = scan.source.charCodeAt(at); code === 32 || (code >= 9 && code <= 13); ) {
    code = scan.source.charCodeAt(++at);
  }
  return at;
}

/** The first character at or behind `from` that is neither white space nor comment; NaN at the end. */
function nextCode(scan: Scan, from: number): number {
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

/** @returns false when the name is no annotation here */
function takeAnnotation(scan: Scan, start: number, end: number, known: KnownName): boolean {
  const withArguments = known.annotation?.withArguments ?? true;
  if (withArguments) {
    if (nextCode(scan, end) !== paren) return false;
    scan.annotation = { known, start };
    return true;
  }
  // A call of that name is no annotation, and a whole argument is handed on.
  const next = nextCode(scan, end);
  if (scan.previous.atStart && next === paren) return false;
  const { kind } = scan.previous;
  if ((kind === paren || kind === comma) && (next === comma || next === closeParen)) return false;
  blank(scan, start, end, `annotation:${known.name}`);
  return true;
}

export function literalToken(scan: Scan, kind: number, start: number, end: number): void {
  resolvePending(scan, kind, start);
  if (kind === tokenKind.number && pastedName(scan.source, start, end)) {
    scan.points.push({ at: start, character: "_" });
  }
  const { previous, lastCall } = scan;
  if (kind === tokenKind.string && previous.kind === closeParen && lastCall?.close === previous.start) {
    joinRange(scan, lastCall.start, lastCall.close + 1, "string-macro");
  }
  advance(scan, kind, start, end, undefined);
}

/** `3DNOW`, `15_0`: a piece of a name that a macro pastes together. */
function pastedName(source: string, start: number, end: number): boolean {
  const first = source.charCodeAt(start);
  if (end - start < 2 || first < 48 || first > 57) return false;
  for (let at = start; at < end; at++) {
    const code = source.charCodeAt(at);
    if (code >= 48 && code <= 57) continue;
    if (code === 39) return false;
    return !/^(?:0[xX][\da-fA-F]+(?:\.[\da-fA-F]*)?(?:[pP][-+]?\d+)?|0[bB][01]+|\d+\.?\d*(?:[eE][-+]?\d+)?)[uUlLfF]*$/.test(
      source.slice(start, end),
    );
  }
  return false;
}

/** `...` */
export function dotsToken(scan: Scan, start: number): void {
  resolvePending(scan, 46, start);
  if (scan.inCase) {
    scan.edits.push({ start, end: start + 3, text: " ||", entry: null });
    scan.notes.push({ kind: "case-range", start, end: start + 3 });
  }
  advance(scan, tokenKind.number, start, start + 3, undefined);
}

export function arrowToken(scan: Scan, start: number): void {
  resolvePending(scan, tokenKind.arrow, start);
  advance(scan, tokenKind.arrow, start, start + 2, undefined);
}

/** Any other character that is no white space. */
export function punctuationToken(scan: Scan, code: number, at: number): void {
  if (code === paren) {
    openParen(scan, at);
    return;
  }
  resolvePending(scan, code, at);
  switch (code) {
    case closeParen:
      closeParenToken(scan, at);
      return;
    case openBracket:
      advance(scan, code, at, at + 1, undefined);
      pushOpen(scan, code, at, role.index);
      return;
    case closeBracket:
      if (topOf(scan)?.character === openBracket) scan.stack.pop();
      advance(scan, code, at, at + 1, undefined);
      return;
    case openBrace:
      openBraceToken(scan, at);
      return;
    case closeBrace:
      closeBraceToken(scan, at);
      return;
    case comma:
      commaToken(scan, at);
      return;
    case semicolon:
      semicolonToken(scan, at);
      return;
    case colon:
      colonToken(scan, at);
      return;
    case star:
      starToken(scan, at);
      return;
    case equals: {
      const top = topOf(scan);
      if (top === undefined || top.character === openBrace) scan.statement.assigned = true;
      advance(scan, code, at, at + 1, undefined);
      return;
    }
    default:
      advance(scan, code, at, at + 1, undefined);
  }
}

/** `char ATTRIBUTE *p`: a name between type and star is an attribute. */
function starToken(scan: Scan, at: number): void {
  const { previous, statement } = scan;
  if (previous.kind === tokenKind.identifier) {
    const top = topOf(scan);
    const word = { start: previous.start, end: previous.end };
    const typed = previous.before === tokenKind.type || previous.before === tokenKind.identifier;
    if (declares(scan) && !statement.assigned && statement.declarator?.start === previous.start) {
      if (typed) {
        blankWord(scan, word);
        statement.declarator = undefined;
      } else if (previous.before === tokenKind.qualifier && statement.typeWord !== undefined) {
        const { start, end } = statement.typeWord;
        if (looksLikeAttribute(scan.source.slice(start, end))) blankWord(scan, statement.typeWord);
        statement.declarator = undefined;
      }
    } else if (top?.role === role.plain && scan.code === 0 && typed && top.argumentTokens > 1) {
      blankWord(scan, word);
    }
  }
  advance(scan, star, at, at + 1, undefined);
}

function startStatement(scan: Scan): void {
  scan.statement = newStatement();
  scan.previous.atStart = true;
  scan.inCase = false;
}

function pushOpen(
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

function openParen(scan: Scan, at: number): void {
  const { previous, annotation } = scan;
  if (annotation !== undefined) {
    const saved = { ...previous };
    const savedPending = scan.pending;
    scan.annotation = undefined;
    scan.pending = undefined;
    const open = pushOpen(scan, paren, at, role.annotation, {
      start: annotation.start,
      end: at,
      known: annotation.known,
    });
    open.savedPrevious = saved;
    open.savedPending = savedPending;
    previous.kind = paren;
    return;
  }
  resolvePending(scan, paren, at);
  const kind = parenRole(scan, at);
  const named = kind !== role.plain && kind !== role.control;
  const start = previous.start;
  const end = previous.end;
  const known = previous.known;
  advance(scan, paren, at, at + 1, undefined);
  const open = pushOpen(scan, paren, at, kind, named ? { start, end, known } : undefined);
  if (kind === role.statement && scan.afterDo && /^while./.test(scan.source.slice(start, end)))
    open.isDo = true;
  scan.afterDo = false;
  if (kind === role.assembly) open.assembly = newAssembly(0);
}

/** What the parenthesis after the previous token opens. */
function parenRole(scan: Scan, at: number): number {
  const { previous, statement } = scan;
  if (previous.kind === tokenKind.control) return role.control;
  if (previous.before === tokenKind.control && previous.kind === tokenKind.identifier)
    return role.bareControl;
  if (scan.inAssembly) {
    scan.inAssembly = false;
    return role.assembly;
  }
  if (previous.kind !== tokenKind.identifier) return role.plain;
  const { known } = previous;
  if (known?.special === "typeof") return role.typeName;
  if (known?.special === "offsetof") return role.offsetOf;
  if (known?.special === "alignof") return role.alignOf;
  const top = topOf(scan);
  const field = previous.before === 46 || previous.before === tokenKind.arrow;
  const code = scan.source.charCodeAt(at + 1);
  const pointer = code === star || code === 94;
  if (known?.name === "DECLARE_BITMAP" && statement.heads === 1) return role.bitmap;
  if (isFileLevel(top)) {
    if (statement.assigned) return role.call;
    dropWordBefore(scan, known);
    if (known?.definition !== undefined) return role.file;
    return statement.heads === 1 && !pointer ? role.file : role.plain;
  }
  if (top === undefined) return role.plain;
  switch (top.role) {
    case role.record:
      return statement.heads === 1 && !pointer && !field ? role.member : role.plain;
    case role.enumeration:
      return statement.heads === 1 ? role.enumerator : role.call;
    case role.initializer:
      return statement.heads === 1 ? role.element : stringOrCall(scan);
    case role.block: {
      if (statement.assigned || field) return stringOrCall(scan);
      if (statement.heads === 1) return role.statement;
      const declares =
        isTypeStart(statement.first) ||
        statement.first === tokenKind.storage ||
        (previous.before === tokenKind.identifier && statement.heads === 2);
      return declares ? role.plain : stringOrCall(scan);
    }
    case role.plain:
      return scan.code > 0 ? stringOrCall(scan) : role.plain;
    default:
      return stringOrCall(scan);
  }
}

/** `SOME_LIST` alone on its line, then `MACRO(…)`: the first is no type of the second. */
function dropWordBefore(scan: Scan, known: KnownName | undefined): void {
  const { source, statement, previous } = scan;
  const word = statement.typeWord;
  if (word === undefined || statement.heads !== 2 || statement.declarator?.start !== previous.start) return;
  const lines = source.slice(word.end, previous.start).includes("\n");
  const shapes =
    looksLikeAttribute(source.slice(word.start, word.end)) &&
    looksLikeAttribute(source.slice(previous.start, previous.end));
  const attribute = lines || source.startsWith("__", word.start);
  if (known?.definition === undefined && !(attribute && shapes)) return;
  blankWord(scan, word);
  if (statement.start === word.start) statement.start = previous.start;
  statement.heads = 1;
}

const stringOrCall = (scan: Scan): number =>
  scan.previous.before === tokenKind.string && topOf(scan)?.assembly === undefined ? role.string : role.call;

function commaToken(scan: Scan, at: number): void {
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

function resetArgument(open: Open, start: number): void {
  open.argumentStart = start;
  open.argumentFirst = tokenKind.none;
  open.argumentTokens = 0;
  open.argumentOperand = false;
  open.argumentBroken = false;
  open.hasStatement = false;
  open.jumpAt = -1;
}

function setPrevious(scan: Scan, kind: number, at: number): void {
  const { previous } = scan;
  previous.before = previous.kind;
  previous.beforeStart = previous.start;
  previous.kind = kind;
  previous.start = at;
  previous.end = at + 1;
  previous.known = undefined;
  previous.atStart = false;
}

/** An argument has ended at `end`: a type, an operator or a statement in it is made an expression. */
function finishArgument(scan: Scan, open: Open, end: number): void {
  if (open.argumentTokens === 0) {
    if (isCallRole(open.role)) fillArgument(scan, open, end);
    return;
  }
  const typed =
    open.known?.types?.includes(open.argumentIndex) === true && open.argumentFirst !== tokenKind.identifier;
  const joins = isCallRole(open.role) || open.role === role.offsetOf;
  if (!joins && !typed) return;
  if (open.hasStatement) {
    const [start, stop] = trim(scan.source, open.argumentStart, end);
    scan.notes.push({ kind: "statement-argument", start, end: stop });
    return;
  }
  if (open.argumentBroken) return;
  if (open.argumentFirst === 46) {
    rewriteDesignated(scan, open, end);
    return;
  }
  const lastStar = scan.previous.kind === star;
  if (typed || isTypeStart(open.argumentFirst) || lastStar || !open.argumentOperand) {
    joinRange(scan, open.argumentStart, end, "type-argument");
  }
}

/** `.event = 0xc0` as an argument: `_event - 0xc0`, which assigns nothing. */
function rewriteDesignated(scan: Scan, open: Open, end: number): void {
  const [start, stop] = trim(scan.source, open.argumentStart, end);
  const sign = scan.source.indexOf("=", start);
  scan.points.push({ at: start, character: "_" });
  if (sign !== -1 && sign < stop) scan.points.push({ at: sign, character: "-" });
  scan.notes.push({ kind: "statement-argument", start, end: stop });
}

/** An empty argument: `f(a, )`, `f(, b)`. */
function fillArgument(scan: Scan, open: Open, end: number): void {
  const closes = scan.source.charCodeAt(end) === closeParen;
  if (closes && open.commas.length === 0) return;
  if (insertCharacter(scan, open.argumentStart, end, "_")) return;
  // No room for a word: one comma less.
  scan.points.push({ at: closes ? open.argumentStart - 1 : end, character: " " });
}

/** `return -EINTR` → `return_-EINTR`, `goto out` → `goto_out`, `break` → `brea_`. */
function rewriteJump(scan: Scan, open: Open, end: number): void {
  open.hasStatement = true;
  if (open.jumpAt !== -1) return;
  const at = scan.source.charCodeAt(end) === 32 ? end : end - 1;
  scan.points.push({ at, character: "_" });
  open.jumpAt = at;
}

/** An argument that begins like a statement (`if`, `for`, `do`) is one: it becomes a block. */
function statementArgument(scan: Scan, start: number): void {
  const top = topOf(scan);
  if (top === undefined || !isCallRole(top.role) || top.argumentTokens !== 0) return;
  if (top.role === role.statement && top.commas.length === 0) {
    // `D1(if (x) y();)`: the statement stands where the macro does.
    scan.stack.pop();
    insertEdit(scan.edits, {
      start: top.nameStart,
      end: top.at + 1,
      text: null,
      entry: `unwrapped:${scan.source.slice(top.nameStart, top.nameEnd)}`,
    });
    pushVirtual(scan, top.at, "unwrapped");
  } else braceArgument(scan, top, start);
}

/** Puts `{` before an argument whose first token stands at `start`; false when there is no room. */
function braceArgument(scan: Scan, open: Open, start: number): boolean {
  if (!insertCharacter(scan, open.argumentStart, start, "{")) return false;
  if (open.jumpAt !== -1) {
    for (let index = scan.points.length - 1; index >= 0; index--) {
      if (scan.points[index]?.at === open.jumpAt) scan.points.splice(index, 1);
    }
  }
  open.argumentTokens++;
  open.argumentOperand = true;
  open.argumentBroken = true;
  open.argumentFirst = openBrace;
  open.hasStatement = false;
  pushVirtual(scan, open.argumentStart, "braced");
  return true;
}

function pushVirtual(scan: Scan, at: number, virtual: "braced" | "unwrapped"): void {
  const open = pushOpen(scan, openBrace, at, role.block);
  open.virtual = virtual;
  open.indent = 1;
  scan.braces++;
  scan.code++;
  startStatement(scan);
}

/** The `)` or `,` at `at` ends a block that was made of an argument. */
function closeVirtual(scan: Scan, open: Open, at: number): void {
  const { previous } = scan;
  scan.stack.pop();
  scan.braces--;
  scan.code--;
  scan.statement = open.saved;
  if (open.virtual === "unwrapped") {
    scan.edits.push({ start: at, end: at + 1, text: " ", entry: null });
    setPrevious(scan, closeParen, at);
    startStatement(scan);
    return;
  }
  if (insertCharacter(scan, previous.end, at, "}")) return;
  for (let index = scan.points.length - 1; index >= 0; index--) {
    const point = scan.points[index];
    if (point === undefined || point.character !== "{" || point.at < open.at) continue;
    scan.points.splice(index, 1);
    break;
  }
  // No room for braces: the statements read as one expression after the other.
  for (const place of open.commas) scan.points.push({ at: place, character: "," });
  const [start, end] = trim(scan.source, open.at, at);
  scan.notes.push({ kind: "statement-argument", start, end });
}

function semicolonToken(scan: Scan, at: number): void {
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

function colonToken(scan: Scan, at: number): void {
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

function closeParenToken(scan: Scan, at: number): void {
  const top = topOf(scan);
  if (top?.virtual !== undefined) {
    closeVirtual(scan, top, at);
    if (top.virtual === "braced") closeParenToken(scan, at);
    return;
  }
  if (top === undefined || top.character === openBrace) {
    advance(scan, closeParen, at, at + 1, undefined);
    return;
  }
  if (top.character === openBracket) {
    // `[` that was never closed: the parenthesis closes what stands around it.
    scan.stack.pop();
    closeParenToken(scan, at);
    return;
  }
  if (top.assembly !== undefined) assemblyToken(scan, top, closeParen, at, at + 1);
  finishArgument(scan, top, at);
  scan.stack.pop();
  switch (top.role) {
    case role.annotation:
      closeAnnotation(scan, top, at);
      return;
    case role.typeName:
      joinRange(scan, top.nameStart, at + 1, "type-argument");
      setPrevious(scan, tokenKind.identifier, at);
      return;
    case role.string:
      joinRange(scan, top.nameStart, at + 1, "string-macro");
      setPrevious(scan, tokenKind.identifier, at);
      return;
    case role.offsetOf:
      closeOffsetOf(scan, top, at);
      break;
    case role.bitmap:
      rewriteBitmap(scan, top, at);
      break;
    case role.bareControl:
      // `if time_after(a, b) …`: the macro brings the parentheses.
      if (insertCharacter(scan, at + 1, skipSpace(scan, at + 1), ")")) {
        scan.points.push({ at: top.nameStart - 1, character: "(" });
      }
      break;
    case role.alignOf:
      if (!isTypeStart(top.argumentFirst) && top.argumentTokens !== 1) {
        replaceName(
          scan,
          top.nameStart,
          top.nameEnd,
          `${scan.source.slice(top.nameStart, top.nameEnd - 1)}X`,
        );
      }
      break;
    case role.member:
      if (top.hasStatement) {
        // The members end in semicolons of their own.
        const next = skipSpace(scan, at + 1);
        if (scan.source.charCodeAt(next) === semicolon) scan.points.push({ at: next, character: " " });
        scan.edits.push({ start: at, end: at + 1, text: " ", entry: null });
        setPrevious(scan, closeParen, at);
        return;
      }
      break;
    case role.plain:
      ungroupCall(scan, top.at, at);
      break;
    default:
      break;
  }
  advance(scan, closeParen, at, at + 1, undefined);
  const outer = topOf(scan);
  if (outer?.assembly !== undefined) assemblyGroup(outer, top, at);
  if (top.role === role.control || top.role === role.bareControl) {
    const block = topOf(scan);
    if (block === undefined || block.character === openBrace) startStatement(scan);
  } else if (top.role === role.call) {
    scan.lastCall = { start: top.nameStart, close: at };
  } else if (top.role >= role.statement && top.role <= role.element) {
    scan.pending = { open: top, close: at };
  }
}

/** The grammar reads `(f()) & x` as a cast of `&x` to a function type: the parentheses around the call go. */
function ungroupCall(scan: Scan, open: number, close: number): void {
  const { source, lastCall } = scan;
  if (lastCall === undefined || lastCall.start <= open) return;
  if (source.slice(open + 1, lastCall.start).trim() !== "") return;
  if (source.slice(lastCall.close + 1, close).trim() !== "") return;
  const before = source.slice(Math.max(0, open - 40), open).trimEnd();
  if (!/[-=(,?:;{}&|+*/%<>!~^[]$|\breturn$/.test(before)) return;
  scan.points.push({ at: open, character: " " }, { at: close, character: " " });
  scan.lastCall = { start: open, close };
}

function closeAnnotation(scan: Scan, open: Open, at: number): void {
  const name = scan.source.slice(open.nameStart, open.nameEnd).trim();
  if (open.savedPrevious !== undefined) scan.previous = open.savedPrevious;
  scan.pending = open.savedPending;
  scan.statement = open.saved;
  blank(scan, open.nameStart, at + 1, `annotation:${name}`);
  if (open.known?.special === "free") {
    const [start, end] = trim(scan.source, open.at + 1, at);
    scan.notes.push({
      kind: "free-attribute",
      start: open.nameStart,
      end: at + 1,
      cleanup: scan.source.slice(start, end),
    });
    return;
  }
  const cleanup = cleanupFunction(name, scan.source.slice(open.at, at + 1));
  if (cleanup === null) return;
  scan.notes.push({ kind: "free-attribute", start: open.nameStart, end: at + 1, cleanup, byAddress: true });
}

/** The function of `__cleanup(f)` or of an attribute list that holds `cleanup(f)`. */
function cleanupFunction(annotation: string, list: string): string | null {
  if (annotation === "__cleanup") return /^\(\s*(\w+)\s*\)$/.exec(list)?.[1] ?? null;
  if (!annotation.startsWith("__attribute")) return null;
  return /\b(?:__)?cleanup(?:__)?\s*\(\s*(\w+)\s*\)/.exec(list)?.[1] ?? null;
}

/** The grammar reads `offsetof(type, field)` only; a path of fields makes it a call of another name. */
function closeOffsetOf(scan: Scan, open: Open, at: number): void {
  const first = open.commas[0];
  if (first === undefined) return;
  const member = scan.source.slice(first + 1, at).trim();
  if (/^\w+$/.test(member)) return;
  replaceName(scan, open.nameStart, open.nameEnd, "offset_f");
}

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

function openBraceToken(scan: Scan, at: number): void {
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
  open.indent = indentAt(scan.source, at);
  scan.braces++;
  if (kind !== role.record && kind !== role.linkage) scan.code++;
  startStatement(scan);
}

function closeBraceToken(scan: Scan, at: number): void {
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

const startsStatement = (kind: number): boolean =>
  kind === tokenKind.identifier ||
  (kind >= tokenKind.control && kind <= tokenKind.qualifier) ||
  kind === tokenKind.asm ||
  kind === closeBrace;

/** The token behind a closed macro call says what the call was. */
export function resolvePending(scan: Scan, kind: number, at: number): void {
  const { pending } = scan;
  if (pending === undefined) return;
  scan.pending = undefined;
  switch (pending.open.role) {
    case role.statement:
      resolveStatement(scan, pending, kind, at);
      break;
    case role.file:
      resolveFile(scan, pending, kind, at);
      break;
    case role.member:
      resolveMember(scan, pending, kind, at);
      break;
    case role.enumerator:
      blank(
        scan,
        pending.open.nameStart,
        kind === comma ? at + 1 : pending.close + 1,
        memberEntry(scan, pending.open),
      );
      break;
    case role.element:
      if (
        kind === tokenKind.identifier ||
        kind === openBrace ||
        (kind === 46 && newLine(scan, pending, at))
      ) {
        insertCharacter(scan, pending.close + 1, at, ",");
        setPrevious(scan, comma, at - 1);
        scan.statement = newStatement();
      } else {
        scan.lastCall = { start: pending.open.nameStart, close: pending.close };
      }
      break;
    default:
      break;
  }
}

const newLine = (scan: Scan, pending: Pending, at: number): boolean =>
  scan.source.slice(pending.close, at).includes("\n");

const memberEntry = (scan: Scan, open: Open): string =>
  `member:${scan.source.slice(open.nameStart, open.nameEnd)}`;

function resolveStatement(scan: Scan, pending: Pending, kind: number, at: number): void {
  const { open, close } = pending;
  const { known } = open;
  if (open.isDo) {
    // `do { … } while_each_x(…);`
    if (close > open.at + 1) replaceName(scan, open.nameStart, open.nameEnd, "while");
    return;
  }
  if (known?.special === "scoped-guard") {
    rewriteGuard(scan, open, close);
    startStatement(scan);
    return;
  }
  if (kind === equals && nextCode(scan, at + 1) === openBrace) {
    rewriteInitialized(scan, open, close, false);
    return;
  }
  const storage = scan.statement.first === tokenKind.storage;
  if (storage) {
    if (kind === semicolon) {
      insertStorageBlank(scan, scan.statement.start, open.nameStart);
    }
    return;
  }
  const loops = known?.loop !== undefined || (kind !== semicolon && looksLikeLoop(scan, open, kind));
  if (loops || kind === openBrace) {
    if (kind === openBrace && known?.loop === undefined && /^_*(?:if|unless|with_|scoped_)/i.test(nameOf(scan, open))) {
      replaceName(scan, open.nameStart, open.nameEnd, "if");
    } else if (!rewriteLoop(scan, open, close)) return;
    startStatement(scan);
    return;
  }
  if (kind === tokenKind.identifier && !newLine(scan, pending, at) && declaresName(scan, at)) {
    joinRange(scan, open.nameStart, close + 1, "type-argument");
    scan.statement.type = 2;
    setPrevious(scan, tokenKind.type, close);
    return;
  }
  if (kind === tokenKind.identifier && !newLine(scan, pending, at)) {
    // `bpf_for(i, 0, 3) sum += i;` repeats, `ASSERT_OK(e) LOG("…");` are two statements.
    if (/^[A-Z]/.test(nameOf(scan, open))) endStatement(scan, close, at);
    else if (rewriteLoop(scan, open, close)) startStatement(scan);
    return;
  }
  if (!startsStatement(kind) || !newLine(scan, pending, at)) {
    if (kind === closeBrace || kind === tokenKind.prefix) endStatement(scan, close, at);
    scan.lastCall = { start: open.nameStart, close };
    return;
  }
  if (kind !== closeBrace && kind !== tokenKind.label && indentAt(scan.source, at) > indentAt(scan.source, open.nameStart)) {
    if (rewriteLoop(scan, open, close)) startStatement(scan);
    return;
  }
  endStatement(scan, close, at);
}

/** `MACRO(…) name;`: the macro is a type. */
function declaresName(scan: Scan, at: number): boolean {
  const { source } = scan;
  let end = at;
  while (/[\w$]/.test(source.charAt(end))) end++;
  const next = nextCode(scan, end);
  return next === semicolon || next === openBracket || next === comma || next === equals;
}

const nameOf = (scan: Scan, open: Open): string => scan.source.slice(open.nameStart, open.nameEnd);

function endStatement(scan: Scan, close: number, at: number): void {
  if (!insertCharacter(scan, close + 1, at, ";")) return;
  setPrevious(scan, semicolon, close);
  startStatement(scan);
}

/** `static DEFINE_RATELIMIT_STATE(a, b, c);` in a function: without the storage word it is a call. */
function insertStorageBlank(scan: Scan, start: number, end: number): void {
  const edit = { start, end, text: null, entry: "storage" };
  let index = scan.edits.length;
  while (index > 0 && (scan.edits[index - 1]?.start ?? -1) >= start) index--;
  let last = index;
  while (last < scan.edits.length && (scan.edits[last]?.start ?? end) < end) last++;
  scan.edits.splice(index, last - index, edit);
}

function looksLikeLoop(scan: Scan, open: Open, kind: number): boolean {
  const name = nameOf(scan, open);
  if (!name.includes("for_each_") && !scan.names.loopPatterns.some((pattern) => name.includes(pattern)))
    return false;
  return startsStatement(kind) || kind === star || kind === 43 || kind === 45;
}

function rewriteGuard(scan: Scan, open: Open, close: number): void {
  const { source } = scan;
  replaceName(scan, open.nameStart, open.nameEnd, "if");
  const [start, end] = trim(source, open.at + 1, open.commas[0] ?? close);
  scan.notes.push({
    kind: "scoped-guard",
    start: open.nameStart,
    end: open.nameEnd,
    className: source.slice(start, end),
    arguments: [open.at + 1, close],
  });
}

function resolveFile(scan: Scan, pending: Pending, kind: number, at: number): void {
  const { open, close } = pending;
  const start = scan.statement.start === -1 ? open.nameStart : scan.statement.start;
  const entry = `file-scope:${nameOf(scan, open)}`;
  if (kind === openBrace) {
    if (scan.statement.record) return;
    if (open.known?.definition === undefined && nextCode(scan, at + 1) === 46) {
      rewriteInitialized(scan, open, close, true);
      scan.statement.assigned = true;
    } else rewriteDefinition(scan, open, close);
    return;
  }
  if (kind === equals) {
    rewriteInitialized(scan, open, close, false);
    return;
  }
  if (kind === semicolon) {
    cover(scan, { start, end: at, text: null, entry });
    return;
  }
  const declares = kind === tokenKind.identifier || (kind >= tokenKind.type && kind <= tokenKind.qualifier);
  if (declares || kind === tokenKind.none) {
    blank(scan, start, close + 1, entry);
    startStatement(scan);
  }
}

function resolveMember(scan: Scan, pending: Pending, kind: number, at: number): void {
  const { open, close } = pending;
  if (kind === semicolon) {
    blank(scan, open.nameStart, at, memberEntry(scan, open));
    scan.points.push({ at, character: " " });
  } else if (startsStatement(kind)) {
    blank(scan, open.nameStart, close + 1, memberEntry(scan, open));
    startStatement(scan);
  }
}
