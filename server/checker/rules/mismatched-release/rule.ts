/** `mismatched-release`: what the rule is, and what it says. Knows no analysis. */
import type { RuleMetadata } from "../../types.ts";
import { call, calls, message } from "../message.ts";

export const metadata: RuleMetadata = {
  name: "mismatched-release",
  summary: "Pages are let go by a call of another family than the one that acquired them.",
  defaultSeverity: "error",
  confidence: "high",
  replay: true,
  fix: "safe",
  covers: ["R01", "R02", "R47"],
  since: "0.1.0",
};

export interface MismatchedRelease {
  readonly acquiredAs: "pin" | "reference";
  readonly releasedAs: "pin" | "reference" | "allocation";
  /** The acquiring call. */
  readonly api: string;
  /** Line of the acquiring call, from 1. */
  readonly acquiredAtLine: number;
  /** The releasing call. */
  readonly releasedBy: string;
  /** Calls that let such pages go, the fitting one first. */
  readonly releaseWith: readonly string[];
}

function harm({ acquiredAs, releasedAs }: MismatchedRelease): string {
  if (acquiredAs === "reference" && releasedAs === "pin") {
    return "an unpin takes 1024 references off a small page (a pin off a large one) where one was added, so the page is freed while it is in use";
  }
  if (acquiredAs === "reference")
    return "the page belongs to its mapping or to user space, and is not this code's to free";
  return "a pin adds 1024 references to a small page (a pin count to a large one) and this takes off one, so the page stays pinned for good";
}

export function mismatchedRelease(claim: MismatchedRelease): string {
  const held = claim.acquiredAs === "pin" ? "Pinned" : "Referenced";
  return message({
    what: `${held} pages are let go with ${call(claim.releasedBy)}.`,
    why: `${call(claim.api)} on line ${claim.acquiredAtLine} took them: ${harm(claim)}.`,
    remedy: `Use ${calls(claim.releaseWith)} here.`,
  });
}
