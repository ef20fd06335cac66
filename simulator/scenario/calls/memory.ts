/** Calls on a process's memory: accesses, mappings, fork. */
import type { Address, Extent } from "../call.ts";
import { mapRegion } from "../mapping.ts";
import {
  findRegion,
  mmOf,
  NotModelled,
  pageSize,
  placeRegion,
  resolveAddress,
  ScenarioError,
  type Session,
} from "../session.ts";
import { address, count, Expected, type Form, type Performers, pick, region, split } from "./area.ts";

export type MappingKind =
  | "PRIVATE|ANON"
  | "SHARED|ANON"
  | "PRIVATE|ANON|HUGEPAGE"
  | "PRIVATE|ANON|PROT_READ"
  | "PRIVATE|ANON|PROT_NONE"
  | "PRIVATE|ANON|HUGETLB"
  | "SHARED|ANON|HUGETLB"
  | "SHARED|FILE"
  | "PRIVATE|FILE"
  | "SHARED|FILE|PROT_READ"
  | "PRIVATE|FILE|PROT_READ";

export type Protection = "PROT_NONE" | "PROT_READ" | "PROT_READ|PROT_WRITE";

export type Advice =
  | "MADV_DONTNEED"
  | "MADV_DONTFORK"
  | "MADV_WIPEONFORK"
  | "MADV_PAGEOUT"
  | "MADV_SOFT_OFFLINE";

export type MemoryCall =
  | { readonly kind: "read"; readonly address: Address }
  | { readonly kind: "write"; readonly address: Address; readonly value: number }
  | { readonly kind: "fork" }
  | { readonly kind: "childExit" }
  | {
      readonly kind: "mmap";
      readonly name: string;
      readonly pages: number;
      readonly mapping: MappingKind;
      readonly path: string | null;
      /** Where to map; null: at a place of its own. */
      readonly at: Address | null;
    }
  | { readonly kind: "reserve"; readonly name: string; readonly pages: number }
  | { readonly kind: "munmap"; readonly address: Address; readonly extent: Extent }
  | { readonly kind: "madvise"; readonly address: Address; readonly pages: number; readonly advice: Advice }
  | {
      readonly kind: "mprotect";
      readonly address: Address;
      readonly pages: number;
      readonly protection: Protection;
    }
  | { readonly kind: "mremap"; readonly from: Address; readonly to: Address };

const mappingKinds: readonly MappingKind[] = [
  "PRIVATE|ANON",
  "SHARED|ANON",
  "PRIVATE|ANON|HUGEPAGE",
  "PRIVATE|ANON|PROT_READ",
  "PRIVATE|ANON|PROT_NONE",
  "PRIVATE|ANON|HUGETLB",
  "SHARED|ANON|HUGETLB",
  "SHARED|FILE",
  "PRIVATE|FILE",
  "SHARED|FILE|PROT_READ",
  "PRIVATE|FILE|PROT_READ",
];
const protections: readonly Protection[] = ["PROT_NONE", "PROT_READ", "PROT_READ|PROT_WRITE"];
const advices: readonly Advice[] = [
  "MADV_DONTNEED",
  "MADV_DONTFORK",
  "MADV_WIPEONFORK",
  "MADV_PAGEOUT",
  "MADV_SOFT_OFFLINE",
];
function extent(text: string): { address: Address; extent: Extent } {
  const toEnd = /^(.+)\.\.end$/.exec(text);
  if (toEnd !== null) return { address: address(toEnd[1]!), extent: { kind: "rest" } };
  const [from = "", bytes] = split(text);
  if (bytes === undefined) return { address: address(from), extent: { kind: "rest" } };
  return { address: address(from), extent: { kind: "bytes", bytes: count(bytes, "a number of bytes") } };
}

export const memoryForms: readonly Form[] = [
  {
    usage: "read *(ADDR)",
    pattern: /^read \*\((.+)\)$/,
    read: ([, at]) => ({ kind: "read", address: address(at!) }),
  },
  {
    usage: "write *(ADDR) = V",
    pattern: /^write \*\((.+)\) = (\d+)$/,
    read: ([, at, value]) => ({ kind: "write", address: address(at!), value: Number(value) }),
  },
  { usage: "fork()", pattern: /^fork\(\)$/, read: () => ({ kind: "fork" }) },
  { usage: "child exit()", pattern: /^child exit\(\)$/, read: () => ({ kind: "childExit" }) },
  {
    usage: "mmap(NAME, N pages, KIND[, PATH])",
    pattern: new RegExp(
      `^mmap\\((${region}), (\\d+) pages?, ([A-Z_|]+)(?:, ([/\\[][^ ,]+))?(?:, at (\\S+))?\\)$`,
    ),
    read: ([, name, pages, kind, path, at]) => {
      const mapping = pick(mappingKinds, kind!, "a kind of mapping");
      if (mapping.includes("FILE") !== (path !== undefined)) {
        throw new Expected(
          path === undefined ? `expected a path after ${mapping}` : `expected no path after ${mapping}`,
        );
      }
      return {
        kind: "mmap",
        name: name!,
        pages: Number(pages),
        mapping,
        path: path ?? null,
        at: at === undefined ? null : address(at),
      };
    },
  },
  {
    usage: "reserve(NAME, N pages)",
    pattern: new RegExp(`^reserve\\((${region}), (\\d+) pages?\\)$`),
    read: ([, name, pages]) => ({ kind: "reserve", name: name!, pages: Number(pages) }),
  },
  {
    usage: "munmap(ADDR, BYTES), munmap(ADDR..end), munmap(NAME)",
    pattern: /^munmap\((.+)\)$/,
    read: ([, text]) => ({ kind: "munmap", ...extent(text!) }),
  },
  {
    usage: "madvise(ADDR, N pages, ADVICE)",
    pattern: /^madvise\(([^,]+)(?:, (\d+) pages?)?, (\w+)\)$/,
    read: ([, at, pages, advice]) => ({
      kind: "madvise",
      address: address(at!),
      pages: Number(pages ?? 1),
      advice: pick(advices, advice!, "an advice"),
    }),
  },
  {
    usage: "mprotect(ADDR, N pages, PROT)",
    pattern: /^mprotect\(([^,]+)(?:, (\d+) pages?)?, ([A-Z_|]+)\)$/,
    read: ([, at, pages, protection]) => ({
      kind: "mprotect",
      address: address(at!),
      pages: Number(pages ?? 1),
      protection: pick(protections, protection!, "a protection"),
    }),
  },
  {
    usage: "mremap(ADDR -> ADDR)",
    pattern: /^mremap\((\S+) -> (\S+)\)$/,
    read: ([, from, to]) => ({ kind: "mremap", from: address(from!), to: address(to!) }),
  },
];

/** What a failed access returns to the recorder. */
const EFAULT = 14;

const adviceNames: Readonly<Partial<Record<Advice, "dontneed" | "dontfork" | "wipeonfork" | "pageout">>> = {
  MADV_DONTNEED: "dontneed",
  MADV_DONTFORK: "dontfork",
  MADV_WIPEONFORK: "wipeonfork",
  MADV_PAGEOUT: "pageout",
};

const protectionBits = {
  PROT_NONE: { read: false, write: false },
  PROT_READ: { read: true, write: false },
  "PROT_READ|PROT_WRITE": { read: true, write: true },
} as const;

/** From an address to the end of the mapping of its region. */
function bytesToEnd(
  session: Session,
  text: { readonly kind: string; readonly name?: string },
  address: number,
): number {
  const found = text.name === undefined ? null : findRegion(session, text.name);
  if (found === null) throw new ScenarioError("expected a region, or a length in bytes");
  return found.region.address + found.region.mappedPages * pageSize - address;
}

export const memoryPerformers: Performers<MemoryCall> = {
  read: (session, who, call) => {
    const { signal, value } = session.kernel.readByte(
      mmOf(session, who),
      resolveAddress(session, call.address),
    );
    return signal === null ? { ret: value } : { ret: -EFAULT, signal };
  },
  write: (session, who, call) => {
    const { signal } = session.kernel.writeByte(
      mmOf(session, who),
      resolveAddress(session, call.address),
      call.value,
    );
    return signal === null ? { ret: 0 } : { ret: -EFAULT, signal };
  },
  fork: (session, who) => {
    if (session.child !== null) throw new ScenarioError("expected child exit() before another fork()");
    session.child = session.kernel.fork(mmOf(session, who));
    return { ret: 0 };
  },
  childExit: (session) => {
    session.kernel.exitMm(mmOf(session, "child"));
    session.child = null;
    return { ret: 0 };
  },
  mmap: (session, who, call) => mapRegion(session, mmOf(session, who), call),
  reserve: (session, _who, call) => {
    placeRegion(session, call.name, { pages: call.pages, mappedPages: 0, path: null, at: null });
    return { ret: 0 };
  },
  munmap: (session, who, call) => {
    const from = resolveAddress(session, call.address);
    const bytes = call.extent.kind === "bytes" ? call.extent.bytes : bytesToEnd(session, call.address, from);
    return { ret: session.kernel.munmap(mmOf(session, who), from, bytes) };
  },
  madvise: (session, who, call) => {
    const { kernel } = session;
    const mm = mmOf(session, who);
    const from = resolveAddress(session, call.address);
    if (call.advice === "MADV_SOFT_OFFLINE") return { ret: kernel.softOffline(mm, from) };
    const advice = adviceNames[call.advice];
    if (advice === undefined) throw new NotModelled("the model has no such call");
    return { ret: kernel.madvise(mm, from, call.pages * pageSize, advice) };
  },
  mprotect: (session, who, call) => ({
    ret: session.kernel.mprotect(
      mmOf(session, who),
      resolveAddress(session, call.address),
      call.pages * pageSize,
      protectionBits[call.protection],
    ),
  }),
  mremap: (session, who, call) => ({
    ret: session.kernel.mremap(
      mmOf(session, who),
      resolveAddress(session, call.from),
      pageSize,
      resolveAddress(session, call.to),
    ),
  }),
};
