/** Executes the calls of a scenario that hand pages on: iterators, bios, direct I/O. */
import type { IovIter, IterDirection, Page, PageArray } from "@pinscope/simulator/kernel";
import type { Call, IteratorKind, Segment } from "./call.ts";
import type { Outcome } from "./perform.ts";
import { type KernelBuffer, mmOf, pageSize, resolveAddress, ScenarioError, type Session } from "./session.ts";
import type { Who } from "./types.ts";

type CallOf<Kind extends Call["kind"]> = Extract<Call, { readonly kind: Kind }>;

/** Pages of the recorder's kernel buffers. */
const bufferOrder = 2;

/** Most pages that one extraction takes, and vectors of the test bio. */
const mostPages = 64;

/** errno values that the recorder, not the kernel, returns. */
const ENOENT = 2;
const EFAULT = 14;
const EBUSY = 16;

const bufferOf: Readonly<Partial<Record<IteratorKind, KernelBuffer>>> = {
  ITER_KVEC: "kvec",
  "ITER_KVEC(vmalloc)": "vmalloc",
  ITER_BVEC: "bvec",
};

function bufferPages(session: Session, buffer: KernelBuffer): readonly Page[] {
  let pages = session.kernelBuffers.get(buffer);
  if (pages === undefined) {
    const { kernel } = session;
    pages =
      buffer === "vmalloc"
        ? Array.from({ length: 1 << bufferOrder }, () => kernel.allocPages(0))
        : kernel.allocPages(bufferOrder).folio.pages;
    session.kernelBuffers.set(buffer, pages);
  }
  return pages;
}

function makeIterator(
  session: Session,
  who: Who,
  kind: IteratorKind,
  direction: IterDirection,
  segments: readonly Segment[],
): IovIter {
  const { kernel } = session;
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

export function performExtract(session: Session, who: Who, call: CallOf<"extract">): Outcome {
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
      will_pin: extracts ? kernel.iovIterExtractWillPin(iter) : null,
    },
  };
}

export function performBio(session: Session, who: Who, call: CallOf<"bioGetPages">): Outcome {
  if (session.bio !== null) return { ret: -EBUSY };
  const { kernel } = session;
  const read = call.direction === "READ";
  const iter = makeIterator(session, who, call.iterator, read ? "dest" : "source", call.segments);
  const bio = kernel.bioInit(session.disk, iter.type === "bvec" ? 0 : mostPages, read ? "read" : "write");
  session.bio = bio;
  return { ret: kernel.bioIovIterGetPages(bio, iter) };
}

/** bio_add_page(). @returns the bytes added, 0 when the bio has no room. */
export function performBioAdd(session: Session, call: CallOf<"bioAddPage">): Outcome {
  const page = session.slots.get(call.slot)?.pages[call.index];
  if (page === undefined) throw new ScenarioError(`expected a page in slot${call.slot}[${call.index}]`);
  session.bio ??= session.kernel.bioInit(session.disk, mostPages, "read");
  return { ret: session.kernel.bioAddPage(session.bio, page, call.length, call.offset) };
}

export function performBioRelease(session: Session, call: CallOf<"bioReleasePages">): Outcome {
  if (session.bio === null) return { ret: -ENOENT };
  session.kernel.bioReleasePages(session.bio, call.markDirty);
  session.bio = null;
  return { ret: 0 };
}

export function performDirectIo(session: Session, who: Who, call: CallOf<"directIo">): Outcome {
  if (session.directIo !== null) throw new ScenarioError("expected the request before to have returned");
  const { kernel } = session;
  const direction = call.direction === "read" ? "dest" : "source";
  const address = resolveAddress(session, call.address);
  const mm = mmOf(session, who);
  for (let time = 0; time < call.times; time++) {
    const iter = kernel.iovIterUbuf(direction, mm, address, call.length);
    session.directIo = { request: kernel.blkdevDirectIo(session.disk, iter, false), completed: false };
  }
  return { ret: 0 };
}

function complete(session: Session, fill: number): Outcome {
  const ret = session.kernel.completeDirectIo(session.disk, fill);
  if (session.directIo !== null) session.directIo = { ...session.directIo, completed: true };
  return { ret };
}

/** @returns the number of bios that the disk held. */
export function performCompletion(session: Session, call: CallOf<"deviceCompletes">): Outcome {
  return complete(session, call.fill);
}

export function performReturn(session: Session): Outcome {
  const result = session.directIo?.request.result ?? null;
  if (result === null) {
    throw new ScenarioError("expected the device to complete the request before");
  }
  session.directIo = null;
  return { ret: result };
}

/** vmsplice() of user pages into a pipe: a reference on each, no copy. */
export function performVmsplice(session: Session, who: Who, call: CallOf<"vmsplice">): Outcome {
  const { kernel } = session;
  const address = resolveAddress(session, call.address);
  const iter = kernel.iovIterUbuf("source", mmOf(session, who), address, call.length);
  const pages: PageArray = [];
  const { ret, offset0 } = kernel.iovIterGetPages2(iter, pages, call.length, mostPages);
  const count = ret > 0 ? Math.ceil((offset0 + ret) / pageSize) : 0;
  for (const [index, page] of pages.slice(0, count).entries()) {
    const offset = index === 0 ? offset0 : 0;
    const length = Math.min(pageSize - offset, offset0 + ret - index * pageSize - offset);
    if (page !== null) session.pipe.push({ page, offset, length });
  }
  return { ret };
}

/** Everything is read from the pipe; its references go. @returns the first byte. */
export function performPipeRead(session: Session): Outcome {
  const { kernel } = session;
  const [first] = session.pipe;
  if (first === undefined) throw new ScenarioError("expected vmsplice() before");
  const value = kernel.dmaRead(first.page, first.offset);
  emptyPipe(session);
  return { ret: value };
}

function emptyPipe(session: Session): void {
  for (const { page } of session.pipe.splice(0)) session.kernel.putPage(page);
}

/** splice() from the pipe to the disk, opened with O_DIRECT: the bio borrows the pages that the pipe holds. */
export function performSplice(session: Session): Outcome {
  if (session.pipe.length === 0) throw new ScenarioError("expected vmsplice() before");
  const { kernel } = session;
  const bvecs = session.pipe.map(({ page, offset, length }) => ({ page, offset, length }));
  const request = kernel.blkdevDirectIo(session.disk, kernel.iovIterBvec("source", bvecs), false);
  session.directIo = { request, completed: false };
  return { ret: 0 };
}

export function performSpliceReturn(session: Session): Outcome {
  const outcome = performReturn(session);
  emptyPipe(session);
  return outcome;
}

/** process_vm_readv() of one page: the source is pinned while it is copied. @returns bytes, or a negative errno. */
export function performProcessVmReadv(session: Session, who: Who, call: CallOf<"processVmReadv">): Outcome {
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

export function performRegister(session: Session, who: Who, call: CallOf<"ioUringRegister">): Outcome {
  const address = resolveAddress(session, call.address);
  const { ret, buffer } = session.kernel.ioUringRegisterBuffer(mmOf(session, who), address, call.length);
  if (buffer !== null) session.registered.push(buffer);
  return { ret };
}

export function performUnregister(session: Session): Outcome {
  for (const buffer of session.registered.splice(0)) session.kernel.ioUringUnregisterBuffer(buffer);
  return { ret: 0 };
}

/** An asynchronous O_DIRECT read. @returns the number of requests submitted. */
export function performUringRead(session: Session, who: Who, call: CallOf<"ioUringRead">): Outcome {
  const { kernel } = session;
  const [buffer] = session.registered;
  if (call.fixed && buffer === undefined)
    throw new ScenarioError("expected io_uring_register(BUFFERS, …) before");
  const iter =
    call.fixed && buffer !== undefined
      ? kernel.iovIterBvec("dest", buffer.bvecs)
      : kernel.iovIterUbuf("dest", mmOf(session, who), resolveAddress(session, call.address), call.length);
  session.directIo = { request: kernel.blkdevDirectIo(session.disk, iter, true), completed: false };
  return { ret: 1 };
}

/** The device fills the memory of an io_uring read with this byte. */
const uringFill = 0x5a;

export function performUringCompletion(session: Session): Outcome {
  complete(session, uringFill);
  return performReturn(session);
}
