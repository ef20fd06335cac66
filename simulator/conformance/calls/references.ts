/** Calls that take and drop plain references, and make pages dirty. */
import { FOLL, type Foll, type Kernel, type Page } from "@pinscope/simulator/kernel";
import { type ConformanceCase, held, nothing, onPage, releases } from "../stage.ts";

const once = { integers: { refs: 1, nr: 1 } } as const;

/** A grab or a release behind get_user_pages(), by references and by pins. */
function grabs(
  entry: string,
  call: (kernel: Kernel, page: Page, flags: Foll) => number | "pointer" | "null" | undefined,
  drops = false,
): ConformanceCase[] {
  return ([FOLL.GET, FOLL.PIN] as const).map((flags) =>
    releases(
      entry,
      flags === FOLL.PIN ? "a pin" : "a reference",
      flags === FOLL.PIN,
      drops ? 1 : 2,
      (kernel, [page]) => {
        if (page === undefined) throw new Error("the stage is not set");
        return { ...once, flags, result: call(kernel, page, flags) };
      },
    ),
  );
}

export const referenceCases: readonly ConformanceCase[] = [
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
  onPage("try_get_page", false, (kernel, page) => ({ result: Number(kernel.tryGetPage(page)) })),
  onPage("get_page_unless_zero", false, (kernel, page) => ({
    result: Number(kernel.getPageUnlessZero(page)),
  })),
  onPage("folio_ref_add", false, (kernel, page) => {
    kernel.folioRefAdd(page.folio, 3);
    return { integers: { nr: 3 } };
  }),
  onPage("page_ref_add", false, (kernel, page) => {
    kernel.pageRefAdd(page, 3);
    return { integers: { nr: 3 } };
  }),
  onPage("page_ref_inc", false, (kernel, page) => {
    kernel.pageRefInc(page);
    return {};
  }),
  onPage("folio_ref_sub", false, (kernel, page) => {
    kernel.folioRefSub(page.folio, 1);
    return once;
  }),
  onPage("page_ref_sub", false, (kernel, page) => {
    kernel.pageRefSub(page, 1);
    return once;
  }),
  onPage("put_page_testzero", false, (kernel, page) => ({ result: Number(kernel.putPageTestzero(page)) })),
  {
    entry: "put_page_testzero",
    what: "the last reference",
    prepare: ({ kernel }) => [kernel.allocPages(0)],
    call: ({ kernel }, [page]) => {
      if (page === undefined) throw new Error("the stage is not set");
      return { ...nothing, result: Number(kernel.putPageTestzero(page)), folios: [page.folio] };
    },
  },
  releases("folios_put", "two folios", false, 2, (kernel, pages) => {
    kernel.foliosPut(kernel.folioBatch(pages.map((page) => page.folio)));
    return { contents: 2, integers: { nr: 2 } };
  }),
  releases("folios_put_refs", "two folios", false, 2, (kernel, pages) => {
    kernel.foliosPutRefs(kernel.folioBatch(pages.map((page) => page.folio)), [1, 1]);
    return { contents: 2 };
  }),
  releases("folio_batch_release", "two folios", false, 2, (kernel, pages) => {
    const batch = kernel.folioBatch(pages.map((page) => page.folio));
    for (const folio of batch.folios) kernel.folioPut(folio);
    return { contents: 2 };
  }),
  releases("put_pages_list", "two pages", false, 2, (kernel, pages) => {
    kernel.putPagesList(pages);
    return { contents: 2 };
  }),
  // The result was a truth value up to 6.1.
  ...grabs("try_grab_page", (kernel, page, flags) => {
    const error = kernel.tryGrabPage(page, flags);
    return kernel.profile.era.switches.p2pdma ? error : Number(error === 0);
  }),
  ...grabs("try_grab_folio", (kernel, page, flags) => kernel.tryGrabFolio(page, 1, flags)),
  ...grabs("try_grab_compound_head", (kernel, page, flags) =>
    kernel.tryGrabCompoundHead(page, 1, flags) === null ? "null" : "pointer",
  ),
  ...grabs("try_grab_folio_fast", (kernel, page, flags) =>
    kernel.tryGrabFolioFast(page, 1, flags) === null ? "null" : "pointer",
  ),
  ...grabs(
    "gup_put_folio",
    (kernel, page, flags) => {
      kernel.gupPutFolio(page.folio, 1, flags);
      return undefined;
    },
    true,
  ),
  ...grabs(
    "put_compound_head",
    (kernel, page, flags) => {
      kernel.putCompoundHead(page, 1, flags);
      return undefined;
    },
    true,
  ),
  ...(["get_kernel_pages", "get_kernel_page"] as const).map(
    (entry): ConformanceCase => ({
      entry,
      what: "kernel memory",
      // The one form went before the other; the model has one function for both.
      always: true,
      prepare: ({ kernel }) => kernel.kmalloc(2 * 4096, "vmalloc").pages,
      call: ({ kernel }, pages) => {
        const segments = pages
          .slice(0, entry === "get_kernel_page" ? 1 : 2)
          .map((page) => ({ page, length: 4096 }));
        const result = kernel.getKernelPages(segments, []);
        return {
          ...nothing,
          integers: { nr_pages: segments.length },
          result,
          folios: pages.map((page) => page.folio),
        };
      },
    }),
  ),
  {
    entry: "folio_batch_add",
    what: "a folio",
    prepare: held(false, 1),
    call: ({ kernel, pages }, held) => {
      kernel.folioBatch(held.map((page) => page.folio));
      return { ...nothing, result: 14, folios: pages.map((page) => page.folio) };
    },
  },
  ...(["memcpy", "memmove"] as const).map(
    (entry): ConformanceCase => ({
      entry,
      what: "a byte from page to page",
      prepare: held(false, 2),
      call: ({ kernel, pages }, [from, to]) => {
        if (from === undefined || to === undefined) throw new Error("the stage is not set");
        kernel.dmaWrite(to, 0, 1, kernel.dmaRead(from, 0));
        const integers = { n: 1, count: 1, size: 1, len: 1 };
        return { ...nothing, integers, result: "pointer", folios: pages.map((page) => page.folio) };
      },
    }),
  ),
  onPage("folio_add_pin", true, (kernel, page) => {
    kernel.folioAddPin(page.folio);
    return {};
  }),
];
