/**
 * Plain references: get_page(), put_page(), folio_put_refs(), release_pages() (include/linux/mm.h, mm/swap.c).
 * Knows nothing of pins but that they share the count.
 */
import { set } from "./journal.ts";
import { folioHasPincount, freeFolio } from "./page.ts";
import { folioMapcount } from "./rmap.ts";
import { bug, debugPin, type KernelState, warnOnce } from "./state.ts";
import type { Folio, Page } from "./types.ts";

/** GUP_PIN_COUNTING_BIAS */
const PIN_BIAS = 1024;

/** Adds to `_refcount`, which wraps as 32 bits do. */
export function folioRefAdd(kernel: KernelState, folio: Folio, refs: number): void {
  set(kernel.journal, folio, "refcount", (folio.refcount + refs) | 0);
}

/** include/linux/mm.h:folio_get. A count of zero, or one near its wrap, is a bug only under CONFIG_DEBUG_VM. */
export function folioGet(kernel: KernelState, folio: Folio): void {
  if (kernel.profile.machine.debugVm && (folio.refcount + 127) >>> 0 <= 127)
    bug(kernel, "include/linux/mm.h:folio_get", "reference taken on a count of zero or close to it", folio);
  folioRefAdd(kernel, folio, 1);
}

/** include/linux/page_ref.h:folio_try_get: fails on a count of zero. */
export function folioTryGet(kernel: KernelState, folio: Folio): boolean {
  if (folio.refcount === 0) return false;
  folioRefAdd(kernel, folio, 1);
  return true;
}

/** Drops `refs` from the count, whatever they stood for, and frees the folio when none is left. */
export function dropRefs(kernel: KernelState, folio: Folio, refs: number): void {
  folioRefAdd(kernel, folio, -refs);
  if (folio.refcount === 0) freeFolio(kernel, folio);
}

/** include/linux/mm.h:folio_put_refs: drops plain references. */
export function folioPutRefs(kernel: KernelState, folio: Folio, refs: number): void {
  dropRefs(kernel, folio, refs);
  if (folio.debugPinCount > 0) checkPlainPut(kernel, folio);
}

/** References that the page cache owns of a folio: one for each page, of a hugetlb folio one alone up to 6.6. */
export function folioCacheRefs(kernel: KernelState, folio: Folio): number {
  return folio.hugetlb && !kernel.profile.era.switches.hugetlbCacheCountsPages ? 1 : folio.pages.length;
}

/**
 * mm/internal.h:folio_expected_ref_count, with the reference of the LRU batch: what the page cache, buffers and mappings
 * own.
 */
export function folioExpectedRefs(kernel: KernelState, folio: Folio): number {
  const cached = folio.mapping === null ? 0 : folioCacheRefs(kernel, folio);
  const mapped = folioMapcount(folio) - (folio.doubleMap ? folio.pages.length : 0);
  const swap = folio.swapCache === null ? 0 : 1;
  return cached + swap + (folio.private ? 1 : 0) + (folio.lru === "batch" ? 1 : 0) + mapped;
}

/**
 * CONFIG_DEBUG_GET_USER_PAGES_REFERENCES: when fewer plain references are left than mappings and the page cache own, the
 * one just put was a pin.
 */
function checkPlainPut(kernel: KernelState, folio: Folio): void {
  const pins = folio.debugPinCount;
  const single = folioHasPincount(kernel, folio) || !kernel.profile.era.switches.countsPins;
  const plain = folio.refcount - (single ? pins : pins * PIN_BIAS);
  if (plain < folioExpectedRefs(kernel, folio))
    debugPin(kernel, "mm/swap.c:put_page", "page put while pins are held that need unpin_user_page()", folio);
}

/** include/linux/mm.h:folio_put, put_page. A count of zero is a bug only under CONFIG_DEBUG_VM. */
export function folioPut(kernel: KernelState, folio: Folio): void {
  if (folio.refcount === 0 && kernel.profile.machine.debugVm)
    bug(kernel, "include/linux/page_ref.h:put_page_testzero", "reference dropped on a count of zero", folio);
  folioPutRefs(kernel, folio, 1);
}

/** The reference of a page table entry that was taken away (release_pages(), later folios_put_refs()). */
export function folioPutZapped(kernel: KernelState, folio: Folio): void {
  if (kernel.profile.era.switches.zapDropsUnchecked) folioPutRefs(kernel, folio, 1);
  else folioPut(kernel, folio);
}

/** mm/swap.c:release_pages: put_page() for each entry, except that the huge zero page is skipped. */
export function releasePages(kernel: KernelState, pages: readonly Page[]): void {
  for (const page of pages) if (!page.folio.hugeZero) folioPutZapped(kernel, page.folio);
}

/** mm/page_alloc.c:__free_pages. A page that somebody else still holds lives on. */
export function freePages(kernel: KernelState, page: Page, order: number): void {
  if (page.folio.order !== order)
    warnOnce(
      kernel,
      "mm/page_alloc.c:__free_pages",
      `order ${order} of a folio of order ${page.folio.order}`,
      page.folio,
    );
  folioPut(kernel, page.folio);
}

/** mm/page-writeback.c:set_page_dirty, for the whole folio. */
export function setPageDirty(kernel: KernelState, page: Page): void {
  set(kernel.journal, page.folio, "dirty", true);
}

/** mm/page-writeback.c:set_page_dirty_lock: the same under the page lock, which a single path can always take. */
export function setPageDirtyLock(kernel: KernelState, page: Page): void {
  if (page.folio.locked)
    bug(
      kernel,
      "mm/page-writeback.c:set_page_dirty_lock",
      "waits for a page lock that this path holds",
      page.folio,
    );
  setPageDirty(kernel, page);
}
