/** What a page's counters say of who holds it, and which hold a release lets go of. Keeps nothing. */
import type { Page } from "@pinscope/simulator/kernel";
import type { PageState } from "./types.ts";
import type { Acquisition, PageFamily } from "./world-types.ts";

/** GUP_PIN_COUNTING_BIAS: what a pin adds to the references of a page that has no count of pins. */
const PIN_BIAS = 1024;

export function stateOf(page: Page): PageState {
  const { folio } = page;
  return {
    refcount: folio.refcount,
    pincount: folio.pincount,
    mapcount: page.mapcount + folio.entireMapcount,
    dirty: folio.dirty,
    freed: folio.freed,
  };
}

/**
 * What a page that came into being with its acquisition was like but for that.
 * @param countsPins whether this kernel tells pins from references
 */
export function beforeTaking(
  { family, pages: taken, plain }: Acquisition,
  page: Page,
  countsPins: boolean,
): PageState {
  const state = stateOf(page);
  if (family === "allocation") return state;
  const units = taken.filter(({ folio }) => folio === page.folio).length;
  const pins = family === "pin" && plain !== true && countsPins;
  if (!pins) return { ...state, refcount: state.refcount - units };
  if (page.folio.order === 0) return { ...state, refcount: state.refcount - units * PIN_BIAS };
  return { ...state, refcount: state.refcount - units, pincount: state.pincount - units };
}

/** put_page() and __free_page() both let go of an allocation; where pins are references, put_page() lets them go, too. */
export function serves({ family, plain }: Acquisition, released: PageFamily, countsPins: boolean): boolean {
  return (
    family === released ||
    (family === "allocation" && released === "reference") ||
    (plain === true && released !== "allocation") ||
    (!countsPins && family !== "allocation" && released !== "allocation")
  );
}
