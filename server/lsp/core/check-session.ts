/**
 * The seam between documents and the checker: one session per open document, told of edits, asked for results.
 * Knows no protocol and no files.
 */
import type { SyntaxParser } from "@pinscope/grammars/syntax";
import { type CheckResult, type CheckSettings, checkFile } from "@pinscope/server/checker";
import type { TextEditRange } from "./documents.ts";

export interface CheckSession {
  /** The text was edited, one edit after the other; `text` is what came of it. */
  edit(edits: readonly TextEditRange[] | null, text: string): void;
  /** Checks the text as it is now. `files` holds the texts of the headers known so far; those lacking are named. */
  check(files: ReadonlyMap<string, string | null>): CheckResult;
  close(): void;
}

/** Opens a session on a text, under settings that hold for all of it. */
export function openCheckSession(
  path: string,
  text: string,
  settings: CheckSettings,
  parser: SyntaxParser,
): CheckSession {
  let source = text;
  return {
    edit(_edits, changed) {
      source = changed;
    },
    check(files) {
      return checkFile({ path, source, files: new Map([...files, [path, source]]), parser, settings });
    },
    close() {},
  };
}
