/**
 * Iterators that write into a pipe (ITER_PIPE, up to 6.4; lib/iov_iter.c). What is taken from one are new pages, which go
 * into the pipe at once; going forward sets how much of them counts, going back takes them out again.
 */
import { EFAULT } from "./errno.ts";
import { FOLL } from "./foll.ts";
import { set, setEntry } from "./journal.ts";
import { allocFolio, headPage } from "./page.ts";
import { gupPutFolio, tryGrabFolio } from "./pin.ts";
import { discardFrom, isFull, push } from "./pipe.ts";
import { folioGet } from "./references.ts";
import type { KernelState } from "./state.ts";
import type { Extracted, IovIter, Page, PageArray, PipeBuffer, PipeInode, PipePosition } from "./types.ts";

const PAGE_SIZE = 4096;

/** iov_iter_pipe(): a read into a pipe, from its present end. */
export function pipeIter(pipe: PipeInode, count: number): IovIter {
  return {
    type: "pipe",
    direction: "dest",
    mm: null,
    nofault: false,
    segments: [],
    segment: 0,
    offset: 0,
    count,
    pipe: { pipe, startHead: pipe.head, head: pipe.head, lastOffset: 0 },
  };
}

function positionOf({ pipe }: IovIter): PipePosition {
  if (pipe === null) throw new TypeError("a pipe iterator without a pipe");
  return pipe;
}

function bufferAt(pipe: PipeInode, slot: number): PipeBuffer {
  const buffer = pipe.buffers.get(slot);
  if (buffer === undefined) throw new RangeError("an iterator leaves its pipe");
  return buffer;
}

/** append_pipe(): room in the last page, or a new page, whose reference is the pipe's. Null: the pipe is full. */
function appendPipe(
  kernel: KernelState,
  iter: IovIter,
  size: number,
): { readonly page: Page; readonly offset: number } | null {
  const { journal } = kernel;
  const at = positionOf(iter);
  const { pipe, lastOffset: offset } = at;
  if (offset > 0 && offset < PAGE_SIZE) {
    const last = bufferAt(pipe, pipe.head - 1);
    const part = Math.min(size, PAGE_SIZE - offset);
    setEntry(journal, pipe.buffers, pipe.head - 1, { ...last, length: last.length + part });
    set(journal, at, "lastOffset", offset + part);
    set(journal, iter, "count", iter.count - part);
    return { page: last.page, offset };
  }
  if (isFull(pipe)) return null;
  const part = Math.min(size, PAGE_SIZE);
  const page = headPage(allocFolio(kernel, 0, false));
  push(kernel, pipe, { page, offset: 0, length: part });
  set(journal, at, "head", pipe.head - 1);
  set(journal, at, "lastOffset", part);
  set(journal, iter, "count", iter.count - part);
  return { page, offset: 0 };
}

/** pipe_npages(): free slots, and the last page where it has room. */
export function pipeNpages(iter: IovIter, limit: number): number {
  if (iter.count === 0) return 0;
  const { pipe, lastOffset } = positionOf(iter);
  const room = lastOffset > 0 && lastOffset < PAGE_SIZE ? 1 : 0;
  return Math.min(limit, pipe.slots - (pipe.head - pipe.tail) + room);
}

/**
 * pipe_get_pages(): each page is in the pipe, and is held for the caller besides: by a reference, by a pin
 * (iov_iter_pin_pages2()), or not at all (extraction of the v8 series). Up to 5.19 the iterator stays where it is: what is
 * not advanced over must be reverted or goes with the next advance.
 */
export function takePipe(
  kernel: KernelState,
  how: "extract" | "get" | "pin",
  iter: IovIter,
  pages: PageArray,
  size: number,
  maxPages: number,
  advances: boolean,
): Extracted {
  const { journal } = kernel;
  const at = positionOf(iter);
  const before = { head: at.head, lastOffset: at.lastOffset, count: iter.count };
  const offset0 = at.lastOffset > 0 && at.lastOffset < PAGE_SIZE ? at.lastOffset : 0;
  const wanted = Math.min(maxPages, Math.ceil((offset0 + size) / PAGE_SIZE));
  let left = size;
  let taken = 0;
  while (taken < wanted && left > 0) {
    const appended = appendPipe(kernel, iter, left);
    if (appended === null) break;
    const { page, offset } = appended;
    if (how === "get") folioGet(kernel, page.folio);
    if (how === "pin" && tryGrabFolio(kernel, page.folio, 1, FOLL.PIN) !== 0) {
      for (const one of pages.slice(0, taken)) if (one) gupPutFolio(kernel, one.folio, 1, FOLL.PIN);
      return { ret: EFAULT, offset0 };
    }
    pages[taken] = page;
    taken += 1;
    left -= Math.min(left, PAGE_SIZE - offset);
  }
  if (taken === 0) return { ret: EFAULT, offset0 };
  if (!advances) {
    set(journal, at, "head", before.head);
    set(journal, at, "lastOffset", before.lastOffset);
    set(journal, iter, "count", before.count);
  }
  return { ret: size - left, offset0 };
}

/** pipe_advance(): the bytes count, what was pushed beyond them goes. */
export function advancePipe(kernel: KernelState, iter: IovIter, bytes: number): void {
  const { journal } = kernel;
  const at = positionOf(iter);
  const { pipe } = at;
  if (bytes === 0 && at.lastOffset === 0) {
    discardFrom(kernel, pipe, at.startHead);
    return;
  }
  set(journal, iter, "count", iter.count - bytes);
  let slot = at.head;
  let size = bytes + at.lastOffset;
  for (;;) {
    const buffer = bufferAt(pipe, slot);
    const room = PAGE_SIZE - buffer.offset;
    if (size <= room) {
      setEntry(journal, pipe.buffers, slot, { ...buffer, length: size });
      set(journal, at, "lastOffset", size);
      break;
    }
    size -= room;
    slot += 1;
  }
  set(journal, at, "head", slot);
  discardFrom(kernel, pipe, slot + 1);
}

/** iov_iter_revert(): the newest bytes leave the pipe, pages with them. */
export function revertPipe(kernel: KernelState, iter: IovIter, bytes: number): void {
  const { journal } = kernel;
  const at = positionOf(iter);
  const { pipe } = at;
  set(journal, iter, "count", iter.count + bytes);
  let unroll = bytes;
  while (pipe.head > at.startHead) {
    const last = pipe.head - 1;
    const buffer = bufferAt(pipe, last);
    if (unroll < buffer.length) {
      setEntry(journal, pipe.buffers, last, { ...buffer, length: buffer.length - unroll });
      set(journal, at, "lastOffset", buffer.length - unroll);
      set(journal, at, "head", last);
      return;
    }
    unroll -= buffer.length;
    discardFrom(kernel, pipe, last);
  }
  set(journal, at, "lastOffset", 0);
  set(journal, at, "head", pipe.head);
}
