/** Runs a program on both sides and says where they part. */
import type { FunctionIr } from "@pinscope/grammars/ir";
import type { SyntaxParser } from "@pinscope/grammars/syntax";
import { type GccResult, type GccSettings, runWithGcc } from "./gcc.ts";
import { lowerText } from "./lower.ts";
import type { EntrySpec, ProgramSpec } from "./spec.ts";
import { runEntry, type WorldSettings } from "./world.ts";

export interface Difference {
  readonly entry: string;
  readonly seed: bigint;
  /** Line of the log where the two part, and what each says there. */
  readonly line: number;
  readonly gcc: string;
  readonly ours: string;
  readonly before: readonly string[];
}

export interface Comparison {
  readonly entries: number;
  readonly runs: number;
  readonly events: number;
  /** Functions the lowering says it read with loss. */
  readonly withProblems: readonly string[];
  readonly differences: readonly Difference[];
  /** Runs that C leaves undefined, by reason; only where the settings allow them. */
  readonly undefinedRuns: ReadonlyMap<string, number>;
}

export interface ComparisonSettings {
  readonly world: WorldSettings;
  /** Runs that read or do what C leaves undefined are counted apart instead of compared. */
  readonly allowUndefined: boolean;
}

/** Our log of one entry, or a line saying why there is none. */
export function ourLog(
  spec: ProgramSpec,
  entry: EntrySpec,
  functions: ReadonlyMap<string, FunctionIr>,
  seed: bigint,
  settings: WorldSettings,
): readonly string[] {
  if (!functions.has(entry.name)) return [`= stuck: ${entry.name} was not found`];
  return runEntry(spec, entry, functions, seed, settings).lines;
}

/** Compares all entries of `spec` with logs that gcc gave for the same seeds. */
function compareLogs(
  spec: ProgramSpec,
  seeds: readonly (readonly bigint[])[],
  logs: ReadonlyMap<string, readonly (readonly string[])[]>,
  path: string,
  parser: SyntaxParser,
  settings: ComparisonSettings,
): Comparison {
  const unit = lowerText(path, spec.source, parser);
  const differences: Difference[] = [];
  const undefinedRuns = new Map<string, number>();
  let runs = 0;
  let events = 0;
  spec.entries.forEach((entry, index) => {
    (seeds[index] ?? []).forEach((seed, run) => {
      const gcc = logs.get(entry.name)?.[run] ?? ["= no log"];
      const ours = ourLog(spec, entry, unit.functions, seed, settings.world);
      const undefinedReason = settings.allowUndefined ? undefinedIn(ours) : null;
      if (undefinedReason !== null) {
        undefinedRuns.set(undefinedReason, (undefinedRuns.get(undefinedReason) ?? 0) + 1);
        return;
      }
      runs += 1;
      events += gcc.length;
      const difference = firstDifference(gcc, ours);
      if (difference !== null) differences.push({ entry: entry.name, seed, ...difference });
    });
  });
  const withProblems = spec.entries
    .map(({ name }) => name)
    .filter((name) => (unit.functions.get(name)?.problems.length ?? 0) > 0);
  return { entries: spec.entries.length, runs, events, withProblems, differences, undefinedRuns };
}

function undefinedIn(lines: readonly string[]): string | null {
  const ending = lines.find((line) => line.startsWith("= stuck: "));
  const cause = ending === undefined ? null : (/^= stuck: ([\w-]+)/.exec(ending)?.[1] ?? null);
  return cause !== null && ["out-of-bounds", "dead-object", "undefined-arithmetic"].includes(cause)
    ? cause
    : null;
}

function firstDifference(
  gcc: readonly string[],
  ours: readonly string[],
): Omit<Difference, "entry" | "seed"> | null {
  const length = Math.max(gcc.length, ours.length);
  for (let line = 0; line < length; line += 1) {
    if (gcc[line] === ours[line]) continue;
    return {
      line,
      gcc: gcc[line] ?? "(end)",
      ours: ours[line] ?? "(end)",
      before: gcc.slice(Math.max(0, line - 2), line),
    };
  }
  return null;
}

export type ComparisonResult =
  | { readonly kind: "compared"; readonly comparison: Comparison }
  | Extract<GccResult, { kind: "failed" }>;

/** Compiles, runs and compares. */
export function compareWithGcc(
  spec: ProgramSpec,
  seeds: readonly (readonly bigint[])[],
  gcc: GccSettings,
  parser: SyntaxParser,
  settings: ComparisonSettings,
): ComparisonResult {
  const result = runWithGcc(spec, seeds, gcc);
  if (result.kind === "failed") return result;
  return {
    kind: "compared",
    comparison: compareLogs(spec, seeds, result.logs, `${gcc.stem}.c`, parser, settings),
  };
}
