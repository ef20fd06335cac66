/** mprotect() and mremap() (mm/mprotect.c, mm/mremap.c). */
import { EACCES, EFAULT, EINVAL, ENOMEM } from "./errno.ts";
import { isHugetlbAligned } from "./hugetlb.ts";
import { deleteEntry, setEntry } from "./journal.ts";
import { cutsHugePage, splitMapping, unmapRange } from "./mm.ts";
import {
  allocTable,
  clearPmd,
  clearPte,
  hugePmdAt,
  makePte,
  normalPage,
  setHugePmd,
  setPte,
} from "./page-table.ts";
import { HPAGE_PMD_NR, type KernelState, pageNumber, pmdIndex } from "./state.ts";
import type { Mm, Protection, Pte, Vma } from "./types.ts";
import { changeVmas, findVma, insertVma, mergeVmas } from "./vma.ts";
import { splitHugePmd } from "./zap.ts";

/**
 * mprotect(). Goes mapping by mapping; the first hole ends it with -ENOMEM, a mapping that may not be written with
 * -EACCES.
 */
export function mprotect(
  kernel: KernelState,
  mm: Mm,
  address: number,
  length: number,
  protection: Protection,
): number {
  if (address % 4096 !== 0) return EINVAL;
  const start = pageNumber(address);
  const end = start + Math.ceil(length / 4096);
  let at = start;
  while (at < end) {
    const vma = findVma(mm, at);
    if (vma === null) return ENOMEM;
    if (cutsHugePage(mm, at, Math.min(end, vma.end))) return EINVAL;
    if ((protection.write && !vma.mayWrite) || (protection.read && !vma.mayRead)) return EACCES;
    const to = Math.min(end, vma.end);
    protectPart(kernel, mm, vma, at, to, protection);
    at = to;
  }
  return 0;
}

/** mprotect_fixup() */
function protectPart(
  kernel: KernelState,
  mm: Mm,
  vma: Vma,
  start: number,
  end: number,
  { read, write }: Protection,
): void {
  if (vma.read === read && vma.write === write) return;
  splitMapping(kernel, mm, start);
  splitMapping(kernel, mm, end);
  changeVmas(kernel, mm, start, end, { read, write });
  mergeVmas(kernel, mm, start, end);
  const changed = findVma(mm, start);
  if (changed !== null) changeProtection(kernel, mm, changed, start, end);
}

/** change_protection(): the entries that are there get the new rights. */
function changeProtection(kernel: KernelState, mm: Mm, vma: Vma, start: number, end: number): void {
  for (let index = pmdIndex(start); index * HPAGE_PMD_NR < end; index++) {
    const first = index * HPAGE_PMD_NR;
    const from = Math.max(start, first);
    const to = Math.min(end, first + HPAGE_PMD_NR);
    const pmd = hugePmdAt(mm, first);
    if (pmd !== null) {
      if (to - from === HPAGE_PMD_NR || vma.hugetlb) {
        setHugePmd(kernel, mm, first, changed(kernel, vma, pmd));
        continue;
      }
      splitHugePmd(kernel, mm, vma, first);
    }
    for (let at = from; at < to; at++) {
      const entry = mm.ptes.get(at);
      if (entry !== undefined) setPte(kernel, mm, at, changed(kernel, vma, entry));
    }
  }
}

/** pte_modify() and can_change_pte_writable() */
function changed(kernel: KernelState, vma: Vma, entry: Pte): Pte {
  const fresh = makePte(entry.page, vma);
  const modified: Pte = { ...entry, write: fresh.write, protnone: fresh.protnone };
  if (modified.write || !vma.write || modified.protnone) return modified;
  return { ...modified, write: canChangeWritable(kernel, vma, modified) };
}

function canChangeWritable(kernel: KernelState, vma: Vma, entry: Pte): boolean {
  if (vma.shared) return entry.dirty;
  const { mprotectRestoresWrite: rule } = kernel.profile.era.switches;
  if (rule === "never" || (rule === "dirty" && !entry.dirty)) return false;
  const page = normalPage(entry);
  return page?.folio.anon === true && page.anonExclusive;
}

/** mremap(from, length, length, MREMAP_MAYMOVE | MREMAP_FIXED, to): what was at the target is unmapped first. */
export function mremap(kernel: KernelState, mm: Mm, from: number, length: number, to: number): number {
  if (from % 4096 !== 0 || to % 4096 !== 0 || length <= 0) return EINVAL;
  const start = pageNumber(from);
  const target = pageNumber(to);
  const pages = Math.ceil(length / 4096);
  const source = findVma(mm, start);
  if (source === null) return EFAULT;
  if (source.hugetlb) {
    if (!kernel.profile.era.switches.mremapMovesHugetlb) return EINVAL;
    if (!isHugetlbAligned(start) || !isHugetlbAligned(target) || !isHugetlbAligned(pages)) return EINVAL;
  }
  if (start < target + pages && target < start + pages) return EINVAL;
  unmapRange(kernel, mm, target, target + pages);
  const vma = findVma(mm, start);
  if (vma === null || start + pages > vma.end) return EFAULT;
  moveVma(kernel, mm, vma, start, target, pages);
  return 0;
}

function moveVma(kernel: KernelState, mm: Mm, vma: Vma, start: number, target: number, pages: number): void {
  const untouched = vma.file === null && vma.anonVma === 0;
  insertVma(kernel, mm, {
    ...vma,
    start: target,
    end: target + pages,
    pageOffset: untouched ? target : vma.pageOffset + start - vma.start,
  });
  movePageTables(kernel, mm, vma, start, target, pages);
  mergeVmas(kernel, mm, target, target + pages);
  unmapRange(kernel, mm, start, start + pages);
}

/** move_page_tables(): the same pages, their counts untouched. A leaf PMD moves whole only where both ends are aligned. */
function movePageTables(
  kernel: KernelState,
  mm: Mm,
  vma: Vma,
  start: number,
  target: number,
  pages: number,
): void {
  for (let offset = 0; offset < pages; offset++) {
    const at = start + offset;
    const pmd = hugePmdAt(mm, at);
    const whole = isHugetlbAligned(at) && isHugetlbAligned(target + offset) && pages - offset >= HPAGE_PMD_NR;
    if (pmd !== null && whole) {
      clearPmd(kernel, mm, at);
      setHugePmd(kernel, mm, target + offset, pmd);
      offset += HPAGE_PMD_NR - 1;
      continue;
    }
    if (pmd !== null) splitHugePmd(kernel, mm, vma, at);
    const swap = mm.swapEntries.get(at);
    if (swap !== undefined) {
      deleteEntry(kernel.journal, mm.swapEntries, at);
      setEntry(kernel.journal, mm.swapEntries, target + offset, swap);
      allocTable(kernel, mm, target + offset);
    }
    const entry = mm.ptes.get(at);
    if (entry === undefined) continue;
    clearPte(kernel, mm, at);
    setPte(kernel, mm, target + offset, entry);
  }
}
