/** Findings as the protocol's diagnostics: what, why, the path as numbered notes, the link to the rule's page. */
import type { Finding, PathStep, Severity } from "@pinscope/server/checker";
import { unusedSuppressionRule } from "@pinscope/server/report";
import { type Diagnostic, DiagnosticSeverity, DiagnosticTag } from "vscode-languageserver";
import type { Checked } from "./checked.ts";
import type { ClientFeatures } from "./client-features.ts";
import { type Positions, positionsOf } from "./positions.ts";

/** Most notes of one diagnostic. */
export const noteLimit = 10;

const severities: Readonly<Record<Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
};

/** What travels in a diagnostic's `data`, so that actions find the finding again. */
export interface DiagnosticData {
  readonly rule: string;
  readonly function: string;
  readonly fingerprint: string;
}

/** All diagnostics of a result, in order of place. */
export function diagnosticsOf(
  checked: Checked,
  client: Pick<ClientFeatures, "relatedInformation" | "codeDescription" | "diagnosticData">,
  documentation: string,
): Diagnostic[] {
  const positions = positionsOf(checked);
  return checked.findings.map((finding) => {
    const steps = notesOf(finding.path);
    return {
      range: positions.location(placeIn(finding, checked)).range,
      ...codeOf(finding, documentation, client),
      ...(!client.relatedInformation && { message: messageOf(finding) + notesAsText(steps, positions) }),
      ...(client.relatedInformation &&
        steps.length > 0 && {
          relatedInformation: steps.map((step, index) => ({
            location: positions.location(step.location),
            message: `${index + 1}/${steps.length} ${stepText(step)}`,
          })),
        }),
    };
  });
}

/** What a diagnostic says of its rule, message and identity. */
export function codeOf(
  finding: Pick<
    Finding,
    "rule" | "severity" | "message" | "function" | "fingerprint" | "variant" | "witness"
  >,
  documentation: string,
  client: Pick<ClientFeatures, "codeDescription" | "diagnosticData">,
): Omit<Diagnostic, "range"> {
  const { rule, function: name, fingerprint } = finding;
  const data: DiagnosticData = { rule, function: name, fingerprint };
  const tags = tagsOf(rule);
  return {
    severity: severities[finding.severity],
    source: "pinscope",
    code: rule,
    message: messageOf(finding),
    ...(client.codeDescription && { codeDescription: { href: documentationOf(rule, documentation) } }),
    ...(tags.length > 0 && { tags }),
    ...(client.diagnosticData && { data }),
  };
}

/** Where the squiggle goes: a finding of another file stands where the document calls into it. */
function placeIn(finding: Finding, { document }: Checked): Finding["location"] {
  if (finding.location.file === document.path) return finding.location;
  const step = finding.path.find(({ location }) => location.file === document.path);
  return step?.location ?? { file: document.path, start: 0, end: 0 };
}

/** The page of a rule. */
export function documentationOf(rule: string, documentation: string): string {
  return `${documentation}/${rule === unusedSuppressionRule ? "../suppressions" : rule}.md`;
}

/** The finding's sentences, with what limits them. */
export function messageOf({
  message,
  variant,
  witness,
}: Pick<Finding, "message" | "variant" | "witness">): string {
  const under = variant === undefined ? "" : ` (${variant})`;
  const assumed =
    witness?.status === "confirmed-if" && witness.assumptions !== undefined
      ? `\nIf these hold: ${witness.assumptions.join("; ")}.`
      : "";
  return `${message}${under}${assumed}`;
}

function tagsOf(rule: string): DiagnosticTag[] {
  if (rule === "obsolete-page-api") return [DiagnosticTag.Deprecated];
  return rule === unusedSuppressionRule ? [DiagnosticTag.Unnecessary] : [];
}

/** The steps at which something changes, those nearest to the end where there are too many; the first one stays. */
export function notesOf(path: readonly PathStep[]): readonly PathStep[] {
  if (path.length <= noteLimit) return path;
  const [first, ...rest] = path;
  const changing = rest.filter(({ role }) => role !== "call");
  const kept = changing.length >= noteLimit - 1 ? changing : rest;
  return first === undefined ? [] : [first, ...kept.slice(-(noteLimit - 1))];
}

/** A step in words, with the macro that it stands in. */
export function stepText({ message, location }: PathStep): string {
  const { expandedFrom } = location;
  return expandedFrom === undefined ? message : `${message} (in macro ${expandedFrom.macro})`;
}

/** For clients that show no steps. */
function notesAsText(steps: readonly PathStep[], positions: Positions): string {
  return steps
    .map((step, index) => {
      const { range } = positions.location(step.location);
      return `\n${index + 1}/${steps.length} line ${range.start.line + 1}: ${stepText(step)}`;
    })
    .join("");
}
