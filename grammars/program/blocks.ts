/**
 * What stands in the braces of a file's functions: stretches that an edit inside leaves alone outside, and that are
 * parsed by themselves. Knows nothing of declarations.
 */
import { indexFile } from "./file-index.ts";
import { skipComment, skipLiteral } from "./lexer.ts";
import type { Region } from "./scan.ts";

const newline = 10;

/** The bodies of a file's functions in which no directive stands, as braces or the first column show them, in order. */
export function plainBodies(path: string, text: string): readonly Region[] {
  return blocksIn(path, text).blocks;
}

/** What stands in a function's braces. */
export interface Block extends Region {
  /** Braces open at the end of one that does not close; 0 of one that does. */
  readonly open: number;
}

export interface Blocks {
  /** In order. */
  readonly blocks: readonly Block[];
  /** Whether an edit inside one block can make no difference to another. */
  readonly independent: boolean;
}

export function blocksIn(path: string, text: string): Blocks {
  const { bodies, unclosed } = indexFile(path, text);
  const closed = bodies.map((body) => ({ ...body, open: 0 }));
  const others = unclosed.flatMap(({ start, end }) => {
    const open = openBraces(text, start, end);
    return open === null ? [] : [{ start, end, open }];
  });
  const blocks = [...closed, ...others].sort((one, other) => one.start - other.start);
  // What begins in a comment that goes on behind its end, or among directives, may be ended anywhere.
  return { blocks, independent: others.length === unclosed.length };
}

/**
 * Where a body that `scanText` would skip as one of `bodies` ends: behind the `}` that matches the `{` before `from`.
 * -1 where it does not close or holds a directive.
 */
export function plainBodyEnd(text: string, from: number): number {
  const { end, depth } = walkBlock(text, from, text.length);
  return depth === 0 ? end : -1;
}

/**
 * How many braces are open at `end` of the block whose `{` stands before `from`: at least one. Null where it closes
 * before, a comment goes on behind `end`, or there is a directive.
 */
export function openBraces(text: string, from: number, end: number): number | null {
  // In a block that does not balance directives count wherever they stand, in comments too.
  if (/\n[ \t]*#/.test(text.slice(from, end))) return null;
  const walked = walkBlock(text, from, end);
  return walked.depth > 0 && walked.end === end ? walked.depth : null;
}

/** Walks a block up to its closing brace, a directive (depth -1) or `limit`. */
function walkBlock(
  text: string,
  from: number,
  limit: number,
): { readonly end: number; readonly depth: number } {
  let depth = 1;
  let at = from;
  let lineStart = false;
  while (at < limit) {
    const code = text.charCodeAt(at);
    if (code === newline) {
      lineStart = true;
      at++;
      continue;
    }
    if (code <= 32) {
      at++;
      continue;
    }
    if (code === 47) {
      const after = skipComment(text, at, text.length);
      at = after > at ? after : at + 1;
      continue;
    }
    if (code === 35 && lineStart) return { end: at, depth: -1 };
    lineStart = false;
    if (code === 34 || code === 39) {
      at = skipLiteral(text, at, text.length);
      continue;
    }
    if (code === 123) depth++;
    else if (code === 125 && --depth === 0) return { end: at + 1, depth };
    at++;
  }
  return { end: at, depth };
}
