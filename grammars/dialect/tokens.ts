/**
 * Names, literals and operators, and which handler a token goes to.
 * Knows neither characters nor directives: the scanner hands it tokens of the selected branches only.
 */
import { advance } from "./advance.ts";
import { joinAdjacent, rewriteJump, statementArgument } from "./arguments.ts";
import { closeBraceToken, openBraceToken } from "./braces.ts";
import { blankWord, declarationToken, looksLikeAttribute } from "./declare.ts";
import { type KnownName, tokenKind } from "./names.ts";
import { closeParenToken, openParen } from "./parens.ts";
import { resolvePending } from "./pending.ts";
import { blank, joinRange, replaceName } from "./rewrite.ts";
import { colonToken, commaToken, semicolonToken } from "./separators.ts";
import { role, type Scan } from "./state.ts";
import {
  closeBrace,
  closeBracket,
  closeParen,
  colon,
  comma,
  declares,
  equals,
  isCallRole,
  nextCode,
  openBrace,
  openBracket,
  paren,
  pushOpen,
  semicolon,
  star,
  startStatement,
  topOf,
} from "./token-helpers.ts";

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
