/**
 * Taking and dropping references and pins for get_user_pages() (mm/gup.c), and all releases of pins.
 * Knows no page tables.
 */
import { InvalidArgumentError } from "./arguments.ts";
import { ENOMEM, EREMOTEIO } from "./errno.ts";
import { FOLL, type Foll } from "./foll.ts";
import { set } from "./journal.ts";
import { folioHasPincount, headPage } from "./page.ts";
import { dropRefs, folioRefAdd, setPageDirtyLock } from "./references.ts";
import { bug, debugPin, type KernelState, warnOnce } from "./state.ts";
import type { Folio, Page } from "./types.ts";

/** What one pin adds to the count of a folio without an exact count. */
const GUP_PIN_COUNTING_BIAS = 1024;

/**
 * The page_ext counter of CONFIG_DEBUG_GET_USER_PAGES_REFERENCES: pins, and before there were pins every reference of
 * get_user_pages(), which put_user_page() was to drop.
 */
function countForDebug(kernel: KernelState, folio: Folio, refs: number, flags: Foll): void {
  const { pinFunctions, proposals2019 } = kernel.profile.era.switches;
  if ((flags & FOLL.PIN) !== 0 || (!pinFunctions && !proposals2019))
    set(kernel.journal, folio, "debugPinCount", folio.debugPinCount + refs);
}

/** Whether pins are references like any other here: before 5.7. */
function pinIsReference(kernel: KernelState): boolean {
  return !kernel.profile.era.switches.countsPins;
}

/** include/linux/mm.h:folio_maybe_dma_pinned. True of a small folio with 1024 plain references, too. */
export function folioMaybeDmaPinned(kernel: KernelState, folio: Folio): boolean {
  if (pinIsReference(kernel)) return false;
  if (folioHasPincount(kernel, folio)) return folio.pincount > 0;
  return folio.refcount >>> 0 >= GUP_PIN_COUNTING_BIAS;
}

function isExempt(kernel: KernelState, folio: Folio): boolean {
  return folio.zeroPage && kernel.profile.era.switches.zeroPageExempt;
}

/** mm/gup.c:try_get_folio: fails on a count of zero, and warns about a negative one. */
function tryGetFolio(kernel: KernelState, folio: Folio, refs: number): boolean {
  if (folio.refcount < 0) {
    warnOnce(kernel, "mm/gup.c:try_get_folio", "negative reference count", folio);
    return false;
  }
  if (folio.refcount === 0) return false;
  folioRefAdd(kernel, folio, refs);
  return true;
}

function addPins(kernel: KernelState, folio: Folio, refs: number, counted: number): void {
  if (folioHasPincount(kernel, folio)) {
    set(kernel.journal, folio, "pincount", folio.pincount + refs);
    folioRefAdd(kernel, folio, refs - counted);
  } else folioRefAdd(kernel, folio, refs * GUP_PIN_COUNTING_BIAS - counted);
  set(kernel.journal, kernel.vmstat, "nrFollPinAcquired", kernel.vmstat.nrFollPinAcquired + refs);
}

/** include/linux/mm.h:folio_is_longterm_pinnable: whether a long-term pin may stay where the folio is. */
export function folioIsLongtermPinnable(kernel: KernelState, folio: Folio): boolean {
  const { longtermMigrates } = kernel.profile.era.switches;
  if (!kernel.profile.machine.migration || longtermMigrates === "nothing") return true;
  if (folio.zone === "cma") return false;
  return folio.zeroPage || folio.zone !== "movable" || longtermMigrates === "cma";
}

/** PCI peer memory is for those who ask for it with FOLL_PCI_P2PDMA (6.2). */
function refusesDeviceMemory(kernel: KernelState, folio: Folio, flags: Foll): boolean {
  return folio.pciMemory !== null && (flags & FOLL.PCI_P2PDMA) === 0 && kernel.profile.era.switches.p2pdma;
}

/**
 * mm/gup.c:try_grab_folio_fast (6.10; before, try_grab_folio and try_grab_compound_head): takes `refs` references or
 * pins from the page-table walk without locks. False: the walk stops here.
 */
export function tryGrabFolioFast(kernel: KernelState, folio: Folio, refs: number, flags: Foll): boolean {
  if (refusesDeviceMemory(kernel, folio, flags)) return false;
  const taken = grabFast(kernel, folio, refs, flags);
  if (taken && kernel.profile.machine.debugPinReferences && !isExempt(kernel, folio))
    countForDebug(kernel, folio, refs, flags);
  return taken;
}

function grabFast(kernel: KernelState, folio: Folio, refs: number, flags: Foll): boolean {
  if ((flags & FOLL.PIN) === 0 || pinIsReference(kernel)) return tryGetFolio(kernel, folio, refs);
  if (isExempt(kernel, folio)) return true;
  const pinnable = (flags & FOLL.LONGTERM) === 0 || folioIsLongtermPinnable(kernel, folio);
  if (!pinnable && !kernel.profile.era.switches.longtermCheckedAfterGrab) return false;
  if (!tryGetFolio(kernel, folio, refs)) return false;
  if (!pinnable) {
    dropRefs(kernel, folio, refs);
    return false;
  }
  addPins(kernel, folio, refs, refs);
  return true;
}

/**
 * mm/gup.c:try_grab_folio (before 6.10 try_grab_page): the same under a lock. Returns 0, -ENOMEM for a count that is
 * zero or negative, or -EREMOTEIO for PCI peer memory that was not asked for.
 */
export function tryGrabFolio(kernel: KernelState, folio: Folio, refs: number, flags: Foll): number {
  if (folio.refcount <= 0) {
    warnOnce(kernel, "mm/gup.c:try_grab_folio", "reference count is zero or negative", folio);
    return ENOMEM;
  }
  if (refusesDeviceMemory(kernel, folio, flags)) return EREMOTEIO;
  if ((flags & FOLL.GET) !== 0 || ((flags & FOLL.PIN) !== 0 && pinIsReference(kernel)))
    folioRefAdd(kernel, folio, refs);
  else if ((flags & FOLL.PIN) !== 0 && !isExempt(kernel, folio)) addPins(kernel, folio, refs, 0);
  else return 0;
  if (kernel.profile.machine.debugPinReferences) countForDebug(kernel, folio, refs, flags);
  return 0;
}

/** mm/gup.c:gup_put_folio: drops what the grabs took. Nothing checks that it was taken. */
export function gupPutFolio(kernel: KernelState, folio: Folio, refs: number, flags: Foll): void {
  const exempt = (flags & FOLL.PIN) !== 0 && isExempt(kernel, folio);
  if (kernel.profile.machine.debugPinReferences && !exempt) uncount(kernel, folio, refs, flags);
  if ((flags & FOLL.PIN) === 0 || pinIsReference(kernel)) {
    dropRefs(kernel, folio, refs);
    return;
  }
  if (exempt) return;
  set(kernel.journal, kernel.vmstat, "nrFollPinReleased", kernel.vmstat.nrFollPinReleased + refs);
  if (folioHasPincount(kernel, folio)) {
    set(kernel.journal, folio, "pincount", folio.pincount - refs);
    dropRefs(kernel, folio, refs);
  } else dropRefs(kernel, folio, refs * GUP_PIN_COUNTING_BIAS);
}

function uncount(kernel: KernelState, folio: Folio, refs: number, flags: Foll): void {
  if ((flags & FOLL.PIN) === 0 && kernel.profile.era.switches.pinFunctions) return;
  if (folio.debugPinCount < refs)
    debugPin(kernel, "mm/gup.c:unpin_user_page", "more pins released than the page_ext counter holds", folio);
  set(kernel.journal, folio, "debugPinCount", Math.max(0, folio.debugPinCount - refs));
}

/** mm/gup.c:sanity_check_pinned_pages, only under CONFIG_DEBUG_VM. */
export function sanityCheckPinnedPages(kernel: KernelState, pages: Iterable<Page | null>): void {
  const { era, machine } = kernel.profile;
  if (!machine.debugVm || !era.switches.sanityCheckPinned) return;
  for (const page of pages) {
    if (page === null || isExempt(kernel, page.folio) || !page.folio.anon) continue;
    const head = headPage(page.folio);
    const exclusive =
      head.anonExclusive || (page.folio.order > 0 && !page.folio.hugetlb && page.anonExclusive);
    if (!exclusive)
      bug(kernel, "mm/gup.c:sanity_check_pinned_pages", "pinned page is not exclusive", page.folio);
  }
}

export function unpinUserPage(kernel: KernelState, page: Page): void {
  if (kernel.profile.machine.debugVm) sanityCheckPinnedPages(kernel, [page]);
  gupPutFolio(kernel, page.folio, 1, FOLL.PIN);
}

type Pages = readonly (Page | null)[];

/** gup_folio_next(): how many entries from `from` on lie in one folio. */
function runLength(pages: Pages, from: number, end: number, folio: Folio): number {
  let at = from + 1;
  while (at < end && pages[at]?.folio === folio) at += 1;
  return at - from;
}

/** Calls `action` for each run of neighboring entries of one folio; says how NULL entries are met. */
function forEachRun(
  kernel: KernelState,
  where: string,
  pages: Pages,
  nrPages: number,
  action: (folio: Folio, run: number) => void,
): void {
  for (let at = 0; at < nrPages; ) {
    const page = pages[at] ?? null;
    if (page === null) {
      if (!kernel.profile.era.switches.unpinSkipsNull || pages[at - 1])
        bug(kernel, where, "NULL pointer dereference of a page array entry");
      at += 1;
      continue;
    }
    const run = runLength(pages, at, nrPages, page.folio);
    action(page.folio, run);
    at += run;
  }
}

/** mm/gup.c:unpin_user_pages. A negative `nrPages` is an errno: warned about, nothing done, from 5.10 on. */
export function unpinUserPages(kernel: KernelState, pages: Pages, nrPages: number): void {
  const where = "mm/gup.c:unpin_user_pages";
  if (nrPages < 0) {
    if (kernel.profile.era.switches.unpinGuardsErrno)
      warnOnce(kernel, where, `number of pages is an error: ${nrPages}`);
    else bug(kernel, where, `runs away over the page array: ${nrPages} pages`);
    return;
  }
  sanityCheckPinnedPages(kernel, pages.slice(0, nrPages));
  forEachRun(kernel, where, pages, nrPages, (folio, run) => gupPutFolio(kernel, folio, run, FOLL.PIN));
}

/** mm/gup.c:unpin_user_pages_dirty_lock: each folio that is clean becomes dirty, under its lock, before the release. */
export function unpinUserPagesDirtyLock(
  kernel: KernelState,
  pages: Pages,
  nrPages: number,
  makeDirty: boolean,
): void {
  if (!makeDirty) {
    unpinUserPages(kernel, pages, nrPages);
    return;
  }
  sanityCheckPinnedPages(kernel, pages.slice(0, nrPages));
  forEachRun(kernel, "mm/gup.c:unpin_user_pages_dirty_lock", pages, nrPages, (folio, run) => {
    if (!folio.dirty) setPageDirtyLock(kernel, headPage(folio));
    gupPutFolio(kernel, folio, run, FOLL.PIN);
  });
}

/**
 * mm/gup.c:unpin_user_page_range_dirty_lock: `nrPages` pages that follow each other in memory.
 * @throws InvalidArgumentError when the range leaves the folio of a page that the model knows.
 */
export function unpinUserPageRangeDirtyLock(
  kernel: KernelState,
  page: Page,
  nrPages: number,
  makeDirty: boolean,
): void {
  const { folio } = page;
  const first = page.pfn - folio.pfn;
  if (first + nrPages > folio.pages.length)
    throw new InvalidArgumentError(
      "nrPages",
      `1 to ${folio.pages.length - first}, up to the end of the folio`,
      nrPages,
    );
  sanityCheckPinnedPages(kernel, folio.pages.slice(first, first + nrPages));
  if (makeDirty && !folio.dirty) setPageDirtyLock(kernel, headPage(folio));
  gupPutFolio(kernel, folio, nrPages, FOLL.PIN);
}

/** mm/gup.c:unpin_folios: equal neighbors at once, NULL skipped. */
export function unpinFolios(kernel: KernelState, folios: readonly (Folio | null)[], nrFolios: number): void {
  for (const folio of folios.slice(0, nrFolios)) if (folio !== null) gupPutFolio(kernel, folio, 1, FOLL.PIN);
}
