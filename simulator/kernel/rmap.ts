/**
 * Mapcounts, the exclusive flag, and finding who maps a page (mm/rmap.c, include/linux/rmap.h).
 * Does not touch reference counts.
 */
import { set } from "./journal.ts";
import { headPage } from "./page.ts";
import { HPAGE_PMD_NR, type KernelState } from "./state.ts";
import type { Folio, Mm, Page, Pte } from "./types.ts";

/** The page whose exclusive flag speaks for `page`: itself, but the head of a hugetlb folio. */
export function exclusivePage(page: Page): Page {
  return page.folio.hugetlb ? headPage(page.folio) : page;
}

export function setExclusive(kernel: KernelState, page: Page, exclusive: boolean): void {
  set(kernel.journal, exclusivePage(page), "anonExclusive", exclusive);
}

/** mm/rmap.c:folio_add_new_anon_rmap, of a folio that no one else knows: mapped by PTEs. */
export function folioAddNewAnonRmap(kernel: KernelState, folio: Folio): void {
  const { journal } = kernel;
  set(journal, folio, "anon", true);
  set(journal, folio, "swapbacked", true);
  for (const page of folio.pages) {
    set(journal, page, "mapcount", 1);
    set(journal, page, "anonExclusive", kernel.profile.era.switches.cowReuse === "exclusive");
  }
}

export function addRmapPte(kernel: KernelState, page: Page): void {
  set(kernel.journal, page, "mapcount", page.mapcount + 1);
}

/** folio_remove_rmap_pte(). */
export function removeRmapPte(kernel: KernelState, page: Page): void {
  set(kernel.journal, page, "mapcount", page.mapcount - 1);
}

/** folio_remove_rmap_pmd(). The last PMD takes with it what PG_double_map counted. */
export function removeRmapPmd(kernel: KernelState, folio: Folio): void {
  const { journal } = kernel;
  set(journal, folio, "entireMapcount", folio.entireMapcount - 1);
  if (folio.entireMapcount !== 0 || !folio.doubleMap) return;
  set(journal, folio, "doubleMap", false);
  for (const page of folio.pages) set(journal, page, "mapcount", page.mapcount - 1);
}

/**
 * All mappings of a folio: folio_mapcount() of newer kernels. Where PG_double_map counts a page twice, so does this sum,
 * as the recorder's.
 */
export function folioMapcount(folio: Folio): number {
  let count = folio.entireMapcount;
  if (!folio.hugetlb) for (const page of folio.pages) count += page.mapcount;
  return count;
}

/** One place that maps a page of a folio. */
export interface Mapping {
  readonly mm: Mm;
  /** Page number of the entry; of a PMD that of its first page. */
  readonly at: number;
  readonly entry: Pte;
  readonly level: "pte" | "pmd";
}

/** mm/rmap.c:rmap_walk: every entry of every address space that maps the folio. */
export function mappingsOf(kernel: KernelState, folio: Folio): Mapping[] {
  const found: Mapping[] = [];
  for (const mm of kernel.mms.values()) {
    for (const [at, entry] of mm.ptes)
      if (entry.page.folio === folio && !entry.special) found.push({ mm, at, entry, level: "pte" });
    for (const [index, entry] of mm.pmds)
      if (entry !== "table" && entry.page.folio === folio)
        found.push({ mm, at: index * HPAGE_PMD_NR, entry, level: "pmd" });
  }
  return found;
}
