/** Short pieces of source text for tables, and the application of edits. */
import type { SyntaxNode } from "@pinscope/grammars/syntax";
import type { Edit } from "./types.ts";

const longestExcerpt = 60;

/** A node's text on one line without needless spaces. */
export function compact(node: Pick<SyntaxNode, "start" | "end">, source: string): string {
  return source.slice(node.start, node.end).replace(/\s+/g, " ").trim();
}

/** The same, cut where a table would break. */
export function excerpt(node: Pick<SyntaxNode, "start" | "end">, source: string): string {
  const text = compact(node, source);
  return text.length <= longestExcerpt ? text : `${text.slice(0, longestExcerpt - 1)}…`;
}

/**
 * Applies edits that do not overlap. Line breaks that an edit removes are kept, so that later lines keep their
 * numbers. Throws RangeError on overlapping edits.
 */
export function applyEdits(source: string, edits: readonly Edit[]): string {
  let text = "";
  let at = 0;
  for (const edit of [...edits].sort((a, b) => a.start - b.start)) {
    if (edit.start < at) throw new RangeError("edits overlap");
    const removed = source.slice(edit.start, edit.end).split("\n").length - 1;
    const added = edit.text.split("\n").length - 1;
    text += source.slice(at, edit.start) + edit.text + "\n".repeat(Math.max(0, removed - added));
    at = edit.end;
  }
  return text + source.slice(at);
}

/** Whether edits touch a preprocessor line: then the text of one branch would reach into another. */
export function touchesDirective(source: string, edits: readonly Edit[]): boolean {
  return edits.some(({ start, end }) => /^\s*#/m.test(source.slice(start, end)));
}

/** 1-based line of an offset. */
export function lineOf(source: string, offset: number): number {
  let line = 1;
  for (let at = source.indexOf("\n"); at >= 0 && at < offset; at = source.indexOf("\n", at + 1)) line++;
  return line;
}
