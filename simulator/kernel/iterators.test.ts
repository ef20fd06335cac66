import { describe, expect, it } from "vitest";
import { EAGAIN, EFAULT, EINVAL, EIO, EPIPE, EREMOTEIO } from "./errno.ts";
import {
  createKernel,
  DEFAULT_MACHINE,
  findEra,
  type Kernel,
  MissingFunctionError,
  type Page,
  type PageArray,
} from "./index.ts";

const ADDRESS = 0x1000_0000_0000;
const PAGE = 4096;

function boot(era: string) {
  const kernel = createKernel({ era: findEra(era), machine: DEFAULT_MACHINE });
  const mm = kernel.createMm();
  kernel.mmap(mm, {
    address: ADDRESS,
    pages: 4,
    protection: { read: true, write: true },
    shared: false,
    file: null,
  });
  const pages = [0, 1, 2, 3].map((at) => {
    kernel.writeByte(mm, ADDRESS + at * PAGE, 1);
    return kernel.walk(mm, ADDRESS + at * PAGE).page as Page;
  });
  kernel.lruAddDrainAll();
  return { kernel, mm, pages };
}

function pinsHeld({ vmstat }: Kernel): number {
  return vmstat.nrFollPinAcquired - vmstat.nrFollPinReleased;
}

describe("an iterator over a pipe", () => {
  it("up to 5.19 stays where it is: what is not advanced over leaves the pipe again", () => {
    const { kernel } = boot("5.10.y");
    const pipe = kernel.createPipe();
    const iter = kernel.iovIterPipe(pipe, 3 * PAGE);
    const pages: PageArray = [];
    expect(kernel.iovIterGetPages(iter, pages, 3 * PAGE, 8)).toEqual({ ret: 3 * PAGE, offset0: 0 });
    expect(iter.count).toBe(3 * PAGE);
    expect(pages.map((page) => page?.folio.refcount)).toEqual([2, 2, 2]);
    kernel.iovIterAdvance(iter, PAGE + 100);
    expect(kernel.pipeBuffers(pipe).map(({ length }) => length)).toEqual([PAGE, 100]);
    expect(pages.map((page) => page?.folio.refcount)).toEqual([2, 2, 1]);
    expect(iter.count).toBe(2 * PAGE - 100);
  });

  it("from 6.0 on advances, goes on in the last page, and is taken back by what is reverted", () => {
    const { kernel } = boot("6.1.y");
    const pipe = kernel.createPipe(2);
    const iter = kernel.iovIterPipe(pipe, 3 * PAGE);
    const pages: PageArray = [];
    expect(kernel.iovIterGetPages2(iter, pages, 100, 8)).toEqual({ ret: 100, offset0: 0 });
    expect(kernel.iovIterNpages(iter, 8)).toBe(2);
    expect(kernel.iovIterGetPages2(iter, pages, PAGE, 8)).toEqual({ ret: PAGE, offset0: 100 });
    expect(pages[0]).toBe(kernel.pipeBuffers(pipe)[0]?.page);
    expect(kernel.pipeBuffers(pipe).map(({ length }) => length)).toEqual([PAGE, 100]);
    kernel.iovIterRevert(iter, 200);
    expect(kernel.pipeBuffers(pipe).map(({ length }) => length)).toEqual([PAGE - 100]);
    // The page that left the pipe lives on for the one who took it.
    expect(pages[1]?.folio.refcount).toBe(1);
    expect(iter.count).toBe(2 * PAGE + 100);
  });

  it("gives an error when the pipe is full", () => {
    const { kernel } = boot("6.1.y");
    const iter = kernel.iovIterPipe(kernel.createPipe(1), 2 * PAGE);
    expect(kernel.iovIterGetPages2(iter, [], 2 * PAGE, 8).ret).toBe(PAGE);
    expect(kernel.iovIterGetPages2(iter, [], PAGE, 8).ret).toBe(EFAULT);
  });

  it("was never extracted from, is pinned by the proposal of 2022, and is gone with 6.5", () => {
    const old = boot("6.3").kernel;
    expect(old.iovIterExtractPages(old.iovIterPipe(old.createPipe(), PAGE), [], PAGE, 8).ret).toBe(EFAULT);
    const { kernel } = boot("pin-pages2-2022");
    const iter = kernel.iovIterPipe(kernel.createPipe(), PAGE);
    expect(kernel.iovIterPinPages2(iter, [], PAGE, 8).ret).toBe(PAGE);
    expect(pinsHeld(kernel)).toBe(1);
    const newer = boot("6.5").kernel;
    expect(() => newer.iovIterPipe(newer.createPipe(), PAGE)).toThrow(MissingFunctionError);
  });
});

describe("pipes", () => {
  it("own a reference on each page that vmsplice() put there, and give it up when they are read", () => {
    const { kernel, mm, pages } = boot("6.12");
    const pipe = kernel.createPipe(2);
    const iter = kernel.iovIterUbuf("source", mm, ADDRESS + 100, 3 * PAGE);
    expect(kernel.iterToPipe(iter, pipe)).toBe(2 * PAGE - 100);
    expect(pages.map(({ folio }) => folio.refcount)).toEqual([2, 2, 1, 1]);
    expect(iter.count).toBe(PAGE + 100);
    expect(kernel.iterToPipe(iter, pipe)).toBe(EAGAIN);
    const other = kernel.createPipe();
    expect(kernel.tee(pipe, other)).toBe(2 * PAGE - 100);
    expect(pages[0]?.folio.refcount).toBe(3);
    expect(kernel.readPipe(pipe, PAGE)).toBe(PAGE);
    expect(pages.map(({ folio }) => folio.refcount)).toEqual([2, 3, 1, 1]);
    kernel.closePipeReaders(other);
    kernel.getPage(pages[3] as Page);
    expect(kernel.addToPipe(other, { page: pages[3] as Page, offset: 0, length: 1 })).toBe(EPIPE);
    expect(pages[3]?.folio.refcount).toBe(1);
  });

  it("take what fits of a splice, and let go of the rest", () => {
    const { kernel, pages } = boot("6.12");
    const pipe = kernel.createPipe(1);
    const buffers = pages.slice(0, 2).map((page) => ({ page, offset: 0, length: PAGE }));
    for (const buffer of buffers) expect(kernel.pipeBufGet(buffer)).toBe(true);
    expect(kernel.spliceToPipe(pipe, buffers)).toBe(PAGE);
    expect(pages.map(({ folio }) => folio.refcount)).toEqual([2, 1, 1, 1]);
    for (const buffer of kernel.pipeBuffers(pipe)) kernel.pipeBufRelease(buffer);
    expect(pages[0]?.folio.refcount).toBe(1);
  });
});

describe("an iterator over the page cache of a file", () => {
  it("gives what is there up to the first hole, extraction without a reference", () => {
    const { kernel } = boot("6.12");
    const file = kernel.createFile("shmem", 4 * PAGE);
    kernel.pwriteFill(file, 0, 2 * PAGE, 1);
    kernel.pwriteFill(file, 3 * PAGE, PAGE, 1);
    kernel.lruAddDrainAll();
    const pages: PageArray = [];
    const iter = kernel.iovIterXarray("source", file, 100, 4 * PAGE - 100);
    expect(kernel.iovIterExtractPages(iter, pages, 1 << 20, 8)).toEqual({
      ret: 2 * PAGE - 100,
      offset0: 100,
    });
    expect(pages.map((page) => page?.folio.refcount)).toEqual([1, 1]);
    expect(kernel.iovIterExtractWillPin(iter)).toBe(false);
    expect(kernel.iovIterGetPages2(iter, pages, 1 << 20, 8).ret).toBe(0);
    const again = kernel.iovIterXarray("source", file, 0, PAGE);
    expect(kernel.iovIterGetPages2(again, pages, 1 << 20, 8).ret).toBe(PAGE);
    expect(pages[0]?.folio.refcount).toBe(2);
  });

  it("passes over bytes that extraction did not take, in a hole that it starts inside of", () => {
    const { kernel } = boot("6.12");
    const iter = kernel.iovIterXarray("source", kernel.createFile("shmem", PAGE), 100, 500);
    expect(kernel.iovIterExtractPages(iter, [], 1 << 20, 8)).toEqual({ ret: 500, offset0: 100 });
  });

  it("came with 5.13", () => {
    const { kernel } = boot("5.11");
    const file = kernel.createFile("shmem", PAGE);
    expect(() => kernel.iovIterXarray("source", file, 0, PAGE)).toThrow(MissingFunctionError);
  });
});

describe("other iterators", () => {
  it("a queue of folios is walked from folio to folio", () => {
    const { kernel } = boot("6.12");
    const folios = [kernel.allocPages(0).folio, kernel.allocPages(1).folio];
    const iter = kernel.iovIterFolioQueue("source", folios, 100, 3 * PAGE - 200);
    const pages: PageArray = [];
    expect(kernel.iovIterNpages(iter, 8)).toBe(3);
    expect(kernel.iovIterGetPages2(iter, pages, 1 << 20, 8)).toEqual({ ret: 3 * PAGE - 200, offset0: 100 });
    expect(pages.map((page) => page?.pfn)).toEqual(
      folios.flatMap(({ pages: own }) => own.map(({ pfn }) => pfn)),
    );
    expect(folios.map(({ refcount }) => refcount)).toEqual([2, 3]);
    kernel.iovIterRevert(iter, PAGE);
    expect(kernel.iovIterExtractPages(iter, pages, 1 << 20, 1)).toEqual({ ret: 100, offset0: PAGE - 100 });
    expect(folios.map(({ refcount }) => refcount)).toEqual([2, 3]);
  });

  it("one that discards has no pages", () => {
    const { kernel } = boot("6.12");
    const iter = kernel.iovIterDiscard("dest", 100);
    expect(kernel.iovIterExtractPages(iter, [], 100, 8).ret).toBe(EFAULT);
    kernel.iovIterAdvance(iter, 60);
    expect(iter.count).toBe(40);
    kernel.iovIterRevert(iter, 60);
    expect(iter.count).toBe(100);
  });

  it.each([
    ["5.11", PAGE - 100, true],
    ["5.15.y", 2 * PAGE - 200, true],
    ["6.3", 2 * PAGE - 200, false],
  ])("vectors give one page up to 5.13, and do not advance up to 5.19: %s", (era, bytes, stays) => {
    const { kernel } = boot(era);
    const page = kernel.allocPages(1);
    const iter = kernel.iovIterBvec("source", [{ page, offset: 100, length: 2 * PAGE - 200 }]);
    expect(kernel.iovIterGetPages(iter, [], 1 << 20, 8).ret).toBe(bytes);
    expect(iter.count).toBe(2 * PAGE - 200 - (stays ? 0 : bytes));
  });

  it("iov_iter_get_pages_alloc() leaves an array to the caller, nothing where it fails", () => {
    const { kernel, mm, pages } = boot("6.3");
    const got = kernel.iovIterGetPagesAlloc(kernel.iovIterUbuf("dest", mm, ADDRESS, 2 * PAGE), 2 * PAGE);
    expect(got.pages).toEqual(pages.slice(0, 2));
    expect(kernel.memoryInUse()).toBe(1);
    kernel.kfree(got.array);
    const hole = kernel.iovIterUbuf("dest", mm, ADDRESS + 4 * PAGE, PAGE);
    expect(kernel.iovIterGetPagesAlloc2(hole, PAGE)).toMatchObject({ ret: EFAULT, pages: null, array: null });
    expect(kernel.memoryInUse()).toBe(0);
  });

  it("pages of PCI peer memory are taken where the caller allows them", () => {
    const { kernel, mm } = boot("6.3");
    const file = kernel.createPciMemory(1);
    const address = ADDRESS + 16 * PAGE;
    kernel.mmap(mm, { address, pages: 1, protection: { read: true, write: true }, shared: true, file });
    const iter = kernel.iovIterUbuf("dest", mm, address, PAGE);
    expect(kernel.iovIterExtractPages(iter, [], PAGE, 1).ret).toBe(EREMOTEIO);
    expect(kernel.iovIterExtractPages(iter, [], PAGE, 1, { allowP2pdma: true }).ret).toBe(PAGE);
  });

  it("netfs_extract_user_iter() makes vectors of what it pinned, as far as it came", () => {
    const { kernel, mm, pages } = boot("6.5");
    const from = kernel.iovIterUbuf("dest", mm, ADDRESS + 2 * PAGE + 100, 3 * PAGE);
    const { ret, iter } = kernel.netfsExtractUserIter(from, 3 * PAGE);
    expect(ret).toBe(2);
    expect(iter?.count).toBe(2 * PAGE - 100);
    expect(pinsHeld(kernel)).toBe(2);
    expect(kernel.netfsExtractUserIter(from, PAGE)).toEqual({ ret: EFAULT, iter: null });
    const bvec = kernel.iovIterBvec("dest", [{ page: pages[0] as Page, offset: 0, length: 1 }]);
    expect(kernel.netfsExtractUserIter(bvec, 1)).toEqual({ ret: EIO, iter: null });
    expect(kernel.events).toHaveLength(1);
  });
});

describe("scatterlists", () => {
  it("name pages, merge neighbors, and hold nothing", () => {
    const { kernel, pages } = boot("6.12");
    const { folio } = kernel.allocPages(2);
    const table = kernel.sgAllocTableFromPages([...folio.pages, pages[0] as Page], 100, 5 * PAGE - 200);
    if (typeof table === "number") throw new Error("no table");
    expect(table.entries.map(({ offset, length }) => [offset, length])).toEqual([
      [100, 4 * PAGE - 100],
      [0, PAGE - 100],
    ]);
    const seen: Page[] = [];
    kernel.forEachSgtablePage(table, (page) => seen.push(page));
    expect(seen).toEqual([...folio.pages, pages[0]]);
    expect([folio.refcount, pages[0]?.folio.refcount]).toEqual([1, 1]);
    expect(kernel.sgAllocTableFromPages(folio.pages, 0, 4 * PAGE, 2 * PAGE)).toMatchObject({ nents: 2 });
    expect(kernel.sgAllocTableFromPages(folio.pages, 0, 4 * PAGE, 100)).toBe(EINVAL);
    kernel.sgFreeTable(table);
    expect(table.nents).toBe(0);
  });

  it("grow by what follows the last entry", () => {
    const { kernel } = boot("5.15.y");
    const { folio } = kernel.allocPages(1);
    const table = kernel.sgAllocTableFromPages(folio.pages.slice(0, 1), 0, PAGE);
    if (typeof table === "number") throw new Error("no table");
    expect(kernel.sgAllocAppendTableFromPages(table, folio.pages.slice(1), PAGE)).toBe(0);
    expect(table.entries).toMatchObject([{ length: 2 * PAGE }]);
  });

  it("entries are set one by one", () => {
    const { kernel, pages } = boot("6.12");
    const table = kernel.sgAllocTable(2);
    kernel.sgSetPage(table, 0, pages[0] as Page, 100, 5);
    kernel.sgAssignPage(table, 0, pages[1] as Page);
    kernel.sgSetFolio(table, 1, (pages[2] as Page).folio, 7, 0);
    expect(table.entries).toEqual([
      { page: pages[1], offset: 5, length: 100 },
      { page: pages[2], offset: 0, length: 7 },
    ]);
    expect(() => kernel.sgSetPage(table, 2, pages[0] as Page, 1, 0)).toThrow(/below 2/);
    expect(() => kernel.sgAllocTable(0)).toThrow(/nents/);
  });

  it("extraction pins each page of user memory, and on an error all that it added is let go", () => {
    const { kernel, mm } = boot("6.12");
    const empty = () => ({ ...kernel.sgAllocTable(8), nents: 0, origNents: 0 });
    const table = empty();
    const iter = kernel.iovIterUbuf("dest", mm, ADDRESS + 100, 2 * PAGE);
    expect(kernel.extractIterToSg(iter, 2 * PAGE, table, 8)).toBe(2 * PAGE);
    expect(table.entries.slice(0, 3).map(({ length }) => length)).toEqual([PAGE - 100, PAGE, 100]);
    expect(pinsHeld(kernel)).toBe(3);
    const failing = empty();
    const beyond = kernel.iovIterUbuf("dest", mm, ADDRESS + 3 * PAGE, 2 * PAGE);
    expect(kernel.extractIterToSg(beyond, 2 * PAGE, failing, 8)).toBe(EFAULT);
    expect([failing.nents, pinsHeld(kernel)]).toEqual([0, 3]);
  });

  it("extraction of the kernel's memory names it, page by page where it lies anywhere", () => {
    const { kernel, pages } = boot("6.12");
    const table = { ...kernel.sgAllocTable(8), nents: 0, origNents: 0 };
    const two = pages.slice(0, 2);
    expect(
      kernel.extractIterToSg(
        kernel.iovIterKvec("source", [{ pages: two, offset: 100, length: PAGE }]),
        PAGE,
        table,
        8,
      ),
    ).toBe(PAGE);
    expect(table.nents).toBe(2);
    const file = kernel.createFile("shmem", PAGE);
    kernel.pwriteFill(file, 0, PAGE, 1);
    expect(kernel.extractIterToSg(kernel.iovIterXarray("source", file, 10, 2 * PAGE), 20, table, 6)).toBe(20);
    expect(kernel.extractIterToSg(kernel.iovIterDiscard("source", 1), 1, table, 1)).toBe(EIO);
    expect(pages.map(({ folio }) => folio.refcount)).toEqual([1, 1, 1, 1]);
  });

  it("the function was netfs's in 6.3, the library's from 6.5 on", () => {
    const { kernel, mm } = boot("6.3");
    const table = { ...kernel.sgAllocTable(1), nents: 0, origNents: 0 };
    const iter = kernel.iovIterUbuf("dest", mm, ADDRESS, PAGE);
    expect(() => kernel.extractIterToSg(iter, PAGE, table, 1)).toThrow(MissingFunctionError);
    expect(kernel.netfsExtractIterToSg(iter, PAGE, table, 1)).toBe(PAGE);
  });
});
