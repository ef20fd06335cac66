/**
 * From the claims of a file's functions to its findings: worded, each once, in order. Knows no analysis.
 */
import type { KernelVersion } from "@pinscope/simulator/catalogue";
import { type Candidate, countFinding, type FoundClaim, type SourceView } from "./claims.ts";
import { strongerFinding } from "./merge.ts";
import { findRule } from "./rules/registry.ts";
import { siteFindings } from "./site-rules.ts";
import type { CheckSettings, FileStats, Finding, Severity } from "./types.ts";
import type { Verdict } from "./witness/replay.ts";
import type { ReplayRequest } from "./witness/request.ts";
import { witnessOf } from "./witness/witness.ts";

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

/** Replays a claim of the file, with locations as they stand in the text that is worded; null: it is not replayed. */
export type Replayer = (request: ReplayRequest) => Verdict | null;

/** How the path of a finding is run again. */
export interface FindingPath {
  readonly request: ReplayRequest;
  /** Null where nothing was replayed. */
  readonly verdict: Verdict | null;
}

/** Names a finding's path among those of a file. */
export function pathKey({ rule, function: name, fingerprint }: PathName): string {
  return `${rule} ${name} ${fingerprint}`;
}

type PathName = Pick<Finding, "rule" | "function" | "fingerprint">;

/** The findings of a file, and what the replays said that decided on them. */
export interface Joined {
  /** Sorted by place. */
  readonly findings: readonly Finding[];
  /** By `pathKey`; findings that are not about counts have none. */
  readonly paths: ReadonlyMap<string, FindingPath>;
  readonly replay: FileStats["replay"];
}

/** Paths to one finding that are replayed at most: until one of them shows it. */
const replaysPerFinding = 3;

/**
 * The findings of a file; `worded` in the order of its functions.
 * @param replayer null: nothing is replayed
 * @param showsRefuted findings that their replay refutes are kept, as information
 */
export function joinWorded(
  worded: readonly Worded[],
  view: SourceView,
  replayer: Replayer | null,
  showsRefuted: boolean,
): Joined {
  const replay = { confirmed: 0, refuted: 0, unreplayable: 0 };
  const counts: Finding[] = [];
  const paths = new Map<string, FindingPath>();
  for (const candidates of grouped(worded.flatMap((one) => one.candidates))) {
    const chosen = judged(candidates, view, replayer);
    if (chosen === undefined) continue;
    const { finding, path } = chosen;
    if (path !== null) paths.set(pathKey(finding), path);
    const status = finding.witness?.status;
    if (status !== undefined) replay[status === "confirmed-if" ? "confirmed" : status]++;
    if (status !== "refuted") counts.push(finding);
    else if (showsRefuted) counts.push({ ...finding, severity: "information" });
  }
  const sites = unique(worded.flatMap((one) => one.findings));
  const findings = [...counts, ...sites].sort((a, b) => a.location.start - b.location.start);
  return { findings, paths, replay };
}

/** The candidates for each finding, the clearest first. */
function grouped(candidates: readonly Candidate[]): (readonly Candidate[])[] {
  const byKey = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const known = byKey.get(candidate.key);
    if (known === undefined) byKey.set(candidate.key, [candidate]);
    else known.push(candidate);
  }
  return [...byKey.values()].map((group) => group.sort((one, other) => one.cost - other.cost));
}

interface Judged {
  readonly finding: Finding;
  readonly path: FindingPath | null;
}

/** The clearest candidate whose path the replay shows; else the clearest that it does not refute; else a refuted one. */
function judged(
  candidates: readonly Candidate[],
  view: SourceView,
  replayer: Replayer | null,
): Judged | undefined {
  let best: Judged | undefined;
  for (const { finding, replay, confirmed } of candidates.slice(0, replaysPerFinding)) {
    // Another rule's words count only where the clearest ones are withdrawn.
    if (
      best !== undefined &&
      best.finding.witness?.status !== "refuted" &&
      best.finding.rule !== finding.rule
    )
      continue;
    const verdict = replay === null ? null : (replayer?.(replay) ?? null);
    const path = replay === null ? null : { request: replay, verdict };
    if (verdict === null) return best ?? { finding, path };
    const witness = witnessOf(verdict, view);
    const told = { ...finding, path: withoutBranches(finding.path, verdict), witness };
    if (verdict.status === "confirmed") return { finding: { ...told, severity: confirmed }, path };
    if (verdict.status === "confirmed-if") return { finding: told, path };
    const stronger = best === undefined ? told : strongerFinding(best.finding, told);
    if (stronger !== best?.finding) best = { finding: stronger, path };
  }
  return best;
}

/** The path that the replay took: without branches that the code takes the other way. */
function withoutBranches(path: Finding["path"], { status, leftOut }: Verdict): Finding["path"] {
  if (!status.startsWith("confirmed") || leftOut.length === 0) return path;
  return path.filter(
    ({ role, location: { file, start } }) =>
      role !== "branch" || !leftOut.some((one) => one.file === file && one.start === start),
  );
}

function unique(findings: readonly Finding[]): Finding[] {
  const byPlace = new Map<string, Finding>();
  for (const finding of findings) {
    const key = `${finding.rule}|${finding.location.start}|${finding.fingerprint}`;
    if (!byPlace.has(key)) byPlace.set(key, finding);
  }
  return [...byPlace.values()];
}
