/**
 * Direct I/O of the file systems that use fs/direct-io.c: pages wait in an array, each is held once more while it is the
 * current page and once for each bio that it is in. A write whose memory cannot be reached ends its blocks with zeroes.
 */
import { BIO_MAX_VECS, bioAddPage, bioInit, PAGE_SIZE } from "./bio.ts";
import { takeFor } from "./bio-iter.ts";
import { bioSetPagesDirty } from "./bio-release.ts";
import type { Bio, BlockDevice, DirectIo, FileExtent, FileMapping } from "./block-types.ts";
import { endedOne, errorOf, letGo, openRequest, submitFor } from "./direct-io.ts";
import { EFAULT, EINVAL } from "./errno.ts";
import { FOLL } from "./foll.ts";
import { isUserBacked } from "./iov-iter.ts";
import { set } from "./journal.ts";
import { gupPutFolio, tryGrabFolio } from "./pin.ts";
import { folioGet, folioPut } from "./references.ts";
import type { KernelState } from "./state.ts";
import type { IovIter, Page, PageArray } from "./types.ts";
import { fillVecs } from "./user-copy.ts";

/** DIO_PAGES: slots of the array. */
const DIO_PAGES = 64;

/** A write meets a hole: the rest is for buffered I/O. */
const ENOTBLK = -15;

/** Where a file's blocks lie: extents never follow each other on the disk. */
interface Place {
  readonly extent: FileExtent;
  /** Bytes of the extent from here on. */
  readonly left: number;
  /** Position on the disk. */
  readonly disk: number;
}

/** The extent at a position of the file; null: behind the last one. */
export function placeAt({ extents }: FileMapping, position: number): Place | null {
  let start = 0;
  for (const [index, extent] of extents.entries()) {
    if (position < start + extent.length) {
      const within = position - start;
      // Each extent starts far from the end of the one before.
      return { extent, left: extent.length - within, disk: (index + 1) * 2 ** 40 + within };
    }
    start += extent.length;
  }
  return null;
}

/** What is held of a page beside the bios: pins, references, or nothing where somebody else keeps the page. */
type Hold = "pin" | "reference" | "nothing";

function holdFor(kernel: KernelState, iter: IovIter): Hold {
  switch (kernel.profile.era.switches.dioTakes) {
    case "references":
      return "reference";
    case "extracts":
      return isUserBacked(iter) ? "pin" : "nothing";
    case "pins":
      return "pin";
    case "pins-or-references":
      return isUserBacked(iter) ? "pin" : "reference";
  }
}

/** The current page, which waits to be joined by what follows it. */
interface CurrentPage {
  readonly page: Page;
  readonly offset: number;
  readonly length: number;
  readonly disk: number;
}

/** One call's state (`struct dio` and `struct dio_submit`). */
interface Submission {
  readonly kernel: KernelState;
  readonly device: BlockDevice;
  readonly request: DirectIo;
  readonly file: FileMapping;
  readonly hold: Hold;
  readonly pages: PageArray;
  /** Pages `head`..`tail - 1` of the array wait; the first begins at `from`, the last ends at `to`. */
  head: number;
  tail: number;
  from: number;
  to: number;
  current: CurrentPage | null;
  bio: Bio | null;
  /** Where on the disk the bio ends. */
  bioEnd: number;
  /** The errno of the first page that could not be reached, where zeroes were written instead. */
  pageError: number;
  /** What ended the walk: 0 or an errno. */
  walkError: number;
}

/** dio_pin_page(): one hold more on a page that is held already; the zero page may have none. */
function holdPage({ kernel, hold }: Submission, page: Page): void {
  if (hold === "pin") tryGrabFolio(kernel, page.folio, 1, FOLL.PIN);
  else if (hold === "reference") folioGet(kernel, page.folio);
}

function dropPage({ kernel, hold }: Submission, page: Page): void {
  if (hold === "pin") gupPutFolio(kernel, page.folio, 1, FOLL.PIN);
  else if (hold === "reference") folioPut(kernel, page.folio);
}

/** dio_refill_pages(): 0 or an errno. */
function refill(dio: Submission, blocksLeft: boolean): number {
  const { kernel, request, pages } = dio;
  const taking = kernel.profile.era.switches.dioTakes;
  pages.length = 0;
  const { ret, offset0 } = takeFor(kernel, taking, request.iter, pages, request.iter.count, DIO_PAGES);
  if (ret < 0 && blocksLeft && request.iter.direction === "source") {
    if (dio.pageError === 0) dio.pageError = ret;
    const zero = kernel.zero.page;
    // The array's own hold; a pin of the zero page counts nothing from 6.5 on.
    holdPage(dio, zero);
    pages[0] = zero;
    [dio.head, dio.tail, dio.from, dio.to] = [0, 1, 0, PAGE_SIZE];
    return 0;
  }
  if (ret < 0) return ret;
  const end = offset0 + ret;
  [dio.head, dio.tail, dio.from, dio.to] = [
    0,
    Math.ceil(end / PAGE_SIZE),
    offset0,
    ((end - 1) % PAGE_SIZE) + 1,
  ];
  return ret === 0 ? EINVAL : 0;
}

function submit(dio: Submission): void {
  const { kernel, request, bio } = dio;
  if (bio === null) return;
  dio.bio = null;
  if (request.asynchronous && request.shouldDirty) bioSetPagesDirty(kernel, bio);
  submitFor(kernel, request, bio, (ended) => {
    letGo(kernel, ended, request, request.asynchronous);
    if (endedOne(kernel, request)) finish(dio);
  });
}

/** dio_new_bio(): in the extraction series its pages are flagged as references. */
function newBio(dio: Submission, disk: number): Bio {
  const { kernel, request, device } = dio;
  const bio = bioInit(device, BIO_MAX_VECS, request.iter.direction === "dest" ? "read" : "write");
  const { bioRelease } = kernel.profile.era.switches;
  if (dio.hold === "pin" && bioRelease === "unpins-if-pinned") set(kernel.journal, bio, "pagePinned", true);
  if (
    bioRelease === "puts-if-reffed" ||
    bioRelease === "by-both-flags" ||
    bioRelease === "pinned-else-reffed"
  )
    set(kernel.journal, bio, "pageReffed", true);
  dio.bioEnd = disk;
  return bio;
}

/** dio_send_cur_page(): the current page goes into a bio, which holds it once more. */
function sendCurrent(dio: Submission): void {
  const { kernel, current } = dio;
  if (current === null) return;
  if (dio.bio !== null && dio.bioEnd !== current.disk) submit(dio);
  const { page, offset, length } = current;
  for (;;) {
    const bio = dio.bio ?? newBio(dio, current.disk);
    dio.bio = bio;
    if (bioAddPage(kernel, bio, page, length, offset, dio.hold === "pin") === length) break;
    submit(dio);
  }
  holdPage(dio, page);
  dio.bioEnd = current.disk + length;
}

/** submit_page_section(): joins the current page, or sends it and becomes it. */
function submitSection(dio: Submission, section: CurrentPage): void {
  const { current } = dio;
  if (
    current?.page === section.page &&
    current.offset + current.length === section.offset &&
    current.disk + current.length === section.disk
  ) {
    dio.current = { ...current, length: current.length + section.length };
    return;
  }
  endCurrent(dio);
  holdPage(dio, section.page);
  dio.current = section;
}

function endCurrent(dio: Submission): void {
  const { current } = dio;
  if (current === null) return;
  sendCurrent(dio);
  dropPage(dio, current.page);
  dio.current = null;
}

/** dio_zero_block(): zeroes for the part of a new block that the I/O does not cover. */
function zeroBlock(dio: Submission, position: number, length: number, disk: number): void {
  if (length > 0 && position >= 0)
    submitSection(dio, { page: dio.kernel.zero.page, offset: 0, length: Math.min(length, PAGE_SIZE), disk });
}

/** do_direct_IO(): 0 or an errno; how far it came is in the second number. */
function walk(dio: Submission, end: number): { readonly error: number; readonly position: number } {
  const { kernel, request, file, pages } = dio;
  const isWrite = request.iter.direction === "source";
  let { offset: position } = file;
  let blocksLeft = 0;
  let zeroedStart = false;
  while (position < end) {
    if (dio.head === dio.tail) {
      const error = refill(dio, blocksLeft > 0);
      if (error !== 0) return { error, position };
    }
    const page = pages[dio.head];
    if (!page) throw new Error("a page that was taken is missing");
    let from = dio.head === 0 ? dio.from : 0;
    const to = dio.head === dio.tail - 1 ? dio.to : PAGE_SIZE;
    dio.head += 1;
    while (from < to && position < end) {
      const place = placeAt(file, position);
      if (place === null || place.extent.state === "hole") {
        if (isWrite || place === null) {
          dropPage(dio, page);
          return { error: isWrite ? ENOTBLK : 0, position };
        }
        const length = Math.min(place.left, to - from, end - position);
        fillVecs(kernel, [{ page, offset: from, length }], 0);
        [from, position] = [from + length, position + length];
        continue;
      }
      const within = position % file.blockSize;
      if (isWrite && !zeroedStart && place.extent.state === "new" && within > 0)
        zeroBlock(dio, position, within, place.disk - within);
      zeroedStart = true;
      const length = Math.min(place.left, to - from, end - position);
      submitSection(dio, { page, offset: from, length, disk: place.disk });
      [from, position] = [from + length, position + length];
      blocksLeft = place.left - length;
    }
    dropPage(dio, page);
  }
  return { error: 0, position };
}

/** dio_complete(): bytes, or the errno of the memory or of the disk. Memory that ran out after some bytes is no error. */
function finish({ kernel, request, walkError, pageError }: Submission): void {
  const fault = walkError === EFAULT && request.bytes > 0 ? 0 : walkError;
  set(kernel.journal, request, "result", fault || pageError || errorOf(request) || request.bytes);
}

/**
 * __blockdev_direct_IO(): submits, completes nothing. `request.bytes` is what the I/O covers; a request that holds no bio
 * has its result at once.
 */
export function blockdevDirectIo(
  kernel: KernelState,
  device: BlockDevice,
  iter: IovIter,
  file: FileMapping,
  asynchronous: boolean,
): DirectIo {
  const request = openRequest(device, iter, asynchronous);
  const { journal } = kernel;
  const end = file.offset + iter.count;
  if ((file.offset | iter.count) % device.logicalBlockSize !== 0) {
    set(journal, request, "result", EINVAL);
    return request;
  }
  const dio: Submission = {
    kernel,
    device,
    request,
    file,
    hold: holdFor(kernel, iter),
    pages: [],
    head: 0,
    tail: 0,
    from: 0,
    to: 0,
    current: null,
    bio: null,
    bioEnd: -1,
    pageError: 0,
    walkError: 0,
  };
  const { error, position } = walk(dio, end);
  const last = placeAt(file, position - 1);
  const rest = (file.blockSize - (position % file.blockSize)) % file.blockSize;
  if (iter.direction === "source" && last?.extent.state === "new")
    zeroBlock(dio, position, rest, last.disk + 1);
  endCurrent(dio);
  submit(dio);
  // Pages that were taken and not used: dio_cleanup().
  for (; dio.head < dio.tail; dio.head++) {
    const page = dio.pages[dio.head];
    if (page) dropPage(dio, page);
  }
  dio.walkError = error === ENOTBLK ? 0 : error;
  set(journal, request, "bytes", position - file.offset);
  if (request.pending === 0) finish(dio);
  return request;
}
