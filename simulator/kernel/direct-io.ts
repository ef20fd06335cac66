/**
 * Direct I/O to a block device whose requests are held until they are completed (block/fops.c), and buffers registered
 * with io_uring (io_uring/rsrc.c).
 */
import { readByte, writeByte } from "./access.ts";
import { bioInit, bioIovIterGetPages, bioIsDirty, bioReleasePages, bioSetPagesDirty } from "./bio.ts";
import { withBytes } from "./contents.ts";
import { EFAULT, EINVAL } from "./errno.ts";
import { FOLL } from "./foll.ts";
import { slowForm } from "./gup.ts";
import { iovIterNpages, isUserBacked } from "./iov-iter.ts";
import { append, set } from "./journal.ts";
import { mmapReadLock, mmapReadUnlock } from "./mm.ts";
import { pageOf } from "./page.ts";
import { walkPageTables } from "./page-table.ts";
import { gupPutFolio } from "./pin.ts";
import { type KernelState, pageNumber } from "./state.ts";
import type {
  Bio,
  BioVec,
  BlockDevice,
  DirectIo,
  IovIter,
  Mm,
  PageArray,
  RegisteredBuffer,
} from "./types.ts";

const PAGE_SIZE = 4096;
/** BIO_MAX_VECS */
const BIO_MAX_VECS = 256;

export function createBlockDevice(logicalBlockSize: number): BlockDevice {
  return { logicalBlockSize, inFlight: [] };
}

/** bdev_iter_is_aligned(), as far as lengths go: memory may lie at any multiple of 4 bytes. */
function isAligned(device: BlockDevice, iter: IovIter): boolean {
  return iter.segments.every(({ length }) => length % device.logicalBlockSize === 0);
}

/** blkdev_direct_IO() of a request that fits one bio. A request that fails at once has its result already. */
export function blkdevDirectIo(
  kernel: KernelState,
  device: BlockDevice,
  iter: IovIter,
  asynchronous: boolean,
): DirectIo {
  const op = iter.direction === "dest" ? "read" : "write";
  const maxVecs = iter.type === "bvec" ? 0 : iovIterNpages(iter, BIO_MAX_VECS);
  const bio = bioInit(device, maxVecs, op);
  const shouldDirty = op === "read" && isUserBacked(iter);
  const request = { bio, iter, device, shouldDirty, asynchronous };
  if (!isAligned(device, iter)) return { ...request, result: EINVAL };
  const error = bioIovIterGetPages(kernel, bio, iter);
  if (error !== 0) return { ...request, result: error };
  if (asynchronous && shouldDirty) bioSetPagesDirty(kernel, bio);
  const submitted: DirectIo = { ...request, result: null };
  append(kernel.journal, device.inFlight, submitted);
  return submitted;
}

/** The device writes every byte of a bio. */
function fill(kernel: KernelState, bio: Bio, value: number): void {
  for (const { page, offset, length } of bio.vecs) {
    const { folio } = page;
    const start = (page.pfn - folio.pfn) * PAGE_SIZE + offset;
    for (let at = start; at < start + length; ) {
      const inPage = at % PAGE_SIZE;
      const bytes = Math.min(PAGE_SIZE - inPage, start + length - at);
      const target = pageOf(folio, Math.floor(at / PAGE_SIZE));
      set(kernel.journal, target, "contents", withBytes(target.contents, inPage, bytes, value));
      at += bytes;
    }
  }
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

/** bio_endio() of everything in flight: reads fill their bytes, pages are let go, the callers get their results. */
export function completeDirectIo(kernel: KernelState, device: BlockDevice, value: number): number {
  const requests = device.inFlight;
  set(kernel.journal, device, "inFlight", []);
  for (const request of requests) {
    const { bio } = request;
    if (bio.op === "read") fill(kernel, bio, value);
    // Asynchronous reads were made dirty before; who finds them clean now makes them dirty again.
    const markDirty = request.shouldDirty && (!request.asynchronous || !bioIsDirty(bio));
    bioReleasePages(kernel, bio, markDirty);
    const rest = request.asynchronous ? 0 : bufferedRest(kernel, request.iter);
    set(kernel.journal, request, "result", bio.size + rest);
  }
  return requests.length;
}

/** IORING_REGISTER_BUFFERS of one buffer. `ret` is 0, or an errno with nothing held. */
export function ioUringRegisterBuffer(
  kernel: KernelState,
  mm: Mm,
  address: number,
  length: number,
): { readonly ret: number; readonly buffer: RegisteredBuffer | null } {
  const offset = address % PAGE_SIZE;
  const wanted = Math.ceil((offset + length) / PAGE_SIZE);
  const pages: PageArray = [];
  mmapReadLock(kernel, mm);
  const got = slowForm(kernel, "pin", mm, address, wanted, FOLL.WRITE | FOLL.LONGTERM, pages);
  mmapReadUnlock(kernel, mm);
  if (got !== wanted) {
    for (const page of pages.slice(0, Math.max(0, got)))
      if (page !== null) gupPutFolio(kernel, page.folio, 1, FOLL.PIN);
    return { ret: got < 0 ? got : EFAULT, buffer: null };
  }
  return { ret: 0, buffer: { bvecs: vectorsOf(kernel, pages, offset, length) } };
}

/** One vector for each page, or for each folio where the era joins them: then all its pins but one are dropped. */
function vectorsOf(kernel: KernelState, pages: PageArray, offset: number, length: number): BioVec[] {
  const bvecs: BioVec[] = [];
  let left = length;
  for (let slot = 0; slot < pages.length; ) {
    const page = pages[slot];
    if (!page) break;
    let run = 1;
    while (
      kernel.profile.era.switches.uringCoalesces &&
      pages[slot + run]?.folio === page.folio &&
      pages[slot + run]?.pfn === page.pfn + run
    )
      run += 1;
    const start = slot === 0 ? offset : 0;
    const bytes = Math.min(left, run * PAGE_SIZE - start);
    if (run > 1) gupPutFolio(kernel, page.folio, run - 1, FOLL.PIN);
    bvecs.push({ page, offset: start, length: bytes });
    left -= bytes;
    slot += run;
  }
  return bvecs;
}

export function ioUringUnregisterBuffer(kernel: KernelState, { bvecs }: RegisteredBuffer): void {
  for (const { page } of bvecs) gupPutFolio(kernel, page.folio, 1, FOLL.PIN);
}
