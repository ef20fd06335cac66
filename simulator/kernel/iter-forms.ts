/**
 * Further iterators, and the forms of taking pages from one that not every kernel has (lib/iov_iter.c,
 * fs/netfs/iterator.c).
 */
import { type KernelMemory, kfree, kmalloc } from "./allocation-forms.ts";
import { EIO } from "./errno.ts";
import { existing } from "./existing.ts";
import {
  bvecIter,
  discardIter,
  folioqIter,
  iovIterNpages,
  isUserBacked,
  takePages,
  xarrayIter,
} from "./iov-iter.ts";
import { pipeIter } from "./iov-iter-pipe.ts";
import { type KernelState, warnOnce } from "./state.ts";
import type {
  AddressSpace,
  BioVec,
  Extracted,
  Folio,
  IovIter,
  IterDirection,
  Page,
  PageArray,
  PipeInode,
} from "./types.ts";

const PAGE_SIZE = 4096;

/** Pages in an array that the call allocated; both are null, and the array is freed, where `ret` is 0 or less. */
export interface ExtractedInto extends Extracted {
  readonly pages: readonly Page[] | null;
  readonly array: KernelMemory | null;
}

export interface IteratorFormFunctions {
  /** `count` bytes of a file's page cache from byte `start` on (5.13). */
  iovIterXarray(direction: IterDirection, file: AddressSpace, start: number, count: number): IovIter;
  /** `count` bytes of folios from byte `offset` of the first on (6.12). */
  iovIterFolioQueue(
    direction: IterDirection,
    folios: readonly Folio[],
    offset: number,
    count: number,
  ): IovIter;
  iovIterDiscard(direction: IterDirection, count: number): IovIter;
  /** A read of `count` bytes into a pipe (up to 6.4). */
  iovIterPipe(pipe: PipeInode, count: number): IovIter;
  /** Slots that the rest of the iterator needs, at most `maxPages`. */
  iovIterNpages(iter: IovIter, maxPages: number): number;
  /** Up to 5.19 the iterator stays where it is; from 6.2 to 6.4 it advances. */
  iovIterGetPages(iter: IovIter, pages: PageArray, maxSize: number, maxPages: number): Extracted;
  /** The same into an array of the call's own. */
  iovIterGetPagesAlloc(iter: IovIter, maxSize: number): ExtractedInto;
  /** iov_iter_get_pages2() into an array of the call's own; advances. From 6.0. */
  iovIterGetPagesAlloc2(iter: IovIter, maxSize: number): ExtractedInto;
  /**
   * `length` bytes of user memory as an iterator over vectors of pinned pages (6.3): the number of vectors, fewer bytes
   * than asked for where a later page failed, or an errno with nothing held; -EIO, with a warning, for memory of the
   * kernel's.
   */
  netfsExtractUserIter(
    from: IovIter,
    length: number,
  ): { readonly ret: number; readonly iter: IovIter | null };
}

export function iteratorFormFunctions(kernel: KernelState): IteratorFormFunctions {
  const { profile } = kernel;
  const { iterGetPages, iterGetPages2, iterPipe, iterXarray, iterFolioq, iterExtract } = profile.era.switches;
  const stays = iterGetPages === "stays";
  return {
    iovIterXarray: existing(profile, "iov_iter_xarray", iterXarray, xarrayIter),
    iovIterFolioQueue: existing(profile, "iov_iter_folio_queue", iterFolioq, folioqIter),
    iovIterDiscard: discardIter,
    iovIterPipe: existing(profile, "iov_iter_pipe", iterPipe, pipeIter),
    iovIterNpages,
    iovIterGetPages: existing(profile, "iov_iter_get_pages", iterGetPages !== "none", (...call) =>
      takePages(kernel, "get", ...call, { stays }),
    ),
    iovIterGetPagesAlloc: existing(
      profile,
      "iov_iter_get_pages_alloc",
      iterGetPages !== "none",
      (iter, size) => getPagesAlloc(kernel, iter, size, stays),
    ),
    iovIterGetPagesAlloc2: existing(profile, "iov_iter_get_pages_alloc2", iterGetPages2, (iter, size) =>
      getPagesAlloc(kernel, iter, size, false),
    ),
    netfsExtractUserIter: existing(profile, "netfs_extract_user_iter", iterExtract, (from, length) =>
      netfsExtractUserIter(kernel, from, length),
    ),
  };
}

function getPagesAlloc(kernel: KernelState, iter: IovIter, maxSize: number, stays: boolean): ExtractedInto {
  const slots = Math.ceil(Math.min(maxSize, iter.count) / PAGE_SIZE) + 1;
  const array = kmalloc(kernel, slots * 8, "kvmalloc");
  const pages: PageArray = [];
  const { ret, offset0 } = takePages(kernel, "get", iter, pages, maxSize, Number.MAX_SAFE_INTEGER, { stays });
  if (ret > 0) {
    const taken = pages.slice(0, Math.ceil((offset0 + ret) / PAGE_SIZE));
    return { ret, offset0, pages: taken.filter((page) => page !== null), array };
  }
  kfree(kernel, array);
  return { ret, offset0, pages: null, array: null };
}

function netfsExtractUserIter(
  kernel: KernelState,
  from: IovIter,
  length: number,
): { readonly ret: number; readonly iter: IovIter | null } {
  if (!isUserBacked(from)) {
    warnOnce(kernel, "fs/netfs/iterator.c:netfs_extract_user_iter", "an iterator over the kernel's memory");
    return { ret: EIO, iter: null };
  }
  const vecs: BioVec[] = [];
  let left = length;
  while (left > 0) {
    const pages: PageArray = [];
    const { ret, offset0 } = takePages(kernel, "extract", from, pages, left, Number.MAX_SAFE_INTEGER);
    if (ret <= 0) {
      if (vecs.length > 0) break;
      return { ret: ret === 0 ? EIO : ret, iter: null };
    }
    left -= ret;
    let bytes = ret;
    let offset = offset0;
    for (const page of pages.slice(0, Math.ceil((offset0 + ret) / PAGE_SIZE))) {
      if (page === null) throw new Error("a page that was taken is missing");
      const part = Math.min(bytes, PAGE_SIZE - offset);
      vecs.push({ page, offset, length: part });
      bytes -= part;
      offset = 0;
    }
  }
  return { ret: vecs.length, iter: bvecIter(from.direction, vecs) };
}
