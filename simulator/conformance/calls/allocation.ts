/** Calls of the page allocator, and of the kmalloc and vmalloc families. */
import type { Kernel, KernelMemory, Page, PageFragCache } from "@pinscope/simulator/kernel";
import { type ConformanceCase, type MadeCall, nothing, type Stage } from "../stage.ts";

const byOrder: readonly ConformanceCase[] = [0, 2].flatMap((order) => [
  {
    entry: order === 0 ? "alloc_page" : "alloc_pages",
    what: `order ${order}`,
    call: ({ kernel }: Stage): MadeCall => {
      const { folio } = kernel.allocPages(order);
      return { ...nothing, integers: { order }, result: "pointer", folios: [folio], made: [folio] };
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

/** Names that allocate a block of pages and say it by a page, a folio or an address. */
const blocks = [
  "alloc_pages_node",
  "folio_alloc",
  "__get_free_pages",
  "__get_free_page",
  "get_zeroed_page",
] as const;

const caches = new WeakMap<Stage, PageFragCache>();

const pageCases: readonly ConformanceCase[] = [
  ...blocks.map(
    (entry): ConformanceCase => ({
      entry,
      what: "a block",
      always: true,
      call: ({ kernel }) => {
        const order = entry.endsWith("page") ? 0 : 2;
        const { folio } = kernel.allocPages(order);
        const result = entry.includes("_free_page") || entry === "get_zeroed_page" ? 1 : "pointer";
        return { ...nothing, integers: { order }, result, folios: [folio], made: [folio] };
      },
    }),
  ),
  ...(["free_page", "free_pages"] as const).map(
    (entry): ConformanceCase => ({
      entry,
      what: "a block",
      prepare: ({ kernel }) => [kernel.allocPages(entry === "free_page" ? 0 : 2)],
      call: ({ kernel }, [page]) => {
        if (page === undefined) throw new Error("the stage is not set");
        const order = entry === "free_page" ? 0 : 2;
        kernel.freePages(page, order);
        return { ...nothing, integers: { order }, folios: [page.folio] };
      },
    }),
  ),
  {
    entry: "alloc_pages_exact",
    what: "three pages",
    call: ({ kernel }) => {
      const folios = kernel.allocPagesExact(3 * 4096).map((page) => page.folio);
      return { ...nothing, integers: { size: 3 * 4096 }, result: "pointer", folios, made: folios };
    },
  },
  {
    entry: "free_pages_exact",
    what: "three pages",
    prepare: ({ kernel }) => kernel.allocPagesExact(3 * 4096),
    call: ({ kernel }, pages) => {
      kernel.freePagesExact(pages);
      return { ...nothing, integers: { size: 3 * 4096 }, folios: pages.map((page) => page.folio) };
    },
  },
  {
    entry: "alloc_pages_bulk_array",
    what: "four pages",
    always: true,
    call: ({ kernel }) => {
      const pages: Page[] = [];
      const result = kernel.allocPagesBulkArray(4, pages);
      const folios = pages.map((page) => page.folio);
      return { ...nothing, integers: { nr_pages: 4 }, result, folios, made: folios };
    },
  },
  {
    entry: "page_frag_alloc",
    what: "a second fragment",
    prepare: (stage) => {
      const cache = stage.kernel.pageFragCache();
      caches.set(stage, cache);
      return [stage.kernel.pageFragAlloc(cache, 100)];
    },
    call: (stage) => {
      const { folio } = stage.kernel.pageFragAlloc(caches.get(stage) ?? stage.kernel.pageFragCache(), 100);
      return { ...nothing, integers: { fragsz: 100 }, result: "pointer", folios: [folio] };
    },
  },
  {
    entry: "page_frag_free",
    what: "a fragment",
    prepare: ({ kernel }) => [kernel.pageFragAlloc(kernel.pageFragCache(), 100)],
    call: ({ kernel }, [page]) => {
      if (page === undefined) throw new Error("the stage is not set");
      kernel.pageFragFree(page);
      return { ...nothing, folios: [page.folio] };
    },
  },
];

/** Allocators of kernel memory, and how each is done. Those of later kernels differ in name only. */
const allocators: Readonly<Record<string, (stage: Stage) => KernelMemory | number>> = {
  ...named(
    "kmalloc kzalloc kmalloc_node kzalloc_node kmalloc_array kcalloc kmalloc_array_node kcalloc_node",
    ({ kernel }) => kernel.kmalloc(512),
  ),
  ...named(
    "devm_kmalloc devm_kzalloc devm_kmalloc_array devm_kcalloc kmem_cache_alloc kmem_cache_zalloc mempool_alloc",
    ({ kernel }) => kernel.kmalloc(512),
  ),
  ...named("kvmalloc kvzalloc kvmalloc_node kvzalloc_node kvmalloc_array kvcalloc", ({ kernel }) =>
    kernel.kmalloc(512, "kvmalloc"),
  ),
  ...named(
    "vmalloc vzalloc vmalloc_user vmalloc_node vzalloc_node vmalloc_32 vmalloc_32_user __vmalloc vmalloc_huge vmalloc_array __vmalloc_array vcalloc",
    ({ kernel }) => kernel.kmalloc(512, "vmalloc"),
  ),
  ...named(
    "kmemdup kmemdup_array kvmemdup kmemdup_nul kstrdup kstrndup kasprintf devm_kmemdup devm_kstrdup",
    ({ kernel }) => copyOf(kernel),
  ),
  ...named(
    "memdup_user memdup_user_nul memdup_array_user vmemdup_user vmemdup_array_user strndup_user",
    ({ kernel, mm, address }) => kernel.memdupUser(mm, address, 512),
  ),
};

/** A copy of memory that goes at once, so that one allocation is left. */
function copyOf(kernel: Kernel): KernelMemory {
  const source = kernel.kmalloc(512);
  const copy = kernel.kmemdup(source);
  kernel.kfree(source);
  return copy;
}

function named<T>(names: string, action: T): Record<string, T> {
  return Object.fromEntries(names.split(" ").map((name) => [name, action]));
}

const frees =
  "kfree kfree_const kvfree vfree vfree_atomic kfree_sensitive kzfree kvfree_sensitive kmem_cache_free mempool_free " +
  "devm_kfree kfree_rcu kvfree_rcu kfree_rcu_mightsleep kvfree_rcu_mightsleep";

const integers = { size: 512, n: 1, len: 512, count: 512, element_size: 1, max: 512 } as const;

const memoryCases: readonly ConformanceCase[] = [
  ...Object.entries(allocators).map(
    ([entry, allocate]): ConformanceCase => ({
      entry,
      what: "512 bytes",
      always: true,
      call: (stage) => {
        const got = allocate(stage);
        return { ...nothing, integers, result: typeof got === "number" ? "error" : "pointer" };
      },
    }),
  ),
  ...["memdup_user", "vmemdup_user"].map(
    (entry): ConformanceCase => ({
      entry,
      what: "memory that is not there",
      call: ({ kernel, mm, address }) => {
        const got = kernel.memdupUser(mm, address + 4 * 4096, 512);
        return { ...nothing, integers, result: typeof got === "number" ? "error" : "pointer" };
      },
    }),
  ),
  ...["krealloc", "krealloc_array", "kvrealloc", "devm_krealloc"].map(
    (entry): ConformanceCase => ({
      entry,
      what: "more bytes",
      always: true,
      prepare: (stage) => {
        stage.memory.push(stage.kernel.kmalloc(100));
        return [];
      },
      call: ({ kernel, memory }) => {
        kernel.krealloc(memory.pop() ?? null, 512);
        return { ...nothing, integers, result: "pointer" };
      },
    }),
  ),
  ...frees.split(" ").map(
    (entry): ConformanceCase => ({
      entry,
      what: "memory",
      always: true,
      prepare: (stage) => {
        stage.memory.push(stage.kernel.kmalloc(512));
        return [];
      },
      call: ({ kernel, memory }) => {
        kernel.kfree(memory.pop() ?? null);
        return { ...nothing, integers };
      },
    }),
  ),
];

export const allocationCases: readonly ConformanceCase[] = [...byOrder, ...pageCases, ...memoryCases];
