/** Calls that make iterators, move them, and take pages from them. */
import type { Extracted, IovIter, Kernel, Page, PageArray, SgTable } from "@pinscope/simulator/kernel";
import { type ConformanceCase, type MadeCall, nothing, type Stage } from "../stage.ts";

type Take = (iter: IovIter, pages: PageArray, maxSize: number, maxPages: number) => Extracted;
type TakeAlloc = (iter: IovIter, maxSize: number) => Extracted;

const ROOM = 1 << 20;

function foliosOf({ pages, memfd }: Stage): MadeCall["folios"] {
  return [...pages.map((page) => page.folio), ...memfd.folios.values()];
}

function userMemory({ kernel, mm, address }: Stage): IovIter {
  return kernel.iovIterUbuf("dest", mm, address + 100, 2 * 4096 + 2000);
}

function hole({ kernel, mm, address }: Stage): IovIter {
  return kernel.iovIterUbuf("source", mm, address + 4 * 4096, 512);
}

/** One vector, inside a page. */
function vector({ kernel, pages }: Stage): IovIter {
  return kernel.iovIterBvec(
    "dest",
    pages.slice(0, 1).map((page) => ({ page, offset: 512, length: 512 })),
  );
}

function kvec({ kernel, pages }: Stage): IovIter {
  return kernel.iovIterKvec("source", [{ pages: pages.slice(0, 2), offset: 100, length: 4096 }]);
}

function taken(stage: Stage, iter: IovIter, { ret, offset0 }: Extracted): MadeCall {
  return {
    ...nothing,
    integers: { maxsize: ROOM, maxpages: 8 },
    pointees: { offset0, start: offset0 },
    predicates: { iov_iter_extract_will_pin: iter.mm !== null },
    result: ret,
    folios: foliosOf(stage),
  };
}

/** Taking pages into an array of the caller's. */
function extractions(entry: string, take: (kernel: Kernel) => Take): ConformanceCase[] {
  const call = (what: string, makeIter: (stage: Stage) => IovIter): ConformanceCase => ({
    entry,
    what,
    call: (stage) => {
      const iter = makeIter(stage);
      return taken(stage, iter, take(stage.kernel)(iter, [], ROOM, 8));
    },
  });
  return [
    call("two and a half pages", userMemory),
    call("a hole", hole),
    call("kernel memory", vector),
    call("nothing left", ({ kernel }) => kernel.iovIterBvec("dest", [])),
  ];
}

/** Taking pages into an array that the call allocates. */
function allocations(entry: string, take: (kernel: Kernel) => TakeAlloc): ConformanceCase[] {
  const call = (what: string, makeIter: (stage: Stage) => IovIter): ConformanceCase => ({
    entry,
    what,
    call: (stage) => {
      const iter = makeIter(stage);
      return taken(stage, iter, take(stage.kernel)(iter, ROOM));
    },
  });
  return [call("user memory", userMemory), call("a hole", hole), call("kernel memory", vector)];
}

/** Iterators of other kinds. */
function kind(
  entry: "iov_iter_extract_pages" | "iov_iter_get_pages2",
  what: string,
  makeIter: (stage: Stage) => IovIter,
): ConformanceCase {
  return {
    entry,
    what,
    call: (stage) => {
      const { kernel } = stage;
      const take = entry === "iov_iter_extract_pages" ? kernel.iovIterExtractPages : kernel.iovIterGetPages2;
      const iter = makeIter(stage);
      return taken(stage, iter, take(iter, [], ROOM, 8));
    },
  };
}

function intoTable(entry: string, extract: (kernel: Kernel) => Kernel["extractIterToSg"]): ConformanceCase[] {
  const call = (what: string, makeIter: (stage: Stage) => IovIter): ConformanceCase => ({
    entry,
    what,
    call: (stage) => {
      const { kernel } = stage;
      const table: SgTable = { ...kernel.sgAllocTable(8), nents: 0, origNents: 0 };
      const iter = makeIter(stage);
      const result = extract(kernel)(iter, ROOM, table, 8);
      return {
        ...nothing,
        predicates: { iov_iter_extract_will_pin: iter.mm !== null },
        contents: table.nents,
        result,
        folios: foliosOf(stage),
      };
    },
  });
  return [
    call("kernel memory", vector),
    call("kernel memory by address", kvec),
    call("a hole", hole),
    call("user memory, all of it", ({ kernel, mm, address }) =>
      kernel.iovIterUbuf("dest", mm, address + 100, 2 * 4096),
    ),
  ];
}

/** Nothing is counted. */
function quiet(entry: string, what: string, action: (stage: Stage) => unknown): ConformanceCase {
  return {
    entry,
    what,
    call: (stage) => {
      action(stage);
      return { ...nothing, folios: foliosOf(stage) };
    },
  };
}

const makers: readonly ConformanceCase[] = [
  quiet("iov_iter_xarray", "a file", ({ kernel, memfd }) => kernel.iovIterXarray("source", memfd, 0, 4096)),
  quiet("iov_iter_folio_queue", "a folio", ({ kernel, pages }) =>
    kernel.iovIterFolioQueue("source", [(pages[0] as Page).folio], 0, 4096),
  ),
  quiet("iov_iter_pipe", "a pipe", ({ kernel }) => kernel.iovIterPipe(kernel.createPipe(), 4096)),
  quiet("iov_iter_npages", "user memory", (stage) => stage.kernel.iovIterNpages(userMemory(stage), 8)),
];

export const iteratorCases: readonly ConformanceCase[] = [
  ...extractions("iov_iter_extract_pages", (kernel) => kernel.iovIterExtractPages),
  ...extractions("iov_iter_get_pages2", (kernel) => kernel.iovIterGetPages2),
  ...extractions("iov_iter_get_pages", (kernel) => kernel.iovIterGetPages),
  ...allocations("iov_iter_get_pages_alloc", (kernel) => kernel.iovIterGetPagesAlloc),
  ...allocations("iov_iter_get_pages_alloc2", (kernel) => kernel.iovIterGetPagesAlloc2),
  ...(["iov_iter_extract_pages", "iov_iter_get_pages2"] as const).flatMap((entry) => [
    kind(entry, "the page cache", ({ kernel, memfd }) => kernel.iovIterXarray("source", memfd, 100, 8000)),
    kind(entry, "a queue of folios, where there are such", (stage) => {
      const { kernel, pages } = stage;
      if (!kernel.profile.era.switches.iterFolioq) return vector(stage);
      const folios = pages.slice(0, 2).map(({ folio }) => folio);
      return kernel.iovIterFolioQueue("source", folios, 100, 8000);
    }),
    kind(entry, "bytes to discard", ({ kernel }) => kernel.iovIterDiscard("dest", 512)),
  ]),
  kind("iov_iter_extract_pages", "memory by address", kvec),
  ...intoTable("extract_iter_to_sg", (kernel) => kernel.extractIterToSg),
  ...(
    [
      ["two and a half pages", userMemory],
      ["a hole", hole],
      ["kernel memory", vector],
    ] as const
  ).map(
    ([what, makeIter]): ConformanceCase => ({
      entry: "netfs_extract_user_iter",
      what,
      call: (stage) => {
        const { ret } = stage.kernel.netfsExtractUserIter(makeIter(stage), 2 * 4096 + 2000);
        return { ...nothing, contents: Math.max(ret, 0), result: ret, folios: foliosOf(stage) };
      },
    }),
  ),
  ...makers,
];
