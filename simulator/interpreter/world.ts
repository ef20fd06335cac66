/**
 * The kernel model as the running code sees it: which address stands for which page, mm, iterator or bio, and who took
 * what. Knows neither C nor choices.
 */
import type { CType, Location, Machine, MemoryObject } from "@pinscope/grammars/ir";
import {
  type AddressSpace,
  type Bio,
  createKernel,
  FOLL,
  type IovIter,
  type Kernel,
  type KernelEvent,
  type Mm,
  type Page,
  type Profile,
  type VmStat,
} from "@pinscope/simulator/kernel";
import type { BufferKind, IterKind, Scenario } from "./scenario.ts";
import type { PageState } from "./types.ts";

export const PAGE_SIZE = 4096;
const PAGE_RECORD: CType = { kind: "record", tag: "page", union: false };
/** Where pages lie that code was given and nobody knows the address of. */
const GIVEN_ADDRESS = 0x5000_0000_0000;
/** Where the memory of iterators lies. */
const BUFFER_ADDRESS = 0x6000_0000_0000;
/** GUP_PIN_COUNTING_BIAS: what a pin adds to the references of a page that has no count of pins. */
const PIN_BIAS = 1024;
const THP_SIZE = 2 * 1024 * 1024;

/** How pages are held: the catalogue's families that count on pages. */
export type PageFamily = "pin" | "reference" | "allocation";

/** One call that took pages. */
export interface Acquisition {
  readonly id: number;
  readonly callee: string;
  readonly family: PageFamily;
  /** In this kernel version such a pin is a plain reference. */
  readonly plain?: boolean;
  readonly function: string;
  readonly location: Location;
  /** Depth of the call stack, 1 in the function that was started. */
  readonly depth: number;
  readonly pages: readonly Page[];
  /** The call gave pages, but nothing is held for it: extraction from kernel memory. */
  readonly borrowed?: true;
}

/** One unit of one acquisition that is still held. */
export interface Holding {
  readonly acquisition: Acquisition;
  readonly page: Page;
}

export interface WrongRelease {
  readonly kind: "wrong-family" | "not-held";
  readonly page: Page;
  readonly by: string;
  readonly family: PageFamily;
  readonly acquisition: Acquisition | null;
  readonly location: Location;
}

export function stateOf(page: Page): PageState {
  const { folio } = page;
  return {
    refcount: folio.refcount,
    pincount: folio.pincount,
    mapcount: page.mapcount + folio.entireMapcount,
    dirty: folio.dirty,
    freed: folio.freed,
  };
}

export interface World {
  readonly machine: Machine;
  readonly kernel: Kernel;
  readonly mm: Mm;
  /** What the kernel has said, and its counters; null while no page has come into play. */
  readonly events: readonly KernelEvent[];
  readonly vmstat: VmStat | null;
  /** Iterators by address; one that nobody made is as the scenario says when it is first met. */
  readonly iters: Map<bigint, IovIter>;
  iterAt(address: bigint): IovIter;
  /** Those that it made: where each begins, and how many bytes it has. */
  readonly madeIters: Map<
    bigint,
    { readonly kind: IterKind; readonly start: number; readonly length: number }
  >;
  readonly bios: Map<bigint, Bio>;
  /** Pages of containers that the model keeps no record of (skbs, batches), by the container's address. */
  readonly containers: Map<bigint, Page[]>;
  /** Pages that a loop out of sight may have come to. */
  readonly recorded: Set<Page>;
  /** Sizes of heap objects by address; freed ones are left out. */
  readonly heap: Map<bigint, { readonly object: MemoryObject; readonly by: string }>;
  readonly acquisitions: Acquisition[];
  readonly holdings: Holding[];
  readonly wrongReleases: WrongRelease[];
  /** Pages that the run has met, in order. */
  readonly pages: Page[];
  addressOfPage(page: Page): bigint;
  /** The page that an address in the array of struct page belongs to; null for any other address. */
  pageAt(address: bigint): Page | null;
  /** Kernel address of the page's bytes. */
  contentsOf(page: Page): bigint;
  pageOfContents(address: bigint): Page | null;
  /** The page's frame number is known to the code from here on. */
  number(page: Page): void;
  /** The page that a frame number or physical address stands for, where the code asked for it. */
  pageOfNumber(value: bigint): Page | null;
  /** A page that somebody outside holds: the code was given it. */
  givenPage(): Page;
  /** A page that a call gives which the model has no function for: nobody outside answers for it. */
  foundPage(): Page;
  /** Pins a page of user memory once more. */
  pinAgain(page: Page): void;
  isGiven(page: Page): boolean;
  /** How many pages there are of those in `given`. */
  readonly givenCount: number;
  /** Pages that somebody outside gave, or that a call without a function of the model found, in order. */
  readonly given: readonly GivenPage[];
  /** Slots of arrays in which such a page was met that nobody had put there. */
  readonly givenSlots: { readonly address: bigint; readonly page: Page }[];
  /** User memory in the order in which it was mapped. */
  readonly mappings: Mapping[];
  /** Stands for what lies in memory of the path's own that nothing filled: nobody holds it. */
  readonly strayPages: Set<Page>;
  /** What its counters were before the code did anything to it; undefined for pages made while it ran. */
  startOf(page: Page): PageState | undefined;
  /** Maps user memory from an address on where nothing is mapped, as far as `pages`; for a call, or from the start. */
  mapUser(address: number, pages: number, kind: BufferKind, call?: NthCall): void;
  /** Where pages of user memory were mapped for the code. */
  userAddresses(): readonly number[];
  acquire(acquisition: Omit<Acquisition, "id">): void;
  release(page: Page, family: PageFamily, by: string, location: Location, count?: number): void;
  /** Somebody else answers for the page from here on. */
  disown(page: Page): void;
}

/** The nth call of a function, from 1. */
export interface NthCall {
  readonly name: string;
  readonly nth: number;
}

/** User memory that was mapped and written before a call; `call` null: it was there from the start. */
export interface Mapping {
  readonly address: number;
  readonly pages: number;
  readonly kind: BufferKind;
  readonly call: NthCall | null;
}

/** A page that the code did not take itself: where it is mapped, and how somebody outside holds it. */
export interface GivenPage {
  readonly page: Page;
  readonly address: number;
  readonly family: PageFamily | null;
  /** A call found it: nobody outside answers for it. */
  readonly found: boolean;
}

interface Given {
  readonly address: number;
  /** Whether somebody outside holds it. */
  readonly outside: boolean;
  /** How he held what the code let go for him; null while it let nothing go. */
  family: PageFamily | null;
}

/** The model itself: booted when it is first asked for, since many runs end before they come to a page. */
interface Booted {
  readonly kernel: Kernel;
  readonly mm: Mm;
}

/** Whether a short count means that an iterator is empty. */
function isEmptyIter({ call, got }: Scenario["short"][number]): boolean {
  return got === 0 && call !== null && /iov_iter|iter_to_sg/.test(call);
}

/** @param missing told of a page that is let go of and that nobody holds; may throw */
export function createWorld(
  machine: Machine,
  profile: Profile,
  scenario: Scenario,
  missing: (page: Page, family: PageFamily) => void,
): World {
  let booted: Booted | null = null;
  const model = (): Booted => {
    if (booted === null) {
      const kernel = createKernel(profile);
      booted = { kernel, mm: kernel.createMm() };
    }
    return booted;
  };
  const { memory, layouts } = machine;
  const stride = BigInt(layouts.sizeOf(PAGE_RECORD));
  const area = (label: string): MemoryObject =>
    memory.allocate({ label, kind: "host", size: null, fill: "indeterminate" });
  const pageArray = area("struct page");
  const contents = area("contents of pages");
  const starts = new Map<number, PageState>();
  const numbered = new Map<number, Page>();
  const byPfn = new Map<number, Page>();
  const pages: Page[] = [];
  const given = new Map<Page, Given>();
  const mapped = new Set<number>();
  const acquisitions: Acquisition[] = [];
  const holdings: Holding[] = [];
  const wrongReleases: WrongRelease[] = [];
  let nextGiven = GIVEN_ADDRESS;
  let nextBuffer = BUFFER_ADDRESS;

  const meet = (page: Page): void => {
    if (byPfn.has(page.pfn)) return;
    byPfn.set(page.pfn, page);
    pages.push(page);
    for (const other of page.folio.pages) if (!byPfn.has(other.pfn)) byPfn.set(other.pfn, other);
  };

  const populate = (address: number, count: number, kind: BufferKind): void => {
    const { kernel, mm } = model();
    const write = kind !== "zero";
    for (let index = 0; index < count; index++) {
      const at = address + index * PAGE_SIZE;
      if (write) kernel.writeByte(mm, at, 1 + (index % 200));
      else kernel.readByte(mm, at);
    }
    kernel.lruAddDrainAll();
    for (let index = 0; index < count; index++) {
      const { page } = kernel.walk(mm, address + index * PAGE_SIZE);
      if (page !== null && !starts.has(page.pfn)) starts.set(page.pfn, stateOf(page));
    }
  };

  const mapRun = (address: number, count: number, kind: BufferKind): void => {
    const { kernel, mm } = model();
    const length = count * PAGE_SIZE;
    const file = kind === "file" ? kernel.createFile("shmem", length) : null;
    const protection = { read: true, write: true };
    const status = kernel.mmap(mm, { address, pages: count, protection, shared: file !== null, file });
    if (status !== 0) return;
    populate(address, count, kind);
    if (kind === "readonly") kernel.mprotect(mm, address, length, { read: true, write: false });
  };

  const mapLarge = (address: number, count: number, kind: BufferKind): void => {
    const { kernel, mm } = model();
    const first = Math.floor(address / THP_SIZE) * THP_SIZE;
    const last = Math.ceil((address + count * PAGE_SIZE) / THP_SIZE) * THP_SIZE;
    const protection = { read: true, write: true };
    const options = {
      address: first,
      pages: (last - first) / PAGE_SIZE,
      protection,
      shared: false,
      file: null,
    };
    const status = kernel.mmap(
      mm,
      kind === "hugetlb" ? { ...options, hugetlb: true } : { ...options, hugepage: "madvised" },
    );
    if (status !== 0) return;
    for (let at = first; at < last; at += THP_SIZE) kernel.writeByte(mm, at, 1);
    kernel.lruAddDrainAll();
    for (let at = first; at < last; at += PAGE_SIZE) {
      mapped.add(at / PAGE_SIZE);
      const { page } = kernel.walk(mm, at);
      if (page !== null) starts.set(page.pfn, stateOf(page));
    }
  };

  /** Takes what the outside holds of a given page, so that letting it go is in order. */
  const hold = (page: Page, family: PageFamily): void => {
    const entry = given.get(page);
    if (entry === undefined) return;
    const { kernel, mm } = model();
    entry.family ??= family;
    if (family === "pin" && kernel.profile.era.switches.pinFunctions)
      kernel.pinUserPagesFast(mm, entry.address, 1, FOLL.WRITE, []);
    else kernel.getPage(page);
    starts.set(page.pfn, stateOf(page));
  };

  const userAddressOf = (page: Page): number | null => {
    const { kernel, mm } = model();
    for (const number of mapped)
      if (kernel.walk(mm, number * PAGE_SIZE).page === page) return number * PAGE_SIZE;
    return null;
  };

  const makePage = (outside: boolean): Page => {
    const address = nextGiven;
    nextGiven += PAGE_SIZE;
    mapRun(address, 1, "anon");
    const { kernel, mm } = model();
    const { page } = kernel.walk(mm, address);
    if (page === null) throw new RangeError("a page of fresh memory is missing");
    given.set(page, { address, outside, family: null });
    meet(page);
    return page;
  };

  /** A file with pages in the page cache, which nobody maps. */
  const cachedFile = (count: number): AddressSpace => {
    const { kernel, mm } = model();
    const address = nextBuffer;
    nextBuffer += Math.ceil((count * PAGE_SIZE) / THP_SIZE) * THP_SIZE;
    const file = kernel.createFile("shmem", count * PAGE_SIZE);
    const protection = { read: true, write: true };
    kernel.mmap(mm, { address, pages: count, protection, shared: true, file });
    populate(address, count, "file");
    kernel.munmap(mm, address, count * PAGE_SIZE);
    return file;
  };

  const makeIter = (at: bigint): IovIter => {
    const { kernel, mm } = model();
    const { buffer, iter, offset } = scenario;
    // Nothing comes out of an iterator that has nothing in it.
    const count = scenario.short.some(isEmptyIter) ? 0 : scenario.pages;
    // A buffer that begins inside a page also ends inside one.
    const length = Math.max(0, count * PAGE_SIZE - (offset > 0 ? PAGE_SIZE / 2 : 0));
    const address = nextBuffer + offset;
    nextBuffer += Math.ceil((length + PAGE_SIZE) / THP_SIZE) * THP_SIZE;
    const short = Math.min(count, scenario.short.at(-1)?.got ?? count);
    world.madeIters.set(at, { kind: iter, start: address, length });
    switch (iter) {
      case "ubuf":
        world.mapUser(address, offset > 0 && short === count ? short + 1 : short, buffer);
        return kernel.iovIterUbuf("dest", mm, address, length);
      case "iovec":
        world.mapUser(address, offset > 0 && short === count ? short + 1 : short, buffer);
        return kernel.iovIterInit("dest", mm, [
          { address, length: Math.min(PAGE_SIZE, length) },
          { address: address + PAGE_SIZE, length: Math.max(0, length - PAGE_SIZE) },
        ]);
      case "kvec":
      case "bvec": {
        const own = Array.from({ length: count }, () => world.givenPage());
        return iter === "kvec"
          ? kernel.iovIterKvec("dest", [{ pages: own, offset: 0, length }])
          : kernel.iovIterBvec(
              "dest",
              own.map((page) => ({ page, offset: 0, length: PAGE_SIZE })),
            );
      }
      case "xarray":
        return kernel.iovIterXarray("dest", cachedFile(count), 0, length);
      case "folioq": {
        const own = Array.from({ length: count }, () => world.givenPage().folio);
        return kernel.iovIterFolioQueue("dest", own, 0, length);
      }
      case "pipe":
        return kernel.iovIterPipe(kernel.createPipe(), length);
    }
  };

  /** What a page that came into being with its acquisition was like but for that. */
  const beforeTaking = ({ family, pages: taken, plain }: Acquisition, page: Page): PageState => {
    const state = stateOf(page);
    if (family === "allocation") return state;
    const units = taken.filter(({ folio }) => folio === page.folio).length;
    const pins = family === "pin" && plain !== true && profile.era.switches.countsPins;
    if (!pins) return { ...state, refcount: state.refcount - units };
    if (page.folio.order === 0) return { ...state, refcount: state.refcount - units * PIN_BIAS };
    return { ...state, refcount: state.refcount - units, pincount: state.pincount - units };
  };

  /** put_page() and __free_page() both let go of an allocation; where pins are references, put_page() lets them go, too. */
  const serves = ({ family, plain }: Acquisition, released: PageFamily): boolean =>
    family === released ||
    (family === "allocation" && released === "reference") ||
    (plain === true && released !== "allocation") ||
    (!profile.era.switches.countsPins && family !== "allocation" && released !== "allocation");

  /** Which hold a release lets go of, the last first; -1 for none. */
  const servingHold = (page: Page, family: PageFamily): number => {
    let inFolio = -1;
    for (let at = holdings.length - 1; at >= 0; at--) {
      const one = holdings[at];
      if (one === undefined || one.page.folio !== page.folio || !serves(one.acquisition, family)) continue;
      // Of one folio any page serves; the page itself first.
      if (one.page === page) return at;
      if (inFolio < 0) inFolio = at;
    }
    return inFolio;
  };

  const world: World = {
    machine,
    get kernel() {
      return model().kernel;
    },
    get mm() {
      return model().mm;
    },
    get events() {
      return booted?.kernel.events ?? [];
    },
    get vmstat() {
      return booted?.kernel.vmstat ?? null;
    },
    iters: new Map(),
    iterAt(address) {
      const known = world.iters.get(address);
      if (known !== undefined) return known;
      const made = makeIter(address);
      world.iters.set(address, made);
      return made;
    },
    madeIters: new Map(),
    bios: new Map(),
    containers: new Map(),
    recorded: new Set(),
    heap: new Map(),
    acquisitions,
    holdings,
    wrongReleases,
    pages,
    addressOfPage(page) {
      meet(page);
      return pageArray.base + BigInt(page.pfn) * stride;
    },
    pageAt(address) {
      const found = memory.locate(address);
      if (found?.object.id !== pageArray.id || found.offset < 0) return null;
      return byPfn.get(Math.floor(found.offset / Number(stride))) ?? null;
    },
    contentsOf(page) {
      meet(page);
      return contents.base + BigInt(page.pfn) * BigInt(PAGE_SIZE);
    },
    pageOfContents(address) {
      const found = memory.locate(address);
      if (found?.object.id !== contents.id || found.offset < 0) return null;
      return byPfn.get(Math.floor(found.offset / PAGE_SIZE)) ?? null;
    },
    number(page) {
      numbered.set(page.pfn, page);
    },
    pageOfNumber(value) {
      if (value < 0n || value > 0xffff_ffff_ffffn) return null;
      const number = Number(value);
      return numbered.get(number) ?? numbered.get(Math.floor(number / PAGE_SIZE)) ?? null;
    },
    givenPage: () => makePage(true),
    foundPage: () => makePage(false),
    pinAgain(page) {
      const { kernel, mm } = model();
      const address = given.get(page)?.address ?? userAddressOf(page);
      if (address !== null && kernel.profile.era.switches.pinFunctions)
        kernel.pinUserPagesFast(mm, address, 1, FOLL.WRITE, []);
      else kernel.getPage(page);
    },
    isGiven: (page) => given.get(page)?.outside === true,
    get givenCount() {
      return given.size;
    },
    get given() {
      return [...given].map(([page, { address, family, outside }]) => ({
        page,
        address,
        family,
        found: !outside,
      }));
    },
    givenSlots: [],
    mappings: [],
    strayPages: new Set(),
    startOf: (page) => starts.get(page.pfn),
    mapUser(address, count, kind, call) {
      if (kind === "hole") return;
      const first = Math.floor(address / PAGE_SIZE);
      for (let number = first; number < first + count; number++) {
        if (mapped.has(number)) continue;
        let run = 1;
        while (number + run < first + count && !mapped.has(number + run)) run += 1;
        if (kind === "thp" || kind === "hugetlb") mapLarge(number * PAGE_SIZE, run, kind);
        else mapRun(number * PAGE_SIZE, run, kind);
        world.mappings.push({ address: number * PAGE_SIZE, pages: run, kind, call: call ?? null });
        for (let index = 0; index < run; index++) mapped.add(number + index);
        number += run - 1;
      }
    },
    userAddresses: () => [...mapped].map((number) => number * PAGE_SIZE),
    acquire(acquisition) {
      const made = { ...acquisition, id: acquisitions.length };
      acquisitions.push(made);
      for (const page of made.pages) {
        meet(page);
        if (!starts.has(page.pfn)) starts.set(page.pfn, beforeTaking(made, page));
        if (made.borrowed !== true) holdings.push({ acquisition: made, page });
      }
    },
    release(page, family, by, location, count = 1) {
      meet(page);
      for (let unit = 0; unit < count; unit++) {
        const found = servingHold(page, family);
        if (found >= 0) {
          holdings.splice(found, 1);
          continue;
        }
        const other = holdings.findLast((one) => one.page.folio === page.folio);
        const entry = given.get(page);
        // What somebody outside held may be let go for him, once.
        const own = entry?.outside === true && (entry.family === null || unit > 0);
        if (other === undefined && own && !world.strayPages.has(page)) {
          hold(page, family);
          continue;
        }
        if (other === undefined) missing(page, family);
        const kind = other === undefined ? "not-held" : "wrong-family";
        wrongReleases.push({ kind, page, by, family, acquisition: other?.acquisition ?? null, location });
      }
    },
    disown(page) {
      const found = holdings.findLastIndex((one) => one.page === page);
      if (found >= 0) holdings.splice(found, 1);
    },
  };
  return world;
}
