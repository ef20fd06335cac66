/**
 * The names that code has for one page: the page, its folio, its frame number, its kernel address, its physical address
 * (include/linux/mm.h, include/linux/page-flags.h, include/asm-generic/memory_model.h), and what it can ask about it.
 * Nothing here counts anything.
 */
import { InvalidArgumentError } from "./arguments.ts";
import { existing } from "./existing.ts";
import { folioHasPincount, headPage, pageOf } from "./page.ts";
import { folioIsLongtermPinnable, folioMaybeDmaPinned } from "./pin.ts";
import { folioExpectedRefs } from "./references.ts";
import type { KernelState } from "./state.ts";
import type { Folio, Mm, Page } from "./types.ts";

/** Where the kernel maps all memory (PAGE_OFFSET of x86-64). */
const PAGE_OFFSET = 0xffff888000000000n;
const PAGE_SIZE = 4096;
/** MAX_PAGE_ORDER */
const MAX_ORDER = 10;

export interface NameFunctions {
  pageFolio(page: Page): Folio;
  compoundHead(page: Page): Page;
  folioPage(folio: Folio, index: number): Page;
  /** `page + n` within its folio: frames behind a folio are somebody else's. */
  nthPage(page: Page, index: number): Page;
  pageToPfn(page: Page): number;
  /** @throws InvalidArgumentError for a frame that no allocation of this kernel has. */
  pfnToPage(pfn: number): Page;
  /** page_address(), kmap(): the kernel address of the page's first byte. */
  pageAddress(page: Page): bigint;
  /** virt_to_page() of an address of the kernel's map of memory. */
  virtToPage(address: bigint): Page;
  pageToPhys(page: Page): number;
  physToPage(address: number): Page;

  pageCount(page: Page): number;
  folioNrPages(folio: Folio): number;
  /** folio_expected_ref_count(): what caches, buffers and mappings own. */
  folioExpectedRefCount(folio: Folio): number;
  folioHasPincount(folio: Folio): boolean;
  /** From 6.5, and in 6.1.y. */
  isZeroPage(page: Page): boolean;
  folioIsLongtermPinnable(folio: Folio): boolean;
  /** Whether a fork must copy the page for the parent's pins: maybe pinned, by an address space that ever pinned. */
  folioNeedsCowForDma(mm: Mm, folio: Folio): boolean;
}

export function nameFunctions(kernel: KernelState): NameFunctions {
  const { profile } = kernel;
  const frame = (pfn: number): Page => {
    if (pfn === kernel.zero.page.pfn) return kernel.zero.page;
    // The head of a folio is aligned to its size.
    for (let order = 0; order <= MAX_ORDER; order++) {
      const page = kernel.frames.get(pfn - (pfn % (1 << order)))?.pages.find((one) => one.pfn === pfn);
      if (page !== undefined) return page;
    }
    throw new InvalidArgumentError("pfn", "a frame of an allocation", pfn);
  };
  return {
    pageFolio: (page) => page.folio,
    compoundHead: (page) => headPage(page.folio),
    folioPage: pageOf,
    nthPage: (page, index) => pageOf(page.folio, page.pfn - page.folio.pfn + index),
    pageToPfn: (page) => page.pfn,
    pfnToPage: frame,
    pageAddress: (page) => PAGE_OFFSET + BigInt(page.pfn * PAGE_SIZE),
    virtToPage: (address) => frame(Number((address - PAGE_OFFSET) / BigInt(PAGE_SIZE))),
    pageToPhys: (page) => page.pfn * PAGE_SIZE,
    physToPage: (address) => frame(Math.floor(address / PAGE_SIZE)),

    pageCount: (page) => page.folio.refcount,
    folioNrPages: (folio) => folio.pages.length,
    folioExpectedRefCount: (folio) => folioExpectedRefs(kernel, folio),
    folioHasPincount: (folio) => folioHasPincount(kernel, folio),
    isZeroPage: existing(
      profile,
      "is_zero_page",
      profile.era.switches.zeroPageExempt,
      (page: Page) => page.folio.zeroPage,
    ),
    folioIsLongtermPinnable: (folio) => folioIsLongtermPinnable(kernel, folio),
    folioNeedsCowForDma: (mm, folio) => mm.hasPinned && folioMaybeDmaPinned(kernel, folio),
  };
}
