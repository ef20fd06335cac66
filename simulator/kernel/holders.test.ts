/** Objects that keep user pages, in every era: what each holds on a page, and that it is let go of once. */
import { describe, expect, it } from "vitest";
import {
  createKernel,
  DEFAULT_MACHINE,
  ERAS,
  type Era,
  findEra,
  InvalidArgumentError,
  type Kernel,
  MissingFunctionError,
  type Mm,
  type Page,
  PROPOSALS,
  type RequestUser,
  type Wrapped,
} from "./index.ts";

const ADDRESS = 0x1000_0000_0000;
const PAGE = 4096;
const everyEra = [...ERAS, ...PROPOSALS].map((era) => [era.name, era] as const);

interface Stage {
  readonly kernel: Kernel;
  readonly mm: Mm;
  readonly pages: readonly Page[];
}

function setStage(era: Era): Stage {
  const kernel = createKernel({ era, machine: DEFAULT_MACHINE });
  const mm = kernel.createMm();
  const protection = { read: true, write: true };
  kernel.mmap(mm, { address: ADDRESS, pages: 4, protection, shared: false, file: null, hugepage: "never" });
  const pages = [0, 1, 2, 3].map((index) => {
    kernel.writeByte(mm, ADDRESS + index * PAGE, index + 1);
    const { page } = kernel.walk(mm, ADDRESS + index * PAGE);
    if (page === null) throw new Error("the page is not mapped");
    return page;
  });
  kernel.lruAddDrainAll();
  return { kernel, mm, pages };
}

function refcounts({ pages }: Stage): number[] {
  return pages.map((page) => page.folio.refcount);
}

/** What a pin adds to the count of a small page. */
function pin({ switches }: Era): number {
  return switches.countsPins ? 1024 : 1;
}

describe.each(everyEra)("%s", (_name, era) => {
  const late = era.switches.laterForms ? pin(era) : 1;
  const early = era.switches.pinFunctions ? pin(era) : 1;
  type Take = (stage: Stage) => Wrapped;
  type Drop = (stage: Stage, wrapped: Wrapped) => void;
  const wrappers: readonly (readonly [string, number, Take, Drop])[] = [
    [
      "frame vector",
      late,
      ({ kernel, mm }) => kernel.getVaddrFrames(mm, ADDRESS, 2),
      ({ kernel }, { wrapper }) => wrapper && kernel.putVaddrFrames(wrapper),
    ],
    [
      "ib_umem",
      early,
      ({ kernel, mm }) => kernel.ibUmemGet(mm, ADDRESS + 10, 2 * PAGE - 10, true),
      ({ kernel }, { wrapper }) => kernel.ibUmemRelease(wrapper),
    ],
    [
      "tee_shm of a user",
      late,
      ({ kernel, mm }) => kernel.teeShmRegisterUserBuf(mm, ADDRESS + 1, PAGE),
      ({ kernel }, { wrapper }) => wrapper && kernel.teeShmFree(wrapper),
    ],
    [
      "tee_shm of the kernel",
      1,
      ({ kernel, pages }) => kernel.teeShmRegisterKernelBuf(pages.slice(0, 2)),
      ({ kernel }, { wrapper }) => wrapper && kernel.teeShmFree(wrapper),
    ],
    [
      "vfio",
      early,
      ({ kernel, mm }) => kernel.vfioPinPages(mm, ADDRESS, 2),
      ({ kernel }, { wrapper }) => wrapper && kernel.vfioUnpinPages(wrapper),
    ],
    [
      "sev",
      late,
      ({ kernel, mm }) => kernel.sevPinMemory(mm, ADDRESS, 2 * PAGE, true),
      ({ kernel }, { wrapper }) => wrapper && kernel.sevUnpinMemory(wrapper),
    ],
    [
      "rds",
      late,
      ({ kernel, mm }) => kernel.rdsPinPages(mm, ADDRESS, 2, true),
      ({ kernel }, { wrapper }) => wrapper && kernel.sevUnpinMemory(wrapper),
    ],
  ];

  it.each(wrappers)("%s", (_what, each, take, drop) => {
    const stage = setStage(era);
    const before = refcounts(stage);
    const wrapped = take(stage);
    expect(wrapped.ret).toBe(2);
    expect(refcounts(stage)).toEqual(before.map((count, index) => count + (index < 2 ? each : 0)));
    drop(stage, wrapped);
    drop(stage, wrapped);
    expect(refcounts(stage)).toEqual(before);
  });

  it("a wrapper that cannot reach all pages holds none", () => {
    const stage = setStage(era);
    const before = refcounts(stage);
    const { kernel, mm } = stage;
    expect(kernel.getVaddrFrames(mm, ADDRESS + 2 * PAGE, 4)).toEqual({ ret: -14, wrapper: null });
    expect(kernel.ibUmemGet(mm, ADDRESS + 4 * PAGE, PAGE, true).ret).toBeLessThan(0);
    expect(refcounts(stage)).toEqual(before);
  });

  it.each(["nfs", "fuse", "9p", "ceph", "netfs"] as const)("an array of %s", (user: RequestUser) => {
    const { fuseTakes, cifsTakes, nfsTakes } = era.switches;
    const pins =
      (user === "fuse" && fuseTakes === "extracts") ||
      (user === "netfs" && cifsTakes === "extracts") ||
      (user === "nfs" && nfsTakes === "pins");
    const stage = setStage(era);
    const { kernel, mm, pages } = stage;
    const before = refcounts(stage);
    const iter = kernel.iovIterUbuf("dest", mm, ADDRESS + 100, 2 * PAGE - 100);
    const { ret, request } = kernel.mapUserRequest(user, iter, 16);
    expect(ret).toBe(2 * PAGE - 100);
    const each = pins ? pin(era) : 1;
    expect(refcounts(stage)).toEqual(before.map((count, index) => count + (index < 2 ? each : 0)));
    kernel.releaseUserRequest(request);
    kernel.releaseUserRequest(request);
    expect(refcounts(stage)).toEqual(before);
    expect(pages.map(({ folio }) => folio.dirty)).toEqual([true, true, false, false]);
    // What ends in a hole is held until it is released, whatever the result says.
    const short = kernel.mapUserRequest(
      user,
      kernel.iovIterUbuf("source", mm, ADDRESS + 3 * PAGE, 2 * PAGE),
      16,
    );
    expect(short.request.vecs).toHaveLength(1);
    kernel.releaseUserRequest(short.request);
    expect(refcounts(stage)).toEqual(before);
  });

  it("sk_buff fragments", () => {
    const stage = setStage(era);
    const { kernel, mm, pages } = stage;
    const [first, second] = pages as [Page, Page];
    const before = refcounts(stage);
    const skb = kernel.allocSkb();
    kernel.getPage(first);
    kernel.skbFillPageDesc(skb, 0, first, 0, 512);
    expect(kernel.skbAppendPagefrags(skb, first, 512, 512)).toBe(0);
    expect(kernel.skbAppendPagefrags(skb, second, 0, 512)).toBe(0);
    expect(skb.fragments.map(({ length }) => length)).toEqual([1024, 512]);
    expect(
      kernel.skbZerocopyIterStream(skb, kernel.iovIterUbuf("source", mm, ADDRESS, 2 * PAGE), 2 * PAGE),
    ).toBe(2 * PAGE);
    expect(refcounts(stage)).toEqual(before.map((count, index) => count + (index < 2 ? 2 : 0)));
    kernel.skbClone(skb);
    kernel.kfreeSkb(skb);
    expect(first.folio.refcount).toBe((before[0] ?? 0) + 2);
    kernel.kfreeSkb(skb);
    expect(refcounts(stage)).toEqual(before);
    const small = kernel.allocSkb();
    expect(() => kernel.skbFillPageDesc(small, 1, first, 0, 1)).toThrow(InvalidArgumentError);
  });
});

it("a managed sk_buff leaves its fragments alone", () => {
  const stage = setStage(findEra("6.12.y"));
  const { kernel, mm, pages } = stage;
  const before = refcounts(stage);
  const skb = kernel.allocSkb();
  kernel.skbSetManaged(skb);
  kernel.skbFillPageDescNoacc(skb, 0, pages[0] as Page, 0, 100);
  kernel.skbFragUnref(skb, 0);
  expect(kernel.skbZerocopyIterStream(skb, kernel.iovIterUbuf("source", mm, ADDRESS, PAGE), PAGE)).toBe(PAGE);
  kernel.kfreeSkb(skb);
  expect(refcounts(stage)).toEqual(before);
  expect(() => setStage(findEra("v5.19")).kernel.skbSetManaged(skb)).toThrow(MissingFunctionError);
});

it("fragments of the proposal are referenced, pinned, or neither, in one buffer", () => {
  const stage = setStage(findEra("extraction-series-v8"));
  const { kernel, mm, pages } = stage;
  const before = refcounts(stage);
  const skb = kernel.allocSkb();
  const header = kernel.allocPages(0);
  const kernelData = kernel.allocPages(0);
  kernel.skbFillPageDescHold(skb, 0, header, 0, 64, "reference");
  kernel.skbFillPageDescHold(skb, 1, kernelData, 0, 512, "nothing");
  expect(kernel.skbZerocopyExtract(skb, kernel.iovIterUbuf("source", mm, ADDRESS, 2 * PAGE), 2 * PAGE)).toBe(
    2 * PAGE,
  );
  expect(skb.fragments.map(({ hold }) => hold)).toEqual(["reference", "nothing", "pin", "pin"]);
  expect(kernel.folioMaybeDmaPinned((pages[0] as Page).folio)).toBe(true);
  kernel.kfreeSkb(skb);
  expect(refcounts(stage)).toEqual(before);
  expect([header.folio.freed, kernelData.folio.freed]).toEqual([true, false]);
});

it("a full sk_buff gives back what it cannot take", () => {
  const stage = setStage(findEra("6.12.y"));
  const { kernel, mm, pages } = stage;
  const skb = kernel.allocSkb();
  for (let index = 0; index < 16; index++) {
    kernel.getPage(pages[3] as Page);
    kernel.skbFillPageDesc(skb, index, pages[3] as Page, 0, 1);
  }
  const before = refcounts(stage);
  const iter = kernel.iovIterUbuf("source", mm, ADDRESS, 3 * PAGE);
  expect(kernel.skbZerocopyIterStream(skb, iter, 3 * PAGE)).toBe(PAGE);
  expect([iter.count, ...refcounts(stage)]).toEqual([2 * PAGE, (before[0] ?? 0) + 1, ...before.slice(1)]);
});

it("a number passed for gup_flags means other flags in other kernels", () => {
  const one = (era: string): number =>
    createKernel({ era: findEra(era), machine: DEFAULT_MACHINE }).gupFlagsOf(1);
  expect(one("v6.1")).toBe(one("6.12.y"));
  expect(one("extraction-series-v8")).not.toBe(one("6.12.y"));
});
