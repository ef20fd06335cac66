/** What differs between two texts. Knows nothing of C. */
import type { TextEdit } from "./types.ts";

/** Compared at once where texts are equal: comparing slices is a comparison of memory. */
const stride = 1024;

/** The smallest stretch whose replacement makes one text the other; empty at the end for equal texts. */
export function differenceBetween(before: string, after: string): TextEdit {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (
    start + stride <= shorter &&
    before.slice(start, start + stride) === after.slice(start, start + stride)
  )
    start += stride;
  while (start < shorter && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  const most = shorter - start;
  const oldTail = before.length;
  const newTail = after.length;
  let same = 0;
  while (
    same + stride <= most &&
    before.slice(oldTail - same - stride, oldTail - same) ===
      after.slice(newTail - same - stride, newTail - same)
  )
    same += stride;
  while (same < most && before.charCodeAt(oldTail - same - 1) === after.charCodeAt(newTail - same - 1))
    same++;
  return { start, oldEnd: oldTail - same, newEnd: newTail - same };
}
