/**
 * Page table entries: reading, setting, and what protection a new entry gets. Counts nothing: references and mapcounts
 * are the callers' business.
 */
import { deleteEntry, setEntry } from "./journal.ts";
import { pageOf } from "./page.ts";
import { HPAGE_PMD_NR, type KernelState, pmdIndex } from "./state.ts";
import type { Mm, Page, Pte, Vma, Walk } from "./types.ts";

/** The leaf PMD that maps a page number, or null. */
export function hugePmdAt(mm: Mm, at: number): Pte | null {
  const pmd = mm.pmds.get(pmdIndex(at));
  return pmd === undefined || pmd === "table" ? null : pmd;
}

/** The page of a leaf PMD at a page number. */
export function pageInPmd(pmd: Pte, at: number): Page {
  const first = pmd.page.pfn - pmd.page.folio.pfn;
  return pageOf(pmd.page.folio, first + (at % HPAGE_PMD_NR));
}

export function setPte(kernel: KernelState, mm: Mm, at: number, entry: Pte): void {
  setEntry(kernel.journal, mm.ptes, at, entry);
  if (mm.pmds.get(pmdIndex(at)) !== "table") setEntry(kernel.journal, mm.pmds, pmdIndex(at), "table");
}

export function clearPte(kernel: KernelState, mm: Mm, at: number): void {
  deleteEntry(kernel.journal, mm.ptes, at);
}

export function setHugePmd(kernel: KernelState, mm: Mm, at: number, entry: Pte): void {
  setEntry(kernel.journal, mm.pmds, pmdIndex(at), entry);
}

/** A table without entries: what a fault that finds nothing to map leaves behind. */
export function allocTable(kernel: KernelState, mm: Mm, at: number): void {
  if (mm.pmds.get(pmdIndex(at)) === undefined) setEntry(kernel.journal, mm.pmds, pmdIndex(at), "table");
}

export function clearPmd(kernel: KernelState, mm: Mm, at: number): void {
  deleteEntry(kernel.journal, mm.pmds, pmdIndex(at));
}

/** mm/memory.c:vm_normal_page: null for the zero page. */
export function normalPage(entry: Pte): Page | null {
  return entry.special || entry.page.folio.hugeZero ? null : entry.page;
}

/** Whether the file system wants to hear of the first write (vma_wants_writenotify(); tmpfs has no write-back). */
export function wantsWritenotify(vma: Vma): boolean {
  return vma.shared && vma.write && vma.file !== null && vma.file.kind !== "shmem" && !vma.hugetlb;
}

/** A fresh entry with vma->vm_page_prot: young, clean, writable only in shared mappings that track no writes. */
export function makePte(page: Page, vma: Vma): Pte {
  return {
    page,
    write: vma.shared && vma.write && !wantsWritenotify(vma),
    dirty: false,
    young: true,
    special: page.folio.zeroPage,
    protnone: !vma.read && !vma.write,
  };
}

/** is_cow_mapping(). */
export function isCowMapping(vma: Vma): boolean {
  return vma.mayWrite && !vma.shared;
}

const NOTHING: Walk = { level: "none", page: null, write: false, dirty: false, young: false };

/** What the page tables say of an address, touching nothing. */
export function walkPageTables(mm: Mm, at: number): Walk {
  const pmd = hugePmdAt(mm, at);
  const entry = pmd ?? mm.ptes.get(at);
  if (entry === undefined) return mm.swapEntries.has(at) ? { ...NOTHING, level: "swap" } : NOTHING;
  return {
    level: pmd === null ? "pte" : "pmd",
    page: pmd === null ? entry.page : pageInPmd(pmd, at),
    write: entry.write,
    dirty: entry.dirty,
    young: entry.young,
  };
}
