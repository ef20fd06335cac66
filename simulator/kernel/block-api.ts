/**
 * The functions of the block layer, as users of the kernel model see them; the data that they work on is in
 * `block-types.ts`. Functions bear the names of the kernel's in camel case.
 */
import type { AddedUnderLimits } from "./bio.ts";
import type { ExtractedVecs } from "./bio-iter.ts";
import type {
  Bio,
  BioOp,
  BlockDevice,
  BlockRequest,
  DirectIo,
  FileMapping,
  MapData,
  QueueLimits,
  RegisteredBuffer,
} from "./block-types.ts";
import type { Foll } from "./foll.ts";
import type { BioVec, Folio, IovIter, Mm, Page } from "./types.ts";

export interface BlockFunctions {
  // --- bios and what is put into them (block/bio.c); nothing here counts anything
  /** A device with the limits of a usual disk, where `limits` does not say otherwise. `logicalBlockSize` in bytes. */
  createBlockDevice(logicalBlockSize: number, limits?: Partial<QueueLimits>): BlockDevice;
  bioInit(device: BlockDevice | null, maxVecs: number, op: BioOp): Bio;
  bioGet(bio: Bio): void;
  /** Drops a reference of the bio itself; its pages stay held. */
  bioPut(bio: Bio): void;
  /** `length`, or 0 when the bio has no room. `gup`: the flag proposed in April 2019; other eras ignore it. */
  bioAddPage(bio: Bio, page: Page, length: number, offset: number, gup?: boolean): number;
  /** __bio_add_page() */
  __bioAddPage(bio: Bio, page: Page, length: number, offset: number, gup?: boolean): void;
  bioAddFolio(bio: Bio, folio: Folio, length: number, offset: number): boolean;
  bioAddFolioNofail(bio: Bio, folio: Folio, length: number, offset: number): void;
  /** 5.8 to 6.13. `samePage`: the caller has one hold too many on the page. */
  bioAddHwPage(
    device: BlockDevice,
    bio: Bio,
    page: Page,
    length: number,
    offset: number,
    maxSectors: number,
  ): AddedUnderLimits;
  /** 6.12 and 6.13. */
  bioAddHwFolio(
    device: BlockDevice,
    bio: Bio,
    folio: Folio,
    length: number,
    offset: number,
    maxSectors: number,
  ): AddedUnderLimits;
  /** Up to 6.13. */
  bioAddPcPage(device: BlockDevice, bio: Bio, page: Page, length: number, offset: number): number;
  /** 5.13 to 6.12. */
  bioAddZoneAppendPage(bio: Bio, page: Page, length: number, offset: number): number;
  /** bio_for_each_folio_all(): the parts of the bio's own vectors by folio, in order; `offset` in the folio. */
  bioForEachFolioAll(
    bio: Bio,
  ): readonly { readonly folio: Folio; readonly offset: number; readonly length: number }[];
  /** bio_for_each_segment_all(): the same page by page. */
  bioForEachSegmentAll(bio: Bio): readonly BioVec[];
  bioAllocClone(device: BlockDevice | null, source: Bio): Bio;
  bioInitClone(clone: Bio, source: Bio): void;
  bioAdvance(bio: Bio, bytes: number): void;
  /** Null for a zone append. */
  bioSplit(bio: Bio, sectors: number): Bio | null;
  bioChain(bio: Bio, parent: Bio): void;
  /** bio->bi_end_io = `end`. */
  bioSetEndIo(bio: Bio, end: ((bio: Bio) => void) | null): void;
  bioEndio(bio: Bio): void;
  submitBio(bio: Bio): void;
  /** Ends all bios in flight: reads fill their bytes with `value`, or all fail with `error`. Returns their number. */
  completeBios(device: BlockDevice, value: number, error?: number): number;

  // --- pages of an iterator in a bio, and how a bio lets go (block/bio.c, block/blk.h)
  bioIovBvecSet(bio: Bio, iter: IovIter): void;
  /** 0 when the bio got at least one page, or an errno. `alignMask`: from 6.19, block size less one. */
  bioIovIterGetPages(bio: Bio, iter: IovIter, alignMask?: number): number;
  /** From 7.0. */
  iovIterExtractBvecs(iter: IovIter, maxSize: number, maxVecs: number): ExtractedVecs;
  bioIovIterBounce(bio: Bio, iter: IovIter): number;
  bioIovIterUnbounce(bio: Bio, isError: boolean, markDirty: boolean): void;
  bioSetPagesDirty(bio: Bio): void;
  /** Lets go of pages and bio, at once or by the work item. */
  bioCheckPagesDirty(bio: Bio): void;
  /** The work item behind it: makes dirty and lets go. Returns how many bios it found. */
  bioDirtyFn(): number;
  bioReleasePages(bio: Bio, markDirty: boolean): void;
  /** From 6.5 to 6.19, and in the extraction series from its seventh patch on. */
  bioReleasePage(bio: Bio, page: Page): void;
  bioFreePages(bio: Bio): void;
  /** bio_set_flag() and bio_clear_flag(); a flag that the era does not have throws. */
  bioSetFlag(bio: Bio, flag: BioFlag): void;
  bioClearFlag(bio: Bio, flag: BioFlag): void;
  bioFlagged(bio: Bio, flag: BioFlag): boolean;
  /** bi_flags as a number, as far as its bits are about pages: their places differ from kernel to kernel. */
  bioFlags(bio: Bio): number;

  // --- requests of one's own making (block/blk-map.c), integrity data (block/bio-integrity.c)
  createRequest(device: BlockDevice, op: BioOp): BlockRequest;
  blkRqAppendBio(request: BlockRequest, bio: Bio): number;
  blkRqMapUser(request: BlockRequest, mm: Mm, address: number, length: number, map?: MapData | null): number;
  blkRqMapUserIov(request: BlockRequest, iter: IovIter, map?: MapData | null): number;
  /** Moves the iterator, unlike blk_rq_map_user_iov(). */
  bioMapUserIov(request: BlockRequest, iter: IovIter): number;
  /** Takes the first bio as it was before the request was issued. */
  blkRqUnmapUser(bio: Bio | null): number;
  blkRqMapKern(request: BlockRequest, pages: readonly Page[], offset: number, length: number): number;
  /** From 6.8. */
  bioIntegrityMapUser(bio: Bio, iter: IovIter): number;
  bioIntegrityUnmapUser(bio: Bio): void;

  // --- direct I/O (block/fops.c, fs/direct-io.c, fs/iomap/direct-io.c): submits, completes nothing
  /** pread()/pwrite() with O_DIRECT (or io_uring, asynchronous) of the iterator's bytes on a block device. */
  blkdevDirectIo(device: BlockDevice, iter: IovIter, asynchronous: boolean): DirectIo;
  /** __blockdev_direct_IO(): through a file system that uses fs/direct-io.c. */
  blockdevDirectIo(device: BlockDevice, iter: IovIter, file: FileMapping, asynchronous: boolean): DirectIo;
  iomapDioRw(device: BlockDevice, iter: IovIter, file: FileMapping, asynchronous: boolean): DirectIo;
  /** `completeBios`, and the work item of bio_check_pages_dirty() after it. Returns the number of bios. */
  completeDirectIo(device: BlockDevice, value: number, error?: number): number;

  // --- io_uring (io_uring/rsrc.c)
  /** Long-term write pins of a user buffer (IORING_REGISTER_BUFFERS); pages of one folio keep one pin from 6.12 on. */
  ioUringRegisterBuffer(
    mm: Mm,
    address: number,
    length: number,
  ): { readonly ret: number; readonly buffer: RegisteredBuffer | null };
  ioUringUnregisterBuffer(buffer: RegisteredBuffer): void;

  // --- the extraction series of 2023
  /** FOLL_PIN for user memory, else 0. */
  iovIterExtractMode(iter: IovIter): Foll;
  /** FOLL_PIN unpins, else FOLL_GET puts, 0 does nothing. */
  folioPutUnpin(folio: Folio, flags: Foll): void;
  pagePutUnpin(page: Page, flags: Foll): void;
  bioSetCleanupMode(bio: Bio, iter: IovIter): void;
  /** BIO_PAGE_REFFED and BIO_PAGE_PINNED as FOLL_GET and FOLL_PIN. */
  bioToGupFlags(bio: Bio): Foll;
  /** With FOLL_* inside mm/: bits of PAGE_CLEANUP. */
  folioPutUnpinCleanup(folio: Folio, cleanupFlags: number): void;
  /** A number as C code passes it for gup_flags, as the flags of `FOLL`: the numbers differ from kernel to kernel. */
  gupFlagsOf(value: number): Foll;

  // --- the proposal of April 2019
  /** get_gup_pin(): for who puts a page into a bio that get_user_pages() did not give him. */
  getGupPin(page: Page): void;
}

export type BioFlag = "BIO_PAGE_PINNED" | "BIO_PAGE_REFFED" | "BIO_NO_PAGE_REF" | "BIO_CLONED";
