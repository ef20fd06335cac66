/**
 * The rewritings of equal length: joining a type name to an identifier, blanking, function headers, loops.
 * Knows where a construct lies; not how it was found.
 */
import { addCover, blanksFor, type Edit, insertEdit } from "./edits.ts";
import { hashStep, type NameTable, tokenKind } from "./names.ts";
import type { Open, Scan } from "./state.ts";
import type { LoopMacro } from "./types.ts";

const isWordCode = (code: number): boolean =>
  (code >= 97 && code <= 122) ||
  (code >= 65 && code <= 90) ||
  (code >= 48 && code <= 57) ||
  code === 95 ||
  code === 36 ||
  code >= 128;

const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13);

/** Moves inwards over white space at both ends. */
export function trim(source: string, start: number, end: number): readonly [number, number] {
  let from = start;
  let to = end;
  while (from < to && isSpace(source.charCodeAt(from))) from++;
  while (to > from && isSpace(source.charCodeAt(to - 1))) to--;
  return [from, to];
}

/** `int *` → `int__`: one identifier of the same length, never a word of the language. */
function identifierFrom(source: string, start: number, end: number, names: NameTable): string {
  let text = "";
  let hash = 0;
  for (let at = start; at < end; at++) {
    const code = source.charCodeAt(at);
    const keep = isWordCode(code) && code < 128 && !(at === start && code >= 48 && code <= 57);
    text += keep ? source.charAt(at) : "_";
    hash = hashStep(hash, text.charCodeAt(text.length - 1));
  }
  const known = names.find(text, 0, text.length, hash);
  if (known !== undefined && known.token !== tokenKind.identifier) text = `${text.slice(0, -1)}_`;
  return text;
}

/** Makes a stretch read as one identifier. What stands behind its first line break is blanked. */
export function joinRange(scan: Scan, start: number, end: number, entry: string): void {
  const [from, to] = trim(scan.source, start, end);
  if (from >= to) return;
  const lineBreak = scan.source.slice(from, to).search(/[\r\n]/);
  if (lineBreak === -1) {
    cover(scan, {
      start: from,
      end: to,
      text: identifierFrom(scan.source, from, to, scan.names),
      entry: null,
    });
    return;
  }
  const first = from + lineBreak;
  const head = identifierFrom(scan.source, from, first, scan.names);
  cover(scan, {
    start: from,
    end: to,
    text: head + blanksFor(scan.source, first, to),
    entry,
  });
}

/** Replaces a stretch at the end of what was read, and whatever was done inside it. */
export function cover(scan: Scan, edit: Edit): void {
  addCover(scan.edits, edit);
  const { points } = scan;
  let index = points.length;
  for (; index > 0; index--) {
    const at = points[index - 1]?.at ?? -1;
    if (at < edit.start) break;
    if (at < edit.end) points.splice(index - 1, 1);
  }
}

/** Blanks a stretch at the end of what was read. */
export function blank(scan: Scan, start: number, end: number, entry: string): void {
  cover(scan, { start, end, text: null, entry });
}

export function replaceName(scan: Scan, start: number, end: number, word: string): void {
  insertEdit(scan.edits, { start, end, text: word.padEnd(end - start), entry: null });
}

/**
 * Puts one character into the white space, comments or blanked lines of `from..to`.
 * @returns false when there is no room
 */
export function insertCharacter(scan: Scan, from: number, to: number, character: string): boolean {
  const { source } = scan;
  for (let at = to - 1; at >= from; at--) {
    const code = source.charCodeAt(at);
    if (code === 32 || code === 9 || code === 13) {
      scan.points.push({ at, character });
      return true;
    }
    if (code !== 10) break;
  }
  for (let at = from; at < to; at++) {
    const code = source.charCodeAt(at);
    if (code === 32 || code === 9 || code === 13) {
      scan.points.push({ at, character });
      return true;
    }
    if (code === 10) continue;
    return replaceSkipped(scan, at, to, character);
  }
  return false;
}

/** No room but in a comment or in a blanked line: that one gives its place. */
function replaceSkipped(scan: Scan, at: number, to: number, character: string): boolean {
  const { source } = scan;
  if (source.startsWith("//", at) || source.startsWith("/*", at)) {
    const line = source.charCodeAt(at + 1) === 47;
    const close = source.indexOf(line ? "\n" : "*/", at + 2);
    const end = close === -1 ? to : Math.min(to, line ? close : close + 2);
    insertEdit(scan.edits, {
      start: at,
      end,
      text: character + blanksFor(source, at + 1, end),
      entry: "comment",
    });
    return true;
  }
  for (let index = scan.edits.length - 1; index >= 0; index--) {
    const edit = scan.edits[index];
    if (edit === undefined || edit.end <= at) break;
    if (edit.start > at || edit.text !== null) continue;
    scan.points.push({ at, character });
    return true;
  }
  return false;
}

/** The macro call reads as a function header: `returns name(rest`. */
export function rewriteDefinition(scan: Scan, open: Open, close: number): void {
  const { source } = scan;
  const definition = open.known?.definition;
  const bounds = [open.at, ...open.commas, close];
  const count = bounds.length - 1;
  const index = Math.min(definition?.nameArgument ?? 0, count - 1);
  const nameFrom = bounds[index];
  const nameTo = bounds[index + 1];
  if (nameFrom === undefined || nameTo === undefined) return;
  const [nameStart, nameEnd] = trim(source, nameFrom + 1, nameTo);
  const definer = source.slice(open.nameStart, open.nameEnd);
  const entry = `definition:${definer}`;
  let name = source.slice(nameStart, nameEnd);
  if (!/^[A-Za-z_$][\w$]*$/.test(name)) name = identifierFrom(source, nameStart, nameEnd, scan.names);
  if (/[\r\n]/.test(source.slice(nameStart, nameEnd)) || nameStart === nameEnd) {
    // Nothing that could be a name: the macro itself is the function.
    rewriteUnnamed(scan, open, close, definer, entry);
    return;
  }
  const last = index === count - 1;
  // `name` and `()` need one character more than `name)`: the name moves by one.
  const shift = last && nameTo - nameEnd + 1 < 2 ? 1 : 0;
  const room = nameStart - shift - open.nameStart - 1;
  const wanted = definition?.returns ?? "int";
  const returns = wanted.length <= room ? wanted : "int";
  if (returns.length > room) return;
  const head = blanksKeeping(source, open.nameStart, nameStart - shift, returns);
  const parameters = definition?.parameters ?? "none";
  if (last || parameters === "none") {
    const from = nameEnd - shift;
    const tail = blanksFor(source, from, close + 1);
    // The parentheses stand where no line break is.
    const place = tail.search(/[^\r\n]{2}/);
    const text = place === -1 ? null : `${tail.slice(0, place)}()${tail.slice(place + 2)}`;
    if (text === null) return;
    cover(scan, { start: open.nameStart, end: close + 1, text: head + name + text, entry });
  } else {
    for (let at = index + 1; at < bounds.length - 1; at++) {
      const comma = bounds[at];
      if (comma === undefined) continue;
      if (at === index + 1) scan.points.push({ at: comma, character: "(" });
      else if (parameters === "pairs" && (at - index) % 2 === 0)
        scan.points.push({ at: comma, character: " " });
    }
    insertEdit(scan.edits, { start: open.nameStart, end: nameStart, text: head, entry });
    if (name !== source.slice(nameStart, nameEnd)) {
      insertEdit(scan.edits, { start: nameStart, end: nameEnd, text: name, entry: null });
    }
  }
  scan.notes.push({ kind: "definition", start: open.nameStart, end: close + 1, definer, name });
}

function rewriteUnnamed(scan: Scan, open: Open, close: number, definer: string, entry: string): void {
  const length = open.nameEnd - open.nameStart;
  if (length < 5) return;
  const name = definer.slice(4);
  cover(scan, {
    start: open.nameStart,
    end: close + 1,
    text: `int ${name}(${blanksFor(scan.source, open.at + 1, close)})`,
    entry,
  });
  scan.notes.push({ kind: "definition", start: open.nameStart, end: close + 1, definer, name });
}

/** Blanks with a word at the front, where no line break may stand. */
function blanksKeeping(source: string, start: number, end: number, word: string): string {
  const blanks = blanksFor(source, start, end);
  const lineBreak = blanks.search(/[\r\n]/);
  if (lineBreak !== -1 && lineBreak < word.length) return blanks;
  return word + blanks.slice(word.length);
}

/** A loop macro's name reads `while`; nothing happens where the name is too short. */
export function rewriteLoop(scan: Scan, open: Open, close: number): boolean {
  const { source } = scan;
  const name = source.slice(open.nameStart, open.nameEnd);
  const [from, to] = trim(source, open.at + 1, close);
  if (from === to) {
    if (close + 1 - open.nameStart < "while(_)".length) return false;
    const text = "while(_)".padEnd(close + 1 - open.nameStart);
    cover(scan, { start: open.nameStart, end: close + 1, text, entry: null });
  } else {
    if (name.length < "while".length) return false;
    replaceName(scan, open.nameStart, open.nameEnd, "while");
  }
  const macro: LoopMacro = open.known?.loop ?? { name, cursors: plainArguments(scan, open, close) };
  scan.notes.push({ kind: "loop", start: open.nameStart, end: open.nameEnd, macro });
  return true;
}

/** Of an unknown loop macro, every argument that is a plain name may be what it assigns. */
function plainArguments(scan: Scan, open: Open, close: number): number[] {
  const bounds = [open.at, ...open.commas, close];
  const found: number[] = [];
  for (let index = 0; index + 1 < bounds.length; index++) {
    const text = scan.source.slice((bounds[index] ?? 0) + 1, bounds[index + 1] ?? 0).trim();
    if (/^[a-z_]\w*$/.test(text)) found.push(index);
  }
  return found;
}

/**
 * A macro call at file scope before `=`, or before the braces of an initializer (`sign` then stands for its `)`),
 * reads as the declaration of some variable.
 */
export function rewriteInitialized(scan: Scan, open: Open, close: number, sign: boolean): void {
  const { source } = scan;
  const lineBreak = source.slice(open.nameStart, close + 1).search(/[\r\n]/);
  const last = sign ? close : close + 1;
  const end = lineBreak === -1 ? last : open.nameStart + lineBreak;
  if (end - open.nameStart < 5) return;
  const name = identifierFrom(source, open.nameStart + 4, end, scan.names);
  cover(scan, {
    start: open.nameStart,
    end: close + 1,
    text: `int ${name}${blanksFor(source, end, last)}${sign ? "=" : ""}`,
    entry: `file-scope:${source.slice(open.nameStart, open.nameEnd)}`,
  });
}

/** A macro call that is a function's name without a type before it: `int` and one name, in its place. */
export function rewriteNameMacro(scan: Scan, open: Open, close: number): void {
  const { source } = scan;
  if (close + 1 - open.nameStart < 6 || /[\r\n]/.test(source.slice(open.nameStart, close))) return;
  const name = identifierFrom(source, open.nameStart + 4, close + 1, scan.names);
  cover(scan, { start: open.nameStart, end: close + 1, text: `int ${name}`, entry: null });
  const definer = source.slice(open.nameStart, open.nameEnd);
  scan.notes.push({ kind: "definition", start: open.nameStart, end: close + 1, definer, name });
}

/** `DECLARE_BITMAP(name, bits)` reads `unsigned long  name[ bits]`. */
export function rewriteBitmap(scan: Scan, open: Open, close: number): void {
  const separator = open.commas[0];
  if (separator === undefined || open.at + 1 - open.nameStart !== "DECLARE_BITMAP(".length) return;
  insertEdit(scan.edits, { start: open.nameStart, end: open.at + 1, text: "unsigned long  ", entry: null });
  scan.points.push({ at: separator, character: "[" }, { at: close, character: "]" });
}
