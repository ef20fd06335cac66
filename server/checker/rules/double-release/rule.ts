/** `double-release`: what the rule is, and what it says. Knows no analysis. */
import type { Family } from "@pinscope/simulator/catalogue";
import type { RuleMetadata } from "../../types.ts";
import { call, heldAs, message } from "../message.ts";

export const metadata: RuleMetadata = {
  name: "double-release",
  summary: "The same acquisition is released twice on one path.",
  defaultSeverity: "error",
  confidence: "moderate",
  replay: true,
  fix: "none",
  covers: ["R04", "R50"],
  since: "0.1.0",
};

export interface DoubleRelease {
  readonly family: Family;
  /** The acquiring call. */
  readonly api: string;
  /** Line of the acquiring call, from 1. */
  readonly acquiredAtLine: number;
  /** The call that releases a second time. */
  readonly releasedBy: string;
  /** Line of the first release, from 1. */
  readonly firstReleaseLine: number;
}

export function doubleRelease(claim: DoubleRelease): string {
  return message({
    what: `${call(claim.releasedBy)} releases pages a second time.`,
    why: `They were ${heldAs(claim.family)} by ${call(claim.api)} on line ${claim.acquiredAtLine} and released on line ${claim.firstReleaseLine} already; the counter drops below what others hold, and the page is freed under them.`,
    remedy: "Release on one of the two places only, or clear the pointer or the count after the first.",
  });
}
