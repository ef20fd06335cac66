/**
 * Looking pages up in the page cache, and adding some (include/linux/pagemap.h, mm/filemap.c, mm/shmem.c). What is found
 * comes with a reference of the caller's. Folios of files have one page; a huge page of a hugetlb file is found, not made.
 */
import { InvalidArgumentError } from "./arguments.ts";
import { EEXIST, EINVAL, ENOENT } from "./errno.ts";
import { existing } from "./existing.ts";
import { addFolioToCache, cachedPage, grabFolio, pagesOfFile } from "./filemap.ts";
import { set } from "./journal.ts";
import { headPage } from "./page.ts";
import type { FolioBatch } from "./reference-forms.ts";
import { folioRefAdd } from "./references.ts";
import type { KernelState } from "./state.ts";
import type { AddressSpace, Folio, Page, PageArray } from "./types.ts";
import { lockFolio } from "./writeback.ts";

/** What a look-up does about a page: FGP_LOCK, FGP_CREAT. */
export interface LookupFlags {
  readonly lock?: boolean;
  readonly create?: boolean;
}

/** What came with a batch, and where to go on. */
export interface FoundFolios {
  readonly ret: number;
  readonly start: number;
}

export interface PageCacheFunctions {
  /** Null: not in the cache. Indices are those of base pages. */
  findGetPage(file: AddressSpace, index: number): Page | null;
  findLockPage(file: AddressSpace, index: number): Page | null;
  /** Locked; what is new is not read. */
  findOrCreatePage(file: AddressSpace, index: number): Page | null;
  /** The two are gone with 6.19. */
  grabCachePage(file: AddressSpace, index: number): Page | null;
  grabCachePageWriteBegin(file: AddressSpace, index: number): Page | null;
  pagecacheGetPage(file: AddressSpace, index: number, flags: LookupFlags): Page | null;
  /** Read in if need be; behind the end of the file too. A page, or an errno. */
  readCachePage(file: AddressSpace, index: number): Page | number;
  readMappingPage(file: AddressSpace, index: number): Page | number;
  readCacheFolio(file: AddressSpace, index: number): Folio | number;
  readMappingFolio(file: AddressSpace, index: number): Folio | number;
  /** -EINVAL behind the end of the file. */
  shmemReadMappingPage(file: AddressSpace, index: number): Page | number;
  shmemReadFolio(file: AddressSpace, index: number): Folio | number;
  /** From 5.16. Where there is none: null up to 6.3, later -ENOENT. */
  filemapGetFolio(file: AddressSpace, index: number): Folio | null | number;
  filemapLockFolio(file: AddressSpace, index: number): Folio | null | number;
  filemapGrabFolio(file: AddressSpace, index: number): Folio | null | number;
  /** __filemap_get_folio() */
  filemapGetFolioFlags(file: AddressSpace, index: number, flags: LookupFlags): Folio | null | number;
  /** Folios from page `start` to `end`, both included, into what is free of the batch. From 6.0; without holes: 6.1. */
  filemapGetFolios(file: AddressSpace, start: number, end: number, batch: FolioBatch): FoundFolios;
  filemapGetFoliosContig(file: AddressSpace, start: number, end: number, batch: FolioBatch): FoundFolios;
  /** Into an array, at most `most`; how many. */
  findGetEntries(file: AddressSpace, start: number, end: number, pages: PageArray, most: number): number;
  /** The room that is left; 0 where there was none, and nothing is added. */
  folioBatchAdd(batch: FolioBatch, folio: Folio): number;
  /** 0, the folio locked and a reference of the cache's on it; or -EEXIST. */
  filemapAddFolio(file: AddressSpace, folio: Folio, index: number): number;
  addToPageCacheLru(file: AddressSpace, page: Page, index: number): number;
}

export function pageCacheFunctions(kernel: KernelState): PageCacheFunctions {
  const { profile } = kernel;
  const { switches } = profile.era;
  const { folios, lruBatch } = switches;
  const wholeFile = (file: AddressSpace, index: number): Page => {
    const page = cachedPage(file, index);
    if (page !== null) return page;
    if (file.kind === "hugetlb" || file.kind === "p2pmem")
      throw new InvalidArgumentError("file", "a file whose pages are read one by one", file.kind);
    return headPage(grabFolio(kernel, file, index));
  };
  const look = (file: AddressSpace, index: number, { lock, create }: LookupFlags): Page | null => {
    const page = create === true ? wholeFile(file, index) : cachedPage(file, index);
    if (page === null) return null;
    folioRefAdd(kernel, page.folio, 1);
    if (lock === true) lockFolio(kernel, page.folio);
    return page;
  };
  const read = (file: AddressSpace, index: number): Page => {
    const page = wholeFile(file, index);
    folioRefAdd(kernel, page.folio, 1);
    return page;
  };
  const shmemRead = (file: AddressSpace, index: number): Page | number =>
    index >= pagesOfFile(file) ? EINVAL : read(file, index);
  const folioOf = (page: Page | number): Folio | number => (typeof page === "number" ? page : page.folio);
  const lookFolio = (file: AddressSpace, index: number, flags: LookupFlags): Folio | null | number =>
    look(file, index, flags)?.folio ?? (switches.lookupErrors ? ENOENT : null);
  const grab =
    (name: string): PageCacheFunctions["grabCachePage"] =>
    (file, index) =>
      existing(profile, name, switches.grabCachePage, look)(file, index, { lock: true, create: true });
  const fill = (
    file: AddressSpace,
    start: number,
    end: number,
    batch: FolioBatch,
    holes: boolean,
  ): FoundFolios => {
    const found: Folio[] = [];
    let next = start;
    for (const folio of foliosFrom(file, start, end)) {
      if (!holes && folio.index > next) break;
      if (batch.folios.length + found.length >= lruBatch) return put(kernel, batch, found, next);
      found.push(folio);
      next = folio.index + folio.pages.length;
    }
    return put(kernel, batch, found, batch.folios.length + found.length < lruBatch && holes ? end + 1 : next);
  };
  const add = (file: AddressSpace, folio: Folio, index: number): number => {
    if (folio.pages.length > 1)
      throw new InvalidArgumentError("folio", "a folio of one page", `order ${folio.order}`);
    if (file.folios.has(index)) return EEXIST;
    addFolioToCache(kernel, file, folio, index);
    set(kernel.journal, folio, "locked", true);
    return 0;
  };
  return {
    findGetPage: (file, index) => look(file, index, {}),
    findLockPage: (file, index) => look(file, index, { lock: true }),
    findOrCreatePage: (file, index) => look(file, index, { lock: true, create: true }),
    grabCachePage: grab("grab_cache_page"),
    grabCachePageWriteBegin: grab("grab_cache_page_write_begin"),
    pagecacheGetPage: look,
    readCachePage: read,
    readMappingPage: read,
    readCacheFolio: existing(profile, "read_cache_folio", folios, (...call) => read(...call).folio),
    readMappingFolio: existing(profile, "read_mapping_folio", folios, (...call) => read(...call).folio),
    shmemReadMappingPage: shmemRead,
    shmemReadFolio: existing(profile, "shmem_read_folio", switches.lookupErrors, (...call) =>
      folioOf(shmemRead(...call)),
    ),
    filemapGetFolio: existing(profile, "filemap_get_folio", folios, (file, index) =>
      lookFolio(file, index, {}),
    ),
    filemapLockFolio: existing(profile, "filemap_lock_folio", folios, (file, index) =>
      lookFolio(file, index, { lock: true }),
    ),
    filemapGrabFolio: existing(profile, "filemap_grab_folio", switches.iterExtract, (file, index) =>
      lookFolio(file, index, { lock: true, create: true }),
    ),
    filemapGetFolioFlags: existing(profile, "__filemap_get_folio", folios, lookFolio),
    filemapGetFolios: existing(profile, "filemap_get_folios", switches.iterGetPages2, (...call) =>
      fill(...call, true),
    ),
    filemapGetFoliosContig: existing(
      profile,
      "filemap_get_folios_contig",
      switches.bioMapsVectors,
      (...call) => fill(...call, false),
    ),
    findGetEntries: (file, start, end, pages, most) => {
      const found = foliosFrom(file, start, end).slice(0, most);
      for (const [slot, folio] of found.entries()) {
        folioRefAdd(kernel, folio, 1);
        pages[slot] = headPage(folio);
      }
      return found.length;
    },
    folioBatchAdd: existing(profile, "folio_batch_add", folios, (batch, folio) => {
      if (batch.folios.length >= lruBatch) return 0;
      set(kernel.journal, batch, "folios", [...batch.folios, folio]);
      return lruBatch - batch.folios.length;
    }),
    filemapAddFolio: existing(profile, "filemap_add_folio", folios, add),
    addToPageCacheLru: (file, page, index) => add(file, page.folio, index),
  };
}

/** A file's folios that have a page from `start` to `end`, in order. */
function foliosFrom(file: AddressSpace, start: number, end: number): Folio[] {
  return [...file.folios.values()]
    .filter((folio) => folio.index <= end && folio.index + folio.pages.length > start)
    .sort((a, b) => a.index - b.index);
}

/** Takes a reference on each and puts them into the batch. */
function put(kernel: KernelState, batch: FolioBatch, found: readonly Folio[], start: number): FoundFolios {
  for (const folio of found) folioRefAdd(kernel, folio, 1);
  set(kernel.journal, batch, "folios", [...batch.folios, ...found]);
  return { ret: batch.folios.length, start };
}
