/** A place in a token list, and the moves that every reader of declarations makes. */
import { callAnnotations, plainAnnotations } from "./annotations.ts";
import { closingToken, type Token } from "./lexer.ts";

/** A place in a token list. */
export interface Cursor {
  readonly tokens: readonly Token[];
  at: number;
}

/** Text of the token at the cursor, or `offset` behind it. */
export function textAt(cursor: Cursor, offset = 0): string | undefined {
  return cursor.tokens[cursor.at + offset]?.text;
}

/** Moves behind the group that opens at the cursor. */
export function skipGroup(cursor: Cursor): void {
  cursor.at = Math.min(closingToken(cursor.tokens, cursor.at) + 1, cursor.tokens.length);
}

/** Skips annotations with and without arguments. */
export function skipAnnotations(cursor: Cursor): void {
  for (;;) {
    const text = textAt(cursor);
    if (text === undefined) return;
    if (callAnnotations.has(text) && textAt(cursor, 1) === "(") {
      cursor.at++;
      skipGroup(cursor);
    } else if (plainAnnotations.has(text)) cursor.at++;
    else return;
  }
}
