/** Scatterlists name pages; they hold none. */
import { api } from "./entry.ts";
import { done, errno } from "./outcome.ts";
import { amount, pointer, slots, store, value } from "./term.ts";
import type { ApiEntry } from "./types.ts";

const list = { role: "borrow", resultUnit: "none" } as const;
const table = { role: "borrow", resultUnit: "errno" } as const;
const page = done(store(value(pointer("page")), pointer("sg")));
const all = errno([store(slots(pointer("pages"), amount("n_pages")), pointer("sgt"))]);
const run = "struct page **pages, unsigned int n_pages, unsigned int offset, unsigned long size";

export const scatterlist: readonly ApiEntry[] = [
  api("sg_set_page", {
    ...list,
    prototypes:
      "void sg_set_page(struct scatterlist *sg, struct page *page, unsigned int len, unsigned int offset)",
    outcomes: page,
    source: "include/linux/scatterlist.h:sg_set_page",
  }),
  api("sg_assign_page", {
    ...list,
    prototypes: "void sg_assign_page(struct scatterlist *sg, struct page *page)",
    outcomes: page,
    source: "include/linux/scatterlist.h:sg_assign_page",
  }),
  api("sg_set_folio", {
    ...list,
    prototypes: [
      ["v6.5", "void sg_set_folio(struct scatterlist *sg, struct folio *folio, size_t len, size_t offset)"],
    ],
    outcomes: done(store(value(pointer("folio")), pointer("sg"))),
    source: "include/linux/scatterlist.h:sg_set_folio",
  }),
  api("sg_alloc_table", {
    ...table,
    prototypes: "int sg_alloc_table(struct sg_table *table, unsigned int nents, gfp_t gfp_mask)",
    outcomes: errno([]),
    source: "lib/scatterlist.c:sg_alloc_table",
  }),
  api("sg_alloc_table_from_pages", {
    ...table,
    prototypes: `int sg_alloc_table_from_pages(struct sg_table *sgt, ${run}, gfp_t gfp_mask)`,
    outcomes: all,
    source: "include/linux/scatterlist.h:sg_alloc_table_from_pages",
    notes: "Merges neighbors: there may be fewer entries than pages.",
  }),
  api("sg_alloc_table_from_pages_segment", {
    ...table,
    prototypes: [
      [
        "v5.15",
        `int sg_alloc_table_from_pages_segment(struct sg_table *sgt, ${run}, unsigned int max_segment, gfp_t gfp_mask)`,
      ],
    ],
    outcomes: all,
    source: "lib/scatterlist.c:sg_alloc_table_from_pages_segment",
  }),
  api("sg_alloc_append_table_from_pages", {
    ...table,
    prototypes: [
      [
        "v5.15",
        `int sg_alloc_append_table_from_pages(struct sg_append_table *sgt, ${run}, unsigned int max_segment, unsigned int left_pages, gfp_t gfp_mask)`,
      ],
    ],
    outcomes: all,
    source: "lib/scatterlist.c:sg_alloc_append_table_from_pages",
    notes: "May lengthen the last entry instead of adding one.",
  }),
  api("sg_free_table", {
    ...list,
    prototypes: "void sg_free_table(struct sg_table *table)",
    outcomes: done(),
    source: "lib/scatterlist.c:sg_free_table",
    notes: "Frees the table only; it must have been walked before.",
  }),
  api("sg_free_append_table", {
    ...list,
    prototypes: [["v5.15", "void sg_free_append_table(struct sg_append_table *table)"]],
    outcomes: done(),
    source: "lib/scatterlist.c:sg_free_append_table",
  }),
];
