/** Folios taken off their LRU list, and put back (mm/vmscan.c, mm/migrate.c): the isolation owns a reference. */
import { set } from "./journal.ts";
import { isolateFolio } from "./migrate.ts";
import { folioPut } from "./references.ts";
import type { KernelState } from "./state.ts";
import type { Folio } from "./types.ts";

export interface IsolationFunctions {
  /** False for a folio that is on no list; else it has a reference more. */
  folioIsolateLru(folio: Folio): boolean;
  folioPutbackLru(folio: Folio): void;
  putbackMovablePages(folios: readonly Folio[]): void;
}

function putback(kernel: KernelState, folio: Folio): void {
  set(kernel.journal, folio, "lru", "list");
  folioPut(kernel, folio);
}

export function isolationFunctions(kernel: KernelState): IsolationFunctions {
  return {
    folioIsolateLru: (folio) => isolateFolio(kernel, folio),
    folioPutbackLru: (folio) => putback(kernel, folio),
    putbackMovablePages: (folios) => {
      for (const folio of folios) putback(kernel, folio);
    },
  };
}
