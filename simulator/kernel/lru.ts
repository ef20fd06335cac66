/**
 * The per-CPU batch through which folios reach the LRU lists (mm/swap.c): until it is drained each entry owns one
 * reference. Knows nothing of the lists themselves; reclaim is not modeled.
 */
import { set } from "./journal.ts";
import { folioPut, folioRefAdd } from "./references.ts";
import type { KernelState } from "./state.ts";
import type { Folio } from "./types.ts";

/** mm/swap.c:lru_add_drain: the batch goes to the lists, its references are dropped. */
export function lruAddDrain(kernel: KernelState): void {
  const { folios } = kernel.lruBatch;
  if (folios.length === 0) return;
  set(kernel.journal, kernel.lruBatch, "folios", []);
  for (const folio of folios) {
    set(kernel.journal, folio, "lru", "list");
    folioPut(kernel, folio);
  }
}

/** mm/swap.c:folio_add_lru. A large folio, or one that fills the batch, drains it at once. */
export function folioAddLru(kernel: KernelState, folio: Folio): void {
  folioRefAdd(kernel, folio, 1);
  set(kernel.journal, folio, "lru", "batch");
  const folios = [...kernel.lruBatch.folios, folio];
  set(kernel.journal, kernel.lruBatch, "folios", folios);
  if (folio.order > 0 || folios.length === kernel.profile.era.switches.lruBatch) lruAddDrain(kernel);
}
