/** Calls of who keeps pages beside a bio: sk_buffs, arrays beside requests, wrappers of other subsystems. */
import type { Kernel, Page, PageWrapper, SkBuff, UserRequest, Wrapped } from "@pinscope/simulator/kernel";
import { type ConformanceCase, held, type MadeCall, nothing, onPage, type Stage } from "../stage.ts";

const folios = ({ pages }: Stage): MadeCall["folios"] => pages.map((page) => page.folio);

/** What a case has prepared beside pages. */
const skbs = new WeakMap<Stage, SkBuff>();
const wrappers = new WeakMap<Stage, PageWrapper>();
const arrays = new WeakMap<Stage, UserRequest>();

function skbOf(stage: Stage): SkBuff {
  const skb = skbs.get(stage);
  if (skb === undefined) throw new Error("the stage is not set");
  return skb;
}

/** An sk_buff with one fragment on a referenced page of the caller's. */
function withFragment(stage: Stage): readonly Page[] {
  const pages = held(false, 1)(stage);
  const skb = stage.kernel.allocSkb();
  for (const page of pages) stage.kernel.skbFillPageDesc(skb, 0, page, 0, 512);
  skbs.set(stage, skb);
  return pages;
}

const fills = [
  "skb_fill_page_desc",
  "__skb_fill_page_desc",
  "skb_fill_page_desc_noacc",
  "skb_add_rx_frag",
  "skb_frag_fill_page_desc",
];

const skbCases: readonly ConformanceCase[] = [
  ...fills.map(
    (entry): ConformanceCase => ({
      ...onPage(entry, false, (kernel, page) => {
        kernel.skbFillPageDesc(kernel.allocSkb(), 0, page, 0, 512);
        return {};
      }),
      always: true,
    }),
  ),
  ...["skb_frag_ref", "__skb_frag_ref", "skb_frag_unref", "__skb_frag_unref"].map(
    (entry): ConformanceCase => ({
      entry,
      what: "a fragment",
      prepare: withFragment,
      call: (stage) => {
        const skb = skbOf(stage);
        if (entry.includes("unref")) stage.kernel.skbFragUnref(skb, 0);
        else stage.kernel.skbFragRef(skb, 0);
        return { ...nothing, contents: 1, folios: folios(stage) };
      },
    }),
  ),
  {
    ...onPage("skb_page_unref", false, (kernel, page) => {
      kernel.skbPageUnref(page);
      return {};
    }),
    always: true,
  },
  onPage("skb_append_pagefrags", false, (kernel, page) => ({
    result: kernel.skbAppendPagefrags(kernel.allocSkb(), page, 0, 512),
  })),
  {
    entry: "skb_append_pagefrags",
    what: "a full buffer",
    call: (stage) => {
      const { kernel, pages } = stage;
      const skb = kernel.allocSkb();
      for (let index = 0; index < 17; index++) kernel.skbFillPageDesc(skb, index, pages[0] as Page, 0, 1);
      return {
        ...nothing,
        result: kernel.skbAppendPagefrags(skb, pages[1] as Page, 0, 512),
        folios: folios(stage),
      };
    },
  },
  {
    entry: "skb_splice_from_iter",
    what: "vectors",
    call: (stage) => {
      const { kernel, pages } = stage;
      const vecs = pages.slice(0, 2).map((page) => ({ page, offset: 0, length: 4096 }));
      const result = kernel.skbSpliceFromIter(kernel.allocSkb(), kernel.iovIterBvec("source", vecs), 8192);
      return { ...nothing, contents: 2, result, folios: folios(stage) };
    },
  },
  ...[0, 4].map(
    (page): ConformanceCase => ({
      entry: "skb_zerocopy_iter_stream",
      what: page === 0 ? "two pages" : "a hole",
      call: (stage) => {
        const { kernel, mm, address } = stage;
        const skb = kernel.allocSkb();
        const iter = kernel.iovIterUbuf("source", mm, address + page * 4096, 8192);
        const result = kernel.skbZerocopyIterStream(skb, iter, 8192);
        return {
          ...nothing,
          integers: { len: 8192 },
          contents: skb.fragments.length,
          result,
          folios: folios(stage),
        };
      },
    }),
  ),
  ...["skb_free_frag", "page_pool_put_page", "page_pool_put_full_page", "page_pool_recycle_direct"].map(
    (entry) =>
      onPage(entry, false, (kernel, page) => {
        // A page of a pool that nobody else holds goes back to it; the reference goes either way.
        kernel.putPage(page);
        return {};
      }),
  ),
];

type Take = (stage: Stage) => Wrapped;
type Drop = (kernel: Kernel, wrapper: PageWrapper) => void;

/** A wrapper that is made of memory and of a hole, and one that is let go of. */
function wraps(
  acquire: string,
  release: string | null,
  result: "pointer" | "pages" | "errno",
  take: (at: number) => Take,
  drop: Drop,
  integers: MadeCall["integers"] = { nr_frames: 2, npage: 2, nr_pages: 2, length: 8192, size: 8192 },
): ConformanceCase[] {
  const resultOf = ({ ret }: Wrapped): MadeCall["result"] => {
    if (result === "pointer") return ret < 0 ? "error" : "pointer";
    return result === "errno" && ret > 0 ? 0 : ret;
  };
  const pins = /^(sev|io|rds)_/.test(acquire);
  const acquiring = [0, 4].map(
    (page): ConformanceCase => ({
      entry: acquire,
      what: page === 0 ? "two pages" : "a hole",
      always: true,
      call: (stage) => {
        const got = take(stage.address + page * 4096)(stage);
        return {
          ...nothing,
          integers,
          pointees: { npages: got.wrapper?.pages.length ?? 0, n: got.wrapper?.pages.length ?? 0 },
          contents: got.wrapper?.pages.length ?? 0,
          result: resultOf(got),
          folios: folios(stage),
          // An array of pins is no object: its pins are the caller's.
          objects: got.wrapper === null || pins ? 0 : 1,
        };
      },
    }),
  );
  if (release === null) return acquiring;
  return [
    ...acquiring,
    {
      entry: release,
      what: "two pages",
      always: true,
      prepare: (stage) => {
        const { wrapper } = take(stage.address)(stage);
        if (wrapper !== null) wrappers.set(stage, wrapper);
        return [];
      },
      call: (stage) => {
        const wrapper = wrappers.get(stage);
        if (wrapper === undefined) throw new Error("the stage is not set");
        const contents = wrapper.pages.length;
        drop(stage.kernel, wrapper);
        return {
          ...nothing,
          integers: { ...integers, npages: contents },
          contents,
          folios: folios(stage),
          objects: pins ? 0 : -1,
        };
      },
    },
  ];
}

const wrapperCases: readonly ConformanceCase[] = [
  ...wraps(
    "get_vaddr_frames",
    "put_vaddr_frames",
    "pages",
    (at) =>
      ({ kernel, mm }) =>
        kernel.getVaddrFrames(mm, at, 2),
    (kernel, one) => kernel.putVaddrFrames(one),
  ),
  ...wraps(
    "ib_umem_get",
    "ib_umem_release",
    "pointer",
    (at) =>
      ({ kernel, mm }) =>
        kernel.ibUmemGet(mm, at, 8192, true),
    (kernel, one) => kernel.ibUmemRelease(one),
  ),
  ...["tee_shm_register", "tee_shm_register_user_buf"].flatMap((entry, index) =>
    wraps(
      entry,
      ["tee_shm_free", "tee_shm_put"][index] ?? null,
      "pointer",
      (at) =>
        ({ kernel, mm }) =>
          kernel.teeShmRegisterUserBuf(mm, at, 8192),
      (kernel, one) => kernel.teeShmFree(one),
    ),
  ),
  {
    entry: "tee_shm_register_kernel_buf",
    what: "kernel memory",
    always: true,
    call: (stage) => {
      stage.kernel.teeShmRegisterKernelBuf(stage.pages.slice(0, 2));
      return { ...nothing, result: "pointer", folios: folios(stage), objects: 1 };
    },
  },
  ...wraps(
    "sev_pin_memory",
    "sev_unpin_memory",
    "pointer",
    (at) =>
      ({ kernel, mm }) =>
        kernel.sevPinMemory(mm, at, 8192, true),
    (kernel, one) => kernel.sevUnpinMemory(one),
  ),
  ...wraps(
    "io_pin_pages",
    "io_pages_free",
    "pointer",
    (at) =>
      ({ kernel, mm }) =>
        kernel.ioPinPages(mm, at, 8192),
    (kernel, one) => kernel.ioPagesFree(one),
  ).map((one): ConformanceCase => {
    const { always: _always, ...gated } = one;
    return gated;
  }),
  ...wraps(
    "rds_pin_pages",
    null,
    "pages",
    (at) =>
      ({ kernel, mm }) =>
        kernel.rdsPinPages(mm, at, 2, true),
    (kernel, one) => kernel.sevUnpinMemory(one),
  ),
  {
    entry: "drm_gem_get_pages",
    what: "three pages of a file",
    call: ({ kernel, memfd }) => {
      const { wrapper } = kernel.drmGemGetPages(memfd);
      const result = wrapper === null ? "error" : "pointer";
      return { ...nothing, result, folios: [...memfd.folios.values()], objects: wrapper === null ? 0 : 1 };
    },
  },
  {
    entry: "drm_gem_put_pages",
    what: "three pages of a file",
    prepare: (stage) => {
      const { wrapper } = stage.kernel.drmGemGetPages(stage.memfd);
      if (wrapper !== null) wrappers.set(stage, wrapper);
      return [];
    },
    call: (stage) => {
      const wrapper = wrappers.get(stage);
      if (wrapper === undefined) throw new Error("the stage is not set");
      stage.kernel.drmGemPutPages(wrapper, false);
      return { ...nothing, integers: { dirty: 0 }, folios: [...stage.memfd.folios.values()], objects: -1 };
    },
  },
];

const fuseCases: readonly ConformanceCase[] = [
  ...[1, 2].map(
    (pages): ConformanceCase => ({
      entry: "fuse_get_user_pages",
      what: pages === 1 ? "all there" : "a hole behind",
      always: true,
      call: (stage) => {
        const { kernel, mm, address } = stage;
        const iter = kernel.iovIterUbuf("dest", mm, address + 3 * 4096, pages * 4096);
        const { ret, request } = kernel.mapUserRequest("fuse", iter, 8);
        return {
          ...nothing,
          predicates: { iov_iter_extract_will_pin: true },
          contents: request.vecs.length,
          result: Math.min(ret, 0),
          folios: folios(stage),
        };
      },
    }),
  ),
  {
    entry: "fuse_release_user_pages",
    what: "two pages",
    always: true,
    prepare: (stage) => {
      const { kernel, mm, address } = stage;
      const { request } = kernel.mapUserRequest("fuse", kernel.iovIterUbuf("dest", mm, address, 8192), 8);
      arrays.set(stage, request);
      return stage.pages.slice(0, 2);
    },
    call: (stage) => {
      const request = arrays.get(stage);
      if (request === undefined) throw new Error("the stage is not set");
      stage.kernel.releaseUserRequest(request);
      return { ...nothing, integers: { should_dirty: 1, nres: 8192 }, contents: 2, folios: folios(stage) };
    },
  },
  ...[0, 4].map(
    (page): ConformanceCase => ({
      entry: "netfs_extract_user_iter",
      what: page === 0 ? "two pages" : "a hole",
      always: true,
      call: (stage) => {
        const { kernel, mm, address } = stage;
        const iter = kernel.iovIterUbuf("dest", mm, address + page * 4096, 8192);
        const { ret, request } = kernel.mapUserRequest("netfs", iter, 8);
        const result = ret < 0 ? ret : request.vecs.length;
        return {
          ...nothing,
          predicates: { iov_iter_extract_will_pin: true },
          integers: { orig_len: 8192 },
          contents: request.vecs.length,
          result,
          folios: folios(stage),
        };
      },
    }),
  ),
];

export const holderCases: readonly ConformanceCase[] = [...skbCases, ...wrapperCases, ...fuseCases];
