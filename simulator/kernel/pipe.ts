/**
 * Pipes and the pages in them (fs/pipe.c, fs/splice.c): each buffer owns a reference on its page. Knows iterators only to
 * take user pages from.
 */
import { InvalidArgumentError } from "./arguments.ts";
import { EAGAIN, EPIPE } from "./errno.ts";
import { iovIterRevert, takePages } from "./iov-iter.ts";
import { deleteEntry, set, setEntry } from "./journal.ts";
import { folioPut, folioRefAdd } from "./references.ts";
import { type KernelState, warnOnce } from "./state.ts";
import type { IovIter, PageArray, PipeBuffer, PipeInode } from "./types.ts";

const PAGE_SIZE = 4096;
/** PIPE_DEF_BUFFERS */
const DEFAULT_SLOTS = 16;

export interface PipeFunctions {
  /** An empty pipe that is open at both ends; `slots` buffers, a power of two. Default 16. */
  createPipe(slots?: number): PipeInode;
  /** Nobody reads any more: what is added gives -EPIPE. */
  closePipeReaders(pipe: PipeInode): void;
  /** One more reference on a buffer's page; false, with a warning, where the page has none. */
  pipeBufGet(buffer: PipeBuffer): boolean;
  /** The reference of a buffer that is in no pipe any more, or never was. */
  pipeBufRelease(buffer: PipeBuffer): void;
  /** The buffer, with its reference, goes into the pipe: its length; or an errno, and the reference is gone. */
  addToPipe(pipe: PipeInode, buffer: PipeBuffer): number;
  /** Buffers as far as there is room: bytes, or an errno; what does not fit is let go. */
  spliceToPipe(pipe: PipeInode, buffers: readonly PipeBuffer[]): number;
  /** vmsplice() of what an iterator has: a reference on each user page, no copy. Bytes, or an errno. */
  iterToPipe(from: IovIter, pipe: PipeInode): number;
  /** read(): `bytes` leave the pipe, and the references of buffers that are empty then. Returns the bytes. */
  readPipe(pipe: PipeInode, bytes: number): number;
  /** tee(): the buffers of one pipe in another, too, with references of their own. Bytes, or -EAGAIN. */
  tee(from: PipeInode, to: PipeInode): number;
  /** What is in the pipe, oldest first. */
  pipeBuffers(pipe: PipeInode): readonly PipeBuffer[];
}

export function pipeFunctions(kernel: KernelState): PipeFunctions {
  return {
    createPipe: (slots = DEFAULT_SLOTS) => {
      if (!Number.isInteger(Math.log2(slots)))
        throw new InvalidArgumentError("slots", "a power of two", slots);
      return { slots, head: 0, tail: 0, buffers: new Map(), readers: true };
    },
    closePipeReaders: (pipe) => set(kernel.journal, pipe, "readers", false),
    pipeBufGet: (buffer) => pipeBufGet(kernel, buffer),
    pipeBufRelease: ({ page }) => folioPut(kernel, page.folio),
    addToPipe: (pipe, buffer) => addToPipe(kernel, pipe, buffer),
    spliceToPipe: (pipe, buffers) => spliceToPipe(kernel, pipe, buffers),
    iterToPipe: (from, pipe) => iterToPipe(kernel, from, pipe),
    readPipe: (pipe, bytes) => readPipe(kernel, pipe, bytes),
    tee: (from, to) => {
      let bytes = 0;
      for (const buffer of buffersOf(from)) {
        if (isFull(to)) return bytes || EAGAIN;
        if (!pipeBufGet(kernel, buffer)) return bytes;
        push(kernel, to, buffer);
        bytes += buffer.length;
      }
      return bytes || EAGAIN;
    },
    pipeBuffers: buffersOf,
  };
}

export function isFull({ head, tail, slots }: PipeInode): boolean {
  return head - tail >= slots;
}

function buffersOf({ head, tail, buffers }: PipeInode): PipeBuffer[] {
  return Array.from({ length: head - tail }, (_, index) => buffers.get(tail + index)).filter(
    (buffer) => buffer !== undefined,
  );
}

/** The next slot gets a buffer, whose reference is the pipe's from now on. */
export function push(kernel: KernelState, pipe: PipeInode, buffer: PipeBuffer): void {
  setEntry(kernel.journal, pipe.buffers, pipe.head, buffer);
  set(kernel.journal, pipe, "head", pipe.head + 1);
}

/** pipe_discard_from(): the newest buffers go, from slot `head` on. */
export function discardFrom(kernel: KernelState, pipe: PipeInode, head: number): void {
  while (pipe.head > head) {
    const last = pipe.head - 1;
    const buffer = pipe.buffers.get(last);
    deleteEntry(kernel.journal, pipe.buffers, last);
    set(kernel.journal, pipe, "head", last);
    if (buffer !== undefined) folioPut(kernel, buffer.page.folio);
  }
}

/** generic_pipe_buf_get(): try_get_page() */
function pipeBufGet(kernel: KernelState, { page }: PipeBuffer): boolean {
  if (page.folio.refcount <= 0) {
    warnOnce(kernel, "include/linux/mm.h:try_get_page", "reference count is zero or negative", page.folio);
    return false;
  }
  folioRefAdd(kernel, page.folio, 1);
  return true;
}

function addToPipe(kernel: KernelState, pipe: PipeInode, buffer: PipeBuffer): number {
  if (pipe.readers && !isFull(pipe)) {
    push(kernel, pipe, buffer);
    return buffer.length;
  }
  folioPut(kernel, buffer.page.folio);
  return pipe.readers ? EAGAIN : EPIPE;
}

function spliceToPipe(kernel: KernelState, pipe: PipeInode, buffers: readonly PipeBuffer[]): number {
  let bytes = 0;
  let taken = 0;
  for (const buffer of pipe.readers ? buffers : []) {
    if (isFull(pipe)) break;
    push(kernel, pipe, buffer);
    bytes += buffer.length;
    taken += 1;
  }
  for (const { page } of buffers.slice(taken)) folioPut(kernel, page.folio);
  if (taken > 0 || buffers.length === 0) return bytes;
  return pipe.readers ? EAGAIN : EPIPE;
}

/** Pages that one round of iter_to_pipe() takes. */
const PAGES_A_ROUND = 16;

function iterToPipe(kernel: KernelState, from: IovIter, pipe: PipeInode): number {
  let total = 0;
  while (from.count > 0) {
    const pages: PageArray = [];
    const { ret, offset0 } = takePages(kernel, "get", from, pages, Number.MAX_SAFE_INTEGER, PAGES_A_ROUND);
    if (ret <= 0) return total || ret;
    let left = ret;
    let offset = offset0;
    const taken = pages.slice(0, Math.ceil((ret + offset0) / PAGE_SIZE));
    for (const [index, page] of taken.entries()) {
      if (page === null) throw new Error("a page that was taken is missing");
      const length = Math.min(left, PAGE_SIZE - offset);
      const added = addToPipe(kernel, pipe, { page, offset, length });
      if (added < 0) {
        iovIterRevert(kernel, from, left);
        for (const rest of taken.slice(index + 1)) if (rest !== null) folioPut(kernel, rest.folio);
        return total || added;
      }
      total += added;
      left -= length;
      offset = 0;
    }
  }
  return total;
}

function readPipe(kernel: KernelState, pipe: PipeInode, bytes: number): number {
  let done = 0;
  while (done < bytes && pipe.tail < pipe.head) {
    const buffer = pipe.buffers.get(pipe.tail);
    if (buffer === undefined) throw new Error("a pipe's buffer is missing");
    const part = Math.min(bytes - done, buffer.length);
    done += part;
    if (part < buffer.length) {
      const rest = { ...buffer, offset: buffer.offset + part, length: buffer.length - part };
      setEntry(kernel.journal, pipe.buffers, pipe.tail, rest);
      break;
    }
    deleteEntry(kernel.journal, pipe.buffers, pipe.tail);
    set(kernel.journal, pipe, "tail", pipe.tail + 1);
    folioPut(kernel, buffer.page.folio);
  }
  return done;
}
