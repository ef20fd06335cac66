/** Fixtures that the exploration sees otherwise than their names say, each with the reason. */

/** Rules whose claims are about counts. */
export const RULES: readonly string[] = [
  "double-release",
  "leaked-pages",
  "mismatched-release",
  "negative-page-count",
  "over-release",
  "partial-pin-leak",
];

export const KNOWN: ReadonlyMap<string, string> = new Map([
  [
    "leaked-pages/counted.c:loom_string_bad",
    "a field that names the pages counts as their owner, whatever the count beside it says",
  ],
  [
    "leaked-pages/counted.c:loom_weave_bad",
    "a field that names the pages counts as their owner, whatever the count beside it says",
  ],
  [
    "leaked-pages/records.c:crane_rack_fill_bad",
    "a field that names the pages counts as their owner, whatever the count beside it says",
  ],
  ...["loom_string_bad", "loom_weave_bad"].map(
    (name) =>
      [
        `leaked-pages/counted.c:${name}`,
        "a field that names the pages counts as their owner, whatever the count beside it says",
      ] as const,
  ),
  ["leaked-pages/unknown-arrays.c:crates_stack_ok", "an array that nobody declares has no address"],
]);
