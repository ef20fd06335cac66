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
    "double-release/fields.c:keg_cellar_ok",
    "right only where cellar_keep(), which nobody sees, takes a reference of its own",
  ],
  [
    "double-release/outside.c:drum_refill_ok",
    "right only where drum_fill(), which nobody sees, fills the array again",
  ],
  [
    "leaked-pages/lookups.c:mill_hold_bad",
    "a further reference on a page that the caller gave counts as known to him",
  ],
  [
    "leaked-pages/records.c:crane_rack_fill_bad",
    "a field that names the pages counts as their owner, whatever the count beside it says",
  ],
  ["leaked-pages/unknown-arrays.c:crates_stack_ok", "an array that nobody declares has no address"],
]);
