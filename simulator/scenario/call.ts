/** The calls of a scenario, as data. Texts become these in `parse-call.ts`; `perform.ts` executes them. */

/** A place in user memory: a region and an offset in bytes, or a plain number. */
export type Address =
  | { readonly kind: "region"; readonly name: string; readonly offset: number }
  | { readonly kind: "number"; readonly value: number };

export type AcquireName =
  | "pin_user_pages_fast"
  | "pin_user_pages"
  | "pin_user_pages_unlocked"
  | "pin_user_pages_remote"
  | "get_user_pages_fast"
  | "get_user_pages"
  | "get_user_pages_unlocked"
  | "get_user_pages_fast_only";

export type ReleaseName =
  | "unpin_user_page"
  | "unpin_user_pages"
  | "unpin_user_pages_dirty_lock"
  | "unpin_user_page_range_dirty_lock"
  | "unpin_user_folio"
  | "put_page";

export const follFlagNames = [
  "FOLL_WRITE",
  "FOLL_LONGTERM",
  "FOLL_NOFAULT",
  "FOLL_FORCE",
  "FOLL_NOWAIT",
  "FOLL_DUMP",
  "FOLL_HWPOISON",
  "FOLL_GET",
] as const;
export type FollFlag = (typeof follFlagNames)[number];

export type IteratorKind = "ITER_UBUF" | "ITER_IOVEC" | "ITER_KVEC" | "ITER_BVEC" | "ITER_KVEC(vmalloc)";

/** A segment of user memory, or of the recorder's kernel buffer of four pages. */
export type Segment =
  | { readonly at: Address; readonly length: number }
  | { readonly at: "kernel"; readonly offset: number; readonly length: number };

export type MappingKind =
  | "PRIVATE|ANON"
  | "SHARED|ANON"
  | "PRIVATE|ANON|HUGEPAGE"
  | "PRIVATE|ANON|PROT_READ"
  | "PRIVATE|ANON|PROT_NONE"
  | "PRIVATE|ANON|HUGETLB"
  | "SHARED|FILE"
  | "PRIVATE|FILE"
  | "SHARED|FILE|PROT_READ"
  | "PRIVATE|FILE|PROT_READ";

export type Protection = "PROT_NONE" | "PROT_READ" | "PROT_READ|PROT_WRITE";

export type Advice =
  | "MADV_DONTNEED"
  | "MADV_DONTFORK"
  | "MADV_WIPEONFORK"
  | "MADV_PAGEOUT"
  | "MADV_SOFT_OFFLINE";

/** Pages `first..last` of a slot, both counted from 0; `last` null: to the end. */
export interface SlotRange {
  readonly slot: number;
  readonly first: number;
  readonly last: number | null;
}

/** How much of a region a call takes, from its address on. */
export type Extent =
  | { readonly kind: "bytes"; readonly bytes: number }
  /** To the end of the region. */
  | { readonly kind: "rest" };

export type Call =
  | {
      readonly kind: "acquire";
      readonly api: AcquireName;
      readonly address: Address;
      readonly pages: number;
      readonly flags: readonly FollFlag[];
      /** Called with `pages` NULL: fault in only. */
      readonly pagesNull: boolean;
      readonly slot: number;
    }
  /** The acquiring call, `times` over, until one gets fewer pages than asked; no slot keeps the pages. */
  | {
      readonly kind: "acquireRepeatedly";
      readonly times: number;
      readonly api: AcquireName;
      readonly address: Address;
      readonly pages: number;
      readonly flags: readonly FollFlag[];
    }
  | {
      readonly kind: "release";
      readonly api: ReleaseName;
      readonly range: SlotRange;
      /** The argument of the `_dirty_lock` forms. */
      readonly dirty: boolean;
    }
  /** The releasing call on the frame that `frame` (a watch such as `P`, or an address) names, `times` over. */
  | {
      readonly kind: "releaseRepeatedly";
      readonly times: number;
      readonly api: ReleaseName;
      readonly frame: string;
    }
  | { readonly kind: "getPage"; readonly from: number; readonly index: number; readonly slot: number }
  | { readonly kind: "read"; readonly address: Address }
  | { readonly kind: "write"; readonly address: Address; readonly value: number }
  | { readonly kind: "lruAddDrainAll" }
  | { readonly kind: "fork" }
  | { readonly kind: "childExit" }
  | {
      readonly kind: "mmap";
      readonly name: string;
      readonly pages: number;
      readonly mapping: MappingKind;
      readonly path: string | null;
      /** Where to map; null: at a place of its own. */
      readonly at: Address | null;
    }
  | { readonly kind: "reserve"; readonly name: string; readonly pages: number }
  /** `fill`: page i is written with bytes `fill + i`; null: all holes. */
  | { readonly kind: "creat"; readonly path: string; readonly pages: number; readonly fill: number | null }
  | { readonly kind: "munmap"; readonly address: Address; readonly extent: Extent }
  | { readonly kind: "madvise"; readonly address: Address; readonly pages: number; readonly advice: Advice }
  | {
      readonly kind: "mprotect";
      readonly address: Address;
      readonly pages: number;
      readonly protection: Protection;
    }
  | { readonly kind: "mremap"; readonly from: Address; readonly to: Address }
  /** `path` null: the file of the region mapped last. */
  | { readonly kind: "ftruncate"; readonly path: string | null; readonly pages: number }
  | { readonly kind: "fsync"; readonly path: string | null }
  | { readonly kind: "dmaWrite"; readonly slot: number; readonly index: number; readonly value: number }
  | { readonly kind: "dmaRead"; readonly slot: number; readonly index: number }
  | {
      readonly kind: "extract";
      readonly api: "iov_iter_extract_pages" | "iov_iter_get_pages2";
      readonly iterator: IteratorKind;
      readonly direction: "SOURCE" | "DEST";
      readonly segments: readonly Segment[];
      readonly slot: number;
    }
  | {
      readonly kind: "bioGetPages";
      readonly iterator: IteratorKind;
      readonly direction: "READ" | "WRITE";
      readonly segments: readonly Segment[];
    }
  /** One more page for the test bio, from a slot; the bio takes nothing. */
  | {
      readonly kind: "bioAddPage";
      readonly slot: number;
      readonly index: number;
      readonly length: number;
      readonly offset: number;
    }
  | { readonly kind: "bioReleasePages"; readonly markDirty: boolean }
  | {
      readonly kind: "directIo";
      /** So many equal requests, all in flight together. */
      readonly times: number;
      readonly direction: "read" | "write";
      readonly address: Address;
      readonly length: number;
    }
  | { readonly kind: "deviceCompletes"; readonly direction: "read" | "write"; readonly fill: number }
  | { readonly kind: "directIoReturned"; readonly direction: "read" | "write" }
  | { readonly kind: "vmsplice"; readonly address: Address; readonly length: number }
  | { readonly kind: "pipeRead" }
  /** What is in the pipe goes to the disk by direct I/O; `spliceReturned`: its pages leave the pipe. */
  | { readonly kind: "splice" | "spliceReturned" }
  | { readonly kind: "processVmReadv"; readonly from: Address; readonly to: Address }
  | { readonly kind: "ioUringRegister"; readonly address: Address; readonly length: number }
  | { readonly kind: "ioUringUnregister" }
  | {
      readonly kind: "ioUringRead";
      readonly fixed: boolean;
      readonly address: Address;
      readonly length: number;
    }
  | { readonly kind: "ioUringCompletion" }
  /** Gives the page mapped at an address a name, which watches may use whatever happens to the page. */
  | { readonly kind: "frame"; readonly name: string; readonly address: Address }
  /** `node`: where the page should go. */
  | { readonly kind: "movePages"; readonly address: Address; readonly node: number }
  | { readonly kind: "splitHugePage"; readonly address: Address }
  /** The whole machine: swap on or off, merging of equal pages, compaction. */
  | { readonly kind: "swapon" | "swapoff" | "ksm" | "compactMemory" }
  /** Only a look at the state, or a call that was skipped; `ret` of the step says which. */
  | { readonly kind: "nothing" }
  /** Prose of the recorded scenarios; `scripts.ts` says what is done. */
  | { readonly kind: "described" };
