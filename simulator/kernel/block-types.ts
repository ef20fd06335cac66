/**
 * The public data types of the block layer's part: bios, devices with their limits, requests and direct I/O. Like those of
 * `types.ts` every object is live, and read-only to everyone outside this folder.
 *
 * Units: bytes unless a name says sectors; a sector is 512 bytes. Results are what the kernel function returns.
 */
import type { BioVec, Folio, IovIter, Page } from "./types.ts";

/** `read`: the device writes the pages. `zone-append`: a write whose place the device chooses. */
export type BioOp = "read" | "write" | "zone-append";

/** Integrity data mapped from user memory (`struct bio_integrity_payload`). */
export interface BioIntegrity {
  /** Each vector owns one pin where the iterator was user memory, however many pages it spans. */
  readonly vecs: readonly BioVec[];
  readonly pinned: boolean;
  /** Kernel memory that stands in for the user's (BIP_COPY_USER); null: the device uses the vectors themselves. */
  readonly bounce: Page | null;
}

/** A `struct bio`, as far as its pages go. */
export interface Bio {
  readonly op: BioOp;
  readonly maxVecs: number;
  /** bi_io_vec, from its first vector on. A clone shares the table of another. */
  readonly vecs: readonly BioVec[];
  /** bi_vcnt: vectors that are this bio's; 0 in a clone. */
  readonly vcnt: number;
  /** What bi_iter stands at: bytes of the table that are behind, and bi_size. */
  readonly skip: number;
  readonly size: number;
  /** BIO_PAGE_PINNED, from 6.5: the pages are pins of this bio. */
  readonly pagePinned: boolean;
  /** BIO_PAGE_REFFED, only in the extraction series of 2023: the pages are references of this bio. */
  readonly pageReffed: boolean;
  /** BIO_NO_PAGE_REF, up to 6.4: the pages are not this bio's to put. */
  readonly noPageRef: boolean;
  /** BIO_CLONED: the vectors are somebody else's. */
  readonly cloned: boolean;
  /** The device the bio is for: its limits decide what is trimmed and what is joined. */
  readonly device: BlockDevice | null;
  /** __bi_cnt; at 0 the bio is gone, which says nothing of its pages. */
  readonly refs: number;
  /** __bi_remaining: how many ends bio_endio() waits for, children of a chain among them. */
  readonly remaining: number;
  /** bi_status: 0, or the errno of the first failure. */
  readonly status: number;
  /** The bio that waits for this one (bio_chain()). */
  readonly parent: Bio | null;
  /** The next bio of the same request (bi_next). */
  readonly next: Bio | null;
  readonly integrity: BioIntegrity | null;
  /** What was copied instead of mapped (bi_private of block/blk-map.c); null: mapped. */
  readonly copied: CopiedUserData | null;
  /** Pages that bio_iov_iter_bounce() put in place of the user's, from 7.0; null: none. */
  readonly bounced: readonly Folio[] | null;
  /** bi_end_io, called by bio_endio() when nothing remains. */
  readonly endIo: ((bio: Bio) => void) | null;
}

/** `struct bio_map_data`: what blk_rq_unmap_user() copies back, and whether the pages are its own. */
export interface CopiedUserData {
  readonly iter: IovIter;
  readonly ownPages: boolean;
}

/** `struct queue_limits`, as far as pages go. */
export interface QueueLimits {
  readonly logicalBlockSize: number;
  readonly maxHwSectors: number;
  readonly maxSegments: number;
  readonly maxSegmentSize: number;
  /** Mask of the boundary that no gap between vectors may straddle; 0: none. */
  readonly virtBoundaryMask: number;
  /** Mask of the alignment that buffers must have. */
  readonly dmaAlignment: number;
  readonly maxZoneAppendSectors: number;
  readonly maxIntegritySegments: number;
}

/** A block device that keeps its bios until it is told to complete them. */
export interface BlockDevice {
  readonly logicalBlockSize: number;
  readonly limits: QueueLimits;
  /** Bios in flight, oldest first. */
  readonly inFlight: readonly Bio[];
}

/** A request that user memory is mapped for (`struct request`). */
export interface BlockRequest {
  readonly device: BlockDevice;
  readonly op: BioOp;
  /** The first of a chain by `next`; completion may move on, so callers keep the one they saw. */
  readonly bio: Bio | null;
  /** __data_len, in bytes. */
  readonly length: number;
}

/** `struct rq_map_data`: pages of the caller's (sg's reserved buffer) that user data is copied through. */
export interface MapData {
  readonly pages: readonly Page[];
  readonly nullMapped: boolean;
  readonly fromUser: boolean;
}

/** A direct I/O request. */
export interface DirectIo {
  /** All bios that were submitted for it, in order. */
  readonly bios: readonly Bio[];
  /** Where it stands: what the bios could not take is left to buffered I/O. */
  readonly iter: IovIter;
  readonly device: BlockDevice;
  /** Pages are made dirty: at completion (synchronous), or before submission and checked again at completion. */
  readonly shouldDirty: boolean;
  readonly asynchronous: boolean;
  /** Bios that have not ended. */
  readonly pending: number;
  /** Bytes submitted. */
  readonly bytes: number;
  /** Bytes or an errno; null while the request is in flight. */
  readonly result: number | null;
}

/** What a file's blocks are where direct I/O goes. */
export interface FileExtent {
  readonly length: number;
  /** `new`: allocated now, so what the I/O does not cover of its blocks is written with zeroes. */
  readonly state: "mapped" | "new" | "hole";
}

/** The file's side of a direct I/O request (fs/direct-io.c, fs/iomap/direct-io.c). */
export interface FileMapping {
  /** Where in the file the I/O starts. */
  readonly offset: number;
  /** Size of the file system's blocks, a power of two, at least the device's. */
  readonly blockSize: number;
  /** From the start of the file on. */
  readonly extents: readonly FileExtent[];
}

/** A buffer registered with io_uring: vectors, and one pin for each vector once pages of one folio are joined. */
export interface RegisteredBuffer {
  readonly bvecs: readonly BioVec[];
}
