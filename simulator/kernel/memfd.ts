/** memfd_pin_folios() (mm/gup.c, 6.11). */
import { EINVAL } from "./errno.ts";
import { grabFolio } from "./filemap.ts";
import { FOLL } from "./foll.ts";
import { set } from "./journal.ts";
import { checkAndMigrateFolios, MIGRATION_ROUNDS } from "./longterm.ts";
import { tryGrabFolio, unpinFolios } from "./pin.ts";
import type { KernelState } from "./state.ts";
import type { AddressSpace, FolioArray } from "./types.ts";

/**
 * Pins each folio of bytes `start`..`end` (inclusive) of a memfd once, bringing in what is missing.
 * `ret` is the number of folios, or -EINVAL for a file that is no memfd and for a bad range; nothing is held then.
 */
export function memfdPinFolios(
  kernel: KernelState,
  file: AddressSpace,
  start: number,
  end: number,
  folios: FolioArray,
  maxFolios: number,
): { readonly ret: number; readonly offset: number } {
  const refused = { ret: EINVAL, offset: 0 };
  const { journal, task } = kernel;
  if (start < 0 || start > end || maxFolios <= 0) return refused;
  if ((file.kind !== "shmem" && file.kind !== "hugetlb") || end >= file.size) return refused;
  const before = task.memallocPin;
  set(journal, task, "memallocPin", true);
  let result = pinRange(kernel, file, start, end, folios, maxFolios);
  for (let round = 1; result.ret > 0; round++) {
    const outcome = checkAndMigrateFolios(kernel, folios.slice(0, result.ret), FOLL.PIN);
    if (outcome === "settled" || outcome === "stays") break;
    if (round === MIGRATION_ROUNDS) throw new Error("memfd_pin_folios() migrates without end");
    result =
      outcome === "again"
        ? pinRange(kernel, file, start, end, folios, maxFolios)
        : { ret: outcome, offset: result.offset };
  }
  set(journal, task, "memallocPin", before);
  return result;
}

/** Pins what is there and what is missing. -EINVAL with nothing held when a folio cannot be grabbed. */
function pinRange(
  kernel: KernelState,
  file: AddressSpace,
  start: number,
  end: number,
  folios: FolioArray,
  maxFolios: number,
): { readonly ret: number; readonly offset: number } {
  let taken = 0;
  let offset = 0;
  const last = Math.floor(end / 4096);
  for (let index = Math.floor(start / 4096); index <= last && taken < maxFolios; ) {
    const folio = grabFolio(kernel, file, index);
    if (tryGrabFolio(kernel, folio, 1, FOLL.PIN) !== 0) {
      unpinFolios(kernel, folios, taken);
      return { ret: EINVAL, offset: 0 };
    }
    if (taken === 0) offset = start - folio.index * 4096;
    folios[taken] = folio;
    taken += 1;
    index = folio.index + folio.pages.length;
  }
  return { ret: taken, offset };
}
