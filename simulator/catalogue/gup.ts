/** Calls that take user pages: get_user_pages*, pin_user_pages*, and their few relatives. */
import { api, type DatedPrototype, neverMerged } from "./entry.ts";
import {
  count,
  done,
  errno,
  inVersions,
  pointerNullOrError,
  pointerOrError,
  pointerOrNull,
  truth,
} from "./outcome.ts";
import { releasesOfPins, releasesOfReferences } from "./release-names.ts";
import {
  acquire,
  add,
  amount,
  before,
  between,
  both,
  compare,
  constant,
  either,
  flag,
  isNull,
  multiply,
  notNull,
  one,
  pageSize,
  pointer,
  result,
  resultPointer,
  since,
  slots,
  value,
  zero,
} from "./term.ts";
import type { ApiEntry, Condition, Effect, Outcome } from "./types.ts";

const asked = amount("nr_pages");
const noneAsked = compare(asked, "==", zero);
const held = slots(pointer("pages"), result);
const references: Effect[] = [acquire("reference", held, { when: notNull(pointer("pages")) })];
const pins: Effect[] = [acquire("pin", held)];
const nowait = flag("gup_flags", "FOLL_NOWAIT");
/** A call of the slow kind that asks for n > 0 pages gives a positive count or an errno, but for FOLL_NOWAIT. */
const slowZero = either(noneAsked, nowait);

/** What the slow pin_* forms of v6.3 and later reject with a warning and 0 instead of -EINVAL. */
const rejectedArguments = (...internal: string[]): Condition =>
  either(
    slowZero,
    isNull(pointer("pages")),
    ...[
      "FOLL_GET",
      "FOLL_PIN",
      "FOLL_TRIED",
      "FOLL_REMOTE",
      "FOLL_FAST_ONLY",
      "FOLL_UNLOCKABLE",
      ...internal,
    ].map((name) => flag("gup_flags", name)),
    both(flag("gup_flags", "FOLL_LONGTERM"), flag("gup_flags", "FOLL_PCI_P2PDMA")),
  );

/** The end of the range does not fit into 64 bits. */
const overflows = compare(add(amount("start"), multiply(asked, pageSize)), ">=", constant(2 ** 64));

const slowReferences: Outcome[] = count({ asked, effects: references, zero: [{ possible: slowZero }] });
const slowPins: Outcome[] = count({
  asked,
  effects: pins,
  zero: [
    { possible: slowZero, era: before("v6.3") },
    { possible: rejectedArguments(), era: between("v6.3", "v6.6") },
    { possible: rejectedArguments("FOLL_TOUCH", "FOLL_MADV_POPULATE"), era: since("v6.6") },
  ],
});
const fast = (effects: readonly Effect[]): Outcome[] =>
  count({
    asked,
    effects,
    zero: [
      { possible: either(compare(asked, "<=", zero), overflows), era: before("v5.10") },
      { possible: overflows, era: between("v5.10", "v6.5") },
    ],
  });
/** Without a guard for 0, the fast forms walk to the end of the mapping. */
const atLeastOne: ApiEntry["requires"] = [{ condition: compare(asked, ">=", one), era: since("v5.10") }];

const withoutFlags = { role: "trigger", resultUnit: "page", releaseWith: releasesOfReferences } as const;
const userReference = { ...withoutFlags, flagsParameter: "gup_flags" } as const;
const userPin = {
  role: "trigger",
  resultUnit: "page",
  releaseWith: releasesOfPins,
  flagsParameter: "gup_flags",
  placeholder: between("v5.6", "v5.7"),
} as const;

const remote = (name: string, oldest: readonly DatedPrototype[]): DatedPrototype[] => [
  ...oldest,
  [
    "v5.9",
    `long ${name}(struct mm_struct *mm, unsigned long start, unsigned long nr_pages, unsigned int gup_flags, struct page **pages, struct vm_area_struct **vmas, int *locked)`,
  ],
  [
    "v6.5",
    `long ${name}(struct mm_struct *mm, unsigned long start, unsigned long nr_pages, unsigned int gup_flags, struct page **pages, int *locked)`,
  ],
];
const remoteWithTask = (name: string): string =>
  `long ${name}(struct task_struct *tsk, struct mm_struct *mm, unsigned long start, unsigned long nr_pages, unsigned int gup_flags, struct page **pages, struct vm_area_struct **vmas, int *locked)`;

const getters: ApiEntry[] = [
  api("get_user_pages", {
    ...userReference,
    prototypes: [
      [
        "v4.4",
        "long get_user_pages(struct task_struct *tsk, struct mm_struct *mm, unsigned long start, unsigned long nr_pages, int write, int force, struct page **pages, struct vm_area_struct **vmas)",
      ],
      [
        "v4.6",
        "long get_user_pages(unsigned long start, unsigned long nr_pages, int write, int force, struct page **pages, struct vm_area_struct **vmas)",
      ],
      [
        "v4.9",
        "long get_user_pages(unsigned long start, unsigned long nr_pages, unsigned int gup_flags, struct page **pages, struct vm_area_struct **vmas)",
      ],
      [
        "v6.5",
        "long get_user_pages(unsigned long start, unsigned long nr_pages, unsigned int gup_flags, struct page **pages)",
      ],
    ],
    outcomes: slowReferences,
    context: { sleeps: "yes", mmapLock: "held" },
    source: "mm/gup.c:get_user_pages",
    notes: "FOLL_GET is implied when pages is not NULL. With pages == NULL it only faults in.",
  }),
  api("get_user_pages_remote", {
    ...userReference,
    prototypes: remote("get_user_pages_remote", [
      [
        "v4.6",
        "long get_user_pages_remote(struct task_struct *tsk, struct mm_struct *mm, unsigned long start, unsigned long nr_pages, int write, int force, struct page **pages, struct vm_area_struct **vmas)",
      ],
      [
        "v4.9",
        "long get_user_pages_remote(struct task_struct *tsk, struct mm_struct *mm, unsigned long start, unsigned long nr_pages, unsigned int gup_flags, struct page **pages, struct vm_area_struct **vmas)",
      ],
      ["v4.10", remoteWithTask("get_user_pages_remote")],
    ]),
    outcomes: slowReferences,
    context: { sleeps: "yes", mmapLock: "held" },
    source: "mm/gup.c:get_user_pages_remote",
    notes: "With locked != NULL the lock may be dropped, and *locked becomes 0.",
  }),
  api("get_user_pages_unlocked", {
    ...userReference,
    prototypes: [
      [
        "v4.4",
        "long get_user_pages_unlocked(struct task_struct *tsk, struct mm_struct *mm, unsigned long start, unsigned long nr_pages, int write, int force, struct page **pages)",
      ],
      [
        "v4.6",
        "long get_user_pages_unlocked(unsigned long start, unsigned long nr_pages, int write, int force, struct page **pages)",
      ],
      [
        "v4.9",
        "long get_user_pages_unlocked(unsigned long start, unsigned long nr_pages, struct page **pages, unsigned int gup_flags)",
      ],
    ],
    outcomes: slowReferences,
    context: { sleeps: "yes", mmapLock: "not-held" },
    source: "mm/gup.c:get_user_pages_unlocked",
    notes: "Pages stand before flags, unlike in the other forms.",
  }),
  api("get_user_pages_locked", {
    ...userReference,
    prototypes: [
      [
        "v4.4",
        "long get_user_pages_locked(struct task_struct *tsk, struct mm_struct *mm, unsigned long start, unsigned long nr_pages, int write, int force, struct page **pages, int *locked)",
      ],
      [
        "v4.6",
        "long get_user_pages_locked(unsigned long start, unsigned long nr_pages, int write, int force, struct page **pages, int *locked)",
      ],
      [
        "v4.9",
        "long get_user_pages_locked(unsigned long start, unsigned long nr_pages, unsigned int gup_flags, struct page **pages, int *locked)",
      ],
    ],
    removedIn: "v5.18",
    successor: { name: "get_user_pages_unlocked", removedIn: "v5.18" },
    outcomes: slowReferences,
    context: { sleeps: "yes", mmapLock: "held" },
    source: "mm/gup.c:get_user_pages_locked (5.17)",
  }),
  api("get_user_pages_fast", {
    ...userReference,
    prototypes: [
      ["v4.4", "int get_user_pages_fast(unsigned long start, int nr_pages, int write, struct page **pages)"],
      [
        "v5.2",
        "int get_user_pages_fast(unsigned long start, int nr_pages, unsigned int gup_flags, struct page **pages)",
      ],
    ],
    outcomes: fast([acquire("reference", held)]),
    requires: atLeastOne,
    context: { sleeps: "yes", mmapLock: "not-held" },
    source: "mm/gup.c:get_user_pages_fast",
    notes: "A failure of the slow part after some pages shows as a short count.",
  }),
  api("get_user_pages_fast_only", {
    ...userReference,
    prototypes: [
      [
        "v5.8",
        "int get_user_pages_fast_only(unsigned long start, int nr_pages, unsigned int gup_flags, struct page **pages)",
      ],
    ],
    outcomes: count({
      asked,
      effects: [acquire("reference", held)],
      negative: since("v6.3"),
      zero: [{}],
    }),
    requires: atLeastOne,
    context: { sleeps: "no", mmapLock: "either" },
    source: "mm/gup.c:get_user_pages_fast_only",
  }),
  api("__get_user_pages_fast", {
    ...withoutFlags,
    prototypes:
      "int __get_user_pages_fast(unsigned long start, int nr_pages, int write, struct page **pages)",
    removedIn: "v5.8",
    successor: { name: "get_user_pages_fast_only", removedIn: "v5.8" },
    outcomes: count({ asked, effects: [acquire("reference", held)], negative: false, zero: [{}] }),
    context: { sleeps: "no", mmapLock: "either" },
    source: "mm/gup.c:__get_user_pages_fast (5.7)",
  }),
  api("get_user_page_fast_only", {
    ...userReference,
    resultUnit: "boolean",
    prototypes: [
      [
        "v5.8",
        "bool get_user_page_fast_only(unsigned long addr, unsigned int gup_flags, struct page **pagep)",
      ],
    ],
    outcomes: truth([acquire("reference", slots(pointer("pagep"), one))]),
    context: { sleeps: "no", mmapLock: "either" },
    source: "include/linux/mm.h:get_user_page_fast_only",
  }),
  api("get_user_page_vma_remote", {
    ...userReference,
    resultUnit: "pointer",
    prototypes: [
      [
        "v6.5",
        "struct page *get_user_page_vma_remote(struct mm_struct *mm, unsigned long addr, int gup_flags, struct vm_area_struct **vmap)",
      ],
    ],
    outcomes: [
      ...inVersions(before("v6.12"), pointerNullOrError([acquire("reference", value(resultPointer))])),
      ...inVersions(since("v6.12"), pointerOrError([acquire("reference", value(resultPointer))])),
    ],
    context: { sleeps: "yes", mmapLock: "held" },
    source: "include/linux/mm.h:get_user_page_vma_remote",
  }),
  api("get_dump_page", {
    role: "trigger",
    resultUnit: "pointer",
    prototypes: [
      ["v4.4", "struct page *get_dump_page(unsigned long addr)"],
      ["v6.19", "struct page *get_dump_page(unsigned long addr, int *locked)"],
    ],
    outcomes: pointerOrNull([acquire("reference", value(resultPointer))]),
    releaseWith: releasesOfReferences,
    source: "mm/gup.c:get_dump_page",
  }),
  api("get_kernel_pages", {
    role: "trigger",
    resultUnit: "page",
    prototypes: "int get_kernel_pages(const struct kvec *iov, int nr_pages, int write, struct page **pages)",
    removedIn: "v6.3",
    successor: { name: "iov_iter_extract_pages", removedIn: "v6.3" },
    outcomes: count({ asked, effects: [acquire("reference", held)], negative: false, zero: [{}] }),
    releaseWith: releasesOfReferences,
    source: "mm/swap.c:get_kernel_pages (6.2)",
    notes: "Stops at the first segment that is not one page long.",
  }),
  api("get_kernel_page", {
    role: "trigger",
    resultUnit: "page",
    prototypes: "int get_kernel_page(unsigned long start, int write, struct page **pages)",
    removedIn: "v5.15",
    successor: { name: "get_kernel_pages", removedIn: "v5.15" },
    outcomes: count({ asked: one, effects: [acquire("reference", held)], negative: false }),
    releaseWith: releasesOfReferences,
    source: "mm/swap.c:get_kernel_page (5.14)",
  }),
  api("follow_page", {
    role: "trigger",
    resultUnit: "pointer",
    prototypes:
      "struct page *follow_page(struct vm_area_struct *vma, unsigned long address, unsigned int foll_flags)",
    removedIn: "v6.12",
    successor: { name: "folio_walk_start", removedIn: "v6.12" },
    flagsParameter: "foll_flags",
    outcomes: pointerNullOrError([
      acquire("reference", value(resultPointer), { when: flag("foll_flags", "FOLL_GET") }),
    ]),
    releaseWith: releasesOfReferences,
    source: "mm/gup.c:follow_page (6.11)",
    notes: "Never faults in. Without FOLL_GET the page may vanish.",
  }),
];

const pinners: ApiEntry[] = [
  api("pin_user_pages", {
    ...userPin,
    prototypes: [
      [
        "v5.6",
        "long pin_user_pages(unsigned long start, unsigned long nr_pages, unsigned int gup_flags, struct page **pages, struct vm_area_struct **vmas)",
      ],
      [
        "v6.5",
        "long pin_user_pages(unsigned long start, unsigned long nr_pages, unsigned int gup_flags, struct page **pages)",
      ],
    ],
    outcomes: slowPins,
    context: { sleeps: "yes", mmapLock: "held" },
    source: "mm/gup.c:pin_user_pages",
  }),
  api("pin_user_pages_remote", {
    ...userPin,
    prototypes: remote("pin_user_pages_remote", [["v5.6", remoteWithTask("pin_user_pages_remote")]]),
    outcomes: slowPins,
    context: { sleeps: "yes", mmapLock: "held" },
    source: "mm/gup.c:pin_user_pages_remote",
  }),
  api("pin_user_pages_unlocked", {
    ...userPin,
    prototypes: [
      [
        "v5.8",
        "long pin_user_pages_unlocked(unsigned long start, unsigned long nr_pages, struct page **pages, unsigned int gup_flags)",
      ],
    ],
    outcomes: slowPins,
    context: { sleeps: "yes", mmapLock: "not-held" },
    source: "mm/gup.c:pin_user_pages_unlocked",
    notes: "Pages stand before flags.",
  }),
  api("pin_user_pages_locked", {
    ...userPin,
    prototypes: [
      [
        "v5.8",
        "long pin_user_pages_locked(unsigned long start, unsigned long nr_pages, unsigned int gup_flags, struct page **pages, int *locked)",
      ],
    ],
    removedIn: "v5.18",
    successor: { name: "pin_user_pages_unlocked", removedIn: "v5.18" },
    outcomes: slowPins,
    context: { sleeps: "yes", mmapLock: "held" },
    source: "mm/gup.c:pin_user_pages_locked (5.17)",
  }),
  api("pin_user_pages_fast", {
    ...userPin,
    prototypes: [
      [
        "v5.6",
        "int pin_user_pages_fast(unsigned long start, int nr_pages, unsigned int gup_flags, struct page **pages)",
      ],
    ],
    outcomes: fast(pins),
    requires: atLeastOne,
    context: { sleeps: "yes", mmapLock: "not-held" },
    source: "mm/gup.c:pin_user_pages_fast",
    notes: "A failure of the slow part after some pages shows as a short count.",
  }),
  api("pin_user_pages_fast_only", {
    ...userPin,
    prototypes: [
      [
        "v5.8",
        "int pin_user_pages_fast_only(unsigned long start, int nr_pages, unsigned int gup_flags, struct page **pages)",
      ],
    ],
    removedIn: "v6.3",
    successor: { name: "pin_user_pages_fast", removedIn: "v6.3" },
    outcomes: count({ asked, effects: pins, negative: false, zero: [{}] }),
    requires: atLeastOne,
    context: { sleeps: "no", mmapLock: "either" },
    source: "mm/gup.c:pin_user_pages_fast_only (6.2)",
  }),
  neverMerged(
    "pin_user_page",
    "Documentation/core-api/pin_user_pages.rst",
    "Named in the documentation and in an old comment; no kernel exports it.",
  ),
  api("memfd_pin_folios", {
    role: "trigger",
    resultUnit: "folio",
    prototypes: [
      [
        "v6.11",
        "long memfd_pin_folios(struct file *memfd, loff_t start, loff_t end, struct folio **folios, unsigned int max_folios, pgoff_t *offset)",
      ],
    ],
    outcomes: count({
      asked: amount("max_folios"),
      effects: [acquire("pin", slots(pointer("folios"), result), { unit: "folio" })],
    }),
    releaseWith: ["unpin_folio", "unpin_folios"],
    requires: [{ condition: compare(amount("max_folios"), ">=", one) }],
    context: { sleeps: "yes" },
    source: "mm/gup.c:memfd_pin_folios",
    notes: "One pin per distinct folio, fewer than max_folios being the normal case. end is inclusive.",
  }),
  api("folio_add_pin", {
    role: "trigger",
    resultUnit: "none",
    prototypes: [["v6.5", "void folio_add_pin(struct folio *folio)"]],
    outcomes: done(acquire("pin", value(pointer("folio")), { unit: "folio" })),
    releaseWith: releasesOfPins,
    source: "mm/gup.c:folio_add_pin",
    notes: "The caller holds a pin already.",
  }),
  api("folio_add_pins", {
    role: "trigger",
    resultUnit: "errno",
    prototypes: [["v6.13", "int folio_add_pins(struct folio *folio, unsigned int pins)"]],
    outcomes: errno([acquire("pin", value(pointer("folio"), amount("pins")), { unit: "folio" })]),
    releaseWith: releasesOfPins,
    source: "mm/gup.c:folio_add_pins (6.13)",
  }),
];

export const userPages: readonly ApiEntry[] = [...getters, ...pinners];
