/** Where suppression comments go, and how they come out again. Works on text; knows no protocol. */

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** What stands for the reason until somebody writes one. */
const reason = "say why";

/** A comment on a line of its own above the finding's; null where none can stand (inside a macro's definition). */
export function suppressHere(source: string, offset: number, rule: string): Edit | null {
  const lineStart = source.lastIndexOf("\n", offset - 1) + 1;
  if (/\\\r?\n$/.test(source.slice(0, lineStart))) return null;
  const indent = /^[ \t]*/.exec(source.slice(lineStart))?.[0] ?? "";
  const text = `${indent}/* pinscope-ignore ${rule}: ${reason} */${lineBreakOf(source)}`;
  return { start: lineStart, end: lineStart, text };
}

/** A comment above the first directive, or at the very beginning. */
export function suppressInFile(source: string, rule: string): Edit {
  const withoutComments = source.replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, " "));
  const directive = /^[ \t]*#/m.exec(withoutComments)?.index ?? 0;
  const text = `/* pinscope-ignore-file ${rule}: ${reason} */${lineBreakOf(source)}`;
  return { start: directive, end: directive, text };
}

/** Takes a comment out, with its line where nothing else stands on it. */
export function removeSuppression(source: string, start: number, end: number): Edit {
  const lineStart = source.lastIndexOf("\n", start - 1) + 1;
  const rest = /^[ \t]*(?:\r?\n)?/.exec(source.slice(end))?.[0] ?? "";
  const isAlone =
    source.slice(lineStart, start).trim() === "" &&
    (rest.endsWith("\n") || end + rest.length === source.length);
  if (isAlone) return { start: lineStart, end: end + rest.length, text: "" };
  const before = /[ \t]*$/.exec(source.slice(lineStart, start))?.[0] ?? "";
  return { start: start - before.length, end, text: "" };
}

function lineBreakOf(source: string): string {
  return source.includes("\r\n") ? "\r\n" : "\n";
}
