/** Calls that take user pages and let go of pins, in ways that end differently. */
import { FOLL, type Foll, type Page, type PageArray } from "@pinscope/simulator/kernel";
import { type ConformanceCase, nothing, onPage, releases, type Stage } from "../stage.ts";

type GupName =
  | "getUserPages"
  | "getUserPagesFast"
  | "getUserPagesFastOnly"
  | "getUserPagesLocked"
  | "getUserPagesRemote"
  | "getUserPagesUnlocked"
  | "pinUserPages"
  | "pinUserPagesFast"
  | "pinUserPagesFastOnly"
  | "pinUserPagesLocked"
  | "pinUserPagesRemote"
  | "pinUserPagesUnlocked";

function acquires(entry: string, form: GupName): ConformanceCase[] {
  const locked = !/Fast|Unlocked/.test(form);
  const call = (
    what: string,
    first: number,
    nrPages: number,
    flags: Foll,
    noPages = false,
  ): ConformanceCase => ({
    entry,
    what,
    call: ({ kernel, mm, address, pages }) => {
      const array: PageArray = [];
      if (locked) kernel.mmapReadLock(mm);
      const result = kernel[form](mm, address + first * 4096, nrPages, flags, noPages ? null : array);
      if (locked) kernel.mmapReadUnlock(mm);
      return {
        ...nothing,
        integers: { start: address + first * 4096, nr_pages: nrPages },
        flags,
        nulls: noPages ? ["pages"] : [],
        result,
        folios: pages.map((page) => page.folio),
      };
    },
  });
  const cases = [
    call("three pages for writing", 0, 3, FOLL.WRITE),
    call("one page for reading", 1, 1, 0),
    call("a range that runs past the mapping", 2, 4, FOLL.WRITE),
    call("a hole", 4, 1, 0),
  ];
  if (entry.startsWith("get") && locked) cases.push(call("no page array", 0, 2, FOLL.WRITE, true));
  return cases;
}

/** The functions that give one page: of a mapped address, or of the hole behind it. */
function singlePages(at: number): ConformanceCase[] {
  const call = (
    entry: string,
    flags: Foll,
    made: (stage: Stage, address: number) => Page | number | null,
    asTruth = false,
  ): ConformanceCase => ({
    entry,
    what: at === 0 ? "a page" : "a hole",
    call: (stage) => {
      stage.kernel.mmapReadLock(stage.mm);
      const got = made(stage, stage.address + at * 4096);
      stage.kernel.mmapReadUnlock(stage.mm);
      const pointer = got === null ? "null" : typeof got === "number" ? got : "pointer";
      const result = asTruth ? Number(got !== null) : pointer;
      return { ...nothing, flags, result, folios: stage.pages.map((page) => page.folio) };
    },
  });
  return [
    call(
      "get_user_page_fast_only",
      0,
      (stage, from) => stage.kernel.getUserPageFastOnly(stage.mm, from, 0),
      true,
    ),
    call("get_user_page_vma_remote", 0, (stage, from) =>
      stage.kernel.getUserPageVmaRemote(stage.mm, from, 0),
    ),
    call("get_dump_page", 0, (stage, from) => stage.kernel.getDumpPage(stage.mm, from)),
    call("follow_page", FOLL.GET, (stage, from) => stage.kernel.followPage(stage.mm, from, FOLL.GET)),
    call("follow_page", 0, (stage, from) => stage.kernel.followPage(stage.mm, from, 0)),
  ];
}

export const userPageCases: readonly ConformanceCase[] = [
  ...acquires("get_user_pages", "getUserPages"),
  ...acquires("get_user_pages_fast", "getUserPagesFast"),
  ...acquires("get_user_pages_fast_only", "getUserPagesFastOnly"),
  ...acquires("get_user_pages_remote", "getUserPagesRemote"),
  ...acquires("get_user_pages_unlocked", "getUserPagesUnlocked"),
  ...acquires("pin_user_pages", "pinUserPages"),
  ...acquires("pin_user_pages_fast", "pinUserPagesFast"),
  ...acquires("pin_user_pages_remote", "pinUserPagesRemote"),
  ...acquires("pin_user_pages_unlocked", "pinUserPagesUnlocked"),
  ...acquires("get_user_pages_locked", "getUserPagesLocked"),
  ...acquires("pin_user_pages_locked", "pinUserPagesLocked"),
  ...acquires("pin_user_pages_fast_only", "pinUserPagesFastOnly"),
  ...[0, 3, 4].map(
    (first): ConformanceCase => ({
      entry: "__get_user_pages_fast",
      what: `three pages from page ${first}`,
      call: ({ kernel, mm, address, pages }) => ({
        ...nothing,
        integers: { start: address + first * 4096, nr_pages: 3, write: 1 },
        result: kernel.__getUserPagesFast(mm, address + first * 4096, 3, true, []),
        folios: pages.map((page) => page.folio),
      }),
    }),
  ),
  ...[0, 4].flatMap((at) => singlePages(at)),
  onPage("unpin_user_page", true, (kernel, page) => {
    kernel.unpinUserPage(page);
    return {};
  }),
  ...[0, 1, 3].map((npages) =>
    releases("unpin_user_pages", `${npages} of 3`, true, 3, (kernel, pages) => {
      kernel.unpinUserPages(pages, npages);
      return { integers: { npages } };
    }),
  ),
  releases("unpin_user_pages", "an errno for the count", true, 1, (kernel, pages) => {
    if (!kernel.profile.era.switches.unpinGuardsErrno) {
      kernel.unpinUserPages(pages, 1);
      return { integers: { npages: 1 } };
    }
    kernel.unpinUserPages(pages, -14);
    return { integers: { npages: -14 } };
  }),
  ...[false, true].flatMap((makeDirty) => [
    releases("unpin_user_pages_dirty_lock", `make_dirty ${makeDirty}`, true, 2, (kernel, pages) => {
      kernel.unpinUserPagesDirtyLock(pages, 2, makeDirty);
      return { integers: { npages: 2, make_dirty: Number(makeDirty) } };
    }),
    onPage("unpin_user_page_range_dirty_lock", true, (kernel, page) => {
      kernel.unpinUserPageRangeDirtyLock(page, 1, makeDirty);
      return { integers: { npages: 1, make_dirty: Number(makeDirty) } };
    }),
    releases("put_user_pages_dirty_lock", `make_dirty ${makeDirty}`, false, 2, (kernel, pages) => {
      kernel.putUserPagesDirtyLock(pages, 2, makeDirty);
      return { integers: { npages: 2, make_dirty: Number(makeDirty) } };
    }),
  ]),
  onPage("unpin_user_folio", true, (kernel, page) => {
    kernel.unpinUserFolio(page.folio, 1);
    return { integers: { npages: 1 } };
  }),
  onPage("unpin_folio", true, (kernel, page) => {
    kernel.unpinFolio(page.folio);
    return {};
  }),
  releases("unpin_folios", "two folios", true, 2, (kernel, pages) => {
    kernel.unpinFolios(
      pages.map((page) => page.folio),
      2,
    );
    return { integers: { nfolios: 2 } };
  }),
  onPage("put_user_page", false, (kernel, page) => {
    kernel.putUserPage(page);
    return {};
  }),
  releases("put_user_pages", "two pages", false, 2, (kernel, pages) => {
    kernel.putUserPages(pages, 2);
    return { integers: { npages: 2 } };
  }),
  releases("put_user_pages_dirty", "two pages", false, 2, (kernel, pages) => {
    kernel.putUserPagesDirty(pages, 2);
    return { integers: { npages: 2 } };
  }),
  {
    entry: "memfd_pin_folios",
    what: "three folios",
    call: ({ kernel, memfd }) => {
      const end = memfd.size - 1;
      const { ret } = kernel.memfdPinFolios(memfd, 0, end, [], 8);
      const integers = { start: 0, end, max_folios: 8 };
      return { ...nothing, integers, result: ret, folios: [...memfd.folios.values()] };
    },
  },
];
