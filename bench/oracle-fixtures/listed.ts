/** Cases in which the simulator and a kernel part, each with the reason. */

export interface ListedCase {
  readonly kernel: "6.1" | "6.12";
  /** Part of `FILE:FUNCTION [SCENARIO]`. */
  readonly case: string;
  readonly reason: string;
}

export const LISTED: readonly ListedCase[] = [];
