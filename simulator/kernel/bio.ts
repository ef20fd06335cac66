/**
 * Bios and the pages in them (block/bio.c): how they get there, which of their references are the bio's, and how they are
 * let go. Knows no device but its block size.
 */
import { EFAULT, EIO } from "./errno.ts";
import { FOLL } from "./foll.ts";
import { iovIterAdvance, iovIterRevert, isUserBacked, takePages } from "./iov-iter.ts";
import { set } from "./journal.ts";
import { pageOf } from "./page.ts";
import { gupPutFolio } from "./pin.ts";
import { folioPutRefs, setPageDirtyLock } from "./references.ts";
import { type KernelState, warnOnce } from "./state.ts";
import type { Bio, BioVec, BlockDevice, Folio, IovIter, Page, PageArray } from "./types.ts";

const PAGE_SIZE = 4096;

export function bioInit(device: BlockDevice | null, maxVecs: number, op: Bio["op"]): Bio {
  return {
    op,
    maxVecs,
    vecs: [],
    size: 0,
    pagePinned: false,
    noPageRef: false,
    cloned: false,
    device,
  };
}

/** Vectors of a bio that are being added to; written back to the bio at once. */
interface Draft {
  readonly vecs: BioVec[];
  size: number;
}

function draftOf(bio: Bio): Draft {
  return { vecs: [...bio.vecs], size: bio.size };
}

function writeBack(kernel: KernelState, bio: Bio, { vecs, size }: Draft): void {
  set(kernel.journal, bio, "vecs", vecs);
  set(kernel.journal, bio, "size", size);
}

/** bvec_try_merge_page(): joins bytes that follow the last vector's in memory. */
function tryMerge(
  draft: Draft,
  page: Page,
  length: number,
  offset: number,
): "no" | "merged" | "merged-in-same-page" {
  const last = draft.vecs.at(-1);
  if (last === undefined) return "no";
  const end = last.page.pfn * PAGE_SIZE + last.offset + last.length;
  const start = page.pfn * PAGE_SIZE + offset;
  if (end !== start) return "no";
  draft.vecs[draft.vecs.length - 1] = { ...last, length: last.length + length };
  draft.size += length;
  return Math.floor((end - 1) / PAGE_SIZE) === Math.floor(start / PAGE_SIZE)
    ? "merged-in-same-page"
    : "merged";
}

function append(draft: Draft, vec: BioVec): void {
  draft.vecs.push(vec);
  draft.size += vec.length;
}

function isFull(bio: Bio): boolean {
  return bio.vecs.length >= bio.maxVecs;
}

/** bio_add_page(): stores the page, takes nothing. Returns `length`, or 0 when there is no room. */
export function bioAddPage(
  kernel: KernelState,
  bio: Bio,
  page: Page,
  length: number,
  offset: number,
): number {
  if (bio.cloned) {
    warnOnce(kernel, "block/bio.c:bio_add_page", "the bio's vectors are somebody else's");
    return 0;
  }
  const draft = draftOf(bio);
  if (tryMerge(draft, page, length, offset) === "no") {
    if (isFull(bio)) return 0;
    append(draft, { page, offset, length });
  }
  writeBack(kernel, bio, draft);
  return length;
}

/** Drops what one page, or `count` pages, of this bio hold. */
function dropPages(kernel: KernelState, bio: Bio, folio: Folio, count: number): void {
  if (kernel.profile.era.switches.bioPages === "references") folioPutRefs(kernel, folio, count);
  else if (bio.pagePinned) gupPutFolio(kernel, folio, count, FOLL.PIN);
}

/** bio_iov_add_page(), bio_iov_add_folio(): a second hold on the page that the last vector ends in is dropped at once. */
function addTaken(
  kernel: KernelState,
  bio: Bio,
  draft: Draft,
  page: Page,
  length: number,
  offset: number,
): void {
  const merged = tryMerge(draft, page, length, offset);
  if (merged === "no") append(draft, { page, offset, length });
  else if (merged === "merged-in-same-page") dropPages(kernel, bio, page.folio, 1);
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

/** __bio_iov_iter_get_pages(): one round; 0 or an errno, with nothing of the round held that is not in the bio. */
function getPagesOnce(kernel: KernelState, bio: Bio, iter: IovIter): number {
  const { switches } = kernel.profile.era;
  const pages: PageArray = [];
  const how = switches.bioPages === "pins" ? "extract" : "get";
  const { ret, offset0 } = takePages(
    kernel,
    how,
    iter,
    pages,
    0xffffffff - bio.size,
    bio.maxVecs - bio.vecs.length,
  );
  if (ret <= 0) return ret === 0 ? EFAULT : ret;
  const taken = Math.ceil((offset0 + ret) / PAGE_SIZE);
  const trim = bio.device === null ? 0 : ret % bio.device.logicalBlockSize;
  if (trim > 0) iovIterRevert(kernel, iter, trim);
  let left = ret - trim;
  const error = left === 0 ? EFAULT : 0;
  let slot = 0;
  const draft = draftOf(bio);
  for (let offset = offset0; left > 0; offset = 0) {
    const page = pages[slot];
    if (!page) throw new Error("a page that was taken is missing");
    const wanted = Math.ceil((offset + left) / PAGE_SIZE);
    const run = switches.bioAddsFolios ? contiguous(pages, slot, wanted) : 1;
    const length = Math.min(left, run * PAGE_SIZE - offset);
    addTaken(kernel, bio, draft, page, length, offset);
    left -= length;
    slot += run;
  }
  if (slot > 0) writeBack(kernel, bio, draft);
  for (; slot < taken; slot++) {
    const page = pages[slot];
    if (page) dropPages(kernel, bio, page.folio, 1);
  }
  return error;
}

/** bio_iov_bvec_set(): the vectors are shared with the iterator, nothing is counted. */
function bvecSet(kernel: KernelState, bio: Bio, iter: IovIter): void {
  const { journal } = kernel;
  const vecs = iter.segments.flatMap((segment): BioVec[] => {
    if (segment.kind !== "kernel") return [];
    const page = segment.pages[Math.floor(segment.offset / PAGE_SIZE)];
    return page === undefined ? [] : [{ page, offset: segment.offset % PAGE_SIZE, length: segment.length }];
  });
  set(journal, bio, "vecs", vecs);
  set(journal, bio, "size", iter.count);
  set(journal, bio, "cloned", true);
  if (kernel.profile.era.switches.bioPages === "references") set(journal, bio, "noPageRef", true);
}

/** bio_iov_iter_get_pages(): 0 when the bio has pages afterwards, even where the iterator was not used up. */
export function bioIovIterGetPages(kernel: KernelState, bio: Bio, iter: IovIter): number {
  if (bio.cloned) {
    warnOnce(kernel, "block/bio.c:bio_iov_iter_get_pages", "the bio's vectors are somebody else's");
    return EIO;
  }
  if (iter.type === "bvec") {
    bvecSet(kernel, bio, iter);
    iovIterAdvance(kernel, iter, bio.size);
    return 0;
  }
  if (kernel.profile.era.switches.bioPages === "pins" && isUserBacked(iter))
    set(kernel.journal, bio, "pagePinned", true);
  let error: number;
  do error = getPagesOnce(kernel, bio, iter);
  while (error === 0 && iter.count > 0 && !isFull(bio));
  return bio.vecs.length > 0 ? 0 : error;
}

interface FolioPiece {
  readonly folio: Folio;
  /** First and last page of the folio that the piece touches. */
  readonly first: number;
  readonly last: number;
  /** Offset of its first byte in the folio. */
  readonly offset: number;
  readonly length: number;
}

/** bio_for_each_folio_all(): each vector, split where folios end. */
function foliosOf(bio: Bio): FolioPiece[] {
  return bio.vecs.map(({ page, offset, length }) => {
    const { folio } = page;
    const start = (page.pfn - folio.pfn) * PAGE_SIZE + offset;
    const first = Math.floor(start / PAGE_SIZE);
    const last = Math.floor((start + length - 1) / PAGE_SIZE);
    pageOf(folio, last);
    return { folio, first, last, offset: start, length };
  });
}

function dirty(kernel: KernelState, folio: Folio): void {
  if (folio.order > 0 && !kernel.profile.era.switches.bioDirtiesLarge) return;
  setPageDirtyLock(kernel, pageOf(folio, 0));
}

/** bio_set_pages_dirty() */
export function bioSetPagesDirty(kernel: KernelState, bio: Bio): void {
  for (const { folio } of foliosOf(bio)) dirty(kernel, folio);
}

/** bio_release_pages(): one hold for each page that each vector touches, where they are the bio's to let go. */
export function bioReleasePages(kernel: KernelState, bio: Bio, markDirty: boolean): void {
  const { switches } = kernel.profile.era;
  if (switches.bioPages === "references" ? bio.noPageRef : !bio.pagePinned) return;
  for (const { folio, first, last, offset, length } of foliosOf(bio)) {
    if (markDirty) dirty(kernel, folio);
    const all = last - first + 1;
    // 6.8 counted from the start of the piece, as if it began with a page.
    const counted = switches.bioReleaseUndercounts ? Math.ceil(length / PAGE_SIZE) : all;
    dropPages(kernel, bio, folio, offset % PAGE_SIZE === 0 ? all : counted);
  }
}

/** Whether every folio of the bio is still dirty (bio_check_pages_dirty()). */
export function bioIsDirty(bio: Bio): boolean {
  return foliosOf(bio).every(({ folio }) => folio.dirty);
}
