/** Bios on the kernel model: what is added to them, who holds the pages, and what lets them go. */
import type { Bio, BioFlag, BlockDevice, Kernel, Page } from "@pinscope/simulator/kernel";
import { type Answer, type Call, EFAULT, type Model } from "../call.ts";
import { PAGE_SIZE, type PageFamily, type World } from "../world.ts";
import { syncIter } from "./iter.ts";

const USHORT = { kind: "integer" as const, bits: 16 as const, signed: false };
const POINTER = { kind: "pointer" as const, to: { kind: "unknown" as const } };
const ITER_RECORD = { kind: "record" as const, tag: "bvec_iter", union: false };
const MAX_VECS = 256;
const SECTOR = 512;
/** A user address at which nothing is ever mapped. */
const HOLE = 0x1000_0000;

const disks = new WeakMap<Kernel, BlockDevice>();

/** A bio for a usual disk, whose blocks cut what goes into it; for none where the code says NULL. */
function newBio(call: Call, vecs: number): Bio {
  const { kernel } = call.world;
  const position = call.position("bdev");
  if (position >= 0 && call.at(position) === 0n) return kernel.bioInit(null, vecs, "read");
  const disk = disks.get(kernel) ?? kernel.createBlockDevice(SECTOR);
  disks.set(kernel, disk);
  return kernel.bioInit(disk, vecs, "read");
}

/** The model's bio for an address; one that nobody made is empty. */
function bioAt(call: Call, address: bigint): Bio {
  const known = call.world.bios.get(address);
  if (known !== undefined) return known;
  const bio = newBio(call, MAX_VECS);
  call.world.bios.set(address, bio);
  return bio;
}

/** Writes what code reads of a bio: the number of vectors, the bytes, and the vectors. */
export function syncBio(call: Call, address: bigint): void {
  const bio = call.world.bios.get(address);
  if (bio === undefined) return;
  const { layouts } = call.world.machine;
  const at = (field: string, type: typeof USHORT | typeof POINTER): bigint =>
    address + BigInt(layouts.offsetOf("bio", field, type));
  call.write(at("bi_vcnt", USHORT), 2, BigInt(bio.vecs.length));
  const iter = address + BigInt(layouts.offsetOf("bio", "bi_iter", ITER_RECORD));
  const size = BigInt(layouts.offsetOf("bvec_iter", "bi_size", { kind: "integer", bits: 32, signed: false }));
  call.write(iter + size, 4, BigInt(bio.size));
  const slot = at("bi_io_vec", POINTER);
  const record = { kind: "record" as const, tag: "bio_vec", union: false };
  const stride = BigInt(layouts.sizeOf(record));
  const { memory } = call.world.machine;
  let table = memory.read(slot, 8);
  if (table === null || table === 0n || memory.locate(table) === null) {
    table = call.run.memory.allocate(null, "bi_io_vec", false);
    call.write(slot, 8, table);
  }
  for (const [index, { page, offset, length }] of bio.vecs.entries()) {
    const address = call.world.addressOfPage(page);
    writeVector(call, table + BigInt(index) * stride, address, BigInt(length), BigInt(offset));
  }
}

/** bvec_set_page() and its like: one vector in memory. */
const setVector =
  (what: "page" | "folio" | "address"): Model =>
  (call): Answer => {
    const page = what === "address" ? call.world.pageOfContents(call.at(1)) : null;
    const value = what === "address" ? (page === null ? 0n : call.world.addressOfPage(page)) : call.at(1);
    const offset = what === "address" ? call.at(1) & BigInt(PAGE_SIZE - 1) : call.at(3);
    writeVector(call, call.at(0), value, call.at(2), offset);
    return undefined;
  };

export const vectorStubs: Readonly<Record<string, Model>> = {
  bio_alloc_bioset: (call) => allocate(call),
  bvec_set_page: setVector("page"),
  bvec_set_folio: setVector("folio"),
  bvec_set_virt: setVector("address"),
};

/** Byte of a field in a vector. */
export function fieldOfVector(call: Call, name: "bv_page" | "bv_len" | "bv_offset"): number {
  const bits = name === "bv_page" ? 64 : 32;
  return call.world.machine.layouts.offsetOf("bio_vec", name, { kind: "integer", bits, signed: false });
}

function writeVector(call: Call, base: bigint, page: bigint, length: bigint, offset: bigint): void {
  const field = (name: "bv_page" | "bv_len" | "bv_offset"): bigint =>
    base + BigInt(fieldOfVector(call, name));
  call.write(field("bv_page"), 8, page);
  call.write(field("bv_len"), 4, BigInt.asUintN(32, length));
  call.write(field("bv_offset"), 4, BigInt.asUintN(32, offset));
}

/** Pages that the bio's vectors touch, each as often as it is touched. */
export function pagesOfBio(bio: Bio): Page[] {
  return bio.vecs.slice(0, bio.vcnt).flatMap(({ page, offset, length }) => {
    const first = page.pfn - page.folio.pfn + Math.floor(offset / PAGE_SIZE);
    const last = page.pfn - page.folio.pfn + Math.floor((offset + Math.max(1, length) - 1) / PAGE_SIZE);
    return page.folio.pages.slice(first, last + 1);
  });
}

const fill: Model = (call): Answer => {
  const { world } = call;
  const { kernel } = world;
  const address = call.named("bio");
  const bio = bioAt(call, address);
  const iterAddress = call.named("iter");
  const iter = world.iterAt(iterAddress);
  const before = pagesOfBio(bio).length;
  const wished = call.chosen(
    { kind: "number", value: 0n },
    {
      allowed: [
        { kind: "number", value: 0n },
        { kind: "number", value: BigInt(EFAULT) },
      ],
    },
  );
  // Nothing is mapped there: a bio that has pages already is not said to have failed.
  const hole = kernel.iovIterUbuf("dest", world.mm, HOLE, iter.count);
  if (wished !== 0n) return call.failure() === null ? wished : BigInt(kernel.bioIovIterGetPages(bio, hole));
  const result = world.kernel.bioIovIterGetPages(bio, iter);
  syncIter(call, iterAddress);
  syncBio(call, address);
  const pages = pagesOfBio(bio).slice(before);
  const family = familyOf(world, bio);
  if (result === 0 && family !== null)
    world.acquire({
      callee: call.name,
      family,
      function: call.event.caller.name,
      location: call.event.location,
      depth: call.event.depth,
      pages,
    });
  if (result !== 0) call.run.call.resultIs(null);
  return BigInt(result);
};

const add: Model = (call): Answer => {
  const address = call.named("bio");
  const bio = bioAt(call, address);
  const position = call.position("page") >= 0 ? call.position("page") : call.position("folio");
  const page = call.page(position);
  if (page === null) return undefined;
  const length = Number(call.named("len"));
  const offset = call.position("off") >= 0 ? Number(call.named("off")) : Number(call.named("offset"));
  if (call.position("same_page") >= 0) call.write(call.named("same_page"), 1, 0n);
  if (call.failure() !== null) return 0n;
  const added = call.world.kernel.bioAddPage(bio, page, length, offset);
  syncBio(call, address);
  if (call.event.type.kind === "bool") return added === 0 ? 0n : 1n;
  return BigInt(added);
};

/** What the bio owns of each of its pages, as its flags and the era say; null for nothing. */
function familyOf({ kernel }: World, bio: Bio): PageFamily | null {
  switch (kernel.profile.era.switches.bioRelease) {
    case "puts-unless-flagged":
      return bio.noPageRef ? null : "reference";
    case "unpins-unless-flagged":
    case "by-vector":
      return bio.noPageRef ? null : "pin";
    case "puts-if-reffed":
      return bio.pageReffed ? "reference" : null;
    case "by-both-flags":
    case "pinned-else-reffed":
      if (bio.pagePinned) return "pin";
      return bio.pageReffed ? "reference" : null;
    case "unpins-if-pinned":
      return bio.pagePinned ? "pin" : null;
  }
}

/** The ledger's side of a release by the bio: one unit for each page. */
function letGo(call: Call, bio: Bio, pages: readonly Page[]): void {
  const family = familyOf(call.world, bio);
  if (family === null) return;
  for (const page of pages) call.world.release(page, family, call.name, call.event.location);
}

/** The flag that makes a bio own its pages; null where it owns them without one. */
const OWNS: Readonly<Record<string, BioFlag | null>> = {
  "puts-if-reffed": "BIO_PAGE_REFFED",
  "by-both-flags": "BIO_PAGE_PINNED",
  "pinned-else-reffed": "BIO_PAGE_PINNED",
  "unpins-if-pinned": "BIO_PAGE_PINNED",
};

/** A bio that somebody else filled: the pages are his, until the code lets go of them for him. */
function filledBio(call: Call): Bio {
  const { world } = call;
  const { kernel } = world;
  const known = world.bios.get(call.at(0));
  if (known !== undefined || call.run.memory.isUnfilled(call.at(0))) return known ?? bioAt(call, call.at(0));
  const bio = bioAt(call, call.at(0));
  for (let count = 0; count < call.run.input.scenario.pages; count++)
    kernel.bioAddPage(bio, world.givenPage(), PAGE_SIZE, 0);
  const flag = OWNS[kernel.profile.era.switches.bioRelease] ?? null;
  if (flag !== null) kernel.bioSetFlag(bio, flag);
  syncBio(call, call.at(0));
  return bio;
}

const release: Model = (call): Answer => {
  const bio = filledBio(call);
  letGo(call, bio, pagesOfBio(bio));
  call.world.kernel.bioReleasePages(bio, call.count > 1 && call.at(1) !== 0n);
  return undefined;
};

const releaseOne: Model = (call): Answer => {
  const bio = bioAt(call, call.at(0));
  const page = call.page(1);
  if (page === null) return undefined;
  letGo(call, bio, [page]);
  call.world.kernel.bioReleasePage(bio, page);
  return undefined;
};

const init: Model = (call): Answer => {
  const address = call.at(0);
  const position = call.position("max_vecs");
  const vecs = position >= 0 ? call.int(position) : MAX_VECS;
  call.world.bios.set(address, newBio(call, Math.max(1, vecs)));
  syncBio(call, address);
  return undefined;
};

/** bio_alloc_bioset(bdev, nr_vecs, opf, gfp_mask, bs), which is in no entry of its own. */
const BIOSET_FLAGS = 3;

/** Where it may sleep, a bio of a pool is always had (block/bio.c:bio_alloc_bioset). */
function mayFail(call: Call): boolean {
  const position = call.position("gfp_mask") >= 0 ? call.position("gfp_mask") : call.position("gfp");
  if (call.name === "bio_kmalloc") return true;
  const flags = call.at(position < 0 ? BIOSET_FLAGS : position);
  return ["GFP_ATOMIC", "GFP_NOWAIT"].some((name) => (flags & call.run.constant(name)) !== 0n);
}

const allocate: Model = (call): Answer => {
  const allowed = [1n, 0n].map((value) => ({ kind: "number" as const, value }));
  const made = mayFail(call)
    ? call.chosen({ kind: "number", value: 1n }, { allowed, what: `${call.name}()` })
    : 1n;
  if (made === 0n) return 0n;
  call.run.call.resultIs(null);
  const pointer = call.run.memory.allocate(null, call.name, false);
  call.world.bios.set(pointer, newBio(call, MAX_VECS));
  syncBio(call, pointer);
  return pointer;
};

const FLAGS: readonly BioFlag[] = ["BIO_PAGE_PINNED", "BIO_PAGE_REFFED", "BIO_NO_PAGE_REF", "BIO_CLONED"];

/** bio_set_flag(), bio_clear_flag(), bio_flagged(); flags that say nothing of pages are not kept. */
const flag =
  (act: "set" | "clear" | "ask"): Model =>
  (call): Answer => {
    const { kernel } = call.world;
    const bio = bioAt(call, call.at(0));
    const known = FLAGS.find((name) => call.run.constant(name) === call.at(1));
    if (act === "ask") return known !== undefined && kernel.bioFlagged(bio, known) ? 1n : 0n;
    if (known === undefined) return undefined;
    if (act === "set") kernel.bioSetFlag(bio, known);
    else kernel.bioClearFlag(bio, known);
    return undefined;
  };

const dirty: Model = (call): Answer => {
  call.world.kernel.bioSetPagesDirty(bioAt(call, call.at(0)));
  return undefined;
};

/** bio_check_pages_dirty(): lets the pages go, at once or in its work item, which runs here. */
const checkDirty: Model = (call): Answer => {
  const bio = bioAt(call, call.at(0));
  letGo(call, bio, pagesOfBio(bio));
  call.world.kernel.bioCheckPagesDirty(bio);
  call.world.kernel.bioDirtyFn();
  return undefined;
};

export const bioModels: Readonly<Record<string, Model>> = {
  bio_iov_iter_get_pages: fill,
  bio_add_page: add,
  __bio_add_page: add,
  bio_add_folio: add,
  bio_add_folio_nofail: add,
  bio_add_hw_page: add,
  bio_add_hw_folio: add,
  bio_add_pc_page: add,
  bio_add_zone_append_page: add,
  bio_release_pages: release,
  __bio_release_pages: release,
  bio_release_page: releaseOne,
  bio_init: init,
  bio_alloc: allocate,
  bio_alloc_bioset: allocate,
  bio_kmalloc: allocate,
  bio_set_flag: flag("set"),
  bio_clear_flag: flag("clear"),
  bio_flagged: flag("ask"),
  bio_set_pages_dirty: dirty,
  bio_check_pages_dirty: checkDirty,
};
