import { describe, expect, it } from "vitest";
import { EBUSY, EEXIST, EFAULT, EINVAL, ENOENT, ENXIO } from "./errno.ts";
import {
  createKernel,
  DEFAULT_MACHINE,
  type Folio,
  findEra,
  type Kernel,
  MissingFunctionError,
  type Mm,
  type Page,
} from "./index.ts";

const ADDRESS = 0x1000_0000_0000;
const PAGE = 4096;

function boot(era: string): Kernel {
  return createKernel({ era: findEra(era), machine: DEFAULT_MACHINE });
}

describe("looking up the page cache", () => {
  it.each([
    ["5.17", null],
    ["6.3", null],
    ["6.5", ENOENT],
    ["7.1", ENOENT],
  ])("a folio that is not there: %s", (era, missing) => {
    const kernel = boot(`v${era}`);
    const file = kernel.createFile("shmem", 2 * PAGE);
    kernel.pwriteFill(file, 0, PAGE, 1);
    kernel.lruAddDrainAll();
    expect(kernel.filemapGetFolio(file, 1)).toBe(missing);
    expect(kernel.filemapLockFolio(file, 1)).toBe(missing);
    expect(kernel.findGetPage(file, 1)).toBe(null);
    const folio = kernel.filemapGetFolio(file, 0) as Folio;
    expect(folio.refcount).toBe(2);
    expect(kernel.filemapGetFolioFlags(file, 1, { lock: true, create: true })).toMatchObject({
      locked: true,
    });
  });

  it("what is made is locked, and is the cache's, the LRU batch's and the caller's", () => {
    const kernel = boot("6.12.y");
    const file = kernel.createFile("ext4", PAGE);
    const page = kernel.findOrCreatePage(file, 5) as Page;
    expect([page.folio.refcount, page.folio.locked]).toEqual([3, true]);
    kernel.unlockPage(page);
    expect(kernel.findLockPage(file, 5)).toBe(page);
    expect(page.folio.refcount).toBe(4);
    expect(kernel.pagecacheGetPage(file, 6, {})).toBe(null);
    expect(kernel.grabCachePage(file, 6)?.folio.index).toBe(6);
    expect(kernel.filemapGrabFolio(file, 7)).toMatchObject({ index: 7 });
    const newer = boot("v7.1");
    expect(() => newer.grabCachePageWriteBegin(newer.createFile("ext4", PAGE), 0)).toThrow(
      MissingFunctionError,
    );
  });

  it("a page is read in, of tmpfs not behind the end of the file", () => {
    const kernel = boot("6.12.y");
    const file = kernel.createFile("shmem", PAGE);
    expect(kernel.shmemReadMappingPage(file, 1)).toBe(EINVAL);
    expect(kernel.shmemReadFolio(file, 0)).toMatchObject({ index: 0, uptodate: true });
    expect(kernel.readMappingFolio(kernel.createFile("ext4", PAGE), 1)).toMatchObject({ refcount: 3 });
    expect(() => kernel.readCachePage(kernel.createFile("hugetlb", 512 * PAGE), 0)).toThrow(/one by one/);
  });

  it("batches take as many as they hold, those without holes stop at one", () => {
    const kernel = boot("v6.1");
    const file = kernel.createFile("shmem", 20 * PAGE);
    kernel.pwriteFill(file, 0, 18 * PAGE, 1);
    kernel.pwriteFill(file, 19 * PAGE, PAGE, 1);
    kernel.lruAddDrainAll();
    const batch = kernel.folioBatch([]);
    expect(kernel.filemapGetFolios(file, 0, 19, batch)).toEqual({ ret: 15, start: 15 });
    expect(kernel.folioBatchAdd(batch, batch.folios[0] as Folio)).toBe(0);
    kernel.foliosPut(batch);
    expect(kernel.filemapGetFolios(file, 15, 19, batch)).toEqual({ ret: 4, start: 20 });
    const next = kernel.folioBatch([]);
    expect(kernel.filemapGetFoliosContig(file, 16, 19, next)).toEqual({ ret: 2, start: 18 });
    expect(next.folios.map(({ refcount }) => refcount)).toEqual([3, 3]);
    const pages: (Page | null)[] = [];
    expect(kernel.findGetEntries(file, 17, 19, pages, 8)).toBe(2);
    expect(pages.map((page) => page?.folio.index)).toEqual([17, 19]);
    expect(kernel.folioBatchAdd(next, batch.folios[0] as Folio)).toBe(12);
  });

  it("the cache takes a reference of its own of what is added", () => {
    const kernel = boot("6.12.y");
    const file = kernel.createFile("shmem", PAGE);
    const page = kernel.allocPages(0);
    expect(kernel.filemapAddFolio(file, page.folio, 0)).toBe(0);
    kernel.lruAddDrainAll();
    expect(page.folio).toMatchObject({ refcount: 2, locked: true });
    expect(kernel.addToPageCacheLru(file, kernel.allocPages(0), 0)).toBe(EEXIST);
    kernel.unlockPage(page);
    kernel.putPage(page);
    kernel.ftruncate(file, 0);
    expect(page.folio.freed).toBe(true);
    expect(() => kernel.filemapAddFolio(file, kernel.allocPages(1).folio, 0)).toThrow(/one page/);
  });
});

describe("pages that a driver maps", () => {
  function mapped(kernel: Kernel, shared = true): Mm {
    const mm = kernel.createMm();
    const protection = { read: true, write: true };
    kernel.mmap(mm, { address: ADDRESS, pages: 2, protection, shared, file: null, hugepage: "never" });
    return mm;
  }

  it("are held by the mapping until it goes", () => {
    const kernel = boot("6.12.y");
    const mm = mapped(kernel);
    const page = kernel.allocPages(0);
    expect(kernel.vmInsertPage(mm, ADDRESS, page)).toBe(0);
    expect([page.folio.refcount, page.mapcount]).toEqual([2, 1]);
    expect(kernel.vmInsertPage(mm, ADDRESS, page)).toBe(EBUSY);
    expect(kernel.vmInsertPage(mm, ADDRESS + 2 * PAGE, page)).toBe(EFAULT);
    expect(kernel.writeByte(mm, ADDRESS, 7)).toMatchObject({ signal: null });
    expect(kernel.dmaRead(page, 0)).toBe(7);
    expect(kernel.pinUserPagesFast(mm, ADDRESS, 1, 0, [])).toBe(1);
    kernel.unpinUserPage(page);
    kernel.munmap(mm, ADDRESS, 2 * PAGE);
    expect([page.folio.refcount, page.mapcount]).toEqual([1, 0]);
  });

  it("are copied when a private mapping is written", () => {
    const kernel = boot("6.12.y");
    const mm = mapped(kernel, false);
    const page = kernel.allocPages(0);
    expect(kernel.vmInsertPage(mm, ADDRESS, page)).toBe(0);
    kernel.writeByte(mm, ADDRESS, 7);
    expect([kernel.dmaRead(page, 0), page.folio.refcount, page.mapcount]).toEqual([0, 1, 0]);
    expect(kernel.vmInsertPage(mm, ADDRESS + PAGE, kernel.walk(mm, ADDRESS).page as Page)).toBe(EINVAL);
  });

  it("many at once: as far as it goes", () => {
    const kernel = boot("6.12.y");
    const mm = mapped(kernel);
    const { pages } = kernel.allocPages(1).folio;
    expect(kernel.vmInsertPage(mm, ADDRESS + PAGE, pages[1] as Page)).toBe(0);
    expect(kernel.vmInsertPages(mm, ADDRESS, pages)).toEqual({ ret: EBUSY, left: 1 });
    expect(kernel.vmInsertPages(mm, ADDRESS + PAGE, pages)).toEqual({ ret: EFAULT, left: 2 });
    expect(pages[0]?.folio.refcount).toBe(3);
    expect(kernel.vmMapPages(mapped(kernel), ADDRESS, pages.slice(0, 1))).toBe(ENXIO);
    expect(kernel.vmMapPages(mapped(kernel), ADDRESS, pages)).toBe(0);
    expect(pages[0]?.folio.refcount).toBe(5);
  });

  it("frames by number are held by nobody there, and are not for get_user_pages()", () => {
    const kernel = boot("6.12.y");
    const mm = mapped(kernel);
    const { pages } = kernel.allocPages(1).folio;
    expect(kernel.remapPfnRange(mm, ADDRESS, pages.slice(0, 1))).toBe(0);
    expect(kernel.vmfInsertPfn(mm, ADDRESS + PAGE, pages[1] as Page)).toBe(true);
    expect(kernel.vmfInsertPfn(mm, ADDRESS, pages[1] as Page)).toBe(false);
    kernel.writeByte(mm, ADDRESS, 7);
    expect(kernel.dmaRead(pages[0] as Page, 0)).toBe(7);
    expect(kernel.pinUserPagesFast(mm, ADDRESS, 1, 0, [])).toBe(EFAULT);
    expect([pages[0]?.folio.refcount, pages[0]?.mapcount]).toEqual([1, 0]);
    kernel.exitMm(mm);
    expect(pages[0]?.folio.refcount).toBe(1);
    const copied = mapped(kernel, false);
    expect(kernel.remapPfnRange(copied, ADDRESS, pages.slice(0, 1))).toBe(EINVAL);
    expect(() => kernel.vmfInsertPfn(copied, ADDRESS, pages[0] as Page)).toThrow(/mapping of frames/);
  });

  it.each([
    ["v6.8", 0, 1],
    ["6.12.y", EINVAL, 0],
  ])("the zero page in a shared mapping: %s", (era, ret, counted) => {
    const kernel = boot(era);
    const before = kernel.zeroPage.folio.refcount;
    const mm = mapped(kernel);
    expect(kernel.vmInsertPage(mm, ADDRESS, kernel.zeroPage)).toBe(ret);
    expect(kernel.zeroPage.folio.refcount - before).toBe(counted);
    kernel.exitMm(mm);
    expect(kernel.zeroPage.folio.refcount).toBe(before);
    const copied = mapped(kernel, false);
    expect(kernel.vmInsertPage(copied, ADDRESS, kernel.zeroPage)).toBe(0);
    kernel.exitMm(copied);
    expect(kernel.zeroPage.folio.refcount).toBe(before);
  });
});
