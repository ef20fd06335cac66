/**
 * A running scenario: what its names stand for in the kernel model. Regions lie at fixed places of their own, slots
 * hold the pages that acquiring calls returned, frames are pages chosen once. Executes nothing (`perform.ts` does).
 */
import type {
  AddressSpace,
  Bio,
  BlockDevice,
  BlockRequest,
  DirectIo,
  FileKind,
  Folio,
  Kernel,
  Mm,
  Page,
  PageWrapper,
  PipeInode,
  RegisteredBuffer,
  SkBuff,
  UserRequest,
} from "@pinscope/simulator/kernel";
import type { Address } from "./call.ts";
import type { Who } from "./types.ts";

export const pageSize = 4096;

/** Where the first region lies; the next ones follow in steps of 16 MB, so that pages of 2 MB fit anywhere. */
const firstRegion = 0x100000000000;
const regionStep = 0x1000000;

export interface Region {
  readonly name: string;
  /** In bytes. */
  readonly address: number;
  /** Length of the named range; the mapping may be shorter. */
  readonly pages: number;
  readonly mappedPages: number;
  /** Path of the file behind it, null for anonymous memory. */
  readonly path: string | null;
}

/** What an acquiring call left in a slot. */
export interface Slot {
  readonly pages: readonly Page[];
  /** Index of the first page not yet released. */
  readonly first: number;
}

/** Kernel memory of four pages: from the page allocator, from vmalloc, and the pages of bvec iterators. */
export type KernelBuffer = "kvec" | "vmalloc" | "bvec" | "folioq";

/**
 * What becomes of a slot when its last page is released. `keep`: nothing, so that it can be released once more.
 * `after-step`: it is empty from the next step on, as in the recorded scenarios. `at-once`: it is empty, and watches
 * show only what is still held, as in the random sequences (save the slots that these misuse).
 */
export type SlotPolicy = "keep" | "after-step" | "at-once";

/** First slot that the random sequences use for misuse. */
const misuseSlot = 6;

/** What a call made under a name of the scenario's. */
export type SessionObject =
  | { readonly kind: "bio"; readonly bio: Bio }
  | { readonly kind: "wrapper"; readonly wrapper: PageWrapper }
  | { readonly kind: "request"; readonly request: UserRequest }
  | { readonly kind: "skb"; readonly skb: SkBuff };

export interface Session {
  readonly kernel: Kernel;
  readonly parent: Mm;
  child: Mm | null;
  readonly regions: Map<string, Region>;
  readonly slots: Map<number, Slot>;
  readonly frames: Map<string, Page>;
  /** Frames that were seen free: what their watch shows later may be another folio's. */
  readonly goneFrames: Map<string, Page>;
  readonly files: Map<string, AddressSpace>;
  /** Path of the file mapped last: what `ftruncate()` without a path means. */
  lastPath: string | null;
  /** Addresses of regions that must not lie at a place of their own. */
  readonly places: ReadonlyMap<string, Address>;
  readonly slotPolicy: SlotPolicy;
  /** The test bio. */
  bio: Bio | null;
  /** Bios beside the test bio, and what else calls have made and named. */
  readonly objects: Map<string, SessionObject>;
  /** The request that user memory is mapped for, and its first bio as it was then. */
  mappedRequest: { readonly request: BlockRequest; readonly first: Bio | null } | null;
  /** The fake disk, which holds requests until it is told to complete them. */
  readonly disk: BlockDevice;
  /** The O_DIRECT request that has not returned to its caller yet, and whether the device is through with it. */
  directIo: { readonly request: DirectIo; readonly completed: boolean } | null;
  /** Buffers registered with io_uring. */
  readonly registered: RegisteredBuffer[];
  readonly pipe: PipeInode;
  /** Offset that the last memfd_pin_folios() gave, in bytes. */
  memfdOffset: number;
  /** What lies in memory behind the first page of a range of single pages: page 0 of a region; null: nobody's here. */
  readonly framesBehind: readonly (string | null)[];
  /** The recorder's kernel memory, as far as it was used. */
  readonly kernelBuffers: Map<KernelBuffer, readonly Page[]>;
  /** Watches P7 are frames counted on from page 0 of the region, not page 7 of it. */
  readonly framesByNumber: boolean;
  /** Watches of frames that have nothing to do with the scenario. */
  readonly unrelated: Set<string>;
  /** Names of folios in order of appearance. */
  readonly folioNames: Map<Folio, string>;
}

export function openSession(
  kernel: Kernel,
  options: Pick<Session, "places" | "slotPolicy" | "framesByNumber" | "framesBehind">,
): Session {
  return {
    kernel,
    parent: kernel.createMm(),
    child: null,
    regions: new Map(),
    slots: new Map(),
    frames: new Map(),
    goneFrames: new Map(),
    files: new Map(),
    lastPath: null,
    ...options,
    unrelated: new Set(),
    bio: null,
    objects: new Map(),
    mappedRequest: null,
    disk: kernel.createBlockDevice(512),
    directIo: null,
    registered: [],
    pipe: kernel.createPipe(),
    memfdOffset: 0,
    kernelBuffers: new Map(),
    folioNames: new Map(),
  };
}

/** A call that cannot be executed as it stands; the message says what was expected. */
export class ScenarioError extends Error {}

/** A call that the kernel model cannot execute; the message says why. */
export class NotModelled extends Error {}

/** @throws {ScenarioError} where there is no child. */
export function mmOf(session: Session, who: Who): Mm {
  if (who === "parent") return session.parent;
  if (session.child === null) throw new ScenarioError("expected a fork() before a step of the child");
  return session.child;
}

/** The region with this name; `A1` also stands for page 1 of A where no region is named so. */
export function findRegion(
  session: Session,
  name: string,
): { readonly region: Region; readonly offset: number } | null {
  const exact = session.regions.get(name);
  if (exact !== undefined) return { region: exact, offset: 0 };
  const short = /^([A-Za-z_]+)(\d+)$/.exec(name);
  const region = short === null ? undefined : session.regions.get(short[1]!);
  return region === undefined || short === null ? null : { region, offset: Number(short[2]) * pageSize };
}

/** The bio of a name; `bio` is the test bio. @throws {ScenarioError} where there is none. */
export function bioAt(session: Session, name: string): Bio {
  const named = session.objects.get(name);
  const bio = name === "bio" ? session.bio : named?.kind === "bio" ? named.bio : null;
  if (bio === null) throw new ScenarioError(`no bio "${name}"; expected a call that makes it before`);
  return bio;
}

/** @returns bytes. @throws {ScenarioError} where the region does not exist. */
export function resolveAddress(session: Session, address: Address): number {
  if (address.kind === "number") return address.value;
  const found = findRegion(session, address.name);
  if (found === null) {
    const names = [...session.regions.keys()].join(", ") || "none";
    throw new ScenarioError(`no region "${address.name}"; the regions so far: ${names}`);
  }
  return found.region.address + found.offset + address.offset;
}

/** Gives a name to a range of addresses; the mapping itself is the caller's. */
export function placeRegion(
  session: Session,
  name: string,
  shape: {
    readonly pages: number;
    readonly mappedPages: number;
    readonly path: string | null;
    readonly at: Address | null;
  },
): Region {
  const at = shape.at ?? session.places.get(name) ?? null;
  const address = at !== null ? resolveAddress(session, at) : firstRegion + session.regions.size * regionStep;
  const region = { name, address, pages: shape.pages, mappedPages: shape.mappedPages, path: shape.path };
  session.regions.set(name, region);
  if (region.path !== null) session.lastPath = region.path;
  return region;
}

/** The file system that a path lies on. */
export function fileKind(path: string): FileKind {
  if (path.startsWith("/ext/")) return "ext4";
  if (path.startsWith("/ramfs/")) return "ramfs";
  if (path.startsWith("/hugetlb/") || path === "/memfd:hugetlb") return "hugetlb";
  if (path.startsWith("/p2pmem")) return "p2pmem";
  return "shmem";
}

/** @throws {ScenarioError} where the file was not made. */
export function fileAt(session: Session, path: string | null): AddressSpace {
  const wanted = path ?? session.lastPath;
  if (wanted === null) throw new ScenarioError("expected a file: creat() or a mapped file before");
  const file = session.files.get(wanted);
  if (file === undefined)
    throw new ScenarioError(`no file ${wanted}; expected creat(${wanted}, N pages) before`);
  return file;
}

/** `F3`, or `F3+7` for page 7 of a large folio; the same folio always has the same name. */
export function frameName(session: Session, page: Page): string {
  let name = session.folioNames.get(page.folio);
  if (name === undefined) {
    name = `F${session.folioNames.size + 1}`;
    session.folioNames.set(page.folio, name);
  }
  const index = page.pfn - page.folio.pfn;
  return index === 0 ? name : `${name}+${index}`;
}

/** Notes that the pages before `end` were released. */
export function releasedUpTo(session: Session, slotNumber: number, end: number): void {
  const slot = session.slots.get(slotNumber);
  if (slot === undefined) return;
  const forgets = session.slotPolicy === "at-once" && slotNumber < misuseSlot;
  if (forgets && end >= slot.pages.length) session.slots.delete(slotNumber);
  else session.slots.set(slotNumber, { ...slot, first: Math.max(slot.first, end) });
}

/** At the end of a step: slots that hold nothing any more are used again. */
export function forgetReleasedSlots(session: Session): void {
  if (session.slotPolicy !== "after-step") return;
  for (const [slotNumber, slot] of session.slots) {
    if (slot.first >= slot.pages.length) session.slots.delete(slotNumber);
  }
}
