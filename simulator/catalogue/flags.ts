/**
 * `FOLL_*`: values by version, which of them are mm's own, and which sets of them the kernel turns down.
 */
import { isNull, notNull, pointer } from "./term.ts";
import type { Condition, EraRange, KernelVersion } from "./types.ts";
import { compareVersions, inEra } from "./version.ts";

interface FlagFact {
  readonly name: string;
  readonly value: number;
  readonly era: EraRange;
}

/** The numbering changed as a whole in 6.3. */
const renumbered: KernelVersion = "v6.3";
const old = (
  name: string,
  value: number,
  since?: KernelVersion,
  before: KernelVersion = renumbered,
): FlagFact => ({
  name,
  value,
  era: { ...(since && { since }), before },
});
const fresh = (
  name: string,
  bit: number,
  since: KernelVersion = renumbered,
  backports?: readonly string[],
): FlagFact => ({
  name,
  value: 2 ** bit,
  era: { since, ...(backports && { backports }) },
});

const flags: readonly FlagFact[] = [
  old("FOLL_WRITE", 0x1),
  old("FOLL_TOUCH", 0x2),
  old("FOLL_GET", 0x4),
  old("FOLL_DUMP", 0x8),
  old("FOLL_FORCE", 0x10),
  old("FOLL_NOWAIT", 0x20),
  // POPULATE, SPLIT, NUMA and MLOCK: bounds from general knowledge; absent from the 6.1 header.
  old("FOLL_POPULATE", 0x40, undefined, "v5.17"),
  old("FOLL_SPLIT", 0x80, undefined, "v5.6"),
  old("FOLL_NOFAULT", 0x80, "v5.16"),
  old("FOLL_HWPOISON", 0x100),
  old("FOLL_NUMA", 0x200, undefined, "v6.1"),
  old("FOLL_MIGRATION", 0x400, undefined, "v6.2"),
  old("FOLL_TRIED", 0x800),
  old("FOLL_MLOCK", 0x1000, undefined, "v5.18"),
  old("FOLL_REMOTE", 0x2000, "v4.6"),
  old("FOLL_COW", 0x4000, "v4.9", "v6.0"),
  old("FOLL_ANON", 0x8000, "v4.18"),
  old("FOLL_LONGTERM", 0x10000, "v5.2"),
  old("FOLL_SPLIT_PMD", 0x20000, "v5.4"),
  old("FOLL_PIN", 0x40000, "v5.6"),
  old("FOLL_FAST_ONLY", 0x80000, "v5.8"),
  old("FOLL_PCI_P2PDMA", 0x100000, "v6.2"),
  old("FOLL_INTERRUPTIBLE", 0x200000, "v6.2"),
  fresh("FOLL_WRITE", 0),
  fresh("FOLL_GET", 1),
  fresh("FOLL_DUMP", 2),
  fresh("FOLL_FORCE", 3),
  fresh("FOLL_NOWAIT", 4),
  fresh("FOLL_NOFAULT", 5),
  fresh("FOLL_HWPOISON", 6),
  fresh("FOLL_ANON", 7),
  fresh("FOLL_LONGTERM", 8),
  fresh("FOLL_SPLIT_PMD", 9),
  fresh("FOLL_PCI_P2PDMA", 10),
  fresh("FOLL_INTERRUPTIBLE", 11),
  fresh("FOLL_HONOR_NUMA_FAULT", 12, "v6.5"),
  fresh("FOLL_TOUCH", 16),
  fresh("FOLL_TRIED", 17),
  fresh("FOLL_REMOTE", 18),
  fresh("FOLL_PIN", 19),
  fresh("FOLL_FAST_ONLY", 20),
  fresh("FOLL_UNLOCKABLE", 21),
  fresh("FOLL_MADV_POPULATE", 22, "v6.9", ["6.6.y"]),
];

/** Names that callers outside mm/ must not give: FOLL_PIN always, from 6.3 on all that moved to mm/internal.h. */
const internal: readonly { readonly name: string; readonly era: EraRange }[] = [
  { name: "FOLL_PIN", era: { since: "v5.6" } },
  ...["FOLL_TOUCH", "FOLL_TRIED", "FOLL_REMOTE", "FOLL_FAST_ONLY", "FOLL_UNLOCKABLE"].map((name) => ({
    name,
    era: { since: renumbered },
  })),
  { name: "FOLL_MADV_POPULATE", era: { since: "v6.9", backports: ["6.6.y"] } },
];

/** Every flag's name, of whatever version. */
export const flagNames: readonly string[] = [...new Set(flags.map(({ name }) => name))];

const maps = new Map<string, ReadonlyMap<string, number>>();

/** Value of every flag that a version has, by name. */
export function follFlags(version: KernelVersion): ReadonlyMap<string, number> {
  let map = maps.get(version);
  if (!map) {
    map = new Map(flags.filter(({ era }) => inEra(era, version)).map(({ name, value }) => [name, value]));
    maps.set(version, map);
  }
  return map;
}

/** Names of flags that only mm/ may use in a version. Empty before 5.6. */
export function internalFlags(version: KernelVersion): ReadonlySet<string> {
  return new Set(internal.filter(({ era }) => inEra(era, version)).map(({ name }) => name));
}

/** Names of the flags in a literal value; undefined when a bit has no name in that version. */
export function namesOfFlags(value: number, version: KernelVersion): readonly string[] | undefined {
  const names: string[] = [];
  let rest = value;
  for (const [name, bit] of follFlags(version))
    if (Math.floor(rest / bit) % 2 === 1) {
      names.push(name);
      rest -= bit;
    }
  return rest === 0 ? names : undefined;
}

/** A set of flags that some calls turn down, or that contradicts what the call is for. */
export interface FlagRejection {
  readonly calls: readonly string[];
  readonly era: EraRange;
  /** `all`: every one is set. `any`: at least one. `outside`: one is set that is not listed. `without`: none is. */
  readonly flags:
    | { readonly all: readonly string[] }
    | { readonly any: readonly string[] }
    | { readonly outside: readonly string[] }
    | { readonly without: readonly string[] };
  /** Only where this holds of the other arguments. */
  readonly when?: Condition;
  readonly reason:
    | "internal-flag"
    | "get-with-pin"
    | "longterm-without-pin"
    | "longterm-with-locked"
    | "longterm-unsupported"
    | "longterm-with-p2pdma"
    | "outside-fast-mask"
    | "no-array"
    | "nowait-unsupported"
    | "not-held";
  /** What comes back: an errno, 0, NULL; `unheld`: the call works but holds nothing. */
  readonly returns: "-EINVAL" | "0" | "NULL" | "unheld";
  readonly source: string;
}

const slowGet = [
  "get_user_pages",
  "get_user_pages_remote",
  "get_user_pages_unlocked",
  "get_user_pages_locked",
] as const;
const fastGet = ["get_user_pages_fast", "get_user_pages_fast_only"] as const;
const slowPin = [
  "pin_user_pages",
  "pin_user_pages_remote",
  "pin_user_pages_unlocked",
  "pin_user_pages_locked",
] as const;
const fastPin = ["pin_user_pages_fast", "pin_user_pages_fast_only"] as const;
/** Wrappers that hand their flags to get_user_pages_remote or _fast_only and pass its errno on. */
const wrappers = ["get_user_page_vma_remote", "get_user_page_fast_only"] as const;
const gets = [...slowGet, ...fastGet, ...wrappers];
const internalFirst = ["FOLL_PIN", "FOLL_TRIED", "FOLL_UNLOCKABLE", "FOLL_REMOTE", "FOLL_FAST_ONLY"] as const;
const internalLater = [...internalFirst, "FOLL_TOUCH"] as const;
const mask = ["FOLL_WRITE", "FOLL_LONGTERM", "FOLL_FORCE", "FOLL_PIN", "FOLL_GET", "FOLL_FAST_ONLY"] as const;
const validity = "mm/gup.c:is_valid_gup_args";
const olderValidity = "mm/gup.c:is_valid_gup_flags";
const fastCheck = "mm/gup.c:internal_get_user_pages_fast";

/** The same rejection: an errno from the get_* and *_fast forms, 0 from the slow pin_* forms. */
function unified(
  era: EraRange,
  rejected: FlagRejection["flags"],
  reason: FlagRejection["reason"],
  calls: { readonly gets?: boolean; readonly pins?: boolean },
): FlagRejection[] {
  const shared = { era, flags: rejected, reason, source: validity };
  return [
    ...(calls.gets ? [{ ...shared, calls: gets, returns: "-EINVAL" } as const] : []),
    ...(calls.pins
      ? [
          { ...shared, calls: slowPin, returns: "0" } as const,
          { ...shared, calls: fastPin, returns: "-EINVAL" } as const,
        ]
      : []),
  ];
}

const everywhere = { gets: true, pins: true };

export const invalidFlagCombinations: readonly FlagRejection[] = [
  // 5.6 to 6.2: each family on its own.
  {
    calls: [...slowGet, ...fastGet, ...wrappers],
    era: { since: "v5.6", before: renumbered },
    flags: { all: ["FOLL_PIN"] },
    reason: "internal-flag",
    returns: "-EINVAL",
    source: olderValidity,
  },
  {
    calls: [
      "get_user_pages",
      "get_user_pages_remote",
      "get_user_pages_unlocked",
      "get_user_pages_locked",
      ...fastGet,
    ],
    era: { since: "v5.10", before: renumbered },
    flags: { all: ["FOLL_LONGTERM"] },
    reason: "longterm-without-pin",
    returns: "-EINVAL",
    source: olderValidity,
  },
  {
    calls: ["get_user_pages_unlocked", "get_user_pages_locked"],
    era: { since: "v5.2", before: "v5.10" },
    flags: { all: ["FOLL_LONGTERM"] },
    reason: "longterm-unsupported",
    returns: "-EINVAL",
    source: "mm/gup.c:get_user_pages_unlocked",
  },
  {
    calls: ["pin_user_pages_unlocked", "pin_user_pages_locked"],
    era: { since: "v5.8", before: renumbered },
    flags: { all: ["FOLL_LONGTERM"] },
    reason: "longterm-unsupported",
    returns: "-EINVAL",
    source: "mm/gup.c:get_user_pages_unlocked",
  },
  {
    calls: ["pin_user_pages_remote"],
    era: { since: "v5.6", before: "v6.2" },
    flags: { all: ["FOLL_LONGTERM"] },
    when: notNull(pointer("locked")),
    reason: "longterm-with-locked",
    returns: "-EINVAL",
    source: "mm/gup.c:__get_user_pages_remote",
  },
  {
    calls: [...slowPin, ...fastPin],
    era: { since: "v5.7", before: renumbered },
    flags: { all: ["FOLL_GET"] },
    reason: "get-with-pin",
    returns: "-EINVAL",
    source: "mm/gup.c:pin_user_pages",
  },
  // From 6.3: one check for all.
  ...unified({ since: "v6.3", before: "v6.6" }, { any: internalFirst }, "internal-flag", everywhere),
  ...unified({ since: "v6.6", before: "v6.9" }, { any: internalLater }, "internal-flag", everywhere),
  ...unified(
    { since: "v6.9" },
    { any: [...internalLater, "FOLL_MADV_POPULATE"] },
    "internal-flag",
    everywhere,
  ),
  ...unified({ since: "v6.3" }, { all: ["FOLL_GET"] }, "get-with-pin", { pins: true }),
  ...unified({ since: "v6.3" }, { all: ["FOLL_LONGTERM"] }, "longterm-without-pin", { gets: true }),
  ...unified({ since: "v6.3" }, { all: ["FOLL_LONGTERM", "FOLL_PCI_P2PDMA"] }, "longterm-with-p2pdma", {
    pins: true,
  }),
  {
    calls: slowGet,
    era: { since: "v6.3" },
    flags: { all: ["FOLL_GET"] },
    when: isNull(pointer("pages")),
    reason: "no-array",
    returns: "-EINVAL",
    source: validity,
  },
  // The fast forms know few flags.
  {
    calls: ["get_user_pages_fast"],
    era: { since: "v5.2", before: "v5.6" },
    flags: { outside: ["FOLL_WRITE", "FOLL_LONGTERM", "FOLL_FORCE"] },
    reason: "outside-fast-mask",
    returns: "-EINVAL",
    source: "mm/gup.c:get_user_pages_fast",
  },
  {
    calls: [...fastGet, ...fastPin],
    era: { since: "v5.6", before: "v5.16" },
    flags: { outside: mask },
    reason: "outside-fast-mask",
    returns: "-EINVAL",
    source: fastCheck,
  },
  {
    calls: [...fastGet, ...fastPin],
    era: { since: "v5.16", before: "v6.2" },
    flags: { outside: [...mask, "FOLL_NOFAULT"] },
    reason: "outside-fast-mask",
    returns: "-EINVAL",
    source: fastCheck,
  },
  {
    calls: [...fastGet, ...fastPin],
    era: { since: "v6.2", before: "v6.5" },
    flags: { outside: [...mask, "FOLL_NOFAULT", "FOLL_PCI_P2PDMA"] },
    reason: "outside-fast-mask",
    returns: "-EINVAL",
    source: fastCheck,
  },
  {
    calls: [...fastGet, ...fastPin],
    era: { since: "v6.5" },
    flags: { outside: [...mask, "FOLL_NOFAULT", "FOLL_PCI_P2PDMA", "FOLL_HONOR_NUMA_FAULT"] },
    reason: "outside-fast-mask",
    returns: "-EINVAL",
    source: "mm/gup.c:gup_fast_fallback",
  },
  {
    calls: ["get_user_page_vma_remote"],
    era: { since: "v6.5" },
    flags: { all: ["FOLL_NOWAIT"] },
    reason: "nowait-unsupported",
    returns: "-EINVAL",
    source: "include/linux/mm.h:get_user_page_vma_remote",
  },
  // follow_page() holds only what FOLL_GET asks for.
  {
    calls: ["follow_page"],
    era: { since: "v5.6", before: "v6.12" },
    flags: { all: ["FOLL_PIN"] },
    reason: "internal-flag",
    returns: "NULL",
    source: "mm/gup.c:follow_page",
  },
  {
    calls: ["follow_page"],
    era: { before: "v6.12" },
    flags: { without: ["FOLL_GET"] },
    reason: "not-held",
    returns: "unheld",
    source: "mm/gup.c:follow_page",
  },
];

/** The rejections that apply to a call in a version. */
export function rejectionsOf(name: string, version: KernelVersion): readonly FlagRejection[] {
  return invalidFlagCombinations.filter(({ calls, era }) => calls.includes(name) && inEra(era, version));
}

/** Whether a set of flag names is one that the rejection names; the condition `when` is the reader's to decide. */
export function isRejected(rejection: FlagRejection, given: ReadonlySet<string>): boolean {
  const { flags: rejected } = rejection;
  if ("all" in rejected) return rejected.all.every((name) => given.has(name));
  if ("any" in rejected) return rejected.any.some((name) => given.has(name));
  if ("outside" in rejected) return [...given].some((name) => !rejected.outside.includes(name));
  return !rejected.without.some((name) => given.has(name));
}

/** Whether FOLL_FORCE was still the required idiom for read-only long-term pins. */
export function forceIsIdiom(version: KernelVersion): boolean {
  return compareVersions(version, "v6.2") < 0;
}
