/** Rows and columns, which tree-sitter wants beside offsets. Knows text only. */
import type { TextEdit } from "./types.ts";

/** Both count from 0; the column in UTF-16 units. */
interface Place {
  readonly row: number;
  readonly column: number;
}

/** An edit as tree-sitter takes it. */
export interface PlacedEdit {
  readonly startIndex: number;
  readonly oldEndIndex: number;
  readonly newEndIndex: number;
  readonly startPosition: Place;
  readonly oldEndPosition: Place;
  readonly newEndPosition: Place;
}

export function placedEdit(before: string, after: string, edit: TextEdit): PlacedEdit {
  const startPosition = pointAt(before, edit.start, { row: 0, column: 0 }, 0);
  return {
    startIndex: edit.start,
    oldEndIndex: edit.oldEnd,
    newEndIndex: edit.newEnd,
    startPosition,
    oldEndPosition: pointAt(before, edit.oldEnd, startPosition, edit.start),
    newEndPosition: pointAt(after, edit.newEnd, startPosition, edit.start),
  };
}

/** The place of `offset`, counted on from a known place before it. */
function pointAt(text: string, offset: number, from: Place, fromOffset: number): Place {
  let row = from.row;
  let lineStart = fromOffset - from.column;
  for (let at = text.indexOf("\n", fromOffset); at !== -1 && at < offset; at = text.indexOf("\n", at + 1)) {
    row++;
    lineStart = at + 1;
  }
  return { row, column: offset - lineStart };
}
