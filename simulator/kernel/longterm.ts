/**
 * What FOLL_LONGTERM does after the pages are pinned: pages that may not stay where they are for long are migrated
 * (mm/gup.c:check_and_migrate_movable_pages, mm/migrate.c).
 */
import { ENOMEM } from "./errno.ts";
import { FOLL, type Foll } from "./foll.ts";
import { isolateFolio, migrateFolio } from "./migrate.ts";
import { folioIsLongtermPinnable, gupPutFolio } from "./pin.ts";
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
    if (isolateFolio(kernel, folio)) isolated.push(folio);
  }
  return isolated;
}
