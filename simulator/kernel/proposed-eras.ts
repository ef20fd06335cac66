/**
 * The kernels that the mail threads proposed, as records of switches on the release that each started from. None was ever
 * merged as posted. Knows no behavior.
 */
import type { Era, Switches } from "./era.ts";

/** Releases that proposals start from. */
export interface Bases {
  readonly v5_4_y: Switches;
  readonly v5_7: Switches;
  readonly v6_1: Switches;
}

function proposal(name: string, version: Era["version"], switches: Switches, note: string): Era {
  return { name, version, ground: "read from source", switches, note };
}

const pinsEverywhere = {
  bioRelease: "unpins-unless-flagged",
  bioIovTakes: "pins",
  bioMapTakes: "pins",
  dioTakes: "pins",
  iomapZeroPage: "pinned",
} as const;

/** Every proposal, oldest first. */
export function proposedEras({ v5_4_y, v5_7, v6_1 }: Bases): Era[] {
  return [
    proposal(
      "bio-gup-flag-2019",
      [5, 7],
      {
        ...v5_7,
        bioRelease: "by-vector",
        bioIovTakes: "pins-or-references",
        bioMapTakes: "pins-or-references",
        dioTakes: "pins-or-references",
      },
      "April 2019: bio_add_page() is told for each vector whether get_user_pages() holds the page; shown on 5.7, the " +
        "first kernel that counts pins apart",
    ),
    proposal(
      "bio-gup-pins-2019",
      [5, 7],
      { ...v5_7, ...pinsEverywhere, bioAddAsserts: true },
      "April 2019: all references of bios are gup pins, which bio_add_page() asserts; shown on 5.7, the first kernel " +
        "that counts pins apart",
    ),
    proposal(
      "proposal-2019",
      [5, 3],
      { ...v5_4_y, forceCowBreak: false, proposals2019: true },
      "vaddr_pin_pages() and get_user_bvec() as proposed in August 2019; never merged",
    ),
    proposal(
      "pin-pages2-2022",
      [6, 1],
      { ...v6_1, ...pinsEverywhere, iterPinsAll: true, nfsTakes: "pins" },
      "iov_iter_pin_pages2() of the NFS series of August 2022: what any iterator gives is pinned, bios let go of pins only",
    ),
    ...extractionSeries(v6_1),
  ];
}

/** The extraction series of January 2023 (v8), patch by patch on 6.2, and what was said instead of its seventh patch. */
function extractionSeries(v6_1: Switches): Era[] {
  const v6_2: Switches = {
    ...v6_1,
    longtermUnsharesFile: true,
    mprotectRestoresWrite: "exclusive",
    doubleMap: false,
    p2pdma: true,
  };
  const changes: readonly (readonly [what: string, change: Partial<Switches>])[] = [
    ["flags for page extraction are declared; nothing uses them", {}],
    [
      "iov_iter_extract_pages() and iov_iter_extract_mode()",
      { iterExtract: true, iterExtractStopsAtEmpty: true, iterExtractMode: true },
    ],
    ["folio_put_unpin() and page_put_unpin()", { cleanupNames: "FOLL" }],
    ["iomap's zero page has no reference, its bio BIO_NO_PAGE_REF", { iomapZeroPage: "flagged" }],
    ["bio_flagged() compiles better", {}],
    [
      "BIO_NO_PAGE_REF becomes BIO_PAGE_REFFED, set where references are taken",
      { bioRelease: "puts-if-reffed", iomapZeroPage: "unreferenced" },
    ],
    [
      "BIO_PAGE_PINNED: bios let go by both flags; all still take references",
      { bioRelease: "by-both-flags" },
    ],
    [
      "bio_iov_iter_get_pages() pins user memory; mapped requests and fs/direct-io.c still take references",
      { bioIovTakes: "extracts" },
    ],
    ["bio_map_user_iov() pins user memory, too", { bioMapTakes: "extracts" }],
    [
      "FOLL_PIN and FOLL_GET at bits 0 and 1; fs/direct-io.c still takes references, the zero page is not exempt",
      { follNumbers: "series", skbFragmentModes: true },
    ],
  ];
  const states: Switches[] = [];
  for (const [, change] of changes) states.push({ ...(states.at(-1) ?? v6_2), ...change });
  const eras = changes.map(([what], index) => {
    const patch = index + 1;
    const last = patch === changes.length;
    const name = last ? "extraction-series-v8" : `extraction-series-v8-patch-${patch}`;
    return proposal(
      name,
      [6, 2],
      states[index] ?? v6_2,
      `v8 extraction series, January 2023, patch ${patch}: ${what}`,
    );
  });
  const posted = states.at(-1) ?? v6_2;
  return [
    ...eras,
    proposal(
      "extraction-series-v8-hellwig",
      [6, 2],
      { ...posted, bioRelease: "pinned-else-reffed" },
      "the series with Christoph Hellwig's increment: a bio unpins or else puts, and bio_release_page() warns of references",
    ),
    proposal(
      "extraction-series-v8-page-cleanup",
      [6, 2],
      { ...posted, follNumbers: "up-to-6.2", cleanupNames: "PAGE_CLEANUP" },
      "the series with FOLL_PIN kept inside mm/: PAGE_CLEANUP_UNPIN and PAGE_CLEANUP_PUT outside",
    ),
  ];
}
