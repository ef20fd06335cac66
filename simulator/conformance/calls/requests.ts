/** Calls that map user memory into requests, and integrity data into bios. */
import type { Bio, IovIter, Kernel } from "@pinscope/simulator/kernel";
import { type ConformanceCase, nothing, type Stage } from "../stage.ts";
import { bioFacts, filled, folios, pagesIn, willPin } from "./bios.ts";

const mapped = new WeakMap<Stage, Bio | null>();

function requests(): ConformanceCase[] {
  const map = (
    entry: string,
    what: string,
    offset: number,
    length: number,
    call: (stage: Stage, iter: IovIter, request: ReturnType<Kernel["createRequest"]>) => number,
  ): ConformanceCase => ({
    entry,
    what,
    always: true,
    call: (stage) => {
      const { kernel, mm, address } = stage;
      const request = kernel.createRequest(kernel.createBlockDevice(512), "read");
      const iter = kernel.iovIterUbuf("dest", mm, address + offset, length);
      const result = call(stage, iter, request);
      // What was copied holds nothing of the user's.
      const contents = request.bio === null || request.bio.copied !== null ? 0 : pagesIn(request.bio);
      return { ...nothing, ...willPin(iter), contents, result, folios: folios(stage) };
    },
  });
  const byIter = (entry: string): ConformanceCase[] =>
    (
      [
        ["two pages", 0, 2 * 4096],
        ["a hole", 4 * 4096, 512],
      ] as const
    ).map(([what, offset, length]) =>
      map(entry, what, offset, length, ({ kernel }, iter, request) =>
        entry === "bio_map_user_iov"
          ? kernel.bioMapUserIov(request, iter)
          : kernel.blkRqMapUserIov(request, iter),
      ),
    );
  return [
    ...["blk_rq_map_user", "blk_rq_map_user_iov", "blk_rq_map_user_io", "bio_map_user_iov"].flatMap(byIter),
    {
      entry: "blk_rq_unmap_user",
      what: "a mapped read",
      prepare: (stage) => {
        const { kernel, mm, address } = stage;
        const request = kernel.createRequest(kernel.createBlockDevice(512), "read");
        kernel.blkRqMapUser(request, mm, address, 2 * 4096);
        mapped.set(stage, request.bio);
        return stage.pages.slice(0, 2);
      },
      call: (stage) => {
        const bio = mapped.get(stage) ?? null;
        const contents = bio === null ? 0 : pagesIn(bio);
        const result = stage.kernel.blkRqUnmapUser(bio);
        return { ...nothing, ...(bio && bioFacts(bio)), contents, result, folios: folios(stage) };
      },
    },
    {
      entry: "blk_rq_map_kern",
      what: "kernel memory",
      prepare: ({ kernel }) => [kernel.allocPages(0)],
      call: ({ kernel }, pages) => {
        const request = kernel.createRequest(kernel.createBlockDevice(512), "write");
        const result = kernel.blkRqMapKern(request, pages, 0, 512);
        return { ...nothing, result, folios: pages.map((page) => page.folio) };
      },
    },
    ...[0, -1].map(
      (fails): ConformanceCase => ({
        entry: "blk_rq_append_bio",
        what: fails === 0 ? "a bio" : "more than the device takes",
        prepare: filled,
        call: (stage) => {
          const device = stage.kernel.createBlockDevice(512, fails === 0 ? {} : { maxHwSectors: 8 });
          const request = stage.kernel.createRequest(device, "read");
          stage.kernel.blkRqAppendBio(request, stage.kernel.bioInit(null, 1, "read"));
          return {
            ...nothing,
            result: stage.kernel.blkRqAppendBio(request, stage.bio),
            folios: folios(stage),
          };
        },
      }),
    ),
    ...[0, 4].map(
      (page): ConformanceCase => ({
        entry: "bio_integrity_map_user",
        what: page === 0 ? "a page" : "a hole",
        call: (stage) => {
          const { kernel, mm, address, bio } = stage;
          const iter = kernel.iovIterUbuf("source", mm, address + page * 4096, 4096);
          const result = kernel.bioIntegrityMapUser(bio, iter);
          const contents = bio.integrity?.vecs.length ?? 0;
          return { ...nothing, ...willPin(iter), contents, result, folios: folios(stage) };
        },
      }),
    ),
    {
      entry: "bio_integrity_unmap_user",
      what: "a page",
      prepare: ({ kernel, bio, mm, address }) => {
        kernel.bioIntegrityMapUser(bio, kernel.iovIterUbuf("source", mm, address, 4096));
        return [];
      },
      call: (stage) => {
        stage.kernel.bioIntegrityUnmapUser(stage.bio);
        return { ...nothing, contents: 1, folios: folios(stage) };
      },
    },
  ];
}

export const requestCases: readonly ConformanceCase[] = requests();
