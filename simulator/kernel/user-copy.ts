/**
 * Bytes copied between pages, and between pages and what an iterator describes (copy_from_iter(), copy_to_iter()): user
 * memory is reached with its faults, as the process reaches it. Nothing is counted.
 */
import { readByte, writeByte } from "./access.ts";
import { withBytes } from "./contents.ts";
import { cachedPage } from "./filemap.ts";
import { iovIterAdvance } from "./iov-iter.ts";
import { set } from "./journal.ts";
import { pageOf } from "./page.ts";
import { walkPageTables } from "./page-table.ts";
import { type KernelState, pageNumber } from "./state.ts";
import type { BioVec, IovIter, Mm, Page } from "./types.ts";

const PAGE_SIZE = 4096;

/** A run of bytes of one page. */
interface Piece {
  readonly page: Page;
  readonly offset: number;
  readonly length: number;
}

/** The bytes of vectors, page by page. */
export function piecesOf(vecs: readonly BioVec[]): Piece[] {
  return vecs.flatMap(({ page, offset, length }) => {
    const pieces: Piece[] = [];
    const first = page.pfn - page.folio.pfn;
    for (let at = offset; at < offset + length; ) {
      const inPage = at % PAGE_SIZE;
      const bytes = Math.min(PAGE_SIZE - inPage, offset + length - at);
      pieces.push({
        page: pageOf(page.folio, first + Math.floor(at / PAGE_SIZE)),
        offset: inPage,
        length: bytes,
      });
      at += bytes;
    }
    return pieces;
  });
}

/** Copies bytes of one page to another. */
function copyBytes(
  kernel: KernelState,
  from: Page,
  fromOffset: number,
  to: Page,
  toOffset: number,
  length: number,
): void {
  let contents = to.contents;
  let start = 0;
  for (const { end, value } of from.contents) {
    const low = Math.max(start, fromOffset);
    const high = Math.min(end, fromOffset + length);
    if (low < high) contents = withBytes(contents, toOffset + low - fromOffset, high - low, value);
    start = end;
  }
  set(kernel.journal, to, "contents", contents);
}

/** Copies what both lists of vectors have, in order. @returns bytes. */
export function copyPieces(kernel: KernelState, from: readonly BioVec[], to: readonly BioVec[]): number {
  const sources = piecesOf(from);
  const targets = piecesOf(to);
  let copied = 0;
  let [source, target] = [sources.shift(), targets.shift()];
  while (source !== undefined && target !== undefined) {
    const bytes = Math.min(source.length, target.length);
    copyBytes(kernel, source.page, source.offset, target.page, target.offset, bytes);
    copied += bytes;
    const rest = (piece: Piece): Piece => ({
      page: piece.page,
      offset: piece.offset + bytes,
      length: piece.length - bytes,
    });
    source = source.length === bytes ? sources.shift() : rest(source);
    target = target.length === bytes ? targets.shift() : rest(target);
  }
  return copied;
}

/** Fills every byte of vectors. */
export function fillVecs(kernel: KernelState, vecs: readonly BioVec[], value: number): void {
  for (const { page, offset, length } of piecesOf(vecs))
    set(kernel.journal, page, "contents", withBytes(page.contents, offset, length, value));
}

/** The page behind a user address after the fault that an access takes; null: a signal. */
function userPage(kernel: KernelState, mm: Mm, address: number, write: boolean): Page | null {
  if (!write) {
    if (readByte(kernel, mm, address).signal !== null) return null;
    return walkPageTables(mm, pageNumber(address)).page;
  }
  const { value } = readByte(kernel, mm, address);
  if (writeByte(kernel, mm, address, value).signal !== null) return null;
  return walkPageTables(mm, pageNumber(address)).page;
}

/**
 * Copies between an iterator, which advances, and vectors of kernel memory, as far as both reach.
 * @returns bytes; fewer where user memory cannot be reached.
 */
export function copyWithIter(
  kernel: KernelState,
  iter: IovIter,
  vecs: readonly BioVec[],
  way: "to-iter" | "from-iter",
): number {
  let copied = 0;
  for (const piece of piecesOf(vecs)) {
    let { offset, length } = piece;
    while (length > 0 && iter.count > 0) {
      const here = currentPlace(kernel, iter, way === "to-iter");
      if (here === null) return copied;
      const bytes = Math.min(length, here.length);
      if (way === "to-iter") copyBytes(kernel, piece.page, offset, here.page, here.offset, bytes);
      else copyBytes(kernel, here.page, here.offset, piece.page, offset, bytes);
      iovIterAdvance(kernel, iter, bytes);
      offset += bytes;
      length -= bytes;
      copied += bytes;
    }
  }
  return copied;
}

/** Where an iterator stands: bytes up to the end of a page or of its segment. */
function currentPlace(kernel: KernelState, iter: IovIter, write: boolean): Piece | null {
  // Empty segments are passed.
  if (iter.offset >= (iter.segments[iter.segment]?.length ?? 0)) iovIterAdvance(kernel, iter, 0);
  const segment = iter.segments[iter.segment];
  if (segment === undefined) return null;
  const left = Math.min(segment.length - iter.offset, iter.count);
  if (segment.kind === "user") {
    if (iter.mm === null) return null;
    const address = segment.address + iter.offset;
    const page = userPage(kernel, iter.mm, address, write);
    if (page === null) return null;
    const offset = address % PAGE_SIZE;
    return { page, offset, length: Math.min(PAGE_SIZE - offset, left) };
  }
  const at = segment.offset + iter.offset;
  const index = Math.floor(at / PAGE_SIZE);
  const page = segment.kind === "file" ? cachedPage(segment.file, index) : (segment.pages[index] ?? null);
  if (page === null) return null;
  return { page, offset: at % PAGE_SIZE, length: Math.min(PAGE_SIZE - (at % PAGE_SIZE), left) };
}

/** iov_iter_zero(): zeroes into what the iterator describes. @returns bytes. */
export function iovIterZero(kernel: KernelState, iter: IovIter, bytes: number): number {
  let done = 0;
  while (done < bytes && iter.count > 0) {
    const here = currentPlace(kernel, iter, true);
    if (here === null) return done;
    const length = Math.min(here.length, bytes - done);
    set(kernel.journal, here.page, "contents", withBytes(here.page.contents, here.offset, length, 0));
    iovIterAdvance(kernel, iter, length);
    done += length;
  }
  return done;
}
