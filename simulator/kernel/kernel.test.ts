/** What the recordings do not show: history, eras by name, debug counters, proposals, the seed's arithmetic. */
import { describe, expect, it } from "vitest";
import {
  createKernel,
  DEFAULT_MACHINE,
  deriveEra,
  ERAS,
  FOLL,
  findEra,
  type Kernel,
  type Machine,
  MissingFunctionError,
  type Mm,
  type Page,
} from "./index.ts";

const BASE = 0x1000_0000_0000;

function boot(era: string, machine: Partial<Machine> = {}): Kernel {
  return createKernel({ era: findEra(era), machine: { ...DEFAULT_MACHINE, ...machine } });
}

/** An address space with private memory at BASE; `hugepage` asks for huge pages. */
function withMemory(kernel: Kernel, pages: number, hugepage: "never" | "madvised" = "never"): Mm {
  const mm = kernel.createMm();
  kernel.mmap(mm, {
    address: BASE,
    pages,
    protection: { read: true, write: true },
    shared: false,
    file: null,
    hugepage,
  });
  return mm;
}

/** Everything that can be seen of an address space and the counters, as plain data. */
function picture(kernel: Kernel, ...mms: Mm[]): unknown {
  return {
    vmstat: { ...kernel.vmstat },
    events: kernel.events.length,
    zero: kernel.zeroPage.folio.refcount,
    mms: mms.map((mm) => ({
      vmas: mm.vmas.map((vma) => ({ ...vma, file: vma.file?.size ?? null })),
      pinned: mm.hasPinned,
      ptes: [...mm.ptes]
        .sort(([left], [right]) => left - right)
        .map(([at, { page, ...bits }]) => [
          at,
          bits,
          page.pfn,
          page.mapcount,
          page.anonExclusive,
          page.contents,
          { ...page.folio, pages: page.folio.pages.length, mapping: page.folio.mapping?.size ?? null },
        ]),
    })),
  };
}

describe("history", () => {
  it("goes back and forth to equal states, and lets go of the undone future", () => {
    const kernel = boot("6.12.y");
    const mm = withMemory(kernel, 4);
    const pages: Page[] = [];
    const marks: [number, unknown][] = [];
    const mark = (): void => {
      marks.push([kernel.snapshot(), picture(kernel, mm)]);
    };
    mark();
    kernel.writeByte(mm, BASE, 7);
    mark();
    kernel.pinUserPagesFast(mm, BASE, 3, FOLL.WRITE, pages);
    mark();
    kernel.mprotect(mm, BASE + 4096, 4096, { read: true, write: false });
    mark();
    kernel.fork(mm);
    mark();
    kernel.munmap(mm, BASE, 2 * 4096);
    mark();
    kernel.unpinUserPages(pages, 3);
    mark();
    for (const order of [marks.toReversed(), marks, [marks[3], marks[1], marks[5]]])
      for (const entry of order) {
        if (entry === undefined) continue;
        kernel.restore(entry[0]);
        expect(picture(kernel, mm)).toEqual(entry[1]);
      }
    kernel.restore(marks[1]?.[0] ?? 0);
    kernel.writeByte(mm, BASE + 4096, 1);
    expect(() => kernel.restore(marks[6]?.[0] ?? 0)).toThrow(RangeError);
  });
});

describe("eras by name", () => {
  it("takes the exact one, the stable one for a third number, the nearest lower one with a note", () => {
    expect(findEra("6.12.y").name).toBe("6.12.y");
    expect(findEra("6.12.117").name).toBe("6.12.y");
    expect(findEra("v6.12").name).toBe("v6.12");
    expect(findEra("6.1").name).toBe("v6.1");
    expect(findEra("6.4").name).toBe("v6.3");
    expect(findEra("6.4").note).toContain("nearest lower");
    expect(findEra("6.5").note).toBeNull();
    expect(findEra("7.4").name).toBe("v7.1");
    expect(() => findEra("4.19")).toThrow(RangeError);
    expect(() => findEra("mainline")).toThrow(/there are v5\.2/);
  });

  it("a switch makes another era", () => {
    const era = deriveEra("6.1 without the back-port", findEra("6.1.y"), { zeroPageExempt: false });
    const kernel = createKernel({ era, machine: DEFAULT_MACHINE });
    const mm = withMemory(kernel, 1);
    kernel.pinUserPagesFast(mm, BASE, 1, 0, []);
    expect(kernel.zeroPage.folio.refcount).toBe(1 + 1024);
  });

  it("functions that an era does not have are not there", () => {
    expect(() => boot("v5.2").pinUserPagesFast).not.toThrow();
    const old = boot("v5.2");
    const mm = withMemory(old, 1);
    expect(() => old.pinUserPagesFast(mm, BASE, 1, 0, [])).toThrow(MissingFunctionError);
    expect(() => boot("6.12.y").putUserPage(boot("6.12.y").zeroPage)).toThrow(
      /put_user_page\(\) does not exist/,
    );
    expect(() => boot("v6.8").unpinFolio(boot("v6.8").zeroPage.folio)).toThrow(/unpin_folio\(\)/);
  });

  it("before 5.7 a pin is a reference", () => {
    const kernel = boot("v5.6");
    const mm = withMemory(kernel, 1);
    const pages: Page[] = [];
    kernel.writeByte(mm, BASE, 1);
    kernel.lruAddDrainAll();
    expect(kernel.pinUserPagesFast(mm, BASE, 1, FOLL.WRITE, pages)).toBe(1);
    expect(pages[0]?.folio.refcount).toBe(2);
    kernel.unpinUserPages(pages, 1);
    expect(pages[0]?.folio.refcount).toBe(1);
    expect(kernel.vmstat).toEqual({ nrFollPinAcquired: 0, nrFollPinReleased: 0 });
  });
});

describe("fork and a device that writes into a pinned page", () => {
  /** Whether the parent sees what the device wrote after parent and child both wrote to the page. */
  function parentSeesDma(era: string, pinned: boolean): boolean {
    const kernel = boot(era);
    const mm = withMemory(kernel, 1);
    kernel.writeByte(mm, BASE, 1);
    const pages: Page[] = [];
    const form = pinned ? kernel.pinUserPagesFast : kernel.getUserPagesFast;
    form(mm, BASE, 1, FOLL.WRITE, pages);
    kernel.fork(mm);
    kernel.writeByte(mm, BASE, 2);
    if (pages[0]) kernel.dmaWrite(pages[0], 0, 1, 99);
    return kernel.readByte(mm, BASE).value === 99;
  }

  it.each(ERAS.filter((era) => era.switches.countsPins).map((era) => [era.name, era] as const))(
    "%s: a reference loses the data, a pin keeps it where fork looks at pins",
    (name, era) => {
      expect(parentSeesDma(name, false)).toBe(false);
      expect(parentSeesDma(name, true)).toBe(era.switches.fork !== "shares");
    },
  );
});

describe("the seed's arithmetic: 32,768 writes of 64 zero pages in flight together", () => {
  function hold(era: string): Kernel {
    const kernel = boot(era);
    const mm = withMemory(kernel, 64);
    const device = kernel.createBlockDevice(512);
    for (let write = 0; write < 32_768; write++) {
      const request = kernel.blkdevDirectIo(device, kernel.iovIterUbuf("source", mm, BASE, 64 * 4096), false);
      if (request.result !== null) throw new Error(`the write was refused: ${request.result}`);
    }
    return kernel;
  }

  it("wraps the count of the zero page where pins count and the page is not exempt, as the recorded overflow", () => {
    const kernel = hold("extraction-series-v8");
    expect(kernel.vmstat.nrFollPinAcquired).toBe(2_097_152);
    expect(kernel.zeroPage.folio.refcount).toBe(-2_147_483_647);
    const mm = withMemory(kernel, 1);
    expect(kernel.pinUserPagesFast(mm, BASE, 1, 0, [])).toBe(-12);
  });

  it("adds as many references in 6.1, and moves nothing from 6.5 on", () => {
    for (const era of ["6.1.y", "v6.3"]) {
      const { zeroPage, vmstat } = hold(era);
      expect([zeroPage.folio.refcount, vmstat.nrFollPinAcquired]).toEqual([2_097_153, 0]);
    }
    const kernel = hold("v6.5");
    expect(kernel.zeroPage.folio.refcount).toBe(1);
    expect(kernel.vmstat.nrFollPinAcquired).toBe(0);
  });
});

describe("the page_ext pin counter of the 2019 thread", () => {
  function misuse(era: string, pages: number): Kernel {
    const kernel = boot(era, { debugPinReferences: true });
    const mm = withMemory(kernel, 512, pages > 1 ? "madvised" : "never");
    kernel.writeByte(mm, BASE, 1);
    kernel.lruAddDrainAll();
    const held: Page[] = [];
    // Before there were pins, what get_user_pages() gave was to go back by put_user_page().
    const { pinFunctions } = kernel.profile.era.switches;
    (pinFunctions ? kernel.pinUserPagesFast : kernel.getUserPagesFast)(mm, BASE, 1, FOLL.WRITE, held);
    if (held[0]) kernel.putPage(held[0]);
    return kernel;
  }

  it.each(ERAS.map((era) => [era.name]))("%s: reports a pin let go with put_page()", (era) => {
    for (const pages of [1, 512])
      expect(misuse(era, pages).events.map(({ kind, where }) => [kind, where])).toEqual([
        ["debug-pin", "mm/swap.c:put_page"],
      ]);
  });

  it("is silent about right use, and about plain references beside a pin", () => {
    const kernel = boot("6.12.y", { debugPinReferences: true });
    const mm = withMemory(kernel, 1);
    const pinned: Page[] = [];
    const got: Page[] = [];
    kernel.pinUserPagesFast(mm, BASE, 1, FOLL.WRITE, pinned);
    kernel.getUserPagesFast(mm, BASE, 1, FOLL.WRITE, got);
    if (got[0]) kernel.putPage(got[0]);
    kernel.unpinUserPages(pinned, 1);
    kernel.exitMm(mm);
    expect(kernel.events).toEqual([]);
  });
});

describe("proposal-2019", () => {
  it("vaddr_pin_pages() is a reference that the counter knows as a pin", () => {
    const kernel = boot("proposal-2019", { debugPinReferences: true });
    const mm = withMemory(kernel, 2);
    const pages: Page[] = [];
    expect(kernel.vaddrPinPages(mm, BASE, 2, FOLL.WRITE, pages)).toBe(2);
    expect(pages.map((page) => page.folio.debugPinCount)).toEqual([1, 1]);
    const [first] = pages;
    if (first) kernel.putPage(first);
    expect(kernel.events.map(({ kind }) => kind)).toEqual(["debug-pin"]);
  });

  it("get_user_bvec() takes one reference for each run of a folio", () => {
    const kernel = boot("proposal-2019");
    const mm = withMemory(kernel, 512, "madvised");
    kernel.writeByte(mm, BASE, 1);
    const bvecs: Parameters<Kernel["getUserBvec"]>[4] = [];
    expect(kernel.getUserBvec(mm, BASE + 100, 20_000, FOLL.WRITE, bvecs)).toBe(20_000);
    expect(bvecs.map(({ offset, length }) => [offset, length])).toEqual([[100, 20_000]]);
    const folio = bvecs[0]?.page.folio;
    expect(folio?.refcount).toBe(2);
    kernel.putUserBvec(bvecs);
    expect(folio?.refcount).toBe(1);
  });
});

describe("iov_iter_pin_pages2() of 2022", () => {
  it("pins what any iterator gives, where extraction borrows kernel memory", () => {
    const kernel = boot("pin-pages2-2022");
    const mm = withMemory(kernel, 2);
    kernel.writeByte(mm, BASE, 1);
    kernel.lruAddDrainAll();
    const { page } = kernel.walk(mm, BASE);
    const own = kernel.allocPages(0);
    const users: Page[] = [];
    const bvecs: Page[] = [];
    const user = kernel.iovIterUbuf("source", mm, BASE, 512);
    const vector = kernel.iovIterBvec("source", [{ page: own, offset: 0, length: 4096 }]);
    expect(kernel.iovIterPinPages2(user, users, 4096, 8)).toEqual({ ret: 512, offset0: 0 });
    expect(kernel.iovIterPinPages2(vector, bvecs, 4096, 8)).toEqual({ ret: 4096, offset0: 0 });
    expect([page?.folio.refcount, own.folio.refcount]).toEqual([1025, 1025]);
    kernel.unpinUserPages([...users, ...bvecs], 2);
    expect([page?.folio.refcount, own.folio.refcount]).toEqual([1, 1]);
    const later = boot("6.12.y");
    const borrowed = later.allocPages(0);
    later.iovIterExtractPages(
      later.iovIterBvec("source", [{ page: borrowed, offset: 0, length: 4096 }]),
      [],
      4096,
      8,
    );
    expect(borrowed.folio.refcount).toBe(1);
  });
});

describe("memfd_pin_folios()", () => {
  it("pins each folio once and refuses what is no memfd or lies beyond its end", () => {
    const kernel = boot("6.12.y");
    const file = kernel.createFile("shmem", 4 * 4096);
    const folios: Parameters<Kernel["memfdPinFolios"]>[3] = [];
    expect(kernel.memfdPinFolios(file, 5000, 3 * 4096 - 1, folios, 8)).toEqual({
      ret: 2,
      offset: 5000 - 4096,
    });
    kernel.lruAddDrainAll();
    expect(folios.map((folio) => folio?.refcount)).toEqual([1025, 1025]);
    kernel.unpinFolios(folios, 2);
    expect(folios.map((folio) => folio?.refcount)).toEqual([1, 1]);
    expect(kernel.memfdPinFolios(file, 0, 4 * 4096, folios, 8).ret).toBe(-22);
    expect(kernel.memfdPinFolios(kernel.createFile("ext4", 4096), 0, 1, folios, 8).ret).toBe(-22);
  });
});

describe("FOLL_TOUCH", () => {
  it.each([
    ["6.1.y", false],
    ["v6.3", true],
  ])(
    "%s: a long-term pin by the fast form makes a page dirty that the mapping forbids to write: %s",
    (era, dirty) => {
      const kernel = boot(era);
      const mm = kernel.createMm();
      const protection = { read: true, write: false };
      kernel.mmap(mm, { address: BASE, pages: 2, protection, shared: false, file: null });
      const pages: Page[] = [];
      expect(kernel.pinUserPagesFast(mm, BASE, 1, FOLL.WRITE | FOLL.FORCE | FOLL.LONGTERM, pages)).toBe(1);
      expect(pages[0]?.folio.dirty).toBe(dirty);
      expect(kernel.pinUserPagesFast(mm, BASE + 4096, 1, FOLL.WRITE | FOLL.FORCE, pages)).toBe(1);
      expect(pages[0]?.folio.dirty).toBe(true);
    },
  );
});

describe("unpin_user_pages() and what it is given", () => {
  it("warns about an errno from 5.10 on", () => {
    const kernel = boot("6.12.y");
    kernel.unpinUserPages([], -14);
    expect(kernel.events.map(({ kind, where }) => [kind, where])).toEqual([
      ["warning", "mm/gup.c:unpin_user_pages"],
    ]);
  });

  it("skips leading NULL entries only where the back-port is", () => {
    for (const [era, events] of [
      ["v6.12", 1],
      ["6.12.y", 0],
    ] as const) {
      const kernel = boot(era);
      const mm = withMemory(kernel, 1);
      const pages: Page[] = [];
      kernel.pinUserPagesFast(mm, BASE, 1, FOLL.WRITE, pages);
      kernel.unpinUserPages([null, ...pages], 2);
      expect(kernel.events.length).toBe(events);
    }
  });
});
