/** The block layer in every era: what is held while bios are in flight, and that all of it is let go at the end. */
import { describe, expect, it } from "vitest";
import {
  createKernel,
  DEFAULT_MACHINE,
  type DirectIo,
  ERAS,
  type Era,
  FOLL,
  findEra,
  InvalidArgumentError,
  type IovIter,
  type Kernel,
  MissingFunctionError,
  type Mm,
  PAGE_CLEANUP,
  type Page,
  PROPOSALS,
} from "./index.ts";

const ADDRESS = 0x1000_0000_0000;
const PAGE = 4096;
const everyEra = [...ERAS, ...PROPOSALS].map((era) => [era.name, era] as const);

interface Stage {
  readonly kernel: Kernel;
  readonly mm: Mm;
  readonly pages: readonly Page[];
}

/** Eight small pages that the process has written. */
function setStage(era: Era): Stage {
  const kernel = createKernel({ era, machine: DEFAULT_MACHINE });
  const mm = kernel.createMm();
  const protection = { read: true, write: true };
  kernel.mmap(mm, { address: ADDRESS, pages: 8, protection, shared: false, file: null, hugepage: "never" });
  const pages = Array.from({ length: 8 }, (_, index) => {
    kernel.writeByte(mm, ADDRESS + index * PAGE, index + 1);
    const { page } = kernel.walk(mm, ADDRESS + index * PAGE);
    if (page === null) throw new Error("the page is not mapped");
    return page;
  });
  kernel.lruAddDrainAll();
  return { kernel, mm, pages };
}

function refcounts({ pages, kernel }: Stage): number[] {
  return [...pages, kernel.zeroPage].map((page) => page.folio.refcount);
}

/** What one hold of a user page by a bio adds to its count in the era. */
function weight(era: Era): number {
  const pins = era.switches.bioIovTakes !== "references" && era.switches.countsPins;
  return pins ? 1024 : 1;
}

/** Runs `action` and wants every count where it was. */
function balanced(stage: Stage, action: () => void): void {
  const before = refcounts(stage);
  const { nrFollPinAcquired, nrFollPinReleased } = stage.kernel.vmstat;
  action();
  expect(refcounts(stage)).toEqual(before);
  const { vmstat } = stage.kernel;
  expect(vmstat.nrFollPinAcquired - vmstat.nrFollPinReleased).toBe(nrFollPinAcquired - nrFollPinReleased);
}

function user({ kernel, mm }: Stage, direction: "source" | "dest", offset: number, length: number): IovIter {
  return kernel.iovIterUbuf(direction, mm, ADDRESS + offset, length);
}

describe.each(everyEra)("%s", (_name, era) => {
  it("a clone shares the vectors and lets go of nothing", () => {
    const stage = setStage(era);
    const { kernel } = stage;
    const disk = kernel.createBlockDevice(512);
    balanced(stage, () => {
      const bio = kernel.bioInit(disk, 8, "read");
      expect(kernel.bioIovIterGetPages(bio, user(stage, "dest", 0, 4 * PAGE))).toBe(0);
      const clone = kernel.bioAllocClone(null, bio);
      expect(clone.vecs).toBe(bio.vecs);
      kernel.bioReleasePages(clone, false);
      const split = kernel.bioSplit(bio, 8);
      if (split === null) throw new Error("the bio was not split");
      expect([split.size, bio.size, bio.skip]).toEqual([PAGE, 3 * PAGE, PAGE]);
      kernel.bioChain(split, bio);
      const ended: number[] = [];
      kernel.bioSetEndIo(bio, (one) => ended.push(one.status));
      kernel.submitBio(split);
      kernel.submitBio(bio);
      expect(kernel.completeBios(disk, 9)).toBe(2);
      expect(ended).toEqual([0]);
      expect(stage.pages.slice(0, 5).map((page) => kernel.dmaRead(page, 7))).toEqual([9, 9, 9, 9, 0]);
      kernel.bioReleasePages(bio, true);
      expect(stage.pages.slice(0, 4).every((page) => page.folio.dirty)).toBe(true);
    });
  });

  it("a parent gets the first error of its children", () => {
    const { kernel, pages } = setStage(era);
    const disk = kernel.createBlockDevice(512);
    const parent = kernel.bioInit(disk, 1, "write");
    const child = kernel.bioInit(disk, 1, "write");
    for (const bio of [parent, child]) kernel.__bioAddPage(bio, pages[0] as Page, 512, 0);
    kernel.bioChain(child, parent);
    let status: number | null = null;
    kernel.bioSetEndIo(parent, (bio) => {
      status = bio.status;
    });
    kernel.submitBio(parent);
    kernel.completeBios(disk, 0);
    expect(status).toBeNull();
    kernel.submitBio(child);
    kernel.completeBios(disk, 0, -5);
    expect(status).toBe(-5);
  });

  it("what was cleaned in flight is made dirty by the work item", () => {
    const stage = setStage(era);
    const { kernel } = stage;
    balanced(stage, () => {
      const bio = kernel.bioInit(kernel.createBlockDevice(512), 8, "read");
      kernel.bioIovIterGetPages(bio, user(stage, "dest", 0, PAGE));
      kernel.bioSetPagesDirty(bio);
      const before = kernel.snapshot();
      kernel.bioCheckPagesDirty(bio);
      expect([kernel.bioDirtyFn(), bio.refs]).toEqual([0, 0]);
      kernel.restore(before);
      kernel.bioReleasePages(bio, false);
      const clean = kernel.bioInit(kernel.createBlockDevice(512), 8, "read");
      kernel.bioIovIterGetPages(clean, user(stage, "dest", PAGE, PAGE));
      const { folio } = stage.pages[1] as Page;
      kernel.bioCheckPagesDirty(clean);
      expect([clean.refs, folio.dirty, kernel.bioDirtyFn()]).toEqual([1, false, 1]);
      expect([clean.refs, folio.dirty]).toEqual([0, true]);
    });
  });

  it.each(["fs/direct-io.c", "iomap"] as const)(
    "%s: a write that begins and ends inside blocks",
    (through) => {
      const stage = setStage(era);
      const { kernel } = stage;
      const disk = kernel.createBlockDevice(512);
      const file = {
        offset: 512,
        blockSize: PAGE,
        extents: [{ length: 8 * PAGE, state: "new" as const }],
      };
      const start = through === "iomap" ? kernel.iomapDioRw : kernel.blockdevDirectIo;
      balanced(stage, () => {
        const request = start(disk, user(stage, "source", 0, 2 * PAGE), file, false);
        expect(request.result).toBeNull();
        const zeroes = disk.inFlight.flatMap((bio) => bio.vecs).filter(({ page }) => page.pfn !== 0);
        expect(zeroes.some(({ page }) => !stage.pages.includes(page))).toBe(true);
        kernel.completeDirectIo(disk, 0);
        expect(request.result).toBe(2 * PAGE);
      });
    },
  );

  it.each(["fs/direct-io.c", "iomap"] as const)(
    "%s: a read holds each page once while in flight",
    (through) => {
      const stage = setStage(era);
      const { kernel, pages } = stage;
      const disk = kernel.createBlockDevice(512);
      const file = {
        offset: 0,
        blockSize: PAGE,
        extents: [
          { length: 2 * PAGE, state: "mapped" as const },
          { length: PAGE, state: "hole" as const },
          { length: 2 * PAGE, state: "mapped" as const },
        ],
      };
      const start = through === "iomap" ? kernel.iomapDioRw : kernel.blockdevDirectIo;
      balanced(stage, () => {
        const before = pages.map(({ folio }) => folio.refcount);
        const request: DirectIo = start(disk, user(stage, "dest", 0, 4 * PAGE), file, true);
        const taken = pages.slice(0, 4).map(({ folio }, index) => folio.refcount - (before[index] ?? 0));
        const one = through === "iomap" || era.switches.dioTakes !== "references" ? weight(era) : 1;
        expect(taken).toEqual([one, one, 0, one]);
        expect(kernel.dmaRead(pages[2] as Page, 0)).toBe(0);
        kernel.completeDirectIo(disk, 0x33);
        expect(request.result).toBe(4 * PAGE);
        expect([0, 1, 2, 3, 4].map((index) => kernel.dmaRead(pages[index] as Page, 5))).toEqual([
          0x33, 0x33, 0, 0x33, 0,
        ]);
      });
    },
  );

  it("fs/direct-io.c writes zeroes for memory that it cannot reach, and says so", () => {
    const stage = setStage(era);
    const { kernel, mm } = stage;
    const disk = kernel.createBlockDevice(512);
    kernel.munmap(mm, ADDRESS + 2 * PAGE, PAGE);
    const file = { offset: 0, blockSize: PAGE, extents: [{ length: 8 * PAGE, state: "mapped" as const }] };
    const before = refcounts(stage);
    const request = kernel.blockdevDirectIo(disk, user(stage, "source", 0, 4 * PAGE), file, false);
    expect(disk.inFlight.flatMap((bio) => bio.vecs).some(({ page }) => page === kernel.zeroPage)).toBe(true);
    kernel.completeDirectIo(disk, 0);
    expect(request.result).toBe(-14);
    expect(refcounts(stage)).toEqual(before);
  });

  it("a request on user memory is mapped, or copied where it lies badly", () => {
    const stage = setStage(era);
    const { kernel, mm, pages } = stage;
    const disk = kernel.createBlockDevice(512);
    balanced(stage, () => {
      const request = kernel.createRequest(disk, "read");
      expect(kernel.blkRqMapUser(request, mm, ADDRESS, 2 * PAGE)).toBe(0);
      expect(request.bio?.vecs.map(({ page }) => page)).toEqual(pages.slice(0, 2));
      kernel.blkRqUnmapUser(request.bio);
    });
    balanced(stage, () => {
      const request = kernel.createRequest(disk, "read");
      expect(kernel.blkRqMapUser(request, mm, ADDRESS + 1, PAGE)).toBe(0);
      const bio = request.bio;
      if (bio === null) throw new Error("nothing was copied");
      expect(bio.vecs.some(({ page }) => pages.includes(page))).toBe(false);
      kernel.dmaWrite(bio.vecs[0]?.page as Page, 0, 100, 0x77);
      kernel.blkRqUnmapUser(bio);
      expect(kernel.readByte(mm, ADDRESS + 1).value).toBe(0x77);
      expect(bio.vecs[0]?.page.folio.freed).toBe(true);
    });
    balanced(stage, () => {
      const request = kernel.createRequest(disk, "write");
      expect(kernel.blkRqMapUser(request, mm, ADDRESS + 7 * PAGE, 2 * PAGE)).not.toBe(0);
      expect(request.bio).toBeNull();
    });
  });
});

it("joined parts of one page keep a second hold in mapped requests up to 6.5", () => {
  for (const [name, left] of [
    ["v6.5", 1024],
    ["6.6.y", 0],
    ["6.12.y", 0],
    ["v6.1", 1],
  ] as const) {
    const stage = setStage(findEra(name));
    const { kernel, mm, pages } = stage;
    const before = pages[0]?.folio.refcount ?? 0;
    const request = kernel.createRequest(kernel.createBlockDevice(512), "read");
    const iter = kernel.iovIterInit("dest", mm, [
      { address: ADDRESS, length: 512 },
      { address: ADDRESS + 512, length: 512 },
    ]);
    expect(kernel.blkRqMapUserIov(request, iter)).toBe(0);
    expect(request.bio?.vecs).toHaveLength(1);
    kernel.blkRqUnmapUser(request.bio);
    expect(pages[0]?.folio.refcount, name).toBe(before + left);
  }
});

it("7.1 lets go of one pin of a large vector that it cuts off", () => {
  const { kernel, mm } = setStage(findEra("v7.1"));
  const address = ADDRESS + 2 ** 30;
  const protection = { read: true, write: true };
  kernel.mmap(mm, { address, pages: 512, protection, shared: false, file: null, hugepage: "madvised" });
  kernel.writeByte(mm, address, 1);
  const folio = kernel.walk(mm, address).page?.folio;
  const disk = kernel.createBlockDevice(PAGE);
  const bio = kernel.bioInit(disk, 8, "read");
  const iter = kernel.iovIterInit("dest", mm, [
    { address: ADDRESS, length: 512 },
    { address, length: 2 * PAGE },
  ]);
  // 8704 bytes: 512 above two blocks are cut off the second vector, whose pins stay.
  expect(kernel.bioIovIterGetPages(bio, iter)).toBe(0);
  expect([bio.size, iter.count, folio?.pincount]).toEqual([2 * PAGE, 512, 2]);
  // With blocks of 16 KiB nothing is left; of the second vector's two pins one goes.
  const larger = kernel.bioInit(kernel.createBlockDevice(4 * PAGE), 8, "read");
  kernel.iovIterRevert(iter, 2 * PAGE);
  expect(kernel.bioIovIterGetPages(larger, iter)).toBe(-14);
  expect(folio?.pincount).toBe(3);
});

it("a bounced read of 7.1 keeps the user's pages pinned until it is copied back", () => {
  const stage = setStage(findEra("v7.1"));
  const { kernel, mm, pages } = stage;
  balanced(stage, () => {
    const bio = kernel.bioInit(kernel.createBlockDevice(512), 8, "read");
    expect(kernel.bioIovIterBounce(bio, user(stage, "dest", 100, PAGE))).toBe(0);
    const own = bio.vecs[0]?.page as Page;
    expect(pages.includes(own)).toBe(false);
    expect(kernel.folioMaybeDmaPinned((pages[0] as Page).folio)).toBe(true);
    kernel.dmaWrite(own, 0, PAGE, 5);
    kernel.bioIovIterUnbounce(bio, false, true);
    expect([kernel.readByte(mm, ADDRESS + 100).value, own.folio.freed]).toEqual([5, true]);
  });
});

it("integrity data keeps one pin for each vector", () => {
  const stage = setStage(findEra("6.12.y"));
  const { kernel, mm } = stage;
  const address = ADDRESS + 2 ** 30;
  const protection = { read: true, write: true };
  kernel.mmap(mm, { address, pages: 512, protection, shared: false, file: null, hugepage: "madvised" });
  kernel.writeByte(mm, address, 1);
  const folio = kernel.walk(mm, address).page?.folio;
  const bio = kernel.bioInit(kernel.createBlockDevice(512), 1, "write");
  expect(kernel.bioIntegrityMapUser(bio, kernel.iovIterUbuf("source", mm, address, 3 * PAGE))).toBe(0);
  expect([bio.integrity?.vecs.length, folio?.pincount]).toEqual([1, 1]);
  kernel.bioIntegrityUnmapUser(bio);
  expect(folio?.pincount).toBe(0);
});

it("arguments that no kernel could be given are named", () => {
  const { kernel, pages } = setStage(findEra("6.12.y"));
  const bio = kernel.bioInit(null, 1, "read");
  const refused = (action: () => unknown): string => {
    try {
      action();
    } catch (error) {
      if (error instanceof InvalidArgumentError) return error.argument;
    }
    return "not refused";
  };
  const [page] = pages;
  if (page === undefined) throw new Error("no page");
  expect(refused(() => kernel.bioInit(null, -1, "read"))).toBe("maxVecs");
  expect(refused(() => kernel.createBlockDevice(500))).toBe("logicalBlockSize");
  expect(refused(() => kernel.bioAddPage(bio, page, 5000, 0))).toBe("length");
  expect(refused(() => kernel.bioAddPage(bio, page, 1, -1))).toBe("offset");
  expect(refused(() => kernel.bioSplit(bio, 1))).toBe("sectors");
  expect(refused(() => kernel.bioAdvance(bio, 1))).toBe("bytes");
  expect(refused(() => kernel.submitBio(bio))).toBe("bio");
});

describe("the extraction series", () => {
  /** A bio with one user page, its flags as a number, and its two flags as FOLL_*. */
  function filled(era: string): {
    kernel: Kernel;
    bits: number;
    flags: number;
    page: Page;
    released: () => void;
  } {
    const stage = setStage(findEra(era));
    const { kernel } = stage;
    const bio = kernel.bioInit(kernel.createBlockDevice(512), 1, "read");
    kernel.bioIovIterGetPages(bio, user(stage, "dest", 0, PAGE));
    const [page] = stage.pages;
    if (page === undefined) throw new Error("no page");
    const released = (): void => kernel.bioReleasePage(bio, page);
    const flags = findEra(era).switches.bioRelease === "by-both-flags" ? kernel.bioToGupFlags(bio) : -1;
    return { kernel, bits: kernel.bioFlags(bio), flags, page, released };
  }

  it("has the flags of a bio where its tenth patch has FOLL_PIN and FOLL_GET", () => {
    const { kernel, bits, flags } = filled("extraction-series-v8");
    expect([bits, kernel.gupFlagsOf(bits)]).toEqual([1, flags]);
    expect(kernel.gupFlagsOf(2)).toBe(FOLL.GET);
    const before = filled("extraction-series-v8-patch-7");
    expect([before.bits, before.flags]).toEqual([2, FOLL.GET]);
    expect(before.kernel.gupFlagsOf(before.bits)).not.toBe(FOLL.GET);
    expect([filled("extraction-series-v8-patch-6").bits, filled("6.12.y").bits, filled("v6.1").bits]).toEqual(
      [1, 1, 0],
    );
  });

  it("takes a pin for each bio from its eighth patch on, a reference before", () => {
    const refs = Array.from({ length: 9 }, (_, index) => {
      const { page } = filled(`extraction-series-v8-patch-${index + 1}`);
      return page.folio.refcount - 1;
    });
    expect(refs).toEqual([1, 1, 1, 1, 1, 1, 1, 1024, 1024]);
  });

  it("warns with Hellwig's increment where a page of a referenced bio is released by itself", () => {
    const stage = setStage(findEra("extraction-series-v8-hellwig"));
    const { kernel, pages } = stage;
    const [page] = pages;
    if (page === undefined) throw new Error("no page");
    const bio = kernel.bioInit(null, 1, "read");
    kernel.getPage(page);
    kernel.bioAddPage(bio, page, 512, 0);
    kernel.bioSetFlag(bio, "BIO_PAGE_REFFED");
    kernel.bioReleasePage(bio, page);
    expect(kernel.events.map(({ text }) => text)).toContain("BIO_PAGE_REFFED is set");
    // bio_release_pages() still puts it.
    expect(page.folio.refcount).toBe(2);
    kernel.bioReleasePages(bio, false);
    expect(page.folio.refcount).toBe(1);
  });

  it("keeps FOLL_PIN inside mm/ with the PAGE_CLEANUP idea", () => {
    const stage = setStage(findEra("extraction-series-v8-page-cleanup"));
    const { kernel, mm, pages } = stage;
    const folio = (pages[0] as Page).folio;
    kernel.pinUserPagesFast(mm, ADDRESS, 1, FOLL.WRITE, []);
    kernel.getUserPagesFast(mm, ADDRESS, 1, FOLL.WRITE, []);
    kernel.folioPutUnpinCleanup(folio, PAGE_CLEANUP.UNPIN);
    kernel.folioPutUnpinCleanup(folio, 0);
    expect(folio.refcount).toBe(2);
    kernel.folioPutUnpinCleanup(folio, PAGE_CLEANUP.PUT);
    expect(folio.refcount).toBe(1);
    expect(() => kernel.folioPutUnpin(folio, FOLL.PIN)).toThrow(MissingFunctionError);
  });
});

describe("Jan Kara's proposal of 2022", () => {
  it("pins what a bio gets from a part of the page cache, and lets it go as a pin", () => {
    const counts = ["v6.1", "pin-pages2-2022"].map((name) => {
      const { kernel } = setStage(findEra(name));
      const file = kernel.createFile("ext4", PAGE);
      kernel.pwriteFill(file, 0, PAGE, 1);
      kernel.lruAddDrainAll();
      const folio = file.folios.get(0);
      const before = folio?.refcount ?? 0;
      const bio = kernel.bioInit(kernel.createBlockDevice(512), 1, "write");
      expect(kernel.bioIovIterGetPages(bio, kernel.iovIterXarray("source", file, 0, PAGE))).toBe(0);
      const held = (folio?.refcount ?? 0) - before;
      kernel.bioReleasePages(bio, false);
      expect(folio?.refcount).toBe(before);
      return held;
    });
    expect(counts).toEqual([1, 1024]);
  });

  it("pins pages of a pipe for who reads into them", () => {
    const { kernel } = setStage(findEra("pin-pages2-2022"));
    const pipe = kernel.createPipe();
    const pages: (Page | null)[] = [];
    const iter = kernel.iovIterPipe(pipe, PAGE);
    expect(kernel.iovIterPinPages2(iter, pages, PAGE, 1).ret).toBe(PAGE);
    // One reference is the pipe's.
    expect(pages[0]?.folio.refcount).toBe(1025);
  });
});
