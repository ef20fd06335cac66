/** The text of a call as data (`call.ts`); what cannot be read gets a message that says what was expected. */
import {
  type AcquireName,
  type Address,
  type Advice,
  type Call,
  type Extent,
  type FollFlag,
  follFlagNames,
  type IteratorKind,
  type MappingKind,
  type Protection,
  type ReleaseName,
  type Segment,
  type SlotRange,
} from "./call.ts";
import type { SegmentState } from "./types.ts";

export interface CallProblem {
  readonly kind: "problem";
  /** What was expected, as a sentence without its full stop. */
  readonly message: string;
}

const pageSize = 4096;

const acquireNames: readonly AcquireName[] = [
  "pin_user_pages_fast",
  "pin_user_pages",
  "pin_user_pages_unlocked",
  "pin_user_pages_remote",
  "get_user_pages_fast",
  "get_user_pages",
  "get_user_pages_unlocked",
  "get_user_pages_fast_only",
];
const releaseNames: readonly ReleaseName[] = [
  "unpin_user_page",
  "unpin_user_pages",
  "unpin_user_pages_dirty_lock",
  "unpin_user_page_range_dirty_lock",
  "unpin_user_folio",
  "put_page",
];
const iteratorKinds: readonly IteratorKind[] = [
  "ITER_UBUF",
  "ITER_IOVEC",
  "ITER_KVEC",
  "ITER_BVEC",
  "ITER_KVEC(vmalloc)",
];
const mappingKinds: readonly MappingKind[] = [
  "PRIVATE|ANON",
  "SHARED|ANON",
  "PRIVATE|ANON|HUGEPAGE",
  "PRIVATE|ANON|PROT_READ",
  "PRIVATE|ANON|PROT_NONE",
  "PRIVATE|ANON|HUGETLB",
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

/** Thrown inside this file only, where an argument is not what its form asks for. */
class Expected extends Error {}

function pick<T extends string>(names: readonly T[], text: string, what: string): T {
  const found = names.find((name) => name === text);
  if (found === undefined) throw new Expected(`expected ${what} (${names.join(", ")}), got "${text}"`);
  return found;
}

const region = String.raw`[A-Za-z_]\w*`;

/**
 * Reads `A`, `A+3p`, `A+0x200`, `0x7f00`, `0`. With `shorthand` also `A1` for `A+1p`, as the recorded scenarios
 * name their watches.
 */
export function parseAddress(text: string): Address | undefined {
  if (/^(0x[0-9a-f]+|\d+)$/.test(text)) return { kind: "number", value: Number(text) };
  const match = new RegExp(`^(${region})(?:\\+(?:(\\d+)p|(0x[0-9a-f]+)))?$`).exec(text);
  if (match === null) return undefined;
  const offset =
    match[2] !== undefined ? Number(match[2]) * pageSize : match[3] !== undefined ? Number(match[3]) : 0;
  return { kind: "region", name: match[1]!, offset };
}

function address(text: string): Address {
  const read = parseAddress(text);
  if (read === undefined) {
    throw new Expected(`expected an address (A, A+3p, A+0x200, 0x1000), got "${text}"`);
  }
  return read;
}

function flags(text: string): { flags: FollFlag[]; pagesNull: boolean } {
  const names = text === "0" ? [] : text.split("|");
  return {
    flags: names
      .filter((name) => name !== "(pages=NULL)")
      .map((name) => pick(follFlagNames, name, "0 or gup flags joined by |")),
    pagesNull: names.includes("(pages=NULL)"),
  };
}

function count(text: string, what: string): number {
  const trimmed = /^(\d+)(?: pages?)?$/.exec(text);
  if (trimmed === null) throw new Expected(`expected ${what}, got "${text}"`);
  return Number(trimmed[1]);
}

function slotRange(text: string): SlotRange {
  const match = /^slot(\d+)(?:\[(\d+)\.\.(\d+)?\])?$/.exec(text);
  if (match === null)
    throw new Expected(`expected a slot such as slot0, slot0[1..2] or slot0[1..], got "${text}"`);
  const last = match[3] === undefined ? null : Number(match[3]);
  const first = Number(match[2] ?? 0);
  if (last !== null && last < first) throw new Expected(`expected a range that grows, got "${text}"`);
  return { slot: Number(match[1]), first, last };
}

/** `arguments) -> slotK` apart: the arguments at commas outside parentheses, and the slot. */
function split(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let index = 0; index < text.length; index++) {
    const one = text[index];
    if (one === "(") depth++;
    else if (one === ")") depth--;
    else if (one === "," && depth === 0) {
      parts.push(text.slice(start, index).trim());
      start = index + 1;
    }
  }
  if (text.trim() !== "") parts.push(text.slice(start).trim());
  return parts;
}

function segments(parts: readonly string[]): Segment[] {
  return parts.map((part, index) => {
    // A later segment of the recorded scenarios is only named; the step's "segs" have it.
    if (new RegExp(`^seg${index}$`).test(part)) return { at: "kernel", offset: 0, length: -1 };
    const match = new RegExp(`^seg${index}=(.+)\\+(\\d+)$`).exec(part);
    if (match === null) throw new Expected(`expected seg${index}=ADDR+LEN, got "${part}"`);
    return segment(match[1]!, Number(match[2]));
  });
}

/** A segment from where it lies (`A+0x64`, `kbuf`, `kbuf+0x64`) and its length in bytes. */
function segment(at: string, length: number): Segment {
  const kernel = /^kbuf(?:\+(0x[0-9a-f]+|\d+))?$/.exec(at);
  if (kernel !== null) return { at: "kernel", offset: Number(kernel[1] ?? 0), length };
  return { at: address(at), length };
}

interface Form {
  /** How the form is written, for messages. */
  readonly usage: string;
  readonly pattern: RegExp;
  readonly read: (match: readonly string[]) => Call;
}

function acquireFlags(text: string | undefined): readonly FollFlag[] {
  return text === undefined ? ["FOLL_WRITE"] : flags(text).flags;
}

function extent(text: string): { address: Address; extent: Extent } {
  const toEnd = /^(.+)\.\.end$/.exec(text);
  if (toEnd !== null) return { address: address(toEnd[1]!), extent: { kind: "rest" } };
  const [from = "", bytes] = split(text);
  if (bytes === undefined) return { address: address(from), extent: { kind: "rest" } };
  return { address: address(from), extent: { kind: "bytes", bytes: count(bytes, "a number of bytes") } };
}

const anyAcquire = acquireNames.join("|");
const anyRelease = releaseNames.join("|");

/** All forms, the particular ones before the general ones. */
const forms: readonly Form[] = [
  {
    usage: `(…) or (observe): nothing is done`,
    pattern:
      /^\((?:observe.*|skip.*|slot\d+ empty: (?:nothing to release|no DMA|nothing to get)|lru_add drained)\)$/,
    read: () => ({ kind: "nothing" }),
  },
  {
    usage: "ACQUIRE(ADDR, N, FLAGS) -> slotK",
    pattern: new RegExp(`^(${anyAcquire})\\(([^,]+), (\\d+), (.+)\\) -> slot(\\d+)$`),
    read: ([, api, at, pages, flagText, slot]) => ({
      kind: "acquire",
      api: pick(acquireNames, api!, "a call"),
      address: address(at!),
      pages: Number(pages),
      ...flags(flagText!),
      slot: Number(slot),
    }),
  },
  {
    usage: "TIMES * ACQUIRE(ADDR, N, FLAGS)",
    pattern: new RegExp(
      `^(?:(\\d+) \\* |one more )?(${anyAcquire})\\(([^,]+?)(?:, (\\d+), (.+))?\\)(?:, slow)?$`,
    ),
    read: ([, times, api, at, pages, flagText]) => ({
      kind: "acquireRepeatedly",
      times: Number(times ?? 1),
      api: pick(acquireNames, api!, "a call"),
      address: address(at!),
      pages: Number(pages ?? 1),
      flags: acquireFlags(flagText),
    }),
  },
  {
    usage: "RELEASE(slotK[FIRST..LAST])",
    pattern: new RegExp(`^(${anyRelease})(?:\\(dirty=([01])\\))?\\((slot.*)\\)$`),
    read: ([, api, dirty, range]) => ({
      kind: "release",
      api: pick(releaseNames, api!, "a call"),
      range: slotRange(range!),
      dirty: dirty === "1",
    }),
  },
  {
    usage: "TIMES * RELEASE(FRAME)",
    pattern: new RegExp(`^(?:(\\d+) \\* )?(unpin_user_page|put_page)\\((${region}(?:\\+\\d+p)?)\\)$`),
    read: ([, times, api, frame]) => ({
      kind: "releaseRepeatedly",
      times: Number(times ?? 1),
      api: pick(releaseNames, api!, "a call"),
      frame: frame!,
    }),
  },
  {
    usage: "get_page(slotJ[I..I]) -> slotK",
    pattern: /^get_page\((slot.*)\) -> slot(\d+)$/,
    read: ([, from, slot]) => {
      const range = slotRange(from!);
      return { kind: "getPage", from: range.slot, index: range.first, slot: Number(slot) };
    },
  },
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
  {
    usage: "lru_add_drain_all()",
    pattern: /^lru_add_drain_all\(\)$/,
    read: () => ({ kind: "lruAddDrainAll" }),
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
    usage: "creat(PATH, N pages[, fill=V])",
    pattern: /^creat\((\/[^ ,]+), (\d+) pages?(?:, fill=(\d+))?\)$/,
    read: ([, path, pages, fill]) => ({
      kind: "creat",
      path: path!,
      pages: Number(pages),
      fill: fill === undefined ? null : Number(fill),
    }),
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
  {
    usage: "ftruncate([PATH, ]N pages)",
    pattern: /^ftruncate\((?:(\/[^ ,]+), )?(?:(\d+) pages?|0)\)$/,
    read: ([, path, pages]) => ({ kind: "ftruncate", path: path ?? null, pages: Number(pages ?? 0) }),
  },
  {
    usage: "fsync(PATH)",
    pattern: /^fsync\((\/[^ ,]+)?\)$/,
    read: ([, path]) => ({ kind: "fsync", path: path ?? null }),
  },
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
    usage: "iov_iter_extract_pages(ITER, SOURCE|DEST, seg0=ADDR+LEN…) -> slotK",
    pattern: /^(iov_iter_extract_pages|iov_iter_get_pages2)\((.+)\) -> slot(\d+)$/,
    read: ([, api, text, slot]) => {
      const [iterator = "", direction = "", ...rest] = split(text!);
      return {
        kind: "extract",
        api: pick(["iov_iter_extract_pages", "iov_iter_get_pages2"] as const, api!, "a call"),
        iterator: pick(iteratorKinds, iterator, "an iterator"),
        direction: pick(["SOURCE", "DEST"] as const, direction, "a direction"),
        segments: segments(rest),
        slot: Number(slot),
      };
    },
  },
  {
    usage: "bio_iov_iter_get_pages(ITER, READ|WRITE, seg0=ADDR+LEN…)",
    pattern: /^bio_iov_iter_get_pages\((.+)\)$/,
    read: ([, text]) => {
      const [iterator = "", direction = "", ...rest] = split(text!);
      return {
        kind: "bioGetPages",
        iterator: pick(iteratorKinds, iterator, "an iterator"),
        direction: pick(["READ", "WRITE"] as const, direction, "a direction"),
        segments: segments(rest),
      };
    },
  },
  {
    usage: "bio_add_page(slotK[I], LEN, OFFSET)",
    pattern: /^bio_add_page\(slot(\d+)\[(\d+)\], (\d+), (\d+)\)$/,
    read: ([, slot, index, length, offset]) => ({
      kind: "bioAddPage",
      slot: Number(slot),
      index: Number(index),
      length: Number(length),
      offset: Number(offset),
    }),
  },
  {
    usage: "bio_release_pages(mark_dirty=0|1)",
    pattern: /^bio_release_pages\(mark_dirty=([01])\)$/,
    read: ([, dirty]) => ({ kind: "bioReleasePages", markDirty: dirty === "1" }),
  },
  {
    usage: "[TIMES * ]pread(O_DIRECT, ADDR, LEN) started in a thread",
    pattern:
      /^(?:(\d+) \* )?p(read|write)\(O_DIRECT, ([^,]+?)(?: \(never touched\))?, (\d+)\) started(?: in a thread)?$/,
    read: ([, times, direction, at, length]) => ({
      kind: "directIo",
      times: Number(times ?? 1),
      direction: direction === "read" ? "read" : "write",
      address: address(at!),
      length: Number(length),
    }),
  },
  {
    usage: "device completes the read (fills V)",
    pattern: /^device completes the (?:write|read \(fills (0x[0-9a-f]+|0)=\d+\))$/,
    read: ([, fill]) => ({
      kind: "deviceCompletes",
      direction: fill === undefined ? "write" : "read",
      fill: Number(fill ?? 0),
    }),
  },
  {
    usage: "pread() returned",
    pattern: /^p(read|write)\(\) returned$/,
    read: ([, direction]) => ({
      kind: "directIoReturned",
      direction: direction === "read" ? "read" : "write",
    }),
  },
  {
    usage: "vmsplice(pipe, ADDR, LEN)",
    pattern: /^vmsplice\(pipe, ([^,]+), (\d+)\)$/,
    read: ([, at, length]) => ({ kind: "vmsplice", address: address(at!), length: Number(length) }),
  },
  {
    usage: "splice(pipe -> O_DIRECT) started",
    pattern: /^splice\(pipe -> O_DIRECT\) started$/,
    read: () => ({ kind: "splice" }),
  },
  { usage: "splice() returned", pattern: /^splice\(\) returned$/, read: () => ({ kind: "spliceReturned" }) },
  {
    usage: "read(pipe) first byte",
    pattern: /^read\(pipe\) first byte$/,
    read: () => ({ kind: "pipeRead" }),
  },
  {
    usage: "process_vm_readv(ADDR -> ADDR)",
    pattern: /^process_vm_readv\((\S+)(?: hole)? -> (\S+)\)$/,
    read: ([, from, to]) => ({ kind: "processVmReadv", from: address(from!), to: address(to!) }),
  },
  {
    usage: "io_uring_register(BUFFERS, ADDR+LEN)",
    pattern: new RegExp(`^io_uring_register\\(BUFFERS, (${region})\\+(\\d+)(M?)\\)$`),
    read: ([, name, length, unit]) => ({
      kind: "ioUringRegister",
      address: address(name!),
      length: Number(length) * (unit === "M" ? 2 ** 20 : 1),
    }),
  },
  {
    usage: "io_uring_register(UNREGISTER_BUFFERS)",
    pattern: /^(?:io_uring_register\(UNREGISTER_BUFFERS\)|unregister)$/,
    read: () => ({ kind: "ioUringUnregister" }),
  },
  {
    usage: "io_uring READ_FIXED(ADDR) O_DIRECT LEN submitted",
    pattern: /^io_uring READ(_FIXED)?\((\S+)\) O_DIRECT (\d+) submitted$/,
    read: ([, fixed, at, length]) => ({
      kind: "ioUringRead",
      fixed: fixed !== undefined,
      address: address(at!),
      length: Number(length),
    }),
  },
  { usage: "completion", pattern: /^completion$/, read: () => ({ kind: "ioUringCompletion" }) },
  {
    usage: "move_pages(ADDR -> node N)",
    pattern: /^move_pages\((\S+) -> node (\d+)\)$/,
    read: ([, at, node]) => ({ kind: "movePages", address: address(at!), node: Number(node) }),
  },
  {
    usage: "split_huge_page(ADDR)",
    pattern: /^split_huge_page\((\S+)\)$/,
    read: ([, at]) => ({ kind: "splitHugePage", address: address(at!) }),
  },
  { usage: "swapon()", pattern: /^swapon\(\)$/, read: () => ({ kind: "swapon" }) },
  { usage: "swapoff()", pattern: /^swapoff\(\)$/, read: () => ({ kind: "swapoff" }) },
  { usage: "ksm()", pattern: /^ksm\(\)$/, read: () => ({ kind: "ksm" }) },
  { usage: "compact_memory()", pattern: /^compact_memory\(\)$/, read: () => ({ kind: "compactMemory" }) },
  {
    usage: "frame(NAME, ADDR)",
    pattern: new RegExp(`^frame\\((${region}), (\\S+)\\)$`),
    read: ([, name, at]) => ({ kind: "frame", name: name!, address: address(at!) }),
  },
];

/** Beginnings of prose that `scripts.ts` may explain. */
const described = /^(?:write [*A-Z]|mmap\(|open\(|io_uring_setup)/;

/**
 * Reads one call. Never throws.
 * @param listed segments of an iterator call, where the text does not have them all.
 */
export function parseCall(text: string, listed?: readonly SegmentState[]): Call | CallProblem {
  for (const form of forms) {
    const match = form.pattern.exec(text);
    if (match === null) continue;
    try {
      const call = form.read(match);
      if (listed === undefined || (call.kind !== "extract" && call.kind !== "bioGetPages")) return call;
      return { ...call, segments: listed.map(({ at, len }) => segment(at, len)) };
    } catch (error) {
      if (!(error instanceof Expected)) throw error;
      return { kind: "problem", message: `${error.message}; the form is ${form.usage}` };
    }
  }
  if (described.test(text)) return { kind: "described" };
  return { kind: "problem", message: expectedForms(text) };
}

/** The forms that share the text's first word; where none does, all names. */
function expectedForms(text: string): string {
  const word = /[A-Za-z_]\w*/.exec(text)?.[0] ?? "";
  const usages = forms.filter((form) => form.pattern.source.includes(word) && word.length > 2);
  const acquire = acquireNames.some((name) => name === word);
  const release = releaseNames.some((name) => name === word);
  const near = acquire
    ? forms.filter((form) => form.usage.includes("ACQUIRE"))
    : release
      ? forms.filter((form) => form.usage.includes("RELEASE"))
      : usages;
  if (near.length > 0) return `expected ${near.map((form) => form.usage).join(" or ")}`;
  const names = [...acquireNames, ...releaseNames, ...forms.map((form) => form.usage.split("(")[0])];
  return `no such call; the calls are ${[...new Set(names)].filter((name) => /^[a-z]/.test(name ?? "")).join(", ")}`;
}
