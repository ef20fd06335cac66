/** `--lines FROM-TO`: from lines of a file to what a run is to pass through. Words its own refusals. */
import { lineCounter } from "@pinscope/grammars/ir";
import { codePlaces, type Goal, linesGoal } from "@pinscope/simulator/interpreter";
import type { OpenFile } from "./open-file.ts";

/** The goal of passing through lines of a function; a text where they are none of its, or hold no code. */
export function goalOfLines(text: string, file: OpenFile, name: string): Goal | string {
  const match = /^(\d+)(?:-(\d+))?$/.exec(text);
  const from = Number(match?.[1]);
  const to = Number(match?.[2] ?? match?.[1]);
  if (match === null || from < 1 || from > to)
    return `--lines: expected FROM-TO such as 120-168, got "${text}"`;
  const outline = file.outlines.find((one) => one.name === name);
  const ir = file.lookup(name);
  if (outline === undefined || ir === null) throw new Error(`no outline of ${name}`);
  const lineOf = lineCounter(file.source);
  const first = lineOf(outline.start);
  const last = lineOf(Math.max(outline.start, outline.end - 1));
  if (from < first || to > last)
    return `--lines: ${name}() stands in lines ${first} to ${last} of ${file.path}, got ${text}`;
  const starts = lineStarts(file.source);
  const start = starts[from - 1] ?? 0;
  const goal = linesGoal(ir, file.source.slice(start, starts[to]), start);
  if (goal !== null) return goal;
  const lines = [...new Set(codePlaces(ir).map(({ start }) => lineOf(start)))].sort(
    (one, other) => one - other,
  );
  return `--lines: nothing that is run begins in ${from === to ? `line ${from}` : `lines ${from} to ${to}`} of ${name}(); code that is run: ${rangesText(lines)}`;
}

/** Offset at which each line begins. */
function lineStarts(source: string): number[] {
  const starts = [0];
  for (const { index, 0: end } of source.matchAll(/\r\n|\r|\n/g)) starts.push(index + end.length);
  return starts;
}

/** `3, 5-9`. */
function rangesText(lines: readonly number[]): string {
  const ranges: { from: number; to: number }[] = [];
  for (const line of lines) {
    const open = ranges.at(-1);
    if (open !== undefined && open.to === line - 1) open.to = line;
    else ranges.push({ from: line, to: line });
  }
  return ranges.map(({ from, to }) => (from === to ? String(from) : `${from}-${to}`)).join(", ");
}
