/** `negative-page-count`: what the rule is, and what it says. Knows no analysis. */
import type { RuleMetadata } from "../../types.ts";
import { call, message, quote } from "../message.ts";

export const metadata: RuleMetadata = {
  name: "negative-page-count",
  summary: "A result that may be an errno is used as a count, or zero is taken for a count of pages.",
  defaultSeverity: "error",
  confidence: "high",
  replay: true,
  fix: "none",
  covers: ["R06", "R07", "R08"],
  since: "0.1.0",
};

/** How the result is misread. */
export type Misreading =
  /** It is the count argument of a call, or a loop's bound. */
  | { readonly kind: "count"; readonly of: string }
  /** C converts it to unsigned before it compares. */
  | { readonly kind: "unsigned-comparison"; readonly comparison: string; readonly unsignedOperand: string }
  /** It may be 0, and the code goes on as if a page were there. */
  | { readonly kind: "zero" };

export interface EmptyRelease {
  /** The argument that says how many, as source text. */
  readonly value: string;
  /** The call that lets go. */
  readonly releasedBy: string;
}

/** A release that is told to let go of nothing, and takes that for an error. */
export function emptyRelease({ value, releasedBy }: EmptyRelease): string {
  return message({
    what: `${quote(value)} is 0 here, and ${call(releasedBy)} does not take 0.`,
    why: "This path comes to the release before the first page was taken; the kernel warns of a release of nothing.",
    remedy: `Call ${call(releasedBy)} only when ${quote(value)} is above zero.`,
  });
}

export interface NegativePageCount {
  /** What holds the result, as source text. */
  readonly value: string;
  /** The call the result is from. */
  readonly api: string;
  /** Line of that call, from 1. */
  readonly acquiredAtLine: number;
  readonly misreading: Misreading;
}

export function negativePageCount({ value, api, acquiredAtLine, misreading }: NegativePageCount): string {
  const from = `${call(api)} on line ${acquiredAtLine}`;
  switch (misreading.kind) {
    case "count":
      return message({
        what: `${quote(value)} may be an errno where ${call(misreading.of)} takes a count.`,
        why: `It is the result of ${from}; as an unsigned count an errno is a number close to the largest there is.`,
        remedy: `Release only when ${quote(value)} is above zero.`,
      });
    case "unsigned-comparison":
      return message({
        what: `${quote(misreading.comparison)} compares an errno in ${quote(value)} as a huge count.`,
        why: `${quote(misreading.unsignedOperand)} is unsigned, so C converts the result of ${from} before it compares: the failure passes for a full count.`,
        remedy: `Test ${quote(value)} for being negative first.`,
      });
    case "zero":
      return message({
        what: `${quote(value)} may be 0 here, and then ${call(api)} has filled no slot.`,
        why: `The call on line ${acquiredAtLine} can return 0 without failing; what is used as a page then is whatever the slot held before.`,
        remedy: `Go on only when ${quote(value)} is above zero.`,
      });
  }
}
