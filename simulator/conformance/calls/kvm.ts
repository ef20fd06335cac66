/** Calls by which KVM holds pages behind guest frames. */
import type { PageWrapper, Wrapped } from "@pinscope/simulator/kernel";
import { type ConformanceCase, type MadeCall, nothing, type Stage } from "../stage.ts";

const folios = ({ pages }: Stage): MadeCall["folios"] => pages.map((page) => page.folio);

/** What a case has prepared. */
const wrappers = new WeakMap<Stage, PageWrapper>();

const guest = (
  result: (wrapped: Wrapped) => MadeCall["result"],
  entry: string,
  predicates: MadeCall["predicates"] = {},
) =>
  [0, 4].map(
    (page): ConformanceCase => ({
      entry,
      what: page === 0 ? "a page" : "a hole",
      always: true,
      call: (stage) => {
        const { kernel, mm, address } = stage;
        const got = kernel.kvmFollowPage(mm, address + page * 4096, true);
        const fails = got.wrapper === null;
        return {
          ...nothing,
          predicates: { is_error_noslot_pfn: fails, pfn_valid: !fails, ...predicates },
          contents: fails ? 0 : 1,
          nulls: fails ? ["refcounted_page"] : [],
          result: result(got),
          folios: folios(stage),
        };
      },
    }),
  );

const kvmReleases = [
  "kvm_release_page_clean",
  "kvm_release_page_dirty",
  "kvm_release_page_unused",
  "kvm_release_pfn_clean",
  "kvm_release_pfn_dirty",
  "kvm_release_faultin_page",
];

export const kvmCases: readonly ConformanceCase[] = [
  ...guest(({ wrapper }) => (wrapper === null ? 0x7ff0 : 0x1000), "gfn_to_pfn"),
  ...guest(({ wrapper }) => (wrapper === null ? 0x7ff0 : 0x1000), "hva_to_pfn"),
  ...guest(({ wrapper }) => (wrapper === null ? 0x7ff0 : 0x1000), "kvm_faultin_pfn"),
  {
    entry: "gfn_to_page",
    what: "a page",
    call: (stage) => {
      stage.kernel.kvmFollowPage(stage.mm, stage.address, true);
      return { ...nothing, result: "pointer", folios: folios(stage) };
    },
  },
  ...kvmReleases.map(
    (entry): ConformanceCase => ({
      entry,
      what: "a page",
      always: true,
      prepare: (stage) => {
        const { wrapper } = stage.kernel.kvmFollowPage(stage.mm, stage.address, true);
        if (wrapper !== null) wrappers.set(stage, wrapper);
        return stage.pages.slice(0, 1);
      },
      call: (stage) => {
        stage.kernel.kvmReleasePage(wrappers.get(stage) ?? null, !/clean|unused/.test(entry));
        return { ...nothing, integers: { dirty: 1, unused: 0 }, folios: folios(stage) };
      },
    }),
  ),
  ...[0, 4].map(
    (page): ConformanceCase => ({
      entry: "kvm_vcpu_map",
      what: page === 0 ? "a page" : "a hole",
      call: (stage) => {
        const { ret, wrapper } = stage.kernel.kvmVcpuMap(stage.mm, stage.address + page * 4096);
        const contents = wrapper?.pages.length ?? 0;
        return { ...nothing, contents, result: Math.min(ret, 0), folios: folios(stage) };
      },
    }),
  ),
  {
    entry: "kvm_vcpu_unmap",
    what: "a page",
    prepare: (stage) => {
      const { wrapper } = stage.kernel.kvmVcpuMap(stage.mm, stage.address);
      if (wrapper !== null) wrappers.set(stage, wrapper);
      return [];
    },
    call: (stage) => {
      const wrapper = wrappers.get(stage);
      if (wrapper === undefined) throw new Error("the stage is not set");
      stage.kernel.kvmVcpuUnmap(wrapper, true);
      return { ...nothing, integers: { dirty: 1 }, contents: 1, folios: folios(stage) };
    },
  },
];
