/**
 * Joins what several kernel versions (or other readings of one file) showed. Knows no analysis.
 */
import type { CheckResult, FileStats, Finding, KernelChoice } from "./types.ts";

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
  const more = right.acquisitions.seen > left.acquisitions.seen ? right : left;
  return {
    functions: Math.max(left.functions, right.functions),
    functionsAnalyzed: Math.max(left.functionsAnalyzed, right.functionsAnalyzed),
    functionsWithSyntaxErrors: Math.max(left.functionsWithSyntaxErrors, right.functionsWithSyntaxErrors),
    functionsOverBudget: Math.max(left.functionsOverBudget, right.functionsOverBudget),
    acquisitions: { ...more.acquisitions, givenUp: sumCauses(more.acquisitions.givenUp, {}) },
    ms: {
      parse: left.ms.parse + right.ms.parse,
      lower: left.ms.lower + right.ms.lower,
      analyze: left.ms.analyze + right.ms.analyze,
    },
    unknownConditions: Math.max(left.unknownConditions, right.unknownConditions),
  };
}

function sameFinding(finding: Finding): string {
  return `${finding.rule}|${finding.location.file}|${finding.location.start}|${finding.fingerprint}`;
}

/** One result for all kernels; a finding that only some of them show says which (`only in 5.10`). */
export function mergeKernels(results: readonly KernelResult[], empty: FileStats): CheckResult {
  const [single] = results;
  if (single !== undefined && results.length === 1) return single.result;
  const missing = [...new Set(results.flatMap(({ result }) => result.missing))];
  const seen = new Map<string, { readonly finding: Finding; readonly versions: string[] }>();
  for (const { kernel, result } of results) {
    for (const finding of result.findings) {
      const key = sameFinding(finding);
      const known = seen.get(key);
      if (known === undefined) seen.set(key, { finding, versions: [kernel.version.slice(1)] });
      else known.versions.push(kernel.version.slice(1));
    }
  }
  const findings = [...seen.values()]
    .map(({ finding, versions }) =>
      versions.length === results.length
        ? finding
        : { ...finding, variant: `only in ${versions.join(", ")}` },
    )
    .sort((a, b) => a.location.start - b.location.start);
  return { findings, stats: results.map(({ result }) => result.stats).reduce(joinStats, empty), missing };
}
