/**
 * The fast path: the page tables walked without locks, as far as nothing needs a fault (mm/gup.c:gup_fast and what it
 * calls; before 6.10 lockless_pages_from_mm). It stops at the first page that it may not take; what it took counts.
 */
import { FOLL, type Foll } from "./foll.ts";
import { headPage } from "./page.ts";
import { hugePmdAt, isCowMapping, pageInPmd } from "./page-table.ts";
import { gupPutFolio, sanityCheckPinnedPages, tryGrabFolioFast } from "./pin.ts";
import { exclusivePage } from "./rmap.ts";
import { bug, HPAGE_PMD_NR, type KernelState, pmdIndex } from "./state.ts";
import type { Folio, Mm, Page, PageArray, Vma } from "./types.ts";

/**
 * gup_must_unshare(): whether a read-only pin needs the page unshared first. `vma` is null on the fast path, which
 * cannot know the mapping.
 */
export function gupMustUnshare(kernel: KernelState, vma: Vma | null, flags: Foll, page: Page): boolean {
  const { switches } = kernel.profile.era;
  if (switches.cowReuse !== "exclusive") return false;
  if ((flags & (FOLL.WRITE | FOLL.PIN)) !== FOLL.PIN) return false;
  if (page.folio.anon) return !exclusivePage(page).anonExclusive;
  if ((flags & FOLL.LONGTERM) === 0 || !switches.longtermUnsharesFile) return false;
  return vma === null || isCowMapping(vma);
}

/** gup_fast_folio_allowed(): a long-term write pin only of memory whose file system tracks no dirty pages. */
function gupFastFolioAllowed(kernel: KernelState, folio: Folio, flags: Foll): boolean {
  const asked = FOLL.PIN | FOLL.LONGTERM | FOLL.WRITE;
  if (!kernel.profile.era.switches.longtermRefusesDirtyTracked || (flags & asked) !== asked) return true;
  if (folio.anon || folio.hugetlb) return true;
  return folio.mapping !== null && folio.mapping.kind === "shmem";
}

/**
 * gup_fast(): takes up to `nrPages` pages from page number `start`, fills `pages` from index 0, returns how many.
 * `nrPages` of 0 is no limit, as in the kernel, whose loops test for the end after each page.
 */
export function gupFast(
  kernel: KernelState,
  mm: Mm,
  start: number,
  nrPages: number,
  flags: Foll,
  pages: PageArray,
): number {
  if (!kernel.profile.machine.fastGup) return 0;
  const write = (flags & FOLL.WRITE) !== 0;
  let taken = 0;
  do {
    const at = start + taken;
    const entry = mm.ptes.get(at);
    if (entry === undefined) {
      const step = gupFastPmdLeaf(kernel, mm, at, nrPages - taken, flags, pages, taken);
      if (step === 0) break;
      taken += step;
      continue;
    }
    if (entry.protnone || entry.special || (write && !entry.write)) break;
    const { page } = entry;
    const { folio } = page;
    if (!tryGrabFolioFast(kernel, folio, 1, flags)) break;
    if (
      !gupFastFolioAllowed(kernel, folio, flags) ||
      (!entry.write && gupMustUnshare(kernel, null, flags, page))
    ) {
      gupPutFolio(kernel, folio, 1, flags);
      break;
    }
    pages[taken] = page;
    taken += 1;
  } while (taken !== nrPages);
  if (kernel.profile.machine.debugVm && (flags & FOLL.PIN) !== 0)
    sanityCheckPinnedPages(kernel, pages.slice(0, taken));
  return taken;
}

/** gup_fast_pmd_leaf(): all pages of the range that the leaf holds, or none (0). */
function gupFastPmdLeaf(
  kernel: KernelState,
  mm: Mm,
  at: number,
  left: number,
  flags: Foll,
  pages: PageArray,
  taken: number,
): number {
  const pmd = hugePmdAt(mm, at);
  if (pmd === null || pmd.protnone) return 0;
  if ((flags & FOLL.WRITE) !== 0 && !pmd.write) return 0;
  if (left <= 0) {
    bug(kernel, "mm/gup.c:record_subpages", "runs away over the page array: no pages were asked for");
    return 0;
  }
  const { folio } = pmd.page;
  const refs = Math.min(left, (pmdIndex(at) + 1) * HPAGE_PMD_NR - at);
  if (!tryGrabFolioFast(kernel, folio, refs, flags)) return 0;
  if (
    !gupFastFolioAllowed(kernel, folio, flags) ||
    (!pmd.write && gupMustUnshare(kernel, null, flags, headPage(folio)))
  ) {
    gupPutFolio(kernel, folio, refs, flags);
    return 0;
  }
  for (let offset = 0; offset < refs; offset++) pages[taken + offset] = pageInPmd(pmd, at + offset);
  return refs;
}
