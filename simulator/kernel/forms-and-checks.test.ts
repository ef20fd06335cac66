/** Forms of get_user_pages() that few kernels have, the checks of CONFIG_DEBUG_VM, the page lock, write-back that lasts. */
import { describe, expect, it } from "vitest";
import {
  createKernel,
  DEFAULT_MACHINE,
  ERAS,
  FOLL,
  findEra,
  type Kernel,
  type Machine,
  type Mm,
  type Page,
} from "./index.ts";

const BASE = 0x1000_0000_0000;

function boot(era: string, machine: Partial<Machine> = {}): Kernel {
  return createKernel({ era: findEra(era), machine: { ...DEFAULT_MACHINE, ...machine } });
}

function withMemory(kernel: Kernel, pages: number, hugepage: "never" | "madvised" = "never"): Mm {
  const mm = kernel.createMm();
  const protection = { read: true, write: true };
  kernel.mmap(mm, { address: BASE, pages, protection, shared: false, file: null, hugepage });
  return mm;
}

function pageAt(kernel: Kernel, mm: Mm, address: number): Page {
  const { page } = kernel.walk(mm, address);
  if (page === null) throw new Error("nothing is mapped");
  return page;
}

describe("forms that few kernels have", () => {
  /** The names of the forms that an era has. */
  function formsOf(era: string): string[] {
    const kernel = boot(era);
    const mm = withMemory(kernel, 1);
    kernel.writeByte(mm, BASE, 1);
    kernel.mmapReadLock(mm);
    const calls: Readonly<Record<string, () => unknown>> = {
      get_user_pages_locked: () => kernel.getUserPagesLocked(mm, BASE, 1, 0, []),
      pin_user_pages_locked: () => kernel.pinUserPagesLocked(mm, BASE, 1, 0, []),
      pin_user_pages_fast_only: () => kernel.pinUserPagesFastOnly(mm, BASE, 1, 0, []),
      __get_user_pages_fast: () => kernel.__getUserPagesFast(mm, BASE, 1, false, []),
      get_user_page_fast_only: () => kernel.getUserPageFastOnly(mm, BASE, 0),
      get_user_page_vma_remote: () => kernel.getUserPageVmaRemote(mm, BASE, 0),
      follow_page: () => kernel.followPage(mm, BASE, FOLL.GET),
    };
    return Object.keys(calls).filter((name) => {
      try {
        const got = calls[name]?.();
        expect(got === 1 || got === pageAt(kernel, mm, BASE)).toBe(true);
        return true;
      } catch (error) {
        expect(String(error)).toContain(`${name}() does not exist in ${era}`);
        return false;
      }
    });
  }

  it.each([
    ["v5.7", ["get_user_pages_locked", "__get_user_pages_fast", "follow_page"]],
    [
      "5.10.y",
      [
        "get_user_pages_locked",
        "pin_user_pages_locked",
        "pin_user_pages_fast_only",
        "get_user_page_fast_only",
        "follow_page",
      ],
    ],
    ["6.1.y", ["pin_user_pages_fast_only", "get_user_page_fast_only", "follow_page"]],
    ["v6.3", ["get_user_page_fast_only", "follow_page"]],
    ["v6.8", ["get_user_page_fast_only", "get_user_page_vma_remote", "follow_page"]],
    ["v6.12", ["get_user_page_fast_only", "get_user_page_vma_remote"]],
  ])("%s has %s", (era, forms) => {
    expect(formsOf(era)).toEqual(forms);
  });

  it("give nothing where nothing is mapped, and count what they give", () => {
    const kernel = boot("6.1.y");
    const mm = withMemory(kernel, 2);
    expect(kernel.pinUserPagesFastOnly(mm, BASE, 2, FOLL.WRITE, [])).toBe(0);
    expect(kernel.pinUserPagesFastOnly(mm, BASE, 2, FOLL.GET, [])).toBe(0);
    expect(kernel.getUserPageFastOnly(mm, BASE, 0)).toBeNull();
    expect(kernel.followPage(mm, BASE, FOLL.GET)).toBeNull();
    expect(kernel.getDumpPage(mm, BASE)).toBeNull();
    kernel.readByte(mm, BASE);
    expect(kernel.getDumpPage(mm, BASE)).toBeNull();
    kernel.writeByte(mm, BASE, 1);
    kernel.lruAddDrainAll();
    const page = pageAt(kernel, mm, BASE);
    expect(kernel.followPage(mm, BASE, 0)).toBe(page);
    expect(page.folio.refcount).toBe(1);
    expect(kernel.followPage(mm, BASE, FOLL.PIN)).toBeNull();
    expect(kernel.getDumpPage(mm, BASE)).toBe(page);
    expect(kernel.pinUserPagesFastOnly(mm, BASE, 2, FOLL.WRITE, [])).toBe(1);
    expect(page.folio.refcount).toBe(1 + 1 + 1024);
  });

  it("refuse long-term pins where they may unlock, and FOLL_NOWAIT where a null page would not be told", () => {
    const kernel = boot("5.15.y");
    const mm = withMemory(kernel, 1);
    kernel.mmapReadLock(mm);
    expect(kernel.pinUserPagesLocked(mm, BASE, 1, FOLL.LONGTERM, [])).toBe(-22);
    const later = boot("6.12.y");
    expect(later.getUserPageVmaRemote(withMemory(later, 1), BASE, FOLL.NOWAIT)).toBe(-22);
  });

  it("FOLL_SPLIT_PMD splits a huge page's entry, and is refused for hugetlb", () => {
    const kernel = boot("6.12.y");
    const mm = withMemory(kernel, 512, "madvised");
    kernel.writeByte(mm, BASE, 1);
    expect(kernel.walk(mm, BASE).level).toBe("pmd");
    expect(kernel.getUserPagesUnlocked(mm, BASE, 1, FOLL.SPLIT_PMD, [])).toBe(1);
    expect(kernel.walk(mm, BASE).level).toBe("pte");
    const protection = { read: true, write: true };
    const huge = {
      address: BASE + 0x1000000,
      pages: 512,
      protection,
      shared: true,
      file: null,
      hugetlb: true,
    };
    kernel.mmap(mm, huge);
    expect(kernel.getUserPagesUnlocked(mm, huge.address, 1, FOLL.SPLIT_PMD, [])).toBe(-95);
  });
});

describe("CONFIG_DEBUG_VM", () => {
  it.each(ERAS.map((era) => [era.name, era] as const))(
    "%s: an unpin of a page that is not exclusive any more is a bug from 5.19 on",
    (name, { switches }) => {
      if (!switches.pinFunctions) return;
      const kernel = boot(name, { debugVm: true });
      const mm = withMemory(kernel, 1);
      kernel.writeByte(mm, BASE, 1);
      const page = pageAt(kernel, mm, BASE);
      const pages: Page[] = [];
      kernel.fork(mm);
      // A reference of both processes' page: letting it go as a pin is the misuse.
      kernel.getUserPagesFast(mm, BASE, 1, 0, pages);
      kernel.unpinUserPages(pages, 1);
      const found = kernel.events.filter(({ where }) => where === "mm/gup.c:sanity_check_pinned_pages");
      expect(found.map(({ kind, folio }) => [kind, folio === page.folio])).toEqual(
        switches.sanityCheckPinned ? [["bug", true]] : [],
      );
    },
  );

  it("a put on a count of zero is a bug, by put_page() but not by number", () => {
    for (const debugVm of [false, true]) {
      const kernel = boot("6.12.y", { debugVm });
      const page = kernel.allocPages(0);
      kernel.putPage(page);
      kernel.putPage(page);
      kernel.folioPutRefs(page.folio, 1);
      expect(kernel.events.map(({ where }) => where)).toEqual(
        debugVm ? ["include/linux/page_ref.h:put_page_testzero"] : [],
      );
    }
  });

  it("a page freed under its lock is a bad page, which 6.1 prints later only", () => {
    for (const [era, debugVm, printed] of [
      ["6.1.y", false, false],
      ["6.1.y", true, true],
      ["6.12.y", false, true],
    ] as const) {
      const kernel = boot(era, { debugVm });
      const page = kernel.allocPages(0);
      kernel.lockPage(page);
      kernel.putPage(page);
      expect(kernel.events.map((event) => [event.kind, event.printed])).toEqual([["bad-page", printed]]);
    }
  });
});

describe("the page lock and write-back", () => {
  it("a lock that this path holds is waited for in vain", () => {
    const kernel = boot("6.12.y");
    const page = kernel.allocPages(0);
    expect([kernel.trylockPage(page), kernel.trylockPage(page)]).toEqual([true, false]);
    kernel.setPageDirtyLock(page);
    kernel.lockPage(page);
    kernel.unlockPage(page);
    kernel.unlockPage(page);
    expect(kernel.events.map(({ where }) => where)).toEqual([
      "mm/page-writeback.c:set_page_dirty_lock",
      "mm/filemap.c:lock_page",
      "mm/filemap.c:unlock_page",
    ]);
  });

  it("a page is cleaned when write-back begins, pinned or not: what the device writes then is lost unless it is dirtied", () => {
    for (const makeDirty of [false, true]) {
      const kernel = boot("6.12.y");
      const file = kernel.createFile("ext4", 4096);
      const mm = kernel.createMm();
      const protection = { read: true, write: true };
      kernel.mmap(mm, { address: BASE, pages: 1, protection, shared: true, file });
      const pages: Page[] = [];
      kernel.pinUserPagesFast(mm, BASE, 1, FOLL.WRITE, pages);
      kernel.writeByte(mm, BASE, 1);
      expect(kernel.filemapFdatawrite(file)).toBe(1);
      const { folio } = pageAt(kernel, mm, BASE);
      expect([folio.writeback, folio.dirty, kernel.walk(mm, BASE).write]).toEqual([true, false, false]);
      if (pages[0]) kernel.dmaWrite(pages[0], 0, 1, 99);
      expect(kernel.endWriteback(file)).toBe(1);
      kernel.unpinUserPagesDirtyLock(pages, 1, makeDirty);
      expect([folio.writeback, folio.dirty]).toEqual([false, makeDirty]);
      expect(kernel.filemapFdatawrite(file)).toBe(makeDirty ? 1 : 0);
      expect(kernel.fsync(file)).toBe(0);
      expect(folio.writeback).toBe(false);
    }
  });
});
