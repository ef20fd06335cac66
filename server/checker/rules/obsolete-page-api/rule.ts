/** `obsolete-page-api`: what the rule is, and what it says. Knows no analysis. */
import type { RuleMetadata } from "../../types.ts";
import { call, message } from "../message.ts";

export const metadata: RuleMetadata = {
  name: "obsolete-page-api",
  summary: "A name that has a successor in this kernel, or that is gone from it.",
  defaultSeverity: "information",
  confidence: "high",
  replay: false,
  fix: "safe",
  covers: [],
  since: "0.1.0",
};

export interface ObsoletePageApi {
  readonly name: string;
  readonly successor: string;
  /** `6.12`: the kernel the code is checked against. */
  readonly version: string;
  /** The kernel that no longer has the name; null where it is still there, and then the finding is information. */
  readonly removedIn: string | null;
  /** How the successor differs in use, as a sentence; null where only the name changed. */
  readonly difference: string | null;
}

export function obsoletePageApi({
  name,
  successor,
  version,
  removedIn,
  difference,
}: ObsoletePageApi): string {
  const change = difference === null ? "only the name changed" : difference;
  return removedIn === null
    ? message({
        what: `${call(name)} has a successor in ${version}.`,
        why: `${call(successor)} takes its place: ${change}.`,
        remedy: `Use ${call(successor)}.`,
      })
    : message({
        what: `${call(name)} does not exist in ${version}.`,
        why: `It is gone since ${removedIn}, and ${call(successor)} takes its place: ${change}.`,
        remedy: `Use ${call(successor)}.`,
      });
}
