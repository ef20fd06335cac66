/**
 * Bios and how pages are put into them (block/bio.c, block/blk-map.c): nothing is counted here, a page that is stored is
 * held by whoever held it. Which of the pages a bio lets go is in `bio-release.ts`.
 */
import { InvalidArgumentError } from "./arguments.ts";
import type { Bio, BioOp, BlockDevice, QueueLimits } from "./block-types.ts";
import { set } from "./journal.ts";
import { pageOf } from "./page.ts";
import { folioMaybeDmaPinned } from "./pin.ts";
import { type KernelState, warnOnce } from "./state.ts";
import type { BioVec, Folio, Page } from "./types.ts";

export const PAGE_SIZE = 4096;
export const SECTOR_SIZE = 512;
/** BIO_MAX_VECS */
export const BIO_MAX_VECS = 256;

/** A device with the limits of a usual disk, where `limits` does not say otherwise. */
export function createBlockDevice(logicalBlockSize: number, limits: Partial<QueueLimits> = {}): BlockDevice {
  if (logicalBlockSize < SECTOR_SIZE || (logicalBlockSize & (logicalBlockSize - 1)) !== 0)
    throw new InvalidArgumentError(
      "logicalBlockSize",
      `a power of two, at least ${SECTOR_SIZE}`,
      logicalBlockSize,
    );
  return {
    logicalBlockSize,
    limits: {
      logicalBlockSize,
      maxHwSectors: 0x7fffffff >> 9,
      maxSegments: 128,
      maxSegmentSize: 0xffffffff,
      virtBoundaryMask: 0,
      dmaAlignment: 3,
      maxZoneAppendSectors: 0x7fffffff >> 9,
      maxIntegritySegments: 128,
      ...limits,
    },
    inFlight: [],
  };
}

/** bio_init(): no flag set, which up to 6.4 means that the bio's pages are its own to put. */
export function bioInit(device: BlockDevice | null, maxVecs: number, op: BioOp): Bio {
  if (!Number.isInteger(maxVecs) || maxVecs < 0)
    throw new InvalidArgumentError("maxVecs", "a number of vectors, 0 or more", maxVecs);
  return {
    op,
    maxVecs,
    vecs: [],
    vcnt: 0,
    skip: 0,
    size: 0,
    pagePinned: false,
    pageReffed: false,
    noPageRef: false,
    cloned: false,
    device,
    refs: 1,
    remaining: 1,
    status: 0,
    parent: null,
    next: null,
    integrity: null,
    copied: null,
    bounced: null,
    endIo: null,
  };
}

/** Vectors of a bio that are being added to; written back to the bio at once. */
export interface Draft {
  readonly vecs: BioVec[];
  size: number;
}

export function draftOf(bio: Bio): Draft {
  return { vecs: [...bio.vecs], size: bio.size };
}

export function writeBack(kernel: KernelState, bio: Bio, { vecs, size }: Draft): void {
  set(kernel.journal, bio, "vecs", vecs);
  set(kernel.journal, bio, "vcnt", vecs.length);
  set(kernel.journal, bio, "size", size);
}

export type Merge = "no" | "merged" | "merged-in-same-page";

/** bvec_try_merge_page(): joins bytes that follow the last vector's in memory. */
export function tryMerge(
  draft: Draft,
  { page, length, offset, gup }: BioVec,
  maxSegmentSize = Number.POSITIVE_INFINITY,
): Merge {
  const last = draft.vecs.at(-1);
  if (last === undefined || last.gup !== gup || last.length + length > maxSegmentSize) return "no";
  const end = last.page.pfn * PAGE_SIZE + last.offset + last.length;
  const start = page.pfn * PAGE_SIZE + offset;
  if (end !== start) return "no";
  draft.vecs[draft.vecs.length - 1] = { ...last, length: last.length + length };
  draft.size += length;
  return Math.floor((end - 1) / PAGE_SIZE) === Math.floor(start / PAGE_SIZE)
    ? "merged-in-same-page"
    : "merged";
}

export function append(draft: Draft, vec: BioVec): void {
  draft.vecs.push(vec);
  draft.size += vec.length;
}

export function isFull(bio: Bio): boolean {
  return bio.vecs.length >= bio.maxVecs;
}

/** The bytes must lie in the page's folio: the model knows no frames behind it. */
function checkBytes(page: Page, length: number, offset: number): void {
  const behind = page.folio.pages.length - (page.pfn - page.folio.pfn);
  if (!Number.isInteger(offset) || offset < 0) throw new InvalidArgumentError("offset", "0 or more", offset);
  if (!Number.isInteger(length) || length <= 0 || offset + length > behind * PAGE_SIZE)
    throw new InvalidArgumentError("length", `1 to ${behind * PAGE_SIZE - offset} bytes`, length);
}

/** Whether the bio may be added to; a clone may not. */
function isOwn(kernel: KernelState, bio: Bio, where: string): boolean {
  if (!bio.cloned) return true;
  warnOnce(kernel, `block/bio.c:${where}`, "the bio's vectors are somebody else's");
  return false;
}

/** A vector as the era stores it: the proposal of April 2019 notes where the reference came from. */
function vectorOf(kernel: KernelState, page: Page, length: number, offset: number, gup: boolean): BioVec {
  if (kernel.profile.era.switches.bioRelease !== "by-vector") return { page, offset, length };
  return { page, offset, length, gup };
}

/** The assertion of April 2019: what a bio refers to is pinned. */
function assertPinned(kernel: KernelState, folio: Folio): void {
  if (kernel.profile.era.switches.bioAddAsserts && !folioMaybeDmaPinned(kernel, folio))
    warnOnce(kernel, "block/bio.c:bio_add_page", "a bio's reference that is not a gup pin", folio);
}

/**
 * bio_add_page(): stores the page, takes nothing. Returns `length`, or 0 when there is no room. `gup` is the flag that
 * was proposed in April 2019; no other era looks at it.
 */
export function bioAddPage(
  kernel: KernelState,
  bio: Bio,
  page: Page,
  length: number,
  offset: number,
  gup = false,
): number {
  checkBytes(page, length, offset);
  if (!isOwn(kernel, bio, "bio_add_page") || bio.size + length > 0xffffffff) return 0;
  assertPinned(kernel, page.folio);
  const draft = draftOf(bio);
  const vec = vectorOf(kernel, page, length, offset, gup);
  if (tryMerge(draft, vec) === "no") {
    if (isFull(bio)) return 0;
    append(draft, vec);
  }
  writeBack(kernel, bio, draft);
  return length;
}

/** __bio_add_page(): always a vector of its own; that there is room is the caller's to know. */
export function bioAddPageUnchecked(
  kernel: KernelState,
  bio: Bio,
  page: Page,
  length: number,
  offset: number,
  gup = false,
): void {
  checkBytes(page, length, offset);
  if (bio.cloned) warnOnce(kernel, "block/bio.c:__bio_add_page", "the bio's vectors are somebody else's");
  if (isFull(bio)) warnOnce(kernel, "block/bio.c:__bio_add_page", "the bio is full");
  assertPinned(kernel, page.folio);
  const draft = draftOf(bio);
  append(draft, vectorOf(kernel, page, length, offset, gup));
  writeBack(kernel, bio, draft);
}

/** bio_add_folio(): whether the bytes fitted. */
export function bioAddFolio(
  kernel: KernelState,
  bio: Bio,
  folio: Folio,
  length: number,
  offset: number,
): boolean {
  return bioAddPage(kernel, bio, pageOf(folio, 0), length, offset) === length;
}

/** What adding under a device's limits came to. */
export interface AddedUnderLimits {
  /** `length`, or 0: nothing was stored, the caller still holds the page. */
  readonly ret: number;
  /** The bytes joined a vector that ended in this very page: the caller has one hold too many on it. */
  readonly samePage: boolean;
}

/** bvec_gap_to_prev(): whether a vector after the last one would leave a gap that the device cannot cross. */
function leavesGap(last: BioVec, offset: number, mask: number): boolean {
  return mask !== 0 && ((offset & mask) !== 0 || ((last.offset + last.length) & mask) !== 0);
}

/** bio_add_hw_page(): as bio_add_page(), within what the device can take at once. */
export function bioAddHwPage(
  kernel: KernelState,
  device: BlockDevice,
  bio: Bio,
  page: Page,
  length: number,
  offset: number,
  maxSectors: number,
): AddedUnderLimits {
  checkBytes(page, length, offset);
  const none: AddedUnderLimits = { ret: 0, samePage: false };
  const { limits } = device;
  if (!isOwn(kernel, bio, "bio_add_hw_page")) return none;
  if (bio.size + length > maxSectors * SECTOR_SIZE) return none;
  const draft = draftOf(bio);
  const vec = vectorOf(kernel, page, length, offset, false);
  const merged = tryMerge(draft, vec, limits.maxSegmentSize);
  if (merged === "no") {
    const last = bio.vecs.at(-1);
    if (last !== undefined && leavesGap(last, offset, limits.virtBoundaryMask)) return none;
    if (bio.vecs.length >= Math.min(bio.maxVecs, limits.maxSegments)) return none;
    append(draft, vec);
  }
  writeBack(kernel, bio, draft);
  return { ret: length, samePage: merged === "merged-in-same-page" };
}

/** bio_add_pc_page(): the same for a request of the caller's own making; that a page was joined is not told. */
export function bioAddPcPage(
  kernel: KernelState,
  device: BlockDevice,
  bio: Bio,
  page: Page,
  length: number,
  offset: number,
): number {
  return bioAddHwPage(kernel, device, bio, page, length, offset, device.limits.maxHwSectors).ret;
}

/** bio_add_zone_append_page(): within what a zone append can take; only for bios of that kind. */
export function bioAddZoneAppendPage(
  kernel: KernelState,
  bio: Bio,
  page: Page,
  length: number,
  offset: number,
): number {
  const { device } = bio;
  if (bio.op !== "zone-append" || device === null) {
    warnOnce(kernel, "block/bio.c:bio_add_zone_append_page", "the bio is no zone append");
    return 0;
  }
  return bioAddHwPage(kernel, device, bio, page, length, offset, device.limits.maxZoneAppendSectors).ret;
}

/** The parts of a bio's own vectors (`bio_for_each_folio_all()`); a vector that the model knows lies in one folio. */
export interface FolioPiece {
  readonly folio: Folio;
  /** First and last page of the folio that the piece touches. */
  readonly first: number;
  readonly last: number;
  /** Offset of its first byte in the folio. */
  readonly offset: number;
  readonly length: number;
  readonly gup: boolean;
}

export function pieceOf({ page, offset, length, gup }: BioVec): FolioPiece {
  const { folio } = page;
  const start = (page.pfn - folio.pfn) * PAGE_SIZE + offset;
  const first = Math.floor(start / PAGE_SIZE);
  const last = Math.floor((start + length - 1) / PAGE_SIZE);
  return { folio, first, last, offset: start, length, gup: gup === true };
}

/** The bytes that bi_iter stands before: parts of the table, from `skip` on. */
export function remainingVecs({ vecs, skip, size }: Bio): BioVec[] {
  const parts: BioVec[] = [];
  let behind = skip;
  let left = size;
  for (const vec of vecs) {
    if (left <= 0) break;
    const passed = Math.min(behind, vec.length);
    behind -= passed;
    const length = Math.min(vec.length - passed, left);
    if (length > 0) parts.push({ ...vec, offset: vec.offset + passed, length });
    left -= length;
  }
  return parts;
}
