/** Page tables and mappings, migration and LRU isolation, device memory. */
import { api, type DatedPrototype } from "./entry.ts";
import { done, errno, inVersions, pointerOrNull, truth } from "./outcome.ts";
import { acquire, amount, before, contents, pointer, release, since, slots, value } from "./term.ts";
import type { ApiEntry, KernelVersion } from "./types.ts";

const mapping = pointer("vma");
const borrowed = { role: "borrow" } as const;
/** Lends what it finds for as long as a lock is held. */
const lender = (
  name: string,
  resultUnit: "pointer" | "errno" | "none" | "other",
  prototypes: readonly DatedPrototype[],
  source: string,
  removedIn?: KernelVersion,
): ApiEntry =>
  api(name, {
    ...borrowed,
    resultUnit,
    prototypes,
    ...(removedIn && { removedIn }),
    outcomes: done(),
    source,
  });

const tables: ApiEntry[] = [
  api("vm_insert_page", {
    resultUnit: "errno",
    prototypes: "int vm_insert_page(struct vm_area_struct *vma, unsigned long addr, struct page *page)",
    outcomes: errno([acquire("reference", value(pointer("page")), { holder: mapping })]),
    releaseWith: ["put_page"],
    source: "mm/memory.c:vm_insert_page",
    notes:
      "The mapping takes a reference of its own and drops it when unmapped; the caller keeps what it has.",
  }),
  api("vm_insert_pages", {
    resultUnit: "errno",
    prototypes: [
      [
        "v5.7",
        "int vm_insert_pages(struct vm_area_struct *vma, unsigned long addr, struct page **pages, unsigned long *num)",
      ],
    ],
    outcomes: errno([acquire("reference", contents(pointer("pages")), { holder: mapping })]),
    releaseWith: ["put_page"],
    source: "mm/memory.c:vm_insert_pages",
    notes: "*num becomes the number of pages that were not inserted.",
  }),
  api("vm_map_pages", {
    resultUnit: "errno",
    prototypes: [
      ["v5.2", "int vm_map_pages(struct vm_area_struct *vma, struct page **pages, unsigned long num)"],
    ],
    outcomes: errno([acquire("reference", slots(pointer("pages"), amount("num")), { holder: mapping })]),
    releaseWith: ["put_page"],
    source: "mm/memory.c:vm_map_pages",
  }),
  lender(
    "vmf_insert_pfn",
    "other",
    [
      [
        "v4.20",
        "vm_fault_t vmf_insert_pfn(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn)",
      ],
    ],
    "mm/memory.c:vmf_insert_pfn",
  ),
  lender(
    "remap_pfn_range",
    "errno",
    [
      [
        "v4.4",
        "int remap_pfn_range(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn, unsigned long size, pgprot_t prot)",
      ],
    ],
    "mm/memory.c:remap_pfn_range",
  ),
  lender(
    "vm_normal_page",
    "pointer",
    [["v4.4", "struct page *vm_normal_page(struct vm_area_struct *vma, unsigned long addr, pte_t pte)"]],
    "mm/memory.c:vm_normal_page",
  ),
  lender(
    "follow_pte",
    "errno",
    [
      [
        "v4.10",
        "int follow_pte(struct mm_struct *mm, unsigned long address, pte_t **ptepp, spinlock_t **ptlp)",
      ],
      [
        "v6.10",
        "int follow_pte(struct vm_area_struct *mm, unsigned long address, pte_t **ptepp, spinlock_t **ptlp)",
      ],
    ],
    "mm/memory.c:follow_pte (6.11)",
    "v6.12",
  ),
  lender(
    "follow_pfnmap_start",
    "errno",
    [["v6.12", "int follow_pfnmap_start(struct follow_pfnmap_args *args)"]],
    "mm/memory.c:follow_pfnmap_start",
  ),
  lender(
    "follow_pfnmap_end",
    "none",
    [["v6.12", "void follow_pfnmap_end(struct follow_pfnmap_args *args)"]],
    "mm/memory.c:follow_pfnmap_end",
  ),
  lender(
    "folio_walk_start",
    "pointer",
    [
      [
        "v6.12",
        "struct folio *folio_walk_start(struct folio_walk *fw, struct vm_area_struct *vma, unsigned long addr, folio_walk_flags_t flags)",
      ],
    ],
    "mm/pagewalk.c:folio_walk_start",
  ),
  lender(
    "folio_walk_end",
    "none",
    [["v6.12", "void folio_walk_end(struct folio_walk *fw, struct vm_area_struct *vma)"]],
    "include/linux/pagewalk.h:folio_walk_end",
  ),
  lender(
    "hmm_range_fault",
    "errno",
    [
      ["v5.2", "long hmm_range_fault(struct hmm_range *range, bool block)"],
      ["v5.4", "long hmm_range_fault(struct hmm_range *range, unsigned int flags)"],
      ["v5.7", "int hmm_range_fault(struct hmm_range *range)"],
    ],
    "mm/hmm.c:hmm_range_fault",
  ),
];

const isolated = { unit: "folio" } as const;
const migration: ApiEntry[] = [
  api("folio_isolate_lru", {
    role: "support",
    resultUnit: "other",
    prototypes: [
      ["v5.18", "int folio_isolate_lru(struct folio *folio)"],
      ["v6.3", "bool folio_isolate_lru(struct folio *folio)"],
    ],
    outcomes: [
      ...inVersions(before("v6.3"), errno([acquire("reference", value(pointer("folio")), isolated)])),
      ...inVersions(since("v6.3"), truth([acquire("reference", value(pointer("folio")), isolated)])),
    ],
    releaseWith: ["folio_putback_lru", "putback_movable_pages"],
    source: "mm/vmscan.c:folio_isolate_lru",
    notes: "The sense of the result turned round in 6.3.",
  }),
  api("folio_putback_lru", {
    role: "support",
    resultUnit: "none",
    prototypes: [["v5.18", "void folio_putback_lru(struct folio *folio)"]],
    outcomes: done(release("reference", value(pointer("folio")), isolated)),
    source: "mm/vmscan.c:folio_putback_lru",
  }),
  api("putback_movable_pages", {
    role: "support",
    resultUnit: "none",
    prototypes: "void putback_movable_pages(struct list_head *l)",
    outcomes: done(release("reference", contents(pointer("l")), isolated)),
    source: "mm/migrate.c:putback_movable_pages",
  }),
  api("migrate_vma_setup", {
    role: "support",
    resultUnit: "errno",
    prototypes: [["v5.4", "int migrate_vma_setup(struct migrate_vma *args)"]],
    outcomes: errno([acquire("reference", contents(pointer("args")), { holder: pointer("args") })]),
    releaseWith: ["migrate_vma_finalize"],
    source: "mm/migrate_device.c:migrate_vma_setup",
  }),
  api("migrate_vma_finalize", {
    role: "support",
    resultUnit: "none",
    prototypes: [["v5.4", "void migrate_vma_finalize(struct migrate_vma *args)"]],
    outcomes: done(release("reference", contents(pointer("args")), { holder: pointer("args") })),
    source: "mm/migrate_device.c:migrate_vma_finalize",
  }),
  api("get_dev_pagemap", {
    role: "support",
    resultUnit: "pointer",
    prototypes: [
      ["v4.15", "struct dev_pagemap *get_dev_pagemap(unsigned long pfn, struct dev_pagemap *pgmap)"],
      ["v6.19", "struct dev_pagemap *get_dev_pagemap(unsigned long pfn)"],
    ],
    outcomes: pointerOrNull([]),
    source: "mm/memremap.c:get_dev_pagemap",
    notes: "A reference on the map of device pages, not on a page.",
  }),
  api("put_dev_pagemap", {
    role: "support",
    resultUnit: "none",
    prototypes: [["v4.6", "void put_dev_pagemap(struct dev_pagemap *pgmap)"]],
    outcomes: done(),
    source: "include/linux/memremap.h:put_dev_pagemap",
  }),
];

export const mappings: readonly ApiEntry[] = [...tables, ...migration];
