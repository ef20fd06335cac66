/**
 * Further ways to take and drop references (include/linux/page_ref.h, include/linux/mm.h, mm/swap.c), and the grabs behind
 * get_user_pages() by their own names (mm/gup.c). None of them checks whose reference it is.
 */
import { existing } from "./existing.ts";
import { FOLL, type Foll } from "./foll.ts";
import { set } from "./journal.ts";
import { gupPutFolio, tryGrabFolio, tryGrabFolioFast } from "./pin.ts";
import { folioPutRefs, folioRefAdd, folioTryGet, releasePages } from "./references.ts";
import { type KernelState, warnOnce } from "./state.ts";
import type { Folio, Page, PageArray } from "./types.ts";

/** A `struct folio_batch`, or a list of pages: it is empty after what releases it. */
export interface FolioBatch {
  readonly folios: readonly Folio[];
  /** References that the batch has on each; one where absent. */
  readonly refs: readonly number[];
}

export interface ReferenceFormFunctions {
  /** False, with a warning, for a count of zero or below. */
  tryGetPage(page: Page): boolean;
  getPageUnlessZero(page: Page): boolean;
  folioRefAdd(folio: Folio, refs: number): void;
  pageRefAdd(page: Page, refs: number): void;
  pageRefInc(page: Page): void;
  /** These two free nothing, whatever the count comes to. */
  folioRefSub(folio: Folio, refs: number): void;
  pageRefSub(page: Page, refs: number): void;
  /** True where that was the last: freeing is the caller's. */
  putPageTestzero(page: Page): boolean;
  folioBatch(folios: readonly Folio[]): FolioBatch;
  foliosPut(batch: FolioBatch): void;
  /** 6.9 on: as many references of each as `refs` says. */
  foliosPutRefs(batch: FolioBatch, refs: readonly number[]): void;
  /** Up to 6.12. */
  putPagesList(pages: readonly Page[]): void;
  /** 5.7 to 6.9: 0, or -ENOMEM. */
  tryGrabPage(page: Page, flags: Foll): number;
  /** 5.18 on: 0, or -ENOMEM. */
  tryGrabFolio(page: Page, refs: number, flags: Foll): number;
  /** 5.7 to 5.17, try_grab_compound_head(); 6.10 on, try_grab_folio_fast(). Null: the walk stops. */
  tryGrabCompoundHead(page: Page, refs: number, flags: Foll): Folio | null;
  tryGrabFolioFast(page: Page, refs: number, flags: Foll): Folio | null;
  /** 5.18 on; before, put_compound_head(). */
  gupPutFolio(folio: Folio, refs: number, flags: Foll): void;
  putCompoundHead(page: Page, refs: number, flags: Foll): void;
  /** Up to 6.2: references on the pages of kernel memory; how many, up to the first segment that is no whole page. */
  getKernelPages(
    segments: readonly { readonly page: Page; readonly length: number }[],
    pages: PageArray,
  ): number;
  /** 6.5 on: one pin more on a folio that is pinned already. */
  folioAddPin(folio: Folio): void;
  /** From 6.13: 0, or -ENOMEM for a count near its wrap. */
  folioAddPins(folio: Folio, pins: number): number;
}

/** Adds to the count where it is above zero. */
function takePositive(kernel: KernelState, folio: Folio): boolean {
  if (folio.refcount > 0) return folioTryGet(kernel, folio);
  warnOnce(kernel, "include/linux/mm.h:try_get_page", "reference count is zero or negative", folio);
  return false;
}

export function referenceFormFunctions(kernel: KernelState): ReferenceFormFunctions {
  const { profile } = kernel;
  const { switches } = profile.era;
  const folioForms = switches.sanityCheckPinned;
  const headForms = switches.pinFunctions && switches.countsPins && !folioForms;
  const sub = (folio: Folio, refs: number): void => folioRefAdd(kernel, folio, -refs);
  const grabFast = (page: Page, refs: number, flags: Foll): Folio | null =>
    tryGrabFolioFast(kernel, page.folio, refs, flags) ? page.folio : null;
  const empty = (batch: FolioBatch): void => set(kernel.journal, batch, "folios", []);
  return {
    tryGetPage: (page) => takePositive(kernel, page.folio),
    getPageUnlessZero: (page) => folioTryGet(kernel, page.folio),
    folioRefAdd: existing(profile, "folio_ref_add", switches.folios, (folio, refs) =>
      folioRefAdd(kernel, folio, refs),
    ),
    pageRefAdd: (page, refs) => folioRefAdd(kernel, page.folio, refs),
    pageRefInc: (page) => folioRefAdd(kernel, page.folio, 1),
    folioRefSub: existing(profile, "folio_ref_sub", switches.folios, sub),
    pageRefSub: (page, refs) => sub(page.folio, refs),
    putPageTestzero: (page) => {
      sub(page.folio, 1);
      return page.folio.refcount === 0;
    },
    folioBatch: existing(profile, "folio_batch", switches.folios, (folios: readonly Folio[]) => ({
      folios,
      refs: [],
    })),
    foliosPut: existing(profile, "folios_put", switches.iterGetPages2, (batch) => {
      for (const folio of batch.folios) if (!folio.hugeZero) folioPutRefs(kernel, folio, 1);
      empty(batch);
    }),
    foliosPutRefs: existing(profile, "folios_put_refs", switches.fuseTakes === "extracts", (batch, refs) => {
      for (const [index, folio] of batch.folios.entries())
        if (!folio.hugeZero) folioPutRefs(kernel, folio, refs[index] ?? 1);
      empty(batch);
    }),
    putPagesList: existing(profile, "put_pages_list", !switches.kvmPinsMaps, (pages: readonly Page[]) =>
      releasePages(kernel, pages),
    ),
    tryGrabPage: existing(
      profile,
      "try_grab_page",
      switches.countsPins && !switches.longtermCheckedAfterGrab,
      (page, flags) => tryGrabFolio(kernel, page.folio, 1, flags),
    ),
    tryGrabFolio: existing(profile, "try_grab_folio", folioForms, (page, refs, flags) =>
      tryGrabFolio(kernel, page.folio, refs, flags),
    ),
    tryGrabCompoundHead: existing(profile, "try_grab_compound_head", headForms, grabFast),
    tryGrabFolioFast: existing(profile, "try_grab_folio_fast", switches.longtermCheckedAfterGrab, grabFast),
    gupPutFolio: existing(profile, "gup_put_folio", folioForms, (folio, refs, flags) =>
      gupPutFolio(kernel, folio, refs, flags),
    ),
    putCompoundHead: existing(
      profile,
      "put_compound_head",
      switches.pinFunctions && !folioForms,
      (page, refs, flags) => gupPutFolio(kernel, page.folio, refs, flags),
    ),
    getKernelPages: existing(profile, "get_kernel_pages", !switches.iterExtract, (segments, pages) => {
      let count = 0;
      for (const { page, length } of segments) {
        if (length !== 4096) break;
        folioRefAdd(kernel, page.folio, 1);
        pages[count] = page;
        count += 1;
      }
      return count;
    }),
    folioAddPin: existing(
      profile,
      "folio_add_pin",
      switches.bioRelease === "unpins-if-pinned",
      (folio: Folio) => {
        if (!folio.zeroPage && folio.refcount < 1024 && folio.pincount === 0)
          warnOnce(kernel, "mm/gup.c:folio_add_pin", "a pin more on a folio without pins", folio);
        tryGrabFolio(kernel, folio, 1, FOLL.PIN);
      },
    ),
    folioAddPins: existing(profile, "folio_add_pins", switches.kvmPinsMaps, (folio: Folio, pins: number) =>
      tryGrabFolio(kernel, folio, pins, FOLL.PIN),
    ),
  };
}
