/** Takes a gup flag out of the flags argument in which it stands by name. */
import type { Fix, FixContext, FixEdit } from "./types.ts";

const gupFlag = /\bFOLL_[A-Z0-9_]+\b/g;

/** Drops `FOLL_PIN`, which only `mm/` may set: the pin calls set it themselves. */
export function dropInternalPin(context: FixContext): readonly Fix[] {
  if (!flagsIn(context).includes("FOLL_PIN")) return [];
  const isPinCall = /\bpin_user_pages\w*\s*\([^;{}]*$/.test(textBefore(context));
  return dropFlag(context, "FOLL_PIN", isPinCall ? "safe" : "review");
}

/** Drops `FOLL_GET` from pin calls, which refuse it; elsewhere it says what is meant. */
export function dropGetInPin(context: FixContext): readonly Fix[] {
  if (!flagsIn(context).includes("FOLL_GET") || !/\bpin_user_pages\w*\s*\([^;{}]*$/.test(textBefore(context)))
    return [];
  return dropFlag(context, "FOLL_GET", "safe");
}

/** Drops `FOLL_FORCE`: whether the access is a debugger's, only a person can tell. */
export function dropForce(context: FixContext): readonly Fix[] {
  return dropFlag(context, "FOLL_FORCE", "review");
}

/** The call up to the flags. */
function textBefore({ finding, source }: FixContext): string {
  return source.slice(Math.max(0, finding.location.start - 400), finding.location.start);
}

function flagsIn({ finding, file, source }: FixContext): readonly string[] {
  if (finding.location.file !== file) return [];
  return source.slice(finding.location.start, finding.location.end).match(gupFlag) ?? [];
}

function dropFlag(context: FixContext, flag: string, kind: Fix["kind"]): readonly Fix[] {
  const { start, end, file } = context.finding.location;
  if (file !== context.file) return [];
  const edits = withoutFlag(context.source.slice(start, end), flag);
  if (edits === null) return [];
  const shifted = edits.map((edit) => ({ ...edit, start: edit.start + start, end: edit.end + start }));
  return [{ title: `Drop ${flag}`, edits: shifted, kind }];
}

/**
 * The edits that take every use of a flag out of an expression: with the `|` that joins it, or as 0 where it stands
 * alone. Null where it is used in another way, or not at all.
 */
export function withoutFlag(expression: string, flag: string): readonly FixEdit[] | null {
  const edits: FixEdit[] = [];
  for (const match of expression.matchAll(new RegExp(`\\b${flag}\\b`, "g"))) {
    const start = match.index;
    const end = start + flag.length;
    const before = expression.slice(0, start);
    const after = expression.slice(end);
    const joinedBefore = /(?<!\|)\|\s*$/.exec(before);
    const joinedAfter = /^\s*\|(?![|=])\s*/.exec(after);
    if (joinedAfter !== null && (joinedBefore !== null || /(?:^|[(?:,=])\s*$/.test(before)))
      edits.push({ start, end: end + joinedAfter[0].length, text: "" });
    else if (joinedBefore !== null && /^\s*(?:$|[)?:,;])/.test(after))
      edits.push({ start: joinedBefore.index - spacesBefore(before, joinedBefore.index), end, text: "" });
    else if (/(?:^|[(?:,])\s*$/.test(before) && /^\s*(?:$|[):,])/.test(after))
      edits.push({ start, end, text: "0" });
    else return null;
  }
  return edits.length === 0 ? null : edits;
}

function spacesBefore(text: string, at: number): number {
  return at - text.slice(0, at).trimEnd().length;
}
