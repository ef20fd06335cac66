/**
 * What the thread of August 2019 proposed instead of converting put_page() call by call: pins under a name of their own,
 * and user memory as vectors. Both are models of a proposal: no kernel had them.
 */

import type { Foll } from "./foll.ts";
import { fastForm } from "./gup.ts";
import { set } from "./journal.ts";
import { unpinUserPagesDirtyLock } from "./pin.ts";
import { folioPutRefs } from "./references.ts";
import type { KernelState } from "./state.ts";
import type { BioVec, Folio, Mm, Page, PageArray } from "./types.ts";

/** The page_ext counter, where it is configured, learns of the pin: the name says who took it. */
function countPins(kernel: KernelState, folio: Folio, change: number): void {
  if (kernel.profile.machine.debugPinReferences)
    set(kernel.journal, folio, "debugPinCount", folio.debugPinCount + change);
}

/** vaddr_pin_pages(): references of get_user_pages_fast(), counted as pins by the debug option. */
export function vaddrPinPages(
  kernel: KernelState,
  mm: Mm,
  start: number,
  nrPages: number,
  gupFlags: Foll,
  pages: PageArray | null,
): number {
  const got = fastForm(kernel, "get-fast", mm, start, nrPages, gupFlags, pages);
  for (const page of pages?.slice(0, Math.max(0, got)) ?? [])
    if (page !== null) countPins(kernel, page.folio, 1);
  return got;
}

export function vaddrUnpinPages(
  kernel: KernelState,
  pages: readonly (Page | null)[],
  nrPages: number,
  makeDirty: boolean,
): void {
  unpinUserPagesDirtyLock(kernel, pages, nrPages, makeDirty);
}

/**
 * get_user_bvec(): one vector and one reference for each run of pages that lie in one folio, so that a huge page costs
 * one reference. Returns the bytes that the vectors hold, or an errno.
 */
export function getUserBvec(
  kernel: KernelState,
  mm: Mm,
  address: number,
  length: number,
  gupFlags: Foll,
  bvecs: BioVec[],
): number {
  const inPage = address % 4096;
  const pages: PageArray = [];
  const got = fastForm(kernel, "get-fast", mm, address, Math.ceil((inPage + length) / 4096), gupFlags, pages);
  if (got <= 0) return got;
  const bytes = Math.min(length, got * 4096 - inPage);
  let left = bytes;
  for (let slot = 0; slot < got; ) {
    const page = pages[slot];
    if (!page) break;
    let run = 1;
    while (
      slot + run < got &&
      pages[slot + run]?.pfn === page.pfn + run &&
      pages[slot + run]?.folio === page.folio
    )
      run += 1;
    const offset = slot === 0 ? inPage : 0;
    const part = Math.min(left, run * 4096 - offset);
    if (run > 1) folioPutRefs(kernel, page.folio, run - 1);
    bvecs.push({ page, offset, length: part });
    left -= part;
    slot += run;
  }
  return bytes;
}

/** put_user_bvec(): one reference for each vector. */
export function putUserBvec(kernel: KernelState, bvecs: readonly BioVec[]): void {
  for (const { page } of bvecs) folioPutRefs(kernel, page.folio, 1);
}
