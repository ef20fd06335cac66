/**
 * Declarations in which one word is too many: an attribute macro that no table names.
 * C allows one type and one name in a row; a third word is an attribute, and so is a word before `int` or `struct`.
 */
import { insertEdit } from "./edits.ts";
import { type KnownName, tokenKind } from "./names.ts";
import { blank, insertCharacter } from "./rewrite.ts";
import { indentAt, newStatement, type Range, role, type Scan } from "./state.ts";
import { breaksLine } from "./token-helpers.ts";

const attributeShape =
  /^__(?![us]\d+$|[lb]e\d+$|\w*_t$|sum16$|wsum$|virtio\d+$|fs\d+$|hc\d+$)|^[A-Z][A-Z0-9_]*$|inline|export|attribute/i;

const strictShape = (text: string): boolean =>
  /^[A-Z]/.test(text) ? /^[A-Z][A-Z0-9_]*$/.test(text) : /^__|inline|export|attribute/i.test(text);

/** Whether a name has the shape of an attribute macro: `__x`, `X_Y`, `…inline…`; never a kernel type. */
export const looksLikeAttribute = (text: string): boolean => attributeShape.test(text) && strictShape(text);

const open = 40;

function nextCode(source: string, from: number): number {
  for (let at = from; ; at++) {
    const code = source.charCodeAt(at);
    if (!(code === 32 || (code >= 9 && code <= 13))) return code;
  }
}

/** Blanks a word read earlier in this statement. */
export function blankWord(scan: Scan, word: Range): void {
  insertEdit(scan.edits, {
    start: word.start,
    end: word.end,
    text: null,
    entry: `annotation:${scan.source.slice(word.start, word.end)}`,
  });
}

/**
 * A word of the language or a name where a declaration may stand.
 * @returns true when the token itself was blanked or begins a blanked argument list
 */
export function declarationToken(
  scan: Scan,
  kind: number,
  start: number,
  end: number,
  known: KnownName | undefined,
): boolean {
  const { statement, previous } = scan;
  if (statement.assigned) return false;
  if (statement.first >= tokenKind.control && statement.first <= tokenKind.label) return false;
  if (kind === tokenKind.type || kind === tokenKind.record) {
    if (statement.typeWord !== undefined && statement.declarator === undefined && statement.heads === 1) {
      dropLoneWord(scan, statement.typeWord, start);
    }
    scan.statement.type = kind === tokenKind.type ? 2 : 1;
    return false;
  }
  if (kind !== tokenKind.identifier) {
    const ends = kind !== tokenKind.qualifier && kind !== tokenKind.size && kind !== tokenKind.asm;
    if (
      ends &&
      statement.typeWord !== undefined &&
      statement.heads === 1 &&
      previous.kind === tokenKind.identifier
    ) {
      dropLoneWord(scan, statement.typeWord, start);
    }
    return false;
  }
  if (statement.type === 0) {
    statement.type = 2;
    statement.typeWord = { start, end };
    return false;
  }
  if (statement.type === 1) {
    statement.type = 2;
    return false;
  }
  if (statement.declarator === undefined) {
    const word = statement.typeWord;
    if (word !== undefined && standsAlone(scan, word, start)) {
      dropLoneWord(scan, word, start);
      return declarationToken(scan, kind, start, end, known);
    }
    if (previous.kind === 58 || previous.kind === 63) return false;
    statement.declarator = { start, end };
    return false;
  }
  if (previous.kind === tokenKind.identifier && previous.start === statement.declarator.start) {
    return resolveThree(scan, statement.declarator, start, end, known);
  }
  if (previous.kind === 93 || previous.kind === 41) return trailingWord(scan, start, end, known);
  return false;
}

/** `CRITICAL_BEGIN` on a line of its own in a block, no deeper line behind it: a statement, not a type. */
function standsAlone(scan: Scan, word: Range, at: number): boolean {
  const { source, statement } = scan;
  if (scan.stack[scan.stack.length - 1]?.role !== role.block) return false;
  if (statement.heads !== 1 || statement.start !== word.start || scan.previous.start !== word.start)
    return false;
  if (!breaksLine(source, word.end, at)) return false;
  if (indentAt(scan, at) > indentAt(scan, word.start)) return false;
  return looksLikeAttribute(source.slice(word.start, word.end));
}

/** A name alone before a declaration or statement: an attribute, or a macro that is a whole statement. */
function dropLoneWord(scan: Scan, word: Range, at: number): void {
  const { source } = scan;
  const inBlock = scan.stack[scan.stack.length - 1]?.role === role.block;
  const line = breaksLine(source, word.end, at);
  if (inBlock && line && indentAt(scan, at) <= indentAt(scan, word.start)) {
    // Where there is no room, the macro's last letter gives its place.
    if (!insertCharacter(scan, word.end, at, ";")) scan.points.push({ at: word.end - 1, character: ";" });
    scan.statement = newStatement();
    scan.previous.kind = 59;
    scan.previous.atStart = true;
    return;
  }
  blankWord(scan, word);
  const start = scan.statement.start === word.start ? -1 : scan.statement.start;
  scan.statement = { ...newStatement(), start };
  scan.previous.kind = tokenKind.none;
  scan.previous.atStart = start === -1;
}

/** `type name word`: one of the three is an attribute. */
function resolveThree(
  scan: Scan,
  declarator: Range,
  start: number,
  end: number,
  known: KnownName | undefined,
): boolean {
  const { source, statement } = scan;
  const text = source.slice(start, end);
  const middle = source.slice(declarator.start, declarator.end);
  const first = statement.typeWord;
  const calls = nextCode(source, end) === open;
  const type = first === undefined ? "" : source.slice(first.start, first.end);
  if (!calls && looksLikeAttribute(text)) {
    blank(scan, start, end, `annotation:${text}`);
    return true;
  }
  if (calls && looksLikeAttribute(text) && !looksLikeAttribute(middle) && !looksLikeAttribute(type)) {
    scan.annotation = { known: known ?? { name: text, token: tokenKind.identifier }, start };
    return true;
  }
  if (first !== undefined && !looksLikeAttribute(middle) && !/_t$|^[us]\d+$/.test(type)) {
    blankWord(scan, first);
    statement.typeWord = declarator;
    if (statement.start === first.start) statement.start = declarator.start;
  } else blankWord(scan, declarator);
  statement.heads--;
  statement.declarator = { start, end };
  return false;
}

/** A word behind an array bound or a parameter list, before `;` or `=`. */
function trailingWord(scan: Scan, start: number, end: number, known: KnownName | undefined): boolean {
  const { source } = scan;
  const next = nextCode(source, end);
  const text = source.slice(start, end);
  if (next === open) {
    if (scan.stack[scan.stack.length - 1]?.role === role.block) return false;
    scan.annotation = { known: known ?? { name: text, token: tokenKind.identifier }, start };
    return true;
  }
  if (next !== 59 && next !== 61 && next !== 44) return false;
  blank(scan, start, end, `annotation:${text}`);
  return true;
}
