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
  /** The acquiring call and its line, from 1; null for pages that came from outside. */
  readonly acquired: { readonly family: Family; readonly api: string; readonly line: number } | null;
  /** The call that releases a second time. */
  readonly releasedBy: string;
  /** Line of the first release, from 1. */
  readonly firstReleaseLine: number;
}

export function doubleRelease({ acquired, releasedBy, firstReleaseLine }: DoubleRelease): string {
  const before =
    acquired === null
      ? `The same pages were released on line ${firstReleaseLine}, and nothing takes them again in between`
      : `They were ${heldAs(acquired.family)} by ${call(acquired.api)} on line ${acquired.line} and released on line ${firstReleaseLine} already`;
  return message({
    what: `${call(releasedBy)} releases pages a second time.`,
    why: `${before}; the counter drops below what others hold, and the page is freed under them.`,
    remedy: "Release on one of the two places only, or clear the pointer or the count after the first.",
  });
}
