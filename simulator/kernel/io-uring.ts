/** Buffers registered with io_uring (io_uring/rsrc.c): long-term pins behind vectors. */
import type { RegisteredBuffer } from "./block-types.ts";
import { EFAULT } from "./errno.ts";
import { FOLL } from "./foll.ts";
import { slowForm } from "./gup.ts";
import { mmapReadLock, mmapReadUnlock } from "./mm.ts";
import { gupPutFolio } from "./pin.ts";
import type { KernelState } from "./state.ts";
import type { BioVec, Mm, PageArray } from "./types.ts";

const PAGE_SIZE = 4096;

/** IORING_REGISTER_BUFFERS of one buffer. `ret` is 0, or an errno with nothing held. */
export function ioUringRegisterBuffer(
  kernel: KernelState,
  mm: Mm,
  address: number,
  length: number,
): { readonly ret: number; readonly buffer: RegisteredBuffer | null } {
  const offset = address % PAGE_SIZE;
  const wanted = Math.ceil((offset + length) / PAGE_SIZE);
  const pages: PageArray = [];
  mmapReadLock(kernel, mm);
  const got = slowForm(kernel, "pin", mm, address, wanted, FOLL.WRITE | FOLL.LONGTERM, pages);
  mmapReadUnlock(kernel, mm);
  if (got !== wanted) {
    for (const page of pages.slice(0, Math.max(0, got)))
      if (page !== null) gupPutFolio(kernel, page.folio, 1, FOLL.PIN);
    return { ret: got < 0 ? got : EFAULT, buffer: null };
  }
  return { ret: 0, buffer: { bvecs: vectorsOf(kernel, pages, offset, length) } };
}

/** One vector for each page, or for each folio where the era joins them: then all its pins but one are dropped. */
function vectorsOf(kernel: KernelState, pages: PageArray, offset: number, length: number): BioVec[] {
  const bvecs: BioVec[] = [];
  let left = length;
  for (let slot = 0; slot < pages.length; ) {
    const page = pages[slot];
    if (!page) break;
    let run = 1;
    while (
      kernel.profile.era.switches.uringCoalesces &&
      pages[slot + run]?.folio === page.folio &&
      pages[slot + run]?.pfn === page.pfn + run
    )
      run += 1;
    const start = slot === 0 ? offset : 0;
    const bytes = Math.min(left, run * PAGE_SIZE - start);
    if (run > 1) gupPutFolio(kernel, page.folio, run - 1, FOLL.PIN);
    bvecs.push({ page, offset: start, length: bytes });
    left -= bytes;
    slot += run;
  }
  return bvecs;
}

export function ioUringUnregisterBuffer(kernel: KernelState, { bvecs }: RegisteredBuffer): void {
  for (const { page } of bvecs) gupPutFolio(kernel, page.folio, 1, FOLL.PIN);
}
