/**
 * The state of one kernel: what is in it besides the objects that the public types name, and how events are recorded.
 * Knows no kernel function.
 */
import type { Bio } from "./block-types.ts";
import { append, createJournal, type Journal, set, setEntry } from "./journal.ts";
import type {
  AddressSpace,
  EventKind,
  Folio,
  KernelEvent,
  Mm,
  Page,
  Profile,
  SwapSlot,
  VmStat,
} from "./types.ts";

/** Numbers that the next object takes. */
interface Counters {
  readonly nextPfn: number;
  readonly nextMm: number;
  readonly nextAnonVma: number;
}

export interface KernelState {
  readonly profile: Profile;
  readonly journal: Journal;
  readonly counters: Counters;
  readonly vmstat: VmStat;
  readonly events: readonly KernelEvent[];
  /** Places of WARN_ON_ONCE that have printed. */
  readonly warned: ReadonlyMap<string, boolean>;
  /** The per-CPU batch of folios on their way to the LRU lists; each entry owns a reference. */
  readonly lruBatch: { readonly folios: readonly Folio[] };
  /** Address spaces that have not exited. */
  readonly mms: ReadonlyMap<number, Mm>;
  readonly zero: { readonly page: Page; readonly huge: Folio | null };
  /** Bios whose pages the work item behind bio_check_pages_dirty() is to make dirty; iomap's zeroes, once used. */
  readonly block: { readonly dirtyList: readonly Bio[]; readonly iomapZeroes: Folio | null };
  /** Frame of a head page → its folio, of all that was allocated. */
  readonly frames: ReadonlyMap<number, Folio>;
  /** Allocations of kernel memory (kmalloc, vmalloc) that were not freed. */
  readonly memory: { readonly inUse: number };
  /** Whether there is a swap device, and every place on it that was ever used. */
  readonly swap: { readonly on: boolean; readonly slots: readonly SwapSlot[] };
  /** PF_MEMALLOC_NOCMA, later PF_MEMALLOC_PIN: allocations avoid CMA, later ZONE_MOVABLE too. */
  readonly task: { readonly memallocPin: boolean };
}

/** Base pages of a PMD. */
export const HPAGE_PMD_NR = 512;
export const HPAGE_PMD_ORDER = 9;
/** First address that is not the user's, on x86-64 with four levels. */
export const TASK_SIZE_MAX = 0x7ffffffff000;

/** Page number of an address, exact for every address below 2^53. */
export function pageNumber(address: number): number {
  return Math.floor(address / 4096);
}

/** Index in `pmds` of a page number. */
export function pmdIndex(pageNumberOf: number): number {
  return Math.floor(pageNumberOf / HPAGE_PMD_NR);
}

export function createState(profile: Profile, zeroPage: Page, firstPfn: number): KernelState {
  return {
    profile,
    journal: createJournal(),
    counters: { nextPfn: firstPfn, nextMm: 1, nextAnonVma: 1 },
    vmstat: { nrFollPinAcquired: 0, nrFollPinReleased: 0 },
    events: [],
    warned: new Map(),
    lruBatch: { folios: [] },
    mms: new Map(),
    zero: { page: zeroPage, huge: null },
    block: { dirtyList: [], iomapZeroes: null },
    swap: { on: false, slots: [] },
    frames: new Map(),
    memory: { inUse: 0 },
    task: { memallocPin: false },
  };
}

function record(
  kernel: KernelState,
  kind: EventKind,
  where: string,
  text: string,
  folio: Folio | null,
  printed: boolean,
): void {
  append(kernel.journal, kernel.events, { kind, where, text, folio, printed });
}

/** WARN_ON_ONCE at one place of a function: recorded each time, printed once. */
export function warnOnce(kernel: KernelState, where: string, text: string, folio: Folio | null = null): void {
  const place = `${where} ${text}`;
  const printed = !kernel.warned.has(place);
  if (printed) setEntry(kernel.journal, kernel.warned, place, true);
  record(kernel, "warning", where, text, folio, printed);
}

/** VM_BUG_ON and BUG_ON. */
export function bug(kernel: KernelState, where: string, text: string, folio: Folio | null = null): void {
  record(kernel, "bug", where, text, folio, true);
}

export function badPage(kernel: KernelState, folio: Folio, reason: string, printed: boolean): void {
  record(kernel, "bad-page", "mm/page_alloc.c:bad_page", `Bad page state: ${reason}`, folio, printed);
}

export function debugPin(kernel: KernelState, where: string, text: string, folio: Folio): void {
  record(kernel, "debug-pin", where, text, folio, true);
}

export function lockMissing(kernel: KernelState, where: string, lock: string): void {
  record(kernel, "lock", where, `${lock} is not held`, null, true);
}

/** Takes the next number of a kind. */
export function takeNumber(kernel: KernelState, counter: keyof Counters, step = 1): number {
  const number = kernel.counters[counter];
  set(kernel.journal, kernel.counters, counter, number + step);
  return number;
}

/** Whether a file's write faults are reported to its file system (vm_ops->page_mkwrite). */
export function hasPageMkwrite(file: AddressSpace): boolean {
  return file.kind === "ext4";
}
