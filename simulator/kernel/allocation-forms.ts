/**
 * Further ways to allocate (mm/page_alloc.c, mm/page_frag_cache.c), and kernel memory that is no page to its user: the
 * kmalloc and vmalloc families (mm/slub.c, mm/vmalloc.c, mm/util.c). A page of such memory is the allocator's, not the
 * caller's: nobody may take a reference for granted on it.
 */
import { InvalidArgumentError } from "./arguments.ts";
import { EFAULT } from "./errno.ts";
import { makeIter } from "./iov-iter.ts";
import { set } from "./journal.ts";
import { allocFolio, headPage, pageOf } from "./page.ts";
import { folioPutRefs, folioRefAdd } from "./references.ts";
import { type KernelState, warnOnce } from "./state.ts";
import type { BioVec, Mm, Page, PageArray } from "./types.ts";
import { copyPieces, copyWithIter } from "./user-copy.ts";

const PAGE_SIZE = 4096;
/** Largest slab object that kvmalloc() asks the slab for: PAGE_ALLOC_COSTLY_ORDER. */
const KMALLOC_PREFERRED = PAGE_SIZE << 3;

/** Memory of the slab (`kmalloc`: pages that lie next to each other) or of vmalloc (pages apart). */
export interface KernelMemory {
  readonly kind: "kmalloc" | "vmalloc";
  readonly bytes: number;
  readonly pages: readonly Page[];
  readonly freed: boolean;
}

/** A `struct page_frag_cache`: fragments of one folio, each with a reference. */
export interface PageFragCache {
  readonly page: Page | null;
  /** Bytes of the folio that are given out. */
  readonly used: number;
}

export interface AllocationFormFunctions {
  /** alloc_pages_exact(): pages that lie next to each other, each with a reference of its own. */
  allocPagesExact(bytes: number): readonly Page[];
  freePagesExact(pages: readonly Page[]): void;
  /** Fills what is empty of the first `nrPages` slots; how many are filled then. 5.13 on. */
  allocPagesBulkArray(nrPages: number, pages: PageArray): number;
  pageFragCache(): PageFragCache;
  /** A fragment: the page it lies in, with a reference more. */
  pageFragAlloc(cache: PageFragCache, bytes: number): Page;
  pageFragFree(page: Page): void;
  /** kmalloc() and kin. @param kind `kvmalloc` chooses by size. */
  kmalloc(bytes: number, kind?: "kmalloc" | "vmalloc" | "kvmalloc"): KernelMemory;
  /** kmemdup() and kin: the bytes are copied. */
  kmemdup(source: KernelMemory): KernelMemory;
  /** memdup_user() and kin: the memory, or -EFAULT. */
  memdupUser(mm: Mm, address: number, bytes: number): KernelMemory | number;
  /** krealloc() and kin: the old memory is gone. */
  krealloc(memory: KernelMemory | null, bytes: number): KernelMemory;
  /** kfree(), kvfree(), vfree(): NULL is fine. */
  kfree(memory: KernelMemory | null): void;
  /** Allocations of kernel memory that were not freed. */
  memoryInUse(): number;
}

function vecsOf({ pages, bytes }: KernelMemory): BioVec[] {
  return pages.map((page, index) => ({
    page,
    offset: 0,
    length: Math.min(PAGE_SIZE, bytes - index * PAGE_SIZE),
  }));
}

export function kmalloc(
  kernel: KernelState,
  bytes: number,
  wanted: "kmalloc" | "vmalloc" | "kvmalloc",
): KernelMemory {
  if (!Number.isInteger(bytes) || bytes <= 0) throw new InvalidArgumentError("bytes", "1 or more", bytes);
  const kind = wanted === "kvmalloc" ? (bytes <= KMALLOC_PREFERRED ? "kmalloc" : "vmalloc") : wanted;
  const count = Math.ceil(bytes / PAGE_SIZE);
  const pages =
    kind === "kmalloc"
      ? allocFolio(kernel, Math.ceil(Math.log2(count)), false).pages.slice(0, count)
      : Array.from({ length: count }, () => headPage(allocFolio(kernel, 0, false)));
  set(kernel.journal, kernel.memory, "inUse", kernel.memory.inUse + 1);
  return { kind, bytes, pages, freed: false };
}

export function kfree(kernel: KernelState, memory: KernelMemory | null): void {
  if (memory === null) return;
  if (memory.freed) {
    warnOnce(kernel, "mm/slub.c:kfree", "memory is freed twice", memory.pages[0]?.folio ?? null);
    return;
  }
  set(kernel.journal, memory, "freed", true);
  set(kernel.journal, kernel.memory, "inUse", kernel.memory.inUse - 1);
  for (const folio of new Set(memory.pages.map((page) => page.folio))) folioPutRefs(kernel, folio, 1);
}

export function allocationFormFunctions(kernel: KernelState): AllocationFormFunctions {
  return {
    allocPagesExact: (bytes) => {
      const count = Math.ceil(bytes / PAGE_SIZE);
      if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError("bytes", "1 or more", bytes);
      // split_page(): the block becomes pages of their own, what is too much goes back.
      return Array.from({ length: count }, () => headPage(allocFolio(kernel, 0, false)));
    },
    freePagesExact: (pages) => {
      for (const page of pages) folioPutRefs(kernel, page.folio, 1);
    },
    allocPagesBulkArray: (nrPages, pages) => {
      for (let index = 0; index < nrPages; index++) pages[index] ??= headPage(allocFolio(kernel, 0, false));
      return nrPages;
    },
    pageFragCache: () => ({ page: null, used: 0 }),
    pageFragAlloc: (cache, bytes) => {
      if (bytes <= 0 || bytes > PAGE_SIZE << 3)
        throw new InvalidArgumentError("bytes", `1 to ${PAGE_SIZE << 3}`, bytes);
      let { page, used } = cache;
      if (page === null || used + bytes > page.folio.pages.length * PAGE_SIZE) {
        // The cache's own reference goes with the folio that is used up.
        if (page !== null) folioPutRefs(kernel, page.folio, 1);
        page = headPage(allocFolio(kernel, 3, false));
        used = 0;
      }
      folioRefAdd(kernel, page.folio, 1);
      set(kernel.journal, cache, "page", page);
      set(kernel.journal, cache, "used", used + bytes);
      return pageOf(page.folio, Math.floor(used / PAGE_SIZE));
    },
    pageFragFree: (page) => folioPutRefs(kernel, page.folio, 1),
    kmalloc: (bytes, kind = "kmalloc") => kmalloc(kernel, bytes, kind),
    kmemdup: (source) => {
      const copy = kmalloc(kernel, source.bytes, source.kind);
      copyPieces(kernel, vecsOf(source), vecsOf(copy));
      return copy;
    },
    memdupUser: (mm, address, bytes) => {
      const copy = kmalloc(kernel, bytes, "kvmalloc");
      const iter = makeIter("ubuf", "source", mm, [{ kind: "user", address, length: bytes }]);
      if (copyWithIter(kernel, iter, vecsOf(copy), "from-iter") === bytes) return copy;
      kfree(kernel, copy);
      return EFAULT;
    },
    krealloc: (memory, bytes) => {
      const larger = kmalloc(kernel, bytes, memory?.kind ?? "kmalloc");
      if (memory !== null) {
        copyPieces(kernel, vecsOf(memory), vecsOf(larger));
        kfree(kernel, memory);
      }
      return larger;
    },
    kfree: (memory) => kfree(kernel, memory),
    memoryInUse: () => kernel.memory.inUse,
  };
}
