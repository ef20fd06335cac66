/** Plain references on pages and folios, and the identities between page, folio, frame number and address. */
import { api, type EntryFacts } from "./entry.ts";
import { done, errno, inVersions, pointerOrNull, truth } from "./outcome.ts";
import { releasesOfFolio, releasesOfPins, releasesOfReferences } from "./release-names.ts";
import {
  acquire,
  amount,
  before,
  contents,
  dirty,
  flag,
  pointer,
  release,
  since,
  slots,
  value,
} from "./term.ts";
import type { ApiEntry, Effect, Target } from "./types.ts";

const page = value(pointer("page"));
const folio = value(pointer("folio"));
const takes = { releaseWith: releasesOfReferences } as const;
const takesFolio = { releaseWith: releasesOfFolio } as const;

const gets: ApiEntry[] = [
  api("get_page", {
    ...takes,
    resultUnit: "none",
    prototypes: "void get_page(struct page *page)",
    outcomes: done(acquire("reference", page)),
    source: "include/linux/mm.h:get_page",
  }),
  api("folio_get", {
    ...takesFolio,
    resultUnit: "none",
    prototypes: [["v5.16", "void folio_get(struct folio *folio)"]],
    outcomes: done(acquire("reference", folio, { unit: "folio" })),
    source: "include/linux/mm.h:folio_get",
  }),
  api("try_get_page", {
    ...takes,
    resultUnit: "boolean",
    prototypes: "bool try_get_page(struct page *page)",
    outcomes: truth([acquire("reference", page)]),
    source: "include/linux/mm.h:try_get_page",
  }),
  api("get_page_unless_zero", {
    ...takes,
    resultUnit: "boolean",
    prototypes: [
      ["v4.4", "int get_page_unless_zero(struct page *page)"],
      ["v5.17", "bool get_page_unless_zero(struct page *page)"],
    ],
    outcomes: truth([acquire("reference", page)]),
    source: "include/linux/mm.h:get_page_unless_zero",
  }),
  api("folio_try_get", {
    ...takesFolio,
    resultUnit: "boolean",
    prototypes: [["v5.16", "bool folio_try_get(struct folio *folio)"]],
    outcomes: truth([acquire("reference", folio, { unit: "folio" })]),
    source: "include/linux/page_ref.h:folio_try_get",
  }),
  api("folio_ref_add", {
    releaseWith: ["folio_put_refs", "folio_ref_sub"],
    resultUnit: "none",
    prototypes: [["v5.16", "void folio_ref_add(struct folio *folio, int nr)"]],
    outcomes: done(acquire("reference", value(pointer("folio"), amount("nr")), { unit: "folio" })),
    source: "include/linux/page_ref.h:folio_ref_add",
  }),
  // Beyond the reference, from general knowledge.
  api("page_ref_add", {
    releaseWith: ["page_ref_sub", ...releasesOfReferences],
    resultUnit: "none",
    prototypes: [["v4.6", "void page_ref_add(struct page *page, int nr)"]],
    outcomes: done(acquire("reference", value(pointer("page"), amount("nr")))),
    source: "include/linux/page_ref.h:page_ref_add",
  }),
  api("page_ref_inc", {
    ...takes,
    resultUnit: "none",
    prototypes: [["v4.6", "void page_ref_inc(struct page *page)"]],
    outcomes: done(acquire("reference", page)),
    source: "include/linux/page_ref.h:page_ref_inc",
  }),
];

const puts: ApiEntry[] = [
  api("put_page", {
    resultUnit: "none",
    prototypes: "void put_page(struct page *page)",
    outcomes: done(release("reference", page)),
    source: "include/linux/mm.h:put_page",
  }),
  api("folio_put", {
    resultUnit: "none",
    prototypes: [["v5.16", "void folio_put(struct folio *folio)"]],
    outcomes: done(release("reference", folio, { unit: "folio" })),
    source: "include/linux/mm.h:folio_put",
  }),
  api("folio_put_refs", {
    resultUnit: "none",
    prototypes: [["v5.16", "void folio_put_refs(struct folio *folio, int refs)"]],
    outcomes: done(release("reference", value(pointer("folio"), amount("refs")), { unit: "folio" })),
    source: "include/linux/mm.h:folio_put_refs",
  }),
  api("folios_put", {
    resultUnit: "none",
    prototypes: [
      ["v6.0", "void folios_put(struct folio **folios, unsigned int nr)"],
      ["v6.9", "void folios_put(struct folio_batch *folios)"],
    ],
    outcomes: [
      ...inVersions(
        before("v6.9"),
        done(release("reference", slots(pointer("folios"), amount("nr")), { unit: "folio" })),
      ),
      ...inVersions(
        since("v6.9"),
        done(release("reference", contents(pointer("folios")), { unit: "folio" })),
      ),
    ],
    source: "include/linux/mm.h:folios_put",
  }),
  api("folios_put_refs", {
    resultUnit: "none",
    prototypes: [["v6.9", "void folios_put_refs(struct folio_batch *folios, unsigned int *refs)"]],
    outcomes: done(release("reference", contents(pointer("folios")), { unit: "folio" })),
    source: "mm/swap.c:folios_put_refs",
  }),
  api("release_pages", {
    resultUnit: "none",
    prototypes: [
      ["v4.4", "void release_pages(struct page **pages, int nr, bool cold)"],
      ["v4.16", "void release_pages(struct page **pages, int nr)"],
      ["v6.2", "void release_pages(release_pages_arg pages, int nr)"],
    ],
    outcomes: done(release("reference", slots(pointer("pages"), amount("nr")))),
    source: "mm/swap.c:release_pages",
    notes: "References only, never pins.",
  }),
  api("put_pages_list", {
    resultUnit: "none",
    prototypes: "void put_pages_list(struct list_head *pages)",
    removedIn: "v6.13",
    outcomes: done(release("reference", contents(pointer("pages")))),
    source: "mm/swap.c:put_pages_list (6.12)",
  }),
  api("put_page_testzero", {
    resultUnit: "boolean",
    prototypes: "int put_page_testzero(struct page *page)",
    outcomes: truth([release("reference", page)], [release("reference", page)]),
    source: "include/linux/mm.h:put_page_testzero",
    notes: "Frees nothing: true tells the caller to.",
  }),
  api("folio_ref_sub", {
    resultUnit: "none",
    prototypes: [["v5.16", "void folio_ref_sub(struct folio *folio, int nr)"]],
    outcomes: done(release("reference", value(pointer("folio"), amount("nr")), { unit: "folio" })),
    source: "include/linux/page_ref.h:folio_ref_sub",
  }),
  api("page_ref_sub", {
    resultUnit: "none",
    prototypes: [["v4.6", "void page_ref_sub(struct page *page, int nr)"]],
    outcomes: done(release("reference", value(pointer("page"), amount("nr")))),
    source: "include/linux/page_ref.h:page_ref_sub",
  }),
];

const grab = (target: Target): Effect[] => [
  acquire("pin", target, { when: flag("flags", "FOLL_PIN") }),
  acquire("reference", target, { when: flag("flags", "FOLL_GET") }),
];
const drop = (target: Target): Effect[] => [
  release("pin", target, { when: flag("flags", "FOLL_PIN") }),
  release("reference", target, { when: { kind: "not", operand: flag("flags", "FOLL_PIN") } }),
];
const memoryInternal = {
  role: "support",
  releaseWith: ["gup_put_folio", ...releasesOfPins, ...releasesOfReferences],
  flagsParameter: "flags",
} as const satisfies Partial<EntryFacts>;
const refs = amount("refs");

/** Inside mm/ only: the step that counts one page or folio. */
const internals: ApiEntry[] = [
  api("try_grab_page", {
    ...memoryInternal,
    resultUnit: "other",
    prototypes: [
      ["v5.7", "bool try_grab_page(struct page *page, unsigned int flags)"],
      ["v6.2", "int try_grab_page(struct page *page, unsigned int flags)"],
    ],
    removedIn: "v6.10",
    era: { since: "v5.7", before: "v6.10", except: ["6.6.y"] },
    outcomes: [
      ...inVersions(before("v6.2"), truth(grab(page))),
      ...inVersions(since("v6.2"), errno(grab(page))),
    ],
    source: "mm/gup.c:try_grab_page (6.9)",
  }),
  api("try_grab_folio", {
    ...memoryInternal,
    resultUnit: "other",
    prototypes: [
      ["v5.18", "struct folio *try_grab_folio(struct page *page, int refs, unsigned int flags)"],
      ["v6.10", "int try_grab_folio(struct folio *folio, int refs, unsigned int flags)"],
    ],
    outcomes: [
      ...inVersions(before("v6.10"), pointerOrNull(grab(value(pointer("page"), refs)))),
      ...inVersions(since("v6.10"), errno(grab(value(pointer("folio"), refs)))),
    ],
    source: "mm/gup.c:try_grab_folio",
    notes: "6.6.y carries the form of 6.10.",
  }),
  api("try_grab_folio_fast", {
    ...memoryInternal,
    resultUnit: "pointer",
    prototypes: [
      ["v6.10", "struct folio *try_grab_folio_fast(struct page *page, int refs, unsigned int flags)"],
    ],
    backports: ["6.6.y"],
    outcomes: pointerOrNull(grab(value(pointer("page"), refs))),
    source: "mm/gup.c:try_grab_folio_fast",
  }),
  api("try_grab_compound_head", {
    ...memoryInternal,
    resultUnit: "pointer",
    releaseWith: ["put_compound_head", ...releasesOfPins, ...releasesOfReferences],
    prototypes: [
      ["v5.7", "struct page *try_grab_compound_head(struct page *page, int refs, unsigned int flags)"],
    ],
    removedIn: "v5.18",
    outcomes: pointerOrNull(grab(value(pointer("page"), refs))),
    source: "mm/gup.c:try_grab_compound_head (5.17)",
  }),
  api("gup_put_folio", {
    role: "support",
    flagsParameter: "flags",
    resultUnit: "none",
    prototypes: [["v5.18", "void gup_put_folio(struct folio *folio, int refs, unsigned int flags)"]],
    outcomes: done(...drop(value(pointer("folio"), refs))),
    source: "mm/gup.c:gup_put_folio",
  }),
  api("put_compound_head", {
    role: "support",
    flagsParameter: "flags",
    resultUnit: "none",
    prototypes: [
      ["v5.6", "void put_compound_head(struct page *page, int refs)"],
      ["v5.7", "void put_compound_head(struct page *page, int refs, unsigned int flags)"],
    ],
    removedIn: "v5.18",
    outcomes: done(...drop(value(pointer("page"), refs))),
    source: "mm/gup.c:put_compound_head (5.17)",
  }),
];

const dirtying: ApiEntry[] = [
  api("set_page_dirty", {
    role: "borrow",
    resultUnit: "boolean",
    prototypes: [
      ["v4.4", "int set_page_dirty(struct page *page)"],
      ["v5.17", "bool set_page_dirty(struct page *page)"],
    ],
    outcomes: done(dirty(page, false)),
    source: "mm/folio-compat.c:set_page_dirty",
  }),
  api("set_page_dirty_lock", {
    role: "borrow",
    resultUnit: "boolean",
    prototypes: "int set_page_dirty_lock(struct page *page)",
    outcomes: done(dirty(page, true)),
    context: { sleeps: "yes" },
    source: "mm/page-writeback.c:set_page_dirty_lock",
  }),
  api("folio_mark_dirty", {
    role: "borrow",
    resultUnit: "boolean",
    prototypes: [["v5.16", "bool folio_mark_dirty(struct folio *folio)"]],
    outcomes: done(dirty(folio, false)),
    source: "mm/page-writeback.c:folio_mark_dirty",
  }),
  api("folio_mark_dirty_lock", {
    role: "borrow",
    resultUnit: "boolean",
    prototypes: [["v6.13", "bool folio_mark_dirty_lock(struct folio *folio)"]],
    outcomes: done(dirty(folio, true)),
    context: { sleeps: "yes" },
    source: "mm/page-writeback.c:folio_mark_dirty_lock (6.13)",
  }),
];

type Alias = NonNullable<ApiEntry["aliases"]>;
const identity = (name: string, prototype: string, aliases: Alias, source: string): ApiEntry =>
  api(name, {
    role: "borrow",
    resultUnit: "pointer",
    prototypes: prototype,
    outcomes: done(),
    aliases,
    source,
  });

/** The result names what an argument named; nothing is counted. */
const identities: ApiEntry[] = [
  identity(
    "page_folio",
    "struct folio *page_folio(struct page *page)",
    { result: "page", how: "same" },
    "include/linux/page-flags.h:page_folio",
  ),
  identity(
    "compound_head",
    "struct page *compound_head(struct page *page)",
    { result: "page", how: "same" },
    "include/linux/page-flags.h:compound_head",
  ),
  identity(
    "folio_page",
    "struct page *folio_page(struct folio *folio, size_t n)",
    { result: "folio", how: "offset", by: amount("n") },
    "include/linux/page-flags.h:folio_page",
  ),
  identity(
    "nth_page",
    "struct page *nth_page(struct page *page, unsigned long n)",
    { result: "page", how: "offset", by: amount("n") },
    "include/linux/mm.h:nth_page",
  ),
  identity(
    "pfn_to_page",
    "struct page *pfn_to_page(unsigned long pfn)",
    { result: "pfn", how: "same" },
    "include/asm-generic/memory_model.h:pfn_to_page",
  ),
  identity(
    "page_to_pfn",
    "unsigned long page_to_pfn(struct page *page)",
    { result: "page", how: "same" },
    "include/asm-generic/memory_model.h:page_to_pfn",
  ),
  identity(
    "virt_to_page",
    "struct page *virt_to_page(void *addr)",
    { result: "addr", how: "address" },
    "arch/x86/include/asm/page.h:virt_to_page",
  ),
  identity(
    "vmalloc_to_page",
    "struct page *vmalloc_to_page(const void *addr)",
    { result: "addr", how: "address" },
    "mm/vmalloc.c:vmalloc_to_page",
  ),
  identity(
    "kmap_to_page",
    "struct page *kmap_to_page(void *addr)",
    { result: "addr", how: "address" },
    "mm/highmem.c:kmap_to_page",
  ),
  identity(
    "sg_page",
    "struct page *sg_page(struct scatterlist *sg)",
    { result: "sg", how: "member" },
    "include/linux/scatterlist.h:sg_page",
  ),
  identity(
    "sg_page_iter_page",
    "struct page *sg_page_iter_page(struct sg_page_iter *piter)",
    { result: "piter", how: "member" },
    "include/linux/scatterlist.h:sg_page_iter_page",
  ),
  // Beyond the reference, from general knowledge.
  identity(
    "virt_to_head_page",
    "struct page *virt_to_head_page(const void *x)",
    { result: "x", how: "address" },
    "include/linux/mm.h:virt_to_head_page",
  ),
  identity(
    "virt_to_folio",
    "struct folio *virt_to_folio(const void *x)",
    { result: "x", how: "address" },
    "include/linux/mm.h:virt_to_folio",
  ),
  identity(
    "pfn_folio",
    "struct folio *pfn_folio(unsigned long pfn)",
    { result: "pfn", how: "same" },
    "include/linux/mm.h:pfn_folio",
  ),
  identity(
    "folio_pfn",
    "unsigned long folio_pfn(struct folio *folio)",
    { result: "folio", how: "same" },
    "include/linux/mm.h:folio_pfn",
  ),
  identity(
    "folio_file_page",
    "struct page *folio_file_page(struct folio *folio, pgoff_t index)",
    { result: "folio", how: "offset" },
    "include/linux/pagemap.h:folio_file_page",
  ),
  ...["__pa", "virt_to_phys", "__va", "phys_to_virt"].map((name) =>
    identity(
      name,
      `unsigned long ${name}(unsigned long address)`,
      { result: "address", how: "same" },
      `arch/x86/include/asm/page.h:${name}`,
    ),
  ),
  identity(
    "page_to_phys",
    "phys_addr_t page_to_phys(struct page *page)",
    { result: "page", how: "address" },
    "include/asm-generic/memory_model.h:page_to_phys",
  ),
  identity(
    "page_to_virt",
    "void *page_to_virt(struct page *page)",
    { result: "page", how: "address" },
    "include/linux/mm.h:page_to_virt",
  ),
  identity(
    "phys_to_page",
    "struct page *phys_to_page(phys_addr_t phys)",
    { result: "phys", how: "address" },
    "include/asm-generic/memory_model.h:phys_to_page",
  ),
  identity(
    "page_address",
    "void *page_address(const struct page *page)",
    { result: "page", how: "address" },
    "include/linux/mm.h:page_address",
  ),
  identity(
    "folio_address",
    "void *folio_address(const struct folio *folio)",
    { result: "folio", how: "address" },
    "include/linux/mm.h:folio_address",
  ),
  identity(
    "lowmem_page_address",
    "void *lowmem_page_address(const struct page *page)",
    { result: "page", how: "address" },
    "include/linux/mm.h:lowmem_page_address",
  ),
  identity(
    "kmap",
    "void *kmap(struct page *page)",
    { result: "page", how: "address" },
    "include/linux/highmem.h:kmap",
  ),
  identity(
    "kmap_atomic",
    "void *kmap_atomic(struct page *page)",
    { result: "page", how: "address" },
    "include/linux/highmem.h:kmap_atomic",
  ),
  identity(
    "kmap_local_page",
    "void *kmap_local_page(struct page *page)",
    { result: "page", how: "address" },
    "include/linux/highmem.h:kmap_local_page",
  ),
  identity(
    "kmap_local_folio",
    "void *kmap_local_folio(struct folio *folio, size_t offset)",
    { result: "folio", how: "address" },
    "include/linux/highmem.h:kmap_local_folio",
  ),
  identity(
    "bvec_kmap_local",
    "void *bvec_kmap_local(struct bio_vec *bvec)",
    { result: "bvec", how: "address" },
    "include/linux/bvec.h:bvec_kmap_local",
  ),
  identity(
    "skb_frag_page",
    "struct page *skb_frag_page(const skb_frag_t *frag)",
    { result: "frag", how: "member" },
    "include/linux/skbuff.h:skb_frag_page",
  ),
  identity(
    "page_to_netmem",
    "netmem_ref page_to_netmem(struct page *page)",
    { result: "page", how: "same" },
    "include/net/netmem.h:page_to_netmem",
  ),
  identity(
    "netmem_to_page",
    "struct page *netmem_to_page(netmem_ref netmem)",
    { result: "netmem", how: "same" },
    "include/net/netmem.h:netmem_to_page",
  ),
  identity(
    "page_to_xen_pfn",
    "unsigned long page_to_xen_pfn(struct page *page)",
    { result: "page", how: "same" },
    "include/xen/page.h:page_to_xen_pfn",
  ),
  identity(
    "ERR_CAST",
    "void *ERR_CAST(const void *ptr)",
    { result: "ptr", how: "same" },
    "include/linux/err.h:ERR_CAST",
  ),
];

export const pageReferences: readonly ApiEntry[] = [
  ...gets,
  ...puts,
  ...internals,
  ...dirtying,
  ...identities,
];
