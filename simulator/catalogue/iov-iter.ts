/** Pages out of an iov_iter: references (iov_iter_get_pages*), pins or nothing (iov_iter_extract_*), and its cursor. */
import { api, type DatedPrototype, type EntryFacts, neverMerged } from "./entry.ts";
import { count, done, truth, where } from "./outcome.ts";
import { releasesOfPins } from "./release-names.ts";
import {
  acquire,
  allocate,
  amount,
  amountAt,
  both,
  contents,
  isNull,
  not,
  notNull,
  pagesOfBytes,
  pointer,
  pointerAt,
  pointerBefore,
  positiveResult,
  predicate,
  result,
  slots,
  store,
  value,
} from "./term.ts";
import type { ApiEntry, Condition, Effect, Outcome, PointerTerm } from "./types.ts";

/** A user-backed iterator (UBUF or IOVEC): its pages are pinned when extracted, those of all others are borrowed. */
export const willPin = (iterator: string): Condition => predicate("iov_iter_extract_will_pin", iterator);

const putEach = ["put_page", "folio_put", "release_pages"] as const;
const bytes = { role: "trigger", resultUnit: "byte" } as const;
const replaced = (removedIn?: "v6.5"): EntryFacts["successor"] & object => ({
  name: "iov_iter_extract_pages",
  obsoleteSince: "v6.3",
  ...(removedIn && { removedIn }),
});

/** A byte result r at the in-page offset `*start` reaches ceil((*start + r) / PAGE_SIZE) slots. */
const reached = (array: PointerTerm, offset: string) => slots(array, pagesOfBytes(result, amountAt(offset)));
/** Calls that tell how much is left in an iterator: who makes them knows when it is empty. */
export const bytesLeftNames: ReadonlySet<string> = new Set(["iov_iter_count", "iov_iter_npages"]);
/** 0: the iterator is empty, there is no room, or the pages could not be had at once. */
const references = (effects: readonly Effect[]): Outcome[] => count({ effects, zero: [{}] });
/** No more slots and bytes than the caller has room for. */
const within = (effect: Effect): Effect =>
  effect.kind === "acquire"
    ? { ...effect, limit: amount("maxpages"), resultLimit: amount("maxsize") }
    : effect;
const taken = references([within(acquire("reference", reached(pointer("pages"), "start")))]);
const takenIntoFresh = references([
  allocate(pointerAt("pages")),
  acquire("reference", reached(pointerAt("pages"), "start")),
]);

const twoLives = (name: string, parameters: string): readonly DatedPrototype[] => [
  ["v4.4", `ssize_t ${name}(${parameters})`],
  ["v6.0", null],
  ["v6.2", `ssize_t ${name}(${parameters}, unsigned gup_flags)`],
  ["v6.3", `ssize_t ${name}(${parameters}, iov_iter_extraction_t extraction_flags)`],
];

const fresh = allocate(pointerAt("pages"), { when: isNull(pointerBefore("pages")) });
/** The array may have been allocated before the failure, and is left to the caller. */
const leftBehind = allocate(pointerAt("pages"), {
  when: both(isNull(pointerBefore("pages")), notNull(pointerAt("pages"))),
});

const takers: ApiEntry[] = [
  api("iov_iter_get_pages", {
    ...bytes,
    prototypes: twoLives(
      "iov_iter_get_pages",
      "struct iov_iter *i, struct page **pages, size_t maxsize, unsigned maxpages, size_t *start",
    ),
    removedIn: "v6.5",
    outcomes: taken,
    releaseWith: putEach,
    successor: replaced("v6.5"),
    source: "lib/iov_iter.c:iov_iter_get_pages (5.19, 6.4)",
    notes: "Up to 5.19 the iterator does not advance; from 6.2 to 6.4 it does.",
  }),
  api("iov_iter_get_pages_alloc", {
    ...bytes,
    prototypes: twoLives(
      "iov_iter_get_pages_alloc",
      "struct iov_iter *i, struct page ***pages, size_t maxsize, size_t *start",
    ),
    removedIn: "v6.5",
    outcomes: takenIntoFresh,
    releaseWith: [...putEach, "kvfree"],
    successor: replaced("v6.5"),
    source: "lib/iov_iter.c:iov_iter_get_pages_alloc (5.19, 6.4)",
  }),
  api("iov_iter_get_pages2", {
    ...bytes,
    prototypes: [
      [
        "v6.0",
        "ssize_t iov_iter_get_pages2(struct iov_iter *i, struct page **pages, size_t maxsize, unsigned maxpages, size_t *start)",
      ],
    ],
    outcomes: taken,
    pagesLeft: { iterator: "i" },
    releaseWith: putEach,
    successor: replaced(),
    requires: [{ condition: notNull(pointer("pages")) }],
    source: "lib/iov_iter.c:iov_iter_get_pages2",
    notes: "A reference for every supported type of iterator. The iterator advances by the result.",
  }),
  api("iov_iter_get_pages_alloc2", {
    ...bytes,
    prototypes: [
      [
        "v6.0",
        "ssize_t iov_iter_get_pages_alloc2(struct iov_iter *i, struct page ***pages, size_t maxsize, size_t *start)",
      ],
    ],
    outcomes: takenIntoFresh,
    pagesLeft: { iterator: "i" },
    releaseWith: [...putEach, "kvfree"],
    successor: replaced(),
    source: "lib/iov_iter.c:iov_iter_get_pages_alloc2",
    notes: "Where the result is not positive the array is freed and *pages is NULL.",
  }),
  api("iov_iter_extract_pages", {
    ...bytes,
    prototypes: [
      [
        "v6.3",
        "ssize_t iov_iter_extract_pages(struct iov_iter *i, struct page ***pages, size_t maxsize, unsigned int maxpages, iov_iter_extraction_t extraction_flags, size_t *offset0)",
      ],
    ],
    outcomes: [
      ...count({ effects: [], zero: [{ effects: [leftBehind] }], failure: [leftBehind] }).filter(
        ({ name }) => name !== "success",
      ),
      ...where(willPin("i"), [
        {
          name: "success",
          result: positiveResult,
          effects: [fresh, within(acquire("pin", reached(pointerAt("pages"), "offset0")))],
        },
      ]),
      ...where(not(willPin("i")), [{ name: "success", result: positiveResult, effects: [fresh] }]),
    ],
    pagesLeft: { iterator: "i" },
    releaseWith: [...releasesOfPins, "kvfree"],
    source: "lib/iov_iter.c:iov_iter_extract_pages",
    notes: "Pages of kernel-backed iterators are borrowed. The iterator advances by the result.",
  }),
  api("iov_iter_extract_bvecs", {
    ...bytes,
    prototypes: [
      [
        "v7.0",
        "ssize_t iov_iter_extract_bvecs(struct iov_iter *iter, struct bio_vec *bv, size_t max_size, unsigned short *nr_vecs, unsigned short max_vecs, iov_iter_extraction_t extraction_flags)",
      ],
    ],
    outcomes: count({ effects: [acquire("pin", contents(pointer("bv")), { when: willPin("iter") })] }),
    releaseWith: ["unpin_user_folio", "unpin_user_page"],
    source: "lib/iov_iter.c:iov_iter_extract_bvecs (7.1)",
  }),
  api("extract_iter_to_sg", {
    ...bytes,
    prototypes: [
      [
        "v6.5",
        "ssize_t extract_iter_to_sg(struct iov_iter *iter, size_t len, struct sg_table *sgtable, unsigned int sg_max, iov_iter_extraction_t extraction_flags)",
      ],
    ],
    outcomes: count({
      effects: [acquire("pin", contents(pointer("sgtable")), { when: willPin("iter") })],
      zero: [{}],
    }),
    releaseWith: ["unpin_user_page"],
    source: "lib/scatterlist.c:extract_iter_to_sg",
    notes: "One scatterlist entry and one pin per page of a user-backed iterator.",
  }),
  api("netfs_extract_user_iter", {
    role: "trigger",
    resultUnit: "bvec",
    prototypes: [
      [
        "v6.3",
        "ssize_t netfs_extract_user_iter(struct iov_iter *orig, size_t orig_len, struct iov_iter *new, iov_iter_extraction_t extraction_flags)",
      ],
    ],
    outcomes: count({ effects: [acquire("pin", contents(pointer("new")))], zero: [{}] }),
    releaseWith: ["unpin_user_page"],
    source: "fs/netfs/iterator.c:netfs_extract_user_iter",
  }),
];

const questions: ApiEntry[] = [
  api("iov_iter_extract_will_pin", {
    role: "trigger",
    resultUnit: "boolean",
    prototypes: [["v6.3", "bool iov_iter_extract_will_pin(const struct iov_iter *iter)"]],
    outcomes: truth([]),
    answers: willPin("iter"),
    source: "include/linux/uio.h:iov_iter_extract_will_pin",
  }),
  api("user_backed_iter", {
    role: "support",
    resultUnit: "boolean",
    prototypes: [["v6.0", "bool user_backed_iter(const struct iov_iter *i)"]],
    outcomes: truth([]),
    answers: willPin("i"),
    source: "include/linux/uio.h:user_backed_iter",
  }),
  api("iov_iter_is_kvec", {
    role: "support",
    resultUnit: "boolean",
    prototypes: "bool iov_iter_is_kvec(const struct iov_iter *i)",
    outcomes: truth([]),
    answers: not(willPin("i")),
    source: "include/linux/uio.h:iov_iter_is_kvec",
    notes: "Asked to tell kernel memory from user memory; the other kernel-backed types are not told apart.",
  }),
  api("iov_iter_is_bvec", {
    role: "support",
    resultUnit: "boolean",
    prototypes: "bool iov_iter_is_bvec(const struct iov_iter *i)",
    outcomes: truth([]),
    answers: predicate("iov_iter_is_bvec", "i"),
    source: "include/linux/uio.h:iov_iter_is_bvec",
  }),
  api("iov_iter_npages", {
    role: "support",
    resultUnit: "other",
    prototypes: "int iov_iter_npages(const struct iov_iter *i, int maxpages)",
    outcomes: done(),
    pagesLeft: { iterator: "i", upTo: "maxpages" },
    source: "lib/iov_iter.c:iov_iter_npages",
  }),
];

const cursor = (name: string): ApiEntry =>
  api(name, {
    role: "support",
    resultUnit: "none",
    prototypes: `void ${name}(struct iov_iter *i, size_t bytes)`,
    outcomes: done(),
    source: `lib/iov_iter.c:${name}`,
    notes: "Moves the cursor; what was extracted stays held.",
  });

/** Makes an iterator over memory that the caller keeps alive. */
const over = (
  name: string,
  prototypes: readonly DatedPrototype[],
  source: string,
  lent?: string,
  removedIn?: "v6.5",
): ApiEntry =>
  api(name, {
    role: "borrow",
    resultUnit: "none",
    prototypes,
    ...(removedIn && { removedIn }),
    outcomes: done(...(lent ? [store(value(pointer(lent)), pointer("i"))] : [])),
    source,
  });

const makers: ApiEntry[] = [
  over(
    "iov_iter_bvec",
    [
      [
        "v4.4",
        "void iov_iter_bvec(struct iov_iter *i, unsigned int direction, const struct bio_vec *bvec, unsigned long nr_segs, size_t count)",
      ],
    ],
    "lib/iov_iter.c:iov_iter_bvec",
    "bvec",
  ),
  over(
    "iov_iter_kvec",
    [
      [
        "v4.4",
        "void iov_iter_kvec(struct iov_iter *i, unsigned int direction, const struct kvec *kvec, unsigned long nr_segs, size_t count)",
      ],
    ],
    "lib/iov_iter.c:iov_iter_kvec",
    "kvec",
  ),
  over(
    "iov_iter_xarray",
    [
      [
        "v5.13",
        "void iov_iter_xarray(struct iov_iter *i, unsigned int direction, struct xarray *xarray, loff_t start, size_t count)",
      ],
    ],
    "lib/iov_iter.c:iov_iter_xarray",
    "xarray",
  ),
  over(
    "iov_iter_folio_queue",
    [
      [
        "v6.12",
        "void iov_iter_folio_queue(struct iov_iter *i, unsigned int direction, const struct folio_queue *folioq, unsigned int first_slot, unsigned int offset, size_t count)",
      ],
    ],
    "lib/iov_iter.c:iov_iter_folio_queue",
    "folioq",
  ),
  over(
    "iov_iter_ubuf",
    [
      [
        "v6.0",
        "void iov_iter_ubuf(struct iov_iter *i, unsigned int direction, void __user *buf, size_t count)",
      ],
    ],
    "include/linux/uio.h:iov_iter_ubuf",
  ),
  over(
    "iov_iter_pipe",
    [
      [
        "v4.9",
        "void iov_iter_pipe(struct iov_iter *i, unsigned int direction, struct pipe_inode_info *pipe, size_t count)",
      ],
    ],
    "lib/iov_iter.c:iov_iter_pipe (6.4)",
    undefined,
    "v6.5",
  ),
];

export const iteratorPages: readonly ApiEntry[] = [
  ...takers,
  ...questions,
  cursor("iov_iter_advance"),
  cursor("iov_iter_revert"),
  ...makers,
  neverMerged(
    "iov_iter_extract_mode",
    "mail thread of the extraction series",
    "Became iov_iter_extract_will_pin, a truth value.",
  ),
];
