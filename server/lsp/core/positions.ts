/** Turns offsets of the checker into the protocol's positions, in the files of one result. Knows no file system. */
import type { Location as SourceLocation } from "@pinscope/grammars/ir";
import type { Location, Range } from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";
import type { Checked } from "./checked.ts";
import { uriBeside } from "./documents.ts";

export interface Positions {
  /** In the document itself. */
  range(start: number, end: number): Range;
  /** Anywhere; a file without text is placed at its first line. */
  location(location: SourceLocation): Location;
}

/** Positions in the texts that a result was made from. */
export function positionsOf({ document, texts }: Pick<Checked, "document" | "texts">): Positions {
  const documents = new Map<string, TextDocument>();
  const documentOf = (path: string): TextDocument => {
    let found = documents.get(path);
    if (found === undefined) {
      const text = path === document.path ? document.text : (texts.get(path) ?? "");
      found = TextDocument.create(uriBeside(document.uri, path), "c", 0, text);
      documents.set(path, found);
    }
    return found;
  };
  const rangeIn = (file: TextDocument, start: number, end: number): Range => ({
    start: file.positionAt(start),
    end: file.positionAt(end),
  });
  return {
    range: (start, end) => rangeIn(documentOf(document.path), start, end),
    location({ file, start, end }) {
      const found = documentOf(file);
      return { uri: found.uri, range: rangeIn(found, start, end) };
    },
  };
}

/** Whether two ranges share a position; ranges that only touch do. */
export function touches(left: Range, right: Range): boolean {
  return !isBefore(left.end, right.start) && !isBefore(right.end, left.start);
}

function isBefore(left: Range["start"], right: Range["start"]): boolean {
  return left.line < right.line || (left.line === right.line && left.character < right.character);
}
