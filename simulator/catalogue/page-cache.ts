/** Page-cache lookups: a reference on what was found; batches; insertion. */
import { api, type DatedPrototype } from "./entry.ts";
import { count, done, errno, inVersions, pointerOrError, pointerOrNull } from "./outcome.ts";
import { releasesOfBatch, releasesOfFolio, releasesOfPage } from "./release-names.ts";
import {
  acquire,
  before,
  between,
  contents,
  pointer,
  release,
  result,
  resultPointer,
  since,
  slots,
  transfer,
  value,
} from "./term.ts";
import type { ApiEntry, KernelVersion, Outcome } from "./types.ts";

const page = [acquire("reference", value(resultPointer))];
const folio = [acquire("reference", value(resultPointer), { unit: "folio" })];
const dated = (prototypes: string | readonly DatedPrototype[]): readonly DatedPrototype[] =>
  typeof prototypes === "string" ? [["v4.4", prototypes]] : prototypes;

const pageOrNull = (
  name: string,
  prototypes: string | readonly DatedPrototype[],
  source: string,
  removedIn?: KernelVersion,
): ApiEntry =>
  api(name, {
    resultUnit: "pointer",
    prototypes: dated(prototypes),
    ...(removedIn && { removedIn }),
    outcomes: pointerOrNull(page),
    releaseWith: releasesOfPage,
    source,
  });
const pageOrError = (
  name: string,
  prototypes: string | readonly DatedPrototype[],
  source: string,
): ApiEntry =>
  api(name, {
    resultUnit: "pointer",
    prototypes: dated(prototypes),
    outcomes: pointerOrError(page),
    releaseWith: releasesOfPage,
    source,
  });
const folioOrError = (name: string, prototypes: readonly DatedPrototype[], source: string): ApiEntry =>
  api(name, {
    resultUnit: "pointer",
    prototypes,
    outcomes: pointerOrError(folio),
    releaseWith: releasesOfFolio,
    source,
  });
/** NULL when nothing was found up to 6.3, an error pointer from 6.4 on. */
const folioByVersion = (name: string, prototypes: readonly DatedPrototype[], source: string): ApiEntry =>
  api(name, {
    resultUnit: "pointer",
    prototypes,
    outcomes: [
      ...inVersions(before("v6.4"), pointerOrNull(folio)),
      ...inVersions(since("v6.4"), pointerOrError(folio)),
    ],
    releaseWith: releasesOfFolio,
    source,
  });

const lookups: ApiEntry[] = [
  pageOrNull(
    "find_get_page",
    "struct page *find_get_page(struct address_space *mapping, pgoff_t offset)",
    "include/linux/pagemap.h:find_get_page",
  ),
  pageOrNull(
    "find_lock_page",
    "struct page *find_lock_page(struct address_space *mapping, pgoff_t index)",
    "include/linux/pagemap.h:find_lock_page",
  ),
  pageOrNull(
    "find_or_create_page",
    "struct page *find_or_create_page(struct address_space *mapping, pgoff_t index, gfp_t gfp_mask)",
    "include/linux/pagemap.h:find_or_create_page",
  ),
  pageOrNull(
    "grab_cache_page",
    "struct page *grab_cache_page(struct address_space *mapping, pgoff_t index)",
    "include/linux/pagemap.h:grab_cache_page (6.14)",
    "v6.19",
  ),
  pageOrNull(
    "grab_cache_page_write_begin",
    [
      [
        "v4.4",
        "struct page *grab_cache_page_write_begin(struct address_space *mapping, pgoff_t index, unsigned flags)",
      ],
      ["v5.19", "struct page *grab_cache_page_write_begin(struct address_space *mapping, pgoff_t index)"],
    ],
    "mm/folio-compat.c:grab_cache_page_write_begin (6.14)",
    "v6.19",
  ),
  pageOrNull(
    "pagecache_get_page",
    "struct page *pagecache_get_page(struct address_space *mapping, pgoff_t index, int fgp_flags, gfp_t gfp)",
    "mm/folio-compat.c:pagecache_get_page",
  ),
  // Beyond the reference, from general knowledge.
  pageOrNull(
    "find_get_page_flags",
    "struct page *find_get_page_flags(struct address_space *mapping, pgoff_t offset, int fgp_flags)",
    "include/linux/pagemap.h:find_get_page_flags",
  ),
  pageOrNull(
    "grab_cache_page_nowait",
    "struct page *grab_cache_page_nowait(struct address_space *mapping, pgoff_t index)",
    "include/linux/pagemap.h:grab_cache_page_nowait",
  ),
  pageOrError(
    "shmem_read_mapping_page",
    "struct page *shmem_read_mapping_page(struct address_space *mapping, pgoff_t index)",
    "include/linux/shmem_fs.h:shmem_read_mapping_page",
  ),
  pageOrError(
    "shmem_read_mapping_page_gfp",
    "struct page *shmem_read_mapping_page_gfp(struct address_space *mapping, pgoff_t index, gfp_t gfp_mask)",
    "mm/shmem.c:shmem_read_mapping_page_gfp",
  ),
  folioOrError(
    "shmem_read_folio_gfp",
    [["v6.4", "struct folio *shmem_read_folio_gfp(struct address_space *mapping, pgoff_t index, gfp_t gfp)"]],
    "mm/shmem.c:shmem_read_folio_gfp",
  ),
  folioOrError(
    "shmem_read_folio",
    [["v6.4", "struct folio *shmem_read_folio(struct address_space *mapping, pgoff_t index)"]],
    "include/linux/shmem_fs.h:shmem_read_folio",
  ),
  pageOrError(
    "read_cache_page_gfp",
    "struct page *read_cache_page_gfp(struct address_space *mapping, pgoff_t index, gfp_t gfp)",
    "mm/filemap.c:read_cache_page_gfp",
  ),
  pageOrError(
    "read_cache_page",
    [
      [
        "v4.4",
        "struct page *read_cache_page(struct address_space *mapping, pgoff_t index, filler_t *filler, void *data)",
      ],
      [
        "v5.19",
        "struct page *read_cache_page(struct address_space *mapping, pgoff_t index, filler_t *filler, struct file *file)",
      ],
    ],
    "mm/filemap.c:read_cache_page",
  ),
  pageOrError(
    "read_mapping_page",
    [
      ["v4.4", "struct page *read_mapping_page(struct address_space *mapping, pgoff_t index, void *data)"],
      [
        "v5.19",
        "struct page *read_mapping_page(struct address_space *mapping, pgoff_t index, struct file *file)",
      ],
    ],
    "include/linux/pagemap.h:read_mapping_page",
  ),
  folioByVersion(
    "filemap_get_folio",
    [["v5.16", "struct folio *filemap_get_folio(struct address_space *mapping, pgoff_t index)"]],
    "include/linux/pagemap.h:filemap_get_folio",
  ),
  folioByVersion(
    "__filemap_get_folio",
    [
      [
        "v5.16",
        "struct folio *__filemap_get_folio(struct address_space *mapping, pgoff_t index, int fgp_flags, gfp_t gfp)",
      ],
    ],
    "mm/filemap.c:__filemap_get_folio",
  ),
  folioByVersion(
    "filemap_lock_folio",
    [["v5.16", "struct folio *filemap_lock_folio(struct address_space *mapping, pgoff_t index)"]],
    "include/linux/pagemap.h:filemap_lock_folio",
  ),
  folioByVersion(
    "filemap_grab_folio",
    [["v6.3", "struct folio *filemap_grab_folio(struct address_space *mapping, pgoff_t index)"]],
    "include/linux/pagemap.h:filemap_grab_folio",
  ),
  folioOrError(
    "read_mapping_folio",
    [
      ["v5.16", "struct folio *read_mapping_folio(struct address_space *mapping, pgoff_t index, void *data)"],
      [
        "v5.19",
        "struct folio *read_mapping_folio(struct address_space *mapping, pgoff_t index, struct file *file)",
      ],
    ],
    "include/linux/pagemap.h:read_mapping_folio",
  ),
  folioOrError(
    "read_cache_folio",
    [
      [
        "v5.16",
        "struct folio *read_cache_folio(struct address_space *mapping, pgoff_t index, filler_t *filler, void *data)",
      ],
      [
        "v5.19",
        "struct folio *read_cache_folio(struct address_space *mapping, pgoff_t index, filler_t *filler, struct file *file)",
      ],
    ],
    "mm/filemap.c:read_cache_folio",
  ),
];

const intoBatch = (unit: "page" | "folio"): Outcome[] =>
  count({
    effects: [acquire("reference", contents(pointer("fbatch")), { unit })],
    negative: false,
    zero: [{}],
  });
const batch = { resultUnit: "folio", releaseWith: releasesOfBatch } as const;

const batches: ApiEntry[] = [
  api("filemap_get_folios", {
    ...batch,
    prototypes: [
      [
        "v6.0",
        "unsigned filemap_get_folios(struct address_space *mapping, pgoff_t *start, pgoff_t end, struct folio_batch *fbatch)",
      ],
    ],
    outcomes: intoBatch("folio"),
    source: "mm/filemap.c:filemap_get_folios",
  }),
  api("filemap_get_folios_contig", {
    ...batch,
    prototypes: [
      [
        "v6.1",
        "unsigned filemap_get_folios_contig(struct address_space *mapping, pgoff_t *start, pgoff_t end, struct folio_batch *fbatch)",
      ],
    ],
    outcomes: intoBatch("folio"),
    source: "mm/filemap.c:filemap_get_folios_contig",
  }),
  api("find_get_entries", {
    ...batch,
    releaseWith: [...releasesOfBatch, "put_page", "release_pages"],
    prototypes: [
      [
        "v4.4",
        "unsigned find_get_entries(struct address_space *mapping, pgoff_t start, unsigned int nr_entries, struct page **entries, pgoff_t *indices)",
      ],
      [
        "v5.12",
        "unsigned find_get_entries(struct address_space *mapping, pgoff_t start, pgoff_t end, struct pagevec *fbatch, pgoff_t *indices)",
      ],
      [
        "v5.17",
        "unsigned find_get_entries(struct address_space *mapping, pgoff_t start, pgoff_t end, struct folio_batch *fbatch, pgoff_t *indices)",
      ],
      [
        "v6.2",
        "unsigned find_get_entries(struct address_space *mapping, pgoff_t *start, pgoff_t end, struct folio_batch *fbatch, pgoff_t *indices)",
      ],
    ],
    outcomes: [
      ...inVersions(
        before("v5.12"),
        count({
          effects: [acquire("reference", slots(pointer("entries"), result))],
          negative: false,
          zero: [{}],
        }),
      ),
      ...inVersions(between("v5.12", "v5.17"), intoBatch("page")),
      ...inVersions(since("v5.17"), intoBatch("folio")),
    ],
    source: "mm/filemap.c:find_get_entries",
    notes: "Value entries carry no reference.",
  }),
  api("folio_batch_release", {
    resultUnit: "none",
    prototypes: [["v5.16", "void folio_batch_release(struct folio_batch *fbatch)"]],
    outcomes: done(release("reference", contents(pointer("fbatch")), { unit: "folio" })),
    source: "include/linux/pagevec.h:folio_batch_release",
  }),
  api("folio_batch_add", {
    resultUnit: "other",
    prototypes: [["v5.16", "unsigned folio_batch_add(struct folio_batch *fbatch, struct folio *folio)"]],
    outcomes: done(transfer(value(pointer("folio")), pointer("fbatch"))),
    source: "include/linux/pagevec.h:folio_batch_add",
    notes: "Stores the pointer; the reference moves with it.",
  }),
];

const insertions: ApiEntry[] = [
  api("filemap_add_folio", {
    resultUnit: "errno",
    prototypes: [
      [
        "v5.16",
        "int filemap_add_folio(struct address_space *mapping, struct folio *folio, pgoff_t index, gfp_t gfp)",
      ],
    ],
    outcomes: errno([
      acquire("reference", value(pointer("folio")), { unit: "folio", holder: pointer("mapping") }),
    ]),
    releaseWith: ["folio_put"],
    source: "mm/filemap.c:filemap_add_folio",
    notes: "The mapping takes one reference per page of its own; the caller keeps what it has.",
  }),
  api("add_to_page_cache_lru", {
    resultUnit: "errno",
    prototypes:
      "int add_to_page_cache_lru(struct page *page, struct address_space *mapping, pgoff_t index, gfp_t gfp)",
    outcomes: errno([acquire("reference", value(pointer("page")), { holder: pointer("mapping") })]),
    releaseWith: ["put_page"],
    source: "mm/folio-compat.c:add_to_page_cache_lru",
  }),
];

export const pageCache: readonly ApiEntry[] = [...lookups, ...batches, ...insertions];
