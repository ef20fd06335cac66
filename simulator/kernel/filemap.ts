/**
 * The page cache: finding and adding folios, reading, writing, truncating, writing back (mm/filemap.c, mm/shmem.c,
 * mm/truncate.c, fs/buffer.c). Knows page tables only to take mappings away.
 */
import { filled, withBytes, ZEROES } from "./contents.ts";
import { EINVAL } from "./errno.ts";
import { deleteEntry, set, setEntry } from "./journal.ts";
import { folioAddLru } from "./lru.ts";
import { allocFolio, headPage } from "./page.ts";
import { folioCacheRefs, folioPut, folioPutRefs, folioRefAdd } from "./references.ts";
import { HPAGE_PMD_NR, HPAGE_PMD_ORDER, hasPageMkwrite, type KernelState } from "./state.ts";
import type { AddressSpace, FileKind, Folio, Mm, Page, Vma } from "./types.ts";
import { startWriteback, waitWriteback } from "./writeback.ts";
import { zapPte, zapRange } from "./zap.ts";

const PAGE_SIZE = 4096;

export function createFile(kind: FileKind, size: number, anonymous = false): AddressSpace {
  return { kind, anonymous, size, folios: new Map(), pciPages: [] };
}

/** i_size in pages, rounded up. */
export function pagesOfFile(file: AddressSpace): number {
  return Math.ceil(file.size / PAGE_SIZE);
}

/** A new folio in the cache; the caller's reference is given up here. */
function addToPageCache(kernel: KernelState, file: AddressSpace, index: number): Folio {
  const folio = allocFolio(kernel, 0, file.kind !== "ramfs");
  addFolioToCache(kernel, file, folio, index);
  folioPut(kernel, folio);
  return folio;
}

/** filemap_add_folio(): the cache owns one reference for each page. Contents are there at once, and count as read. */
export function addFolioToCache(kernel: KernelState, file: AddressSpace, folio: Folio, index: number): void {
  const { journal } = kernel;
  folioRefAdd(kernel, folio, 1);
  setEntry(journal, file.folios, index, folio);
  set(journal, folio, "mapping", file);
  set(journal, folio, "index", index);
  set(journal, folio, "uptodate", true);
  if (file.kind === "shmem") set(journal, folio, "swapbacked", true);
  folioAddLru(kernel, folio);
}

/**
 * The huge page at an index (in base pages, a multiple of 512) of a hugetlb file, added if it is missing; the reference of
 * the allocation goes to the caller's mapping there (hugetlb_add_to_page_cache()).
 */
export function addHugetlbFolio(
  kernel: KernelState,
  file: AddressSpace,
  index: number,
  movable: boolean,
): Folio {
  const found = file.folios.get(index);
  if (found !== undefined) return found;
  const folio = allocFolio(kernel, HPAGE_PMD_ORDER, movable, ZEROES, { hugetlb: true, uptodate: true });
  const { journal } = kernel;
  folioRefAdd(kernel, folio, folioCacheRefs(kernel, folio) - 1);
  setEntry(journal, file.folios, index, folio);
  set(journal, folio, "mapping", file);
  set(journal, folio, "index", index);
  set(journal, folio, "dirty", true);
  return folio;
}

/**
 * The folio of an index for a fault, read in if need be: filemap_fault() reads around it up to the end of the file,
 * tmpfs brings one page. Returns null beyond the end of the file (SIGBUS).
 */
export function faultFolio(kernel: KernelState, file: AddressSpace, index: number): Folio | null {
  const end = pagesOfFile(file);
  if (index >= end || file.kind === "p2pmem") return null;
  const found = file.folios.get(index);
  if (found !== undefined) return found;
  if (file.kind === "ext4")
    for (let other = 0; other < end; other++)
      if (!file.folios.has(other)) addToPageCache(kernel, file, other);
  return file.folios.get(index) ?? addToPageCache(kernel, file, index);
}

/** The folio of an index, added if it is not there: for writes. */
export function grabFolio(kernel: KernelState, file: AddressSpace, index: number): Folio {
  if (file.kind === "hugetlb") return addHugetlbFolio(kernel, file, index - (index % HPAGE_PMD_NR), false);
  return file.folios.get(index) ?? addToPageCache(kernel, file, index);
}

/** The page of an index, where the cache has one. */
export function cachedPage(file: AddressSpace, index: number): Page | null {
  const huge = file.kind === "hugetlb" ? file.folios.get(index - (index % HPAGE_PMD_NR)) : undefined;
  const folio = huge ?? file.folios.get(index);
  return folio === undefined ? null : (folio.pages[index - folio.index] ?? null);
}

/** create_empty_buffers(): buffer heads own one reference. */
export function attachBuffers(kernel: KernelState, folio: Folio): void {
  if (folio.private) return;
  set(kernel.journal, folio, "private", true);
  folioRefAdd(kernel, folio, 1);
}

/** A buffered write of equal bytes; the pages become dirty. Returns the bytes written; hugetlb files have no write(). */
export function pwriteFill(
  kernel: KernelState,
  file: AddressSpace,
  offset: number,
  length: number,
  value: number,
): number {
  if (file.kind === "hugetlb") return EINVAL;
  for (let at = offset; at < offset + length; ) {
    const inPage = at % PAGE_SIZE;
    const bytes = Math.min(PAGE_SIZE - inPage, offset + length - at);
    const folio = grabFolio(kernel, file, Math.floor(at / PAGE_SIZE));
    const page = headPage(folio);
    set(
      kernel.journal,
      page,
      "contents",
      bytes === PAGE_SIZE ? filled(value) : withBytes(page.contents, inPage, bytes, value),
    );
    if (hasPageMkwrite(file)) attachBuffers(kernel, folio);
    set(kernel.journal, folio, "dirty", true);
    at += bytes;
  }
  if (offset + length > file.size) set(kernel.journal, file, "size", offset + length);
  return length;
}

function vmaOfMapping(mm: Mm, at: number): Vma | undefined {
  return mm.vmas.find((vma) => at >= vma.start && at < vma.end);
}

/**
 * mm/truncate.c:truncate_pagecache: pages beyond the new end leave the page cache and every address space, private
 * copies with them. Those who hold a reference keep the page, without its file.
 */
export function truncate(kernel: KernelState, file: AddressSpace, size: number): number {
  const { journal } = kernel;
  const keep = Math.ceil(size / PAGE_SIZE);
  if (file.kind === "hugetlb" && keep % HPAGE_PMD_NR !== 0) return EINVAL;
  set(journal, file, "size", size);
  for (const mm of kernel.mms.values()) {
    if (file.kind === "hugetlb") zapHugetlbFile(kernel, mm, file, keep);
    for (const [at, entry] of [...mm.ptes]) {
      const vma = vmaOfMapping(mm, at);
      if (vma?.file === file && vma.pageOffset + at - vma.start >= keep) zapPte(kernel, mm, at, entry);
    }
  }
  for (const [index, folio] of [...file.folios]) {
    if (index < keep) continue;
    if (folio.private) {
      set(journal, folio, "private", false);
      folioPut(kernel, folio);
    }
    set(journal, folio, "dirty", false);
    waitWriteback(kernel, folio);
    if (folio.hugetlb) set(journal, folio, "uptodate", false);
    set(journal, folio, "mapping", null);
    deleteEntry(journal, file.folios, index);
    folioPutRefs(kernel, folio, folioCacheRefs(kernel, folio));
  }
  return 0;
}

/** hugetlb_vmdelete_list(): huge pages of the file, and private copies of them, from page `keep` on. */
function zapHugetlbFile(kernel: KernelState, mm: Mm, file: AddressSpace, keep: number): void {
  for (const vma of mm.vmas)
    if (vma.file === file) {
      const start = Math.max(vma.start, vma.start + keep - vma.pageOffset);
      if (start < vma.end) zapRange(kernel, mm, vma, start, vma.end);
    }
}

/** fsync(): ext4 writes its dirty pages back and waits; tmpfs and ramfs have nothing to write to. */
export function fsync(kernel: KernelState, file: AddressSpace): number {
  startWriteback(kernel, file);
  for (const folio of file.folios.values()) waitWriteback(kernel, folio);
  return 0;
}
