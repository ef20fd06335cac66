/**
 * Pages and folios: allocation, and what the page allocator checks when they come back (mm/page_alloc.c).
 * Knows nothing of who maps them.
 */
import { type Contents, ZEROES } from "./contents.ts";
import { set } from "./journal.ts";
import { badPage, debugPin, HPAGE_PMD_ORDER, type KernelState, takeNumber } from "./state.ts";
import type { Folio, Page, Zone } from "./types.ts";

export interface NewFolio {
  readonly order: number;
  readonly zone: Zone;
  readonly contents: Contents;
  /** Flags that differ from those of a page fresh from the allocator. */
  readonly flags: Partial<Pick<Folio, "hugetlb" | "zeroPage" | "hugeZero" | "reserved" | "uptodate">>;
}

/** Builds a folio with one reference. Pages of the model exist only from here on. */
export function buildFolio(pfn: number, { order, zone, contents, flags }: NewFolio): Folio {
  const pages: Page[] = [];
  const folio: Folio = {
    pfn,
    order,
    pages,
    refcount: 1,
    pincount: 0,
    entireMapcount: 0,
    anon: false,
    swapbacked: false,
    uptodate: false,
    dirty: false,
    locked: false,
    writeback: false,
    reserved: false,
    hugetlb: false,
    zeroPage: false,
    hugeZero: false,
    private: false,
    doubleMap: false,
    lru: "none",
    mapping: null,
    index: 0,
    zone,
    freed: false,
    node: 0,
    ksm: false,
    debugPinCount: 0,
    ...flags,
  };
  for (let index = 0; index < 1 << order; index++)
    pages.push({ pfn: pfn + index, folio, mapcount: 0, anonExclusive: false, contents });
  return folio;
}

/**
 * alloc_pages(): never fails, and never hands out frames next to those of another folio, so that adjacency never merges
 * what the caller did not allocate together. `movable` asks for user memory (GFP_HIGHUSER_MOVABLE).
 */
export function allocFolio(
  kernel: KernelState,
  order: number,
  movable: boolean,
  contents: Contents = ZEROES,
  flags: NewFolio["flags"] = {},
): Folio {
  const size = 1 << order;
  const unaligned = kernel.counters.nextPfn;
  const pfn = Math.ceil(unaligned / size) * size;
  takeNumber(kernel, "nextPfn", pfn - unaligned + size + 1);
  const movableZone = movable && kernel.profile.machine.movableZone && !kernel.task.memallocPin;
  return buildFolio(pfn, { order, zone: movableZone ? "movable" : "normal", contents, flags });
}

/** page_folio() and folio_page() in one: the head page. */
export function headPage(folio: Folio): Page {
  const head = folio.pages[0];
  if (head === undefined) throw new Error("a folio without pages");
  return head;
}

export function pageOf(folio: Folio, index: number): Page {
  const page = folio.pages[index];
  if (page === undefined) throw new RangeError(`page ${index} of a folio of ${folio.pages.length} pages`);
  return page;
}

/** Whether the folio has an exact pin count (folio_has_pincount()). */
export function folioHasPincount(kernel: KernelState, folio: Folio): boolean {
  const { era, machine } = kernel.profile;
  if (folio.order === 0 || !era.switches.countsPins) return false;
  return (
    folio.order >= (machine.bits === 64 ? era.switches.exactPincountOrder : era.switches.exactPincountOrder32)
  );
}

/** mm/page_alloc.c:free_pages_prepare: what is wrong with a folio whose count fell to zero. */
function freeingFault(kernel: KernelState, folio: Folio): string | null {
  if (folio.reserved) return "PAGE_FLAGS_CHECK_AT_FREE flag(s) set";
  if (folio.entireMapcount !== 0) return "nonzero entire_mapcount";
  if (folio.pages.some((page) => page.mapcount !== 0)) return "nonzero mapcount";
  if (folioHasPincount(kernel, folio) && folio.pincount !== 0) return "nonzero pincount";
  if (folio.mapping !== null) return "non-NULL mapping";
  return null;
}

/**
 * The last reference is gone (__folio_put(), free_unref_page()). A folio that something still uses is reported as
 * "Bad page state" and never handed out again; the flags are cleared all the same.
 */
export function freeFolio(kernel: KernelState, folio: Folio): void {
  const { journal } = kernel;
  const fault = freeingFault(kernel, folio);
  if (fault !== null) badPage(kernel, folio, fault);
  if (folio.debugPinCount > 0)
    debugPin(kernel, "mm/swap.c:__put_page", "freed while the page_ext counter holds pins", folio);
  set(journal, folio, "lru", "none");
  if (folio.zeroPage || folio.hugeZero) return;
  set(journal, folio, "freed", true);
  set(journal, folio, "anon", false);
  set(journal, folio, "mapping", null);
  if (folio.order === HPAGE_PMD_ORDER && folio.hugetlb) return;
  set(journal, folio, "dirty", false);
  for (const page of folio.pages) set(journal, page, "anonExclusive", false);
}
