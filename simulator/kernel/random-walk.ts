/**
 * For tests: a random sequence of correct calls on one kernel, and what every folio's counters must then be.
 * "Correct" means that everything acquired is released once, by the call that belongs to it.
 */

import type { GetUserPages, Kernel } from "./api.ts";
import type { Bio } from "./block-types.ts";
import { FOLL, type Foll } from "./foll.ts";
import type { AddressSpace, Folio, Mm, Page } from "./types.ts";

export type Action =
  | {
      readonly kind: "read" | "write";
      readonly child: boolean;
      readonly place: number;
      readonly value: number;
    }
  | {
      readonly kind: "acquire";
      readonly child: boolean;
      readonly form: number;
      readonly place: number;
      readonly pages: number;
      readonly flags: number;
    }
  | { readonly kind: "release"; readonly slot: number; readonly how: number }
  | {
      readonly kind: "bio";
      readonly child: boolean;
      readonly read: boolean;
      readonly segments: readonly {
        readonly place: number;
        readonly offset: number;
        readonly length: number;
      }[];
    }
  | { readonly kind: "fork" | "exit" | "drain" | "fsync" | "rewind" }
  | { readonly kind: "truncate"; readonly pages: number }
  | {
      readonly kind: "munmap" | "dontneed" | "pageout" | "protect" | "mremap";
      readonly child: boolean;
      readonly place: number;
      readonly pages: number;
      readonly value: number;
    };

interface Slot {
  readonly pages: readonly Page[];
  readonly pinned: boolean;
  /** The bio that holds the pages, one for each page that each of its vectors touches. */
  readonly bio: Bio | null;
}

export interface Walk {
  readonly kernel: Kernel;
  readonly parent: Mm;
  child: Mm | null;
  slots: readonly Slot[];
  readonly file: AddressSpace;
  /** Every folio that any call has shown so far. */
  folios: Set<Folio>;
  /** What the walk knew at a snapshot, to go back with it. */
  saved: {
    readonly position: number;
    readonly slots: readonly Slot[];
    readonly child: Mm | null;
    readonly folios: ReadonlySet<Folio>;
  } | null;
}

const BASE = 0x10_0000_0000;
const REGION = 0x100_0000;
/**
 * Private memory, a huge page range, shared memory, a tracked file shared, the same file private, read-only memory, shared
 * hugetlb memory (where the machine has it), the memory of a PCI device (from 6.2 on).
 */
export const REGION_PAGES = [8, 512, 4, 4, 4, 2, 512, 2] as const;

/** Boots a kernel's address space with one region of each kind. */
export function startWalk(kernel: Kernel): Walk {
  const parent = kernel.createMm();
  const file = kernel.createFile("ext4", 4 * 4096);
  const device = kernel.createPciMemory(8);
  kernel.swapon();
  const { machine, era } = kernel.profile;
  REGION_PAGES.forEach((pages, region) => {
    if ((region === 6 && !machine.hugetlb) || (region === 7 && !era.switches.p2pdma)) return;
    kernel.mmap(parent, {
      address: BASE + region * REGION,
      pages,
      protection: { read: true, write: region !== 5 },
      shared: region === 2 || region === 3 || region > 5,
      file: region === 3 || region === 4 ? file : region === 7 ? device : null,
      hugepage: region === 1 ? "madvised" : "never",
      hugetlb: region === 6,
    });
  });
  return { kernel, parent, child: null, slots: [], file, folios: new Set(), saved: null };
}

/** Address of a place: a region and a page of it. */
function addressOf(place: number): number {
  const region = place % REGION_PAGES.length;
  const pages = REGION_PAGES[region] ?? 1;
  return BASE + region * REGION + (Math.floor(place / REGION_PAGES.length) % (pages + 1)) * 4096;
}

function forms(kernel: Kernel): readonly (readonly [GetUserPages, pinned: boolean, slow: boolean])[] {
  const { pinFunctions, laterForms } = kernel.profile.era.switches;
  const gets = [
    [kernel.getUserPagesFast, false, false],
    [kernel.getUserPages, false, true],
    [laterForms ? kernel.getUserPagesFastOnly : kernel.getUserPagesRemote, false, !laterForms],
    [kernel.getUserPagesUnlocked, false, false],
  ] as const;
  if (!pinFunctions) return gets;
  return [
    ...gets,
    [kernel.pinUserPagesFast, true, false],
    [kernel.pinUserPages, true, true],
    [kernel.pinUserPagesRemote, true, true],
    [laterForms ? kernel.pinUserPagesUnlocked : kernel.pinUserPagesFast, true, false],
  ];
}

function acquire(walk: Walk, mm: Mm, action: Extract<Action, { kind: "acquire" }>): void {
  const { kernel } = walk;
  const choices = forms(kernel);
  const choice = choices[action.form % choices.length];
  if (choice === undefined) return;
  const [form, pinned, slow] = choice;
  const longterm = pinned && (action.flags & 4) !== 0;
  const { p2pdma } = kernel.profile.era.switches;
  const flags: Foll =
    ((action.flags & 8) !== 0 && p2pdma && !longterm ? FOLL.PCI_P2PDMA : 0) |
    ((action.flags & 1) !== 0 ? FOLL.WRITE : 0) |
    ((action.flags & 2) !== 0 && form !== kernel.getUserPagesFastOnly ? FOLL.FORCE : 0) |
    (longterm ? FOLL.LONGTERM : 0);
  const pages: (Page | null)[] = [];
  if (slow) kernel.mmapReadLock(mm);
  const got = form(mm, addressOf(action.place), action.pages, flags, pages);
  if (slow) kernel.mmapReadUnlock(mm);
  const held = pages.slice(0, Math.max(0, got)).filter((page) => page !== null);
  if (held.length !== Math.max(0, got)) throw new Error("a slot below the result is empty");
  if (got > 0) walk.slots = [...walk.slots, { pages: held, pinned, bio: null }];
}

/** Pages that the vectors of a bio touch, each as often as it is touched. */
function pagesOfBio(bio: Bio): Page[] {
  return bio.vecs.flatMap(({ page, offset, length }) => {
    const first = page.pfn - page.folio.pfn + Math.floor(offset / 4096);
    const last = page.pfn - page.folio.pfn + Math.floor((offset + length - 1) / 4096);
    return page.folio.pages.slice(first, last + 1);
  });
}

/** bio_iov_iter_get_pages() of user memory: what the bio holds afterwards becomes a slot. */
function fillBio(walk: Walk, mm: Mm, action: Extract<Action, { kind: "bio" }>): void {
  const { kernel } = walk;
  const { bioReleaseUndercounts, bioIovTakes, pinFunctions } = kernel.profile.era.switches;
  // Bios of these kernels let pages of get_user_pages() go with put_page(): the debug counter is right to complain.
  if (kernel.profile.machine.debugPinReferences && !pinFunctions) return;
  const segments = action.segments.map(({ place, offset, length }) => ({
    address: addressOf(place) + (bioReleaseUndercounts ? 0 : offset),
    length,
  }));
  const bio = kernel.bioInit(kernel.createBlockDevice(512), 16, action.read ? "read" : "write");
  kernel.bioIovIterGetPages(bio, kernel.iovIterInit(action.read ? "dest" : "source", mm, segments));
  const pages = pagesOfBio(bio);
  if (pages.length > 0) walk.slots = [...walk.slots, { pages, pinned: bioIovTakes !== "references", bio }];
}

function release(walk: Walk, index: number, how: number): void {
  const { kernel } = walk;
  const slot = walk.slots[index % Math.max(1, walk.slots.length)];
  if (slot === undefined) return;
  walk.slots = walk.slots.filter((one) => one !== slot);
  const { pinFunctions } = kernel.profile.era.switches;
  if (slot.bio !== null) kernel.bioReleasePages(slot.bio, how % 2 === 0);
  else if (!slot.pinned)
    for (const page of slot.pages) (pinFunctions ? kernel.putPage : kernel.putUserPage)(page);
  else if (how % 3 === 0) for (const page of slot.pages) kernel.unpinUserPage(page);
  else if (how % 3 === 1) kernel.unpinUserPages(slot.pages, slot.pages.length);
  else kernel.unpinUserPagesDirtyLock(slot.pages, slot.pages.length, how % 2 === 0);
}

function changeMapping(
  { kernel }: Walk,
  mm: Mm,
  action: Extract<Action, { kind: "munmap" | "dontneed" | "pageout" | "protect" | "mremap" }>,
): void {
  const address = addressOf(action.place);
  const length = action.pages * 4096;
  if (action.kind === "munmap") kernel.munmap(mm, address, length);
  else if (action.kind === "dontneed" || action.kind === "pageout")
    kernel.madvise(mm, address, length, action.kind);
  else if (action.kind === "protect")
    kernel.mprotect(mm, address, length, { read: action.value % 3 !== 0, write: action.value % 3 === 2 });
  else kernel.mremap(mm, address, 4096, BASE + 9 * REGION + (action.value % 4) * 4096);
}

/** Goes back to the saved position, or saves the present one. */
function rewind(walk: Walk): void {
  if (walk.saved === null) {
    walk.saved = {
      position: walk.kernel.snapshot(),
      slots: walk.slots,
      child: walk.child,
      folios: new Set(walk.folios),
    };
    return;
  }
  walk.kernel.restore(walk.saved.position);
  walk.slots = walk.saved.slots;
  walk.child = walk.saved.child;
  walk.folios = new Set(walk.saved.folios);
  walk.saved = null;
}

export function step(walk: Walk, action: Action): void {
  const { kernel } = walk;
  const mm = "child" in action && action.child ? (walk.child ?? walk.parent) : walk.parent;
  switch (action.kind) {
    case "read":
      kernel.readByte(mm, addressOf(action.place));
      break;
    case "write":
      kernel.writeByte(mm, addressOf(action.place), action.value);
      break;
    case "acquire":
      acquire(walk, mm, action);
      break;
    case "bio":
      fillBio(walk, mm, action);
      break;
    case "release":
      release(walk, action.slot, action.how);
      break;
    case "fork":
      walk.child ??= kernel.fork(walk.parent);
      break;
    case "exit":
      if (walk.child !== null) kernel.exitMm(walk.child);
      walk.child = null;
      break;
    case "drain":
      kernel.lruAddDrainAll();
      break;
    case "fsync":
      kernel.fsync(walk.file);
      break;
    case "truncate":
      kernel.ftruncate(walk.file, action.pages * 4096);
      break;
    case "rewind":
      rewind(walk);
      break;
    default:
      changeMapping(walk, mm, action);
  }
  for (const one of [walk.parent, walk.child]) {
    for (const entry of one?.ptes.values() ?? []) walk.folios.add(entry.page.folio);
    for (const pmd of one?.pmds.values() ?? []) if (pmd !== "table") walk.folios.add(pmd.page.folio);
  }
  for (const folio of walk.file.folios.values()) walk.folios.add(folio);
}

/** Lets everything go: slots, processes, the file's pages. */
export function endWalk(walk: Walk): void {
  const { kernel } = walk;
  while (walk.slots.length > 0) release(walk, 0, walk.slots.length);
  if (walk.child !== null) kernel.exitMm(walk.child);
  kernel.exitMm(walk.parent);
  kernel.ftruncate(walk.file, 0);
  kernel.lruAddDrainAll();
}
