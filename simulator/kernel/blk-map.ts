/**
 * User memory mapped into, or copied for, a request of one's own making (block/blk-map.c): SCSI passthrough, NVMe commands.
 */
import {
  append,
  BIO_MAX_VECS,
  bioAddHwPage,
  bioInit,
  draftOf,
  PAGE_SIZE,
  SECTOR_SIZE,
  writeBack,
} from "./bio.ts";
import { bioIntegrityUnmapUser } from "./bio-integrity.ts";
import { bioIovBvecSet, bioIovIterGetPages, setCleanupMode, takeFor } from "./bio-iter.ts";
import { bioFreePages, bioPut, bioReleasePage, bioReleasePages, dropPages } from "./bio-release.ts";
import type { Bio, BioOp, BlockDevice, BlockRequest, MapData } from "./block-types.ts";
import { EFAULT, EINVAL, ENOMEM } from "./errno.ts";
import { iovIterAdvance, iovIterNpages, iovIterRevert, isUserBacked } from "./iov-iter.ts";
import { set } from "./journal.ts";
import { allocFolio, headPage } from "./page.ts";
import { folioPut } from "./references.ts";
import type { KernelState } from "./state.ts";
import type { BioVec, IovIter, IterSegment, Page, PageArray } from "./types.ts";
import { copyWithIter, fillVecs } from "./user-copy.ts";

/** blk_mq_alloc_request(), as far as mapping goes. */
export function createRequest(device: BlockDevice, op: BioOp): BlockRequest {
  return { device, op, bio: null, length: 0 };
}

/** The start of a segment: a user address, or where it lies in the pages of kernel memory. */
function startOf(segment: IterSegment): number {
  return segment.kind === "user" ? segment.address : segment.offset;
}

/** iov_iter_alignment(): the bits of all starts and lengths. */
function alignment(iter: IovIter): number {
  let bits = 0;
  let skip = iter.offset;
  for (const segment of iter.segments.slice(iter.segment)) {
    const length = segment.length - skip;
    if (length > 0) bits |= ((startOf(segment) + skip) % PAGE_SIZE) | (length % PAGE_SIZE);
    skip = 0;
  }
  return bits;
}

/** iov_iter_gap_alignment(): the bits of every end with a segment behind it, and of that segment's start. */
function gapAlignment({ segments }: IovIter): number {
  let bits = 0;
  segments.forEach((segment, index) => {
    if (index > 0) bits |= startOf(segment) % PAGE_SIZE;
    if (index < segments.length - 1) bits |= (startOf(segment) + segment.length) % PAGE_SIZE;
  });
  return bits;
}

/** blk_rq_append_bio(): the bio becomes the request's; -EINVAL where the device cannot take so many bytes, and it stays the caller's. */
export function blkRqAppendBio(kernel: KernelState, request: BlockRequest, bio: Bio): number {
  const { journal } = kernel;
  const { limits } = request.device;
  if (request.bio !== null && request.length + bio.size > limits.maxHwSectors * SECTOR_SIZE) return EINVAL;
  if (request.bio === null) set(journal, request, "bio", bio);
  else {
    let last = request.bio;
    while (last.next !== null) last = last.next;
    set(journal, last, "next", bio);
  }
  set(journal, request, "length", request.length + bio.size);
  return 0;
}

/** bio_copy_user_iov(): pages of the kernel's, or of the caller's, stand in for the user's. */
function copyUser(kernel: KernelState, request: BlockRequest, iter: IovIter, map: MapData | null): number {
  const { limits } = request.device;
  const bio = bioInit(null, Math.min(BIO_MAX_VECS, Math.ceil(iter.count / PAGE_SIZE)), request.op);
  const reader = { ...iter };
  let left = iter.count;
  for (let index = 0; left > 0; index++) {
    const length = Math.min(PAGE_SIZE, left);
    const page: Page | undefined = map === null ? headPage(allocFolio(kernel, 0, false)) : map.pages[index];
    if (page === undefined) {
      if (map === null) bioFreePages(kernel, bio);
      return ENOMEM;
    }
    if (bioAddHwPage(kernel, request.device, bio, page, length, 0, limits.maxHwSectors).ret < length) {
      if (map === null) folioPut(kernel, page.folio);
      break;
    }
    left -= length;
  }
  const writes = request.op !== "read" && map?.nullMapped !== true;
  if (writes || map?.fromUser === true) {
    const source = writes ? iter : reader;
    if (copyWithIter(kernel, source, bio.vecs, "from-iter") < bio.size) {
      if (map === null) bioFreePages(kernel, bio);
      return EFAULT;
    }
    if (!writes) iovIterAdvance(kernel, iter, bio.size);
  } else {
    if (map === null) fillVecs(kernel, bio.vecs, 0);
    iovIterAdvance(kernel, iter, bio.size);
  }
  set(kernel.journal, bio, "copied", { iter: reader, ownPages: map === null });
  const error = blkRqAppendBio(kernel, request, bio);
  if (error !== 0 && map === null) bioFreePages(kernel, bio);
  return error;
}

/** Drops a page that was taken for a mapped request: bio_release_page(), or put_page() where pages are references. */
function dropMapped(kernel: KernelState, bio: Bio, iter: IovIter, page: Page): void {
  const { bioMapTakes } = kernel.profile.era.switches;
  if (bioMapTakes === "extracts") bioReleasePage(kernel, bio, page);
  else dropPages(kernel, bio, page.folio, 1, isUserBacked(iter));
}

/** bio_map_user_iov(): the user's pages themselves. 0, or an errno with nothing held. */
export function bioMapUserIov(kernel: KernelState, request: BlockRequest, iter: IovIter): number {
  if (iter.count === 0) return EINVAL;
  const { switches } = kernel.profile.era;
  const bio = bioInit(request.device, iovIterNpages(iter, BIO_MAX_VECS), request.op);
  let error: number;
  if (switches.bioMapUsesIter)
    error = bioIovIterGetPages(kernel, bio, iter, request.device.limits.dmaAlignment);
  else {
    setCleanupMode(kernel, bio, iter, switches.bioMapTakes);
    error = mapPages(kernel, request, bio, iter);
  }
  if (error === 0) error = blkRqAppendBio(kernel, request, bio);
  if (error !== 0) {
    bioReleasePages(kernel, bio, false);
    bioPut(kernel, bio);
  }
  return error;
}

function mapPages(kernel: KernelState, request: BlockRequest, bio: Bio, iter: IovIter): number {
  const { device } = request;
  const { switches } = kernel.profile.era;
  while (iter.count > 0) {
    const pages: PageArray = [];
    const { ret, offset0 } = takeFor(kernel, switches.bioMapTakes, iter, pages, iter.count, bio.maxVecs);
    if (ret <= 0) return ret === 0 ? EFAULT : ret;
    const taken = Math.ceil((offset0 + ret) / PAGE_SIZE);
    let left = ret;
    let slot = 0;
    if ((offset0 & device.limits.dmaAlignment) === 0)
      for (let offset = offset0; slot < taken; offset = 0) {
        const page = pages[slot];
        if (!page) throw new Error("a page that was taken is missing");
        const length = Math.min(PAGE_SIZE - offset, left);
        const added = bioAddHwPage(kernel, device, bio, page, length, offset, device.limits.maxHwSectors);
        if (added.ret === 0) break;
        markGup(kernel, bio, iter);
        if (added.samePage && !switches.bioMapKeepsSamePage) dropMapped(kernel, bio, iter, page);
        left -= length;
        slot += 1;
      }
    for (; slot < taken; slot++) {
      const page = pages[slot];
      if (page) dropMapped(kernel, bio, iter, page);
    }
    if (left > 0) {
      iovIterRevert(kernel, iter, left);
      return 0;
    }
  }
  return 0;
}

/** The proposal of April 2019 notes in the vector that get_user_pages() holds its page. */
function markGup(kernel: KernelState, bio: Bio, iter: IovIter): void {
  const last = bio.vecs.at(-1);
  if (last?.gup === undefined || last.gup === isUserBacked(iter)) return;
  set(kernel.journal, bio, "vecs", [...bio.vecs.slice(0, -1), { ...last, gup: isUserBacked(iter) }]);
}

/** blk_rq_map_user_bvec(): the iterator's vectors as they are; null: they do not fit the device, copy instead. */
function mapVectors(kernel: KernelState, request: BlockRequest, iter: IovIter): number | null {
  const { limits } = request.device;
  if (iter.count === 0 || iter.count > limits.maxHwSectors * SECTOR_SIZE) return EINVAL;
  const bio = bioInit(request.device, 0, request.op);
  bioIovBvecSet(kernel, bio, iter);
  const gaps = bio.vecs.some(
    (vec, index) => index > 0 && crossesGap(bio.vecs[index - 1], vec, limits.virtBoundaryMask),
  );
  if (
    gaps ||
    bio.vecs.length > limits.maxSegments ||
    bio.vecs.some(({ length }) => length > limits.maxSegmentSize)
  )
    return null;
  return blkRqAppendBio(kernel, request, bio);
}

function crossesGap(before: BioVec | undefined, vec: BioVec, mask: number): boolean {
  return mask !== 0 && before !== undefined && (((before.offset + before.length) | vec.offset) & mask) !== 0;
}

/**
 * blk_rq_map_user_iov(): the request's bios on what the iterator describes, without moving it: mapped where alignment, the
 * kind of memory and the device allow it, else copied. 0, or an errno with everything undone.
 */
export function blkRqMapUserIov(
  kernel: KernelState,
  request: BlockRequest,
  iter: IovIter,
  map: MapData | null = null,
): number {
  const { limits } = request.device;
  const { bioMapsVectors } = kernel.profile.era.switches;
  let copy = map !== null || (alignment(iter) & limits.dmaAlignment) !== 0;
  if (!copy && iter.type === "bvec" && bioMapsVectors) {
    const mapped = mapVectors(kernel, request, iter);
    if (mapped !== null) return mapped;
    copy = true;
  } else if (!isUserBacked(iter)) copy = true;
  else if (!copy) copy = (limits.virtBoundaryMask & gapAlignment(iter)) !== 0;
  const walker = { ...iter };
  while (walker.count > 0) {
    const error = copy ? copyUser(kernel, request, walker, map) : bioMapUserIov(kernel, request, walker);
    if (error !== 0) {
      if (request.bio !== null) blkRqUnmapUser(kernel, request.bio);
      set(kernel.journal, request, "bio", null);
      set(kernel.journal, request, "length", 0);
      return error;
    }
  }
  return 0;
}

/** bio_uncopy_user(): what was read goes to the user, unless nothing came; pages of the kernel's own go back. */
function uncopy(kernel: KernelState, bio: Bio, failed: boolean): number {
  const { copied } = bio;
  if (copied === null) return 0;
  let error = 0;
  if (
    bio.op === "read" &&
    !failed &&
    copyWithIter(kernel, { ...copied.iter }, bio.vecs, "to-iter") < bio.size
  )
    error = EFAULT;
  if (copied.ownPages) bioFreePages(kernel, bio);
  return error;
}

/** blk_rq_unmap_user(): takes the first bio as it was before the request was issued. 0, or the first errno. */
export function blkRqUnmapUser(kernel: KernelState, first: Bio | null): number {
  let error = 0;
  for (let bio = first; bio !== null; bio = bio.next) {
    if (bio.copied !== null) error = error || uncopy(kernel, bio, bio.status !== 0);
    else bioReleasePages(kernel, bio, bio.op === "read");
    if (bio.integrity !== null) bioIntegrityUnmapUser(kernel, bio);
    bioPut(kernel, bio);
  }
  return error;
}

/**
 * blk_rq_map_kern(): a bio on kernel memory, page by page; nothing is counted.
 * @param pages the memory, from `offset` of its first page on.
 */
export function blkRqMapKern(
  kernel: KernelState,
  request: BlockRequest,
  pages: readonly Page[],
  offset: number,
  length: number,
): number {
  const { limits } = request.device;
  if (length <= 0 || length > limits.maxHwSectors * SECTOR_SIZE) return EINVAL;
  const bio = bioInit(request.device, Math.ceil((offset + length) / PAGE_SIZE), request.op);
  const draft = draftOf(bio);
  let left = length;
  let start = offset;
  for (const page of pages) {
    if (left <= 0) break;
    const bytes = Math.min(PAGE_SIZE - start, left);
    append(draft, { page, offset: start, length: bytes });
    left -= bytes;
    start = 0;
  }
  writeBack(kernel, bio, draft);
  return left > 0 ? EINVAL : blkRqAppendBio(kernel, request, bio);
}
