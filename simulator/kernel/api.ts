/**
 * The functions of the kernel model, as its users see them. The data that they work on is in `types.ts`.
 */

import type { AllocationFormFunctions } from "./allocation-forms.ts";
import type { BlockFunctions } from "./block-api.ts";
import type { Foll } from "./foll.ts";
import type { GupFormFunctions } from "./gup-forms.ts";
import type { IsolationFunctions } from "./isolation.ts";
import type { IteratorFormFunctions } from "./iter-forms.ts";
import type { MoveFunctions } from "./moves.ts";
import type { NameFunctions } from "./names.ts";
import type { PageCacheFunctions } from "./page-cache.ts";
import type { PipeFunctions } from "./pipe.ts";
import type { ReferenceFormFunctions } from "./reference-forms.ts";
import type { ScatterlistFunctions } from "./scatterlist.ts";
import type { SkbFunctions } from "./skb.ts";
import type {
  AccessResult,
  AddressSpace,
  Advice,
  BioVec,
  Extracted,
  FileKind,
  Folio,
  FolioArray,
  IovIter,
  IterDirection,
  KernelEvent,
  Mm,
  MmapOptions,
  Page,
  PageArray,
  Profile,
  Protection,
  Snapshot,
  VmStat,
  Walk,
} from "./types.ts";
import type { RequestFunctions } from "./user-requests.ts";
import type { VmInsertFunctions } from "./vm-insert.ts";
import type { WrapperFunctions } from "./wrappers.ts";
import type { WritebackFunctions } from "./writeback.ts";

/** A get_user_pages() function. `gupFlags` are bits of `FOLL`; `pages` may be null where the kernel allows NULL. */
export type GetUserPages = (
  mm: Mm,
  start: number,
  nrPages: number,
  gupFlags: Foll,
  pages: PageArray | null,
) => number;

/**
 * A running kernel. Functions bear the names of the kernel's, in camel case; where the kernel takes `current->mm`, the
 * model takes the mm as first argument. The slow GUP forms want mmap_lock held (`mmapReadLock`), and say so in an
 * event where it is not. A function that the era does not have throws {@link MissingFunctionError}.
 */
export interface Kernel
  extends MoveFunctions,
    GupFormFunctions,
    WritebackFunctions,
    BlockFunctions,
    SkbFunctions,
    RequestFunctions,
    WrapperFunctions,
    ReferenceFormFunctions,
    AllocationFormFunctions,
    NameFunctions,
    IsolationFunctions,
    IteratorFormFunctions,
    PipeFunctions,
    ScatterlistFunctions,
    PageCacheFunctions,
    VmInsertFunctions {
  readonly profile: Profile;
  readonly vmstat: VmStat;
  readonly events: readonly KernelEvent[];
  readonly zeroPage: Page;

  // --- history
  /** The present position; costs nothing. */
  snapshot(): Snapshot;
  /** Goes back to a position, or forward again as long as nothing was changed after going back. */
  restore(position: Snapshot): void;

  // --- processes and mappings (mm/mmap.c, mm/mprotect.c, mm/madvise.c, mm/mremap.c, kernel/fork.c)
  createMm(): Mm;
  /** dup_mm(): the child's address space. */
  fork(parent: Mm): Mm;
  exitMm(mm: Mm): void;
  /** 0 or a negative errno. Replaces what was mapped there, as MAP_FIXED does. */
  mmap(mm: Mm, options: MmapOptions): number;
  munmap(mm: Mm, address: number, length: number): number;
  mprotect(mm: Mm, address: number, length: number, protection: Protection): number;
  /** MREMAP_MAYMOVE | MREMAP_FIXED of whole pages. */
  mremap(mm: Mm, from: number, length: number, to: number): number;
  madvise(mm: Mm, address: number, length: number, advice: Advice): number;
  mmapReadLock(mm: Mm): void;
  mmapReadUnlock(mm: Mm): void;
  /** One byte read or written by the process; faults are taken as needed. */
  readByte(mm: Mm, address: number): AccessResult;
  writeByte(mm: Mm, address: number, value: number): AccessResult;
  walk(mm: Mm, address: number): Walk;

  // --- files (mm/filemap.c, mm/shmem.c, mm/truncate.c)
  /** `size` in bytes; all holes. */
  createFile(kind: FileKind, size: number): AddressSpace;
  /** Buffered write of `length` bytes of one value: pwrite(). */
  pwriteFill(file: AddressSpace, offset: number, length: number, value: number): number;
  ftruncate(file: AddressSpace, size: number): number;
  fsync(file: AddressSpace): number;

  // --- swap (mm/swapfile.c), PCI peer memory (drivers/pci/p2pdma.c)
  swapon(): number;
  swapoff(): number;
  /** Memory of a PCI device, `pages` base pages: mapped shared from offset 0 (6.2), or handed out to the kernel. */
  createPciMemory(pages: number): AddressSpace;
  /** pci_alloc_p2pmem(): `count` pages in a row, one reference each; null where there are none. */
  pciAllocP2pmem(memory: AddressSpace, count: number): Page[] | null;
  pciFreeP2pmem(pages: readonly Page[]): void;

  // --- references (include/linux/mm.h, mm/swap.c, mm/page_alloc.c)
  getPage(page: Page): void;
  putPage(page: Page): void;
  folioGet(folio: Folio): void;
  folioPut(folio: Folio): void;
  folioPutRefs(folio: Folio, refs: number): void;
  folioTryGet(folio: Folio): boolean;
  releasePages(pages: readonly Page[]): void;
  /** `1 << order` pages with __GFP_COMP; returns the head page, with one reference. `dma32`: below 4 GiB (GFP_DMA32). */
  allocPages(order: number, gfp?: "kernel" | "dma32"): Page;
  freePages(page: Page, order: number): void;
  lruAddDrainAll(): void;
  setPageDirty(page: Page): void;
  setPageDirtyLock(page: Page): void;

  // --- get_user_pages (mm/gup.c)
  readonly getUserPages: GetUserPages;
  readonly getUserPagesFast: GetUserPages;
  readonly getUserPagesFastOnly: GetUserPages;
  readonly getUserPagesRemote: GetUserPages;
  readonly getUserPagesUnlocked: GetUserPages;
  readonly pinUserPages: GetUserPages;
  readonly pinUserPagesFast: GetUserPages;
  readonly pinUserPagesRemote: GetUserPages;
  readonly pinUserPagesUnlocked: GetUserPages;
  /**
   * `start` and `end` are byte offsets in the file, `end` inclusive; fills `folios`. `offset` is that of `start` in the
   * first folio.
   */
  memfdPinFolios(
    file: AddressSpace,
    start: number,
    end: number,
    folios: FolioArray,
    maxFolios: number,
  ): { readonly ret: number; readonly offset: number };
  unpinUserPage(page: Page): void;
  /** `nrPages` may be a negative errno, as in the kernel: then it warns and does nothing. */
  unpinUserPages(pages: readonly (Page | null)[], nrPages: number): void;
  unpinUserPagesDirtyLock(pages: readonly (Page | null)[], nrPages: number, makeDirty: boolean): void;
  unpinUserPageRangeDirtyLock(page: Page, nrPages: number, makeDirty: boolean): void;
  unpinUserFolio(folio: Folio, nrPages: number): void;
  unpinFolio(folio: Folio): void;
  unpinFolios(folios: readonly (Folio | null)[], nrFolios: number): void;
  /** The names of 5.2–5.5, when a user page was released like any other. `putUserPagesDirty` went in 5.4. */
  putUserPage(page: Page): void;
  putUserPages(pages: readonly (Page | null)[], nrPages: number): void;
  putUserPagesDirty(pages: readonly (Page | null)[], nrPages: number): void;
  /** 5.2 and 5.3 always make dirty; `makeDirty` came with 5.4. */
  putUserPagesDirtyLock(pages: readonly (Page | null)[], nrPages: number, makeDirty: boolean): void;
  folioMaybeDmaPinned(folio: Folio): boolean;
  /** All mappings of the folio; in 6.1 a page mapped by PMD and PTE at once counts in both. */
  folioMapcount(folio: Folio): number;

  // --- iterators (lib/iov_iter.c)
  iovIterUbuf(direction: IterDirection, mm: Mm, address: number, length: number): IovIter;
  /** iov_iter_init(): user segments. */
  iovIterInit(
    direction: IterDirection,
    mm: Mm,
    segments: readonly { readonly address: number; readonly length: number }[],
  ): IovIter;
  iovIterKvec(
    direction: IterDirection,
    segments: readonly {
      readonly pages: readonly Page[];
      readonly offset: number;
      readonly length: number;
    }[],
  ): IovIter;
  iovIterBvec(direction: IterDirection, bvecs: readonly BioVec[]): IovIter;
  iovIterAdvance(iter: IovIter, bytes: number): void;
  iovIterRevert(iter: IovIter, bytes: number): void;
  /** Whether what is extracted will be pinned: of user memory. From 6.3. */
  iovIterExtractWillPin(iter: IovIter): boolean;
  /** Fills `pages`; advances. From 6.3. `allowP2pdma`: pages of PCI peer memory, too (ITER_ALLOW_P2PDMA). */
  iovIterExtractPages(
    iter: IovIter,
    pages: PageArray,
    maxSize: number,
    maxPages: number,
    options?: { readonly allowP2pdma?: boolean },
  ): Extracted;
  /** References on every page; advances. From 6.0. */
  iovIterGetPages2(iter: IovIter, pages: PageArray, maxSize: number, maxPages: number): Extracted;

  /** Proposal of 2022, era `pin-pages2-2022`: pins on every page, kernel memory's too; advances. */
  iovIterPinPages2(iter: IovIter, pages: PageArray, maxSize: number, maxPages: number): Extracted;

  // --- proposals of the 2019 thread, only in the era `proposal-2019`
  /** vaddr_pin_pages(): get_user_pages_fast() under a name of its own; what it gives goes back by `vaddrUnpinPages`. */
  readonly vaddrPinPages: GetUserPages;
  vaddrUnpinPages(pages: readonly (Page | null)[], nrPages: number, makeDirty: boolean): void;
  /**
   * get_user_bvec(): the bytes of a user range as vectors, one for each run of pages of one folio, with one reference
   * for each vector. Fills `bvecs`; returns the bytes, or an errno with nothing held.
   */
  getUserBvec(mm: Mm, address: number, length: number, gupFlags: Foll, bvecs: BioVec[]): number;
  putUserBvec(bvecs: readonly BioVec[]): void;

  // --- devices: memory reached through the kernel mapping, no fault, no dirty bit
  /** False, and nothing done, for the zero page and the huge zero page, as in the recorder. */
  dmaWrite(page: Page, offset: number, length: number, value: number): boolean;
  dmaRead(page: Page, offset: number): number;
}
