/** `over-release`: what the rule is, and what it says. Knows no analysis. */
import type { RuleMetadata } from "../../types.ts";
import { call, message, quote } from "../message.ts";

export const metadata: RuleMetadata = {
  name: "over-release",
  summary: "More pages are released than were acquired, or slots that were never filled.",
  defaultSeverity: "error",
  confidence: "moderate",
  replay: true,
  fix: "none",
  covers: ["R05", "R11", "R12"],
  since: "0.1.0",
};

export interface OverRelease {
  /** The releasing call. */
  readonly releasedBy: string;
  /** How many it releases, as source text; null when the call takes one page. */
  readonly released: string | null;
  /** How many slots are filled, as prose (`what it returned`, `3`); null when none is. */
  readonly held: string | null;
  /** The call that filled the slots, and its line from 1; null when none did on this path. */
  readonly acquired: { readonly api: string; readonly line: number } | null;
}

export function overRelease(claim: OverRelease): string {
  const { releasedBy, released, held, acquired } = claim;
  const what =
    held === null
      ? `${call(releasedBy)} releases a page that was never acquired.`
      : `${call(releasedBy)} releases slots that were never filled.`;
  const happened =
    acquired === null
      ? "No page is acquired on this path"
      : held === null
        ? `${call(acquired.api)} on line ${acquired.line} gives nothing on this path`
        : `${call(acquired.api)} on line ${acquired.line} filled only ${held}${released === null ? "" : `, and ${quote(released)} are released`}`;
  return message({
    what,
    why: `${happened}; what stands in the other slots is no page of this code, and its counter is damaged or the kernel crashes.`,
    remedy: "Release what the call returned, not what was asked for, and nothing when it failed.",
  });
}
