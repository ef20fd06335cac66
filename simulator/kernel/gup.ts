/**
 * The slow path and the public forms of get_user_pages() and pin_user_pages() (mm/gup.c). Knows faults, page tables and
 * grabs; the fast walk is in `gup-fast.ts`, long-term migration in `longterm.ts`.
 */
import { EFAULT, EINVAL, EMLINK, EOPNOTSUPP, EOVERFLOW } from "./errno.ts";
import { handleMmFault } from "./fault.ts";
import { FOLL, type Foll } from "./foll.ts";
import { checkGupArguments, fastFlagsFault, type GupForm } from "./gup-arguments.ts";
import { gupFast, gupMustUnshare } from "./gup-fast.ts";
import { set } from "./journal.ts";
import { checkAndMigrate, MIGRATION_ROUNDS } from "./longterm.ts";
import { headPage } from "./page.ts";
import {
  hugePmdAt,
  isCowMapping,
  normalPage,
  pageInPmd,
  setHugePmd,
  wantsWritenotify,
} from "./page-table.ts";
import { gupPutFolio, tryGrabFolio } from "./pin.ts";
import { setPageDirty } from "./references.ts";
import { HPAGE_PMD_NR, type KernelState, lockMissing, pageNumber, TASK_SIZE_MAX, warnOnce } from "./state.ts";
import type { Mm, Page, PageArray, Pte, Vma } from "./types.ts";
import { findVma } from "./vma.ts";
import { splitHugePmd } from "./zap.ts";

/** check_vma_flags(): 0, or why this mapping may not be used so. */
function checkVmaFlags(kernel: KernelState, vma: Vma, flags: Foll): number {
  if (vma.pfnmap) return EFAULT;
  if ((flags & FOLL.SPLIT_PMD) !== 0 && vma.hugetlb && kernel.profile.era.switches.splitPmdFlag)
    return EOPNOTSUPP;
  if ((flags & FOLL.ANON) !== 0 && vma.file !== null) return EFAULT;
  if ((flags & FOLL.WRITE) !== 0) {
    if (vma.file !== null && !writableFileMappingAllowed(kernel, vma, flags)) return EFAULT;
    if (vma.write) return 0;
    const forced = (flags & FOLL.FORCE) !== 0 && !vma.hugetlb && isCowMapping(vma);
    return forced ? 0 : EFAULT;
  }
  if (vma.read || vma.write) return 0;
  return (flags & FOLL.FORCE) !== 0 && vma.mayRead ? 0 : EFAULT;
}

/** writable_file_mapping_allowed(), from 6.5 on. */
function writableFileMappingAllowed(kernel: KernelState, vma: Vma, flags: Foll): boolean {
  const asked = FOLL.PIN | FOLL.LONGTERM;
  if (!kernel.profile.era.switches.longtermRefusesDirtyTracked || (flags & asked) !== asked) return true;
  return !wantsWritenotify(vma);
}

/** can_follow_write_pte(), can_follow_write_pmd() */
function canFollowWrite(kernel: KernelState, entry: Pte, vma: Vma, page: Page | null, flags: Foll): boolean {
  if (entry.write) return true;
  if ((flags & FOLL.FORCE) === 0 || vma.shared || !vma.mayWrite || vma.write) return false;
  if (page === null || !page.folio.anon) return false;
  return kernel.profile.era.switches.forceWriteNeedsExclusive ? page.anonExclusive : entry.dirty;
}

/** Outcome of follow_page_mask(): the page and how many follow it in the same leaf, nothing mapped, or an errno. */
type Followed = { readonly page: Page; readonly more: number } | null | number;

/** no_page_table(): FOLL_DUMP does not want anonymous holes filled. */
function noPageTable(vma: Vma, flags: Foll): null | number {
  return (flags & FOLL.DUMP) !== 0 && vma.file === null ? EFAULT : null;
}

function canFollowProtnone(kernel: KernelState, vma: Vma, flags: Foll): boolean {
  if (kernel.profile.era.switches.argumentCheck !== "unified") return (flags & FOLL.FORCE) !== 0;
  return (flags & FOLL.HONOR_NUMA_FAULT) === 0 || (!vma.read && !vma.write);
}

/** follow_page_mask(): one page, grabbed. */
function followPage(kernel: KernelState, mm: Mm, vma: Vma, at: number, flags: Foll): Followed {
  const splits = (flags & FOLL.SPLIT_PMD) !== 0 && kernel.profile.era.switches.splitPmdFlag;
  if (splits && !vma.hugetlb) splitHugePmd(kernel, mm, vma, at);
  const pmd = hugePmdAt(mm, at);
  if (pmd !== null) return followHugePmd(kernel, mm, vma, at, pmd, flags);
  const entry = mm.ptes.get(at);
  if (entry === undefined) return mm.swapEntries.has(at) ? null : noPageTable(vma, flags);
  if (entry.protnone && !canFollowProtnone(kernel, vma, flags)) return null;
  const normal = normalPage(entry);
  const write = (flags & FOLL.WRITE) !== 0;
  if (write && !canFollowWrite(kernel, entry, vma, normal, flags)) return null;
  if (normal === null && (flags & FOLL.DUMP) !== 0) return EFAULT;
  const { page } = entry;
  if (!entry.write && gupMustUnshare(kernel, vma, flags, page)) return EMLINK;
  const refused = tryGrabFolio(kernel, page.folio, 1, flags);
  if (refused !== 0) return refused;
  if ((flags & FOLL.TOUCH) !== 0 && write && !entry.dirty && !page.folio.dirty) setPageDirty(kernel, page);
  return { page, more: 0 };
}

/** follow_huge_pmd(), follow_trans_huge_pmd() */
function followHugePmd(kernel: KernelState, mm: Mm, vma: Vma, at: number, pmd: Pte, flags: Foll): Followed {
  const { folio } = pmd.page;
  const head = headPage(folio);
  const write = (flags & FOLL.WRITE) !== 0;
  if (write && !canFollowWrite(kernel, pmd, vma, head, flags)) return null;
  if (folio.hugeZero && (flags & FOLL.DUMP) !== 0) return EFAULT;
  if (pmd.protnone && !canFollowProtnone(kernel, vma, flags)) return null;
  if (!pmd.write && gupMustUnshare(kernel, vma, flags, head)) return EMLINK;
  const refused = tryGrabFolio(kernel, folio, 1, flags);
  if (refused !== 0) return refused;
  if ((flags & FOLL.TOUCH) !== 0 && write && !pmd.dirty && !folio.hugetlb)
    setHugePmd(kernel, mm, at, { ...pmd, dirty: true, young: true });
  return { page: pageInPmd(pmd, at), more: HPAGE_PMD_NR - 1 - (at % HPAGE_PMD_NR) };
}

/** The code passes NULL where this kernel follows the array of pages: a crash, and no misuse of the model. */
export class NullPageArray extends TypeError {
  override readonly name = "NullPageArray";

  constructor(form: string) {
    super(`${form}: the page array is NULL, which this kernel follows`);
  }
}

/** follow_page(): the page that is mapped there, null for none, or an errno. */
export function followMapped(kernel: KernelState, mm: Mm, at: number, flags: Foll): Page | number | null {
  const vma = findVma(mm, at);
  if (vma === null) return null;
  const followed = followPage(kernel, mm, vma, at, flags);
  return followed === null || typeof followed === "number" ? followed : followed.page;
}

/** faultin_page(): 0 to try again, or an errno. */
function faultinPage(
  kernel: KernelState,
  mm: Mm,
  vma: Vma,
  at: number,
  flags: Foll,
  unshare: boolean,
): number {
  if ((flags & FOLL.NOFAULT) !== 0) return EFAULT;
  const breaksCow = forceCowBreak(kernel, vma, flags);
  const kind = (flags & FOLL.WRITE) !== 0 || breaksCow ? "write" : unshare ? "unshare" : "read";
  const retry = (flags & FOLL.UNLOCKABLE) !== 0 ? "may-retry" : "keeps-lock";
  return handleMmFault(kernel, mm, vma, at, kind, retry) === "sigbus" ? EFAULT : 0;
}

/** should_force_cow_break(), only in 5.8 and its back-ports. */
function forceCowBreak(kernel: KernelState, vma: Vma, flags: Foll): boolean {
  return (
    kernel.profile.era.switches.forceCowBreak && (flags & (FOLL.GET | FOLL.PIN)) !== 0 && isCowMapping(vma)
  );
}

/** __get_user_pages(): page by page from page number `start`; what was taken hides a later error. */
function getUserPagesCore(
  kernel: KernelState,
  mm: Mm,
  start: number,
  nrPages: number,
  flags: Foll,
  pages: PageArray | null,
  slot: number,
): number {
  let vma: Vma | null = null;
  let taken = 0;
  while (taken < nrPages) {
    const at = start + taken;
    if (vma === null || at >= vma.end) {
      vma = findVma(mm, at);
      const refused = vma === null ? EFAULT : checkVmaFlags(kernel, vma, flags);
      if (vma === null || refused !== 0) return taken || refused;
    }
    const followed = followOrFault(kernel, mm, vma, at, flags);
    if (typeof followed === "number") return taken || followed;
    const more = Math.min(followed.more, nrPages - taken - 1);
    if (pages !== null) {
      if (more > 0 && tryGrabFolio(kernel, followed.page.folio, more, flags) !== 0) {
        gupPutFolio(kernel, followed.page.folio, 1, flags);
        return taken || EFAULT;
      }
      const { folio } = followed.page;
      const first = followed.page.pfn - folio.pfn;
      for (let offset = 0; offset <= more; offset++)
        pages[slot + taken + offset] = folio.pages[first + offset] ?? null;
    }
    taken += 1 + more;
  }
  return taken;
}

/** How often a page is faulted in before the model gives up: split, break COW, map. */
const FAULT_ATTEMPTS = 6;

function followOrFault(
  kernel: KernelState,
  mm: Mm,
  vma: Vma,
  at: number,
  flags: Foll,
): { readonly page: Page; readonly more: number } | number {
  for (let attempt = 0; attempt < FAULT_ATTEMPTS; attempt++) {
    if (forceCowBreak(kernel, vma, flags)) flags |= FOLL.WRITE | FOLL.FORCE;
    const followed = followPage(kernel, mm, vma, at, flags);
    if (followed !== null && typeof followed === "object") return followed;
    if (followed !== null && followed !== EMLINK) return followed;
    const error = faultinPage(kernel, mm, vma, at, flags, followed === EMLINK);
    if (error !== 0) return error;
  }
  throw new Error(`get_user_pages at page ${at} faults without end`);
}

/** __gup_longterm_locked() around __get_user_pages_locked(): a long-term pin is retried until no page must move. */
function gupLongtermLocked(
  kernel: KernelState,
  mm: Mm,
  start: number,
  nrPages: number,
  flags: Foll,
  pages: PageArray | null,
  slot: number,
): number {
  if (nrPages === 0) return 0;
  if ((flags & FOLL.PIN) !== 0) set(kernel.journal, mm, "hasPinned", true);
  const grab = pages !== null && (flags & FOLL.PIN) === 0 ? flags | FOLL.GET : flags;
  const longterm = (flags & FOLL.LONGTERM) !== 0 && pages !== null;
  if (!longterm) return getUserPagesCore(kernel, mm, start, nrPages, grab, pages, slot);
  const before = kernel.task.memallocPin;
  set(kernel.journal, kernel.task, "memallocPin", kernel.profile.era.switches.longtermMigrates !== "nothing");
  let result: number;
  for (let round = 0; ; round++) {
    if (round === MIGRATION_ROUNDS) throw new Error(`a long-term pin at page ${start} migrates without end`);
    result = getUserPagesCore(kernel, mm, start, nrPages, grab, pages, slot);
    if (result <= 0) break;
    const outcome = checkAndMigrate(kernel, pages, slot, result, flags);
    if (outcome === "stays") result = getUserPagesCore(kernel, mm, start, nrPages, grab, pages, slot);
    if (outcome === "settled" || outcome === "stays") break;
    if (outcome !== "again") {
      result = outcome;
      break;
    }
  }
  set(kernel.journal, kernel.task, "memallocPin", before);
  return result;
}

/** Every public form but the fast ones. */
export function slowForm(
  kernel: KernelState,
  form: GupForm,
  mm: Mm,
  start: number,
  nrPages: number,
  gupFlags: Foll,
  pages: PageArray | null,
): number {
  const { flags, refused } = checkGupArguments(kernel, form, gupFlags, pages !== null);
  if (refused !== null) return refused;
  const takesLock = form.endsWith("-unlocked");
  if (!takesLock && mm.mmapReaders === 0)
    lockMissing(kernel, `mm/gup.c:${form.startsWith("pin") ? "pin" : "get"}_user_pages`, "mmap_lock");
  if (takesLock && mm.mmapReaders > 0)
    warnOnce(kernel, `mm/gup.c:${form}`, "mmap_lock is held already: the call may wait for itself");
  return gupLongtermLocked(kernel, mm, pageNumber(start), nrPages, flags, pages, 0);
}

/** gup_fast_fallback(), before 6.10 internal_get_user_pages_fast(). */
export function fastForm(
  kernel: KernelState,
  form: GupForm,
  mm: Mm,
  start: number,
  nrPages: number,
  gupFlags: Foll,
  pages: PageArray | null,
): number {
  const { switches } = kernel.profile.era;
  const checked = checkGupArguments(kernel, form, gupFlags, pages !== null);
  if (checked.refused !== null) return checked.refused;
  const { flags } = checked;
  const fault = fastFlagsFault(kernel, flags);
  if (fault !== null) {
    warnOnce(kernel, "mm/gup.c:gup_fast_fallback", fault);
    return EINVAL;
  }
  if (pages === null) throw new NullPageArray(form);
  if ((flags & FOLL.PIN) !== 0) set(kernel.journal, mm, "hasPinned", true);
  const first = pageNumber(start);
  const end = first * 4096 + (nrPages < 0 ? nrPages + 2 ** 52 : nrPages) * 4096;
  if (end >= 2 ** 64) return switches.overflowReturns === "EOVERFLOW" ? EOVERFLOW : 0;
  if (end > TASK_SIZE_MAX) return EFAULT;
  if (nrPages === 0 && switches.zeroPagesGuard) return 0;
  const got = gupFast(kernel, mm, first, nrPages, flags, pages);
  if (got === nrPages || (flags & FOLL.FAST_ONLY) !== 0) return got;
  if (mm.mmapReaders > 0)
    warnOnce(kernel, `mm/gup.c:${form}`, "mmap_lock is held already: the call may wait for itself");
  // Zero pages asked for and some taken: what is left is a huge unsigned number.
  const left = got > nrPages ? Number.POSITIVE_INFINITY : nrPages - got;
  // Before 6.3 a long-term pin kept the lock throughout, and marked nothing as touched.
  const unlockable = switches.argumentCheck === "unified" || (flags & FOLL.LONGTERM) === 0;
  const slowFlags = flags | (unlockable ? FOLL.TOUCH | FOLL.UNLOCKABLE : 0);
  const slow = gupLongtermLocked(kernel, mm, first + got, left, slowFlags, pages, got);
  if (slow < 0) return got > 0 ? got : slow;
  return slow + got;
}
