/**
 * fork() of an address space: dup_mmap() and copy_page_range() (kernel/fork.c, mm/memory.c, mm/huge_memory.c,
 * mm/hugetlb.c). Here pins decide what the child gets: a share, or a copy of its own.
 */

import { copyHugetlb, mapNewAnonHugetlb } from "./hugetlb.ts";
import { set } from "./journal.ts";
import { folioAddLru } from "./lru.ts";
import { createMm } from "./mm.ts";
import { allocFolio, headPage } from "./page.ts";
import { isCowMapping, makePte, normalPage, setHugePmd, setPte } from "./page-table.ts";
import { folioMaybeDmaPinned } from "./pin.ts";
import { folioGet } from "./references.ts";
import { addRmapPte, exclusivePage, folioAddNewAnonRmap, setExclusive } from "./rmap.ts";
import { HPAGE_PMD_NR, type KernelState, pmdIndex, takeNumber } from "./state.ts";
import { copySwapEntry } from "./swap.ts";
import type { Mm, Page, Pte, Vma } from "./types.ts";
import { insertVma } from "./vma.ts";
import { splitHugePmd } from "./zap.ts";

/** dup_mm(): a new address space whose private memory is shared copy-on-write with the parent's. */
export function fork(kernel: KernelState, parent: Mm): Mm {
  const child = createMm(kernel);
  for (const vma of parent.vmas) {
    if (vma.dontFork) continue;
    const own = vma.anonVma !== 0 && !vma.wipeOnFork;
    const copy: Vma = { ...vma, anonVma: own ? takeNumber(kernel, "nextAnonVma") : 0 };
    insertVma(kernel, child, copy);
    if (vmaNeedsCopy(kernel, vma) && !vma.wipeOnFork) copyPageRange(kernel, parent, vma, child, copy);
  }
  return child;
}

/** vma_needs_copy(): page tables that faults fill again are not copied. */
function vmaNeedsCopy(kernel: KernelState, vma: Vma): boolean {
  if (vma.anonVma !== 0 || vma.file?.kind === "p2pmem") return true;
  return vma.hugetlb && kernel.profile.era.switches.forkCopiesAllHugetlb;
}

/**
 * folio_needs_cow_for_dma() and the exclusive test of folio_try_dup_anon_rmap_*(): whether the child needs a copy of its
 * own at once, so that the parent keeps the pinned page.
 */
function mustCopyNow(kernel: KernelState, parent: Mm, page: Page): boolean {
  const { fork: rule } = kernel.profile.era.switches;
  if (rule === "shares" || !parent.hasPinned || !folioMaybeDmaPinned(kernel, page.folio)) return false;
  return rule === "copies-maybe-pinned" || exclusivePage(page).anonExclusive;
}

/** copy_page_range() */
function copyPageRange(kernel: KernelState, parent: Mm, vma: Vma, child: Mm, copy: Vma): void {
  for (let index = pmdIndex(vma.start); index * HPAGE_PMD_NR < vma.end; index++) {
    const first = index * HPAGE_PMD_NR;
    const pmd = parent.pmds.get(index);
    if (pmd === undefined) continue;
    if (pmd !== "table" && copyHugePmd(kernel, parent, vma, child, copy, first, pmd)) continue;
    const to = Math.min(vma.end, first + HPAGE_PMD_NR);
    for (let at = Math.max(vma.start, first); at < to; at++) {
      const entry = parent.ptes.get(at);
      if (entry !== undefined) copyPte(kernel, parent, vma, child, copy, at, entry);
      else copySwapEntry(kernel, parent, child, at);
    }
  }
}

/** copy_present_pte() */
function copyPte(
  kernel: KernelState,
  parent: Mm,
  vma: Vma,
  child: Mm,
  childVma: Vma,
  at: number,
  entry: Pte,
): void {
  const page = normalPage(entry);
  if (page?.folio.anon) {
    if (mustCopyNow(kernel, parent, page)) {
      copyPresentPage(kernel, child, childVma, at, page);
      return;
    }
    setExclusive(kernel, page, false);
  }
  if (page !== null) {
    folioGet(kernel, page.folio);
    addRmapPte(kernel, page);
  }
  const writeProtected = entry.write && isCowMapping(vma) ? { ...entry, write: false } : entry;
  if (writeProtected !== entry) setPte(kernel, parent, at, writeProtected);
  setPte(kernel, child, at, { ...writeProtected, young: false, dirty: !vma.shared && entry.dirty });
}

/** copy_present_page(): the child's own copy, writable and dirty where its mapping is writable. */
function copyPresentPage(kernel: KernelState, child: Mm, vma: Vma, at: number, from: Page): void {
  const folio = allocFolio(kernel, 0, true, from.contents, { uptodate: true });
  folioAddNewAnonRmap(kernel, folio);
  folioAddLru(kernel, folio);
  setPte(kernel, child, at, { ...makePte(headPage(folio), vma), dirty: true, write: vma.write });
}

/** copy_huge_pmd() and copy_hugetlb_page_range(). False: the PMD was split, its pages are copied one by one. */
function copyHugePmd(
  kernel: KernelState,
  parent: Mm,
  vma: Vma,
  child: Mm,
  childVma: Vma,
  at: number,
  pmd: Pte,
): boolean {
  const { journal } = kernel;
  const { folio } = pmd.page;
  if (!folio.hugeZero) {
    const { forkCopiesPinnedHugetlb } = kernel.profile.era.switches;
    const copiesAtAll = folio.hugetlb ? forkCopiesPinnedHugetlb && isCowMapping(vma) : true;
    if (copiesAtAll && mustCopyNow(kernel, parent, headPage(folio))) {
      if (folio.hugetlb) {
        mapNewAnonHugetlb(kernel, child, childVma, at, copyHugetlb(kernel, folio), true);
        return true;
      }
      splitHugePmd(kernel, parent, vma, at);
      return false;
    }
    folioGet(kernel, folio);
    set(journal, folio, "entireMapcount", folio.entireMapcount + 1);
    if (folio.anon) set(journal, headPage(folio), "anonExclusive", false);
  }
  const writeProtected = isCowMapping(vma) ? { ...pmd, write: false } : pmd;
  if (pmd.write && !writeProtected.write) setHugePmd(kernel, parent, at, writeProtected);
  setHugePmd(kernel, child, at, { ...writeProtected, young: false });
  return true;
}
