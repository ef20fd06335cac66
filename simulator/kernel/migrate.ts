/**
 * Moving a folio to another frame (mm/migrate.c): isolated from its list, unmapped, copied, mapped again; it stays where
 * it is when anyone else holds it. Knows nothing of who asks.
 */
import { EAGAIN } from "./errno.ts";
import { set, setEntry } from "./journal.ts";
import { folioAddLru, lruAddDrain } from "./lru.ts";
import { allocFolio, pageOf } from "./page.ts";
import { setHugePmd, setPte } from "./page-table.ts";
import { folioMaybeDmaPinned } from "./pin.ts";
import { folioCacheRefs, folioExpectedRefs, folioPut, folioPutRefs, folioRefAdd } from "./references.ts";
import { mappingsOf, setExclusive } from "./rmap.ts";
import type { KernelState } from "./state.ts";
import type { Folio } from "./types.ts";
import { waitWriteback } from "./writeback.ts";

/** folio_isolate_lru(), isolate_hugetlb(): takes one reference. False for a folio that is on no list. */
export function isolateFolio(kernel: KernelState, folio: Folio): boolean {
  if (folio.lru === "batch") lruAddDrain(kernel);
  if (folio.lru !== "list" && !folio.hugetlb) return false;
  folioRefAdd(kernel, folio, 1);
  set(kernel.journal, folio, "lru", "none");
  return true;
}

export interface MigrationOptions {
  /** Node of the new frame; default: that of the old one. */
  readonly node?: number;
  /** MR_MEMORY_FAILURE: the old frame is never given back; the reference of the isolation stays on it. */
  readonly keepsSource?: boolean;
}

/**
 * migrate_folio_unmap() and migrate_folio_move() of an isolated folio. Unmapping moves the dirty bits of the entries to
 * the folio, also when the migration then fails. -EAGAIN when anyone else holds the folio.
 */
export function migrateFolio(
  kernel: KernelState,
  folio: Folio,
  { node = folio.node, keepsSource = false }: MigrationOptions = {},
): number {
  const { journal } = kernel;
  waitWriteback(kernel, folio);
  const mappings = mappingsOf(kernel, folio);
  if (mappings.some(({ entry }) => entry.dirty)) set(journal, folio, "dirty", true);
  const shareable =
    !folio.anon || !folio.pages.some((page) => page.anonExclusive) || !folioMaybeDmaPinned(kernel, folio);
  if (!shareable || folio.refcount !== folioExpectedRefs(kernel, folio) + 1) {
    if (!folio.hugetlb) set(journal, folio, "lru", "list");
    folioPut(kernel, folio);
    return EAGAIN;
  }
  const target = allocFolio(kernel, folio.order, true, undefined, {
    uptodate: folio.uptodate,
    hugetlb: folio.hugetlb,
  });
  set(journal, target, "node", node);
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
  if (!folio.hugetlb) folioAddLru(kernel, target);
  folioPut(kernel, target);
  if (!keepsSource) folioPut(kernel, folio);
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
  if (from.swapCache !== null) {
    set(journal, to, "swapCache", from.swapCache);
    set(journal, from.swapCache, "folio", to);
    set(journal, from, "swapCache", null);
    folioRefAdd(kernel, to, 1);
    folioPut(kernel, from);
  }
  const { mapping } = from;
  if (mapping === null) return;
  set(journal, to, "mapping", mapping);
  set(journal, to, "index", from.index);
  setEntry(journal, mapping.folios, from.index, to);
  folioRefAdd(kernel, to, folioCacheRefs(kernel, to));
  set(journal, from, "mapping", null);
  folioPutRefs(kernel, from, folioCacheRefs(kernel, from));
}
