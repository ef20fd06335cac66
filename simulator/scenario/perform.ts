/** Executes one call of a scenario on the kernel model. */
import { FOLL, type GetUserPages, type Mm, type Page, type PageArray } from "@pinscope/simulator/kernel";
import type { AcquireName, Advice, Call, FollFlag, ReleaseName, SlotRange } from "./call.ts";
import { mapRegion } from "./mapping.ts";
import { chooseFrame } from "./observe.ts";
import { parseAddress } from "./parse-call.ts";
import {
  performBio,
  performBioAdd,
  performBioRelease,
  performCompletion,
  performDirectIo,
  performExtract,
  performPipeRead,
  performProcessVmReadv,
  performRegister,
  performReturn,
  performSplice,
  performSpliceReturn,
  performUnregister,
  performUringCompletion,
  performUringRead,
  performVmsplice,
} from "./perform-io.ts";
import {
  fileAt,
  fileKind,
  findRegion,
  mmOf,
  NotModelled,
  pageSize,
  placeRegion,
  releasedUpTo,
  resolveAddress,
  ScenarioError,
  type Session,
} from "./session.ts";
import type { IteratorResult, Who } from "./types.ts";

/** errno values that the recorder, not the kernel, returns. */
const EPERM = 1;
const ENOENT = 2;
const EFAULT = 14;
const ERANGE = 34;

export interface Outcome {
  /** What the step's `ret` is compared with. */
  readonly ret: number;
  /** The signal that a memory access raised. */
  readonly signal?: "SIGSEGV" | "SIGBUS";
  /** What an iterator call says beside its result. */
  readonly result?: IteratorResult;
}

const follBits: Readonly<Record<FollFlag, number>> = {
  FOLL_WRITE: FOLL.WRITE,
  FOLL_LONGTERM: FOLL.LONGTERM,
  FOLL_NOFAULT: FOLL.NOFAULT,
  FOLL_FORCE: FOLL.FORCE,
  FOLL_NOWAIT: FOLL.NOWAIT,
  FOLL_DUMP: FOLL.DUMP,
  FOLL_HWPOISON: FOLL.HWPOISON,
  FOLL_GET: FOLL.GET,
};

/** Which of the kernel's functions a name is, and whether the recorder held mmap_lock around it. */
const acquirers: Readonly<
  Record<AcquireName, { readonly name: keyof GetUserPagesFunctions; readonly locked: boolean }>
> = {
  pin_user_pages_fast: { name: "pinUserPagesFast", locked: false },
  pin_user_pages: { name: "pinUserPages", locked: true },
  pin_user_pages_unlocked: { name: "pinUserPagesUnlocked", locked: false },
  pin_user_pages_remote: { name: "pinUserPagesRemote", locked: true },
  get_user_pages_fast: { name: "getUserPagesFast", locked: false },
  get_user_pages: { name: "getUserPages", locked: true },
  get_user_pages_unlocked: { name: "getUserPagesUnlocked", locked: false },
  get_user_pages_fast_only: { name: "getUserPagesFastOnly", locked: false },
};

interface GetUserPagesFunctions {
  readonly pinUserPagesFast: GetUserPages;
  readonly pinUserPages: GetUserPages;
  readonly pinUserPagesUnlocked: GetUserPages;
  readonly pinUserPagesRemote: GetUserPages;
  readonly getUserPagesFast: GetUserPages;
  readonly getUserPages: GetUserPages;
  readonly getUserPagesUnlocked: GetUserPages;
  readonly getUserPagesFastOnly: GetUserPages;
}

const adviceNames: Readonly<Partial<Record<Advice, "dontneed" | "dontfork" | "wipeonfork" | "pageout">>> = {
  MADV_DONTNEED: "dontneed",
  MADV_DONTFORK: "dontfork",
  MADV_WIPEONFORK: "wipeonfork",
  MADV_PAGEOUT: "pageout",
};

const protections = {
  PROT_NONE: { read: false, write: false },
  PROT_READ: { read: true, write: false },
  "PROT_READ|PROT_WRITE": { read: true, write: true },
} as const;

function acquire(
  session: Session,
  mm: Mm,
  api: AcquireName,
  address: number,
  count: number,
  bits: number,
  pages: PageArray | null,
): number {
  const { kernel } = session;
  const { name, locked } = acquirers[api];
  if (locked) kernel.mmapReadLock(mm);
  const ret = kernel[name](mm, address, count, bits, pages);
  if (locked) kernel.mmapReadUnlock(mm);
  return ret;
}

function gupFlags(flags: readonly FollFlag[]): number {
  return flags.reduce((bits, flag) => bits | follBits[flag], 0);
}

/** Lets go of pages by one of the releasing functions; those that take one page are called for each. */
function release(session: Session, api: ReleaseName, pages: readonly Page[], dirty: boolean): void {
  const { kernel } = session;
  const [first] = pages;
  switch (api) {
    case "unpin_user_page":
      for (const page of pages) kernel.unpinUserPage(page);
      return;
    case "put_page":
      for (const page of pages) kernel.putPage(page);
      return;
    case "unpin_user_pages":
      kernel.unpinUserPages(pages, pages.length);
      return;
    case "unpin_user_pages_dirty_lock":
      kernel.unpinUserPagesDirtyLock(pages, pages.length, dirty);
      return;
    case "unpin_user_page_range_dirty_lock":
      if (pages.some((page) => page.folio !== first?.folio)) {
        throw new NotModelled("which frames follow a single page in memory is not known");
      }
      if (first !== undefined) kernel.unpinUserPageRangeDirtyLock(first, pages.length, dirty);
      return;
    case "unpin_user_folio":
      if (first !== undefined) kernel.unpinUserFolio(first.folio, pages.length);
      return;
  }
}

function releaseSlot(session: Session, api: ReleaseName, range: SlotRange, dirty: boolean): Outcome {
  const slot = session.slots.get(range.slot);
  if (slot === undefined) return { ret: -ENOENT };
  const end = (range.last ?? slot.pages.length - 1) + 1;
  if (range.first > slot.pages.length || end > slot.pages.length) return { ret: -ERANGE };
  release(session, api, slot.pages.slice(range.first, end), dirty);
  releasedUpTo(session, range.slot, end);
  return { ret: 0 };
}

/** The frame that a watch's name or an address names. */
function framePage(session: Session, who: Who, name: string): Page {
  const known = session.frames.get(name);
  if (known !== undefined) return known;
  if (chooseFrame(session, name)) return session.frames.get(name)!;
  const address = parseAddress(name);
  const page =
    address === undefined || (address.kind === "region" && findRegion(session, address.name) === null)
      ? null
      : session.kernel.walk(mmOf(session, who), resolveAddress(session, address)).page;
  if (page === null) throw new ScenarioError(`expected a frame or an address with a page, got "${name}"`);
  return page;
}

function slotPage(session: Session, slot: number, index: number): Page | null {
  return session.slots.get(slot)?.pages[index] ?? null;
}

/**
 * Executes a call.
 * @throws {ScenarioError} where the scenario asks for what is not there (a region, a file, a child).
 * @throws {NotModelled} where the kernel model has no such call.
 */
export function perform(session: Session, who: Who, call: Call): Outcome {
  const { kernel } = session;
  const mm = mmOf(session, who);
  switch (call.kind) {
    case "nothing":
      return { ret: 0 };
    case "acquire": {
      const pages: PageArray = [];
      const address = resolveAddress(session, call.address);
      const bits = gupFlags(call.flags);
      const ret = acquire(session, mm, call.api, address, call.pages, bits, call.pagesNull ? null : pages);
      session.slots.delete(call.slot);
      if (ret > 0 && !call.pagesNull) {
        const held = pages.slice(0, ret).filter((page) => page !== null);
        session.slots.set(call.slot, { pages: held, first: 0 });
      }
      return { ret };
    }
    case "acquireRepeatedly": {
      const address = resolveAddress(session, call.address);
      const bits = gupFlags(call.flags);
      const pages: PageArray = [];
      const { api, pages: count, times } = call;
      let done = 0;
      while (done < times && acquire(session, mm, api, address, count, bits, pages) === count) done++;
      return { ret: done };
    }
    case "release":
      return releaseSlot(session, call.api, call.range, call.dirty);
    case "releaseRepeatedly": {
      const page = framePage(session, who, call.frame);
      const one = [page];
      for (let done = 0; done < call.times; done++) release(session, call.api, one, false);
      return { ret: call.times };
    }
    case "getPage": {
      const page = slotPage(session, call.from, call.index);
      if (page === null) return { ret: -ENOENT };
      kernel.getPage(page);
      session.slots.set(call.slot, { pages: [page], first: 0 });
      return { ret: 1 };
    }
    case "read": {
      const { signal, value } = kernel.readByte(mm, resolveAddress(session, call.address));
      return signal === null ? { ret: value } : { ret: -EFAULT, signal };
    }
    case "write": {
      const { signal } = kernel.writeByte(mm, resolveAddress(session, call.address), call.value);
      return signal === null ? { ret: 0 } : { ret: -EFAULT, signal };
    }
    case "lruAddDrainAll":
      kernel.lruAddDrainAll();
      return { ret: 0 };
    case "fork":
      if (session.child !== null) throw new ScenarioError("expected child exit() before another fork()");
      session.child = kernel.fork(mm);
      return { ret: 0 };
    case "childExit":
      kernel.exitMm(mmOf(session, "child"));
      session.child = null;
      return { ret: 0 };
    case "mmap":
      return mapRegion(session, mm, call);
    case "reserve":
      placeRegion(session, call.name, { pages: call.pages, mappedPages: 0, path: null, at: null });
      return { ret: 0 };
    case "creat": {
      const file = kernel.createFile(fileKind(call.path), call.pages * pageSize);
      session.files.set(call.path, file);
      for (let index = 0; call.fill !== null && index < call.pages; index++) {
        kernel.pwriteFill(file, index * pageSize, pageSize, call.fill + index);
      }
      return { ret: 0 };
    }
    case "munmap": {
      const address = resolveAddress(session, call.address);
      const bytes =
        call.extent.kind === "bytes" ? call.extent.bytes : bytesToEnd(session, call.address, address);
      return { ret: kernel.munmap(mm, address, bytes) };
    }
    case "movePages":
      return { ret: kernel.movePages(mm, resolveAddress(session, call.address), call.node) };
    case "splitHugePage":
      return { ret: kernel.splitHugePage(mm, resolveAddress(session, call.address)) };
    case "ksm": {
      const addresses = [...session.regions.values()].flatMap((region) =>
        Array.from({ length: region.mappedPages }, (_, page) => region.address + page * pageSize),
      );
      return { ret: kernel.ksmMerge(mm, addresses) };
    }
    case "compactMemory":
      return compactMemory(session, mm);
    case "madvise": {
      if (call.advice === "MADV_SOFT_OFFLINE") {
        return { ret: kernel.softOffline(mm, resolveAddress(session, call.address)) };
      }
      const advice = adviceNames[call.advice];
      if (advice === undefined) throw new NotModelled("the model has no such call");
      return {
        ret: kernel.madvise(mm, resolveAddress(session, call.address), call.pages * pageSize, advice),
      };
    }
    case "mprotect":
      return {
        ret: kernel.mprotect(
          mm,
          resolveAddress(session, call.address),
          call.pages * pageSize,
          protections[call.protection],
        ),
      };
    case "mremap":
      return {
        ret: kernel.mremap(
          mm,
          resolveAddress(session, call.from),
          pageSize,
          resolveAddress(session, call.to),
        ),
      };
    case "ftruncate":
      return { ret: kernel.ftruncate(fileAt(session, call.path), call.pages * pageSize) };
    case "fsync":
      return { ret: kernel.fsync(fileAt(session, call.path)) };
    case "dmaWrite": {
      const page = slotPage(session, call.slot, call.index);
      if (page === null) return { ret: -ENOENT };
      return { ret: kernel.dmaWrite(page, 0, 1, call.value) ? call.value : -EPERM };
    }
    case "dmaRead": {
      const page = slotPage(session, call.slot, call.index);
      return { ret: page === null ? -ENOENT : kernel.dmaRead(page, 0) };
    }
    case "extract":
      return performExtract(session, who, call);
    case "bioGetPages":
      return performBio(session, who, call);
    case "bioAddPage":
      return performBioAdd(session, call);
    case "bioReleasePages":
      return performBioRelease(session, call);
    case "directIo":
      return performDirectIo(session, who, call);
    case "deviceCompletes":
      return performCompletion(session, call);
    case "directIoReturned":
      return performReturn(session);
    case "vmsplice":
      return performVmsplice(session, who, call);
    case "splice":
      return performSplice(session);
    case "spliceReturned":
      return performSpliceReturn(session);
    case "pipeRead":
      return performPipeRead(session);
    case "processVmReadv":
      return performProcessVmReadv(session, who, call);
    case "ioUringRegister":
      return performRegister(session, who, call);
    case "ioUringUnregister":
      return performUnregister(session);
    case "ioUringRead":
      return performUringRead(session, who, call);
    case "ioUringCompletion":
      return performUringCompletion(session);
    case "frame": {
      const { page } = kernel.walk(mm, resolveAddress(session, call.address));
      if (page === null) throw new ScenarioError("expected an address at which a page is mapped");
      session.frames.set(call.name, page);
      return { ret: 0 };
    }
    case "described":
      throw new ScenarioError("describes what happens without saying it");
    default:
      throw new NotModelled("the model has no such call");
  }
}

/** Compaction leaves alone what anyone holds; what it does to other pages depends on all of memory. */
function compactMemory(session: Session, mm: Mm): Outcome {
  const { kernel } = session;
  for (const region of session.regions.values()) {
    for (let index = 0; index < region.mappedPages; index++) {
      const { page } = kernel.walk(mm, region.address + index * pageSize);
      if (page?.folio.anon && page.folio.refcount <= kernel.folioMapcount(page.folio)) {
        throw new NotModelled("whether compaction moves a page that nobody holds is not determined");
      }
    }
  }
  return { ret: 0 };
}

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
