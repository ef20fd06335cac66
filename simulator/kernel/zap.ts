/**
 * Taking mappings away: zapping page tables, splitting a PMD (mm/memory.c:unmap_page_range, mm/huge_memory.c).
 * Knows nothing of why.
 */
import { set } from "./journal.ts";
import { headPage, pageOf } from "./page.ts";
import { clearPmd, clearPte, hugePmdAt, makePte, normalPage, setPte } from "./page-table.ts";
import { folioPutZapped, folioRefAdd } from "./references.ts";
import { addRmapPte, removeRmapPmd, removeRmapPte } from "./rmap.ts";
import { HPAGE_PMD_NR, type KernelState, pmdIndex } from "./state.ts";
import { freeSwapCache, zapSwapEntry } from "./swap.ts";
import type { Mm, Pte, Vma } from "./types.ts";

/** zap_present_pte(): the entry goes, with its mapcount and its reference. */
export function zapPte(kernel: KernelState, mm: Mm, at: number, entry: Pte): void {
  clearPte(kernel, mm, at);
  const page = normalPage(entry);
  if (page === null) return;
  if (!page.folio.anon && entry.dirty) set(kernel.journal, page.folio, "dirty", true);
  removeRmapPte(kernel, page);
  freeSwapCache(kernel, page.folio);
  folioPutZapped(kernel, page.folio);
}

function zapHugePmd(kernel: KernelState, mm: Mm, at: number, pmd: Pte): void {
  clearPmd(kernel, mm, at);
  const { folio } = pmd.page;
  if (folio.hugeZero) return;
  if (folio.hugetlb && pmd.dirty) set(kernel.journal, folio, "dirty", true);
  removeRmapPmd(kernel, folio);
  folioPutZapped(kernel, folio);
}

/**
 * mm/huge_memory.c:__split_huge_pmd: the leaf becomes a table of PTEs that map the same pages; the folio stays large.
 * Each page keeps the head's exclusive flag; a huge zero page becomes 512 zero pages.
 */
export function splitHugePmd(kernel: KernelState, mm: Mm, vma: Vma, at: number): void {
  const pmd = hugePmdAt(mm, at);
  if (pmd === null || pmd.page.folio.hugetlb) return;
  const { journal } = kernel;
  const { folio } = pmd.page;
  const first = pmdIndex(at) * HPAGE_PMD_NR;
  clearPmd(kernel, mm, at);
  if (folio.hugeZero) {
    for (let index = 0; index < HPAGE_PMD_NR; index++)
      setPte(kernel, mm, first + index, { ...makePte(kernel.zero.page, vma), write: false });
    return;
  }
  const { switches } = kernel.profile.era;
  if (pmd.dirty) set(journal, folio, "dirty", true);
  folioRefAdd(kernel, folio, HPAGE_PMD_NR - 1);
  const exclusive = headPage(folio).anonExclusive;
  for (let index = 0; index < HPAGE_PMD_NR; index++) {
    const page = pageOf(folio, index);
    set(journal, page, "anonExclusive", exclusive);
    addRmapPte(kernel, page);
    setPte(kernel, mm, first + index, {
      ...makePte(page, vma),
      write: pmd.write,
      young: pmd.young,
      dirty: switches.splitKeepsPteDirty && pmd.dirty,
    });
  }
  if (switches.doubleMap && folio.entireMapcount > 1 && !folio.doubleMap) {
    set(journal, folio, "doubleMap", true);
    for (const page of folio.pages) addRmapPte(kernel, page);
  }
  removeRmapPmd(kernel, folio);
}

/** unmap_vmas() of page numbers [start, end) within one mapping. A leaf PMD that is cut is split first. */
export function zapRange(kernel: KernelState, mm: Mm, vma: Vma, start: number, end: number): void {
  for (let index = pmdIndex(start); index * HPAGE_PMD_NR < end; index++) {
    const pmd = mm.pmds.get(index);
    if (pmd === undefined) continue;
    const first = index * HPAGE_PMD_NR;
    const from = Math.max(start, first);
    const to = Math.min(end, first + HPAGE_PMD_NR);
    if (pmd !== "table") {
      if (to - from === HPAGE_PMD_NR || pmd.page.folio.hugetlb) {
        zapHugePmd(kernel, mm, first, pmd);
        continue;
      }
      splitHugePmd(kernel, mm, vma, first);
    }
    for (let at = from; at < to; at++) {
      const entry = mm.ptes.get(at);
      if (entry !== undefined) zapPte(kernel, mm, at, entry);
      else zapSwapEntry(kernel, mm, at);
    }
  }
}

/** free_pgtables(): tables of [start, end) go unless a neighboring mapping still uses them. */
export function freeTables(kernel: KernelState, mm: Mm, start: number, end: number): void {
  for (let index = pmdIndex(start); index * HPAGE_PMD_NR < end; index++) {
    const first = index * HPAGE_PMD_NR;
    const used = mm.vmas.some((vma) => vma.start < first + HPAGE_PMD_NR && vma.end > first);
    if (!used && mm.pmds.get(index) === "table") clearPmd(kernel, mm, first);
  }
}
