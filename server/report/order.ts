/** The one order of findings in every format, and the comparison of severities. */
import type { Severity } from "@pinscope/server/checker";
import type { ReportedFinding } from "./types.ts";

const rank: Readonly<Record<Severity, number>> = { information: 0, warning: 1, error: 2 };

/** Whether `severity` is at least `least`. */
export function reaches(severity: Severity, least: Severity): boolean {
  return rank[severity] >= rank[least];
}

/** By file (code unit order), place, rule, message: total, so that equal runs print equal reports. */
export function compareFindings(left: ReportedFinding, right: ReportedFinding): number {
  return (
    compareText(left.place.file, right.place.file) ||
    left.place.start - right.place.start ||
    left.place.end - right.place.end ||
    compareText(left.rule, right.rule) ||
    compareText(left.message, right.message) ||
    compareText(left.fingerprint, right.fingerprint)
  );
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
