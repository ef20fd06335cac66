/**
 * What a parenthesis opens and what its end leaves.
 * Knows the statement it stands in; braces only as the ends of blocks made of arguments.
 */
import { advance } from "./advance.ts";
import { closeVirtual, finishArgument } from "./arguments.ts";
import { assemblyGroup, assemblyToken, newAssembly } from "./assembly.ts";
import { blankWord, looksLikeAttribute } from "./declare.ts";
import { type KnownName, tokenKind } from "./names.ts";
import { resolvePending } from "./pending.ts";
import { blank, insertCharacter, joinRange, replaceName, rewriteBitmap, trim } from "./rewrite.ts";
import { type Open, role, type Scan } from "./state.ts";
import {
  breaksLine,
  closeParen,
  isFileLevel,
  isTypeStart,
  nextCode,
  openBrace,
  openBracket,
  paren,
  pushOpen,
  semicolon,
  setPrevious,
  skipSpace,
  star,
  startStatement,
  topOf,
} from "./token-helpers.ts";

export function openParen(scan: Scan, at: number): void {
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
  const named = previous.kind === tokenKind.identifier;
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
  const lines = breaksLine(source, word.end, previous.start);
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

export function closeParenToken(scan: Scan, at: number): void {
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
    case role.plain:
      // `void NAME(2)(long a) {`: a number makes no parameter list, so the call is the name.
      if (top.argumentTokens === 1 && top.argumentFirst === tokenKind.number && isFileLevel(topOf(scan))) {
        if (nextCode(scan, at + 1) === paren && top.nameStart < top.at) {
          joinRange(scan, top.nameStart, at + 1, "string-macro");
          setPrevious(scan, tokenKind.identifier, at);
          return;
        }
      }
      ungroupCall(scan, top.at, at);
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
