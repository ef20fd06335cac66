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
  [
    "leaked-pages/lookups.c:mill_part_ok",
    "that the page which folio_file_page() gives is one of the folio's is not known to a run",
  ],
  ["over-release/unwritten.c:dock_flag_ok", "memory asked for with __GFP_ZERO is not zeroed in a run"],
  ["leaked-pages/unknown-arrays.c:crates_stack_ok", "an array that nobody declares has no address"],
]);
