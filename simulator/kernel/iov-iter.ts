/**
 * Iterators over user and kernel memory, and taking pages from them (lib/iov_iter.c). Knows no bio.
 */
import { EFAULT } from "./errno.ts";
import { FOLL } from "./foll.ts";
import { fastForm } from "./gup.ts";
import { set } from "./journal.ts";
import { gupPutFolio, tryGrabFolio } from "./pin.ts";
import { folioGet } from "./references.ts";
import type { KernelState } from "./state.ts";
import type {
  BioVec,
  Extracted,
  IovIter,
  IterDirection,
  IterSegment,
  IterType,
  Mm,
  Page,
  PageArray,
} from "./types.ts";

const PAGE_SIZE = 4096;

/** MAX_RW_COUNT */
const MAX_RW_COUNT = 0x7ffff000;

export function makeIter(
  type: IterType,
  direction: IterDirection,
  mm: Mm | null,
  segments: readonly IterSegment[],
): IovIter {
  const count = segments.reduce((sum, { length }) => sum + length, 0);
  return { type, direction, mm, nofault: false, segments, segment: 0, offset: 0, count };
}

/** iov_iter_bvec(): a vector may reach into the pages of its folio after the one it names. */
export function bvecIter(direction: IterDirection, bvecs: readonly BioVec[]): IovIter {
  const segments = bvecs.map(({ page, offset, length }): IterSegment => {
    const first = page.pfn - page.folio.pfn;
    return { kind: "kernel", pages: page.folio.pages.slice(first), offset, length };
  });
  return makeIter("bvec", direction, null, segments);
}

/** user_backed_iter() */
export function isUserBacked({ type }: IovIter): boolean {
  return type === "ubuf" || type === "iovec";
}

/** iov_iter_advance(), at most to the end. */
export function iovIterAdvance(kernel: KernelState, iter: IovIter, bytes: number): void {
  const { journal } = kernel;
  const step = Math.min(bytes, iter.count);
  let { segment, offset } = iter;
  offset += step;
  while (segment < iter.segments.length && offset >= (iter.segments[segment]?.length ?? 0)) {
    offset -= iter.segments[segment]?.length ?? 0;
    segment += 1;
  }
  set(journal, iter, "segment", segment);
  set(journal, iter, "offset", offset);
  set(journal, iter, "count", iter.count - step);
}

/**
 * iov_iter_revert(): back by bytes that were taken before.
 * @throws RangeError when that is before the start, a BUG in the kernel.
 */
export function iovIterRevert(kernel: KernelState, iter: IovIter, bytes: number): void {
  const { journal } = kernel;
  let { segment } = iter;
  let offset = iter.offset - bytes;
  while (offset < 0) {
    segment -= 1;
    const before = iter.segments[segment];
    if (before === undefined) throw new RangeError(`iov_iter_revert: ${bytes} bytes lie before the start`);
    offset += before.length;
  }
  set(journal, iter, "segment", segment);
  set(journal, iter, "offset", offset);
  set(journal, iter, "count", iter.count + bytes);
}

/** The first segment with bytes left, from where the iterator stands, and how many bytes of it are behind. */
function currentSegment(iter: IovIter): { readonly segment: IterSegment; readonly skip: number } | null {
  let skip = iter.offset;
  for (let index = iter.segment; index < iter.segments.length; index++) {
    const segment = iter.segments[index];
    if (segment !== undefined && segment.length > skip) return { segment, skip };
    skip = 0;
  }
  return null;
}

const EMPTY: Extracted = { ret: 0, offset0: 0 };

/** iov_iter_npages(): slots that the rest of the iterator needs, at most `limit`. */
export function iovIterNpages(iter: IovIter, limit: number): number {
  let pages = 0;
  let skip = iter.offset;
  for (const segment of iter.segments.slice(iter.segment)) {
    const start = (segment.kind === "user" ? segment.address : segment.offset) + skip;
    const length = segment.length - skip;
    skip = 0;
    if (length > 0) pages += Math.ceil(((start % PAGE_SIZE) + length) / PAGE_SIZE);
  }
  return Math.min(pages, limit);
}

/** `pin`: iov_iter_pin_pages2(), which pins kernel memory, too. */
type How = "extract" | "get" | "pin";

/**
 * iov_iter_extract_pages() and iov_iter_get_pages2(): pages of the first segment that has bytes left. Extraction pins
 * user memory and counts nothing elsewhere; the other takes a reference on every page.
 */
export function takePages(
  kernel: KernelState,
  how: How,
  iter: IovIter,
  pages: PageArray,
  maxSize: number,
  maxPages: number,
): Extracted {
  const size = Math.min(maxSize, iter.count, MAX_RW_COUNT);
  if (size === 0) return EMPTY;
  if (iter.type === "discard") return { ret: EFAULT, offset0: 0 };
  const current = currentSegment(iter);
  if (current === null) return EMPTY;
  const first = iter.segments[iter.segment];
  const emptyInFront = first !== undefined && first.length <= iter.offset;
  const { iterExtractStopsAtEmpty } = kernel.profile.era.switches;
  // The search for a segment with bytes left an emptied size behind.
  if (how === "extract" && iterExtractStopsAtEmpty && emptyInFront && iter.type !== "iovec") return EMPTY;
  const { segment, skip } = current;
  const bytes = Math.min(size, segment.length - skip);
  const taken =
    segment.kind === "user"
      ? takeUser(kernel, how, iter, segment.address + skip, bytes, pages, maxPages)
      : takeKernel(kernel, how, iter, segment, skip, bytes, pages, maxPages);
  if (taken.ret > 0) {
    // Empty segments in front are passed with the bytes.
    iovIterAdvance(kernel, iter, taken.ret);
  }
  return taken;
}

function takeUser(
  kernel: KernelState,
  how: How,
  iter: IovIter,
  address: number,
  bytes: number,
  pages: PageArray,
  maxPages: number,
): Extracted {
  if (iter.mm === null) throw new TypeError("a user iterator without an address space");
  const offset0 = address % PAGE_SIZE;
  const wanted = Math.min(maxPages, Math.ceil((bytes + offset0) / PAGE_SIZE));
  const flags = (iter.direction === "dest" ? FOLL.WRITE : 0) | (iter.nofault ? FOLL.NOFAULT : 0);
  const form = how === "get" ? "get-fast" : "pin-fast";
  const got = fastForm(kernel, form, iter.mm, address - offset0, wanted, flags, pages);
  if (got <= 0) return { ret: got, offset0 };
  return { ret: Math.min(bytes, got * PAGE_SIZE - offset0), offset0 };
}

function takeKernel(
  kernel: KernelState,
  how: How,
  iter: IovIter,
  segment: Extract<IterSegment, { kind: "kernel" }>,
  skip: number,
  bytes: number,
  pages: PageArray,
  maxPages: number,
): Extracted {
  if (how !== "extract" && iter.type === "kvec") return { ret: EFAULT, offset0: 0 };
  const start = segment.offset + skip;
  const offset0 = start % PAGE_SIZE;
  const first = Math.floor(start / PAGE_SIZE);
  const wanted = Math.min(maxPages, Math.ceil((bytes + offset0) / PAGE_SIZE));
  for (let index = 0; index < wanted; index++) {
    const page: Page | undefined = segment.pages[first + index];
    if (page === undefined) throw new RangeError("an iterator's segment is longer than its pages");
    if (how === "get") folioGet(kernel, page.folio);
    if (how === "pin" && tryGrabFolio(kernel, page.folio, 1, FOLL.PIN) !== 0) {
      for (const taken of pages.slice(0, index)) if (taken) gupPutFolio(kernel, taken.folio, 1, FOLL.PIN);
      return { ret: EFAULT, offset0 };
    }
    pages[index] = page;
  }
  return { ret: Math.min(bytes, wanted * PAGE_SIZE - offset0), offset0 };
}
