/**
 * The trace format: what a scenario file holds, recorded on a real kernel or written by hand. The names are those of
 * the JSON (`test-fixtures/oracle/GRAMMAR.md` describes them). Of the kernel model it knows how
 * a machine is described.
 */
import type { Machine } from "@pinscope/simulator/kernel";

/** The state of one page, or of the folio that holds it. Counts are those of the kernel; a mapped page has `mapped`. */
export interface PageState {
  /** `F3`, or `F3+7` for page 7 of a large folio. The same name is the same folio until it is freed. */
  readonly frame?: string;
  /** Watches of an address only: the level of the page tables at which the page is mapped in this process. */
  readonly mapped?: "none" | "pte" | "pmd" | "pte-nonpresent" | "pmd-nonpresent";
  readonly pte_write?: boolean;
  readonly pte_dirty?: boolean;
  readonly pte_young?: boolean;
  readonly order?: number;
  readonly refcount?: number;
  /** Pins of a large folio; null for a page of its own, whose pins are 1024 references each. */
  readonly pincount?: number | null;
  /** Mappings by a PMD; large folios only. */
  readonly entire_mapcount?: number;
  readonly mapcount?: number;
  readonly folio_mapcount?: number;
  readonly maybe_dma_pinned?: boolean;
  readonly anon?: boolean;
  readonly anon_exclusive?: boolean | null;
  readonly dirty?: boolean;
  readonly zero_page?: boolean;
  readonly huge_zero?: boolean;
  readonly hugetlb?: boolean;
  readonly lru?: boolean;
  readonly uptodate?: boolean;
  readonly swapbacked?: boolean;
  readonly reserved?: boolean;
  readonly locked?: boolean;
  readonly writeback?: boolean;
  readonly zone?: string;
}

/** One segment of a bio. `parts`: what lies in it of each folio, where it spans several. */
export interface BvecState {
  readonly bv_offset: number;
  readonly bv_len: number;
  readonly page: PageState;
  readonly parts?: readonly BvecState[];
}

export interface BioState {
  readonly bi_vcnt: number;
  readonly bi_max_vecs?: number;
  readonly bi_size: number;
  /** Bytes of the vectors that are behind; only where there are some. */
  readonly behind?: number;
  /** 0 read, 1 write. */
  readonly op: number;
  readonly BIO_PAGE_PINNED?: boolean;
  readonly BIO_PAGE_REFFED?: boolean;
  readonly BIO_NO_PAGE_REF?: boolean;
  readonly BIO_CLONED?: boolean;
  readonly bvecs: readonly BvecState[];
}

/** What a watch shows: a page, the pages of a slot, a bio, the bios of the disk, or nothing. */
export type WatchState = PageState | BioState | readonly (PageState | BioState)[] | null;

/** A mapping that is new at a step. `mapped_pages` is absent where the range is only reserved. */
export interface RegionState {
  readonly pages: number;
  readonly mapped_pages?: number;
  /** As in `/proc/PID/maps`: `rw-p`. */
  readonly perms?: string;
  /** `anon`, a path, `/dev/zero (deleted)` (shared anonymous), `/anon_hugepage (deleted)` (hugetlb). */
  readonly backing?: string;
  readonly thp?: "never" | "madvised" | "default";
}

/** One segment of an iterator: an address, or `kbuf+OFFSET`, and its length in bytes. */
export interface SegmentState {
  readonly at: string;
  readonly len: number;
}

export type Who = "parent" | "child";

/** One call and what was seen after it. A step written by hand may leave out all but the call. */
export interface Step {
  readonly n?: number;
  readonly who?: Who;
  readonly call: string;
  readonly ret?: number;
  readonly ret_name?: string;
  readonly note?: string;
  /** Pages pinned (`nr_foll_pin_acquired`) since the start of the scenario. */
  readonly pin_acquired?: number;
  readonly pin_released?: number;
  readonly regions?: Readonly<Record<string, RegionState>>;
  readonly segs?: readonly SegmentState[];
  readonly kmsg?: readonly string[];
  readonly pages?: Readonly<Record<string, WatchState>>;
}

/** What an iterator call says in its note, as ` result={...}`. */
export interface IteratorResult {
  /** The call's result: bytes, or a negative errno. */
  readonly bytes: number;
  /** Offset of the first byte in the first page. */
  readonly offset0: number;
  readonly npages: number;
  /** Bytes left in the iterator. */
  readonly left: number;
  /** Null where the call takes references, or the kernel does not say. */
  readonly will_pin: boolean | null;
}

export interface ScenarioResult {
  readonly exit?: number;
  readonly signal?: number;
  readonly seconds?: number;
  readonly pin_acquired?: number;
  readonly pin_released?: number;
  readonly kmsg?: readonly string[];
}

export interface Scenario {
  readonly scenario: string;
  readonly desc?: string;
  /** Steps report only the watches that changed. */
  readonly delta?: boolean;
  /** What a scenario written by hand shows after every step; default: the first pages of its regions, its slots. */
  readonly watch?: readonly string[];
  readonly result?: ScenarioResult | null;
  readonly steps: readonly Step[];
}

/** The kernel that was recorded: its release, its build and what the recorder asked it. */
export interface RecordedKernel {
  readonly kernel: string;
  readonly version?: string;
  readonly cmdline?: string;
  readonly info?: Readonly<Record<string, unknown>> | null;
}

export interface Trace {
  readonly schema_version: number;
  readonly label?: string | null;
  /** Null or absent: written by hand. */
  readonly kernel?: RecordedKernel | null;
  /** The era that a scenario written by hand is meant for. */
  readonly era?: string;
  /** How its machine differs from the usual one, such as `{"movableZone": true}`. */
  readonly machine?: Partial<Machine>;
  readonly scenarios: readonly Scenario[];
}
