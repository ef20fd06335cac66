/** Calls that let user pages go: unpin_* and the put_user_page* of 5.2 to 5.5. */
import { api } from "./entry.ts";
import { done } from "./outcome.ts";
import {
  amount,
  before,
  both,
  consecutive,
  dirty,
  isErrorValue,
  isTrue,
  not,
  pointer,
  release,
  since,
  slots,
  value,
} from "./term.ts";
import type { ApiEntry, Condition, Effect } from "./types.ts";

const pages = slots(pointer("pages"), amount("npages"));
const isCount = not(isErrorValue(amount("npages")));
const dirtying = isTrue("make_dirty");

/**
 * What `unpin_user_pages` does, under a further condition: from 5.10 it refuses an errno given as the count (before,
 * it ran wild), from 6.13 it skips some NULLs.
 */
function plainRelease(further?: Condition): Effect[] {
  const when = further ? both(further, isCount) : isCount;
  return [
    release("pin", pages, { era: before("v5.10"), ...(further && { when: further }) }),
    release("pin", pages, { when, era: { since: "v5.10", before: "v6.13", except: ["6.12.y"] } }),
    release("pin", pages, { when, era: since("v6.13", ["6.12.y"]), skipsNull: "leading" }),
  ];
}

const unpin = {
  role: "trigger",
  resultUnit: "none",
  placeholder: { since: "v5.6", before: "v5.7" },
} as const;
const unpinLater = { role: "trigger", resultUnit: "none" } as const;
/** The names of 5.2 to 5.5: plain puts, kept apart for what was to come. */
const oldName = (successor: string, since: "v5.4" | "v5.6") =>
  ({
    role: "trigger",
    resultUnit: "none",
    removedIn: since,
    successor: { name: successor, removedIn: since },
  }) as const;

export const userPageReleases: readonly ApiEntry[] = [
  api("unpin_user_page", {
    ...unpin,
    prototypes: [["v5.6", "void unpin_user_page(struct page *page)"]],
    outcomes: done(release("pin", value(pointer("page")))),
    context: { sleeps: "no" },
    source: "mm/gup.c:unpin_user_page",
  }),
  api("unpin_user_pages", {
    ...unpin,
    prototypes: [["v5.6", "void unpin_user_pages(struct page **pages, unsigned long npages)"]],
    outcomes: done(...plainRelease()),
    context: { sleeps: "no" },
    source: "mm/gup.c:unpin_user_pages",
    notes:
      "From 6.13 NULLs are skipped at the start and after other NULLs; right after a page they still crash.",
  }),
  api("unpin_user_pages_dirty_lock", {
    ...unpin,
    prototypes: [
      [
        "v5.6",
        "void unpin_user_pages_dirty_lock(struct page **pages, unsigned long npages, bool make_dirty)",
      ],
    ],
    outcomes: done(
      dirty(pages, true, { when: dirtying }),
      release("pin", pages, { when: dirtying }),
      ...plainRelease(not(dirtying)),
    ),
    context: { sleeps: "when-dirtying" },
    source: "mm/gup.c:unpin_user_pages_dirty_lock",
    notes: "Dirties before it releases. An errno as the count is refused only where nothing is dirtied.",
  }),
  api("unpin_user_page_range_dirty_lock", {
    ...unpinLater,
    prototypes: [
      [
        "v5.13",
        "void unpin_user_page_range_dirty_lock(struct page *page, unsigned long npages, bool make_dirty)",
      ],
    ],
    outcomes: done(
      dirty(consecutive(pointer("page"), amount("npages")), true, { when: dirtying }),
      release("pin", consecutive(pointer("page"), amount("npages"))),
    ),
    context: { sleeps: "when-dirtying" },
    source: "mm/gup.c:unpin_user_page_range_dirty_lock",
    notes: "First sampled in 5.14; introduced in 5.13 by general knowledge.",
  }),
  api("unpin_user_folio", {
    ...unpinLater,
    prototypes: [["v6.12", "void unpin_user_folio(struct folio *folio, unsigned long npages)"]],
    outcomes: done(release("pin", value(pointer("folio"), amount("npages")))),
    context: { sleeps: "no" },
    source: "mm/gup.c:unpin_user_folio",
  }),
  api("unpin_folio", {
    ...unpinLater,
    prototypes: [["v6.11", "void unpin_folio(struct folio *folio)"]],
    outcomes: done(release("pin", value(pointer("folio")), { unit: "folio" })),
    context: { sleeps: "no" },
    source: "mm/gup.c:unpin_folio",
  }),
  api("unpin_folios", {
    ...unpinLater,
    prototypes: [["v6.11", "void unpin_folios(struct folio **folios, unsigned long nfolios)"]],
    outcomes: done(
      release("pin", slots(pointer("folios"), amount("nfolios")), {
        unit: "folio",
        skipsNull: true,
        when: not(isErrorValue(amount("nfolios"))),
      }),
    ),
    context: { sleeps: "no" },
    source: "mm/gup.c:unpin_folios",
  }),
  api("put_user_page", {
    ...oldName("unpin_user_page", "v5.6"),
    prototypes: [["v5.2", "void put_user_page(struct page *page)"]],
    outcomes: done(release("reference", value(pointer("page")))),
    source: "include/linux/mm.h:put_user_page (5.2)",
    notes: "Literally put_page.",
  }),
  api("put_user_pages", {
    ...oldName("unpin_user_pages", "v5.6"),
    prototypes: [["v5.2", "void put_user_pages(struct page **pages, unsigned long npages)"]],
    outcomes: done(release("reference", pages)),
    source: "mm/gup.c:put_user_pages (5.2)",
  }),
  api("put_user_pages_dirty", {
    ...oldName("unpin_user_pages_dirty_lock", "v5.4"),
    prototypes: [["v5.2", "void put_user_pages_dirty(struct page **pages, unsigned long npages)"]],
    outcomes: done(dirty(pages, false), release("reference", pages)),
    source: "mm/gup.c:put_user_pages_dirty (5.2)",
  }),
  api("put_user_pages_dirty_lock", {
    ...oldName("unpin_user_pages_dirty_lock", "v5.6"),
    prototypes: [
      ["v5.2", "void put_user_pages_dirty_lock(struct page **pages, unsigned long npages)"],
      ["v5.4", "void put_user_pages_dirty_lock(struct page **pages, unsigned long npages, bool make_dirty)"],
    ],
    outcomes: done(
      dirty(pages, true, { era: before("v5.4") }),
      dirty(pages, true, { when: dirtying, era: since("v5.4") }),
      release("reference", pages),
    ),
    context: { sleeps: "when-dirtying" },
    source: "mm/gup.c:put_user_pages_dirty_lock (5.2, 5.4)",
  }),
];
