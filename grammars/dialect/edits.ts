/**
 * Replacements of equal length: how they are collected and how the passed text is built from them.
 * Knows nothing of C.
 */

/** `source[start..end)` is blanked (`text` null: spaces, line breaks kept) or replaced by `text` of that length. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string | null;
  /** Table entry that the edit is counted under; null when nothing is lost. */
  readonly entry: string | null;
}

/** One character that wins over every edit at its place. */
export interface PointEdit {
  readonly at: number;
  readonly character: string;
}

/** Adds an edit; the ones inside its range are dropped, those behind it (blanked lines) stay. */
export function addCover(edits: Edit[], edit: Edit): void {
  let last = edits.length;
  while (last > 0 && (edits[last - 1]?.start ?? -1) >= edit.end) last--;
  let first = last;
  while (first > 0 && (edits[first - 1]?.start ?? -1) >= edit.start) first--;
  if (last === edits.length) {
    edits.length = first;
    edits.push(edit);
  } else edits.splice(first, last - first, edit);
}

/** Adds an edit before the ones that stand behind it, keeping the list sorted. It must not overlap any. */
export function insertEdit(edits: Edit[], edit: Edit): void {
  let at = edits.length;
  while (at > 0 && (edits[at - 1]?.start ?? -1) >= edit.start) at--;
  edits.splice(at, 0, edit);
}

/** Same length, spaces for everything but line breaks. */
export function blanksFor(source: string, start: number, end: number): string {
  let result = "";
  let from = start;
  for (let at = from; at < end; at++) {
    const code = source.charCodeAt(at);
    if (code !== 10 && code !== 13) continue;
    result += " ".repeat(at - from) + (code === 10 ? "\n" : "\r");
    from = at + 1;
  }
  return result + " ".repeat(end - from);
}

/** Characters of a stretch that are not white space. */
export function countInk(source: string, start: number, end: number): number {
  let ink = 0;
  for (let at = start; at < end; at++) {
    const code = source.charCodeAt(at);
    if (code !== 32 && (code < 9 || code > 13)) ink++;
  }
  return ink;
}

/** Builds `source[start..end)` with the edits (sorted, disjoint) and points (any order) applied. */
export function applyEdits(
  source: string,
  start: number,
  end: number,
  edits: readonly Edit[],
  points: readonly PointEdit[],
): string {
  const pieces: string[] = [];
  let at = start;
  for (const edit of edits) {
    if (edit.start > at) pieces.push(source.slice(at, edit.start));
    pieces.push(edit.text ?? blanksFor(source, edit.start, edit.end));
    at = edit.end;
  }
  pieces.push(source.slice(at, end));
  const text = pieces.join("");
  return points.length === 0 ? text : applyPoints(text, start, points);
}

function applyPoints(text: string, start: number, points: readonly PointEdit[]): string {
  const sorted = [...points].sort((one, other) => one.at - other.at);
  const pieces: string[] = [];
  let at = 0;
  for (const [index, point] of sorted.entries()) {
    const place = point.at - start;
    // The sort is stable: of two at one place, the later decision wins.
    if (sorted[index + 1]?.at === point.at) continue;
    pieces.push(text.slice(at, place), point.character);
    at = place + 1;
  }
  pieces.push(text.slice(at));
  return pieces.join("");
}
