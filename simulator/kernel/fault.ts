/**
 * Page faults: handle_mm_fault() and what it calls (mm/memory.c). The caller has checked that the mapping permits the
 * access, or wants it forced. Knows nothing of who faults: a process, or get_user_pages().
 */

import { attachBuffers, faultFolio, pagesOfFile } from "./filemap.ts";
import { hugeAnonymousFault, hugePageFits, hugeWriteProtectFault } from "./huge.ts";
import { hugetlbNoPage, hugetlbWriteProtect } from "./hugetlb.ts";
import { set } from "./journal.ts";
import { folioAddLru, lruAddDrain } from "./lru.ts";
import { allocFolio, headPage } from "./page.ts";
import { allocTable, hugePmdAt, makePte, normalPage, setHugePmd, setPte } from "./page-table.ts";
import { folioPut, folioRefAdd } from "./references.ts";
import {
  addRmapPte,
  folioAddNewAnonRmap,
  folioMapcount,
  mappingsOf,
  removeRmapPte,
  setExclusive,
} from "./rmap.ts";
import { HPAGE_PMD_NR, HPAGE_PMD_ORDER, hasPageMkwrite, type KernelState, pmdIndex } from "./state.ts";
import { doSwapPage, freeSwapCache } from "./swap.ts";
import type { Folio, Mm, Page, Pte, Vma } from "./types.ts";
import { anonVmaPrepare } from "./vma.ts";

/** What a fault is for: FAULT_FLAG_WRITE, FAULT_FLAG_UNSHARE, or neither. */
export type FaultKind = "read" | "write" | "unshare";

/** VM_FAULT_SIGBUS, or 0. */
export type FaultResult = "ok" | "sigbus";

/**
 * FAULT_FLAG_ALLOW_RETRY: the fault may drop mmap_lock while it waits for a file page, and is then taken again from the
 * start, fault-around included.
 */
export type Retry = "may-retry" | "keeps-lock";

/** fault_around_bytes of 64 KiB, in pages. */
const FAULT_AROUND_PAGES = 16;

export function handleMmFault(
  kernel: KernelState,
  mm: Mm,
  vma: Vma,
  at: number,
  kind: FaultKind,
  retry: Retry,
): FaultResult {
  const pmd = hugePmdAt(mm, at);
  if (vma.hugetlb) {
    if (pmd === null) return hugetlbNoPage(kernel, mm, vma, at, kind === "write");
    if (kind !== "read" && !pmd.write) hugetlbWriteProtect(kernel, mm, vma, at, pmd, kind === "unshare");
    else setHugePmd(kernel, mm, at, { ...pmd, young: true, dirty: pmd.dirty || kind === "write" });
    return "ok";
  }
  if (pmd === null) {
    if (!mm.pmds.has(pmdIndex(at)) && hugePageFits(kernel, vma, at)) {
      hugeAnonymousFault(kernel, mm, vma, at, kind === "write");
      return "ok";
    }
    return handlePteFault(kernel, mm, vma, at, kind, retry);
  }
  if (kind === "read" || pmd.write) {
    setHugePmd(kernel, mm, at, { ...pmd, young: true, dirty: pmd.dirty || kind === "write" });
    return "ok";
  }
  if (hugeWriteProtectFault(kernel, mm, vma, at, pmd, kind === "unshare") === "done") return "ok";
  return handlePteFault(kernel, mm, vma, at, kind, retry);
}

function handlePteFault(
  kernel: KernelState,
  mm: Mm,
  vma: Vma,
  at: number,
  kind: FaultKind,
  retry: Retry,
): FaultResult {
  const entry = mm.ptes.get(at);
  const swap = entry === undefined ? mm.swapEntries.get(at) : undefined;
  if (swap !== undefined) {
    const done = doSwapPage(kernel, mm, vma, at, swap, kind === "write");
    const mapped = mm.ptes.get(at);
    if (!done && mapped !== undefined) writeProtectFault(kernel, mm, vma, at, mapped, false);
    return "ok";
  }
  if (entry === undefined)
    return vma.file === null
      ? anonymousFault(kernel, mm, vma, at, kind)
      : fileFault(kernel, mm, vma, at, kind, retry);
  if (kind !== "read" && !entry.write) {
    writeProtectFault(kernel, mm, vma, at, entry, kind === "unshare");
    return "ok";
  }
  if (!entry.young || (kind === "write" && !entry.dirty))
    setPte(kernel, mm, at, { ...entry, young: true, dirty: entry.dirty || kind === "write" });
  return "ok";
}

/** do_anonymous_page(): the zero page for a read, a new page (or a small folio, mTHP) for a write. */
function anonymousFault(kernel: KernelState, mm: Mm, vma: Vma, at: number, kind: FaultKind): FaultResult {
  if (kind !== "write") {
    setPte(kernel, mm, at, makePte(kernel.zero.page, vma));
    return "ok";
  }
  anonVmaPrepare(kernel, mm, vma);
  const order = smallFolioOrder(kernel, mm, vma, at);
  const first = at - (at % (1 << order));
  const folio = allocFolio(kernel, order, true, undefined, { uptodate: true });
  mapNewAnonFolio(kernel, mm, vma, first, folio, true);
  return "ok";
}

/** alloc_anon_folio(): the configured order where it fits the mapping and nothing of it is mapped yet. */
function smallFolioOrder(kernel: KernelState, mm: Mm, vma: Vma, at: number): number {
  const { anonymousFolioOrder: order, transparentHugePages } = kernel.profile.machine;
  if (!transparentHugePages || vma.hugepage !== "madvised" || order >= HPAGE_PMD_ORDER) return 0;
  const first = at - (at % (1 << order));
  const last = first + (1 << order);
  if (first < vma.start || last > vma.end) return 0;
  for (let other = first; other < last; other++)
    if (mm.ptes.has(other) || mm.swapEntries.has(other)) return 0;
  return order;
}

/** Maps a new anonymous folio, whose first reference the first entry takes over. */
function mapNewAnonFolio(
  kernel: KernelState,
  mm: Mm,
  vma: Vma,
  first: number,
  folio: Folio,
  write: boolean,
): void {
  folioRefAdd(kernel, folio, folio.pages.length - 1);
  folioAddNewAnonRmap(kernel, folio);
  folioAddLru(kernel, folio);
  folio.pages.forEach((page, index) => {
    const entry = makePte(page, vma);
    const writable = write && vma.write;
    setPte(kernel, mm, first + index, { ...entry, write: writable, dirty: writable });
  });
}

/** do_fault() */
function fileFault(
  kernel: KernelState,
  mm: Mm,
  vma: Vma,
  at: number,
  kind: FaultKind,
  retry: Retry,
): FaultResult {
  const { file } = vma;
  if (file === null) return "sigbus";
  allocTable(kernel, mm, at);
  const index = vma.pageOffset + at - vma.start;
  if (kind !== "write") {
    faultAround(kernel, mm, vma, at);
    if (mm.ptes.has(at)) return "ok";
    const folio = faultFolio(kernel, file, index);
    if (folio === null) return "sigbus";
    // What was read in around the page is mapped with it only where the fault starts over.
    if (retry === "may-retry" && file.kind !== "shmem") faultAround(kernel, mm, vma, at);
    else mapFilePage(kernel, mm, vma, at, headPage(folio));
    return "ok";
  }
  if (!vma.shared) anonVmaPrepare(kernel, mm, vma);
  const folio = faultFolio(kernel, file, index);
  if (folio === null) return "sigbus";
  const page = headPage(folio);
  if (!vma.shared) {
    const copy = allocFolio(kernel, 0, true, page.contents, { uptodate: true });
    mapNewAnonFolio(kernel, mm, vma, at, copy, true);
    dirtyForced(kernel, mm, at);
    return "ok";
  }
  if (hasPageMkwrite(file)) attachBuffers(kernel, folio);
  mapFilePage(kernel, mm, vma, at, page);
  makeWritable(kernel, mm, vma, at);
  set(kernel.journal, folio, "dirty", true);
  return "ok";
}

/** A copy made for a write is dirty even where the mapping forbids the write (FOLL_FORCE). */
function dirtyForced(kernel: KernelState, mm: Mm, at: number): void {
  const entry = mm.ptes.get(at);
  if (entry !== undefined && !entry.dirty) setPte(kernel, mm, at, { ...entry, dirty: true });
}

function mapFilePage(kernel: KernelState, mm: Mm, vma: Vma, at: number, page: Page): void {
  folioRefAdd(kernel, page.folio, 1);
  addRmapPte(kernel, page);
  setPte(kernel, mm, at, makePte(page, vma));
}

/** maybe_mkwrite(pte_mkdirty()) */
function makeWritable(kernel: KernelState, mm: Mm, vma: Vma, at: number): void {
  const entry = mm.ptes.get(at);
  if (entry !== undefined)
    setPte(kernel, mm, at, { ...entry, young: true, dirty: true, write: entry.write || vma.write });
}

/** do_fault_around(): pages of the cache near the fault are mapped with it, read-only where writes are tracked. */
function faultAround(kernel: KernelState, mm: Mm, vma: Vma, at: number): void {
  const { file } = vma;
  if (file === null) return;
  const tableStart = pmdIndex(at) * HPAGE_PMD_NR;
  const from = Math.max(at - (at % FAULT_AROUND_PAGES), tableStart, vma.start);
  const to = Math.min(from + FAULT_AROUND_PAGES, tableStart + HPAGE_PMD_NR, vma.end);
  const end = pagesOfFile(file);
  for (let other = from; other < to; other++) {
    const index = vma.pageOffset + other - vma.start;
    const folio = index < end ? file.folios.get(index) : undefined;
    if (folio === undefined || !folio.uptodate || folio.locked) continue;
    if (mm.ptes.has(other) || mm.swapEntries.has(other)) continue;
    mapFilePage(kernel, mm, vma, other, headPage(folio));
  }
}

/** do_wp_page(): a write to (or, for get_user_pages(), an unsharing of) a page that is mapped read-only. */
function writeProtectFault(
  kernel: KernelState,
  mm: Mm,
  vma: Vma,
  at: number,
  entry: Pte,
  unshare: boolean,
): void {
  const page = normalPage(entry);
  if (vma.shared) {
    if (unshare || page === null) return;
    if (vma.file !== null && hasPageMkwrite(vma.file)) attachBuffers(kernel, page.folio);
    makeWritable(kernel, mm, vma, at);
    set(kernel.journal, page.folio, "dirty", true);
    return;
  }
  const { switches } = kernel.profile.era;
  if (page?.folio.anon && (page.anonExclusive || canReuse(kernel, mm, page))) {
    if (switches.cowReuse === "exclusive") setExclusive(kernel, page, true);
    if (!unshare) makeWritable(kernel, mm, vma, at);
    return;
  }
  if (unshare && !page?.folio.anon && !switches.longtermUnsharesFile) return;
  copyOnWrite(kernel, mm, vma, at, entry, unshare);
}

/** wp_can_reuse_anon_folio(), and what was there before it. */
function canReuse(kernel: KernelState, mm: Mm, { folio }: Page): boolean {
  const { switches } = kernel.profile.era;
  if (folio.ksm) return false;
  if (folio.order > 0 && switches.cowReuseLarge === "never") return false;
  if (folio.order > 0 && switches.cowReuseLarge === "mapped-here")
    return (
      folio.refcount === folioMapcount(folio) &&
      mappingsOf(kernel, folio).every((mapping) => mapping.mm === mm)
    );
  if (switches.cowReuse === "one-mapping") return folioMapcount(folio) === 1;
  if (folio.refcount > 3) return false;
  if (folio.lru === "batch") lruAddDrain(kernel);
  return folio.refcount === 1;
}

/** wp_page_copy() */
function copyOnWrite(kernel: KernelState, mm: Mm, vma: Vma, at: number, entry: Pte, unshare: boolean): void {
  anonVmaPrepare(kernel, mm, vma);
  const old = normalPage(entry);
  const copy = allocFolio(kernel, 0, true, entry.page.contents, { uptodate: true });
  mapNewAnonFolio(kernel, mm, vma, at, copy, !unshare);
  if (!unshare) dirtyForced(kernel, mm, at);
  if (old === null) return;
  removeRmapPte(kernel, old);
  freeSwapCache(kernel, old.folio);
  folioPut(kernel, old.folio);
}
