/**
 * Scatterlists: lists of pieces of memory for devices (lib/scatterlist.c, include/linux/scatterlist.h). They name pages and
 * hold none; only what is extracted into one from user memory is pinned, a page for each entry.
 */
import { InvalidArgumentError } from "./arguments.ts";
import { EINVAL, EIO } from "./errno.ts";
import { existing } from "./existing.ts";
import { cachedPage } from "./filemap.ts";
import { FOLL } from "./foll.ts";
import { iovIterAdvance, isUserBacked, type TakeOptions, takePages } from "./iov-iter.ts";
import { set } from "./journal.ts";
import { headPage } from "./page.ts";
import { gupPutFolio } from "./pin.ts";
import { type KernelState, warnOnce } from "./state.ts";
import type { Folio, IovIter, Page, PageArray } from "./types.ts";

const PAGE_SIZE = 4096;
/** UINT_MAX, rounded down to pages: the longest segment that no one limits. */
const LONGEST_SEGMENT = 0xffff_f000;

/** A `struct scatterlist`: `length` bytes from `offset` of a page on, into the pages behind it. `page` null: empty. */
export interface ScatterlistEntry {
  readonly page: Page | null;
  readonly offset: number;
  readonly length: number;
}

/** A `struct sg_table`, or a `struct sg_append_table`. */
export interface SgTable {
  readonly entries: readonly ScatterlistEntry[];
  /** Entries that are in use; `origNents` were when the table was made. */
  readonly nents: number;
  readonly origNents: number;
}

export interface ScatterlistFunctions {
  /** sg_alloc_table(): a table of empty entries. */
  sgAllocTable(nents: number): SgTable;
  /** sg_set_page(), sg_set_folio(): takes nothing. */
  sgSetPage(table: SgTable, entry: number, page: Page, length: number, offset: number): void;
  /** sg_assign_page(): the page only. */
  sgAssignPage(table: SgTable, entry: number, page: Page): void;
  /** sg_set_folio(), from 6.5. */
  sgSetFolio(table: SgTable, entry: number, folio: Folio, length: number, offset: number): void;
  /**
   * `size` bytes from `offset` of the first page on: neighbors in memory become one entry. A table, or an errno.
   * @param maxSegment longest entry in bytes (sg_alloc_table_from_pages_segment(), 5.15).
   */
  sgAllocTableFromPages(
    pages: readonly Page[],
    offset: number,
    size: number,
    maxSegment?: number,
  ): SgTable | number;
  /** More pages behind what is there; the last entry may grow instead (5.15). 0 or an errno. */
  sgAllocAppendTableFromPages(
    table: SgTable,
    pages: readonly Page[],
    size: number,
    maxSegment?: number,
  ): number;
  /** sg_free_table(): the table is empty; the pages are whoever's they were. */
  sgFreeTable(table: SgTable): void;
  /** for_each_sgtable_page(): every page that the entries in use touch, merged ones apart. */
  forEachSgtablePage(table: SgTable, action: (page: Page) => void): void;
  /**
   * Bytes of an iterator, which advances, as further entries: of user memory a pinned page each, of the kernel's a piece
   * each and nothing held. Bytes, or an errno; an error after some entries of user memory unpins all that were added.
   */
  extractIterToSg(
    iter: IovIter,
    maxSize: number,
    table: SgTable,
    sgMax: number,
    options?: TakeOptions,
  ): number;
  /** The same under its name of 6.3 and 6.4. */
  netfsExtractIterToSg(
    iter: IovIter,
    maxSize: number,
    table: SgTable,
    sgMax: number,
    options?: TakeOptions,
  ): number;
}

export function scatterlistFunctions(kernel: KernelState): ScatterlistFunctions {
  const { profile } = kernel;
  const { iterToSg, sgAppend } = profile.era.switches;
  const extract: ScatterlistFunctions["extractIterToSg"] = (iter, maxSize, table, sgMax, options = {}) =>
    extractIterToSg(kernel, iter, maxSize, table, sgMax, options);
  const setEntry: ScatterlistFunctions["sgSetPage"] = (table, entry, page, length, offset) =>
    replace(kernel, table, entry, { page, offset, length });
  return {
    sgAllocTable: (nents) => {
      if (!Number.isInteger(nents) || nents < 1) throw new InvalidArgumentError("nents", "1 or more", nents);
      const empty: ScatterlistEntry = { page: null, offset: 0, length: 0 };
      return { entries: Array.from({ length: nents }, () => empty), nents, origNents: nents };
    },
    sgSetPage: setEntry,
    sgAssignPage: (table, entry, page) => {
      const before = entryOf(table, entry);
      replace(kernel, table, entry, { ...before, page });
    },
    sgSetFolio: existing(profile, "sg_set_folio", iterToSg === "lib", (table, entry, folio, length, offset) =>
      setEntry(table, entry, headPage(folio), length, offset),
    ),
    sgAllocTableFromPages: (pages, offset, size, maxSegment = LONGEST_SEGMENT) => {
      if (maxSegment < PAGE_SIZE) return EINVAL;
      const entries = mergedEntries(pages, offset, size, maxSegment);
      return { entries, nents: entries.length, origNents: entries.length };
    },
    sgAllocAppendTableFromPages: existing(
      profile,
      "sg_alloc_append_table_from_pages",
      sgAppend,
      (table, pages, size, maxSegment = LONGEST_SEGMENT) => append(kernel, table, pages, size, maxSegment),
    ),
    sgFreeTable: (table) => {
      set(kernel.journal, table, "entries", []);
      set(kernel.journal, table, "nents", 0);
      set(kernel.journal, table, "origNents", 0);
    },
    forEachSgtablePage: (table, action) => {
      for (const entry of table.entries.slice(0, table.nents))
        for (const page of pagesOf(entry)) action(page);
    },
    extractIterToSg: existing(profile, "extract_iter_to_sg", iterToSg === "lib", extract),
    netfsExtractIterToSg: existing(profile, "netfs_extract_iter_to_sg", iterToSg === "netfs", extract),
  };
}

function entryOf(table: SgTable, index: number): ScatterlistEntry {
  const entry = table.entries[index];
  if (entry === undefined)
    throw new InvalidArgumentError("entry", `an index below ${table.entries.length}`, index);
  return entry;
}

function replace(kernel: KernelState, table: SgTable, index: number, entry: ScatterlistEntry): void {
  entryOf(table, index);
  set(kernel.journal, table, "entries", table.entries.with(index, entry));
}

/** Pages that an entry touches. */
function pagesOf({ page, offset, length }: ScatterlistEntry): readonly Page[] {
  if (page === null || length === 0) return [];
  const { folio } = page;
  const first = page.pfn - folio.pfn + Math.floor(offset / PAGE_SIZE);
  return folio.pages.slice(first, first + Math.ceil(((offset % PAGE_SIZE) + length) / PAGE_SIZE));
}

/** pages_are_mergeable(): the next frame. Frames of different folios never lie next to each other here. */
function follows(page: Page | undefined, before: Page | undefined): boolean {
  return page !== undefined && page.pfn === (before?.pfn ?? Number.NaN) + 1 && page.folio === before?.folio;
}

function mergedEntries(
  pages: readonly Page[],
  offset: number,
  size: number,
  maxSegment: number,
): ScatterlistEntry[] {
  const longest = maxSegment - (maxSegment % PAGE_SIZE);
  const entries: ScatterlistEntry[] = [];
  let left = size;
  let start = offset;
  for (let first = 0; first < pages.length; ) {
    let next = first + 1;
    while ((next - first) * PAGE_SIZE < longest && follows(pages[next], pages[next - 1])) next += 1;
    const bytes = (next - first) * PAGE_SIZE - start;
    entries.push({ page: pages[first] ?? null, offset: start, length: Math.min(left, bytes) });
    left -= bytes;
    start = 0;
    first = next;
  }
  return entries;
}

/** sg_alloc_append_table_from_pages() behind what is there. */
function append(
  kernel: KernelState,
  table: SgTable,
  pages: readonly Page[],
  size: number,
  maxSegment: number,
): number {
  const longest = maxSegment - (maxSegment % PAGE_SIZE);
  if (longest < PAGE_SIZE) return EINVAL;
  const entries = [...table.entries];
  const last = entries.at(-1);
  let rest = pages;
  let left = size;
  if (last !== undefined) {
    let grown = last;
    while (
      rest.length > 0 &&
      follows(rest[0], pagesOf(grown).at(-1)) &&
      grown.length + PAGE_SIZE <= longest
    ) {
      grown = { ...grown, length: grown.length + PAGE_SIZE };
      rest = rest.slice(1);
      left -= PAGE_SIZE;
    }
    entries[entries.length - 1] = grown;
  }
  entries.push(...mergedEntries(rest, 0, left, maxSegment));
  set(kernel.journal, table, "entries", entries);
  set(kernel.journal, table, "nents", entries.length);
  set(kernel.journal, table, "origNents", entries.length);
  return 0;
}

function extractIterToSg(
  kernel: KernelState,
  iter: IovIter,
  maxSize: number,
  table: SgTable,
  sgMax: number,
  options: TakeOptions,
): number {
  if (maxSize === 0 || sgMax === 0) return 0;
  if (table.nents + sgMax > table.entries.length)
    throw new InvalidArgumentError(
      "sgMax",
      `at most the ${table.entries.length - table.nents} free entries`,
      sgMax,
    );
  if (isUserBacked(iter)) return extractUser(kernel, iter, maxSize, table, sgMax, options);
  if (iter.type === "discard" || iter.type === "pipe") {
    warnOnce(kernel, "lib/scatterlist.c:extract_iter_to_sg", `an iterator of type ${iter.type}`);
    return EIO;
  }
  const pieces = iter.type === "kvec" ? piecesOfKvec(iter, maxSize, sgMax) : piecesOf(iter, maxSize, sgMax);
  for (const piece of pieces) addEntry(kernel, table, piece);
  const bytes = pieces.reduce((sum, { length }) => sum + length, 0);
  iovIterAdvance(kernel, iter, bytes);
  return bytes;
}

function addEntry(kernel: KernelState, table: SgTable, entry: ScatterlistEntry): void {
  replace(kernel, table, table.nents, entry);
  set(kernel.journal, table, "nents", table.nents + 1);
}

/** extract_user_to_sg(): a page for each entry. A failure unpins every entry above those of the start. */
function extractUser(
  kernel: KernelState,
  iter: IovIter,
  maxSize: number,
  table: SgTable,
  sgMax: number,
  options: TakeOptions,
): number {
  let left = maxSize;
  let room = sgMax;
  let total = 0;
  do {
    const pages: PageArray = [];
    const { ret, offset0 } = takePages(kernel, "extract", iter, pages, left, room, options);
    if (ret <= 0) {
      while (table.nents > table.origNents) {
        const { page } = entryOf(table, table.nents - 1);
        set(kernel.journal, table, "nents", table.nents - 1);
        if (page !== null) gupPutFolio(kernel, page.folio, 1, FOLL.PIN);
      }
      return ret;
    }
    left -= ret;
    total += ret;
    let bytes = ret;
    let offset = offset0;
    const taken = pages.slice(0, Math.ceil((offset0 + ret) / PAGE_SIZE));
    room -= taken.length;
    for (const page of taken) {
      const length = Math.min(bytes, PAGE_SIZE - offset);
      addEntry(kernel, table, { page, offset, length });
      bytes -= length;
      offset = 0;
    }
  } while (left > 0 && room > 0);
  return total;
}

/** extract_bvec_to_sg(), extract_folioq_to_sg(), extract_xarray_to_sg(): a piece for each segment, or folio of a file. */
function piecesOf(iter: IovIter, maxSize: number, sgMax: number): ScatterlistEntry[] {
  const pieces: ScatterlistEntry[] = [];
  let left = Math.min(maxSize, iter.count);
  let skip = iter.offset;
  for (const segment of iter.segments.slice(iter.segment)) {
    for (let at = skip; at < segment.length && left > 0 && pieces.length < sgMax; ) {
      const start = (segment.kind === "user" ? 0 : segment.offset) + at;
      let length = Math.min(left, segment.length - at);
      let page: Page | null = null;
      let offset = start;
      if (segment.kind === "kernel") page = segment.pages[0] ?? null;
      else if (segment.kind === "file") {
        const cached = cachedPage(segment.file, Math.floor(start / PAGE_SIZE));
        if (cached === null) return pieces;
        page = headPage(cached.folio);
        offset = start - cached.folio.index * PAGE_SIZE;
        length = Math.min(length, cached.folio.pages.length * PAGE_SIZE - offset);
      }
      pieces.push({ page, offset, length });
      at += length;
      left -= length;
    }
    skip = 0;
  }
  return pieces;
}

/** extract_kvec_to_sg(): page by page, since memory of vmalloc() lies anywhere. */
function piecesOfKvec(iter: IovIter, maxSize: number, sgMax: number): ScatterlistEntry[] {
  const pieces: ScatterlistEntry[] = [];
  let left = Math.min(maxSize, iter.count);
  let skip = iter.offset;
  for (const segment of iter.segments.slice(iter.segment)) {
    if (segment.kind !== "kernel") continue;
    for (let at = skip; at < segment.length && left > 0 && pieces.length < sgMax; ) {
      const start = segment.offset + at;
      const length = Math.min(left, segment.length - at, PAGE_SIZE - (start % PAGE_SIZE));
      const page = segment.pages[Math.floor(start / PAGE_SIZE)] ?? null;
      pieces.push({ page, offset: start % PAGE_SIZE, length });
      at += length;
      left -= length;
    }
    skip = 0;
  }
  return pieces;
}
