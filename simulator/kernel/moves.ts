/**
 * What pins keep from happening to a page: it is moved to another node, split off its huge page, merged with an equal one,
 * taken out of use (mm/migrate.c, mm/huge_memory.c, mm/ksm.c, mm/memory-failure.c). Each needs a page that nobody holds
 * beside those who map it.
 */
import { byteAt } from "./contents.ts";
import { EACCES, EAGAIN, EBUSY, EFAULT, EINVAL, ENOENT } from "./errno.ts";
import { set } from "./journal.ts";
import { isolateFolio, migrateFolio } from "./migrate.ts";
import { buildFolio, headPage } from "./page.ts";
import { hugePmdAt, makePte, normalPage, setPte, walkPageTables } from "./page-table.ts";
import { folioExpectedRefs, folioPut, folioRefAdd } from "./references.ts";
import { addRmapPte, folioMapcount, mappingsOf, removeRmapPte, setExclusive } from "./rmap.ts";
import { type KernelState, pageNumber } from "./state.ts";
import { freeSwapCache } from "./swap.ts";
import type { Folio, Mm, Page, Pte } from "./types.ts";
import { findVma } from "./vma.ts";
import { splitHugePmd } from "./zap.ts";

export interface MoveFunctions {
  /** move_pages() of one page with MPOL_MF_MOVE: the node where it is afterwards, or an errno. */
  movePages(mm: Mm, address: number, node: number): number;
  /** split_huge_page() of the folio at an address: 0, or -EAGAIN while anyone holds it. */
  splitHugePage(mm: Mm, address: number): number;
  /** madvise(MADV_SOFT_OFFLINE) of one page: 0, -EBUSY while anyone holds it. */
  softOffline(mm: Mm, address: number): number;
  /**
   * The merger of equal pages (KSM) looks at the pages at these addresses: equal anonymous ones that nobody holds become
   * one, write-protected. Returns how many mappings share a page with another (pages_sharing).
   */
  ksmMerge(mm: Mm, addresses: readonly number[]): number;
}

export function moveFunctions(kernel: KernelState): MoveFunctions {
  return {
    movePages: (mm, address, node) => movePages(kernel, mm, address, node),
    splitHugePage: (mm, address) => splitHugePage(kernel, mm, address),
    softOffline: (mm, address) => softOffline(kernel, mm, address),
    ksmMerge: (mm, addresses) => ksmMerge(kernel, mm, addresses),
  };
}

/** The page that a process maps; null for a hole and for the zero pages. */
function mappedPage(mm: Mm, address: number): Page | null {
  const at = pageNumber(address);
  const entry = hugePmdAt(mm, at) ?? mm.ptes.get(at);
  if (entry === undefined || normalPage(entry) === null) return null;
  return walkPageTables(mm, at).page;
}

function movePages(kernel: KernelState, mm: Mm, address: number, node: number): number {
  if (findVma(mm, pageNumber(address)) === null) return EFAULT;
  const page = mappedPage(mm, address);
  if (page === null) return ENOENT;
  const { folio } = page;
  if (folio.node === node) return node;
  // A page that others map too is moved with MPOL_MF_MOVE_ALL only.
  if (folioMapcount(folio) > 1) return EACCES;
  if (!isolateFolio(kernel, folio)) return EBUSY;
  return migrateFolio(kernel, folio, { node }) === 0 ? node : folio.node;
}

function softOffline(kernel: KernelState, mm: Mm, address: number): number {
  if (!kernel.profile.machine.memoryFailure) return EINVAL;
  const page = mappedPage(mm, address);
  if (page === null) return EFAULT;
  if (!isolateFolio(kernel, page.folio)) return EBUSY;
  const { folio } = page;
  if (migrateFolio(kernel, folio, { keepsSource: true }) !== 0) return EBUSY;
  takeOut(kernel, folio);
  return 0;
}

/** page_handle_poison(): the frame is freed and taken from the allocator at once, with one reference, for good. */
function takeOut(kernel: KernelState, folio: Folio): void {
  const { journal } = kernel;
  const page = headPage(folio);
  set(journal, page, "anonExclusive", false);
  set(journal, page, "folio", { ...folio, pages: [page], refcount: 1 });
  set(journal, folio, "refcount", 0);
  set(journal, folio, "freed", true);
}

function splitHugePage(kernel: KernelState, mm: Mm, address: number): number {
  const page = mappedPage(mm, address);
  if (page === null) return EFAULT;
  const { folio } = page;
  if (folio.order === 0 || folio.hugetlb || !folio.anon) return EINVAL;
  if (folio.refcount !== folioExpectedRefs(kernel, folio)) return EAGAIN;
  const dirty = mappingsOf(kernel, folio).filter(({ entry }) => entry.dirty);
  for (const { mm: owner, at, level } of mappingsOf(kernel, folio)) {
    const vma = findVma(owner, at);
    if (level === "pmd" && vma !== null) splitHugePmd(kernel, owner, vma, at);
  }
  // Unmapping moves the dirty bits to the folio, and mapping again gives them back.
  const wasDirty = new Set(dirty.map(({ mm: owner, at }) => `${owner.id} ${at}`));
  if (dirty.length > 0) set(kernel.journal, folio, "dirty", true);
  const mappings = mappingsOf(kernel, folio);
  for (const one of mappings) {
    const first = one.at - (one.entry.page.pfn - folio.pfn);
    const restored = wasDirty.has(`${one.mm.id} ${one.at}`) || wasDirty.has(`${one.mm.id} ${first}`);
    if (restored) setPte(kernel, one.mm, one.at, { ...one.entry, dirty: true });
  }
  for (const single of [...folio.pages]) detach(kernel, folio, single);
  if (kernel.profile.era.switches.splitMapsZeroPage) mapZeroPages(kernel, mappings);
  return 0;
}

/** One page of a huge folio becomes a folio of its own, with a reference for each mapping. */
function detach(kernel: KernelState, folio: Folio, page: Page): void {
  const { journal } = kernel;
  if (page === headPage(folio)) {
    set(journal, folio, "order", 0);
    set(journal, folio, "pages", [page]);
    set(journal, folio, "refcount", page.mapcount);
    if (page.mapcount === 0) {
      folioRefAdd(kernel, folio, 1);
      folioPut(kernel, folio);
    }
    return;
  }
  const single: Folio = {
    ...buildFolio(page.pfn, { order: 0, zone: folio.zone, contents: page.contents, flags: {} }),
    pages: [page],
    refcount: Math.max(1, page.mapcount),
    anon: folio.anon,
    swapbacked: folio.swapbacked,
    uptodate: folio.uptodate,
    dirty: folio.dirty,
    lru: "list",
    node: folio.node,
  };
  set(journal, page, "folio", single);
  if (page.mapcount === 0) folioPut(kernel, single);
}

/** try_to_map_unused_to_zeropage(): a page of zeroes is given back, and the zero page mapped in its place. */
function mapZeroPages(kernel: KernelState, mappings: ReturnType<typeof mappingsOf>): void {
  for (const { mm, at } of mappings) {
    const entry = mm.ptes.get(at);
    const vma = findVma(mm, at);
    if (entry === undefined || vma === null || !isZero(entry.page)) continue;
    setPte(kernel, mm, at, { ...makePte(kernel.zero.page, vma), write: false });
    removeRmapPte(kernel, entry.page);
    folioPut(kernel, entry.page.folio);
  }
}

function isZero({ contents }: Page): boolean {
  return contents.length === 1 && byteAt(contents, 0) === 0;
}

/** A page that KSM has looked at, and where it is mapped. */
interface Candidate {
  readonly page: Page;
  readonly at: number;
  readonly entry: Pte;
}

function ksmMerge(kernel: KernelState, mm: Mm, addresses: readonly number[]): number {
  let sharing = 0;
  const seen: Candidate[] = [];
  for (const address of addresses) {
    const at = pageNumber(address);
    const entry = mm.ptes.get(at);
    const page = entry === undefined ? null : normalPage(entry);
    if (entry === undefined || page === null || !isMergeable(kernel, page)) continue;
    const equal = seen.find((one) => sameContents(one.page, page));
    if (equal === undefined) {
      seen.push({ page, at, entry });
      continue;
    }
    if (!equal.page.folio.ksm) {
      protect(kernel, mm, equal, equal.page);
      set(kernel.journal, equal.page.folio, "ksm", true);
    }
    protect(kernel, mm, { page, at, entry }, equal.page);
    addRmapPte(kernel, equal.page);
    folioRefAdd(kernel, equal.page.folio, 1);
    removeRmapPte(kernel, page);
    freeSwapCache(kernel, page.folio);
    folioPut(kernel, page.folio);
    sharing += 1;
  }
  return sharing;
}

/** write_protect_page() and replace_page(): `target` is mapped where the candidate was, its dirty bit goes to the folio. */
function protect(kernel: KernelState, mm: Mm, { page, at, entry }: Candidate, target: Page): void {
  if (entry.dirty) set(kernel.journal, page.folio, "dirty", true);
  setExclusive(kernel, page, false);
  setPte(kernel, mm, at, { ...entry, page: target, write: false, dirty: false });
}

/** Anonymous, small, and held by nobody but those who map it. */
function isMergeable(kernel: KernelState, { folio }: Page): boolean {
  return folio.anon && folio.order === 0 && folio.refcount === folioExpectedRefs(kernel, folio);
}

function sameContents(left: Page, right: Page): boolean {
  return (
    left.contents.length === right.contents.length &&
    left.contents.every((run, index) => {
      const other = right.contents[index];
      return run.end === other?.end && run.value === other.value;
    })
  );
}
