/** What page tables say of a page, guest frames, and objects that VFIO and iommufd key by device address. */
import type { PageWrapper } from "@pinscope/simulator/kernel";
import { type ConformanceCase, type MadeCall, nothing, type Stage } from "../stage.ts";

const folios = ({ pages }: Stage): MadeCall["folios"] => pages.map((page) => page.folio);

/** A look at the page tables, of a page and of a hole: it takes nothing. */
function looks(entry: string, found: MadeCall["result"], missing: MadeCall["result"]): ConformanceCase[] {
  return [0, 4].map(
    (page): ConformanceCase => ({
      entry,
      what: page === 0 ? "a page" : "a hole",
      always: true,
      call: (stage) => {
        const { level } = stage.kernel.walk(stage.mm, stage.address + page * 4096);
        return { ...nothing, result: level === "none" ? missing : found, folios: folios(stage) };
      },
    }),
  );
}

const wrappers = new WeakMap<Stage, PageWrapper>();
const two = { npage: 2, length: 8192 };

function keyed(
  acquire: string,
  release: string,
  whole: boolean,
  make: (stage: Stage, at: number) => { readonly ret: number; readonly wrapper: PageWrapper | null },
  drop: (stage: Stage, wrapper: PageWrapper) => void,
): ConformanceCase[] {
  return [
    ...[0, 4].map(
      (page): ConformanceCase => ({
        entry: acquire,
        what: page === 0 ? "two pages" : "a hole",
        ...(!whole && { always: true as const }),
        call: (stage) => {
          const { ret, wrapper } = make(stage, stage.address + page * 4096);
          return {
            ...nothing,
            integers: two,
            result: whole && ret > 0 ? 0 : ret,
            folios: folios(stage),
            objects: wrapper?.pages.length ?? 0,
          };
        },
      }),
    ),
    {
      entry: release,
      what: "two pages",
      ...(!whole && { always: true as const }),
      prepare: (stage) => {
        const { wrapper } = make(stage, stage.address);
        if (wrapper !== null) wrappers.set(stage, wrapper);
        return [];
      },
      call: (stage) => {
        const wrapper = wrappers.get(stage);
        if (wrapper === undefined) throw new Error("the stage is not set");
        const objects = -wrapper.pages.length;
        drop(stage, wrapper);
        return { ...nothing, integers: two, folios: folios(stage), objects };
      },
    },
  ];
}

export const mappingCases: readonly ConformanceCase[] = [
  ...looks("vm_normal_page", "pointer", "null"),
  ...looks("follow_pte", 0, -22),
  ...looks("follow_pfnmap_start", 0, -22),
  ...looks("follow_pfnmap_end", undefined, undefined),
  ...looks("folio_walk_start", "pointer", "null"),
  ...looks("folio_walk_end", undefined, undefined),
  ...looks("hmm_range_fault", 0, -14),
  ...looks("is_error_noslot_pfn", 0, 1),
  ...looks("pfn_valid", 1, 0),
  ...looks("is_error_page", 0, 1),
  ...keyed(
    "vfio_pin_pages",
    "vfio_unpin_pages",
    false,
    ({ kernel, mm }, at) => kernel.vfioPinPages(mm, at, 2),
    ({ kernel }, one) => kernel.vfioUnpinPages(one),
  ),
  ...keyed(
    "iommufd_access_pin_pages",
    "iommufd_access_unpin_pages",
    true,
    ({ kernel, mm }, at) => kernel.iommufdAccessPinPages(mm, at, 8192),
    ({ kernel }, one) => kernel.iommufdAccessUnpinPages(one),
  ),
  {
    entry: "frame_vector_to_pages",
    what: "a vector of pages",
    call: (stage) => {
      const { wrapper } = stage.kernel.getVaddrFrames(stage.mm, stage.address, 2);
      if (wrapper !== null) stage.kernel.putVaddrFrames(wrapper);
      return { ...nothing, result: 0, folios: folios(stage) };
    },
  },
];
