/**
 * Names under which a trigger goes on to other files: macros, and external functions, whose bodies use one. Works on
 * text alone, by the layout of kernel code (bodies open and close at the beginning of a line): a name too many makes
 * one more file be read, nothing else. Knows no file system.
 */
import type { WordFinder } from "./words.ts";

/** Macros of a text whose replacement uses one of the finder's names. */
export function wrapperMacros(text: string, finder: WordFinder): Set<string> {
  return new Set(finder.offsets(text).flatMap((offset) => macroAround(text, offset) ?? []));
}

/**
 * Functions of a text that other files can call and whose body uses one of the finder's names.
 * @param isHeader functions of a header are usable elsewhere although they are static.
 */
export function wrapperFunctions(text: string, isHeader: boolean, finder: WordFinder): Set<string> {
  const names = finder
    .offsets(text)
    .filter((offset) => macroAround(text, offset) === undefined)
    .flatMap((offset) => functionAround(text, offset, isHeader) ?? []);
  return new Set(names.filter((name) => name !== "main"));
}

/** The macro in whose replacement text the offset is. */
function macroAround(text: string, offset: number): string | undefined {
  let lineStart = text.lastIndexOf("\n", offset - 1) + 1;
  while (lineStart > 1 && endsWithBackslash(text, lineStart - 1)) {
    lineStart = text.lastIndexOf("\n", lineStart - 2) + 1;
  }
  let at = skipBlanks(text, lineStart);
  if (text[at] !== "#") return undefined;
  at = skipBlanks(text, at + 1);
  if (!text.startsWith("define", at)) return undefined;
  const define = /^define[ \t]+([A-Za-z_]\w*)/.exec(text.slice(at, at + 200));
  const name = define?.[1];
  if (name === undefined) return undefined;
  const nameEnd = at + (define?.[0].length ?? 0);
  if (offset < nameEnd || inComment(text.slice(nameEnd, offset))) return undefined;
  return name;
}

function inComment(before: string): boolean {
  return before.includes("//") || before.lastIndexOf("/*") > before.lastIndexOf("*/");
}

function endsWithBackslash(text: string, lineBreak: number): boolean {
  const before = text[lineBreak - 1] === "\r" ? lineBreak - 2 : lineBreak - 1;
  return text[before] === "\\";
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (text[at] === " " || text[at] === "\t") at++;
  return at;
}

/** The function in whose body the offset is, if other files can call it. */
function functionAround(text: string, offset: number, isHeader: boolean): string | undefined {
  const closed = text.lastIndexOf("\n}", offset);
  const opened = text.lastIndexOf("\n{", offset);
  let header: string;
  if (opened > closed) header = headerBefore(text, opened + 1);
  else {
    const brace = openingLine(text, Math.max(closed, 0), offset);
    if (brace === undefined) return undefined;
    header = headerBefore(text, brace);
  }
  if (!isHeader && /\bstatic\b/.test(header)) return undefined;
  for (const match of header.matchAll(/([A-Za-z_]\w*)\s*\(/g)) {
    const name = match[1] as string;
    // An upper-case name is a macro that defines a function, not the function's name.
    if (name !== "__attribute__" && !/^[A-Z0-9_]+$/.test(name)) return name;
  }
  return undefined;
}

/** The `{` at the end of the last line that begins in column 1 with a name and could be a function's header. */
function openingLine(text: string, from: number, offset: number): number | undefined {
  for (
    let lineEnd = text.lastIndexOf("{\n", offset);
    lineEnd > from;
    lineEnd = text.lastIndexOf("{\n", lineEnd - 1)
  ) {
    const lineStart = text.lastIndexOf("\n", lineEnd) + 1;
    if (/[A-Za-z_]/.test(text[lineStart] ?? "") && text.slice(lineStart, lineEnd).includes("("))
      return lineEnd;
    if (lineEnd === 0) break;
  }
  return undefined;
}

/** Longest function header looked at. */
const headerLimit = 2000;

/** Text between the end of whatever stands before and the opening brace. */
function headerBefore(text: string, brace: number): string {
  const before = text.slice(Math.max(0, brace - headerLimit), brace).trimEnd();
  const cut = Math.max(
    before.lastIndexOf("\n\n"),
    before.lastIndexOf(";\n"),
    before.lastIndexOf("}\n"),
    before.lastIndexOf("*/\n"),
    before.lastIndexOf("\n#"),
  );
  return before.slice(cut + 1);
}
