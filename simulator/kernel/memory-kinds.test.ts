/** Kinds of memory that no recording shows in every kernel: PCI peer memory, zones, swap and hugetlb over the eras. */
import { describe, expect, it } from "vitest";
import {
  createKernel,
  DEFAULT_MACHINE,
  FOLL,
  findEra,
  type Kernel,
  type Machine,
  type Mm,
  type Page,
} from "./index.ts";

const BASE = 0x1000_0000_0000;
const EREMOTEIO = -121;

function boot(era: string, machine: Partial<Machine> = {}): Kernel {
  return createKernel({ era: findEra(era), machine: { ...DEFAULT_MACHINE, ...machine } });
}

function withMemory(kernel: Kernel, pages: number): Mm {
  const mm = kernel.createMm();
  const protection = { read: true, write: true };
  kernel.mmap(mm, { address: BASE, pages, protection, shared: false, file: null, hugepage: "never" });
  return mm;
}

describe("pages of PCI peer memory", () => {
  function mapped(era: string): { kernel: Kernel; mm: Mm; page: Page } {
    const kernel = boot(era);
    const mm = kernel.createMm();
    const file = kernel.createPciMemory(4);
    const protection = { read: true, write: true };
    expect(kernel.mmap(mm, { address: BASE, pages: 2, protection, shared: true, file })).toBe(0);
    const { page } = kernel.walk(mm, BASE);
    if (page === null) throw new Error("the mapping is empty");
    return { kernel, mm, page };
  }

  it.each(["v6.3", "v6.5", "6.12.y", "v7.1"])(
    "%s: are given to those who ask for them, by every form, and never for long",
    (era) => {
      const { kernel, mm, page } = mapped(era);
      expect([page.folio.refcount, page.mapcount, page.folio.zone]).toEqual([1, 1, "device"]);
      const pages: Page[] = [];
      for (const form of [kernel.pinUserPagesFast, kernel.getUserPagesFast, kernel.getUserPagesUnlocked])
        expect(form(mm, BASE, 1, FOLL.WRITE, pages)).toBe(EREMOTEIO);
      kernel.mmapReadLock(mm);
      expect(kernel.pinUserPages(mm, BASE, 2, 0, pages)).toBe(EREMOTEIO);
      expect(kernel.getUserPages(mm, BASE, 1, 0, null)).toBe(EREMOTEIO);
      expect(kernel.pinUserPages(mm, BASE, 1, FOLL.LONGTERM, pages)).toBe(EREMOTEIO);
      expect(kernel.pinUserPages(mm, BASE, 1, FOLL.LONGTERM | FOLL.PCI_P2PDMA, pages)).toBe(0);
      kernel.mmapReadUnlock(mm);
      expect(kernel.pinUserPagesFast(mm, BASE, 1, FOLL.LONGTERM | FOLL.PCI_P2PDMA, pages)).toBe(-22);
      expect(kernel.getUserPagesFastOnly(mm, BASE, 1, 0, pages)).toBe(0);
      expect(page.folio.refcount).toBe(1);
      expect(kernel.pinUserPagesFast(mm, BASE, 2, FOLL.WRITE | FOLL.PCI_P2PDMA, pages)).toBe(2);
      expect(kernel.getUserPagesUnlocked(mm, BASE, 1, FOLL.PCI_P2PDMA, [])).toBe(1);
      expect(page.folio.refcount).toBe(1 + 1024 + 1);
      kernel.unpinUserPages(pages, 2);
      kernel.putPage(page);
      expect(page.folio.refcount).toBe(1);
    },
  );

  it("go back to the device with the last reference, which then has one itself up to 6.14", () => {
    for (const [era, free] of [
      ["6.12.y", 1],
      ["v7.1", 0],
    ] as const) {
      const { kernel, mm, page } = mapped(era);
      const pages: Page[] = [];
      kernel.pinUserPagesFast(mm, BASE, 1, FOLL.PCI_P2PDMA, pages);
      kernel.munmap(mm, BASE, 2 * 4096);
      expect([page.folio.refcount, page.folio.freed]).toEqual([1024, false]);
      kernel.unpinUserPage(page);
      expect([page.folio.refcount, page.folio.freed]).toEqual([free, true]);
      expect(kernel.events).toEqual([]);
    }
  });

  it("are shared over fork, are not filled in by faults, and run out", () => {
    const { kernel, mm, page } = mapped("6.12.y");
    const child = kernel.fork(mm);
    expect(kernel.walk(child, BASE).page).toBe(page);
    expect(page.folio.refcount).toBe(2);
    kernel.madvise(mm, BASE, 4096, "dontneed");
    expect(kernel.readByte(mm, BASE).signal).toBe("SIGBUS");
    const file = kernel.createPciMemory(1);
    const options = { address: BASE + 0x100000, protection: { read: true, write: true }, file };
    expect(kernel.mmap(mm, { ...options, pages: 2, shared: true })).toBe(-12);
    expect(kernel.mmap(mm, { ...options, pages: 1, shared: false })).toBe(-22);
    expect(kernel.pciAllocP2pmem(file, 2)).toBeNull();
    const own = kernel.pciAllocP2pmem(file, 1);
    expect(own?.[0]?.folio.refcount).toBe(1);
    kernel.pciFreeP2pmem(own ?? []);
    expect(kernel.pciAllocP2pmem(file, 1)).toEqual(own);
  });

  it("cannot be mapped before 6.2", () => {
    const kernel = boot("6.1.y");
    const file = kernel.createPciMemory(1);
    const protection = { read: true, write: true };
    const mm = kernel.createMm();
    expect(kernel.mmap(mm, { address: BASE, pages: 1, protection, shared: true, file })).toBe(-19);
  });
});

describe("zones", () => {
  it("of a small machine are below 4 GiB, of a large one where the caller asks", () => {
    for (const lowMemoryOnly of [false, true]) {
      const kernel = boot("6.12.y", { lowMemoryOnly });
      const zone = lowMemoryOnly ? "dma32" : "normal";
      expect(kernel.allocPages(0).folio.zone).toBe(zone);
      expect(kernel.allocPages(0, "dma32").folio.zone).toBe("dma32");
      expect(kernel.zeroPage.folio.zone).toBe(zone);
    }
  });

  function longterm(
    era: string,
    machine: Partial<Machine>,
    holders: number,
  ): { kernel: Kernel; pinned: Page; old: Page } {
    const kernel = boot(era, machine);
    const mm = withMemory(kernel, 1);
    kernel.writeByte(mm, BASE, 7);
    const { page: old } = kernel.walk(mm, BASE);
    if (old === null) throw new Error("nothing is mapped");
    for (let holder = 0; holder < holders; holder++) kernel.getPage(old);
    const pages: Page[] = [];
    const pins = kernel.profile.era.switches.pinFunctions;
    kernel.mmapReadLock(mm);
    const form = pins ? kernel.pinUserPages : kernel.getUserPages;
    const ret = form(mm, BASE, 1, FOLL.WRITE | FOLL.LONGTERM, pages);
    kernel.mmapReadUnlock(mm);
    expect(kernel.readByte(mm, BASE).value).toBe(7);
    const [pinned] = pages;
    if (ret !== 1 || pinned === undefined) throw new RangeError(`${ret}`);
    return { kernel, pinned, old };
  }

  it.each(["v5.2", "v5.6", "5.10.y", "v5.11", "v5.14", "6.12.y"])(
    "%s: a long-term pin leaves a CMA area",
    (era) => {
      const { pinned, old } = longterm(era, { userMemoryFromCma: true }, 0);
      expect([old.folio.zone, pinned.folio.zone, old.folio.freed]).toEqual(["cma", "normal", true]);
    },
  );

  it("ZONE_MOVABLE is left from 5.13 on", () => {
    expect(longterm("v5.11", { movableZone: true }, 0).pinned.folio.zone).toBe("movable");
    expect(longterm("v5.14", { movableZone: true }, 0).pinned.folio.zone).toBe("normal");
  });

  it("5.7 drops pins by put_page() before it migrates: the page stays where it is, 1023 references too many", () => {
    const { kernel, pinned, old } = longterm("v5.7", { userMemoryFromCma: true }, 0);
    expect(pinned).toBe(old);
    expect(old.folio.refcount).toBe(1 + 1023 + 1024);
    kernel.unpinUserPage(pinned);
    expect(kernel.vmstat).toEqual({ nrFollPinAcquired: 2, nrFollPinReleased: 1 });
    expect(kernel.folioMaybeDmaPinned(old.folio)).toBe(true);
  });

  it("a page that somebody else holds is pinned where it is up to 5.12, later refused", () => {
    expect(longterm("5.10.y", { userMemoryFromCma: true }, 1).pinned.folio.zone).toBe("cma");
    expect(() => longterm("v5.14", { userMemoryFromCma: true }, 1)).toThrow("-12");
  });

  it("memfd_pin_folios() moves what lies in ZONE_MOVABLE, hugetlb pages too", () => {
    const kernel = boot("6.12.y", { movableZone: true });
    for (const kind of ["shmem", "hugetlb"] as const) {
      const file = kernel.createFile(kind, 512 * 4096);
      const mm = kernel.createMm();
      const protection = { read: true, write: true };
      kernel.mmap(mm, { address: BASE, pages: 512, protection, shared: true, file });
      kernel.writeByte(mm, BASE, 9);
      expect(kernel.walk(mm, BASE).page?.folio.zone).toBe("movable");
      const folios: Parameters<Kernel["memfdPinFolios"]>[3] = [];
      expect(kernel.memfdPinFolios(file, 0, 4095, folios, 4).ret).toBe(1);
      expect(folios[0]?.zone).toBe("normal");
      expect(kernel.walk(mm, BASE).page?.folio).toBe(folios[0]);
      expect(kernel.readByte(mm, BASE).value).toBe(9);
    }
    expect(kernel.vmstat).toEqual({ nrFollPinAcquired: 4, nrFollPinReleased: 2 });
  });
});

describe("swap", () => {
  function pagedOut(era: string, pinned: boolean): { kernel: Kernel; mm: Mm; held: Page[] } {
    const kernel = boot(era);
    kernel.swapon();
    const mm = withMemory(kernel, 1);
    kernel.writeByte(mm, BASE, 5);
    const held: Page[] = [];
    if (pinned) kernel.pinUserPagesFast(mm, BASE, 1, FOLL.WRITE, held);
    kernel.madvise(mm, BASE, 4096, "pageout");
    return { kernel, mm, held };
  }

  it.each([
    ["v5.7", "swap"],
    ["5.10.y", "pte"],
    ["6.12.y", "pte"],
  ] as const)("%s: a pinned page is %s", (era, level) => {
    const { kernel, mm, held } = pagedOut(era, true);
    expect(kernel.walk(mm, BASE).level).toBe(level);
    if (held[0]) kernel.dmaWrite(held[0], 0, 1, 99);
    // The swap cache still has the page, so nothing is lost.
    expect(kernel.readByte(mm, BASE).value).toBe(99);
    kernel.unpinUserPages(held, 1);
    kernel.exitMm(mm);
    expect(held[0]?.folio.freed).toBe(true);
  });

  it("is read back by get_user_pages(), by parent and child from one place", () => {
    const { kernel, mm } = pagedOut("6.12.y", false);
    const child = kernel.fork(mm);
    const pages: Page[] = [];
    expect(kernel.pinUserPagesFast(mm, BASE, 1, FOLL.NOFAULT, pages)).toBe(-14);
    expect(kernel.pinUserPagesFast(mm, BASE, 1, FOLL.WRITE, pages)).toBe(1);
    if (pages[0]) kernel.dmaWrite(pages[0], 0, 1, 99);
    expect(kernel.readByte(mm, BASE).value).toBe(99);
    expect(kernel.readByte(child, BASE).value).toBe(5);
    expect(kernel.swapoff()).toBe(0);
    kernel.exitMm(child);
    kernel.unpinUserPages(pages, 1);
    kernel.exitMm(mm);
    kernel.lruAddDrainAll();
    expect(pages[0]?.folio.freed).toBe(true);
  });
});

describe("hugetlb mappings", () => {
  function hugetlb(era: string): { kernel: Kernel; mm: Mm } {
    const kernel = boot(era);
    const mm = kernel.createMm();
    const protection = { read: true, write: true };
    kernel.mmap(mm, { address: BASE, pages: 1, protection, shared: false, file: null, hugetlb: true });
    kernel.writeByte(mm, BASE, 1);
    return { kernel, mm };
  }

  it("are cut at borders of huge pages only", () => {
    const { kernel, mm } = hugetlb("6.12.y");
    expect(kernel.munmap(mm, BASE, 4096)).toBe(-22);
    expect(kernel.mprotect(mm, BASE, 4096, { read: true, write: false })).toBe(-22);
    expect(kernel.mremap(mm, BASE, 4096, BASE + 0x1000000)).toBe(-22);
    expect(kernel.madvise(mm, BASE + 4096, 4096, "dontneed")).toBe(-22);
    expect(kernel.mremap(mm, BASE, 512 * 4096, BASE + 0x1000000)).toBe(0);
    expect(kernel.readByte(mm, BASE + 0x1000000).value).toBe(1);
    expect(kernel.munmap(mm, BASE + 0x1000000, 512 * 4096)).toBe(0);
    const protection = { read: true, write: true };
    const unaligned = { address: BASE + 4096, pages: 512, protection, shared: true, file: null };
    expect(kernel.mmap(mm, { ...unaligned, hugetlb: true })).toBe(-22);
  });

  it("are not moved before 5.16, nor given up by MADV_DONTNEED before 5.18", () => {
    const { kernel, mm } = hugetlb("5.15.y");
    expect(kernel.mremap(mm, BASE, 512 * 4096, BASE + 0x1000000)).toBe(-22);
    expect(kernel.madvise(mm, BASE, 512 * 4096, "dontneed")).toBe(-22);
    const later = hugetlb("v5.19");
    expect(later.kernel.madvise(later.mm, BASE, 512 * 4096, "dontneed")).toBe(0);
    expect(later.kernel.readByte(later.mm, BASE).value).toBe(0);
  });

  it.each([
    ["v5.11", true],
    ["v5.14", false],
    ["6.12.y", false],
  ])("%s: fork shares a pinned huge page: %s", (era, shares) => {
    const { kernel, mm } = hugetlb(era);
    kernel.pinUserPagesFast(mm, BASE, 1, FOLL.WRITE, []);
    const child = kernel.fork(mm);
    expect(kernel.walk(child, BASE).page === kernel.walk(mm, BASE).page).toBe(shares);
  });

  it("have no write() and end at multiples of huge pages", () => {
    const kernel = boot("6.12.y");
    const file = kernel.createFile("hugetlb", 1024 * 4096);
    expect(kernel.pwriteFill(file, 0, 4096, 1)).toBe(-22);
    expect(kernel.ftruncate(file, 4096)).toBe(-22);
    expect(kernel.ftruncate(file, 512 * 4096)).toBe(0);
    const mm = kernel.createMm();
    const protection = { read: true, write: true };
    kernel.mmap(mm, { address: BASE, pages: 1024, protection, shared: true, file });
    expect(kernel.readByte(mm, BASE + 512 * 4096).signal).toBe("SIGBUS");
    expect(kernel.pinUserPagesFast(mm, BASE + 512 * 4096, 1, FOLL.WRITE, [])).toBe(-14);
  });
});
