/** Calls of who keeps user pages beside a bio: sk_buffs, arrays of network file systems, wrappers of other subsystems. */
import type { PageHold, RequestUser, SkBuff } from "@pinscope/simulator/kernel";
import type { Address } from "../call.ts";
import { mmOf, resolveAddress, ScenarioError, type Session } from "../session.ts";
import { address, type Form, type Performers, pick, region } from "./area.ts";
import { slotPage } from "./user-pages.ts";

const requestUsers: readonly RequestUser[] = ["nfs", "fuse", "9p", "ceph", "netfs"];
const holds: readonly PageHold[] = ["reference", "pin", "nothing"];
const wrapperNames = [
  "get_vaddr_frames",
  "ib_umem_get",
  "tee_shm_register_user_buf",
  "vfio_pin_pages",
  "io_pin_pages",
  "kvm_vcpu_map",
] as const;
const unwrapperNames = [
  "put_vaddr_frames",
  "ib_umem_release",
  "tee_shm_free",
  "vfio_unpin_pages",
  "io_pages_free",
  "kvm_vcpu_unmap",
] as const;
type WrapperName = (typeof wrapperNames)[number];
type UnwrapperName = (typeof unwrapperNames)[number];

export type HolderCall =
  /** The pages of an array beside a request, and their release. */
  | {
      readonly kind: "mapRequest";
      readonly user: RequestUser;
      readonly direction: "READ" | "WRITE";
      readonly address: Address;
      readonly length: number;
      readonly name: string;
    }
  /** What the request asked for arrives: all of its bytes become `value`. */
  | { readonly kind: "answerRequest"; readonly name: string; readonly value: number }
  | { readonly kind: "releaseRequest"; readonly name: string }
  | {
      readonly kind: "wrapPages";
      readonly api: WrapperName;
      readonly address: Address;
      readonly length: number;
      readonly name: string;
    }
  | { readonly kind: "unwrapPages"; readonly api: UnwrapperName; readonly name: string }
  | { readonly kind: "allocSkb"; readonly managed: boolean; readonly name: string }
  | {
      readonly kind: "skbZerocopy";
      readonly name: string;
      readonly address: Address;
      readonly length: number;
    }
  /** The proposal: pages extracted, each fragment says what it holds. */
  | { readonly kind: "skbExtract"; readonly name: string; readonly address: Address; readonly length: number }
  /** The slot's hold becomes the fragment's. */
  | {
      readonly kind: "skbFill";
      readonly name: string;
      readonly slot: number;
      readonly index: number;
      readonly hold: PageHold | null;
    }
  | { readonly kind: "kfreeSkb"; readonly name: string };

export const holderForms: readonly Form[] = [
  {
    usage: "map_request(nfs|fuse|9p|ceph|netfs, READ|WRITE, ADDR, LEN) -> NAME",
    pattern: new RegExp(`^map_request\\(([^,]+), ([^,]+), ([^,]+), (\\d+)\\) -> (${region})$`),
    read: ([, user, direction, at, length, name]) => ({
      kind: "mapRequest",
      user: pick(requestUsers, user!, "who keeps the array"),
      direction: pick(["READ", "WRITE"] as const, direction!, "a direction"),
      address: address(at!),
      length: Number(length),
      name: name!,
    }),
  },
  {
    usage: "the answer fills(NAME, VALUE)",
    pattern: new RegExp(`^the answer fills\\((${region}), (\\d+)\\)$`),
    read: ([, name, value]) => ({ kind: "answerRequest", name: name!, value: Number(value) }),
  },
  {
    usage: "release_request(NAME)",
    pattern: new RegExp(`^release_request\\((${region})\\)$`),
    read: ([, name]) => ({ kind: "releaseRequest", name: name! }),
  },
  {
    usage: "WRAPPER(ADDR, LEN) -> NAME, such as ib_umem_get(A, 8192) -> U",
    pattern: new RegExp(`^(${wrapperNames.join("|")})\\(([^,]+), (\\d+)\\) -> (${region})$`),
    read: ([, api, at, length, name]) => ({
      kind: "wrapPages",
      api: pick(wrapperNames, api!, "a wrapper"),
      address: address(at!),
      length: Number(length),
      name: name!,
    }),
  },
  {
    usage: "its release: ib_umem_release(NAME)",
    pattern: new RegExp(`^(${unwrapperNames.join("|")})\\((${region})\\)$`),
    read: ([, api, name]) => ({
      kind: "unwrapPages",
      api: pick(unwrapperNames, api!, "a release"),
      name: name!,
    }),
  },
  {
    usage: "alloc_skb([managed]) -> NAME",
    pattern: new RegExp(`^alloc_skb\\((managed)?\\) -> (${region})$`),
    read: ([, managed, name]) => ({ kind: "allocSkb", managed: managed !== undefined, name: name! }),
  },
  {
    usage: "skb_zerocopy_iter_stream(NAME, ADDR, LEN)",
    pattern: new RegExp(`^skb_zerocopy_iter_stream\\((${region}), ([^,]+), (\\d+)\\)$`),
    read: ([, name, at, length]) => ({
      kind: "skbZerocopy",
      name: name!,
      address: address(at!),
      length: Number(length),
    }),
  },
  {
    usage: "skb_extract(NAME, ADDR, LEN)",
    pattern: new RegExp(`^skb_extract\\((${region}), ([^,]+), (\\d+)\\)$`),
    read: ([, name, at, length]) => ({
      kind: "skbExtract",
      name: name!,
      address: address(at!),
      length: Number(length),
    }),
  },
  {
    usage: "skb_fill_page_desc(NAME, slotK[I][, reference|pin|nothing])",
    pattern: new RegExp(`^skb_fill_page_desc\\((${region}), slot(\\d+)\\[(\\d+)\\](?:, (\\w+))?\\)$`),
    read: ([, name, slot, index, hold]) => ({
      kind: "skbFill",
      name: name!,
      slot: Number(slot),
      index: Number(index),
      hold: hold === undefined ? null : pick(holds, hold, "what the fragment holds"),
    }),
  },
  {
    usage: "kfree_skb(NAME)",
    pattern: new RegExp(`^kfree_skb\\((${region})\\)$`),
    read: ([, name]) => ({ kind: "kfreeSkb", name: name! }),
  },
];

/** What a recorder would say of something that is not there. */
const ENOENT = 2;

function skbAt(session: Session, name: string): SkBuff {
  const object = session.objects.get(name);
  if (object?.kind !== "skb")
    throw new ScenarioError(`no sk_buff "${name}"; expected alloc_skb() -> ${name} before`);
  return object.skb;
}

export const holderPerformers: Performers<HolderCall> = {
  mapRequest: (session, who, call) => {
    const { kernel } = session;
    const direction = call.direction === "READ" ? "dest" : "source";
    const from = resolveAddress(session, call.address);
    const iter = kernel.iovIterUbuf(direction, mmOf(session, who), from, call.length);
    const { ret, request } = kernel.mapUserRequest(call.user, iter, 64);
    session.objects.set(call.name, { kind: "request", request });
    return { ret };
  },
  // The result is the number of bytes that arrived.
  answerRequest: (session, _who, call) => {
    const object = session.objects.get(call.name);
    if (object?.kind !== "request") return { ret: -ENOENT };
    let bytes = 0;
    for (const { page, offset, length } of object.request.vecs) {
      if (session.kernel.dmaWrite(page, offset, length, call.value)) bytes += length;
    }
    return { ret: bytes };
  },
  releaseRequest: (session, _who, call) => {
    const object = session.objects.get(call.name);
    if (object?.kind !== "request") return { ret: -ENOENT };
    session.kernel.releaseUserRequest(object.request);
    session.objects.delete(call.name);
    return { ret: 0 };
  },
  wrapPages: (session, who, call) => {
    const { kernel } = session;
    const mm = mmOf(session, who);
    const from = resolveAddress(session, call.address);
    const pages = Math.ceil(((from % 4096) + call.length) / 4096);
    const wrap = {
      get_vaddr_frames: () => kernel.getVaddrFrames(mm, from, pages),
      ib_umem_get: () => kernel.ibUmemGet(mm, from, call.length, true),
      tee_shm_register_user_buf: () => kernel.teeShmRegisterUserBuf(mm, from, call.length),
      vfio_pin_pages: () => kernel.vfioPinPages(mm, from, pages),
      io_pin_pages: () => kernel.ioPinPages(mm, from, call.length),
      kvm_vcpu_map: () => kernel.kvmVcpuMap(mm, from),
    }[call.api];
    const { ret, wrapper } = wrap();
    if (wrapper !== null) session.objects.set(call.name, { kind: "wrapper", wrapper });
    return { ret };
  },
  unwrapPages: (session, _who, call) => {
    const { kernel } = session;
    const object = session.objects.get(call.name);
    if (object?.kind !== "wrapper") return { ret: -ENOENT };
    const { wrapper } = object;
    const unwrap = {
      put_vaddr_frames: () => kernel.putVaddrFrames(wrapper),
      ib_umem_release: () => kernel.ibUmemRelease(wrapper),
      tee_shm_free: () => kernel.teeShmFree(wrapper),
      vfio_unpin_pages: () => kernel.vfioUnpinPages(wrapper),
      io_pages_free: () => kernel.ioPagesFree(wrapper),
      kvm_vcpu_unmap: () => kernel.kvmVcpuUnmap(wrapper, true),
    }[call.api];
    unwrap();
    session.objects.delete(call.name);
    return { ret: 0 };
  },
  allocSkb: (session, _who, call) => {
    const skb = session.kernel.allocSkb();
    if (call.managed) session.kernel.skbSetManaged(skb);
    session.objects.set(call.name, { kind: "skb", skb });
    return { ret: 0 };
  },
  skbZerocopy: (session, who, call) => {
    const { kernel } = session;
    const from = resolveAddress(session, call.address);
    const iter = kernel.iovIterUbuf("source", mmOf(session, who), from, call.length);
    return { ret: kernel.skbZerocopyIterStream(skbAt(session, call.name), iter, call.length) };
  },
  skbExtract: (session, who, call) => {
    const { kernel } = session;
    const from = resolveAddress(session, call.address);
    const iter = kernel.iovIterUbuf("source", mmOf(session, who), from, call.length);
    return { ret: kernel.skbZerocopyExtract(skbAt(session, call.name), iter, call.length) };
  },
  skbFill: (session, _who, call) => {
    const { kernel } = session;
    const page = slotPage(session, call.slot, call.index);
    if (page === null) throw new ScenarioError(`expected a page in slot${call.slot}[${call.index}]`);
    const skb = skbAt(session, call.name);
    const at = skb.fragments.length;
    if (call.hold === null) kernel.skbFillPageDesc(skb, at, page, 0, 4096);
    else kernel.skbFillPageDescHold(skb, at, page, 0, 4096, call.hold);
    return { ret: 0 };
  },
  kfreeSkb: (session, _who, call) => {
    session.kernel.kfreeSkb(skbAt(session, call.name));
    session.objects.delete(call.name);
    return { ret: 0 };
  },
};
