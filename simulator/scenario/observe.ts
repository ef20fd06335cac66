/** The state of the kernel model in the recorder's terms: one watch, one state. Changes nothing in the model. */
import { type Bio, hasBioFlag, type Kernel, type Page } from "@pinscope/simulator/kernel";
import { parseAddress } from "./calls/area.ts";
import {
  findRegion,
  frameName,
  mmOf,
  pageSize,
  resolveAddress,
  type Session,
  type SessionObject,
} from "./session.ts";
import type { BioState, PageState, WatchState, Who } from "./types.ts";

/** Pages of a slot that a watch shows. */
const slotPages = 8;

/** Zones as the kernel names them. */
const zoneNames = { normal: "Normal", dma32: "DMA32", movable: "Movable", cma: "Normal", device: "Device" };

/** The state of a page and its folio. */
function pageState(session: Session, page: Page): PageState {
  const kernel: Kernel = session.kernel;
  const folio = page.folio;
  const large = folio.order > 0;
  const folioMapcount = kernel.folioMapcount(folio);
  const exclusive = folio.hugetlb ? folio.pages[0]!.anonExclusive : page.anonExclusive;
  return {
    frame: frameName(session, page),
    order: folio.order,
    refcount: folio.refcount,
    pincount: large ? folio.pincount : null,
    ...(large ? { entire_mapcount: folio.entireMapcount } : {}),
    mapcount: folio.hugetlb ? folioMapcount : page.mapcount,
    folio_mapcount: folioMapcount,
    maybe_dma_pinned: kernel.folioMaybeDmaPinned(folio),
    anon: folio.anon,
    anon_exclusive: folio.anon && kernel.profile.era.switches.cowReuse === "exclusive" ? exclusive : null,
    dirty: folio.dirty,
    zero_page: folio.zeroPage,
    huge_zero: folio.hugeZero,
    hugetlb: folio.hugetlb,
    lru: folio.lru === "list",
    uptodate: folio.uptodate,
    swapbacked: folio.swapbacked,
    reserved: folio.reserved,
    locked: folio.locked,
    writeback: folio.writeback,
    zone: zoneNames[folio.zone],
  };
}

/** What is mapped at an address in one process. */
function addressState(session: Session, who: Who, address: number): PageState {
  const walk = session.kernel.walk(mmOf(session, who), address);
  if (walk.level === "none") return { mapped: "none" };
  if (walk.level === "swap") return { mapped: "pte-nonpresent" };
  return {
    mapped: walk.level,
    pte_write: walk.write,
    pte_dirty: walk.dirty,
    pte_young: walk.young,
    ...(walk.page === null ? {} : pageState(session, walk.page)),
  };
}

/**
 * Chooses the frame of a watch `P`, `P7`, `P(A)` that is shown for the first time: the page at page 0 (7) of the first
 * region, or of region Z, which the random sequences misuse.
 * @returns whether the watch is such a name and something is mapped there.
 */
export function chooseFrame(session: Session, watch: string): boolean {
  const match = /^P(?:(\d+)|\(A\))?$/.exec(watch);
  if (match === null || session.regions.has(watch)) return false;
  const region = session.regions.get("Z") ?? session.regions.values().next().value;
  if (region === undefined) return false;
  const index = Number(match[1] ?? 0);
  const step = session.framesByNumber ? 0 : index;
  const { page } = session.kernel.walk(session.parent, region.address + step * pageSize);
  if (page === null) {
    if (session.framesByNumber) session.unrelated.add(watch);
    return false;
  }
  const chosen = session.framesByNumber ? page.folio.pages[page.pfn - page.folio.pfn + index] : page;
  if (chosen === undefined) session.unrelated.add(watch);
  else session.frames.set(watch, chosen);
  return chosen !== undefined;
}

/** Whether a watch follows a frame rather than an address. */
export function isFrameWatch(session: Session, watch: string): boolean {
  return session.frames.has(watch) || (/^P(\d+|\(A\))?$/.test(watch) && findRegion(session, watch) === null);
}

/**
 * What a watch shows now.
 * @param who whose page tables an address is looked up in.
 * @returns undefined where the name stands for nothing known.
 */
export function watchState(session: Session, who: Who, watch: string): WatchState | undefined {
  const frame = session.frames.get(watch);
  if (frame !== undefined) return pageState(session, frame);
  const slot = /^slot(\d*)$/.exec(watch);
  if (slot !== null) return slotState(session, Number(slot[1] || 0));
  if (watch === "bio") return session.bio === null ? null : bioState(session, session.bio);
  if (watch === "disk") return diskState(session);
  if (watch === "rq") return requestState(session);
  const named = session.objects.get(watch);
  if (named !== undefined) return objectState(session, named);
  const address = parseAddress(watch);
  if (address === undefined || (address.kind === "region" && findRegion(session, address.name) === null)) {
    return undefined;
  }
  return addressState(session, who, resolveAddress(session, address));
}

function bioState(session: Session, bio: Bio): BioState {
  const { switches } = session.kernel.profile.era;
  return {
    bi_vcnt: bio.vecs.length,
    bi_max_vecs: bio.maxVecs,
    bi_size: bio.size,
    ...(bio.skip > 0 && { behind: bio.skip }),
    op: bio.op === "read" ? 0 : 1,
    ...(hasBioFlag(switches, "BIO_PAGE_PINNED") && { BIO_PAGE_PINNED: bio.pagePinned }),
    ...(hasBioFlag(switches, "BIO_PAGE_REFFED") && { BIO_PAGE_REFFED: bio.pageReffed }),
    ...(hasBioFlag(switches, "BIO_NO_PAGE_REF") && { BIO_NO_PAGE_REF: bio.noPageRef }),
    BIO_CLONED: bio.cloned,
    bvecs: bio.vecs.map(({ page, offset, length }) => ({
      bv_offset: offset,
      bv_len: length,
      page: pageState(session, page),
    })),
  };
}

/** The bios of the request that user memory is mapped for. */
function requestState(session: Session): WatchState {
  const bios: BioState[] = [];
  for (let bio = session.mappedRequest?.first ?? null; bio !== null; bio = bio.next)
    bios.push(bioState(session, bio));
  return bios;
}

/** What a named object holds: a bio with its vectors, or the pages of anything else. */
function objectState(session: Session, object: SessionObject): WatchState {
  const states = (pages: readonly Page[]): PageState[] =>
    pages.slice(0, slotPages).map((page) => pageState(session, page));
  switch (object.kind) {
    case "bio":
      return bioState(session, object.bio);
    case "wrapper":
      return states(object.wrapper.pages);
    case "request":
      return states(object.request.vecs.map(({ page }) => page));
    case "skb":
      return states(object.skb.fragments.map(({ page }) => page));
  }
}

/** The bios that the disk holds; null where only a request's existence is told, and there is none. */
function diskState(session: Session): WatchState {
  const { disk, directIo, slotPolicy } = session;
  if (slotPolicy === "at-once" && directIo?.completed !== false) return null;
  return disk.inFlight.map((bio) => bioState(session, bio));
}

function slotState(session: Session, slotNumber: number): WatchState {
  const slot = session.slots.get(slotNumber);
  const heldOnly = session.slotPolicy === "at-once";
  if (slot === undefined) return heldOnly ? null : [];
  const first = heldOnly ? slot.first : 0;
  return slot.pages.slice(first, first + slotPages).map((page) => pageState(session, page));
}
