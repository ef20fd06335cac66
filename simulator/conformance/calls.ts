/**
 * Calls of catalogue entries on the kernel model: for each entry that the model implements, ways to call it that end
 * differently. What they did is compared with what the entry declares; nothing is declared here.
 */
import {
  type AddressSpace,
  type Bio,
  type Extracted,
  FOLL,
  type Folio,
  type Foll,
  type IovIter,
  type Kernel,
  type Mm,
  type Page,
  type PageArray,
} from "@pinscope/simulator/kernel";

/** A call that was made, in the terms of the entry's signature. */
export interface MadeCall {
  /** Integer arguments by the catalogue's parameter names. */
  readonly integers: Readonly<Record<string, number>>;
  readonly flags: Foll;
  /** What the integers that pointer arguments point to are afterwards. */
  readonly pointees: Readonly<Record<string, number>>;
  /** Answers of predicates about the arguments. */
  readonly predicates: Readonly<Record<string, boolean>>;
  /** Pages that the container's parts touch, each as often as it is touched. */
  readonly contents: number;
  /** Pointer arguments that were NULL. */
  readonly nulls: readonly string[];
  /** Result: a number, or whether a pointer was returned; undefined for void. */
  readonly result: number | "pointer" | "null" | undefined;
  /** Folios whose counters the call may have changed. */
  readonly folios: readonly Folio[];
  /** The folio that the call made, if any: it counted nothing before. */
  readonly made: Folio | null;
}

/** Where calls are made: four pages of small, exclusive, mapped memory, the page after them a hole. */
export interface Stage {
  readonly kernel: Kernel;
  readonly mm: Mm;
  readonly address: number;
  readonly pages: readonly Page[];
  /** Three pages of tmpfs, all in the page cache. */
  readonly memfd: AddressSpace;
  /** Empty, for a device with blocks of 512 bytes. */
  readonly bio: Bio;
}

export interface ConformanceCase {
  readonly entry: string;
  readonly what: string;
  /** Done before the counters are read; what it returns is handed to `call`. */
  readonly prepare?: (stage: Stage) => readonly Page[];
  readonly call: (stage: Stage, prepared: readonly Page[]) => MadeCall;
}

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

const nothing = {
  integers: {},
  flags: 0,
  pointees: {},
  predicates: {},
  contents: 0,
  nulls: [],
  result: undefined,
  folios: [],
  made: null,
} as const;

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

/** Pins or references the first `count` pages. */
function held(pinned: boolean, count: number): (stage: Stage) => readonly Page[] {
  return ({ kernel, mm, address }) => {
    const array: Page[] = [];
    const form = pinned ? kernel.pinUserPagesFast : kernel.getUserPagesFast;
    if (form(mm, address, count, FOLL.WRITE, array) !== count) throw new Error("the stage is not set");
    return array;
  };
}

function releases(
  entry: string,
  what: string,
  pinned: boolean,
  count: number,
  call: (kernel: Kernel, pages: readonly Page[]) => Partial<MadeCall>,
): ConformanceCase {
  return {
    entry,
    what,
    prepare: held(pinned, count),
    call: ({ kernel, pages }, prepared) => ({
      ...nothing,
      folios: pages.map((page) => page.folio),
      ...call(kernel, prepared),
    }),
  };
}

/** A call on the first page that is staged, or on one that was prepared. */
function onPage(
  entry: string,
  pinned: boolean,
  call: (kernel: Kernel, page: Page) => Partial<MadeCall>,
): ConformanceCase {
  return releases(entry, "one page", pinned, 1, (kernel, [page]) => {
    if (page === undefined) throw new Error("the stage is not set");
    return call(kernel, page);
  });
}

type Take = (iter: IovIter, pages: PageArray, maxSize: number, maxPages: number) => Extracted;

/** iov_iter_extract_pages() and iov_iter_get_pages2() of user and of kernel memory. */
function extractions(entry: string, take: (kernel: Kernel) => Take): ConformanceCase[] {
  const call = (what: string, makeIter: (stage: Stage) => IovIter): ConformanceCase => ({
    entry,
    what,
    call: (stage) => {
      const iter = makeIter(stage);
      const { ret, offset0 } = take(stage.kernel)(iter, [], 1 << 20, 8);
      return {
        ...nothing,
        integers: { maxsize: 1 << 20, maxpages: 8 },
        pointees: { offset0, start: offset0 },
        predicates: { iov_iter_extract_will_pin: iter.mm !== null },
        result: ret,
        folios: stage.pages.map((page) => page.folio),
      };
    },
  });
  return [
    call("two and a half pages", ({ kernel, mm, address }) =>
      kernel.iovIterUbuf("dest", mm, address + 100, 2 * 4096 + 2000),
    ),
    call("a hole", ({ kernel, mm, address }) => kernel.iovIterUbuf("source", mm, address + 4 * 4096, 512)),
    call("kernel memory", ({ kernel, pages }) =>
      kernel.iovIterBvec(
        "dest",
        pages.slice(0, 1).map((page) => ({ page, offset: 512, length: 512 })),
      ),
    ),
  ];
}

/** Pages that a bio's vectors touch. */
function pagesIn({ vecs }: Bio): number {
  return vecs.reduce(
    (sum, { offset, length }) =>
      sum + Math.floor((offset + length - 1) / 4096) - Math.floor(offset / 4096) + 1,
    0,
  );
}

function bioFacts(bio: Bio): Pick<MadeCall, "predicates" | "contents"> {
  return {
    predicates: { BIO_PAGE_PINNED: bio.pagePinned, BIO_NO_PAGE_REF: bio.noPageRef },
    contents: pagesIn(bio),
  };
}

function bioCases(): ConformanceCase[] {
  const fill = (what: string, makeIter: (stage: Stage) => IovIter): ConformanceCase => ({
    entry: "bio_iov_iter_get_pages",
    what,
    call: (stage) => {
      const iter = makeIter(stage);
      const result = stage.kernel.bioIovIterGetPages(stage.bio, iter);
      return {
        ...nothing,
        predicates: { iov_iter_extract_will_pin: iter.mm !== null, iov_iter_is_bvec: iter.type === "bvec" },
        contents: pagesIn(stage.bio),
        result,
        folios: stage.pages.map((page) => page.folio),
      };
    },
  });
  const user = ({ kernel, mm, address }: Stage): IovIter => kernel.iovIterUbuf("dest", mm, address, 3 * 4096);
  const borrowed = ({ kernel, pages }: Stage): IovIter =>
    kernel.iovIterBvec(
      "dest",
      pages.map((page) => ({ page, offset: 0, length: 4096 })),
    );
  const releasing = (what: string, makeIter: (stage: Stage) => IovIter): ConformanceCase => ({
    entry: "bio_release_pages",
    what,
    prepare: (stage) => {
      stage.kernel.bioIovIterGetPages(stage.bio, makeIter(stage));
      return stage.bio.vecs.map(({ page }) => page);
    },
    call: ({ kernel, bio, pages }) => {
      kernel.bioReleasePages(bio, true);
      return {
        ...nothing,
        ...bioFacts(bio),
        integers: { mark_dirty: 1 },
        folios: pages.map((page) => page.folio),
      };
    },
  });
  return [
    fill("user memory", user),
    fill("vectors", borrowed),
    fill("a hole", ({ kernel, mm, address }) => kernel.iovIterUbuf("dest", mm, address + 4 * 4096, 512)),
    releasing("user memory", user),
    releasing("vectors", borrowed),
    onPage("bio_add_page", false, (kernel, page) => ({
      result: kernel.bioAddPage(kernel.bioInit(null, 1, "write"), page, 512, 0),
      integers: { len: 512, off: 0 },
    })),
  ];
}

const allocations: readonly ConformanceCase[] = [0, 2].flatMap((order) => [
  {
    entry: order === 0 ? "alloc_page" : "alloc_pages",
    what: `order ${order}`,
    call: ({ kernel }: Stage): MadeCall => {
      const { folio } = kernel.allocPages(order);
      return { ...nothing, integers: { order }, result: "pointer", folios: [folio], made: folio };
    },
  },
  {
    entry: order === 0 ? "__free_page" : "__free_pages",
    what: `order ${order}`,
    prepare: ({ kernel }: Stage) => [kernel.allocPages(order)],
    call: ({ kernel }: Stage, [page]: readonly Page[]): MadeCall => {
      if (page === undefined) throw new Error("the stage is not set");
      kernel.freePages(page, order);
      return { ...nothing, integers: { order }, folios: [page.folio] };
    },
  },
]);

export const conformanceCases: readonly ConformanceCase[] = [
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
  onPage("get_page", false, (kernel, page) => {
    kernel.getPage(page);
    return {};
  }),
  onPage("put_page", false, (kernel, page) => {
    kernel.putPage(page);
    return {};
  }),
  onPage("folio_get", false, (kernel, page) => {
    kernel.folioGet(page.folio);
    return {};
  }),
  onPage("folio_try_get", false, (kernel, page) => ({ result: Number(kernel.folioTryGet(page.folio)) })),
  onPage("folio_put", false, (kernel, page) => {
    kernel.folioPut(page.folio);
    return {};
  }),
  onPage("folio_put_refs", false, (kernel, page) => {
    kernel.folioPutRefs(page.folio, 1);
    return { integers: { refs: 1 } };
  }),
  releases("release_pages", "three pages", false, 3, (kernel, pages) => {
    kernel.releasePages(pages);
    return { integers: { nr: 3 } };
  }),
  ...(["set_page_dirty", "set_page_dirty_lock"] as const).map((entry) =>
    onPage(entry, false, (kernel, page) => {
      if (entry === "set_page_dirty") kernel.setPageDirty(page);
      else kernel.setPageDirtyLock(page);
      return {};
    }),
  ),
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
  ...extractions("iov_iter_extract_pages", (kernel) => kernel.iovIterExtractPages),
  ...extractions("iov_iter_get_pages2", (kernel) => kernel.iovIterGetPages2),
  ...bioCases(),
  ...allocations,
];
