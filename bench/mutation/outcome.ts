/** Whether a changed file shows more than the unchanged one, and why not. Knows no checker, only its answers. */
import { countingRules } from "@pinscope/server/checker";
import type { Checked, SlimFinding } from "./pool.ts";
import { namesField } from "./tree.ts";
import type { Acquisition, FileModel, FunctionModel, Mutant } from "./types.ts";

function keys(findings: readonly SlimFinding[]): Set<string> {
  return new Set(
    findings
      .filter(({ rule }) => countingRules.has(rule))
      .map(({ rule, function: where, fingerprint }) => `${rule}|${where}|${fingerprint}`),
  );
}

/** Findings of the counting rules, in the function or in one that calls it, that the original did not have. */
export function newFindings(
  before: readonly SlimFinding[],
  after: readonly SlimFinding[],
  where: ReadonlySet<string>,
): SlimFinding[] {
  const known = keys(before);
  return after.filter(
    (one) =>
      countingRules.has(one.rule) &&
      where.has(one.function) &&
      !known.has(`${one.rule}|${one.function}|${one.fingerprint}`),
  );
}

/** Whether the checker says nothing about balance in these functions. */
export function isSilent(findings: readonly SlimFinding[], name: string): boolean {
  return !findings.some((one) => countingRules.has(one.rule) && one.function === name);
}

/** What the checker walks when it looks at a function: what calls it, and what those and it call. */
export function neighborhood(file: FileModel, name: string): Set<string> {
  const upward = [name, ...file.callers(name)];
  return new Set(upward.flatMap((one) => [one, ...file.callees(one)]));
}

/** What stands alone: the function and what it calls. */
export function downward(file: FileModel, name: string): Set<string> {
  return new Set([name, ...file.callees(name)]);
}

/**
 * A text in which the bodies of all functions but those of `keep` are blanked, so that only prototypes are left.
 * Line and column of the rest stay. `changed` is the function that `delta` more characters were written into.
 */
export function reduced(
  text: string,
  file: FileModel,
  keep: ReadonlySet<string>,
  changed: string,
  delta: number,
): string {
  const self = file.spans.find(({ name }) => name === changed);
  let rest = "";
  let at = 0;
  for (const span of file.spans) {
    if (keep.has(span.name)) continue;
    const shift = self !== undefined && span.start > self.start ? delta : 0;
    rest += `${text.slice(at, span.body + shift)};`;
    rest += text.slice(span.body + shift + 1, span.end + shift).replace(/[^\n]/g, " ");
    at = span.end + shift;
  }
  return rest + text.slice(at);
}

/** Why a survivor survived, as far as a program can say. `alone` is the check of the function and what it calls. */
export function reasonOf(
  mutant: Mutant,
  subject: FunctionModel,
  file: FileModel,
  alone: Checked | null,
): string {
  if (alone === null) return "the checker did not end";
  if (alone.overBudget > 0) return "function not analyzed to its end: budget";
  const within = [subject.name, ...file.callees(subject.name)];
  const takes = within.some((name) => file.directlyAcquiring.has(name));
  if (!takes) {
    return mutant.candidate.operator === "duplicate-release"
      ? "the pages come from outside the function: released twice"
      : "acquired in another function";
  }
  if (alone.analyzed === 0) return "function not analyzed";
  if (alone.acquisitions.seen === 0) return "acquisition not met on any path";
  const causes = Object.keys(alone.acquisitions.givenUp).sort();
  if (causes.length > 0) return `acquisition given up: ${causes.join(", ")}`;
  const { operator, shape } = mutant.candidate;
  const acquisition = lastBefore(subject, mutant.candidate.at);
  if (operator === "swap-family" && !within.some((name) => file.directlyReleasing.has(name)))
    return "released in another function";
  const leaks = operator === "delete-release" || operator === "retarget-goto" || operator === "late-count";
  if (leaks && acquisition?.into != null && namesField(acquisition.into))
    return "owned by a field on failure (latent)";
  if (leaks && isParameters(acquisition, subject, file))
    return "owned by an array of the caller on failure (latent)";
  if (shape === "loop") return "loop shape not followed";
  return "other";
}

function lastBefore(subject: FunctionModel, at: number): Acquisition | undefined {
  return subject.acquisitions.findLast(({ node }) => node.start < at) ?? subject.acquisitions[0];
}

function isParameters(
  acquisition: Acquisition | undefined,
  subject: FunctionModel,
  file: FileModel,
): boolean {
  if (acquisition?.into == null) return false;
  const text = file.text.slice(acquisition.into.start, acquisition.into.end);
  const names = new Set(
    subject.ir.variables.filter(({ role }) => role === "parameter").map(({ name }) => name),
  );
  return !text.startsWith("&") && [...text.matchAll(/\w+/g)].some(([word]) => names.has(word));
}
