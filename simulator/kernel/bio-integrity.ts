/**
 * Integrity data (checksums of each sector) that user space provides for a bio (block/bio-integrity.c). Vectors join pages
 * of one folio and keep one pin each, whatever they span.
 */
import { BIO_MAX_VECS, PAGE_SIZE, SECTOR_SIZE } from "./bio.ts";
import type { Bio } from "./block-types.ts";
import { E2BIG, EFAULT, EINVAL } from "./errno.ts";
import { FOLL } from "./foll.ts";
import { iovIterNpages, isUserBacked, takePages } from "./iov-iter.ts";
import { set } from "./journal.ts";
import { allocFolio, headPage } from "./page.ts";
import { gupPutFolio } from "./pin.ts";
import { folioPut } from "./references.ts";
import type { KernelState } from "./state.ts";
import type { BioVec, IovIter, PageArray } from "./types.ts";
import { copyPieces } from "./user-copy.ts";

function unpinVecs(kernel: KernelState, vecs: readonly BioVec[]): void {
  for (const { page } of vecs) gupPutFolio(kernel, page.folio, 1, FOLL.PIN);
}

/** bvec_from_pages(): pages of one folio that follow each other become one vector; all pins but the first's go. */
function vectorsOf(
  kernel: KernelState,
  pages: PageArray,
  pinned: boolean,
  bytes: number,
  offset0: number,
): BioVec[] {
  const vecs: BioVec[] = [];
  let left = bytes;
  let offset = offset0;
  for (let slot = 0; left > 0; offset = 0) {
    const page = pages[slot];
    if (!page) throw new Error("a page that was taken is missing");
    let length = Math.min(left, PAGE_SIZE - offset);
    let next = slot + 1;
    while (
      length < left &&
      pages[next]?.folio === page.folio &&
      pages[next]?.pfn === page.pfn + next - slot
    ) {
      if (pinned) gupPutFolio(kernel, page.folio, 1, FOLL.PIN);
      length += Math.min(PAGE_SIZE, left - length);
      next += 1;
    }
    vecs.push({ page, offset, length });
    left -= length;
    slot = next;
  }
  return vecs;
}

/**
 * bio_integrity_map_user(): 0, or an errno with nothing held. Data that the device cannot reach as it lies is copied; of a
 * write nothing of the user's stays held then.
 */
export function bioIntegrityMapUser(kernel: KernelState, bio: Bio, iter: IovIter): number {
  const { device } = bio;
  if (bio.integrity !== null || device === null) return EINVAL;
  const bytes = iter.count;
  if (bytes > device.limits.maxHwSectors * SECTOR_SIZE) return E2BIG;
  const slots = iovIterNpages(iter, BIO_MAX_VECS + 1);
  if (slots > BIO_MAX_VECS) return E2BIG;
  const first = iter.segments[iter.segment];
  const start =
    first === undefined ? 0 : (first.kind === "user" ? first.address : first.offset) + iter.offset;
  const pages: PageArray = [];
  const pinned = isUserBacked(iter);
  const { ret, offset0 } = takePages(kernel, "extract", iter, pages, bytes, slots);
  if (ret < 0) return ret;
  if (ret !== bytes) {
    const taken = Math.ceil((offset0 + ret) / PAGE_SIZE);
    for (const page of pages.slice(0, taken))
      if (page !== null && pinned) gupPutFolio(kernel, page.folio, 1, FOLL.PIN);
    return EFAULT;
  }
  const vecs = vectorsOf(kernel, pages, pinned, bytes, offset0);
  const copies =
    ((start | bytes) & device.limits.dmaAlignment) !== 0 || vecs.length > device.limits.maxIntegritySegments;
  if (!copies) {
    set(kernel.journal, bio, "integrity", { vecs, pinned, bounce: null });
    return 0;
  }
  const bounce = headPage(allocFolio(kernel, Math.max(0, Math.ceil(Math.log2(bytes / PAGE_SIZE))), false));
  if (bio.op === "read") set(kernel.journal, bio, "integrity", { vecs, pinned, bounce });
  else {
    copyPieces(kernel, vecs, [{ page: bounce, offset: 0, length: bytes }]);
    if (pinned) unpinVecs(kernel, vecs);
    set(kernel.journal, bio, "integrity", { vecs: [], pinned, bounce });
  }
  return 0;
}

/** bio_integrity_unmap_user(): what was read is copied back, each vector lets go of one pin. */
export function bioIntegrityUnmapUser(kernel: KernelState, bio: Bio): void {
  const { integrity } = bio;
  if (integrity === null) return;
  const { vecs, pinned, bounce } = integrity;
  if (bounce !== null) {
    const length = vecs.reduce((sum, vec) => sum + vec.length, 0);
    if (bio.op === "read") copyPieces(kernel, [{ page: bounce, offset: 0, length }], vecs);
    folioPut(kernel, bounce.folio);
  }
  if (pinned) unpinVecs(kernel, vecs);
  set(kernel.journal, bio, "integrity", null);
}
