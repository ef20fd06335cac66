/** What is done with pages that are held: a device reads and writes them, another process copies them, they get a name. */
import { FOLL, type PageArray } from "@pinscope/simulator/kernel";
import type { Address } from "../call.ts";
import { mmOf, pageSize, resolveAddress, ScenarioError, type Session } from "../session.ts";
import type { Who } from "../types.ts";
import { address, type Form, type Outcome, type Performers, pick, region } from "./area.ts";
import { slotPage } from "./user-pages.ts";

export type HeldPagesCall =
  | { readonly kind: "dmaWrite"; readonly slot: number; readonly index: number; readonly value: number }
  | { readonly kind: "dmaRead"; readonly slot: number; readonly index: number }
  | { readonly kind: "processVmReadv"; readonly from: Address; readonly to: Address }
  /** page_put_unpin() of the extraction series. */
  | {
      readonly kind: "pagePutUnpin";
      readonly slot: number;
      readonly index: number;
      readonly hold: "FOLL_PIN" | "FOLL_GET" | "0";
    }
  /** get_gup_pin() of April 2019: a pin by who has the page from elsewhere. */
  | { readonly kind: "getGupPin"; readonly slot: number; readonly index: number }
  /** Gives the page mapped at an address a name, which watches may use whatever happens to the page. */
  | { readonly kind: "frame"; readonly name: string; readonly address: Address };

export const heldPagesForms: readonly Form[] = [
  {
    usage: "DMA write slotK[I] byte 0 = V",
    pattern: /^DMA write slot(\d+)\[(\d+)\] byte 0 = (\d+)$/,
    read: ([, slot, index, value]) => ({
      kind: "dmaWrite",
      slot: Number(slot),
      index: Number(index),
      value: Number(value),
    }),
  },
  {
    usage: "DMA read slotK[I]",
    pattern: /^DMA read slot(\d+)\[(\d+)\]$/,
    read: ([, slot, index]) => ({ kind: "dmaRead", slot: Number(slot), index: Number(index) }),
  },
  {
    usage: "process_vm_readv(ADDR -> ADDR)",
    pattern: /^process_vm_readv\((\S+)(?: hole)? -> (\S+)\)$/,
    read: ([, from, to]) => ({ kind: "processVmReadv", from: address(from!), to: address(to!) }),
  },
  {
    usage: "page_put_unpin(slotK[I], FOLL_PIN|FOLL_GET|0)",
    pattern: /^page_put_unpin\(slot(\d+)\[(\d+)\], (\w+)\)$/,
    read: ([, slot, index, hold]) => ({
      kind: "pagePutUnpin",
      slot: Number(slot),
      index: Number(index),
      hold: pick(["FOLL_PIN", "FOLL_GET", "0"] as const, hold!, "what is held"),
    }),
  },
  {
    usage: "get_gup_pin(slotK[I])",
    pattern: /^get_gup_pin\(slot(\d+)\[(\d+)\]\)$/,
    read: ([, slot, index]) => ({ kind: "getGupPin", slot: Number(slot), index: Number(index) }),
  },
  {
    usage: "frame(NAME, ADDR)",
    pattern: new RegExp(`^frame\\((${region}), (\\S+)\\)$`),
    read: ([, name, at]) => ({ kind: "frame", name: name!, address: address(at!) }),
  },
];

/** errno values that the recorder, not the kernel, returns. */
const EPERM = 1;
const ENOENT = 2;
const EFAULT = 14;

/** process_vm_readv() of one page: the source is pinned while it is copied. @returns bytes, or a negative errno. */
function performProcessVmReadv(
  session: Session,
  who: Who,
  call: Extract<HeldPagesCall, { readonly kind: "processVmReadv" }>,
): Outcome {
  const { kernel } = session;
  const mm = mmOf(session, who);
  const pages: PageArray = [];
  kernel.mmapReadLock(mm);
  const got = kernel.pinUserPagesRemote(mm, resolveAddress(session, call.from), 1, 0, pages);
  kernel.mmapReadUnlock(mm);
  const source = pages[0];
  if (got !== 1 || source === undefined || source === null) return { ret: got < 0 ? got : -EFAULT };
  const to = resolveAddress(session, call.to);
  const reached = kernel.writeByte(mm, to, kernel.dmaRead(source, 0)).signal === null;
  const target = reached ? kernel.walk(mm, to).page : null;
  if (target !== null) {
    let offset = 0;
    for (const { end, value } of source.contents) {
      kernel.dmaWrite(target, offset, end - offset, value);
      offset = end;
    }
  }
  kernel.unpinUserPagesDirtyLock(pages, 1, false);
  return { ret: target === null ? -EFAULT : pageSize };
}

export const heldPagesPerformers: Performers<HeldPagesCall> = {
  dmaWrite: (session, _who, call) => {
    const page = slotPage(session, call.slot, call.index);
    if (page === null) return { ret: -ENOENT };
    return { ret: session.kernel.dmaWrite(page, 0, 1, call.value) ? call.value : -EPERM };
  },
  dmaRead: (session, _who, call) => {
    const page = slotPage(session, call.slot, call.index);
    return { ret: page === null ? -ENOENT : session.kernel.dmaRead(page, 0) };
  },
  processVmReadv: performProcessVmReadv,
  pagePutUnpin: (session, _who, call) => {
    const page = slotPage(session, call.slot, call.index);
    if (page === null) return { ret: -ENOENT };
    const flags = { FOLL_PIN: FOLL.PIN, FOLL_GET: FOLL.GET, 0: 0 }[call.hold];
    session.kernel.pagePutUnpin(page, flags);
    return { ret: 0 };
  },
  getGupPin: (session, _who, call) => {
    const page = slotPage(session, call.slot, call.index);
    if (page === null) return { ret: -ENOENT };
    session.kernel.getGupPin(page);
    return { ret: 0 };
  },
  frame: (session, who, call) => {
    const { page } = session.kernel.walk(mmOf(session, who), resolveAddress(session, call.address));
    if (page === null) throw new ScenarioError("expected an address at which a page is mapped");
    session.frames.set(call.name, page);
    return { ret: 0 };
  },
};
