/**
 * The bytes of one page, as an immutable value: a list of runs of equal bytes. Most pages are one run, so copying a page
 * is sharing this value. Knows no page.
 */
import { InvalidArgumentError } from "./arguments.ts";

const PAGE_SIZE = 4096;

interface Run {
  /** Offset after the last byte of the run; it starts where the one before ends. */
  readonly end: number;
  readonly value: number;
}

/** Runs that cover exactly one page, neighbors differing. */
export type Contents = readonly Run[];

/** A page full of one byte. */
export function filled(value: number): Contents {
  return [{ end: PAGE_SIZE, value }];
}

export const ZEROES: Contents = filled(0);

/** The byte at `offset`, 0..4095. */
export function byteAt(contents: Contents, offset: number): number {
  for (const run of contents) if (offset < run.end) return run.value;
  throw new InvalidArgumentError("offset", "0 to 4095, within the page", offset);
}

/** The same page with `length` bytes from `offset` set to `value`. */
export function withBytes(contents: Contents, offset: number, length: number, value: number): Contents {
  const stop = offset + length;
  if (offset < 0 || stop > PAGE_SIZE)
    throw new InvalidArgumentError(
      "offset",
      `bytes within the page, 0 to ${PAGE_SIZE}`,
      `${offset} to ${stop}`,
    );
  if (length <= 0) return contents;
  if (length === PAGE_SIZE) return filled(value);
  const runs: Run[] = [];
  const add = (end: number, byte: number): void => {
    const last = runs.at(-1);
    if (end <= (last?.end ?? 0)) return;
    if (last?.value === byte) runs[runs.length - 1] = { end, value: byte };
    else runs.push({ end, value: byte });
  };
  for (const run of contents) add(Math.min(run.end, offset), run.value);
  add(stop, value);
  for (const run of contents) if (run.end > stop) add(run.end, run.value);
  return runs;
}
