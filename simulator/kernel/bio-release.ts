/**
 * Which of a bio's pages are its own, and how they are let go (block/bio.c, block/blk.h): by references or pins, as the
 * era and the bio's flags say; made dirty before, or by the work item behind bio_check_pages_dirty().
 */
import { type FolioPiece, pieceOf } from "./bio.ts";
import type { Bio } from "./block-types.ts";
import { FOLL, type Foll } from "./foll.ts";
import { append, set } from "./journal.ts";
import { pageOf } from "./page.ts";
import { gupPutFolio } from "./pin.ts";
import { folioPutRefs, setPageDirtyLock } from "./references.ts";
import { type KernelState, warnOnce } from "./state.ts";
import type { Folio, Page } from "./types.ts";

const PAGE_SIZE = 4096;

/** What a bio owns of each page: `by-vector` says it for each vector apart. */
export type Hold = "nothing" | "reference" | "pin" | "by-vector";

/** What bio_release_pages() would let go. */
export function holdOf(kernel: KernelState, bio: Bio): Hold {
  switch (kernel.profile.era.switches.bioRelease) {
    case "puts-unless-flagged":
      return bio.noPageRef ? "nothing" : "reference";
    case "unpins-unless-flagged":
      return bio.noPageRef ? "nothing" : "pin";
    case "by-vector":
      return bio.noPageRef ? "nothing" : "by-vector";
    case "puts-if-reffed":
      return bio.pageReffed ? "reference" : "nothing";
    case "by-both-flags":
    case "pinned-else-reffed":
      if (bio.pagePinned) return "pin";
      return bio.pageReffed ? "reference" : "nothing";
    case "unpins-if-pinned":
      return bio.pagePinned ? "pin" : "nothing";
  }
}

/** bio_to_gup_flags() of the extraction series: the two flags of the bio as FOLL_GET and FOLL_PIN. */
export function bioToGupFlags(bio: Bio): Foll {
  return (bio.pageReffed ? FOLL.GET : 0) | (bio.pagePinned ? FOLL.PIN : 0);
}

/** folio_put_unpin() of the extraction series: unpins, puts, or does neither. */
export function folioPutUnpin(kernel: KernelState, folio: Folio, flags: Foll): void {
  if ((flags & (FOLL.GET | FOLL.PIN)) !== 0) gupPutFolio(kernel, folio, 1, flags);
}

/** Drops what `count` pages of this bio hold. */
export function dropPages(kernel: KernelState, bio: Bio, folio: Folio, count: number, gup = false): void {
  const hold = holdOf(kernel, bio);
  if (hold === "pin" || (hold === "by-vector" && gup)) gupPutFolio(kernel, folio, count, FOLL.PIN);
  else if (hold !== "nothing") folioPutRefs(kernel, folio, count);
}

/** bio_release_page(): one page that did not get into the bio, or got into it twice. */
export function bioReleasePage(kernel: KernelState, bio: Bio, page: Page): void {
  if (bio.pageReffed && kernel.profile.era.switches.bioRelease === "pinned-else-reffed") {
    warnOnce(kernel, "block/blk.h:bio_release_page", "BIO_PAGE_REFFED is set", page.folio);
    if (!bio.pagePinned) return;
  }
  dropPages(kernel, bio, page.folio, 1);
}

function dirty(kernel: KernelState, folio: Folio): void {
  if (folio.order > 0 && !kernel.profile.era.switches.bioDirtiesLarge) return;
  setPageDirtyLock(kernel, pageOf(folio, 0));
}

/** A walk of a bio's own vectors (`bio_for_each_*_all()`), which a clone has none of. */
function ownPieces(kernel: KernelState, bio: Bio, where: string): FolioPiece[] {
  if (bio.cloned) warnOnce(kernel, where, "a walk of all vectors of a cloned bio");
  return bio.vecs.slice(0, bio.vcnt).map(pieceOf);
}

/** bio_set_pages_dirty() */
export function bioSetPagesDirty(kernel: KernelState, bio: Bio): void {
  for (const { folio } of ownPieces(kernel, bio, "block/bio.c:bio_set_pages_dirty")) dirty(kernel, folio);
}

/** bio_release_pages(): one hold for each page that each vector touches, where they are the bio's to let go. */
export function bioReleasePages(kernel: KernelState, bio: Bio, markDirty: boolean): void {
  if (holdOf(kernel, bio) !== "nothing") releaseAllPages(kernel, bio, markDirty);
}

/** __bio_release_pages() */
function releaseAllPages(kernel: KernelState, bio: Bio, markDirty: boolean): void {
  const { switches } = kernel.profile.era;
  for (const piece of ownPieces(kernel, bio, "block/bio.c:__bio_release_pages")) {
    const { folio, first, last, offset, length, gup } = piece;
    if (markDirty) dirty(kernel, folio);
    const all = last - first + 1;
    // 6.8 counted from the start of the piece, as if it began with a page.
    const counted = switches.bioReleaseUndercounts ? Math.ceil(length / PAGE_SIZE) : all;
    dropPages(kernel, bio, folio, offset % PAGE_SIZE === 0 ? all : counted, gup);
  }
}

/** Whether every folio of the bio is still dirty, as far as the era looks. */
function isDirty(kernel: KernelState, bio: Bio): boolean {
  const looksAtLarge = kernel.profile.era.switches.bioDirtiesLarge;
  return ownPieces(kernel, bio, "block/bio.c:bio_check_pages_dirty").every(
    ({ folio }) => folio.dirty || (folio.order > 0 && !looksAtLarge),
  );
}

/** bio_get() */
export function bioGet(kernel: KernelState, bio: Bio): void {
  set(kernel.journal, bio, "refs", bio.refs + 1);
}

/** bio_put(): the bio goes with its last reference; its pages stay held. */
export function bioPut(kernel: KernelState, bio: Bio): void {
  if (bio.refs <= 0) warnOnce(kernel, "block/bio.c:bio_put", "a bio is put that is gone");
  set(kernel.journal, bio, "refs", bio.refs - 1);
}

/**
 * bio_check_pages_dirty(): lets go of the pages and of the bio, at once where all are still dirty; else the work item
 * does, which may sleep (`bioDirtyFn`).
 */
export function bioCheckPagesDirty(kernel: KernelState, bio: Bio): void {
  if (isDirty(kernel, bio)) {
    bioReleasePages(kernel, bio, false);
    bioPut(kernel, bio);
  } else append(kernel.journal, kernel.block.dirtyList, bio);
}

/** bio_dirty_fn(): the work item. @returns how many bios it found. */
export function bioDirtyFn(kernel: KernelState): number {
  const list = kernel.block.dirtyList;
  set(kernel.journal, kernel.block, "dirtyList", []);
  for (const bio of list) {
    bioReleasePages(kernel, bio, true);
    bioPut(kernel, bio);
  }
  return list.length;
}

/** bio_free_pages(): pages that were allocated for the bio go back to the allocator, each once. */
export function bioFreePages(kernel: KernelState, bio: Bio): void {
  for (const { folio, first, last } of ownPieces(kernel, bio, "block/bio.c:bio_free_pages"))
    for (let page = first; page <= last; page++) folioPutRefs(kernel, folio, 1);
}
