/**
 * Reads a `#define` that the scan found: parameters, and the replacement text on one line without comments.
 */
import type { FileIndex } from "./file-index.ts";
import { continuesWord, isSpace, skipComment, skipLiteral, splitTokens, tokenize } from "./lexer.ts";
import type { DirectiveItem } from "./scan.ts";
import type { MacroDefinition } from "./types.ts";

/** The definition that `item` of the file stands for. */
export function readDefinition(file: FileIndex, item: DirectiveItem, name: string): MacroDefinition {
  const { text, path } = file;
  let start = item.afterName;
  let parameters: string[] | null = null;
  if (text.charCodeAt(start) === 40) {
    const close = parametersEnd(text, start, item.end);
    const inside = tokenize(text, start + 1, close, { directives: "none" });
    parameters = splitTokens(inside).map((part) => part.map((token) => token.text).join(""));
    start = Math.min(close + 1, item.end);
  }
  while (start < item.end && (isSpace(text.charCodeAt(start)) || isContinuation(text, start))) start++;
  let end = item.end;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
  return { name, parameters, body: cleanBody(text, start, end), file: path, start, end };
}

function parametersEnd(text: string, open: number, end: number): number {
  const close = text.indexOf(")", open);
  return close < 0 || close > end ? end : close;
}

function isContinuation(text: string, at: number): boolean {
  const next = text.charCodeAt(at + 1);
  return text.charCodeAt(at) === 92 && (next === 10 || next === 13);
}

/** One line: continuation lines joined by a space, comments as a space, white space runs as one. */
function cleanBody(text: string, start: number, end: number): string {
  const parts: string[] = [];
  let spaced = false;
  let at = start;
  while (at < end) {
    const code = text.charCodeAt(at);
    let stop = at + 1;
    let space = isSpace(code) || isContinuation(text, at);
    if (!space && code === 47) {
      const after = skipComment(text, at, end);
      space = after > at;
      if (space) stop = after;
    } else if (code === 34 || code === 39) stop = skipLiteral(text, at, end);
    else if (continuesWord(code)) while (stop < end && continuesWord(text.charCodeAt(stop))) stop++;
    if (!space) parts.push(text.slice(at, stop));
    else if (!spaced) parts.push(" ");
    spaced = space;
    at = stop;
  }
  return parts.join("").trim();
}
