/**
 * The kernel model as the running code sees it: which address stands for which page, mm, iterator or bio, and who took
 * what. Knows neither C nor choices.
 */
import type { CType, Machine, MemoryObject } from "@pinscope/grammars/ir";
import {
  type AddressSpace,
  createKernel,
  FOLL,
  type IovIter,
  type Kernel,
  type Mm,
  type Page,
  type Profile,
} from "@pinscope/simulator/kernel";
import { beforeTaking, serves, stateOf } from "./holds.ts";
import type { BufferKind, Scenario } from "./scenario.ts";
import type { PageState } from "./types.ts";
import type { Acquisition, Holding, PageFamily, World, WrongRelease } from "./world-types.ts";

export { stateOf } from "./holds.ts";
export type * from "./world-types.ts";

export const PAGE_SIZE = 4096;
const PAGE_RECORD: CType = { kind: "record", tag: "page", union: false };
/** Where pages lie that code was given and nobody knows the address of. */
const GIVEN_ADDRESS = 0x5000_0000_0000;
/** Where the memory of iterators lies. */
const BUFFER_ADDRESS = 0x6000_0000_0000;
const THP_SIZE = 2 * 1024 * 1024;

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

  const { countsPins } = profile.era.switches;

  /** Which hold a release lets go of, the last first; -1 for none. */
  const servingHold = (page: Page, family: PageFamily): number => {
    let inFolio = -1;
    for (let at = holdings.length - 1; at >= 0; at--) {
      const one = holdings[at];
      if (one === undefined || one.page.folio !== page.folio || !serves(one.acquisition, family, countsPins))
        continue;
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
        if (!starts.has(page.pfn)) starts.set(page.pfn, beforeTaking(made, page, countsPins));
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
