/**
 * Macro calls whose meaning the token behind them decides: loop, guard, statement, definition, declaration.
 * Knows calls that have closed; not how they were read.
 */
import { tokenKind } from "./names.ts";
import {
  blank,
  cover,
  insertCharacter,
  joinRange,
  replaceName,
  rewriteDefinition,
  rewriteInitialized,
  rewriteLoop,
  rewriteNameMacro,
  trim,
} from "./rewrite.ts";
import { indentAt, newStatement, type Open, type Pending, role, type Scan } from "./state.ts";
import {
  closeBrace,
  comma,
  equals,
  nameOf,
  newLine,
  nextCode,
  openBrace,
  openBracket,
  paren,
  semicolon,
  setPrevious,
  star,
  startStatement,
} from "./token-helpers.ts";

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
    if (
      kind === openBrace &&
      known?.loop === undefined &&
      /^_*(?:if|unless|with_|scoped_)/i.test(nameOf(scan, open))
    ) {
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
  if (
    kind !== closeBrace &&
    kind !== tokenKind.label &&
    indentAt(scan, at) > indentAt(scan, open.nameStart)
  ) {
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
  if (kind === paren) {
    // `PROG(name)(struct context *c) {`: the macro writes the name.
    rewriteNameMacro(scan, open, close);
    scan.statement.heads++;
    setPrevious(scan, tokenKind.identifier, close);
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
