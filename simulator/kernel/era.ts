/**
 * What differs between kernels, one switch per behavior: a back-port is one switch, not a version. `eras.ts` holds the
 * records. Knows no behavior itself.
 */

/** Where the settings of an era were learnt. */
export type Ground = "recorded" | "read from source";

export interface Switches {
  /** pin_user_pages() and unpin_user_page() exist (5.6). */
  readonly pinFunctions: boolean;
  /** pin_user_pages_unlocked() and get_user_pages_fast_only() exist (5.8). */
  readonly laterForms: boolean;
  /** get_user_pages_locked() exists, and pin_user_pages_locked() where the later forms do (up to 5.17). */
  readonly lockedForms: boolean;
  /** pin_user_pages_fast_only() exists (5.8 to 6.2). */
  readonly pinFastOnly: boolean;
  /** get_user_page_vma_remote() exists (6.5). */
  readonly vmaRemote: boolean;
  /** follow_page() exists (up to 6.11). */
  readonly followPage: boolean;
  /** struct folio and its functions exist (5.16). */
  readonly folios: boolean;
  /** Pins are counted apart from references (5.7). Before, a pin is a reference and an unpin a put_page(). */
  readonly countsPins: boolean;
  /** Smallest order of a folio with an exact `_pincount`, on 64 and on 32 bits. */
  readonly exactPincountOrder: 1 | 2;
  readonly exactPincountOrder32: 1 | 2;
  /** Pins of the zero page are not counted (6.5; 6.1.y by back-port). */
  readonly zeroPageExempt: boolean;
  /** What fork() does with pages that may be pinned: nothing (up to 5.8), copies them, copies the exclusive ones (5.19). */
  readonly fork: "shares" | "copies-maybe-pinned" | "copies-exclusive-pinned";
  /** fork() gives the child a copy of a hugetlb page that may be pinned (5.13). */
  readonly forkCopiesPinnedHugetlb: boolean;
  /** fork() copies the page tables of every hugetlb mapping (up to 5.19), later only of those with pages of their own. */
  readonly forkCopiesAllHugetlb: boolean;
  /** When a write to a private anonymous page may keep the page (5.9, 5.19). */
  readonly cowReuse: "one-mapping" | "one-reference" | "exclusive";
  /**
   * Whether a write to one page of a large folio may keep it: when the folio has one reference (up to 6.6), never, when
   * all references are mappings of this address space (6.15).
   */
  readonly cowReuseLarge: "one-reference" | "never" | "mapped-here";
  /** get_user_pages for reading breaks COW as for writing (only 5.8, and 5.4.y, 5.7.y by back-port). */
  readonly forceCowBreak: boolean;
  /** A read-only long-term pin of a file page in a private mapping unshares it first (6.2). */
  readonly longtermUnsharesFile: boolean;
  /** Which pages a long-term pin moves away: those in CMA, also those in ZONE_MOVABLE (5.13). */
  readonly longtermMigrates: "nothing" | "cma" | "cma-and-movable";
  /** Pages that page tables give up are dropped by number, without the check of put_page_testzero() (6.9). */
  readonly zapDropsUnchecked: boolean;
  /** Pages are checked when they are freed, not only when they leave the processor's list (6.3). */
  readonly checksFreedPages: boolean;
  /** FOLL_SPLIT_PMD exists (5.5). */
  readonly splitPmdFlag: boolean;
  /** Before migration the pages are dropped with put_page() even when they are pinned (5.7 to 5.9). */
  readonly longtermDropsByPut: boolean;
  /** A long-term pin of pages that cannot be moved succeeds where they are (up to 5.12); later it fails. */
  readonly longtermStaysOnFailure: boolean;
  /** The fast path takes its reference before it asks whether a long-term pin may stay (6.10). */
  readonly longtermCheckedAfterGrab: boolean;
  /** FOLL_LONGTERM is accepted by get_user_pages* (up to 5.9). */
  readonly longtermForGet: boolean;
  /** A long-term write pin of a file mapping that tracks dirty pages is refused (6.5). */
  readonly longtermRefusesDirtyTracked: boolean;
  /** How arguments are checked: `is_valid_gup_args` from 6.3. */
  readonly argumentCheck: "pin-only" | "pin-and-longterm" | "unified";
  /** What pin_user_pages(), _remote() and _unlocked() return for arguments that are rejected. */
  readonly invalidPinReturns: "EINVAL" | "0";
  /** FOLL_NOFAULT is accepted by the fast forms (5.16). */
  readonly nofaultForFast: boolean;
  /** An address range that wraps: the fast forms return 0, or -EOVERFLOW (6.5). */
  readonly overflowReturns: "0" | "EOVERFLOW";
  /** get_user_pages_fast_only() may return an errno (6.3). */
  readonly fastOnlyErrors: boolean;
  /** Zero pages asked of a fast form return 0 (up to 5.9); later they take everything to the end of the mapping. */
  readonly zeroPagesGuard: boolean;
  /** unpin_user_pages() warns about a negative count and does nothing (5.10). */
  readonly unpinGuardsErrno: boolean;
  /** unpin_user_pages() skips NULL entries (6.13; 6.12.y). */
  readonly unpinSkipsNull: boolean;
  /** iov_iter_get_pages2() exists (6.0). */
  readonly iterGetPages2: boolean;
  /** iov_iter_get_pages(): the iterator stays where it is (up to 5.19), advances (6.2 to 6.4), or it does not exist. */
  readonly iterGetPages: "stays" | "advances" | "none";
  /** iov_iter_get_pages() gives one page of a vector of pages (up to 5.13). */
  readonly iterBvecOnePage: boolean;
  /** Iterators over pipes (up to 6.4), over a file's page cache (5.13), over queues of folios (6.12). */
  readonly iterPipe: boolean;
  readonly iterXarray: boolean;
  readonly iterFolioq: boolean;
  /** extract_iter_to_sg() (6.5); before, netfs_extract_iter_to_sg() (6.3). */
  readonly iterToSg: "none" | "netfs" | "lib";
  /** Looking a folio up that is not in the page cache gives -ENOENT (6.4); before, NULL. */
  readonly lookupErrors: boolean;
  /** grab_cache_page() and grab_cache_page_write_begin() exist (up to 6.18). */
  readonly grabCachePage: boolean;
  /** vm_insert_page() maps the zero page without a reference, never where it can be written (6.11). */
  readonly zeroPageInsertedSpecial: boolean;
  /** Tables of scatterlists may be appended to; segments have a size of their own (5.15). */
  readonly sgAppend: boolean;
  /** iov_iter_extract_pages() exists (6.3). */
  readonly iterExtract: boolean;
  /** iov_iter_pin_pages2() of the thread of 2022: pins for every kind of iterator. */
  readonly iterPinsAll: boolean;
  /** An empty segment in front makes extraction return 0 (6.3 to 6.5). */
  readonly iterExtractStopsAtEmpty: boolean;
  /**
   * Which pages bio_release_pages() lets go, and how: puts them unless BIO_NO_PAGE_REF (up to 6.4), unpins them if
   * BIO_PAGE_PINNED (6.5). The rest are proposals: puts if BIO_PAGE_REFFED, goes by both flags (the extraction series),
   * by one after the other (its increment), unpins all that are not borrowed (2019, 2022), as each vector says (2019).
   */
  readonly bioRelease:
    | "puts-unless-flagged"
    | "unpins-if-pinned"
    | "puts-if-reffed"
    | "by-both-flags"
    | "pinned-else-reffed"
    | "unpins-unless-flagged"
    | "by-vector";
  /**
   * How bio_iov_iter_get_pages() takes pages: references to all, extraction (user memory pinned, else nothing; 6.5), pins of
   * all (2022), pins of user memory and references to the rest (2019).
   */
  readonly bioIovTakes: "references" | "extracts" | "pins" | "pins-or-references";
  /** The same of bio_map_user_iov() in block/blk-map.c. */
  readonly bioMapTakes: "references" | "extracts" | "pins" | "pins-or-references";
  /** The same of fs/direct-io.c. */
  readonly dioTakes: "references" | "extracts" | "pins" | "pins-or-references";
  /**
   * iomap's page of zeroes: referenced (up to 6.4), without a reference (6.5); in proposals also pinned, or in a bio flagged
   * BIO_NO_PAGE_REF.
   */
  readonly iomapZeroPage: "referenced" | "unreferenced" | "pinned" | "flagged";
  /** iomap has 64 KiB of zeroes of its own (6.12). */
  readonly iomapOwnZeroes: boolean;
  /** bio_add_page() asserts that what it is given is pinned (proposed in April 2019). */
  readonly bioAddAsserts: boolean;
  /** bio_map_user_iov() keeps the second hold on a page whose parts were joined (up to 6.5). */
  readonly bioMapKeepsSamePage: boolean;
  /** bio_map_user_iov() goes through bio_iov_iter_get_pages() (6.14). */
  readonly bioMapUsesIter: boolean;
  /** Vectors are mapped into a request as they are (6.1); before, what is not user memory is copied. */
  readonly bioMapsVectors: boolean;
  /** Bytes over the block size are left in the iterator at each extraction, or at the end of the whole bio (6.19). */
  readonly bioTrims: "each-extraction" | "whole-bio";
  /** iov_iter_extract_bvecs() and bio_iov_iter_bounce() exist (7.0). */
  readonly bioExtractsVectors: boolean;
  /** bio_add_hw_page() and bio_add_pc_page() exist (up to 6.13). */
  readonly bioAddHwPage: boolean;
  /** bio_add_zone_append_page() exists (5.13 to 6.12). */
  readonly bioAddZoneAppend: boolean;
  /** bio_integrity_map_user() exists (6.8). */
  readonly bioIntegrityUser: boolean;
  /** iov_iter_extract_mode() of the extraction series of 2023, where iov_iter_extract_will_pin() came later. */
  readonly iterExtractMode: boolean;
  /** Numbers of the FOLL_* flags: up to 6.2, from 6.3, and as the tenth patch of the extraction series has them. */
  readonly follNumbers: "up-to-6.2" | "from-6.3" | "series";
  /** What FOLL_PIN and FOLL_GET are called where they leave mm/: nowhere, themselves, or PAGE_CLEANUP_UNPIN and _PUT. */
  readonly cleanupNames: "none" | "FOLL" | "PAGE_CLEANUP";
  /** sk_buff fragments say for each whether it is referenced, pinned or neither (proposed with the series). */
  readonly skbFragmentModes: boolean;
  /** The sk_buff may leave its fragments to the owner of the data (SKBFL_MANAGED_FRAG_REFS, 6.0). */
  readonly skbManagedFragments: boolean;
  /** How fuse, cifs and nfs take user pages for a request that keeps an array: references, or pins. */
  readonly fuseTakes: "references" | "extracts";
  readonly cifsTakes: "references" | "extracts";
  readonly nfsTakes: "references" | "pins";
  /** KVM takes references through gfn_to_pfn() (up to 6.12), or through kvm_follow_pfn() with pins for maps. */
  readonly kvmPinsMaps: boolean;
  /** Pages are added to a bio by folio (6.12), not one by one. */
  readonly bioAddsFolios: boolean;
  /** Large folios are made dirty, too (6.7; 6.6.y and 6.1.y by back-port). */
  readonly bioDirtiesLarge: boolean;
  /** The release of a bio loses one pin of a buffer that starts inside a page and ends in one page more (6.8). */
  readonly bioReleaseUndercounts: boolean;
  /** io_uring keeps one pin for each folio of a registered buffer of several folios (6.12); one folio alone: 6.3. */
  readonly uringCoalesces: boolean;
  /** put_user_pages_dirty() exists (up to 5.3), and put_user_pages_dirty_lock() always makes dirty. */
  readonly putUserPagesDirty: boolean;
  /** vaddr_pin_pages(), get_user_bvec(), put_user_bvec(): proposed in 2019, never merged. */
  readonly proposals2019: boolean;
  /** unpin_user_page_range_dirty_lock() exists (5.13). */
  readonly unpinRange: boolean;
  /** memfd_pin_folios(), unpin_folio(), unpin_folios() exist (6.11). */
  readonly memfdPinFolios: boolean;
  /** unpin_user_folio() exists (6.12). */
  readonly unpinUserFolio: boolean;
  /** sanity_check_pinned_pages() under CONFIG_DEBUG_VM (5.19). */
  readonly sanityCheckPinned: boolean;
  /** Splitting a huge page maps the zero page for pages of zeroes (6.12). */
  readonly splitMapsZeroPage: boolean;
  /** Splitting a PMD keeps the dirty bit in the PTEs that it makes (6.3). */
  readonly splitKeepsPteDirty: boolean;
  /** A folio mapped by PMDs and PTEs counts each page once more (PG_double_map, up to 6.1). */
  readonly doubleMap: boolean;
  /** Slots of a per-CPU LRU batch. */
  readonly lruBatch: 15 | 31;
  /** The page cache owns a reference for each page of a hugetlb folio (6.7); before, one. */
  readonly hugetlbCacheCountsPages: boolean;
  /** mremap() moves hugetlb mappings (5.16). */
  readonly mremapMovesHugetlb: boolean;
  /** MADV_DONTNEED takes hugetlb mappings (5.18). */
  readonly dontneedTakesHugetlb: boolean;
  /** Pages that may be pinned are not swapped out (5.11, 5.10.y by back-port). */
  readonly swapLeavesPinned: boolean;
  /** Reading an exclusive page back from swap maps it writable (6.11). */
  readonly swapInMapsWritable: boolean;
  /** A free page of PCI peer memory has no reference (6.15); before, one. */
  readonly freeDevicePagesCountZero: boolean;
  /** FOLL_FORCE may write through a read-only entry only to an exclusive anonymous page (6.0); before, FOLL_COW. */
  readonly forceWriteNeedsExclusive: boolean;
  /** mprotect() gives write permission back at once: never, to dirty exclusive pages (5.19), to exclusive ones (6.2). */
  readonly mprotectRestoresWrite: "never" | "dirty" | "exclusive";
  /** Pages of PCI peer memory are refused without FOLL_PCI_P2PDMA, which the fast forms accept (6.2). */
  readonly p2pdma: boolean;
  /** FOLL_HONOR_NUMA_FAULT exists (6.5). */
  readonly numaFaultForFast: boolean;
}

export interface Era {
  /** `6.12.y`, `v6.5`, or a name that a user chose. */
  readonly name: string;
  /** Major and minor version. */
  readonly version: readonly [major: number, minor: number];
  readonly ground: Ground;
  readonly switches: Switches;
  /** Said to the user: a version that was asked for and is not there, for example. */
  readonly note: string | null;
}
