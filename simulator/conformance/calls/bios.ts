/** Calls on bios: what fills them, and what lets their pages go. */
import type { Bio, BioOp, IovIter, Kernel, Page } from "@pinscope/simulator/kernel";
import { type ConformanceCase, type MadeCall, nothing, onPage, type Stage } from "../stage.ts";

/** Pages that a bio's vectors touch. */
export function pagesIn({ vecs }: Bio): number {
  return vecs.reduce(
    (sum, { offset, length }) =>
      sum + Math.floor((offset + length - 1) / 4096) - Math.floor(offset / 4096) + 1,
    0,
  );
}

export function bioFacts(bio: Bio): Pick<MadeCall, "predicates" | "contents"> {
  return {
    predicates: { BIO_PAGE_PINNED: bio.pagePinned, BIO_NO_PAGE_REF: bio.noPageRef },
    contents: pagesIn(bio),
  };
}

function iteratorBios(): ConformanceCase[] {
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
  const releasing = (entry: string, what: string, makeIter: (stage: Stage) => IovIter): ConformanceCase => ({
    entry,
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
    releasing("bio_release_pages", "user memory", user),
    releasing("bio_release_pages", "vectors", borrowed),
    { ...releasing("__bio_release_pages", "user memory", user), always: true },
  ];
}

/** A call that puts a page into a bio: nothing is counted, whether it fits or not. */
function stores(
  entry: string,
  call: (kernel: Kernel, bio: Bio, page: Page) => number | undefined,
  op: BioOp = "write",
): ConformanceCase[] {
  const into = (what: string, maxVecs: number): ConformanceCase =>
    onPageOf(entry, what, (kernel, page) => ({
      result: call(kernel, kernel.bioInit(kernel.createBlockDevice(512), maxVecs, op), page),
      integers: { len: 512, length: 512, off: 0, offset: 0 },
    }));
  const cases = [into("an empty bio", 1)];
  if (!/^__|nofail$/.test(entry)) cases.push(into("a bio without room", 0));
  return cases;
}

function onPageOf(
  entry: string,
  what: string,
  call: (kernel: Kernel, page: Page) => Partial<MadeCall>,
): ConformanceCase {
  return { ...onPage(entry, false, call), what };
}

const puts: readonly ConformanceCase[] = [
  ...stores("bio_add_page", (kernel, bio, page) => kernel.bioAddPage(bio, page, 512, 0)),
  ...stores("__bio_add_page", (kernel, bio, page) => {
    kernel.__bioAddPage(bio, page, 512, 0);
    return undefined;
  }),
  ...stores("bio_add_folio", (kernel, bio, page) => Number(kernel.bioAddFolio(bio, page.folio, 512, 0))),
  ...stores("bio_add_folio_nofail", (kernel, bio, page) => {
    kernel.bioAddFolioNofail(bio, page.folio, 512, 0);
    return undefined;
  }),
  ...stores(
    "bio_add_hw_page",
    (kernel, bio, page) => kernel.bioAddHwPage(kernel.createBlockDevice(512), bio, page, 512, 0, 1024).ret,
  ),
  ...stores(
    "bio_add_hw_folio",
    (kernel, bio, page) =>
      kernel.bioAddHwFolio(kernel.createBlockDevice(512), bio, page.folio, 512, 0, 1024).ret,
  ),
  ...stores("bio_add_pc_page", (kernel, bio, page) =>
    kernel.bioAddPcPage(kernel.createBlockDevice(512), bio, page, 512, 0),
  ),
  ...stores(
    "bio_add_zone_append_page",
    (kernel, bio, page) => kernel.bioAddZoneAppendPage(bio, page, 512, 0),
    "zone-append",
  ),
];

/** The stage's bio filled from user memory. */
export function filled({ kernel, bio, mm, address }: Stage): readonly Page[] {
  kernel.bioIovIterGetPages(bio, kernel.iovIterUbuf("dest", mm, address, 3 * 4096));
  return bio.vecs.map(({ page }) => page);
}

export const folios = ({ pages }: Stage): MadeCall["folios"] => pages.map((page) => page.folio);

const others: readonly ConformanceCase[] = [
  {
    entry: "bio_release_page",
    what: "one page of a pinned bio",
    prepare: filled,
    call: (stage, [page]) => {
      if (page === undefined) throw new Error("the stage is not set");
      stage.kernel.bioReleasePage(stage.bio, page);
      return { ...nothing, ...bioFacts(stage.bio), folios: folios(stage) };
    },
  },
  ...[false, true].map(
    (dirty): ConformanceCase => ({
      entry: "bio_check_pages_dirty",
      what: dirty ? "all dirty" : "made clean meanwhile",
      prepare: (stage) => {
        const pages = filled(stage);
        if (dirty) stage.kernel.bioSetPagesDirty(stage.bio);
        return pages;
      },
      call: (stage) => {
        stage.kernel.bioCheckPagesDirty(stage.bio);
        stage.kernel.bioDirtyFn();
        return { ...nothing, ...bioFacts(stage.bio), folios: folios(stage), objects: -1 };
      },
    }),
  ),
  {
    entry: "bio_set_pages_dirty",
    what: "a bio from user memory",
    prepare: filled,
    call: (stage) => {
      stage.kernel.bioSetPagesDirty(stage.bio);
      return { ...nothing, ...bioFacts(stage.bio), folios: folios(stage) };
    },
  },
  {
    entry: "bio_free_pages",
    what: "two allocated pages",
    prepare: ({ kernel, bio }) => {
      const pages = [kernel.allocPages(0), kernel.allocPages(0)];
      for (const page of pages) kernel.bioAddPage(bio, page, 4096, 0);
      return pages;
    },
    call: ({ kernel, bio }, pages) => {
      kernel.bioFreePages(bio);
      return { ...nothing, contents: 2, folios: pages.map((page) => page.folio) };
    },
  },
  {
    entry: "bio_alloc",
    what: "a bio",
    call: (stage) => {
      const bio = stage.kernel.bioInit(null, 4, "read");
      return { ...nothing, result: "pointer", folios: folios(stage), objects: bio.refs };
    },
  },
  {
    entry: "bio_alloc_clone",
    what: "a clone",
    always: true,
    prepare: filled,
    call: (stage) => {
      const clone = stage.kernel.bioAllocClone(null, stage.bio);
      return { ...nothing, result: "pointer", folios: folios(stage), objects: clone.refs };
    },
  },
  ...(["bio_get", "bio_put"] as const).map(
    (entry): ConformanceCase => ({
      entry,
      what: "a bio with pages",
      prepare: filled,
      call: (stage) => {
        const before = stage.bio.refs;
        if (entry === "bio_get") stage.kernel.bioGet(stage.bio);
        else stage.kernel.bioPut(stage.bio);
        return { ...nothing, folios: folios(stage), objects: stage.bio.refs - before };
      },
    }),
  ),
  ...(["bio_for_each_folio_all", "bio_for_each_segment_all"] as const).map(
    (entry): ConformanceCase => ({
      entry,
      what: "three pages",
      always: true,
      prepare: filled,
      call: (stage) => {
        const { kernel, bio } = stage;
        const parts = entry.includes("folio")
          ? kernel.bioForEachFolioAll(bio)
          : kernel.bioForEachSegmentAll(bio);
        if (parts.reduce((sum, { length }) => sum + length, 0) !== bio.size)
          throw new Error("bytes are missing");
        return { ...nothing, folios: folios(stage) };
      },
    }),
  ),
  {
    entry: "bio_uninit",
    what: "a bio with pages",
    prepare: filled,
    // What bio_uninit() frees beside the pages, cgroup and integrity data, is not modeled but for the latter.
    call: (stage) => {
      if (stage.bio.integrity !== null) stage.kernel.bioIntegrityUnmapUser(stage.bio);
      return { ...nothing, folios: folios(stage) };
    },
  },
  {
    entry: "bvec_set_page",
    what: "a page",
    always: true,
    call: (stage) => {
      const [page] = stage.pages;
      const vecs = page === undefined ? [] : [{ page, offset: 0, length: 512 }];
      stage.kernel.bioIovBvecSet(stage.bio, stage.kernel.iovIterBvec("dest", vecs));
      return { ...nothing, integers: { len: 512, offset: 0 }, folios: folios(stage) };
    },
  },
  ...[0, 4].map(
    (page): ConformanceCase => ({
      entry: "iov_iter_extract_bvecs",
      what: page === 0 ? "two pages" : "a hole",
      call: (stage) => {
        const { kernel, mm, address } = stage;
        const iter = kernel.iovIterUbuf("dest", mm, address + page * 4096, 8192);
        const { ret, vecs } = kernel.iovIterExtractBvecs(iter, 8192, 8);
        const contents = vecs.length;
        return {
          ...nothing,
          ...willPin(iter),
          integers: { max_size: 8192, max_vecs: 8 },
          contents,
          result: ret,
          folios: folios(stage),
        };
      },
    }),
  ),
  {
    entry: "bio_init",
    what: "a bio of the caller's",
    call: (stage) => {
      stage.kernel.bioInit(null, 4, "read");
      return { ...nothing, folios: folios(stage) };
    },
  },
  {
    entry: "bio_iov_bvec_set",
    what: "vectors of somebody else's",
    always: true,
    call: (stage) => {
      const vecs = stage.pages.map((page) => ({ page, offset: 0, length: 4096 }));
      stage.kernel.bioIovBvecSet(stage.bio, stage.kernel.iovIterBvec("dest", vecs));
      return { ...nothing, folios: folios(stage) };
    },
  },
  ...[0, 1].map(
    (offset): ConformanceCase => ({
      entry: "bio_iov_iter_bounce",
      what: offset === 0 ? "a read into user memory" : "a hole",
      call: (stage) => {
        const { kernel, mm, address, bio } = stage;
        const iter = kernel.iovIterUbuf("dest", mm, address + offset * 4 * 4096, 4096);
        const result = kernel.bioIovIterBounce(bio, iter);
        const bounced = bio.bounced?.length ?? 0;
        const contents = bio.vecs.slice(bounced).length;
        return { ...nothing, ...willPin(iter), result, contents, folios: folios(stage) };
      },
    }),
  ),
  {
    entry: "bio_iov_iter_unbounce",
    what: "a read into user memory",
    prepare: ({ kernel, bio, mm, address }) => {
      kernel.bioIovIterBounce(bio, kernel.iovIterUbuf("dest", mm, address, 4096));
      return [];
    },
    call: (stage) => {
      stage.kernel.bioIovIterUnbounce(stage.bio, false, true);
      return { ...nothing, ...bioFacts(stage.bio), contents: 1, folios: folios(stage) };
    },
  },
];

export const willPin = (iter: IovIter): Pick<MadeCall, "predicates"> => ({
  predicates: { iov_iter_extract_will_pin: iter.mm !== null, iov_iter_is_bvec: iter.type === "bvec" },
});

export const bioCases: readonly ConformanceCase[] = [...iteratorBios(), ...puts, ...others];
