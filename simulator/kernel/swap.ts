/**
 * Swap of small anonymous pages, on a device that is written and read at once (mm/vmscan.c, mm/swapfile.c,
 * mm/swap_state.c, mm/memory.c:do_swap_page). Pages go out by MADV_PAGEOUT only; there is no reclaim.
 */
import { append, deleteEntry, set, setEntry } from "./journal.ts";
import { folioAddLru, lruAddDrain } from "./lru.ts";
import { isolateFolio } from "./migrate.ts";
import { allocFolio, headPage } from "./page.ts";
import { allocTable, clearPte, makePte, normalPage, setPte } from "./page-table.ts";
import { folioMaybeDmaPinned } from "./pin.ts";
import { folioPut, folioRefAdd } from "./references.ts";
import { addRmapPte, folioMapcount, removeRmapPte, setExclusive } from "./rmap.ts";
import type { KernelState } from "./state.ts";
import type { Folio, Mm, Page, SwapEntry, SwapSlot, Vma } from "./types.ts";
import { findVma } from "./vma.ts";

/** swapon() of one device that never fills up. */
export function swapon(kernel: KernelState): number {
  set(kernel.journal, kernel.swap, "on", true);
  return 0;
}

/** swapoff(): every page is read back and leaves the swap cache (try_to_unuse()). */
export function swapoff(kernel: KernelState): number {
  for (const mm of kernel.mms.values())
    for (const [at, entry] of [...mm.swapEntries]) {
      const vma = findVma(mm, at);
      if (vma === null) continue;
      if (entry.slot.folio === null) addToSwapCache(kernel, readBack(kernel, entry.slot), entry.slot);
      swapIn(kernel, mm, vma, at, entry, false, false);
    }
  for (const slot of kernel.swap.slots) if (slot.folio !== null) folioFreeSwap(kernel, slot.folio);
  set(kernel.journal, kernel.swap, "on", false);
  return 0;
}

/** A page for what was written out, with one reference. */
function readBack(kernel: KernelState, slot: SwapSlot): Folio {
  const folio = allocFolio(kernel, 0, true, slot.contents, { uptodate: true });
  set(kernel.journal, folio, "anon", true);
  set(kernel.journal, folio, "swapbacked", true);
  folioAddLru(kernel, folio);
  return folio;
}

/** add_to_swap_cache(): the cache owns one reference. */
function addToSwapCache(kernel: KernelState, folio: Folio, slot: SwapSlot): void {
  folioRefAdd(kernel, folio, 1);
  set(kernel.journal, folio, "swapCache", slot);
  set(kernel.journal, slot, "folio", folio);
}

/** folio_free_swap(): out of the swap cache, once no page table needs the copy on the device. */
function folioFreeSwap(kernel: KernelState, folio: Folio): void {
  const { journal } = kernel;
  const slot = folio.swapCache;
  if (slot === null || slot.count > 0) return;
  set(journal, folio, "swapCache", null);
  set(journal, slot, "folio", null);
  set(journal, folio, "dirty", true);
  folioPut(kernel, folio);
}

/** free_swap_cache(): what nobody maps any more leaves the swap cache. */
export function freeSwapCache(kernel: KernelState, folio: Folio): void {
  if (folio.swapCache !== null && folioMapcount(folio) === 0) folioFreeSwap(kernel, folio);
}

/** madvise(MADV_PAGEOUT) of page numbers [start, end) of one mapping: small anonymous pages that nobody else maps. */
export function pageOut(kernel: KernelState, mm: Mm, start: number, end: number): void {
  if (!kernel.swap.on) return;
  lruAddDrain(kernel);
  for (let at = start; at < end; at++) {
    const entry = mm.ptes.get(at);
    const page = entry === undefined ? null : normalPage(entry);
    if (page === null || !page.folio.anon || page.folio.order > 0) continue;
    if (folioMapcount(page.folio) === 1 && isolateFolio(kernel, page.folio)) reclaim(kernel, mm, at, page);
  }
}

/** shrink_folio_list() of one isolated page: to swap, unmapped, written, freed; as far as nobody holds it. */
function reclaim(kernel: KernelState, mm: Mm, at: number, page: Page): void {
  const { journal } = kernel;
  const { folio } = page;
  const pinned = folioMaybeDmaPinned(kernel, folio);
  if (!(pinned && kernel.profile.era.switches.swapLeavesPinned)) {
    if (folio.swapCache === null) {
      const slot: SwapSlot = { contents: page.contents, count: 0, folio: null };
      append(journal, kernel.swap.slots, slot);
      addToSwapCache(kernel, folio, slot);
      set(journal, folio, "dirty", true);
    }
    unmapToSwap(kernel, mm, at, page, pinned);
    if (folioMapcount(folio) === 0 && folio.refcount === 2 && folio.swapCache !== null) {
      if (folio.dirty) set(journal, folio.swapCache, "contents", page.contents);
      set(journal, folio, "dirty", false);
      set(journal, folio.swapCache, "folio", null);
      set(journal, folio, "swapCache", null);
      folioPut(kernel, folio);
      folioPut(kernel, folio);
      return;
    }
  }
  set(journal, folio, "lru", "list");
  folioPut(kernel, folio);
}

/** try_to_unmap_one() of a page in the swap cache; an exclusive page that may be pinned stays mapped. */
function unmapToSwap(kernel: KernelState, mm: Mm, at: number, page: Page, pinned: boolean): void {
  const { journal } = kernel;
  const entry = mm.ptes.get(at);
  const slot = page.folio.swapCache;
  if (entry === undefined || slot === null || (page.anonExclusive && pinned)) return;
  clearPte(kernel, mm, at);
  if (entry.dirty) set(journal, page.folio, "dirty", true);
  setEntry(journal, mm.swapEntries, at, { slot, exclusive: page.anonExclusive });
  set(journal, slot, "count", slot.count + 1);
  setExclusive(kernel, page, false);
  removeRmapPte(kernel, page);
  folioPut(kernel, page.folio);
}

/**
 * do_swap_page(): the page comes from the swap cache or from the device. False: a write that still has to break COW.
 */
export function doSwapPage(
  kernel: KernelState,
  mm: Mm,
  vma: Vma,
  at: number,
  entry: SwapEntry,
  write: boolean,
): boolean {
  return swapIn(kernel, mm, vma, at, entry, write, true);
}

function swapIn(
  kernel: KernelState,
  mm: Mm,
  vma: Vma,
  at: number,
  { slot, exclusive }: SwapEntry,
  write: boolean,
  young: boolean,
): boolean {
  const { journal } = kernel;
  const { cowReuse, swapInMapsWritable } = kernel.profile.era.switches;
  let folio = slot.folio;
  if (folio === null) {
    folio = readBack(kernel, slot);
    if (slot.count > 1) addToSwapCache(kernel, folio, slot);
  } else folioRefAdd(kernel, folio, 1);
  if (write && folio.lru === "batch") lruAddDrain(kernel);
  deleteEntry(journal, mm.swapEntries, at);
  set(journal, slot, "count", slot.count - 1);
  if (write && folio.refcount === 2) folioFreeSwap(kernel, folio);
  const page = headPage(folio);
  const alone = cowReuse === "one-mapping" ? folioMapcount(folio) === 0 && slot.count === 0 : false;
  const own = exclusive || folio.swapCache === null || folio.refcount === 1 || alone;
  const writable = own && vma.write && (write || swapInMapsWritable);
  addRmapPte(kernel, page);
  if (own && cowReuse === "exclusive") setExclusive(kernel, page, true);
  setPte(kernel, mm, at, { ...makePte(page, vma), young, write: writable, dirty: writable && write });
  return !write || writable;
}

/** copy_nonpresent_pte() at fork: both page tables name the slot, and neither page is exclusive any more. */
export function copySwapEntry(kernel: KernelState, parent: Mm, child: Mm, at: number): void {
  const entry = parent.swapEntries.get(at);
  if (entry === undefined) return;
  const shared: SwapEntry = { ...entry, exclusive: false };
  setEntry(kernel.journal, parent.swapEntries, at, shared);
  setEntry(kernel.journal, child.swapEntries, at, shared);
  allocTable(kernel, child, at);
  set(kernel.journal, entry.slot, "count", entry.slot.count + 1);
}

/** free_swap_and_cache(): an entry goes; a page that only the swap cache kept goes with the last. */
export function zapSwapEntry(kernel: KernelState, mm: Mm, at: number): void {
  const entry = mm.swapEntries.get(at);
  if (entry === undefined) return;
  deleteEntry(kernel.journal, mm.swapEntries, at);
  set(kernel.journal, entry.slot, "count", entry.slot.count - 1);
  if (entry.slot.folio !== null) freeSwapCache(kernel, entry.slot.folio);
}
