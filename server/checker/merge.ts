/**
 * Joins what several kernel versions (or other readings of one file) showed. Knows no analysis.
 */
import type { CheckResult, FileStats, Finding, KernelChoice, Witness } from "./types.ts";
import { type VersionGroup, versionsText } from "./variant-text.ts";

export interface KernelResult {
  readonly kernel: KernelChoice;
  readonly result: CheckResult;
}

function sumCauses(
  left: Readonly<Record<string, number>>,
  right: Readonly<Record<string, number>>,
): Record<string, number> {
  const sum: Record<string, number> = { ...left };
  for (const [cause, count] of Object.entries(right)) sum[cause] = (sum[cause] ?? 0) + count;
  return sum;
}

/** Figures of another reading of the same file: time adds up, counts are those of the reading that saw most. */
function joinStats(left: FileStats, right: FileStats): FileStats {
  const variants = joinVariants(left.variants, right.variants);
  const more = right.acquisitions.seen > left.acquisitions.seen ? right : left;
  return {
    functions: Math.max(left.functions, right.functions),
    functionsAnalyzed: Math.max(left.functionsAnalyzed, right.functionsAnalyzed),
    functionsWithSyntaxErrors: Math.max(left.functionsWithSyntaxErrors, right.functionsWithSyntaxErrors),
    functionsOverBudget: Math.max(left.functionsOverBudget, right.functionsOverBudget),
    acquisitions: { ...more.acquisitions, givenUp: sumCauses(more.acquisitions.givenUp, {}) },
    walks: {
      recursionsCut: Math.max(left.walks.recursionsCut, right.walks.recursionsCut),
      unconfirmedClaims: Math.max(left.walks.unconfirmedClaims, right.walks.unconfirmedClaims),
    },
    replay: addReplays(left.replay, right.replay),
    ms: {
      parse: left.ms.parse + right.ms.parse,
      lower: left.ms.lower + right.ms.lower,
      analyze: left.ms.analyze + right.ms.analyze,
      replay: left.ms.replay + right.ms.replay,
    },
    unknownConditions: Math.max(left.unknownConditions, right.unknownConditions),
    ...(variants !== undefined && { variants }),
  };
}

function joinVariants(left: FileStats["variants"], right: FileStats["variants"]): FileStats["variants"] {
  if (left === undefined || right === undefined) return left ?? right;
  return {
    functions: Math.max(left.functions, right.functions),
    readings: Math.max(left.readings, right.readings),
    overLimit: Math.max(left.overLimit, right.overLimit),
    notSelectable: Math.max(left.notSelectable, right.notSelectable),
  };
}

/** The figures of two readings' replays together. */
export function addReplays(left: FileStats["replay"], right: FileStats["replay"]): FileStats["replay"] {
  return {
    confirmed: left.confirmed + right.confirmed,
    refuted: left.refuted + right.refuted,
    unreplayable: left.unreplayable + right.unreplayable,
  };
}

const strength: Readonly<Record<Witness["status"], number>> = {
  confirmed: 3,
  "confirmed-if": 2,
  unreplayable: 1,
  refuted: 0,
};

/** Of two readings' findings that say the same, the one whose replay says more. */
export function strongerFinding(one: Finding, other: Finding): Finding {
  const of = ({ witness }: Finding): number => (witness === undefined ? 0 : strength[witness.status]);
  return of(other) > of(one) ? other : one;
}

/** Equal for findings of two readings of one file that say the same. */
export function sameFinding({ rule, location, fingerprint, path }: Finding): string {
  // Two acquisitions by the same call may be lost at one place: the first step tells them apart.
  return `${rule}|${location.file}|${location.start}|${fingerprint}|${path[0]?.location.start ?? ""}`;
}

/** Versions by the condition under which each shows a finding. */
function groupVersions(shown: ReadonlyMap<string, string | null>): VersionGroup[] {
  const groups = new Map<string | null, string[]>();
  for (const [version, condition] of shown) {
    const versions = groups.get(condition);
    if (versions === undefined) groups.set(condition, [version]);
    else versions.push(version);
  }
  return [...groups].map(([condition, versions]) => ({ condition, versions }));
}

/** One result for all kernels; a finding that only some of them show says which (`only in 5.10`). */
export function mergeKernels(results: readonly KernelResult[], empty: FileStats): CheckResult {
  const [single] = results;
  if (single !== undefined && results.length === 1) return single.result;
  const missing = [...new Set(results.flatMap(({ result }) => result.missing))];
  const versions = new Set(results.map(({ kernel }) => kernel.version)).size;
  const seen = new Map<string, { readonly finding: Finding; readonly shown: Map<string, string | null> }>();
  for (const { kernel, result } of results) {
    for (const finding of result.findings) {
      const key = sameFinding(finding);
      const known = seen.get(key) ?? { finding, shown: new Map() };
      known.shown.set(kernel.version.slice(1), finding.variant ?? null);
      seen.set(key, { ...known, finding: strongerFinding(known.finding, finding) });
    }
  }
  const findings = [...seen.values()]
    .map(({ finding: { variant: _, ...finding }, shown }): Finding => {
      const variant = versionsText(groupVersions(shown), versions);
      return variant === null ? finding : { ...finding, variant };
    })
    .sort((a, b) => a.location.start - b.location.start);
  const stats = results.map(({ result }) => result.stats).reduce(joinStats, empty);
  return { findings, functions: single?.result.functions ?? [], stats, missing };
}
