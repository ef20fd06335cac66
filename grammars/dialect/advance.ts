/**
 * The last step for every token: it is noted in its statement and its argument.
 * Knows no rewriting but that of `asm`, whose pieces it reports.
 */
import { assemblyToken } from "./assembly.ts";
import { type KnownName, tokenKind } from "./names.ts";
import type { Scan } from "./state.ts";
import { closeParen, openBrace, topOf } from "./token-helpers.ts";

/** Notes a token in its statement and its argument; the last step for every token. */
export function advance(
  scan: Scan,
  kind: number,
  start: number,
  end: number,
  known: KnownName | undefined,
): void {
  const { previous, statement } = scan;
  const top = topOf(scan);
  if (top === undefined || top.character === openBrace) {
    if (statement.start === -1) {
      statement.start = start;
      statement.first = kind;
    }
    if (kind !== tokenKind.storage && kind !== tokenKind.qualifier) statement.heads++;
  } else {
    if (top.assembly !== undefined && kind !== closeParen) assemblyToken(scan, top, kind, start, end);
    if (top.argumentTokens === 0) top.argumentFirst = kind;
    top.argumentTokens++;
    if (kind >= 256 || kind === closeParen) top.argumentOperand = true;
  }
  previous.before = previous.kind;
  previous.beforeStart = previous.start;
  previous.kind = kind;
  previous.start = start;
  previous.end = end;
  previous.known = known;
  previous.atStart = false;
}
