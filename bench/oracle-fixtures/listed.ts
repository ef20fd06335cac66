/** Cases in which the simulator and a kernel part, each with the reason. */

export interface ListedCase {
  readonly kernel: "6.1" | "6.12";
  /** Part of `FILE:FUNCTION [SCENARIO]`. */
  readonly case: string;
  readonly reason: string;
}

export const LISTED: readonly ListedCase[] = [
  {
    kernel: "6.1",
    case: "foll-pin-outside-mm/flags.c:lens_literal_bad [fail=pin_user_pages_fast#1]",
    reason:
      "the number that the fixture writes out is another flag in 6.1 than in 6.12, for which it is read",
  },
  {
    kernel: "6.1",
    case: "foll-pin-outside-mm/flags.c:lens_literal_bad [short=pin_user_pages_fast: 0 of 4]",
    reason:
      "the number that the fixture writes out is another flag in 6.1 than in 6.12, for which it is read",
  },
];
