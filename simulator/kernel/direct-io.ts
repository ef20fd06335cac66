/** Direct I/O to a block device whose bios are held until they are completed (block/fops.c). */
import { readByte, writeByte } from "./access.ts";
import { BIO_MAX_VECS, bioInit, PAGE_SIZE } from "./bio.ts";
import { submitBio } from "./bio-chain.ts";
import { bioIovIterGetPages } from "./bio-iter.ts";
import { bioCheckPagesDirty, bioPut, bioReleasePages, bioSetPagesDirty } from "./bio-release.ts";
import type { Bio, BlockDevice, DirectIo } from "./block-types.ts";
import { withBytes } from "./contents.ts";
import { EINVAL, EIO } from "./errno.ts";
import { iovIterNpages, isUserBacked } from "./iov-iter.ts";
import { append, set } from "./journal.ts";
import { walkPageTables } from "./page-table.ts";
import { type KernelState, pageNumber } from "./state.ts";
import type { IovIter } from "./types.ts";

/** bdev_iter_is_aligned(), as far as lengths go: memory may lie at any multiple of 4 bytes. */
function isAligned(device: BlockDevice, iter: IovIter): boolean {
  return iter.segments.every(({ length }) => length % device.logicalBlockSize === 0);
}

/** A request without bios; those that are added to it end it. */
export function openRequest(device: BlockDevice, iter: IovIter, asynchronous: boolean): DirectIo {
  return {
    bios: [],
    iter,
    device,
    shouldDirty: iter.direction === "dest" && isUserBacked(iter),
    asynchronous,
    pending: 0,
    bytes: 0,
    result: null,
  };
}

/** A bio of the request is given to the device; `end` is what is done when it has ended. */
export function submitFor(kernel: KernelState, request: DirectIo, bio: Bio, end: (bio: Bio) => void): void {
  const { journal } = kernel;
  set(journal, bio, "endIo", end);
  append(journal, request.bios, bio);
  set(journal, request, "pending", request.pending + 1);
  set(journal, request, "bytes", request.bytes + bio.size);
  submitBio(kernel, bio);
}

/** One bio less is pending. @returns whether it was the last. */
export function endedOne(kernel: KernelState, request: DirectIo): boolean {
  set(kernel.journal, request, "pending", request.pending - 1);
  return request.pending === 0;
}

/** Lets go of a bio's pages as its end does: made dirty before and checked now, or made dirty now. */
export function letGo(kernel: KernelState, bio: Bio, request: DirectIo, dirtiedBefore: boolean): void {
  if (request.shouldDirty && dirtiedBefore) {
    bioCheckPagesDirty(kernel, bio);
    return;
  }
  bioReleasePages(kernel, bio, request.shouldDirty);
  bioPut(kernel, bio);
}

/** The errno of the first bio that failed; 0: none did. */
export function errorOf({ bios }: DirectIo): number {
  return bios.find(({ status }) => status !== 0)?.status ?? 0;
}

/**
 * blkdev_direct_IO(): bios of up to 256 vectors each, all in flight together. A request that fails at once has its result
 * already.
 */
export function blkdevDirectIo(
  kernel: KernelState,
  device: BlockDevice,
  iter: IovIter,
  asynchronous: boolean,
): DirectIo {
  const op = iter.direction === "dest" ? "read" : "write";
  const request = openRequest(device, iter, asynchronous);
  if (!isAligned(device, iter)) {
    set(kernel.journal, request, "result", EINVAL);
    return request;
  }
  const simple = iter.type === "bvec" || iovIterNpages(iter, BIO_MAX_VECS + 1) <= BIO_MAX_VECS;
  const bios: Bio[] = [];
  do {
    const bio = bioInit(device, iter.type === "bvec" ? 0 : iovIterNpages(iter, BIO_MAX_VECS), op);
    const error = bioIovIterGetPages(kernel, bio, iter);
    if (error !== 0) {
      // A request of one bio returns the errno; one of several ends with -EIO, after those that were submitted.
      if (bios.length === 0) {
        set(kernel.journal, request, "result", simple ? error : EIO);
        return request;
      }
      set(kernel.journal, bio, "status", EIO);
      append(kernel.journal, request.bios, bio);
      break;
    }
    bios.push(bio);
  } while (!simple && iter.count > 0);
  for (const bio of bios) {
    if (asynchronous && request.shouldDirty) bioSetPagesDirty(kernel, bio);
    submitFor(kernel, request, bio, (ended) => endBio(kernel, request, ended, simple));
  }
  return request;
}

/** blkdev_bio_end_io(): the last bio gives the caller its result. */
function endBio(kernel: KernelState, request: DirectIo, bio: Bio, simple: boolean): void {
  letGo(kernel, bio, request, request.asynchronous);
  if (!endedOne(kernel, request)) return;
  const error = errorOf(request);
  const rest = request.asynchronous || !simple || error !== 0 ? 0 : bufferedRest(kernel, request.iter);
  set(kernel.journal, request, "result", error === 0 ? request.bytes + rest : error);
}

/** What a read through the device's page cache finds there. */
const BUFFERED_BYTE = 0x5a;

/**
 * What direct I/O could not take is copied through the page cache, as far as the memory can be reached by now
 * (blkdev_read_iter(), blkdev_write_iter()). Returns the bytes.
 */
function bufferedRest(kernel: KernelState, iter: IovIter): number {
  const { mm, direction } = iter;
  let copied = 0;
  let skip = iter.offset;
  for (const segment of iter.segments.slice(iter.segment)) {
    if (segment.kind !== "user" || mm === null) return copied;
    let address = segment.address + skip;
    const end = segment.address + segment.length;
    skip = 0;
    while (address < end) {
      const bytes = Math.min(PAGE_SIZE - (address % PAGE_SIZE), end - address);
      const access =
        direction === "dest" ? writeByte(kernel, mm, address, BUFFERED_BYTE) : readByte(kernel, mm, address);
      if (access.signal !== null) return copied;
      if (direction === "dest") {
        const { page } = walkPageTables(mm, pageNumber(address));
        if (page !== null) {
          const filled = withBytes(page.contents, address % PAGE_SIZE, bytes, BUFFERED_BYTE);
          set(kernel.journal, page, "contents", filled);
        }
      }
      address += bytes;
      copied += bytes;
    }
  }
  return copied;
}
