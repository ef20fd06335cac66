/** Calls that look pages up in the page cache or add some, that map pages of a driver's, and pipes and scatterlists. */
import type {
  AddressSpace,
  Folio,
  FolioBatch,
  Kernel,
  Page,
  PageArray,
  PipeInode,
  SgTable,
} from "@pinscope/simulator/kernel";
import { type ConformanceCase, held, type MadeCall, nothing, type Stage } from "../stage.ts";

type Found = Page | Folio | null | number;

/** Looks for the second page, and for one behind the end that is not there. */
function looks(
  entry: string,
  look: (kernel: Kernel, file: AddressSpace, index: number) => Found,
  both = true,
) {
  const call = (what: string, index: number): ConformanceCase => ({
    entry,
    what,
    call: ({ kernel, memfd }) => {
      const folios = [...memfd.folios.values()];
      const found = look(kernel, memfd, index);
      const result = found === null ? "null" : typeof found === "number" ? "error" : "pointer";
      return { ...nothing, result, folios };
    },
  });
  return both ? [call("a page that is there", 1), call("none", 9)] : [call("a page that is there", 1)];
}

const lookUps: readonly ConformanceCase[] = [
  ...looks("find_get_page", (kernel, ...at) => kernel.findGetPage(...at)),
  ...looks("find_lock_page", (kernel, ...at) => kernel.findLockPage(...at)),
  ...looks("find_or_create_page", (kernel, ...at) => kernel.findOrCreatePage(...at), false),
  ...looks("grab_cache_page_nowait", (kernel, ...at) => kernel.pagecacheGetPage(...at, { lock: true })),
  ...looks("grab_cache_page", (kernel, ...at) => kernel.grabCachePage(...at), false),
  ...looks("grab_cache_page_write_begin", (kernel, ...at) => kernel.grabCachePageWriteBegin(...at), false),
  ...looks("pagecache_get_page", (kernel, ...at) => kernel.pagecacheGetPage(...at, {})),
  ...looks("find_get_page_flags", (kernel, ...at) => kernel.pagecacheGetPage(...at, { lock: true })),
  ...looks("shmem_read_mapping_page", (kernel, ...at) => kernel.shmemReadMappingPage(...at)),
  ...looks("shmem_read_mapping_page_gfp", (kernel, ...at) => kernel.shmemReadMappingPage(...at)),
  ...looks("shmem_read_folio", (kernel, ...at) => kernel.shmemReadFolio(...at)),
  ...looks("shmem_read_folio_gfp", (kernel, ...at) => kernel.shmemReadFolio(...at)),
  ...looks("read_cache_page", (kernel, ...at) => kernel.readCachePage(...at), false),
  ...looks("read_cache_page_gfp", (kernel, ...at) => kernel.readCachePage(...at), false),
  ...looks("read_mapping_page", (kernel, ...at) => kernel.readMappingPage(...at), false),
  ...looks("read_mapping_folio", (kernel, ...at) => kernel.readMappingFolio(...at), false),
  ...looks("read_cache_folio", (kernel, ...at) => kernel.readCacheFolio(...at), false),
  ...looks("filemap_get_folio", (kernel, ...at) => kernel.filemapGetFolio(...at)),
  ...looks("__filemap_get_folio", (kernel, ...at) => kernel.filemapGetFolioFlags(...at, {})),
  ...looks("filemap_lock_folio", (kernel, ...at) => kernel.filemapLockFolio(...at)),
  ...looks("filemap_grab_folio", (kernel, ...at) => kernel.filemapGrabFolio(...at), false),
];

function fills(
  entry: string,
  fill: (
    kernel: Kernel,
    file: AddressSpace,
    start: number,
    end: number,
    batch: FolioBatch,
  ) => { readonly ret: number },
): readonly ConformanceCase[] {
  return [0, 5].map((start) => ({
    entry,
    what: start === 0 ? "three folios" : "none",
    call: ({ kernel, memfd }) => {
      const { ret } = fill(kernel, memfd, start, 9, kernel.folioBatch([]));
      return { ...nothing, contents: ret, result: ret, folios: [...memfd.folios.values()] };
    },
  }));
}

const batches: readonly ConformanceCase[] = [
  ...fills("filemap_get_folios", (kernel, ...call) => kernel.filemapGetFolios(...call)),
  ...fills("filemap_get_folios_contig", (kernel, ...call) => kernel.filemapGetFoliosContig(...call)),
  {
    entry: "find_get_entries",
    what: "two pages",
    call: ({ kernel, memfd }) => {
      const pages: PageArray = [];
      const ret = kernel.findGetEntries(memfd, 0, 9, pages, 2);
      return { ...nothing, contents: ret, result: ret, folios: [...memfd.folios.values()] };
    },
  },
  {
    entry: "folio_batch_add",
    what: "one that is held",
    prepare: held(false, 1),
    call: ({ kernel }, [page]) => {
      kernel.folioBatchAdd(kernel.folioBatch([]), (page as Page).folio);
      return { ...nothing, folios: [(page as Page).folio] };
    },
  },
];

/** A page of the kernel's own. */
const onePage = ({ kernel }: Stage): readonly Page[] => [kernel.allocPages(0)];

function adds(entry: string, add: (kernel: Kernel, file: AddressSpace, page: Page, index: number) => number) {
  return [7, 1].map(
    (index): ConformanceCase => ({
      entry,
      what: index === 7 ? "a new page" : "where there is one",
      prepare: onePage,
      call: ({ kernel, memfd }, [page]) => {
        const result = add(kernel, memfd, page as Page, index);
        kernel.lruAddDrainAll();
        return { ...nothing, result, folios: [(page as Page).folio] };
      },
    }),
  );
}

function maps(
  entry: string,
  what: string,
  map: (stage: Stage, address: number, pages: readonly Page[]) => number,
): ConformanceCase {
  return {
    entry,
    what,
    prepare: ({ kernel }) => [kernel.allocPages(0), kernel.allocPages(0)],
    call: (stage, prepared) => {
      const { kernel, mm, address } = stage;
      const there = address + 64 * 4096;
      const protection = { read: true, write: true };
      kernel.mmap(mm, { address: there, pages: 2, protection, shared: true, file: null, hugepage: "never" });
      const result = map(stage, there, prepared);
      const contents = prepared.length;
      const folios = prepared.map(({ folio }) => folio);
      return { ...nothing, integers: { num: prepared.length }, contents, result, folios };
    },
  };
}

const inserted: readonly ConformanceCase[] = [
  ...adds("filemap_add_folio", (kernel, file, { folio }, index) =>
    kernel.filemapAddFolio(file, folio, index),
  ),
  ...adds("add_to_page_cache_lru", (kernel, ...call) => kernel.addToPageCacheLru(...call)),
  maps("vm_insert_page", "a page", ({ kernel, mm }, at, [page]) => kernel.vmInsertPage(mm, at, page as Page)),
  maps("vm_insert_page", "behind the mapping", ({ kernel, mm }, at, [page]) =>
    kernel.vmInsertPage(mm, at + 2 * 4096, page as Page),
  ),
  maps(
    "vm_insert_pages",
    "two pages",
    ({ kernel, mm }, at, pages) => kernel.vmInsertPages(mm, at, pages).ret,
  ),
  maps(
    "vm_insert_pages",
    "too many",
    ({ kernel, mm }, at, pages) => kernel.vmInsertPages(mm, at + 4096, pages).ret,
  ),
  maps("vm_map_pages", "two pages", ({ kernel, mm }, at, pages) => kernel.vmMapPages(mm, at, pages)),
  maps("vm_map_pages", "too few pages", ({ kernel, mm }, at, pages) =>
    kernel.vmMapPages(mm, at, pages.slice(1)),
  ),
];

const frames: readonly ConformanceCase[] = [
  maps("remap_pfn_range", "two frames", ({ kernel, mm }, at, pages) => kernel.remapPfnRange(mm, at, pages)),
  maps("vmf_insert_pfn", "a frame", ({ kernel, mm }, at, [first, second]) => {
    kernel.remapPfnRange(mm, at, [first as Page]);
    return Number(kernel.vmfInsertPfn(mm, at + 4096, second as Page));
  }),
];

/** A buffer of the first page, which is referenced. */
function buffer(
  entry: string,
  call: (kernel: Kernel, page: Page, pipe: PipeInode) => Partial<MadeCall>,
): ConformanceCase {
  return {
    entry,
    what: "a buffer",
    prepare: held(false, 1),
    call: ({ kernel }, [page]) => {
      const made = call(kernel, page as Page, kernel.createPipe());
      return { ...nothing, contents: 1, folios: [(page as Page).folio], ...made };
    },
  };
}

const whole = (page: Page) => ({ page, offset: 0, length: 4096 });
const gets = (kernel: Kernel, page: Page) => ({ result: kernel.pipeBufGet(whole(page)) ? 1 : 0 });
const puts = (kernel: Kernel, page: Page) => {
  kernel.pipeBufRelease(whole(page));
  return {};
};

const pipes: readonly ConformanceCase[] = [
  buffer("pipe_buf_get", gets),
  buffer("generic_pipe_buf_get", gets),
  buffer("pipe_buf_release", puts),
  buffer("generic_pipe_buf_release", puts),
  buffer("add_to_pipe", (kernel, page, pipe) => ({ result: kernel.addToPipe(pipe, whole(page)) })),
  buffer("splice_to_pipe", (kernel, page, pipe) => ({ result: kernel.spliceToPipe(pipe, [whole(page)]) })),
  ...[2, 0].map(
    (count): ConformanceCase => ({
      entry: "iter_to_pipe",
      what: count === 0 ? "a hole" : "two pages",
      call: ({ kernel, mm, address, pages }) => {
        const at = count === 0 ? address + 4 * 4096 : address + 100;
        const result = kernel.iterToPipe(kernel.iovIterUbuf("source", mm, at, 4096), kernel.createPipe());
        return { ...nothing, contents: count, result, folios: pages.map(({ folio }) => folio) };
      },
    }),
  ),
];

/** Scatterlists name pages: nothing is counted. */
function names(
  entry: string,
  call: (kernel: Kernel, pages: readonly Page[], table: SgTable) => unknown,
): ConformanceCase {
  return {
    entry,
    what: "two pages",
    ...(entry === "sg_alloc_table_from_pages_segment" && { always: true }),
    call: ({ kernel, pages }) => {
      const made = call(kernel, pages.slice(0, 2), kernel.sgAllocTable(2));
      const folios = pages.map(({ folio }) => folio);
      const result = typeof made === "object" ? 0 : typeof made === "number" ? made : undefined;
      return { ...nothing, integers: { n_pages: 2 }, result, folios };
    },
  };
}

const lists: readonly ConformanceCase[] = [
  names("sg_set_page", (kernel, [page], table) => kernel.sgSetPage(table, 0, page as Page, 100, 0)),
  names("sg_assign_page", (kernel, [page], table) => kernel.sgAssignPage(table, 0, page as Page)),
  names("sg_set_folio", (kernel, [page], table) => kernel.sgSetFolio(table, 0, (page as Page).folio, 100, 0)),
  names("sg_alloc_table", (_kernel, _pages, table) => table),
  names("sg_alloc_table_from_pages", (kernel, pages) => kernel.sgAllocTableFromPages(pages, 0, 8192)),
  names("sg_alloc_table_from_pages_segment", (kernel, pages) =>
    kernel.sgAllocTableFromPages(pages, 0, 8192, 4096),
  ),
  names("sg_alloc_append_table_from_pages", (kernel, pages, table) =>
    kernel.sgAllocAppendTableFromPages(table, pages, 8192),
  ),
  names("sg_free_append_table", (kernel, pages, table) => {
    kernel.sgAllocAppendTableFromPages(table, pages, 8192);
    kernel.sgFreeTable(table);
  }),
  names("sg_free_table", (kernel, _pages, table) => kernel.sgFreeTable(table)),
];

export const pageCacheCases: readonly ConformanceCase[] = [
  ...lookUps,
  ...batches,
  ...inserted,
  ...frames,
  ...pipes,
  ...lists,
];
