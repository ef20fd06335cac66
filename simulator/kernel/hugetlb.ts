/**
 * Faults in hugetlb mappings, private and shared (mm/hugetlb.c, fs/hugetlbfs/inode.c). The pool of huge pages never runs
 * out here, so nothing is reserved. Knows nothing of who faults.
 */
import { addHugetlbFolio } from "./filemap.ts";
import { set } from "./journal.ts";
import { allocFolio, headPage, pageOf } from "./page.ts";
import { isCowMapping, setHugePmd } from "./page-table.ts";
import { folioPut, folioRefAdd } from "./references.ts";
import { folioMapcount } from "./rmap.ts";
import { HPAGE_PMD_NR, HPAGE_PMD_ORDER, type KernelState } from "./state.ts";
import type { AddressSpace, Folio, Mm, Pte, Vma } from "./types.ts";
import { anonVmaPrepare } from "./vma.ts";

/** Whether a page number may be the border of a hugetlb mapping. */
export function isHugetlbAligned(at: number): boolean {
  return at % HPAGE_PMD_NR === 0;
}

/**
 * hugetlb_no_page(): shared mappings get the page of the page cache, private ones a page of their own, unless the cache
 * has one: that they map read-only. Beyond the end of the file: SIGBUS.
 */
export function hugetlbNoPage(
  kernel: KernelState,
  mm: Mm,
  vma: Vma,
  at: number,
  write: boolean,
): "ok" | "sigbus" {
  const { file } = vma;
  const first = at - (at % HPAGE_PMD_NR);
  const index = vma.pageOffset + first - vma.start;
  const cached = file?.folios.get(index);
  if (file !== null && cached === undefined && index * 4096 >= file.size) return "sigbus";
  if (file === null || (cached === undefined && !vma.shared)) {
    anonVmaPrepare(kernel, mm, vma);
    mapNewAnonHugetlb(kernel, mm, vma, first, newHugetlbFolio(kernel), write);
    return "ok";
  }
  const entry = mapCached(kernel, mm, vma, first, file, index);
  if (write && !vma.shared) hugetlbWriteProtect(kernel, mm, vma, first, entry, false);
  return "ok";
}

/** Maps the page of the cache, which is added if it is missing; hugetlb_add_file_rmap(). */
function mapCached(
  kernel: KernelState,
  mm: Mm,
  vma: Vma,
  at: number,
  file: AddressSpace,
  index: number,
): Pte {
  const folio = addHugetlbFolio(kernel, file, index, true);
  folioRefAdd(kernel, folio, 1);
  set(kernel.journal, folio, "entireMapcount", folio.entireMapcount + 1);
  const write = vma.shared && vma.write;
  const entry: Pte = {
    page: headPage(folio),
    write,
    dirty: write,
    young: true,
    special: false,
    protnone: !vma.read && !vma.write,
  };
  setHugePmd(kernel, mm, at, entry);
  return entry;
}

function newHugetlbFolio(kernel: KernelState): Folio {
  return allocFolio(kernel, HPAGE_PMD_ORDER, true, undefined, { hugetlb: true, uptodate: true });
}

/** hugetlb_add_new_anon_rmap(): maps a new anonymous hugetlb folio, whose reference the mapping takes over. */
export function mapNewAnonHugetlb(
  kernel: KernelState,
  mm: Mm,
  vma: Vma,
  at: number,
  folio: Folio,
  write: boolean,
): void {
  const { journal } = kernel;
  const head = headPage(folio);
  set(journal, folio, "anon", true);
  set(journal, folio, "entireMapcount", 1);
  set(journal, head, "anonExclusive", kernel.profile.era.switches.cowReuse === "exclusive");
  setHugePmd(kernel, mm, at, {
    page: head,
    write: write && vma.write && isCowMapping(vma),
    dirty: write,
    young: true,
    special: false,
    protnone: false,
  });
}

/** A private copy of a hugetlb folio, all contents included. */
export function copyHugetlb(kernel: KernelState, from: Folio): Folio {
  const folio = newHugetlbFolio(kernel);
  for (let index = 0; index < folio.pages.length; index++)
    set(kernel.journal, pageOf(folio, index), "contents", pageOf(from, index).contents);
  return folio;
}

/**
 * hugetlb_wp(): a shared mapping becomes writable, an anonymous page with one mapping is kept (whoever holds references),
 * everything else is copied.
 */
export function hugetlbWriteProtect(
  kernel: KernelState,
  mm: Mm,
  vma: Vma,
  at: number,
  pmd: Pte,
  unshare: boolean,
): void {
  const { journal } = kernel;
  const { folio } = pmd.page;
  if (vma.shared) {
    setHugePmd(kernel, mm, at, { ...pmd, young: true, dirty: true, write: vma.write });
    return;
  }
  if (folio.anon && folioMapcount(folio) === 1) {
    if (kernel.profile.era.switches.cowReuse === "exclusive")
      set(journal, headPage(folio), "anonExclusive", true);
    if (!unshare) setHugePmd(kernel, mm, at, { ...pmd, young: true, dirty: true, write: vma.write });
    return;
  }
  anonVmaPrepare(kernel, mm, vma);
  const copy = copyHugetlb(kernel, folio);
  set(journal, folio, "entireMapcount", folio.entireMapcount - 1);
  folioPut(kernel, folio);
  mapNewAnonHugetlb(kernel, mm, vma, at, copy, !unshare);
}
