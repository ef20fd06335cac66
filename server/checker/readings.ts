/** What checking a file whole and checking it after edits share: how a reading begins and what is told of it. */
import type { ConditionSettings } from "@pinscope/grammars/dialect";
import type { CheckedFunction, CheckSettings, FileStats, KernelChoice } from "./types.ts";
import type { Reading } from "./variants.ts";

export const emptyStats: FileStats = {
  functions: 0,
  functionsAnalyzed: 0,
  functionsWithSyntaxErrors: 0,
  functionsOverBudget: 0,
  acquisitions: { seen: 0, followed: 0, givenUp: {} },
  walks: { recursionsCut: 0, unconfirmedClaims: 0 },
  replay: { confirmed: 0, refuted: 0, unreplayable: 0 },
  ms: { parse: 0, lower: 0, analyze: 0, replay: 0 },
  unknownConditions: 0,
};

export const emptyReading: Reading = {
  findings: [],
  stats: emptyStats,
  missing: [],
  complete: false,
  functions: [],
  walked: new Set(),
  overBudget: new Set(),
  unselected: [],
  acquisitions: new Map(),
};

/** The branches of `#if` that the usual reading takes. */
export function conditionsFor(kernel: KernelChoice, settings: CheckSettings): ConditionSettings {
  const [major, minor] = kernel.version.slice(1).split(".").map(Number);
  return {
    version: [major ?? 0, minor ?? 0, kernel.patch],
    defines: settings.defines,
    assumptions: new Map(),
  };
}

/** The functions of a reading, in order of place. */
export function checkedFunctions({
  functions,
  walked,
  overBudget,
  acquisitions,
}: Reading): CheckedFunction[] {
  const offsets = [...acquisitions.keys()].sort((left, right) => left - right);
  return functions
    .map(({ name, start, end }) => ({
      name,
      start,
      end,
      analyzed: walked.has(name),
      overBudget: overBudget.has(start),
      acquisitions: offsets.filter((offset) => offset >= start && offset < end),
    }))
    .sort((left, right) => left.start - right.start);
}
