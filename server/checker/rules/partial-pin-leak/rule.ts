/** `partial-pin-leak`: what the rule is, and what it says. Knows no analysis. */
import type { Family } from "@pinscope/simulator/catalogue";
import type { RuleMetadata } from "../../types.ts";
import { exitClause, exitReason, type LeakExit } from "../exit.ts";
import { call, calls, heldAs, message, quote } from "../message.ts";

export const metadata: RuleMetadata = {
  name: "partial-pin-leak",
  summary: "Fewer pages than asked came back, and those that did are not released.",
  defaultSeverity: "error",
  confidence: "high",
  replay: true,
  fix: "none",
  covers: ["R03"],
  since: "0.1.0",
};

export interface PartialPinLeak {
  readonly family: Family;
  /** The acquiring call. */
  readonly api: string;
  /** The count asked for, as source text. */
  readonly asked: string;
  /** What holds the count obtained, as source text; null when nothing does any more. */
  readonly obtained: string | null;
  /** Line of the acquiring call, from 1. */
  readonly acquiredAtLine: number;
  readonly exit: LeakExit;
  readonly releaseWith: readonly string[];
}

export function partialPinLeak(claim: PartialPinLeak): string {
  const count = claim.obtained === null ? "the pages that it returned" : `${quote(claim.obtained)} pages`;
  const missed = claim.exit.kind === "missed" ? `; ${exitReason(claim.exit)}` : "";
  return message({
    what: `Pages of a short ${call(claim.api)} ${exitClause(claim.exit)}.`,
    why: `On line ${claim.acquiredAtLine} the call may get fewer pages than ${quote(claim.asked)}; a count above zero means that these are ${heldAs(claim.family)}, although the code treats it as a failure${missed}.`,
    remedy: `When the result is positive, release ${count} with ${calls(claim.releaseWith)} before leaving.`,
  });
}
