/**
 * Faults in huge page ranges: transparent huge pages and the huge zero page (mm/huge_memory.c).
 * A fault that needs small pages says "fallback"; `fault.ts` goes on from there.
 */

import { ZEROES } from "./contents.ts";
import { set } from "./journal.ts";
import { folioAddLru, lruAddDrain } from "./lru.ts";
import { allocFolio, buildFolio, headPage, zoneFor } from "./page.ts";
import { setHugePmd } from "./page-table.ts";
import { folioMapcount } from "./rmap.ts";
import { HPAGE_PMD_NR, HPAGE_PMD_ORDER, type KernelState, pmdIndex, takeNumber } from "./state.ts";
import type { Folio, Mm, Pte, Vma } from "./types.ts";
import { anonVmaPrepare } from "./vma.ts";
import { splitHugePmd } from "./zap.ts";

/** Whether a whole PMD around a page number fits the mapping and huge pages are wanted there. */
export function hugePageFits(kernel: KernelState, vma: Vma, at: number): boolean {
  const first = pmdIndex(at) * HPAGE_PMD_NR;
  return (
    kernel.profile.machine.transparentHugePages &&
    kernel.profile.machine.anonymousFolioOrder === HPAGE_PMD_ORDER &&
    vma.hugepage === "madvised" &&
    vma.file === null &&
    first >= vma.start &&
    first + HPAGE_PMD_NR <= vma.end
  );
}

/** mm_get_huge_zero_folio(): made once; what maps it counts elsewhere, so its reference count stays 1. */
function hugeZeroFolio(kernel: KernelState): Folio {
  if (kernel.zero.huge !== null) return kernel.zero.huge;
  const unaligned = kernel.counters.nextPfn;
  const pfn = Math.ceil(unaligned / HPAGE_PMD_NR) * HPAGE_PMD_NR;
  takeNumber(kernel, "nextPfn", pfn - unaligned + HPAGE_PMD_NR + 1);
  const folio = buildFolio(pfn, {
    order: HPAGE_PMD_ORDER,
    zone: zoneFor(kernel.profile, false, false),
    contents: ZEROES,
    flags: { hugeZero: true },
  });
  set(kernel.journal, kernel.zero, "huge", folio);
  return folio;
}

/** do_huge_pmd_anonymous_page() */
export function hugeAnonymousFault(kernel: KernelState, mm: Mm, vma: Vma, at: number, write: boolean): void {
  const { journal } = kernel;
  anonVmaPrepare(kernel, mm, vma);
  if (!write) {
    const page = headPage(hugeZeroFolio(kernel));
    setHugePmd(kernel, mm, at, {
      page,
      write: false,
      dirty: false,
      young: true,
      special: false,
      protnone: !vma.read && !vma.write,
    });
    return;
  }
  const folio = allocFolio(kernel, HPAGE_PMD_ORDER, true, ZEROES, { uptodate: true });
  set(journal, folio, "anon", true);
  set(journal, folio, "swapbacked", true);
  set(journal, folio, "entireMapcount", 1);
  set(journal, headPage(folio), "anonExclusive", kernel.profile.era.switches.cowReuse === "exclusive");
  folioAddLru(kernel, folio);
  setHugePmd(kernel, mm, at, {
    page: headPage(folio),
    write: vma.write,
    dirty: true,
    young: true,
    special: false,
    protnone: false,
  });
}

/**
 * do_huge_pmd_wp_page(): the whole huge page is reused, or its PMD is split and the fault goes on with small pages.
 * `unshare` is FAULT_FLAG_UNSHARE: the page becomes exclusive, the entry stays read-only.
 */
export function hugeWriteProtectFault(
  kernel: KernelState,
  mm: Mm,
  vma: Vma,
  at: number,
  pmd: Pte,
  unshare: boolean,
): "done" | "fallback" {
  const { folio } = pmd.page;
  const head = headPage(folio);
  if (!folio.hugeZero) {
    const exclusive = head.anonExclusive || reusableHuge(kernel, folio);
    if (exclusive) {
      if (kernel.profile.era.switches.cowReuse === "exclusive")
        set(kernel.journal, head, "anonExclusive", true);
      if (!unshare)
        setHugePmd(kernel, mm, at, { ...pmd, young: true, dirty: true, write: pmd.write || vma.write });
      return "done";
    }
  }
  splitHugePmd(kernel, mm, vma, at);
  return "fallback";
}

function reusableHuge(kernel: KernelState, folio: Folio): boolean {
  if (kernel.profile.era.switches.cowReuse === "one-mapping") return folioMapcount(folio) === 1;
  lruAddDrain(kernel);
  return folio.refcount === 1;
}
