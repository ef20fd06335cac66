/**
 * Iterators over user and kernel memory, files and pipes, and taking pages from them (lib/iov_iter.c). Knows no bio.
 */
import { InvalidArgumentError } from "./arguments.ts";
import { EFAULT } from "./errno.ts";
import { cachedPage } from "./filemap.ts";
import { FOLL } from "./foll.ts";
import { fastForm } from "./gup.ts";
import { advancePipe, pipeNpages, revertPipe, takePipe } from "./iov-iter-pipe.ts";
import { set } from "./journal.ts";
import { gupPutFolio, tryGrabFolio } from "./pin.ts";
import { folioGet } from "./references.ts";
import { type KernelState, warnOnce } from "./state.ts";
import type {
  AddressSpace,
  BioVec,
  Extracted,
  Folio,
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
  return { type, direction, mm, nofault: false, segments, segment: 0, offset: 0, count, pipe: null };
}

/** iov_iter_bvec(): a vector may reach into the pages of its folio after the one it names. */
export function bvecIter(direction: IterDirection, bvecs: readonly BioVec[]): IovIter {
  const segments = bvecs.map(({ page, offset, length }): IterSegment => {
    const first = page.pfn - page.folio.pfn;
    return { kind: "kernel", pages: page.folio.pages.slice(first), offset, length };
  });
  return makeIter("bvec", direction, null, segments);
}

/** iov_iter_xarray(): bytes of a file's page cache; the caller keeps the folios where they are. */
export function xarrayIter(
  direction: IterDirection,
  file: AddressSpace,
  start: number,
  count: number,
): IovIter {
  return makeIter("xarray", direction, null, [{ kind: "file", file, offset: start, length: count }]);
}

/** iov_iter_folio_queue(): `count` bytes of folios, from byte `offset` of the first on. */
export function folioqIter(
  direction: IterDirection,
  folios: readonly Folio[],
  offset: number,
  count: number,
): IovIter {
  const segments = folios.map(
    ({ pages }): IterSegment => ({ kind: "kernel", pages, offset: 0, length: pages.length * PAGE_SIZE }),
  );
  return { ...makeIter("folioq", direction, null, segments), offset, count };
}

/** iov_iter_discard(): `count` bytes that nobody wants. */
export function discardIter(direction: IterDirection, count: number): IovIter {
  return { ...makeIter("discard", direction, null, []), count };
}

/** user_backed_iter() */
export function isUserBacked({ type }: IovIter): boolean {
  return type === "ubuf" || type === "iovec";
}

/** iov_iter_advance(), at most to the end. */
export function iovIterAdvance(kernel: KernelState, iter: IovIter, bytes: number): void {
  const { journal } = kernel;
  const step = Math.min(bytes, iter.count);
  if (iter.type === "pipe") {
    advancePipe(kernel, iter, step);
    return;
  }
  if (iter.type === "discard") {
    set(journal, iter, "count", iter.count - step);
    return;
  }
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
 * More than MAX_RW_COUNT is warned about, and nothing is done.
 * @throws InvalidArgumentError when that is before the start, a BUG in the kernel.
 */
export function iovIterRevert(kernel: KernelState, iter: IovIter, bytes: number): void {
  const { journal } = kernel;
  if (bytes > MAX_RW_COUNT) {
    warnOnce(kernel, "lib/iov_iter.c:iov_iter_revert", "more bytes than any call moves");
    return;
  }
  if (bytes === 0) return;
  if (iter.type === "pipe") {
    revertPipe(kernel, iter, bytes);
    return;
  }
  if (iter.type === "discard") {
    set(journal, iter, "count", iter.count + bytes);
    return;
  }
  let { segment } = iter;
  let offset = iter.offset - bytes;
  while (offset < 0) {
    segment -= 1;
    const before = iter.segments[segment];
    if (before === undefined)
      throw new InvalidArgumentError("bytes", "no more than the iterator has advanced by", bytes);
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
  if (iter.type === "pipe") return pipeNpages(iter, limit);
  // A queue of folios counts as one piece of memory.
  if (iter.type === "folioq")
    return iter.count === 0
      ? 0
      : Math.min(limit, Math.ceil(((iter.offset % PAGE_SIZE) + iter.count) / PAGE_SIZE));
  let pages = 0;
  let skip = iter.offset;
  let left = iter.count;
  for (const segment of iter.segments.slice(iter.segment)) {
    const start = (segment.kind === "user" ? segment.address : segment.offset) + skip;
    const length = Math.min(left, segment.length - skip);
    left -= length;
    skip = 0;
    if (length > 0) pages += Math.ceil(((start % PAGE_SIZE) + length) / PAGE_SIZE);
  }
  return Math.min(pages, limit);
}

/** `pin`: iov_iter_pin_pages2(), which pins kernel memory, too. */
type How = "extract" | "get" | "pin";

/** How pages are taken beyond the usual. */
export interface TakeOptions {
  /** ITER_ALLOW_P2PDMA: pages of PCI peer memory, too. */
  readonly allowP2pdma?: boolean;
  /** The iterator stays where it is: iov_iter_get_pages() up to 5.19. */
  readonly stays?: boolean;
}

/**
 * iov_iter_extract_pages(), iov_iter_get_pages() and their relatives: pages of the first segment that has bytes left; of a
 * queue of folios as many as there are. Extraction pins user memory and counts nothing elsewhere; the others take a
 * reference on every page.
 */
export function takePages(
  kernel: KernelState,
  how: How,
  iter: IovIter,
  pages: PageArray,
  maxSize: number,
  maxPages: number,
  options: TakeOptions = {},
): Extracted {
  const size = Math.min(maxSize, iter.count, MAX_RW_COUNT);
  if (size === 0) return EMPTY;
  if (iter.type === "discard") return { ret: EFAULT, offset0: 0 };
  if (iter.type === "pipe") {
    // Merged extraction knew no pipes while they were iterated.
    if (how === "extract" && !kernel.profile.era.switches.iterExtractMode) return { ret: EFAULT, offset0: 0 };
    return takePipe(kernel, how, iter, pages, size, maxPages, options.stays !== true);
  }
  if (iter.type === "folioq") return takeFolioq(kernel, how, iter, pages, size, maxPages);
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
      ? takeUser(kernel, how, iter, segment.address + skip, bytes, pages, maxPages, options)
      : segment.kind === "kernel"
        ? takeKernel(kernel, how, iter, segment, skip, bytes, pages, maxPages)
        : takeFile(kernel, how, segment, skip, bytes, pages, maxPages);
  if (taken.ret > 0 && options.stays !== true) {
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
  { allowP2pdma = false }: TakeOptions,
): Extracted {
  if (iter.mm === null) throw new TypeError("a user iterator without an address space");
  const offset0 = address % PAGE_SIZE;
  const wanted = Math.min(maxPages, Math.ceil((bytes + offset0) / PAGE_SIZE));
  const flags =
    (iter.direction === "dest" ? FOLL.WRITE : 0) |
    (iter.nofault ? FOLL.NOFAULT : 0) |
    (allowP2pdma ? FOLL.PCI_P2PDMA : 0);
  const form = how === "get" ? "get-fast" : "pin-fast";
  const got = fastForm(kernel, form, iter.mm, address - offset0, wanted, flags, pages);
  if (got <= 0) return { ret: got, offset0 };
  return { ret: Math.min(bytes, got * PAGE_SIZE - offset0), offset0 };
}

/** What the caller holds of a page of the kernel's; false: a pin was refused. */
function hold(kernel: KernelState, how: How, page: Page): boolean {
  if (how === "get") folioGet(kernel, page.folio);
  return how !== "pin" || tryGrabFolio(kernel, page.folio, 1, FOLL.PIN) === 0;
}

/** Pins that were taken before one was refused go. */
function unwind(kernel: KernelState, pages: PageArray, count: number): number {
  for (const taken of pages.slice(0, count)) if (taken) gupPutFolio(kernel, taken.folio, 1, FOLL.PIN);
  return EFAULT;
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
  const { iterBvecOnePage } = kernel.profile.era.switches;
  const start = segment.offset + skip;
  const offset0 = start % PAGE_SIZE;
  const first = Math.floor(start / PAGE_SIZE);
  const most = how === "get" && iterBvecOnePage ? 1 : maxPages;
  const wanted = Math.min(most, Math.ceil((bytes + offset0) / PAGE_SIZE));
  for (let index = 0; index < wanted; index++) {
    const page: Page | undefined = segment.pages[first + index];
    if (page === undefined) throw new RangeError("an iterator's segment is longer than its pages");
    if (!hold(kernel, how, page)) return { ret: unwind(kernel, pages, index), offset0 };
    pages[index] = page;
  }
  return { ret: Math.min(bytes, wanted * PAGE_SIZE - offset0), offset0 };
}

/** ITER_XARRAY: the folios that are there, up to the first hole. */
function takeFile(
  kernel: KernelState,
  how: How,
  { file, offset }: Extract<IterSegment, { kind: "file" }>,
  skip: number,
  bytes: number,
  pages: PageArray,
  maxPages: number,
): Extracted {
  const start = offset + skip;
  const offset0 = start % PAGE_SIZE;
  const wanted = Math.min(maxPages, Math.ceil((bytes + offset0) / PAGE_SIZE));
  let taken = 0;
  for (; taken < wanted; taken++) {
    const page = cachedPage(file, Math.floor(start / PAGE_SIZE) + taken);
    if (page === null) break;
    if (!hold(kernel, how, page)) return { ret: unwind(kernel, pages, taken), offset0 };
    pages[taken] = page;
  }
  // With nothing there, extraction computes a huge unsigned number: it passes over bytes that it did not take.
  if (taken === 0) return { ret: how === "extract" && offset0 > 0 ? bytes : 0, offset0 };
  return { ret: Math.min(bytes, taken * PAGE_SIZE - offset0), offset0 };
}

/** ITER_FOLIOQ: page by page, from folio to folio. */
function takeFolioq(
  kernel: KernelState,
  how: How,
  iter: IovIter,
  pages: PageArray,
  size: number,
  maxPages: number,
): Extracted {
  const offset0 = iter.offset % PAGE_SIZE;
  let left = size;
  let taken = 0;
  while (left > 0 && taken < maxPages) {
    const current = currentSegment(iter);
    if (current === null || current.segment.kind !== "kernel") break;
    const { segment, skip } = current;
    const page = segment.pages[Math.floor(skip / PAGE_SIZE)];
    if (page === undefined) break;
    if (!hold(kernel, how, page)) return { ret: unwind(kernel, pages, taken), offset0 };
    pages[taken] = page;
    taken += 1;
    const part = Math.min(PAGE_SIZE - (skip % PAGE_SIZE), left, segment.length - skip);
    iovIterAdvance(kernel, iter, part);
    left -= part;
  }
  return { ret: size - left, offset0 };
}
