/**
 * The forms of get_user_pages() and pin_user_pages() that some kernels have beside the usual ones, and those that give one
 * page (mm/gup.c, include/linux/mm.h).
 */
import type { GetUserPages } from "./api.ts";
import { EINVAL } from "./errno.ts";
import { existing } from "./existing.ts";
import { FOLL, type Foll } from "./foll.ts";
import { fastForm, followMapped, slowForm } from "./gup.ts";
import { gupFast } from "./gup-fast.ts";
import { mmapReadLock, mmapReadUnlock } from "./mm.ts";
import { type KernelState, pageNumber, TASK_SIZE_MAX, warnOnce } from "./state.ts";
import type { Mm, Page, PageArray } from "./types.ts";

export interface GupFormFunctions {
  /** Up to 5.17. The caller holds mmap_lock, which a fault may drop in the kernel; here it is held throughout. */
  readonly getUserPagesLocked: GetUserPages;
  /** 5.8 to 5.17. */
  readonly pinUserPagesLocked: GetUserPages;
  /** 5.8 to 6.2: what the page tables give without a fault; never an errno. */
  readonly pinUserPagesFastOnly: GetUserPages;
  /** __get_user_pages_fast(), up to 5.7: the same for references. Its third argument is no set of flags. */
  __getUserPagesFast(mm: Mm, start: number, nrPages: number, write: boolean, pages: PageArray): number;
  /** One page, or null: get_user_pages_fast_only() of one page (5.8). */
  getUserPageFastOnly(mm: Mm, address: number, gupFlags: Foll): Page | null;
  /** One page with a reference, null for none (up to 6.11), or an errno (6.5). Wants mmap_lock held. */
  getUserPageVmaRemote(mm: Mm, address: number, gupFlags: Foll): Page | number | null;
  /** What a core dump shows of an address, with a reference; null for holes and the zero page. */
  getDumpPage(mm: Mm, address: number): Page | null;
  /** follow_page(), up to 6.11: what is mapped, without a fault; a reference only with FOLL_GET. */
  followPage(mm: Mm, address: number, follFlags: Foll): Page | number | null;
}

export function gupFormFunctions(kernel: KernelState): GupFormFunctions {
  const { profile } = kernel;
  const { lockedForms, laterForms, pinFastOnly, vmaRemote, followPage } = profile.era.switches;
  return {
    getUserPagesLocked: existing(profile, "get_user_pages_locked", lockedForms, (...call) =>
      slowForm(kernel, "get-locked", ...call),
    ),
    pinUserPagesLocked: existing(profile, "pin_user_pages_locked", lockedForms && laterForms, (...call) =>
      slowForm(kernel, "pin-locked", ...call),
    ),
    pinUserPagesFastOnly: existing(profile, "pin_user_pages_fast_only", pinFastOnly, (...call) =>
      Math.max(0, fastForm(kernel, "pin-fast-only", ...call)),
    ),
    __getUserPagesFast: existing(
      profile,
      "__get_user_pages_fast",
      !laterForms,
      (mm, start, nr, write, pages) => walkFast(kernel, mm, start, nr, write, pages),
    ),
    getUserPageFastOnly: existing(profile, "get_user_page_fast_only", laterForms, (mm, address, flags) => {
      const pages: PageArray = [];
      return fastForm(kernel, "get-fast-only", mm, address, 1, flags, pages) === 1
        ? (pages[0] ?? null)
        : null;
    }),
    getUserPageVmaRemote: existing(profile, "get_user_page_vma_remote", vmaRemote, (mm, address, flags) =>
      vmaRemotePage(kernel, mm, address, flags),
    ),
    getDumpPage: (mm, address) => dumpPage(kernel, mm, address),
    followPage: existing(profile, "follow_page", followPage, (mm, address, flags) =>
      (flags & FOLL.PIN) !== 0 ? null : followMapped(kernel, mm, pageNumber(address), flags),
    ),
  };
}

/** __get_user_pages_fast() */
function walkFast(
  kernel: KernelState,
  mm: Mm,
  start: number,
  nrPages: number,
  write: boolean,
  pages: PageArray,
): number {
  const first = pageNumber(start);
  if (nrPages <= 0 || (first + nrPages) * 4096 > TASK_SIZE_MAX) return 0;
  return gupFast(kernel, mm, first, nrPages, FOLL.GET | (write ? FOLL.WRITE : 0), pages);
}

function vmaRemotePage(kernel: KernelState, mm: Mm, address: number, flags: Foll): Page | number | null {
  if ((flags & FOLL.NOWAIT) !== 0) {
    warnOnce(kernel, "include/linux/mm.h:get_user_page_vma_remote", "FOLL_NOWAIT");
    return EINVAL;
  }
  const pages: PageArray = [];
  const got = slowForm(kernel, "get-remote", mm, address, 1, flags, pages);
  return got < 0 ? got : (pages[0] ?? null);
}

/** get_dump_page(): holes and the zero page are left out of a dump. */
function dumpPage(kernel: KernelState, mm: Mm, address: number): Page | null {
  const pages: PageArray = [];
  mmapReadLock(kernel, mm);
  const got = slowForm(kernel, "get-remote", mm, address, 1, FOLL.FORCE | FOLL.DUMP, pages);
  mmapReadUnlock(kernel, mm);
  return got === 1 ? (pages[0] ?? null) : null;
}
