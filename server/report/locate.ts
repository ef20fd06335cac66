/** Turns offsets into lines and columns. Knows no file system: texts come from the caller. */

import type { Location } from "@pinscope/grammars/ir";
import type { Finding } from "@pinscope/server/checker";
import type { Place, ReportedFinding } from "./types.ts";

/** Answers with the text of a file of the run; undefined when it is not at hand. */
export type TextSource = (file: string) => string | undefined;

/** Finds lines and columns in one text; line breaks are `\n`, so a `\r` before one belongs to its line. */
export class LineTable {
  readonly #starts: readonly number[];

  constructor(text: string) {
    const starts = [0];
    for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
    this.#starts = starts;
  }

  /** Line and column, both from 1, of a UTF-16 offset. */
  position(offset: number): { readonly line: number; readonly column: number } {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.#starts[low] ?? 0) + 1 };
  }
}

/** Gives every offset of the findings its line and column. A file without text is placed at its first line. */
export function locateFindings(findings: readonly Finding[], texts: TextSource): ReportedFinding[] {
  const tables = new Map<string, LineTable>();
  const tableOf = (file: string): LineTable => {
    let table = tables.get(file);
    if (table === undefined) {
      table = new LineTable(texts(file) ?? "");
      tables.set(file, table);
    }
    return table;
  };
  return findings.map((finding) => {
    const { location, path, ...rest } = finding;
    return {
      ...rest,
      place: placeOf(location, tableOf),
      path: path.map((step) => ({
        place: placeOf(step.location, tableOf),
        message: step.message,
        nesting: step.nesting,
        role: step.role,
      })),
    };
  });
}

function placeOf(location: Location, tableOf: (file: string) => LineTable): Place {
  const table = tableOf(location.file);
  const start = table.position(location.start);
  const end = table.position(location.end);
  const place = {
    file: location.file,
    ...start,
    endLine: end.line,
    endColumn: end.column,
    start: location.start,
    end: location.end,
  };
  const body = location.expandedFrom;
  if (body === undefined) return place;
  const from = tableOf(body.file).position(body.start);
  return { ...place, expandedFrom: { macro: body.macro, file: body.file, ...from } };
}
