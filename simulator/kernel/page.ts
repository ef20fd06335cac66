/**
 * Pages and folios: allocation, and what the page allocator checks when they come back (mm/page_alloc.c).
 * Knows nothing of who maps them.
 */
import { InvalidArgumentError } from "./arguments.ts";
import { type Contents, ZEROES } from "./contents.ts";
import { deleteEntry, set, setEntry } from "./journal.ts";
import { badPage, debugPin, HPAGE_PMD_ORDER, type KernelState, takeNumber } from "./state.ts";
import type { Folio, Page, Profile, Zone } from "./types.ts";

export interface NewFolio {
  readonly order: number;
  readonly zone: Zone;
  readonly contents: Contents;
  /** Flags that differ from those of a page fresh from the allocator. */
  readonly flags: Partial<
    Pick<
      Folio,
      "hugetlb" | "zeroPage" | "hugeZero" | "reserved" | "uptodate" | "refcount" | "pciMemory" | "index"
    >
  >;
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
    swapCache: null,
    pciMemory: null,
    ...flags,
  };
  for (let index = 0; index < 1 << order; index++)
    pages.push({ pfn: pfn + index, folio, mapcount: 0, anonExclusive: false, contents });
  return folio;
}

/**
 * alloc_pages(): never fails, and never hands out frames next to those of another folio, so that adjacency never merges
 * what the caller did not allocate together. `movable` asks for user memory (GFP_HIGHUSER_MOVABLE); "dma32" for frames
 * below 4 GiB (GFP_DMA32).
 */
export function allocFolio(
  kernel: KernelState,
  order: number,
  movable: boolean | "dma32",
  contents: Contents = ZEROES,
  flags: NewFolio["flags"] = {},
): Folio {
  const size = 1 << order;
  const unaligned = kernel.counters.nextPfn;
  const pfn = Math.ceil(unaligned / size) * size;
  takeNumber(kernel, "nextPfn", pfn - unaligned + size + 1);
  const folio = buildFolio(pfn, {
    order,
    zone: zoneFor(kernel.profile, movable, kernel.task.memallocPin),
    contents,
    flags,
  });
  setEntry(kernel.journal, kernel.frames, pfn, folio);
  return folio;
}

/**
 * Where an allocation comes from. CMA areas and ZONE_MOVABLE serve user memory only, and not while a long-term pin asks
 * that must not stay there (PF_MEMALLOC_NOCMA, later PF_MEMALLOC_PIN); a machine with all its memory below 4 GiB has no ZONE_NORMAL.
 */
export function zoneFor({ machine, era }: Profile, movable: boolean | "dma32", longTermPin: boolean): Zone {
  if (movable === true) {
    const leavesMovable = longTermPin && era.switches.longtermMigrates === "cma-and-movable";
    if (machine.movableZone && !leavesMovable) return "movable";
    if (machine.userMemoryFromCma && !longTermPin) return "cma";
  }
  return movable === "dma32" || machine.lowMemoryOnly ? "dma32" : "normal";
}

/** page_folio() and folio_page() in one: the head page. */
export function headPage(folio: Folio): Page {
  const head = folio.pages[0];
  if (head === undefined) throw new Error("a folio without pages");
  return head;
}

export function pageOf(folio: Folio, index: number): Page {
  const page = folio.pages[index];
  if (page === undefined)
    throw new InvalidArgumentError("index", `a page of the folio, 0 to ${folio.pages.length - 1}`, index);
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
  if (folio.reserved || folio.locked || folio.writeback) return "PAGE_FLAGS_CHECK_AT_FREE flag(s) set";
  if (folio.entireMapcount !== 0) return "nonzero entire_mapcount";
  if (folio.pages.some((page) => page.mapcount !== 0)) return "nonzero mapcount";
  if (folioHasPincount(kernel, folio) && folio.pincount !== 0) return "nonzero pincount";
  if (folio.mapping !== null) return "non-NULL mapping";
  return null;
}

/** free_zone_device_folio() of PCI peer memory: the page is the device's again, with the reference of a free one. */
function freeDevicePage(kernel: KernelState, folio: Folio): void {
  const { journal } = kernel;
  if (folio.pciMemory !== null) deleteEntry(journal, folio.pciMemory.folios, folio.index);
  set(journal, folio, "freed", true);
  set(journal, folio, "refcount", kernel.profile.era.switches.freeDevicePagesCountZero ? 0 : 1);
}

/**
 * The last reference is gone (__folio_put(), free_unref_page()). A folio that something still uses is reported as
 * "Bad page state" and never handed out again; the flags are cleared all the same. Up to 6.2 the report comes only when
 * the page leaves the processor's list of free pages, but with CONFIG_DEBUG_VM: until then it is not printed.
 */
export function freeFolio(kernel: KernelState, folio: Folio): void {
  const { journal } = kernel;
  const fault = freeingFault(kernel, folio);
  const { machine, era } = kernel.profile;
  if (fault !== null) badPage(kernel, folio, fault, machine.debugVm || era.switches.checksFreedPages);
  if (folio.debugPinCount > 0)
    debugPin(kernel, "mm/swap.c:__put_page", "freed while the page_ext counter holds pins", folio);
  set(journal, folio, "lru", "none");
  if (folio.pciMemory !== null) {
    freeDevicePage(kernel, folio);
    return;
  }
  if (folio.zeroPage || folio.hugeZero) return;
  set(journal, folio, "freed", true);
  set(journal, folio, "anon", false);
  set(journal, folio, "mapping", null);
  if (folio.order === HPAGE_PMD_ORDER && folio.hugetlb) return;
  set(journal, folio, "dirty", false);
  for (const page of folio.pages) set(journal, page, "anonExclusive", false);
}
