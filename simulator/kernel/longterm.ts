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

/** How often a long-term pin is tried anew before the model gives up; the kernel goes on until it is killed. */
export const MIGRATION_ROUNDS = 8;

/**
 * All pages may stay (`settled`); the batch was released and must be pinned anew, once for all (`stays`) or to be checked
 * once more (`again`); or an errno, with nothing held.
 */
export type MigrationOutcome = "settled" | "stays" | "again" | number;

/** check_and_migrate_movable_pages() of `count` pages from `slot` on. */
export function checkAndMigrate(
  kernel: KernelState,
  pages: PageArray,
  slot: number,
  count: number,
  flags: Foll,
): MigrationOutcome {
  const held = pages.slice(slot, slot + count).map((page) => page?.folio ?? null);
  const byPut = kernel.profile.era.switches.longtermDropsByPut;
  const outcome = checkAndMigrateFolios(kernel, held, byPut ? FOLL.GET : flags & FOLL.PIN);
  if (outcome !== "settled") pages.fill(null, slot, slot + count);
  return outcome;
}

/** check_and_migrate_movable_folios(): each entry holds what `dropped` (FOLL_PIN or FOLL_GET) lets go of. */
export function checkAndMigrateFolios(
  kernel: KernelState,
  held: readonly (Folio | null)[],
  dropped: Foll,
): MigrationOutcome {
  const movable = new Set<Folio>();
  for (const folio of held) if (folio !== null && !folioIsLongtermPinnable(kernel, folio)) movable.add(folio);
  if (movable.size === 0) return "settled";
  const { longtermStaysOnFailure } = kernel.profile.era.switches;
  const isolated = collect(kernel, movable);
  if (longtermStaysOnFailure && isolated.length === 0) return "settled";
  for (const folio of held) if (folio !== null) gupPutFolio(kernel, folio, 1, dropped);
  let failed = false;
  for (const folio of isolated) if (migrateFolio(kernel, folio) !== 0) failed = true;
  if (failed) return longtermStaysOnFailure ? "stays" : ENOMEM;
  return "again";
}

/** collect_longterm_unpinnable_folios(): isolation takes one reference each; a folio that is on no list is left alone. */
function collect(kernel: KernelState, movable: Iterable<Folio>): Folio[] {
  const isolated: Folio[] = [];
  for (const folio of movable) {
    if (isolateFolio(kernel, folio)) isolated.push(folio);
  }
  return isolated;
}
