import { catalogue } from "@pinscope/simulator/catalogue";
import { describe, expect, it } from "vitest";
import { doubleRelease } from "./double-release/rule.ts";
import type { LeakExit } from "./exit.ts";
import type { FlagSource } from "./flag-source.ts";
import { follForceInDriver } from "./foll-force-in-driver/rule.ts";
import { follPinOutsideMm } from "./foll-pin-outside-mm/rule.ts";
import { type FlagProblem, invalidFollFlags } from "./invalid-foll-flags/rule.ts";
import { leakedPages } from "./leaked-pages/rule.ts";
import { FIRST_SENTENCE_LIMIT, message, quote } from "./message.ts";
import { mismatchedRelease } from "./mismatched-release/rule.ts";
import { emptyRelease, type Misreading, negativePageCount } from "./negative-page-count/rule.ts";
import { obsoletePageApi } from "./obsolete-page-api/rule.ts";
import { overRelease } from "./over-release/rule.ts";
import { partialPinLeak } from "./partial-pin-leak/rule.ts";

/** The longest names that the catalogue has, and text longer than any that is quoted whole. */
const byLength = [...catalogue.values()].sort((a, b) => b.name.length - a.name.length);
const acquirer = byLength.find(({ releaseWith }) => releaseWith.length > 0)?.name ?? "";
const any = byLength[0]?.name ?? "";
const long = "context->requests[context->current].buffer.pages + offset_in_pages";
const releaseWith = [any, any, any];

const exits: readonly LeakExit[] = [
  { kind: "return", text: null },
  { kind: "return", text: long },
  { kind: "end" },
  { kind: "record-freed", record: long, by: "kvfree" },
  { kind: "overwritten", place: long },
  { kind: "refilled", by: any },
  { kind: "missed", by: [any, any] },
];
const sources: readonly FlagSource[] = [
  { kind: "name" },
  { kind: "macro", macro: long },
  { kind: "variable", variable: long },
  { kind: "literal", text: "0x80001" },
  { kind: "function", name: "driver_flags" },
];
const problems: readonly FlagProblem[] = [
  { kind: "get-in-pin" },
  { kind: "longterm-without-pin" },
  { kind: "longterm-with-peer-memory" },
  { kind: "not-for-fast", flag: "FOLL_HONOR_NUMA_FAULT" },
  { kind: "follow-without-get" },
];
const misreadings: readonly Misreading[] = [
  { kind: "count", of: any },
  { kind: "unsigned-comparison", comparison: long, unsignedOperand: long },
  { kind: "zero" },
];

const worst: readonly (readonly [string, string])[] = [
  ...exits.map(
    (exit) =>
      [
        `leaked-pages ${exit.kind}`,
        leakedPages({
          family: "pin",
          amount: "up to 16",
          api: acquirer,
          acquiredAtLine: 12_345,
          exit,
          releaseWith,
        }),
      ] as const,
  ),
  ...exits.map(
    (exit) =>
      [
        `partial-pin-leak ${exit.kind}`,
        partialPinLeak({
          family: "reference",
          api: acquirer,
          asked: long,
          obtained: long,
          acquiredAtLine: 9,
          exit,
          releaseWith,
        }),
      ] as const,
  ),
  ...(["pin", "reference", "allocation"] as const).map(
    (releasedAs) =>
      [
        `mismatched-release ${releasedAs}`,
        mismatchedRelease({
          acquiredAs: releasedAs === "pin" ? "reference" : "pin",
          releasedAs,
          api: acquirer,
          acquiredAtLine: 9,
          releasedBy: any,
          releaseWith,
        }),
      ] as const,
  ),
  [
    "double-release",
    doubleRelease({
      acquired: { family: "pin", api: acquirer, line: 9 },
      releasedBy: any,
      firstReleaseLine: 12,
    }),
  ],
  ["double-release outside", doubleRelease({ acquired: null, releasedBy: any, firstReleaseLine: 12 })],
  [
    "over-release held",
    overRelease({ releasedBy: any, released: long, held: long, acquired: { api: acquirer, line: 7 } }),
  ],
  [
    "over-release failed",
    overRelease({ releasedBy: any, released: null, held: null, acquired: { api: acquirer, line: 7 } }),
  ],
  ["over-release never", overRelease({ releasedBy: any, released: null, held: null, acquired: null })],
  ...misreadings.map(
    (misreading) =>
      [
        `negative-page-count ${misreading.kind}`,
        negativePageCount({ value: long, api: acquirer, acquiredAtLine: 9, misreading }),
      ] as const,
  ),
  ["empty release", emptyRelease({ value: long, releasedBy: any })],
  ...sources.flatMap((source) => [
    [
      `foll-pin-outside-mm ${source.kind}`,
      follPinOutsideMm({ flag: "FOLL_MADV_POPULATE", source, api: acquirer, version: "6.12" }),
    ] as const,
    [
      `foll-force-in-driver ${source.kind}`,
      follForceInDriver({ api: acquirer, source, version: "6.12" }),
    ] as const,
  ]),
  ...problems.map(
    (problem) =>
      [
        `invalid-foll-flags ${problem.kind}`,
        invalidFollFlags({ api: acquirer, problem, version: "6.12", returns: "-EINVAL" }),
      ] as const,
  ),
  [
    "obsolete-page-api gone",
    obsoletePageApi({ name: any, successor: any, version: "6.12", removedIn: "5.6", difference: null }),
  ],
  [
    "obsolete-page-api old",
    obsoletePageApi({
      name: any,
      successor: any,
      version: "6.12",
      removedIn: null,
      difference: "it differs",
    }),
  ],
];

describe("messages", () => {
  it.each(worst)("%s: three sentences, the first within the limit and whole", (_name, text) => {
    const first = text.slice(0, text.indexOf(". ") + 1);
    expect(first.length).toBeLessThanOrEqual(FIRST_SENTENCE_LIMIT);
    expect(first).not.toMatch(/….$/);
    expect(text).toMatch(/^\S.+[^.]\. \S.+[^.]\. [A-Z].+\.$/);
    expect(text.match(/\. [A-Z`]|\. [a-z_]+\(\) /g)?.length ?? 0).toBeGreaterThanOrEqual(2);
    expect(text).not.toMatch(/undefined|null\b|NaN|\[object| {2}/);
  });

  it("names the calls and the lines a reader needs", () => {
    const text = leakedPages({
      family: "pin",
      amount: "2",
      api: "pin_user_pages_fast",
      acquiredAtLine: 40,
      exit: { kind: "record-freed", record: "pages", by: "kvfree" },
      releaseWith: ["unpin_user_pages"],
    });
    expect(text).toBe(
      "Pages from pin_user_pages_fast() are lost when `pages` is freed. They were pinned (2) on line 40 and kvfree() frees the only record of them; a page that stays pinned can never be moved or reclaimed, and DMA to it is thought to go on. Let them go with unpin_user_pages() on this path.",
    );
  });

  it("cuts a first sentence that is too long at its end, and quotes on one line", () => {
    const text = message({ what: `${"x".repeat(200)}.`, why: "Why.", remedy: "What to do." });
    expect(text.indexOf(". ")).toBeLessThan(FIRST_SENTENCE_LIMIT);
    expect(quote("a\n\t + b")).toBe("`a + b`");
    expect(quote("x".repeat(80)).length).toBeLessThanOrEqual(26);
  });
});
