/**
 * From the claims of a file's functions to its findings: worded, each once, in order. Knows no analysis.
 */
import type { KernelVersion } from "@pinscope/simulator/catalogue";
import { type Candidate, countFinding, type FoundClaim, type SourceView } from "./claims.ts";
import { findRule } from "./rules/registry.ts";
import { siteFindings } from "./site-rules.ts";
import type { CheckSettings, Finding, Severity } from "./types.ts";

/** What one function's claims became. */
export interface Worded {
  /** Several may stand for one finding: the clearest counts. */
  readonly candidates: readonly Candidate[];
  readonly findings: readonly Finding[];
}

export type SeverityOf = (rule: string) => Severity | "off";

/** Severities as configured, else each rule's own. */
export function severitiesOf(settings: CheckSettings): SeverityOf {
  return (rule) => settings.severities.get(rule) ?? findRule(rule)?.defaultSeverity ?? "off";
}

/** Words the claims of one function. */
export function wordClaims(
  claims: readonly FoundClaim[],
  functionName: string,
  version: KernelVersion,
  view: SourceView,
  severityOf: SeverityOf,
): Worded {
  const candidates: Candidate[] = [];
  const findings: Finding[] = [];
  for (const claim of claims) {
    const candidate = countFinding(claim, functionName, view, severityOf);
    if (candidate !== null) candidates.push(candidate);
    findings.push(...siteFindings(claim, functionName, version, view, severityOf));
  }
  return { candidates, findings };
}

/** The findings of a file, sorted by place; `worded` in the order of its functions. */
export function joinWorded(worded: readonly Worded[]): Finding[] {
  const candidates = worded.flatMap((one) => one.candidates);
  const findings = worded.flatMap((one) => one.findings);
  return [...best(candidates), ...unique(findings)].sort((a, b) => a.location.start - b.location.start);
}

/** Of the candidates for one finding, the clearest. */
function best(candidates: readonly Candidate[]): Finding[] {
  const byKey = new Map<string, Candidate>();
  for (const candidate of candidates) {
    const known = byKey.get(candidate.key);
    if (known === undefined || candidate.cost < known.cost) byKey.set(candidate.key, candidate);
  }
  return [...byKey.values()].map(({ finding }) => finding);
}

function unique(findings: readonly Finding[]): Finding[] {
  const byPlace = new Map<string, Finding>();
  for (const finding of findings) {
    const key = `${finding.rule}|${finding.location.start}|${finding.fingerprint}`;
    if (!byPlace.has(key)) byPlace.set(key, finding);
  }
  return [...byPlace.values()];
}
