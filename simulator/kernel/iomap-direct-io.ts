/**
 * Direct I/O of the file systems that use fs/iomap/direct-io.c: for each extent bios on the iterator, and bios of zeroes
 * for what a new block has before and behind the I/O.
 */
import { BIO_MAX_VECS, bioAddPageUnchecked, bioInit, PAGE_SIZE } from "./bio.ts";
import { bioIovIterGetPages } from "./bio-iter.ts";
import { bioSetPagesDirty } from "./bio-release.ts";
import type { Bio, BlockDevice, DirectIo, FileMapping } from "./block-types.ts";
import { endedOne, errorOf, letGo, openRequest, submitFor } from "./direct-io.ts";
import { EINVAL } from "./errno.ts";
import { placeAt } from "./file-direct-io.ts";
import { FOLL } from "./foll.ts";
import { iovIterNpages } from "./iov-iter.ts";
import { set } from "./journal.ts";
import { allocFolio, headPage } from "./page.ts";
import { tryGrabFolio } from "./pin.ts";
import { folioGet } from "./references.ts";
import type { KernelState } from "./state.ts";
import type { IovIter, Page } from "./types.ts";
import { iovIterZero } from "./user-copy.ts";

/** Order of iomap's own zeroes: 64 KiB. */
const ZEROES_ORDER = 4;

/** The page that iomap_dio_zero() writes: the zero page, or iomap's own (6.12), made at its first use. */
function zeroes(kernel: KernelState): Page {
  if (!kernel.profile.era.switches.iomapOwnZeroes) return kernel.zero.page;
  if (kernel.block.iomapZeroes === null)
    set(kernel.journal, kernel.block, "iomapZeroes", allocFolio(kernel, ZEROES_ORDER, false));
  const folio = kernel.block.iomapZeroes;
  if (folio === null) throw new Error("iomap's zeroes are missing");
  return headPage(folio);
}

function submit(kernel: KernelState, request: DirectIo, bio: Bio): void {
  submitFor(kernel, request, bio, (ended) => {
    letGo(kernel, ended, request, true);
    if (endedOne(kernel, request)) set(kernel.journal, request, "result", errorOf(request) || request.bytes);
  });
}

/** iomap_dio_zero(): one bio of zeroes. Up to 6.4 it puts the page, which is referenced for it. */
function zeroBio(kernel: KernelState, request: DirectIo, length: number): void {
  if (length <= 0) return;
  const { iomapZeroPage, iomapOwnZeroes } = kernel.profile.era.switches;
  const page = zeroes(kernel);
  const step = iomapOwnZeroes ? PAGE_SIZE << ZEROES_ORDER : PAGE_SIZE;
  for (let left = length; left > 0; left -= step) {
    const bio = bioInit(request.device, 1, "write");
    if (iomapZeroPage === "referenced") folioGet(kernel, page.folio);
    if (iomapZeroPage === "pinned") tryGrabFolio(kernel, page.folio, 1, FOLL.PIN);
    if (iomapZeroPage === "flagged") set(kernel.journal, bio, "noPageRef", true);
    bioAddPageUnchecked(kernel, bio, page, Math.min(left, step), 0);
    const { bytes } = request;
    submit(kernel, request, bio);
    // Zeroes are not what the caller wrote.
    set(kernel.journal, request, "bytes", bytes);
  }
}

/** iomap_dio_bio_iter() for one extent: 0 or an errno; bios before it are in flight. */
function extentBios(kernel: KernelState, request: DirectIo, bytes: number): number {
  const { iter, device } = request;
  const { journal } = kernel;
  const behind = iter.count - bytes;
  // The iterator is truncated to the extent, and gets the rest back at the end.
  set(journal, iter, "count", bytes);
  let error = 0;
  while (error === 0 && iter.count > 0) {
    const op = iter.direction === "dest" ? "read" : "write";
    const bio = bioInit(device, iter.type === "bvec" ? 0 : iovIterNpages(iter, BIO_MAX_VECS), op);
    error = bioIovIterGetPages(kernel, bio, iter);
    if (error !== 0) break;
    if (request.shouldDirty) bioSetPagesDirty(kernel, bio);
    submit(kernel, request, bio);
  }
  set(journal, iter, "count", iter.count + behind);
  return error;
}

/**
 * iomap_dio_rw(): submits, completes nothing. User memory that is read into is made dirty before and checked at the end of
 * each bio, whether the request is asynchronous or not.
 */
export function iomapDioRw(
  kernel: KernelState,
  device: BlockDevice,
  iter: IovIter,
  file: FileMapping,
  asynchronous: boolean,
): DirectIo {
  const request = openRequest(device, iter, asynchronous);
  const { journal } = kernel;
  if ((file.offset | iter.count) % device.logicalBlockSize !== 0) {
    set(journal, request, "result", EINVAL);
    return request;
  }
  const isWrite = iter.direction === "source";
  const end = file.offset + iter.count;
  let position = file.offset;
  let error = 0;
  while (position < end && error === 0) {
    const place = placeAt(file, position);
    if (place === null) break;
    const bytes = Math.min(place.left, end - position);
    const { state } = place.extent;
    if (state === "hole" && !isWrite) {
      const done = iovIterZero(kernel, iter, bytes);
      set(journal, request, "bytes", request.bytes + done);
      position += done;
      if (done < bytes) break;
      continue;
    }
    if (isWrite && state === "new") zeroBio(kernel, request, position % file.blockSize);
    const before = iter.count;
    error = extentBios(kernel, request, bytes);
    position += before - iter.count;
    // Also after an error: what the disk has of the block must not be seen.
    if (isWrite && state === "new")
      zeroBio(kernel, request, (file.blockSize - (position % file.blockSize)) % file.blockSize);
  }
  if (request.pending === 0) set(journal, request, "result", request.bytes > 0 ? request.bytes : error);
  return request;
}
