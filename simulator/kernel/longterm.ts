/**
 * What FOLL_LONGTERM does after the pages are pinned: pages that may not stay where they are for long are migrated
 * (mm/gup.c:check_and_migrate_movable_pages, mm/migrate.c).
 */
import { EAGAIN, ENOMEM } from "./errno.ts";
import { FOLL, type Foll } from "./foll.ts";
import { set, setEntry } from "./journal.ts";
import { folioAddLru, lruAddDrain } from "./lru.ts";
import { allocFolio, pageOf } from "./page.ts";
import { setHugePmd, setPte } from "./page-table.ts";
import { folioIsLongtermPinnable, folioMaybeDmaPinned, gupPutFolio } from "./pin.ts";
import { folioExpectedRefs, folioPut, folioPutRefs, folioRefAdd } from "./references.ts";
import { mappingsOf, setExclusive } from "./rmap.ts";
import type { KernelState } from "./state.ts";
import type { Folio, PageArray } from "./types.ts";

/** All pages may stay; the batch was released and must be pinned anew; or an errno, with nothing held. */
export type MigrationOutcome = "settled" | "again" | number;

/** check_and_migrate_movable_pages() of `count` pages from `slot` on. */
export function checkAndMigrate(
  kernel: KernelState,
  pages: PageArray,
  slot: number,
  count: number,
  flags: Foll,
): MigrationOutcome {
  const held = pages.slice(slot, slot + count);
  const movable = new Set<Folio>();
  for (const page of held)
    if (page !== null && !folioIsLongtermPinnable(kernel, page.folio)) movable.add(page.folio);
  if (movable.size === 0) return "settled";
  const isolated = collect(kernel, movable);
  held.forEach((page, index) => {
    if (page === null) return;
    const byPut = kernel.profile.era.switches.longtermDropsByPut;
    gupPutFolio(kernel, page.folio, 1, byPut ? FOLL.GET : flags & FOLL.PIN);
    pages[slot + index] = null;
  });
  let failed = false;
  for (const folio of isolated) if (migrateFolio(kernel, folio) !== 0) failed = true;
  return failed ? ENOMEM : "again";
}

/** collect_longterm_unpinnable_folios(): isolation takes one reference each; a folio that is on no list is left alone. */
function collect(kernel: KernelState, movable: Iterable<Folio>): Folio[] {
  const isolated: Folio[] = [];
  for (const folio of movable) {
    if (folio.lru === "batch") lruAddDrain(kernel);
    if (folio.lru !== "list") continue;
    folioRefAdd(kernel, folio, 1);
    set(kernel.journal, folio, "lru", "none");
    isolated.push(folio);
  }
  return isolated;
}

/**
 * migrate_folio_unmap() and migrate_folio_move() of an isolated folio. Unmapping moves the dirty bits of the entries to
 * the folio, also when the migration then fails. -EAGAIN when anyone else holds the folio.
 */
function migrateFolio(kernel: KernelState, folio: Folio): number {
  const { journal } = kernel;
  const mappings = mappingsOf(kernel, folio);
  if (mappings.some(({ entry }) => entry.dirty)) set(journal, folio, "dirty", true);
  const shareable =
    !folio.anon || !folio.pages.some((page) => page.anonExclusive) || !folioMaybeDmaPinned(kernel, folio);
  if (!shareable || folio.refcount !== folioExpectedRefs(folio) + 1) {
    set(journal, folio, "lru", "list");
    folioPut(kernel, folio);
    return EAGAIN;
  }
  const target = allocFolio(kernel, folio.order, true, undefined, {
    uptodate: folio.uptodate,
    hugetlb: folio.hugetlb,
  });
  copyFolio(kernel, folio, target);
  for (const { mm, at, entry, level } of mappings) {
    const page = pageOf(target, entry.page.pfn - folio.pfn);
    folioRefAdd(kernel, target, 1);
    folioPut(kernel, folio);
    if (level === "pmd") setHugePmd(kernel, mm, at, { ...entry, page });
    else setPte(kernel, mm, at, { ...entry, page });
  }
  for (const page of folio.pages) set(journal, page, "mapcount", 0);
  set(journal, folio, "entireMapcount", 0);
  moveCache(kernel, folio, target);
  folioAddLru(kernel, target);
  folioPut(kernel, target);
  folioPut(kernel, folio);
  return 0;
}

/** folio_migrate_copy() and folio_migrate_flags() */
function copyFolio(kernel: KernelState, from: Folio, to: Folio): void {
  const { journal } = kernel;
  set(journal, to, "anon", from.anon);
  set(journal, to, "swapbacked", from.swapbacked);
  set(journal, to, "dirty", from.dirty);
  set(journal, to, "entireMapcount", from.entireMapcount);
  from.pages.forEach((page, index) => {
    const copy = pageOf(to, index);
    set(journal, copy, "contents", page.contents);
    set(journal, copy, "mapcount", page.mapcount);
    setExclusive(kernel, copy, page.anonExclusive);
  });
}

/** The page cache lets the new folio in for the old one, buffers and all. */
function moveCache(kernel: KernelState, from: Folio, to: Folio): void {
  const { journal } = kernel;
  if (from.private) {
    set(journal, from, "private", false);
    set(journal, to, "private", true);
    folioRefAdd(kernel, to, 1);
    folioPut(kernel, from);
  }
  const { mapping } = from;
  if (mapping === null) return;
  set(journal, to, "mapping", mapping);
  set(journal, to, "index", from.index);
  setEntry(journal, mapping.folios, from.index, to);
  folioRefAdd(kernel, to, to.pages.length);
  set(journal, from, "mapping", null);
  folioPutRefs(kernel, from, from.pages.length);
}
