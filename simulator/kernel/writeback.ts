/**
 * The page lock, and write-back that takes time: pages go to the device and come back (mm/page-writeback.c, mm/filemap.c).
 * Whoever has to wait for the device here makes it finish; whoever waits for a lock that nobody will give up says so.
 */
import { set } from "./journal.ts";
import { setPte } from "./page-table.ts";
import { mappingsOf } from "./rmap.ts";
import { bug, type KernelState } from "./state.ts";
import type { AddressSpace, Folio, Page } from "./types.ts";

export interface WritebackFunctions {
  /** lock_page(): an event where this path holds the lock already, for ever in the kernel. */
  lockPage(page: Page): void;
  /** trylock_page() */
  trylockPage(page: Page): boolean;
  unlockPage(page: Page): void;
  /** filemap_fdatawrite(): every dirty page of the file is cleaned and under write-back; returns how many. */
  filemapFdatawrite(file: AddressSpace): number;
  /** The device is done: folio_end_writeback() of all of the file's pages; returns how many. */
  endWriteback(file: AddressSpace): number;
}

export function writebackFunctions(kernel: KernelState): WritebackFunctions {
  return {
    lockPage: ({ folio }) => lockFolio(kernel, folio),
    trylockPage: ({ folio }) => {
      const free = !folio.locked;
      set(kernel.journal, folio, "locked", true);
      return free;
    },
    unlockPage: ({ folio }) => {
      if (!folio.locked) bug(kernel, "mm/filemap.c:unlock_page", "the page is not locked", folio);
      set(kernel.journal, folio, "locked", false);
    },
    filemapFdatawrite: (file) => startWriteback(kernel, file),
    endWriteback: (file) => {
      const under = [...file.folios.values()].filter((folio) => folio.writeback);
      for (const folio of under) waitWriteback(kernel, folio);
      return under.length;
    },
  };
}

export function lockFolio(kernel: KernelState, folio: Folio): void {
  if (folio.locked)
    bug(kernel, "mm/filemap.c:lock_page", "waits for a page lock that this path holds", folio);
  set(kernel.journal, folio, "locked", true);
}

/** folio_wait_writeback(): the device finishes. */
export function waitWriteback(kernel: KernelState, folio: Folio): void {
  set(kernel.journal, folio, "writeback", false);
}

/**
 * filemap_fdatawrite(): folio_clear_dirty_for_io() cleans and write-protects every entry that maps a dirty page, pinned or
 * not, and the page is under write-back. Only ext4 has a device to write to; other files give 0.
 */
export function startWriteback(kernel: KernelState, file: AddressSpace): number {
  if (file.kind !== "ext4") return 0;
  const { journal } = kernel;
  let started = 0;
  for (const folio of file.folios.values()) {
    let { dirty } = folio;
    for (const { mm, at, entry } of mappingsOf(kernel, folio)) {
      if (!entry.dirty && !entry.write) continue;
      dirty ||= entry.dirty;
      setPte(kernel, mm, at, { ...entry, dirty: false, write: false });
    }
    if (!dirty) continue;
    set(journal, folio, "dirty", false);
    set(journal, folio, "writeback", true);
    started += 1;
  }
  return started;
}
