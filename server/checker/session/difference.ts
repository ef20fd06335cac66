/** Stretches in which texts differ. Knows nothing of C. */
import type { TextEdit } from "@pinscope/grammars/syntax";

/** A replaced stretch: `start..oldEnd` of the old text became `start..newEnd` of the new one. */
export type TextDifference = TextEdit;

/** One stretch that covers two differences between the same texts. */
export function covering(one: TextDifference, other: TextDifference): TextDifference {
  const delta = one.newEnd - one.oldEnd;
  const oldEnd = Math.max(one.oldEnd, other.oldEnd);
  return { start: Math.min(one.start, other.start), oldEnd, newEnd: oldEnd + delta };
}
