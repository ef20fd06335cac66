/** Fixes: who proposes them for which rule, and the trial that each has to pass. Knows no editor. */
import { checkFile } from "../check-file.ts";
import type { CheckInput, CheckResult, Finding } from "../types.ts";
import { dropForce, dropGetInPin, dropInternalPin } from "./drop-flag.ts";
import { replaceRelease } from "./release-family.ts";
import { useSuccessor } from "./successor.ts";
import type { Fix, FixContext, FixEdit, Fixer } from "./types.ts";

const fixers: ReadonlyMap<string, Fixer> = new Map([
  ["mismatched-release", replaceRelease],
  ["foll-pin-outside-mm", dropInternalPin],
  ["invalid-foll-flags", dropGetInPin],
  ["foll-force-in-driver", dropForce],
  ["obsolete-page-api", useSuccessor],
]);

/** The fixes that may serve a finding, the likeliest first. They have not been tried. */
export function proposeFixes(context: FixContext): readonly Fix[] {
  return fixers.get(context.finding.rule)?.(context) ?? [];
}

/** A text with edits made. They must not overlap. */
export function applyEdits(source: string, edits: readonly FixEdit[]): string {
  return [...edits]
    .sort((left, right) => right.start - left.start)
    .reduce((text, { start, end, text: put }) => text.slice(0, start) + put + text.slice(end), source);
}

/**
 * Whether a fix does what it should: the finding goes, no finding comes, and the file parses as well as before.
 * @param before what the check of `input` said.
 */
export function holdsUp(fix: Fix, finding: Finding, input: CheckInput, before: CheckResult): boolean {
  const source = applyEdits(input.source, fix.edits);
  const files = new Map([...input.files, [input.path, source]]);
  const after = checkFile({ ...input, source, files });
  if (after.stats.functionsWithSyntaxErrors > before.stats.functionsWithSyntaxErrors) return false;
  const left = countByIdentity(before.findings);
  const own = identityOf(finding);
  left.set(own, (left.get(own) ?? 0) - 1);
  return after.findings.every((one) => {
    const identity = identityOf(one);
    const count = left.get(identity) ?? 0;
    left.set(identity, count - 1);
    return count > 0;
  });
}

function countByIdentity(findings: readonly Finding[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const finding of findings) {
    const identity = identityOf(finding);
    counts.set(identity, (counts.get(identity) ?? 0) + 1);
  }
  return counts;
}

/** What stays of a finding when other code moves. */
function identityOf({ rule, function: name, fingerprint }: Finding): string {
  return `${rule} ${name} ${fingerprint}`;
}
