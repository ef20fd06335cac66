/**
 * Checks an open file again after every edit: what an edit does not touch keeps its graphs and analyses, moved to where
 * they stand now. Knows no editor and does no I/O.
 */
import { differenceBetween } from "@pinscope/grammars/syntax";
import { mergeKernels } from "../merge.ts";
import { emptyStats } from "../readings.ts";
import type { CheckInput } from "../types.ts";
import { type Clock, startClock } from "./clock.ts";
import type { TextDifference } from "./difference.ts";
import { OpenKernel } from "./open-kernel.ts";
import type { Budget, CheckSession, SessionResult, SourceRange } from "./types.ts";

/** Opens a file. Nothing is read until the first call of the session. */
export function openSession(input: CheckInput): CheckSession {
  const { path, settings } = input;
  const files = new Map(input.files);
  const kernels = settings.kernels.map((kernel) => ({ kernel, open: new OpenKernel(input, kernel) }));
  let { source } = input;
  let revision = 0;
  let isOpen = false;

  const follow = (edit: TextDifference | null): void => {
    files.set(path, source);
    for (const { open } of kernels) open.update(source, files, isOpen ? edit : null);
    isOpen = true;
  };
  const work = (clock: Clock, settle: boolean): SessionResult => {
    if (!isOpen) follow(null);
    const states = kernels.map(({ kernel, open }) => ({ kernel, ...open.work(clock, settle) }));
    const { findings, functions, stats, missing } = mergeKernels(states, emptyStats);
    return {
      revision,
      findings,
      functions,
      pending: [...new Set(states.flatMap(({ pending }) => pending))],
      settled: states.every(({ settled }) => settled) && missing.every((one) => files.has(one)),
      stats,
      missing: missing.filter((one) => !files.has(one)),
    };
  };
  const change = (text: string, edit: TextDifference, budget: Budget): SessionResult => {
    const clock = startClock(budget);
    source = text;
    revision++;
    follow(edit);
    return work(clock, budget.milliseconds === undefined);
  };

  return {
    path,
    get source() {
      return source;
    },
    edit({ start, end }: SourceRange, text, budget = {}) {
      if (start < 0 || end < start || end > source.length) {
        throw new RangeError(`${start}..${end} lies outside a text of ${source.length} characters`);
      }
      const changed = source.slice(0, start) + text + source.slice(end);
      return change(changed, { start, oldEnd: end, newEnd: start + text.length }, budget);
    },
    update: (text, budget = {}) => change(text, differenceBetween(source, text), budget),
    supply(more, budget = {}) {
      const clock = startClock(budget);
      for (const [name, text] of more) files.set(name, text);
      revision++;
      follow(null);
      return work(clock, budget.milliseconds === undefined);
    },
    advance: (budget = {}) => work(startClock(budget), true),
    functions: () => (isOpen ? (kernels[0]?.open.functions() ?? null) : null),
    close: () => {
      for (const { open } of kernels) open.close();
    },
  };
}
