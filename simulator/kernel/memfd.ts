/** memfd_pin_folios() (mm/gup.c, 6.11). */
import { EINVAL } from "./errno.ts";
import { grabFolio } from "./filemap.ts";
import { FOLL } from "./foll.ts";
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
  if (start < 0 || start > end || maxFolios <= 0) return refused;
  if ((file.kind !== "shmem" && file.kind !== "hugetlb") || end >= file.size) return refused;
  let taken = 0;
  let offset = 0;
  const last = Math.floor(end / 4096);
  for (let index = Math.floor(start / 4096); index <= last && taken < maxFolios; ) {
    const folio = grabFolio(kernel, file, index);
    const error = tryGrabFolio(kernel, folio, 1, FOLL.PIN);
    if (error !== 0) {
      unpinFolios(kernel, folios, taken);
      return { ret: error, offset: 0 };
    }
    if (taken === 0) offset = start - folio.index * 4096;
    folios[taken] = folio;
    taken += 1;
    index = folio.index + folio.pages.length;
  }
  return { ret: taken, offset };
}
