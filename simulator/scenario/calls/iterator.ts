/** Calls that take pages from an iterator, and the iterators themselves. */
import type { IovIter, IterDirection, Page, PageArray } from "@pinscope/simulator/kernel";
import type { Segment } from "../call.ts";
import {
  type KernelBuffer,
  mmOf,
  pageSize,
  resolveAddress,
  ScenarioError,
  type Session,
} from "../session.ts";
import type { Who } from "../types.ts";
import { type Form, type Outcome, type Performers, pick, segments, split } from "./area.ts";

export type IteratorKind =
  | "ITER_UBUF"
  | "ITER_IOVEC"
  | "ITER_KVEC"
  | "ITER_BVEC"
  | "ITER_KVEC(vmalloc)"
  | "ITER_XARRAY"
  | "ITER_FOLIOQ"
  | "ITER_PIPE";

export type IteratorCall = {
  readonly kind: "extract";
  readonly api: "iov_iter_extract_pages" | "iov_iter_get_pages2";
  readonly iterator: IteratorKind;
  readonly direction: "SOURCE" | "DEST";
  readonly segments: readonly Segment[];
  readonly slot: number;
};

export const iteratorKinds: readonly IteratorKind[] = [
  "ITER_UBUF",
  "ITER_IOVEC",
  "ITER_KVEC",
  "ITER_BVEC",
  "ITER_KVEC(vmalloc)",
  "ITER_XARRAY",
  "ITER_FOLIOQ",
  "ITER_PIPE",
];

export const iteratorForms: readonly Form[] = [
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
];

/** Pages of the recorder's kernel buffers. */
const bufferOrder = 2;

/** Most pages that one extraction takes, and vectors of the test bio. */
export const mostPages = 64;

const bufferOf: Readonly<Partial<Record<IteratorKind, KernelBuffer>>> = {
  ITER_KVEC: "kvec",
  "ITER_KVEC(vmalloc)": "vmalloc",
  ITER_BVEC: "bvec",
};

function bufferPages(session: Session, buffer: KernelBuffer): readonly Page[] {
  let pages = session.kernelBuffers.get(buffer);
  if (pages === undefined) {
    const { kernel } = session;
    const order = buffer === "folioq" ? 0 : bufferOrder;
    pages =
      buffer === "vmalloc"
        ? Array.from({ length: 1 << bufferOrder }, () => kernel.allocPages(0))
        : kernel.allocPages(order).folio.pages;
    session.kernelBuffers.set(buffer, pages);
  }
  return pages;
}

/** Iterators over the page cache of the file that an address maps, over two folios of the kernel's, over the pipe. */
function makeOther(
  session: Session,
  who: Who,
  kind: "ITER_XARRAY" | "ITER_FOLIOQ" | "ITER_PIPE",
  direction: IterDirection,
  [segment]: readonly Segment[],
): IovIter {
  const { kernel } = session;
  if (segment === undefined) throw new ScenarioError(`expected a segment for ${kind}`);
  const { at, length } = segment;
  if (kind === "ITER_XARRAY") {
    if (at === "kernel") throw new ScenarioError(`expected a user address for ${kind}`);
    const address = resolveAddress(session, at);
    const page = Math.floor(address / pageSize);
    const vma = mmOf(session, who).vmas.find(({ start, end }) => page >= start && page < end);
    if (vma?.file == null) throw new ScenarioError("expected an address in a mapping of a file");
    const start = address + (vma.pageOffset - vma.start) * pageSize;
    return kernel.iovIterXarray(direction, vma.file, start, length);
  }
  if (at !== "kernel") throw new ScenarioError(`expected kbuf+OFFSET for ${kind}`);
  if (kind === "ITER_PIPE") return kernel.iovIterPipe(session.pipe, length);
  const folios = (["bvec", "folioq"] as const).map((buffer) => bufferPages(session, buffer)[0]?.folio);
  return kernel.iovIterFolioQueue(
    direction,
    folios.filter((folio) => folio !== undefined),
    segment.offset,
    length,
  );
}

export function makeIterator(
  session: Session,
  who: Who,
  kind: IteratorKind,
  direction: IterDirection,
  segments: readonly Segment[],
): IovIter {
  const { kernel } = session;
  if (kind === "ITER_XARRAY" || kind === "ITER_FOLIOQ" || kind === "ITER_PIPE")
    return makeOther(session, who, kind, direction, segments);
  const buffer = bufferOf[kind];
  if (buffer === undefined) {
    const user = segments.map(({ at, length }) => {
      if (at === "kernel") throw new ScenarioError(`expected user addresses for ${kind}`);
      return { address: resolveAddress(session, at), length };
    });
    const mm = mmOf(session, who);
    const [first] = user;
    return kind === "ITER_UBUF" && first !== undefined
      ? kernel.iovIterUbuf(direction, mm, first.address, first.length)
      : kernel.iovIterInit(direction, mm, user);
  }
  const pages = bufferPages(session, buffer);
  const own = segments.map((one) => {
    if (one.at !== "kernel") throw new ScenarioError(`expected kbuf+OFFSET for ${kind}`);
    return { pages, offset: one.offset, length: one.length };
  });
  if (buffer !== "bvec") return kernel.iovIterKvec(direction, own);
  const bvecs = own.map(({ offset, length }) => {
    const page = pages[Math.floor(offset / pageSize)];
    if (page === undefined)
      throw new ScenarioError(`expected an offset within ${pages.length} pages of kbuf`);
    return { page, offset: offset % pageSize, length };
  });
  return kernel.iovIterBvec(direction, bvecs);
}

/** What is to be let go afterwards, by the name that the kernel has for the question. */
function willPin(kernel: Session["kernel"], iter: IovIter): boolean {
  return kernel.profile.era.switches.iterExtractMode
    ? kernel.iovIterExtractMode(iter) !== 0
    : kernel.iovIterExtractWillPin(iter);
}

function performExtract(session: Session, who: Who, call: IteratorCall): Outcome {
  const { kernel } = session;
  const direction = call.direction === "DEST" ? "dest" : "source";
  const iter = makeIterator(session, who, call.iterator, direction, call.segments);
  const extracts = call.api === "iov_iter_extract_pages";
  const pages: PageArray = [];
  const take = extracts ? kernel.iovIterExtractPages : kernel.iovIterGetPages2;
  const { ret, offset0 } = take(iter, pages, Number.MAX_SAFE_INTEGER, mostPages);
  const count = ret > 0 ? Math.ceil((offset0 + ret) / pageSize) : 0;
  session.slots.delete(call.slot);
  if (count > 0) {
    const held = pages.slice(0, count).filter((page) => page !== null);
    session.slots.set(call.slot, { pages: held, first: 0 });
  }
  return {
    ret,
    result: {
      bytes: ret,
      offset0,
      npages: count,
      left: iter.count,
      will_pin: extracts ? willPin(kernel, iter) : null,
    },
  };
}

export const iteratorPerformers: Performers<IteratorCall> = { extract: performExtract };
