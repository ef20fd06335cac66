/** Pages in bios: extraction into a bio, containers that only name pages, release at completion. */
import { api, type DatedPrototype } from "./entry.ts";
import { willPin } from "./iov-iter.ts";
import { count, done, errno, pointerOrNull, truth } from "./outcome.ts";
import {
  acquire,
  before,
  both,
  contents,
  dirty,
  isTrue,
  mark,
  not,
  pointer,
  predicate,
  release,
  resultPointer,
  since,
  store,
  value,
} from "./term.ts";
import type { ApiEntry, Condition, Effect, EraRange } from "./types.ts";

const pages = contents(pointer("bio"));
const pinned = predicate("BIO_PAGE_PINNED", "bio");
const borrowed = predicate("BIO_NO_PAGE_REF", "bio");
const pinningBios = since("v6.5");
const countingBios = before("v6.5");
const nameRelease = [
  "bio_release_pages",
  "__bio_release_pages",
  "bio_check_pages_dirty",
  "bio_release_page",
] as const;

/** What a bio's pages are let go by: pins from 6.5 where the bio says so, before that references unless it says no. */
const letGo = (further?: Condition): Effect[] => [
  release("pin", pages, { when: further ? both(pinned, further) : pinned, era: pinningBios }),
  release("reference", pages, {
    when: further ? both(not(borrowed), further) : not(borrowed),
    era: countingBios,
  }),
];
/** Pages of an iterator put into a bio. `iterator` names the parameter. */
const fill = (iterator: string): Effect[] => [
  acquire("pin", pages, { when: willPin(iterator), era: pinningBios }),
  mark("BIO_PAGE_PINNED", "bio", true, { when: willPin(iterator), era: pinningBios }),
  acquire("reference", pages, { when: not(predicate("iov_iter_is_bvec", iterator)), era: countingBios }),
  mark("BIO_NO_PAGE_REF", "bio", true, { when: predicate("iov_iter_is_bvec", iterator), era: countingBios }),
];

const filling: ApiEntry[] = [
  api("bio_iov_iter_get_pages", {
    role: "trigger",
    resultUnit: "errno",
    prototypes: [
      ["v4.4", "int bio_iov_iter_get_pages(struct bio *bio, struct iov_iter *iter)"],
      [
        "v6.19",
        "int bio_iov_iter_get_pages(struct bio *bio, struct iov_iter *iter, unsigned len_align_mask)",
      ],
    ],
    outcomes: errno(fill("iter")),
    releaseWith: nameRelease,
    source: "block/bio.c:bio_iov_iter_get_pages",
    notes: "0 also when only a part was taken; an error means that the bio has no pages.",
  }),
  api("bio_iov_iter_bounce", {
    role: "trigger",
    resultUnit: "errno",
    prototypes: [
      [
        "v7.0",
        "int bio_iov_iter_bounce(struct bio *bio, struct iov_iter *iter, size_t maxlen, size_t minsize)",
      ],
    ],
    outcomes: errno([acquire("pin", pages, { when: willPin("iter") })]),
    releaseWith: ["bio_iov_iter_unbounce"],
    source: "block/bio.c:bio_iov_iter_bounce (7.1)",
    notes:
      "Reading: the first vector is an owned folio, the others are the user's. Writing: owned folios only.",
  }),
  api("bio_iov_bvec_set", {
    role: "borrow",
    resultUnit: "none",
    prototypes: [
      ["v5.14", "int bio_iov_bvec_set(struct bio *bio, struct iov_iter *iter)"],
      ["v5.17", "void bio_iov_bvec_set(struct bio *bio, struct iov_iter *iter)"],
      ["v6.13", "void bio_iov_bvec_set(struct bio *bio, const struct iov_iter *iter)"],
    ],
    outcomes: done(mark("BIO_NO_PAGE_REF", "bio", true, { era: countingBios })),
    source: "block/bio.c:bio_iov_bvec_set",
  }),
  api("bio_integrity_map_user", {
    role: "trigger",
    resultUnit: "errno",
    prototypes: [
      ["v6.8", "int bio_integrity_map_user(struct bio *bio, void __user *ubuf, ssize_t len, u32 seed)"],
      ["v6.12", "int bio_integrity_map_user(struct bio *bio, struct iov_iter *iter)"],
      ["v6.13", "int bio_integrity_map_user(struct bio *bio, void __user *ubuf, ssize_t len)"],
      ["v6.14", "int bio_integrity_map_user(struct bio *bio, struct iov_iter *iter)"],
    ],
    outcomes: errno([acquire("pin", pages, { holder: pointer("bio") })]),
    releaseWith: ["bio_integrity_unmap_user"],
    source: "block/bio-integrity.c:bio_integrity_map_user",
    notes: "The pins belong to the integrity payload; only where the iterator is user-backed.",
  }),
];

const releases: ApiEntry[] = [
  api("bio_release_pages", {
    role: "trigger",
    resultUnit: "none",
    prototypes: [
      ["v5.2", "void bio_release_pages(struct bio *bio)"],
      ["v5.4", "void bio_release_pages(struct bio *bio, bool mark_dirty)"],
    ],
    outcomes: done(
      dirty(pages, true, { when: both(pinned, isTrue("mark_dirty")), era: pinningBios }),
      dirty(pages, true, {
        when: both(not(borrowed), isTrue("mark_dirty")),
        era: { since: "v5.4", before: "v6.5" },
      }),
      ...letGo(),
    ),
    context: { sleeps: "when-dirtying" },
    source: "include/linux/bio.h:bio_release_pages",
  }),
  api("__bio_release_pages", {
    role: "trigger",
    resultUnit: "none",
    prototypes: [["v5.17", "void __bio_release_pages(struct bio *bio, bool mark_dirty)"]],
    outcomes: done(
      dirty(pages, true, { when: isTrue("mark_dirty") }),
      release("pin", pages, { era: pinningBios }),
      release("reference", pages, { era: countingBios }),
    ),
    context: { sleeps: "when-dirtying" },
    source: "block/bio.c:__bio_release_pages",
    notes: "6.8.0 released too few pages of unaligned buffers; right from 6.9.",
  }),
  api("bio_release_page", {
    role: "trigger",
    resultUnit: "none",
    prototypes: [["v6.5", "void bio_release_page(struct bio *bio, struct page *page)"]],
    removedIn: "v7.0",
    outcomes: done(release("pin", value(pointer("page")), { when: pinned })),
    source: "block/blk.h:bio_release_page (6.19)",
  }),
  api("bio_check_pages_dirty", {
    role: "trigger",
    resultUnit: "none",
    prototypes: "void bio_check_pages_dirty(struct bio *bio)",
    outcomes: done(
      dirty(pages, true),
      ...letGo(),
      release("object", value(pointer("bio")), { unit: "object" }),
    ),
    context: { sleeps: "no" },
    source: "block/bio.c:bio_check_pages_dirty",
    notes:
      "Takes the bio over: the caller must not touch it again. What must be dirtied goes to a work item.",
  }),
  api("bio_set_pages_dirty", {
    role: "borrow",
    resultUnit: "none",
    prototypes: "void bio_set_pages_dirty(struct bio *bio)",
    outcomes: done(dirty(pages, true)),
    context: { sleeps: "yes" },
    source: "block/bio.c:bio_set_pages_dirty",
  }),
  api("bio_free_pages", {
    resultUnit: "none",
    prototypes: "void bio_free_pages(struct bio *bio)",
    outcomes: done(release("allocation", pages)),
    source: "block/bio.c:bio_free_pages",
    notes: "For pages the owner of the bio allocated, never for user pages.",
  }),
  api("bio_iov_iter_unbounce", {
    role: "trigger",
    resultUnit: "none",
    prototypes: [["v7.0", "void bio_iov_iter_unbounce(struct bio *bio, bool is_error, bool mark_dirty)"]],
    outcomes: done(release("pin", pages, { when: pinned })),
    source: "block/bio.c:bio_iov_iter_unbounce (7.1)",
  }),
  api("bio_integrity_unmap_user", {
    role: "trigger",
    resultUnit: "none",
    prototypes: [
      ["v6.8", "void bio_integrity_unmap_user(struct bio_integrity_payload *bio)"],
      ["v6.11", "void bio_integrity_unmap_user(struct bio *bio)"],
    ],
    outcomes: done(release("pin", pages, { holder: pointer("bio") })),
    source: "block/bio-integrity.c:bio_integrity_unmap_user",
  }),
];

const object = acquire("object", value(resultPointer), { unit: "object" });
const bios: ApiEntry[] = [
  api("bio_alloc", {
    resultUnit: "pointer",
    prototypes: [
      ["v4.4", "struct bio *bio_alloc(gfp_t gfp_mask, unsigned int nr_iovecs)"],
      [
        "v5.18",
        "struct bio *bio_alloc(struct block_device *bdev, unsigned short nr_vecs, unsigned int opf, gfp_t gfp_mask)",
      ],
    ],
    outcomes: pointerOrNull([object]),
    releaseWith: ["bio_put", "bio_check_pages_dirty"],
    source: "block/bio.c:bio_alloc",
    notes: "The reference on the bio only. Up to 6.4 a fresh bio releases its pages by references.",
  }),
  api("bio_alloc_clone", {
    resultUnit: "pointer",
    prototypes: [
      [
        "v5.18",
        "struct bio *bio_alloc_clone(struct block_device *bdev, struct bio *bio_src, gfp_t gfp, struct bio_set *bs)",
      ],
    ],
    outcomes: pointerOrNull([object]),
    releaseWith: ["bio_put"],
    source: "block/bio.c:bio_alloc_clone",
    notes: "Shares the vectors; the original lets the pages go.",
  }),
  api("bio_get", {
    resultUnit: "none",
    prototypes: "void bio_get(struct bio *bio)",
    outcomes: done(acquire("object", value(pointer("bio")), { unit: "object" })),
    releaseWith: ["bio_put"],
    source: "include/linux/bio.h:bio_get",
  }),
  api("bio_put", {
    resultUnit: "none",
    prototypes: "void bio_put(struct bio *bio)",
    outcomes: done(release("object", value(pointer("bio")), { unit: "object" })),
    source: "block/bio.c:bio_put",
    notes: "Does not release the pages.",
  }),
  api("bio_init", {
    role: "support",
    resultUnit: "none",
    prototypes: [
      ["v4.4", "void bio_init(struct bio *bio, struct bio_vec *table, unsigned short max_vecs)"],
      [
        "v5.18",
        "void bio_init(struct bio *bio, struct block_device *bdev, struct bio_vec *table, unsigned short max_vecs, unsigned int opf)",
      ],
    ],
    outcomes: done(),
    source: "block/bio.c:bio_init",
  }),
  api("bio_uninit", {
    role: "support",
    resultUnit: "none",
    prototypes: "void bio_uninit(struct bio *bio)",
    outcomes: done(),
    source: "block/bio.c:bio_uninit",
    notes: "Releases no pages.",
  }),
];

const page = store(value(pointer("page")), pointer("bio"));
const folio = store(value(pointer("folio")), pointer("bio"));
const hardware: EraRange & { since: "v5.8"; before: "v6.14" } = { since: "v5.8", before: "v6.14" };

/** Adds a page to a bio: no reference is taken. The result is the bytes added, 0 for none. */
const adder = (
  name: string,
  prototypes: readonly DatedPrototype[],
  removedIn?: "v6.14" | "v6.13",
  effect = page,
): ApiEntry =>
  api(name, {
    resultUnit: "byte",
    prototypes,
    ...(removedIn && { removedIn }),
    outcomes: count({ effects: [effect], negative: false, zero: [{}] }),
    source: `block/bio.c:${name}`,
  });

const adders: ApiEntry[] = [
  adder("bio_add_page", [
    ["v4.4", "int bio_add_page(struct bio *bio, struct page *page, unsigned int len, unsigned int off)"],
  ]),
  adder(
    "bio_add_hw_page",
    [
      [
        hardware.since,
        "int bio_add_hw_page(struct request_queue *q, struct bio *bio, struct page *page, unsigned int len, unsigned int offset, unsigned int max_sectors, bool *same_page)",
      ],
    ],
    "v6.14",
  ),
  adder(
    "bio_add_hw_folio",
    [
      [
        "v6.12",
        "int bio_add_hw_folio(struct request_queue *q, struct bio *bio, struct folio *folio, size_t len, size_t offset, unsigned int max_sectors, bool *same_page)",
      ],
    ],
    "v6.14",
    folio,
  ),
  adder(
    "bio_add_pc_page",
    [
      [
        "v4.4",
        "int bio_add_pc_page(struct request_queue *q, struct bio *bio, struct page *page, unsigned int len, unsigned int offset)",
      ],
    ],
    "v6.14",
  ),
  adder(
    "bio_add_zone_append_page",
    [
      [
        "v5.13",
        "int bio_add_zone_append_page(struct bio *bio, struct page *page, unsigned int len, unsigned int offset)",
      ],
    ],
    "v6.13",
  ),
  api("__bio_add_page", {
    resultUnit: "none",
    prototypes: "void __bio_add_page(struct bio *bio, struct page *page, unsigned int len, unsigned int off)",
    outcomes: done(page),
    source: "block/bio.c:__bio_add_page",
  }),
  api("bio_add_folio", {
    resultUnit: "boolean",
    prototypes: [
      ["v5.17", "bool bio_add_folio(struct bio *bio, struct folio *folio, size_t len, size_t off)"],
    ],
    outcomes: truth([folio]),
    source: "block/bio.c:bio_add_folio",
  }),
  api("bio_add_folio_nofail", {
    resultUnit: "none",
    prototypes: [
      ["v6.5", "void bio_add_folio_nofail(struct bio *bio, struct folio *folio, size_t len, size_t off)"],
    ],
    outcomes: done(folio),
    source: "block/bio.c:bio_add_folio_nofail",
  }),
  api("bvec_set_page", {
    resultUnit: "none",
    prototypes: [
      [
        "v6.3",
        "void bvec_set_page(struct bio_vec *bv, struct page *page, unsigned int len, unsigned int offset)",
      ],
    ],
    backports: ["6.1.y"],
    outcomes: done(store(value(pointer("page")), pointer("bv"))),
    source: "include/linux/bvec.h:bvec_set_page",
  }),
];

/** Loop macros: they yield what the bio holds and count nothing. */
const loops: ApiEntry[] = [
  api("bio_for_each_segment_all", {
    role: "support",
    resultUnit: "none",
    prototypes: [
      ["v4.4", "void bio_for_each_segment_all(struct bio_vec *bvl, struct bio *bio, int i)"],
      [
        "v5.1",
        "void bio_for_each_segment_all(struct bio_vec *bvl, struct bio *bio, struct bvec_iter_all iter)",
      ],
    ],
    outcomes: done(),
    source: "include/linux/bio.h:bio_for_each_segment_all",
    notes: "One step per page of each vector; only on a bio that is not a clone.",
  }),
  api("bio_for_each_folio_all", {
    role: "support",
    resultUnit: "none",
    prototypes: [["v5.17", "void bio_for_each_folio_all(struct folio_iter fi, struct bio *bio)"]],
    outcomes: done(),
    source: "include/linux/bio.h:bio_for_each_folio_all",
  }),
];

export const bio: readonly ApiEntry[] = [...filling, ...releases, ...bios, ...adders, ...loops];
