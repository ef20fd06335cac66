/** Pages that an object keeps, with what it holds on each: the ledger behind every wrapper. Knows no wrapper. */
import { FOLL, type Foll } from "./foll.ts";
import { fastForm, slowForm } from "./gup.ts";
import { mmapReadLock, mmapReadUnlock } from "./mm.ts";
import { headPage } from "./page.ts";
import { gupPutFolio } from "./pin.ts";
import { folioGet, folioPutRefs, setPageDirtyLock } from "./references.ts";
import type { KernelState } from "./state.ts";
import type { Mm, Page, PageArray } from "./types.ts";

/** What is held on a page: a pin, a plain reference, or nothing, where somebody else keeps it. */
export type PageHold = "pin" | "reference" | "nothing";

export function takeHold(kernel: KernelState, page: Page, hold: PageHold): void {
  if (hold === "reference") folioGet(kernel, page.folio);
}

export function dropHold(kernel: KernelState, page: Page, hold: PageHold): void {
  if (hold === "pin") gupPutFolio(kernel, page.folio, 1, FOLL.PIN);
  else if (hold === "reference") folioPutRefs(kernel, page.folio, 1);
}

export function dropAll(kernel: KernelState, pages: readonly Page[], hold: PageHold, dirty: boolean): void {
  for (const page of pages) {
    if (dirty && !page.folio.dirty) setPageDirtyLock(kernel, headPage(page.folio));
    dropHold(kernel, page, hold);
  }
}

/**
 * User pages by the fast form, or under mmap_lock where `locked`: all of them, or an errno with nothing held. A short count
 * is -EFAULT, as most drivers have it.
 */
export function takeUserPages(
  kernel: KernelState,
  mm: Mm,
  address: number,
  nrPages: number,
  flags: Foll,
  hold: "pin" | "reference",
  locked = false,
): { readonly error: number; readonly pages: readonly Page[] } {
  const array: PageArray = [];
  let got: number;
  if (locked) {
    mmapReadLock(kernel, mm);
    got = slowForm(kernel, hold === "pin" ? "pin" : "get", mm, address, nrPages, flags, array);
    mmapReadUnlock(kernel, mm);
  } else got = fastForm(kernel, hold === "pin" ? "pin-fast" : "get-fast", mm, address, nrPages, flags, array);
  const pages = array.slice(0, Math.max(0, got)).filter((page) => page !== null);
  if (got === nrPages) return { error: 0, pages };
  dropAll(kernel, pages, hold, false);
  return { error: got < 0 ? got : -14, pages: [] };
}
