/** Pages from the page allocator (family `allocation`: the first reference of pages this code asked for). */
import { api, type EntryFacts } from "./entry.ts";
import { count, done, pointerOrNull, truth } from "./outcome.ts";
import { releasesOfAllocation, releasesOfFolio, releasesOfPageMemory } from "./release-names.ts";
import {
  acquire,
  amount,
  consecutive,
  pagesOfBytes,
  pointer,
  release,
  result,
  resultPointer,
  slots,
  value,
  zero,
} from "./term.ts";
import type { ApiEntry } from "./types.ts";

const block = acquire("allocation", value(resultPointer));
const page = {
  resultUnit: "pointer",
  outcomes: pointerOrNull([block]),
  releaseWith: releasesOfAllocation,
} as const satisfies Partial<EntryFacts>;
/** The result is an address as unsigned long, 0 on failure. */
const address = {
  resultUnit: "other",
  outcomes: truth([block]),
  releaseWith: releasesOfPageMemory,
} as const satisfies Partial<EntryFacts>;

const allocators: ApiEntry[] = [
  api("alloc_page", {
    ...page,
    prototypes: "struct page *alloc_page(gfp_t gfp_mask)",
    source: "include/linux/gfp.h:alloc_page",
  }),
  api("alloc_pages", {
    ...page,
    prototypes: "struct page *alloc_pages(gfp_t gfp, unsigned int order)",
    source: "include/linux/gfp.h:alloc_pages",
    notes: "Without __GFP_COMP only the first page of the block carries a reference.",
  }),
  api("alloc_pages_node", {
    ...page,
    prototypes: "struct page *alloc_pages_node(int nid, gfp_t gfp_mask, unsigned int order)",
    source: "include/linux/gfp.h:alloc_pages_node",
  }),
  api("folio_alloc", {
    resultUnit: "pointer",
    prototypes: [["v5.16", "struct folio *folio_alloc(gfp_t gfp, unsigned int order)"]],
    outcomes: pointerOrNull([acquire("allocation", value(resultPointer), { unit: "folio" })]),
    releaseWith: releasesOfFolio,
    source: "include/linux/gfp.h:folio_alloc",
  }),
  api("__get_free_pages", {
    ...address,
    prototypes: "unsigned long __get_free_pages(gfp_t gfp_mask, unsigned int order)",
    source: "include/linux/gfp.h:__get_free_pages",
  }),
  api("__get_free_page", {
    ...address,
    prototypes: "unsigned long __get_free_page(gfp_t gfp_mask)",
    source: "include/linux/gfp.h:__get_free_page",
  }),
  api("get_zeroed_page", {
    ...address,
    prototypes: "unsigned long get_zeroed_page(gfp_t gfp_mask)",
    source: "include/linux/gfp.h:get_zeroed_page",
  }),
  api("alloc_pages_exact", {
    resultUnit: "pointer",
    prototypes: "void *alloc_pages_exact(size_t size, gfp_t gfp_mask)",
    outcomes: pointerOrNull([
      acquire("allocation", consecutive(resultPointer, pagesOfBytes(amount("size"), zero))),
    ]),
    releaseWith: ["free_pages_exact"],
    source: "mm/page_alloc.c:alloc_pages_exact",
  }),
  api("page_frag_alloc", {
    resultUnit: "pointer",
    prototypes: "void *page_frag_alloc(struct page_frag_cache *nc, unsigned int fragsz, gfp_t gfp_mask)",
    outcomes: pointerOrNull([acquire("reference", value(resultPointer))]),
    releaseWith: ["page_frag_free", "skb_free_frag", "put_page"],
    source: "mm/page_frag_cache.c:page_frag_alloc",
  }),
  // Beyond the reference, from general knowledge.
  api("alloc_pages_bulk_array", {
    resultUnit: "page",
    prototypes: [
      [
        "v5.13",
        "unsigned long alloc_pages_bulk_array(gfp_t gfp, unsigned long nr_pages, struct page **page_array)",
      ],
    ],
    removedIn: "v6.14",
    outcomes: count({
      asked: amount("nr_pages"),
      effects: [acquire("allocation", slots(pointer("page_array"), result))],
      negative: false,
      zero: [{}],
    }),
    releaseWith: [...releasesOfAllocation, "release_pages"],
    source: "include/linux/gfp.h:alloc_pages_bulk_array",
    notes: "Fills only slots that are NULL; the result counts filled slots, old ones too.",
  }),
];

const block0 = value(pointer("page"));
const memoryBlock = value(pointer("addr"));
const freers: ApiEntry[] = [
  api("__free_page", {
    resultUnit: "none",
    prototypes: "void __free_page(struct page *page)",
    outcomes: done(release("allocation", block0)),
    source: "include/linux/gfp.h:__free_page",
  }),
  api("__free_pages", {
    resultUnit: "none",
    prototypes: "void __free_pages(struct page *page, unsigned int order)",
    outcomes: done(release("allocation", block0)),
    source: "mm/page_alloc.c:__free_pages",
    notes: "Not for user pages. The block goes when its reference count reaches 0.",
  }),
  api("free_pages", {
    resultUnit: "none",
    prototypes: "void free_pages(unsigned long addr, unsigned int order)",
    outcomes: done(release("allocation", memoryBlock, { skipsNull: true })),
    source: "mm/page_alloc.c:free_pages",
  }),
  api("free_page", {
    resultUnit: "none",
    prototypes: "void free_page(unsigned long addr)",
    outcomes: done(release("allocation", memoryBlock, { skipsNull: true })),
    source: "include/linux/gfp.h:free_page",
    notes: "Takes an address, not a struct page.",
  }),
  api("free_pages_exact", {
    resultUnit: "none",
    prototypes: "void free_pages_exact(void *virt, size_t size)",
    outcomes: done(release("allocation", consecutive(pointer("virt"), pagesOfBytes(amount("size"), zero)))),
    source: "mm/page_alloc.c:free_pages_exact",
  }),
  api("page_frag_free", {
    resultUnit: "none",
    prototypes: "void page_frag_free(void *addr)",
    outcomes: done(release("reference", memoryBlock)),
    source: "mm/page_alloc.c:page_frag_free",
  }),
];

export const pageAllocation: readonly ApiEntry[] = [...allocators, ...freers];
