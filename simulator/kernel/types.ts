/**
 * The public data types of the kernel model: what a page, a mapping and a kernel profile are; the functions that act on
 * them are in `api.ts`. Every object is live, and read-only to everyone outside this folder: each change goes through
 * the journal (`journal.ts`), so that a snapshot is one number and going back, or forward again, costs only what changed
 * between.
 * This file knows nothing of traces, of C text or of the catalogue.
 *
 * Units: addresses and sizes are bytes unless a name says pages; a page is 4096 bytes. Results are what the kernel
 * function returns: a count, 0, or a negative errno.
 */
import type { Contents } from "./contents.ts";
import type { Era } from "./era.ts";

/** A `struct page`. A page of a large folio is a page like any other; `pfn - folio.pfn` is its index there. */
export interface Page {
  readonly pfn: number;
  readonly folio: Folio;
  /** PTE mappings of this page (`_mapcount + 1`). */
  readonly mapcount: number;
  /** PG_anon_exclusive; of a PMD-mapped or hugetlb folio only the head page's is set. */
  readonly anonExclusive: boolean;
  readonly contents: Contents;
}

/** Where the folio is: not on an LRU list, in this CPU's batch (which owns one reference), or on a list. */
export type LruPlace = "none" | "batch" | "list";

/** Zone of a frame; `cma`: in a CMA area, of whatever zone; `device`: memory of a device (ZONE_DEVICE). */
export type Zone = "normal" | "dma32" | "movable" | "cma" | "device";

/** A `struct folio`: everything that is counted once for all pages of an allocation. */
export interface Folio {
  readonly pfn: number;
  readonly order: number;
  /** One for each base page; `pages[0]` is the head. */
  readonly pages: readonly Page[];
  /** `_refcount`, a signed 32-bit number that wraps. 1024 of it per pin where the folio has no exact count. */
  readonly refcount: number;
  /** `_pincount`: the exact number of pins; stays 0 where the era and the order give the folio no such counter. */
  readonly pincount: number;
  /** Mappings of the whole folio by a PMD. */
  readonly entireMapcount: number;
  readonly anon: boolean;
  readonly swapbacked: boolean;
  readonly uptodate: boolean;
  readonly dirty: boolean;
  readonly locked: boolean;
  readonly writeback: boolean;
  readonly reserved: boolean;
  readonly hugetlb: boolean;
  readonly zeroPage: boolean;
  readonly hugeZero: boolean;
  /** PG_private: buffer heads, which own one reference. */
  readonly private: boolean;
  /** PG_double_map, up to 6.1: mapped by a PMD and by PTEs at once. */
  readonly doubleMap: boolean;
  readonly lru: LruPlace;
  readonly mapping: AddressSpace | null;
  /** Index of the head page in `mapping`, in pages. */
  readonly index: number;
  readonly zone: Zone;
  /** Given back to the page allocator. The record stays, so that those who still point at it can be shown. */
  readonly freed: boolean;
  /** NUMA node of the frame: 0, until it is moved. */
  readonly node: number;
  /** Merged of several equal pages (KSM): never written, always copied. */
  readonly ksm: boolean;
  /** Pins as the page_ext counter of CONFIG_DEBUG_GET_USER_PAGES_REFERENCES counts them; 0 where the option is off. */
  readonly debugPinCount: number;
  /** Where the page's copy on the swap device is, while the page is in the swap cache, which owns a reference. */
  readonly swapCache: SwapSlot | null;
  /** MEMORY_DEVICE_PCI_P2PDMA: the device memory that the page belongs to; `index` is its place there. */
  readonly pciMemory: AddressSpace | null;
}

/** A page's place on the swap device. */
export interface SwapSlot {
  /** What was written there last. */
  readonly contents: Contents;
  /** Page table entries that name it. */
  readonly count: number;
  /** The page in the swap cache. */
  readonly folio: Folio | null;
}

/** A page table entry of a page that was swapped out. */
export interface SwapEntry {
  readonly slot: SwapSlot;
  /** The page was exclusive (pte_swp_exclusive()). */
  readonly exclusive: boolean;
}

/**
 * What a file is: `shmem` (tmpfs and shared anonymous memory), `ramfs`, `ext4` (tracks dirty pages: a write fault calls
 * page_mkwrite, buffers hold a reference), `hugetlb` (huge pages only), `p2pmem` (the file that hands out a PCI device's
 * memory; made by `createPciMemory`).
 */
export type FileKind = "shmem" | "ramfs" | "ext4" | "hugetlb" | "p2pmem";

/** A `struct address_space` and the file that it belongs to. */
export interface AddressSpace {
  readonly kind: FileKind;
  /** Shared anonymous memory: the file goes with its last mapping. */
  readonly anonymous: boolean;
  /** `i_size` in bytes. */
  readonly size: number;
  /** The page cache: index in pages (of the first page of a huge one) → folio; of `p2pmem` the pages handed out. */
  readonly folios: ReadonlyMap<number, Folio>;
  /** All pages of `p2pmem`, handed out or free; else empty. */
  readonly pciPages: readonly Folio[];
}

/** A page table entry. */
export interface Pte {
  readonly page: Page;
  readonly write: boolean;
  readonly dirty: boolean;
  readonly young: boolean;
  /** `pte_special()`: no reference, no mapcount (the zero page). */
  readonly special: boolean;
  /** PROT_NONE: present for the kernel, never for the processor. */
  readonly protnone: boolean;
}

/** A PMD: a table of PTEs, or a leaf that maps a whole folio of 512 pages (`page` is its head). */
export type Pmd = "table" | Pte;

/** PROT_READ and PROT_WRITE; neither is PROT_NONE. */
export interface Protection {
  readonly read: boolean;
  readonly write: boolean;
}

/** Advice on huge pages in a mapping: MADV_NOHUGEPAGE, MADV_HUGEPAGE, or none. */
export type HugePageAdvice = "never" | "madvised" | "default";

/** A `struct vm_area_struct`. */
export interface Vma {
  /** First page and the page after the last, as page numbers (address / 4096). */
  readonly start: number;
  readonly end: number;
  readonly read: boolean;
  readonly write: boolean;
  readonly mayRead: boolean;
  readonly mayWrite: boolean;
  readonly shared: boolean;
  readonly file: AddressSpace | null;
  /** Offset of `start` in the file, in pages. */
  readonly pageOffset: number;
  readonly hugepage: HugePageAdvice;
  readonly hugetlb: boolean;
  readonly dontFork: boolean;
  readonly wipeOnFork: boolean;
  /** VM_IO or VM_PFNMAP: no struct page behind it. */
  readonly pfnmap: boolean;
  /** Identity of the `struct anon_vma`; 0: none yet. */
  readonly anonVma: number;
}

/** A `struct mm_struct`: the address space of one process. */
export interface Mm {
  readonly id: number;
  /** Sorted by address, never overlapping. */
  readonly vmas: readonly Vma[];
  /** Page number → entry. */
  readonly ptes: ReadonlyMap<number, Pte>;
  /** Page number → entry, of pages that were swapped out. */
  readonly swapEntries: ReadonlyMap<number, SwapEntry>;
  /** Page number / 512 → entry. */
  readonly pmds: ReadonlyMap<number, Pmd>;
  /** MMF_HAS_PINNED: set by the first attempt to pin, for good. */
  readonly hasPinned: boolean;
  /** How many readers hold mmap_lock. */
  readonly mmapReaders: number;
  readonly exited: boolean;
}

/** nr_foll_pin_acquired and nr_foll_pin_released of /proc/vmstat since boot, exact. */
export interface VmStat {
  readonly nrFollPinAcquired: number;
  readonly nrFollPinReleased: number;
}

/**
 * What the kernel would have said: `warning` WARN_ON and WARN_ON_ONCE, `bug` VM_BUG_ON and BUG_ON (the kernel would
 * stop; the model goes on), `bad-page` "Bad page state", `debug-pin` the report of
 * CONFIG_DEBUG_GET_USER_PAGES_REFERENCES, `lock` a function called without the lock that it needs.
 */
export type EventKind = "warning" | "bug" | "bad-page" | "debug-pin" | "lock";

export interface KernelEvent {
  readonly kind: EventKind;
  /** The kernel function that speaks, with its file: `mm/gup.c:try_get_folio`. */
  readonly where: string;
  readonly text: string;
  readonly folio: Folio | null;
  /** False for a WARN_ON_ONCE that has printed before since boot, and for a check that this kernel makes later only. */
  readonly printed: boolean;
}

/** How the machine is configured: what is neither in the version nor in the calls. */
export interface Machine {
  /** CONFIG_HAVE_GUP_FAST. False on User Mode Linux. */
  readonly fastGup: boolean;
  readonly transparentHugePages: boolean;
  readonly hugetlb: boolean;
  /** CONFIG_DEBUG_VM: sanity checks of unpinned pages, VM_BUG_ON. */
  readonly debugVm: boolean;
  /** CONFIG_MEMORY_FAILURE: pages can be taken out of use. */
  readonly memoryFailure: boolean;
  /** CONFIG_MIGRATION. */
  readonly migration: boolean;
  /** User memory comes from ZONE_MOVABLE (movablecore=). */
  readonly movableZone: boolean;
  /** User memory comes from a CMA area, where there is no ZONE_MOVABLE. */
  readonly userMemoryFromCma: boolean;
  /** All memory lies below 4 GiB: ZONE_DMA32 instead of ZONE_NORMAL. */
  readonly lowMemoryOnly: boolean;
  /** Order of the folios that a fault makes in a mapping with MADV_HUGEPAGE: 9, or a smaller one (mTHP). */
  readonly anonymousFolioOrder: number;
  /** CONFIG_DEBUG_GET_USER_PAGES_REFERENCES of the 2019 thread; in no released kernel. */
  readonly debugPinReferences: boolean;
  /** On 32 bits, folios of order 1 have no exact pin count in late eras. */
  readonly bits: 32 | 64;
}

/** A kernel to simulate: an era and a machine. */
export interface Profile {
  readonly era: Era;
  readonly machine: Machine;
}

/** A position in the history of one kernel. */
export type Snapshot = number;

export interface MmapOptions {
  /** Page aligned. */
  readonly address: number;
  /** Length in pages. */
  readonly pages: number;
  readonly protection: Protection;
  readonly shared: boolean;
  /** Null: anonymous memory; where that is shared, the model makes a shmem file. */
  readonly file: AddressSpace | null;
  /** Offset in the file, in pages. Default 0. */
  readonly pageOffset?: number;
  /** Default `default`. */
  readonly hugepage?: HugePageAdvice;
  /** MAP_HUGETLB. */
  readonly hugetlb?: boolean;
  /** The file was opened read-only: a shared mapping of it may never be written, not even by FOLL_FORCE. */
  readonly readOnlyFile?: boolean;
  /** A special mapping without pages (VM_IO, VM_PFNMAP), such as [vvar]. */
  readonly pfnmap?: boolean;
}

/** What an access of a process came to. */
export interface AccessResult {
  readonly signal: "SIGSEGV" | "SIGBUS" | null;
  /** The byte read; 0 after a write or a signal. */
  readonly value: number;
}

/** What is mapped at an address: the raw page tables, no fault taken. `page` is the page at that very address. */
export interface Walk {
  /** `swap`: an entry of a page that was swapped out; `page` is null then. */
  readonly level: "none" | "pte" | "pmd" | "swap";
  readonly page: Page | null;
  readonly write: boolean;
  readonly dirty: boolean;
  readonly young: boolean;
}

/** A `struct bio_vec`: `length` bytes from `offset` of a page on, which may reach into the pages after it. */
export interface BioVec {
  readonly page: Page;
  readonly offset: number;
  readonly length: number;
  /** Only where vectors say it (the proposal of April 2019): the page is held by get_user_pages(). */
  readonly gup?: boolean;
}

/**
 * The kind of an iterator (iov_iter): user memory, kernel memory (from vmalloc or not), pages, a part of a file's page
 * cache (5.13), a queue of folios (6.12), a pipe (up to 6.4); `discard` has none of them.
 */
export type IterType = "ubuf" | "iovec" | "kvec" | "bvec" | "xarray" | "folioq" | "pipe" | "discard";

/** `source`: the device reads the memory (ITER_SOURCE, a write). `dest`: it writes it (ITER_DEST, FOLL_WRITE). */
export type IterDirection = "source" | "dest";

/** One segment: user bytes, or bytes of kernel memory given by its pages, which need not lie next to each other. */
export type IterSegment =
  | { readonly kind: "user"; readonly address: number; readonly length: number }
  | {
      readonly kind: "kernel";
      readonly pages: readonly Page[];
      /** From the start of `pages[0]`. */
      readonly offset: number;
      readonly length: number;
    }
  | {
      readonly kind: "file";
      readonly file: AddressSpace;
      /** Position in the file, in bytes. */
      readonly offset: number;
      readonly length: number;
    };

/** A `struct pipe_buffer`: bytes of a page, on which it owns a reference. */
export interface PipeBuffer {
  readonly page: Page;
  readonly offset: number;
  readonly length: number;
}

/** A `struct pipe_inode_info`. Slots are counted on and on; `buffers` has those from `tail` to below `head`. */
export interface PipeInode {
  readonly slots: number;
  readonly head: number;
  readonly tail: number;
  readonly buffers: ReadonlyMap<number, PipeBuffer>;
  readonly readers: boolean;
}

/** Where an iterator stands in a pipe: the slot it began with, the one it is in, and the bytes of that one. */
export interface PipePosition {
  readonly pipe: PipeInode;
  readonly startHead: number;
  readonly head: number;
  readonly lastOffset: number;
}

/** A `struct iov_iter`: where it stands in its segments moves with what is taken. */
export interface IovIter {
  readonly type: IterType;
  readonly direction: IterDirection;
  /** Whose memory the user segments are; null for kernel memory. */
  readonly mm: Mm | null;
  readonly nofault: boolean;
  readonly segments: readonly IterSegment[];
  /** Index of the current segment, and the bytes of it that are behind. */
  readonly segment: number;
  readonly offset: number;
  /** Bytes left. */
  readonly count: number;
  /** Where a `pipe` iterator stands; null for every other. */
  readonly pipe: PipePosition | null;
}

/** What taking pages from an iterator gives: bytes (or an errno), and the offset of the first byte in the first page. */
export interface Extracted {
  readonly ret: number;
  readonly offset0: number;
}

/** Array that a call fills from index 0; slots at and above its result are undefined in the kernel. */
export type PageArray = (Page | null)[];
export type FolioArray = (Folio | null)[];

export type Advice = "dontneed" | "dontfork" | "wipeonfork" | "hugepage" | "nohugepage" | "pageout";
