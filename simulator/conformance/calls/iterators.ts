/** Calls that take pages from iterators. */
import type { Extracted, IovIter, Kernel, PageArray } from "@pinscope/simulator/kernel";
import { type ConformanceCase, nothing, type Stage } from "../stage.ts";

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

export const iteratorCases: readonly ConformanceCase[] = [
  ...extractions("iov_iter_extract_pages", (kernel) => kernel.iovIterExtractPages),
  ...extractions("iov_iter_get_pages2", (kernel) => kernel.iovIterGetPages2),
];
