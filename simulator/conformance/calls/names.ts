/** Names of one page, questions about it, iterators' answers, lists of isolated folios: nothing of it counts, save isolation. */
import type { IovIter, Kernel, Page } from "@pinscope/simulator/kernel";
import { type ConformanceCase, type MadeCall, nothing, onPage, type Stage } from "../stage.ts";

/** A name for a page, made from the page and read back. */
function alias(
  entries: string,
  what: "same" | "offset" | "address",
  call: (kernel: Kernel, page: Page) => Page,
): ConformanceCase[] {
  return entries.split(" ").map((entry) => ({
    entry,
    what,
    always: true,
    prepare: ({ kernel }) => [kernel.allocPages(2)],
    call: ({ kernel }, [page]) => {
      if (page === undefined) throw new Error("the stage is not set");
      const named = call(kernel, page);
      const wanted = what === "offset" ? page.folio.pages[1] : page;
      // The catalogue says which page the result names.
      if (named !== wanted) throw new Error(`${entry} names frame ${named.pfn}, not ${wanted?.pfn}`);
      return {
        ...nothing,
        integers: { n: 1, index: 1 },
        pointees: {},
        result: "pointer",
        folios: [page.folio],
      };
    },
  }));
}

const aliases: readonly ConformanceCase[] = [
  ...alias("sg_page", "same", (kernel, page) => {
    const table = kernel.sgAllocTable(1);
    kernel.sgSetPage(table, 0, page, 4096, 0);
    return table.entries[0]?.page as Page;
  }),
  ...alias("sg_page_iter_page", "same", (kernel, page) => {
    const table = kernel.sgAllocTable(1);
    kernel.sgSetPage(table, 0, page, 4096, 0);
    const seen: Page[] = [];
    kernel.forEachSgtablePage(table, (one) => seen.push(one));
    return seen[0] as Page;
  }),
  ...alias("page_folio virt_to_folio folio_address", "same", (kernel, page) =>
    kernel.folioPage(kernel.pageFolio(page), 0),
  ),
  ...alias("compound_head virt_to_head_page", "same", (kernel, page) => kernel.compoundHead(page)),
  ...alias("folio_page folio_file_page", "offset", (kernel, page) => kernel.folioPage(page.folio, 1)),
  ...alias("nth_page", "offset", (kernel, page) => kernel.nthPage(page, 1)),
  ...alias("pfn_to_page page_to_pfn pfn_folio folio_pfn page_to_xen_pfn", "same", (kernel, page) =>
    kernel.pfnToPage(kernel.pageToPfn(page)),
  ),
  ...alias(
    "virt_to_page vmalloc_to_page kmap_to_page page_address lowmem_page_address page_to_virt kmap kmap_atomic " +
      "kmap_local_page kmap_local_folio bvec_kmap_local __va phys_to_virt",
    "address",
    (kernel, page) => kernel.virtToPage(kernel.pageAddress(page)),
  ),
  ...alias("__pa virt_to_phys page_to_phys phys_to_page", "address", (kernel, page) =>
    kernel.physToPage(kernel.pageToPhys(page) + 100),
  ),
  ...alias("skb_frag_page page_to_netmem netmem_to_page", "same", (kernel, page) => {
    const skb = kernel.allocSkb();
    kernel.skbFillPageDesc(skb, 0, page, 0, 512);
    return skb.fragments[0]?.page ?? page;
  }),
];

/** A question about a page that nothing is known of, and about one that is pinned. */
function asks(entry: string, call: (kernel: Kernel, page: Page, stage: Stage) => number): ConformanceCase[] {
  return [false, true].map((pinned): ConformanceCase => {
    let asked: Stage | null = null;
    const one = onPage(entry, pinned, (kernel, page) => {
      if (asked === null) throw new Error("the stage is not set");
      return { result: call(kernel, page, asked) };
    });
    return {
      ...one,
      what: pinned ? "a pinned page" : "a referenced page",
      always: true,
      prepare: (stage) => {
        asked = stage;
        // Before there were pins the page is asked about as it is.
        return pinned && !stage.kernel.profile.era.switches.pinFunctions
          ? stage.pages.slice(0, 1)
          : (one.prepare?.(stage) ?? []);
      },
    };
  });
}

const questions: readonly ConformanceCase[] = [
  ...asks("page_maybe_dma_pinned", (kernel, page) => Number(kernel.folioMaybeDmaPinned(page.folio))),
  ...asks("folio_maybe_dma_pinned", (kernel, page) => Number(kernel.folioMaybeDmaPinned(page.folio))),
  ...asks("page_needs_cow_for_dma", (kernel, page, { mm }) =>
    Number(kernel.folioNeedsCowForDma(mm, page.folio)),
  ),
  ...asks("folio_needs_cow_for_dma", (kernel, page, { mm }) =>
    Number(kernel.folioNeedsCowForDma(mm, page.folio)),
  ),
  ...asks("folio_has_pincount", (kernel, page) => Number(kernel.folioHasPincount(page.folio))),
  ...asks("is_pinnable_page", (kernel, page) => Number(kernel.folioIsLongtermPinnable(page.folio))),
  ...asks("is_longterm_pinnable_page", (kernel, page) => Number(kernel.folioIsLongtermPinnable(page.folio))),
  ...asks("folio_is_longterm_pinnable", (kernel, page) => Number(kernel.folioIsLongtermPinnable(page.folio))),
  ...asks("folio_nr_pages", (kernel, page) => kernel.folioNrPages(page.folio)),
  ...asks("compound_nr", (kernel, page) => kernel.folioNrPages(page.folio)),
  ...asks("thp_nr_pages", (kernel, page) => kernel.folioNrPages(page.folio)),
  ...asks("page_count", (kernel, page) => kernel.pageCount(page)),
  ...asks("folio_ref_count", (kernel, page) => kernel.pageCount(page)),
  ...asks("folio_expected_ref_count", (kernel, page) => kernel.folioExpectedRefCount(page.folio)),
  ...(["is_zero_page", "is_zero_folio"] as const).map(
    (entry): ConformanceCase => ({
      entry,
      what: "the zero page",
      call: ({ kernel }) => ({
        ...nothing,
        result: Number(kernel.isZeroPage(kernel.zeroPage)),
        folios: [kernel.zeroPage.folio],
      }),
    }),
  ),
];

const truths = {
  user_backed_iter: (iter: IovIter) => iter.mm !== null,
  iov_iter_is_bvec: (iter: IovIter) => iter.type === "bvec",
  iov_iter_is_kvec: (iter: IovIter) => iter.type === "kvec",
} as const;

function iterators(): ConformanceCase[] {
  const makers: readonly (readonly [string, (stage: Stage) => IovIter])[] = [
    ["user memory", ({ kernel, mm, address }) => kernel.iovIterUbuf("dest", mm, address, 8192)],
    [
      "vectors",
      ({ kernel, pages }) =>
        kernel.iovIterBvec("dest", [{ page: pages[0] as Page, offset: 0, length: 4096 }]),
    ],
    [
      "kernel memory",
      ({ kernel, pages }) =>
        kernel.iovIterKvec("dest", [{ pages: pages.slice(0, 1), offset: 0, length: 4096 }]),
    ],
  ];
  const facts = (stage: Stage, iter: IovIter): Pick<MadeCall, "predicates" | "folios"> => ({
    predicates: {
      iov_iter_extract_will_pin: iter.mm !== null,
      user_backed_iter: truths.user_backed_iter(iter),
      iov_iter_is_bvec: truths.iov_iter_is_bvec(iter),
      iov_iter_is_kvec: truths.iov_iter_is_kvec(iter),
    },
    folios: stage.pages.map((page) => page.folio),
  });
  return makers.flatMap(([what, make]) => [
    {
      entry: "iov_iter_extract_will_pin",
      what,
      call: (stage: Stage) => {
        const iter = make(stage);
        return {
          ...nothing,
          ...facts(stage, iter),
          result: Number(stage.kernel.iovIterExtractWillPin(iter)),
        };
      },
    },
    ...Object.entries(truths).map(([entry, answer]) => ({
      entry,
      what,
      always: true as const,
      call: (stage: Stage) => {
        const iter = make(stage);
        return { ...nothing, ...facts(stage, iter), result: Number(answer(iter)) };
      },
    })),
    {
      entry: "iov_iter_advance",
      what,
      call: (stage: Stage) => {
        const iter = make(stage);
        stage.kernel.iovIterAdvance(iter, 100);
        return { ...nothing, ...facts(stage, iter) };
      },
    },
    {
      entry: "iov_iter_revert",
      what,
      call: (stage: Stage) => {
        const iter = make(stage);
        stage.kernel.iovIterAdvance(iter, 100);
        stage.kernel.iovIterRevert(iter, 100);
        return { ...nothing, ...facts(stage, iter) };
      },
    },
    {
      entry:
        what === "user memory" ? "iov_iter_ubuf" : what === "vectors" ? "iov_iter_bvec" : "iov_iter_kvec",
      what,
      always: true as const,
      call: (stage: Stage) => ({ ...nothing, ...facts(stage, make(stage)) }),
    },
  ]);
}

const isolation: readonly ConformanceCase[] = [
  {
    entry: "folio_isolate_lru",
    what: "a folio on a list",
    always: true,
    call: ({ kernel, pages }) => {
      const folio = (pages[0] as Page).folio;
      const isolated = kernel.folioIsolateLru(folio);
      // An errno up to 6.2, a truth value later.
      const result = kernel.profile.era.switches.fastOnlyErrors ? Number(isolated) : isolated ? 0 : -16;
      return { ...nothing, result, folios: [folio] };
    },
  },
  ...(["folio_putback_lru", "putback_movable_pages"] as const).map(
    (entry): ConformanceCase => ({
      entry,
      what: "an isolated folio",
      always: true,
      prepare: ({ kernel, pages }) => {
        kernel.folioIsolateLru((pages[0] as Page).folio);
        return pages.slice(0, 1);
      },
      call: ({ kernel, pages }) => {
        const folio = (pages[0] as Page).folio;
        if (entry === "folio_putback_lru") kernel.folioPutbackLru(folio);
        else kernel.putbackMovablePages([folio]);
        return { ...nothing, contents: 1, folios: [folio] };
      },
    }),
  ),
];

const pools: readonly ConformanceCase[] = ["page_pool_alloc_pages", "page_pool_dev_alloc_pages"].map(
  (entry) => ({
    entry,
    what: "a page",
    call: ({ kernel }: Stage): MadeCall => {
      const { folio } = kernel.allocPages(0);
      return { ...nothing, result: "pointer", folios: [folio], made: [folio] };
    },
  }),
);

export const nameCases: readonly ConformanceCase[] = [
  ...aliases,
  ...questions,
  ...iterators(),
  ...isolation,
  ...pools,
  ...(["folio_mark_dirty", "folio_mark_dirty_lock"] as const).map(
    (entry): ConformanceCase => ({
      ...onPage(entry, false, (kernel, page) => {
        if (entry === "folio_mark_dirty") kernel.setPageDirty(page);
        else kernel.setPageDirtyLock(page);
        return { result: 1 };
      }),
      always: true,
    }),
  ),
  onPage("folio_add_pins", true, (kernel, page) => ({
    result: kernel.folioAddPins(page.folio, 2),
    integers: { pins: 2 },
  })),
];
