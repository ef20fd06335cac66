/** `leaked-pages`: what the rule is, and what it says. Knows no analysis. */
import type { Family } from "@pinscope/simulator/catalogue";
import type { RuleMetadata } from "../../types.ts";
import { exitClause, exitReason, type LeakExit } from "../exit.ts";
import { call, calls, heldAs, leakHarm, message } from "../message.ts";

export const metadata: RuleMetadata = {
  name: "leaked-pages",
  summary: "Pages acquired here are still held when the last way to them is lost.",
  defaultSeverity: "error",
  confidence: "moderate",
  replay: true,
  fix: "none",
  covers: ["R03", "R28", "R29", "R41", "R53", "R54"],
  since: "0.1.0",
};

export interface LeakedPages {
  readonly family: Family;
  /** How many are lost, as prose (`2`, `up to 16`); null where the count says nothing. */
  readonly amount: string | null;
  /** The acquiring call. */
  readonly api: string;
  /** Line of the acquiring call, from 1. */
  readonly acquiredAtLine: number;
  readonly exit: LeakExit;
  /** Calls that let such pages go, the fitting one first. */
  readonly releaseWith: readonly string[];
}

export function leakedPages(claim: LeakedPages): string {
  const many = claim.amount === null ? "" : ` (${claim.amount})`;
  return message({
    what: `Pages from ${call(claim.api)} ${exitClause(claim.exit)}.`,
    why: `They were ${heldAs(claim.family)}${many} on line ${claim.acquiredAtLine} and ${exitReason(claim.exit)}; ${leakHarm(claim.family)}.`,
    remedy: `Let them go with ${calls(claim.releaseWith)} on this path.`,
  });
}
