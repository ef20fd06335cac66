/**
 * Pages of an iterator put into a bio (block/bio.c): taken as the era takes them, trimmed to blocks, surplus let go; vectors
 * borrowed; user data bounced.
 */
import {
  append,
  BIO_MAX_VECS,
  type Draft,
  draftOf,
  isFull,
  PAGE_SIZE,
  SECTOR_SIZE,
  tryMerge,
  writeBack,
} from "./bio.ts";
import { bioReleasePage, bioReleasePages, dropPages, holdOf } from "./bio-release.ts";
import type { Bio } from "./block-types.ts";
import { EFAULT, EINVAL, EIO, ENOMEM } from "./errno.ts";
import { iovIterAdvance, iovIterRevert, isUserBacked, takePages } from "./iov-iter.ts";
import { set } from "./journal.ts";
import { allocFolio, headPage } from "./page.ts";
import { folioPut } from "./references.ts";
import { type KernelState, warnOnce } from "./state.ts";
import type { BioVec, Extracted, Folio, IovIter, Page, PageArray } from "./types.ts";
import { copyPieces, copyWithIter } from "./user-copy.ts";

/** How the era takes pages for bios (`bioIovTakes`) or for mapped requests (`bioMapTakes`). */
export type Taking = KernelState["profile"]["era"]["switches"]["bioIovTakes"];

/** Takes pages as `taking` says: `pins-or-references` pins what the user owns and references the rest. */
export function takeFor(
  kernel: KernelState,
  taking: Taking,
  iter: IovIter,
  pages: PageArray,
  maxSize: number,
  maxPages: number,
): Extracted {
  const how =
    taking === "references"
      ? "get"
      : taking === "pins"
        ? "pin"
        : taking === "extracts" || isUserBacked(iter)
          ? "extract"
          : "get";
  return takePages(kernel, how, iter, pages, maxSize, maxPages);
}

/** bio_set_cleanup_mode(), or what stands in its place: which flag says that the pages are the bio's. */
export function setCleanupMode(kernel: KernelState, bio: Bio, iter: IovIter, taking: Taking): void {
  const { bioRelease } = kernel.profile.era.switches;
  if (taking === "extracts" && isUserBacked(iter)) set(kernel.journal, bio, "pagePinned", true);
  if (
    taking === "references" &&
    (bioRelease === "puts-if-reffed" || bioRelease === "by-both-flags" || bioRelease === "pinned-else-reffed")
  )
    set(kernel.journal, bio, "pageReffed", true);
}

/** Bytes of a bio on their way in: what was taken counts as gup's where user memory was pinned for vectors that say so. */
function takenVec(kernel: KernelState, bio: Bio, iter: IovIter, vec: BioVec): BioVec {
  return holdOf(kernel, bio) === "by-vector" ? { ...vec, gup: isUserBacked(iter) } : vec;
}

/** Drops one page that was taken for a bio and does not stay in it, or is in it twice. */
function dropTaken(kernel: KernelState, bio: Bio, iter: IovIter, page: Page): void {
  const { bioIovTakes, bioRelease } = kernel.profile.era.switches;
  if (bioIovTakes === "extracts") bioReleasePage(kernel, bio, page);
  else dropPages(kernel, bio, page.folio, 1, bioRelease === "by-vector" && isUserBacked(iter));
}

/** get_contig_folio_len(): how many slots from `from` on follow each other in one folio. */
function contiguous(pages: PageArray, from: number, limit: number): number {
  const first = pages[from];
  let count = 1;
  while (count < limit) {
    const next = pages[from + count];
    if (!first || !next || next.folio !== first.folio || next.pfn !== first.pfn + count) break;
    count += 1;
  }
  return count;
}

/** bio_iov_add_page(), bio_iov_add_folio(), bio_iov_add_zone_append_page(): 0 or -EINVAL, with nothing stored. */
function addTaken(kernel: KernelState, bio: Bio, iter: IovIter, draft: Draft, vec: BioVec): number {
  const zoneAppend = bio.op === "zone-append" && bio.device !== null ? bio.device.limits : null;
  if (zoneAppend !== null && draft.size + vec.length > zoneAppend.maxZoneAppendSectors * SECTOR_SIZE)
    return EINVAL;
  const merged = tryMerge(draft, vec, zoneAppend?.maxSegmentSize);
  if (merged === "no") {
    if (zoneAppend !== null && draft.vecs.length >= zoneAppend.maxSegments) return EINVAL;
    append(draft, vec);
  } else if (merged === "merged-in-same-page") dropTaken(kernel, bio, iter, vec.page);
  return 0;
}

/** __bio_iov_iter_get_pages(): one round; 0 or an errno, with nothing of the round held that is not in the bio. */
function getPagesOnce(kernel: KernelState, bio: Bio, iter: IovIter): number {
  const { switches } = kernel.profile.era;
  const pages: PageArray = [];
  const room = bio.maxVecs - bio.vecs.length;
  const { ret, offset0 } = takeFor(kernel, switches.bioIovTakes, iter, pages, 0xffffffff - bio.size, room);
  if (ret <= 0) return ret === 0 ? EFAULT : ret;
  const taken = Math.ceil((offset0 + ret) / PAGE_SIZE);
  const trim = bio.device === null ? 0 : ret % bio.device.logicalBlockSize;
  if (trim > 0) iovIterRevert(kernel, iter, trim);
  let left = ret - trim;
  let error = left === 0 ? EFAULT : 0;
  let slot = 0;
  const draft = draftOf(bio);
  for (let offset = offset0; left > 0; offset = 0) {
    const page = pages[slot];
    if (!page) throw new Error("a page that was taken is missing");
    const wanted = Math.ceil((offset + left) / PAGE_SIZE);
    const run = switches.bioAddsFolios ? contiguous(pages, slot, wanted) : 1;
    const length = Math.min(left, run * PAGE_SIZE - offset);
    error = addTaken(kernel, bio, iter, draft, takenVec(kernel, bio, iter, { page, offset, length }));
    if (error !== 0) break;
    left -= length;
    slot += run;
  }
  if (slot > 0) writeBack(kernel, bio, draft);
  if (left > 0) iovIterRevert(kernel, iter, left);
  for (; slot < taken; slot++) {
    const page = pages[slot];
    if (page) dropTaken(kernel, bio, iter, page);
  }
  return error;
}

/** What iov_iter_extract_bvecs() gives: bytes or an errno, and the vectors that they are. */
export interface ExtractedVecs {
  readonly ret: number;
  readonly vecs: readonly BioVec[];
}

/**
 * iov_iter_extract_bvecs(), from 7.0: as iov_iter_extract_pages(), pages of one folio that follow each other as one
 * vector, which owns a pin of each of its pages.
 */
export function iovIterExtractBvecs(
  kernel: KernelState,
  iter: IovIter,
  maxSize: number,
  maxVecs: number,
): ExtractedVecs {
  const pages: PageArray = [];
  const { ret, offset0 } = takePages(kernel, "extract", iter, pages, maxSize, maxVecs);
  if (ret <= 0) return { ret: ret === 0 ? EFAULT : ret, vecs: [] };
  const vecs: BioVec[] = [];
  let left = ret;
  let offset = offset0;
  for (let slot = 0; left > 0; offset = 0) {
    const page = pages[slot];
    if (!page) throw new Error("a page that was taken is missing");
    const run = contiguous(pages, slot, Math.ceil((offset + left) / PAGE_SIZE));
    const length = Math.min(left, run * PAGE_SIZE - offset);
    vecs.push({ page, offset, length });
    left -= length;
    slot += run;
  }
  return { ret, vecs };
}

/** The rounds of 7.0 and later: vectors as they are extracted, nothing joined; what was got before an error counts. */
function extractVecs(kernel: KernelState, bio: Bio, iter: IovIter): number {
  do {
    const room = bio.maxVecs - bio.vecs.length;
    const { ret, vecs } = iovIterExtractBvecs(kernel, iter, 0xffffffff - bio.size, room);
    if (ret <= 0) return bio.vecs.length > 0 ? 0 : ret;
    const draft = draftOf(bio);
    for (const vec of vecs) append(draft, vec);
    writeBack(kernel, bio, draft);
  } while (iter.count > 0 && !isFull(bio));
  return 0;
}

/**
 * bio_iov_iter_align_down(), from 6.19: what is more than whole blocks goes back to the iterator. A vector that goes lets
 * go of one pin of its first page, however many it spans; one that is shortened lets go of none.
 */
function alignDown(kernel: KernelState, bio: Bio, iter: IovIter, mask: number): number {
  let surplus = bio.size % (mask + 1);
  if (surplus === 0) return 0;
  iovIterRevert(kernel, iter, surplus);
  const vecs = [...bio.vecs];
  const size = bio.size - surplus;
  while (surplus > 0) {
    const last = vecs.at(-1);
    if (last === undefined) break;
    if (surplus < last.length) {
      vecs[vecs.length - 1] = { ...last, length: last.length - surplus };
      break;
    }
    dropTaken(kernel, bio, iter, last.page);
    vecs.pop();
    surplus -= last.length;
  }
  writeBack(kernel, bio, { vecs, size });
  return vecs.length === 0 ? EFAULT : 0;
}

/** bio_iov_bvec_set(): the vectors are shared with the iterator, nothing is counted. */
export function bioIovBvecSet(kernel: KernelState, bio: Bio, iter: IovIter): void {
  const { journal } = kernel;
  const { bioRelease } = kernel.profile.era.switches;
  const vecs = iter.segments.slice(iter.segment).flatMap((segment): BioVec[] => {
    if (segment.kind !== "kernel") return [];
    const page = segment.pages[Math.floor(segment.offset / PAGE_SIZE)];
    return page === undefined ? [] : [{ page, offset: segment.offset % PAGE_SIZE, length: segment.length }];
  });
  set(journal, bio, "vecs", vecs);
  set(journal, bio, "vcnt", vecs.length);
  set(journal, bio, "skip", iter.offset);
  set(journal, bio, "size", iter.count);
  set(journal, bio, "cloned", true);
  if (
    bioRelease === "puts-unless-flagged" ||
    bioRelease === "unpins-unless-flagged" ||
    bioRelease === "by-vector"
  )
    set(journal, bio, "noPageRef", true);
}

/**
 * bio_iov_iter_get_pages(): 0 when the bio has pages afterwards, even where the iterator was not used up.
 * @param alignMask block size less one that the whole is trimmed to from 6.19 on; default: the device's. Earlier kernels
 *   trim to the device's blocks.
 */
export function bioIovIterGetPages(kernel: KernelState, bio: Bio, iter: IovIter, alignMask?: number): number {
  const { switches } = kernel.profile.era;
  if (bio.cloned) {
    warnOnce(kernel, "block/bio.c:bio_iov_iter_get_pages", "the bio's vectors are somebody else's");
    return EIO;
  }
  if (iter.type === "bvec") {
    bioIovBvecSet(kernel, bio, iter);
    iovIterAdvance(kernel, iter, bio.size);
    return 0;
  }
  setCleanupMode(kernel, bio, iter, switches.bioIovTakes);
  if (switches.bioTrims === "whole-bio") {
    const error = extractVecs(kernel, bio, iter);
    const mask = alignMask ?? (bio.device?.logicalBlockSize ?? 1) - 1;
    return error === 0 ? alignDown(kernel, bio, iter, mask) : error;
  }
  let error: number;
  do error = getPagesOnce(kernel, bio, iter);
  while (error === 0 && iter.count > 0 && !isFull(bio));
  return bio.vecs.length > 0 ? 0 : error;
}

/** folio_alloc_greedy() of the bounce: as large as the bytes, at most an order of 4. */
function bounceFolios(kernel: KernelState, bytes: number): Folio[] {
  const folios: Folio[] = [];
  for (let left = bytes; left > 0; ) {
    const order = Math.min(4, Math.ceil(Math.log2(Math.max(1, Math.ceil(left / PAGE_SIZE)))));
    folios.push(allocFolio(kernel, order, false));
    left -= PAGE_SIZE << order;
  }
  return folios;
}

/**
 * bio_iov_iter_bounce(), from 7.0: the device works on pages of the kernel's. Of a read, the user's pages are extracted
 * and kept behind the kernel's; a write is copied at once and keeps nothing of the user. 0 or an errno.
 */
export function bioIovIterBounce(kernel: KernelState, bio: Bio, iter: IovIter): number {
  const { journal } = kernel;
  const bytes = Math.min(iter.count, (bio.maxVecs - 1) * PAGE_SIZE, BIO_MAX_VECS * PAGE_SIZE);
  if (bytes <= 0) return ENOMEM;
  const folios = bounceFolios(kernel, bytes);
  const own = folios.map((folio, index): BioVec => {
    const before = folios.slice(0, index).reduce((sum, { pages }) => sum + pages.length * PAGE_SIZE, 0);
    return {
      page: headPage(folio),
      offset: 0,
      length: Math.min(folio.pages.length * PAGE_SIZE, bytes - before),
    };
  });
  const user: BioVec[] = [];
  let size = bytes;
  if (bio.op === "read") {
    const { ret, vecs } = iovIterExtractBvecs(kernel, iter, bytes, bio.maxVecs - own.length);
    if (ret <= 0) {
      for (const folio of folios) folioPut(kernel, folio);
      return ret;
    }
    if (isUserBacked(iter)) set(journal, bio, "pagePinned", true);
    user.push(...vecs);
    size = ret;
  } else if (copyWithIter(kernel, iter, own, "from-iter") < bytes) {
    for (const folio of folios) folioPut(kernel, folio);
    return EFAULT;
  }
  set(journal, bio, "vecs", [...own, ...user]);
  set(journal, bio, "vcnt", own.length + user.length);
  set(journal, bio, "size", size);
  set(journal, bio, "bounced", folios);
  return 0;
}

/** bio_iov_iter_unbounce(): what was read goes to the user's pages, which are then let go; the kernel's are freed. */
export function bioIovIterUnbounce(
  kernel: KernelState,
  bio: Bio,
  isError: boolean,
  markDirty: boolean,
): void {
  const folios = bio.bounced ?? [];
  const own = bio.vecs.slice(0, folios.length);
  const user = bio.vecs.slice(folios.length, bio.vcnt);
  if (bio.op === "read" && !isError) copyPieces(kernel, own, user);
  set(kernel.journal, bio, "vecs", user);
  set(kernel.journal, bio, "vcnt", user.length);
  set(kernel.journal, bio, "bounced", null);
  if (user.length > 0) bioReleasePages(kernel, bio, markDirty && !isError);
  for (const folio of folios) folioPut(kernel, folio);
}
