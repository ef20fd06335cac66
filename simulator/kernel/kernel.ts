/** A running kernel: the typed functions of `api.ts` over one state. Holds no behavior of its own. */
import { dmaWrite, readByte, writeByte } from "./access.ts";
import { allocationFormFunctions } from "./allocation-forms.ts";
import type { GetUserPages, Kernel } from "./api.ts";
import { blockFunctions } from "./block.ts";
import { byteAt, ZEROES } from "./contents.ts";
import { existing } from "./existing.ts";
import { createFile, fsync, pwriteFill, truncate } from "./filemap.ts";
import { FOLL } from "./foll.ts";
import { fork } from "./fork.ts";
import { fastForm, slowForm } from "./gup.ts";
import type { GupForm } from "./gup-arguments.ts";
import { gupFormFunctions } from "./gup-forms.ts";
import { bvecIter, iovIterAdvance, iovIterRevert, isUserBacked, makeIter, takePages } from "./iov-iter.ts";
import { isolationFunctions } from "./isolation.ts";
import { iteratorFormFunctions } from "./iter-forms.ts";
import { moveTo, position } from "./journal.ts";
import { lruAddDrain } from "./lru.ts";
import { memfdPinFolios } from "./memfd.ts";
import { createMm, exitMm, madvise, mmap, mmapReadLock, mmapReadUnlock, munmap } from "./mm.ts";
import { moveFunctions } from "./moves.ts";
import { mprotect, mremap } from "./mprotect.ts";
import { nameFunctions } from "./names.ts";
import { createPciMemory, pciAllocP2pmem, pciFreeP2pmem } from "./p2pdma.ts";
import { allocFolio, buildFolio, headPage, zoneFor } from "./page.ts";
import { pageCacheFunctions } from "./page-cache.ts";
import { walkPageTables } from "./page-table.ts";
import {
  folioMaybeDmaPinned,
  gupPutFolio,
  unpinFolios,
  unpinUserPage,
  unpinUserPageRangeDirtyLock,
  unpinUserPages,
  unpinUserPagesDirtyLock,
} from "./pin.ts";
import { pipeFunctions } from "./pipe.ts";
import { getUserBvec, putUserBvec, vaddrPinPages, vaddrUnpinPages } from "./proposals.ts";
import { referenceFormFunctions } from "./reference-forms.ts";
import {
  folioGet,
  folioPut,
  folioPutRefs,
  folioTryGet,
  freePages,
  releasePages,
  setPageDirty,
  setPageDirtyLock,
} from "./references.ts";
import { folioMapcount } from "./rmap.ts";
import { scatterlistFunctions } from "./scatterlist.ts";
import { skbFunctions } from "./skb.ts";
import { createState, pageNumber } from "./state.ts";
import { swapoff, swapon } from "./swap.ts";
import type { Profile } from "./types.ts";
import { requestFunctions } from "./user-requests.ts";
import { vmInsertFunctions } from "./vm-insert.ts";
import { wrapperFunctions } from "./wrappers.ts";
import { writebackFunctions } from "./writeback.ts";

/** Frame of the zero page; everything else lies above. */
const ZERO_PFN = 1;
const FIRST_PFN = 0x1000;

/** Boots a kernel. Equal calls on equal profiles give equal states. */
export function createKernel(profile: Profile): Kernel {
  const zeroFolio = buildFolio(ZERO_PFN, {
    order: 0,
    zone: zoneFor(profile, false, false),
    contents: ZEROES,
    flags: { zeroPage: true, reserved: true },
  });
  const state = createState(profile, headPage(zeroFolio), FIRST_PFN);
  const slow =
    (form: GupForm): GetUserPages =>
    (mm, start, nrPages, flags, pages) =>
      slowForm(state, form, mm, start, nrPages, flags, pages);
  const fast =
    (form: GupForm): GetUserPages =>
    (mm, start, nrPages, flags, pages) =>
      fastForm(state, form, mm, start, nrPages, flags, pages);

  const { switches } = profile.era;
  const whenPins = <Args extends unknown[], Result>(
    name: string,
    action: (...args: Args) => Result,
    exists = true,
  ): ((...args: Args) => Result) => existing(profile, name, exists && switches.pinFunctions, action);
  const beforePins = <Args extends unknown[], Result>(
    name: string,
    action: (...args: Args) => Result,
    exists = true,
  ): ((...args: Args) => Result) => existing(profile, name, exists && !switches.pinFunctions, action);
  const withFolios = <Args extends unknown[], Result>(
    name: string,
    action: (...args: Args) => Result,
  ): ((...args: Args) => Result) => existing(profile, name, switches.folios, action);
  const proposed = <Args extends unknown[], Result>(
    name: string,
    action: (...args: Args) => Result,
  ): ((...args: Args) => Result) => existing(profile, name, switches.proposals2019, action);

  return {
    profile,
    vmstat: state.vmstat,
    events: state.events,
    zeroPage: state.zero.page,

    snapshot: () => position(state.journal),
    restore: (to) => moveTo(state.journal, to),

    createMm: () => createMm(state),
    fork: (parent) => fork(state, parent),
    exitMm: (mm) => exitMm(state, mm),
    mmap: (mm, options) => mmap(state, mm, options),
    munmap: (mm, address, length) => munmap(state, mm, address, length),
    mprotect: (mm, address, length, protection) => mprotect(state, mm, address, length, protection),
    mremap: (mm, from, length, to) => mremap(state, mm, from, length, to),
    madvise: (mm, address, length, advice) => madvise(state, mm, address, length, advice),
    mmapReadLock: (mm) => mmapReadLock(state, mm),
    mmapReadUnlock: (mm) => mmapReadUnlock(state, mm),
    readByte: (mm, address) => readByte(state, mm, address),
    writeByte: (mm, address, value) => writeByte(state, mm, address, value),
    walk: (mm, address) => walkPageTables(mm, pageNumber(address)),

    createFile: (kind, size) => createFile(kind, size),
    pwriteFill: (file, offset, length, value) => pwriteFill(state, file, offset, length, value),
    ftruncate: (file, size) => truncate(state, file, size),
    fsync: (file) => fsync(state, file),
    swapon: () => swapon(state),
    swapoff: () => swapoff(state),
    createPciMemory: (pages) => createPciMemory(state, pages),
    pciAllocP2pmem: (memory, count) => pciAllocP2pmem(state, memory, count),
    pciFreeP2pmem: (pages) => pciFreeP2pmem(state, pages),

    getPage: (page) => folioGet(state, page.folio),
    putPage: (page) => folioPut(state, page.folio),
    folioGet: withFolios("folio_get", (folio) => folioGet(state, folio)),
    folioPut: withFolios("folio_put", (folio) => folioPut(state, folio)),
    folioPutRefs: withFolios("folio_put_refs", (folio, refs) => folioPutRefs(state, folio, refs)),
    folioTryGet: withFolios("folio_try_get", (folio) => folioTryGet(state, folio)),
    releasePages: (pages) => releasePages(state, pages),
    allocPages: (order, gfp = "kernel") =>
      headPage(allocFolio(state, order, gfp === "dma32" ? "dma32" : false)),
    freePages: (page, order) => freePages(state, page, order),
    lruAddDrainAll: () => lruAddDrain(state),
    setPageDirty: (page) => setPageDirty(state, page),
    setPageDirtyLock: (page) => setPageDirtyLock(state, page),

    getUserPages: slow("get"),
    getUserPagesFast: fast("get-fast"),
    getUserPagesFastOnly: existing(
      profile,
      "get_user_pages_fast_only",
      switches.laterForms,
      fast("get-fast-only"),
    ),
    getUserPagesRemote: slow("get-remote"),
    getUserPagesUnlocked: slow("get-unlocked"),
    pinUserPages: whenPins("pin_user_pages", slow("pin")),
    pinUserPagesFast: whenPins("pin_user_pages_fast", fast("pin-fast")),
    pinUserPagesRemote: whenPins("pin_user_pages_remote", slow("pin-remote")),
    pinUserPagesUnlocked: whenPins("pin_user_pages_unlocked", slow("pin-unlocked"), switches.laterForms),
    memfdPinFolios: whenPins(
      "memfd_pin_folios",
      (file, start, end, folios, max) => memfdPinFolios(state, file, start, end, folios, max),
      switches.memfdPinFolios,
    ),
    unpinUserPage: whenPins("unpin_user_page", (page) => unpinUserPage(state, page)),
    unpinUserPages: whenPins("unpin_user_pages", (pages, nrPages) => unpinUserPages(state, pages, nrPages)),
    unpinUserPagesDirtyLock: whenPins("unpin_user_pages_dirty_lock", (pages, nrPages, makeDirty) =>
      unpinUserPagesDirtyLock(state, pages, nrPages, makeDirty),
    ),
    unpinUserPageRangeDirtyLock: whenPins(
      "unpin_user_page_range_dirty_lock",
      (page, nrPages, makeDirty) => unpinUserPageRangeDirtyLock(state, page, nrPages, makeDirty),
      switches.unpinRange,
    ),
    unpinUserFolio: whenPins(
      "unpin_user_folio",
      (folio, nrPages) => gupPutFolio(state, folio, nrPages, FOLL.PIN),
      switches.unpinUserFolio,
    ),
    unpinFolio: whenPins(
      "unpin_folio",
      (folio) => gupPutFolio(state, folio, 1, FOLL.PIN),
      switches.memfdPinFolios,
    ),
    unpinFolios: whenPins(
      "unpin_folios",
      (folios, nrFolios) => unpinFolios(state, folios, nrFolios),
      switches.memfdPinFolios,
    ),
    putUserPage: beforePins("put_user_page", (page) => unpinUserPage(state, page)),
    putUserPages: beforePins("put_user_pages", (pages, nrPages) => unpinUserPages(state, pages, nrPages)),
    putUserPagesDirty: beforePins(
      "put_user_pages_dirty",
      (pages, nrPages) => unpinUserPagesDirtyLock(state, pages, nrPages, true),
      switches.putUserPagesDirty,
    ),
    putUserPagesDirtyLock: beforePins("put_user_pages_dirty_lock", (pages, nrPages, makeDirty) =>
      unpinUserPagesDirtyLock(state, pages, nrPages, makeDirty || switches.putUserPagesDirty),
    ),
    iovIterUbuf: (direction, mm, address, length) =>
      makeIter("ubuf", direction, mm, [{ kind: "user", address, length }]),
    iovIterInit: (direction, mm, segments) =>
      makeIter(
        "iovec",
        direction,
        mm,
        segments.map((segment) => ({ kind: "user", ...segment })),
      ),
    iovIterKvec: (direction, segments) =>
      makeIter(
        "kvec",
        direction,
        null,
        segments.map((segment) => ({ kind: "kernel", ...segment })),
      ),
    iovIterBvec: bvecIter,
    iovIterAdvance: (iter, bytes) => iovIterAdvance(state, iter, bytes),
    iovIterRevert: (iter, bytes) => iovIterRevert(state, iter, bytes),
    iovIterExtractWillPin: existing(
      profile,
      "iov_iter_extract_will_pin",
      switches.iterExtract && !switches.iterExtractMode,
      isUserBacked,
    ),
    iovIterExtractPages: existing(
      profile,
      "iov_iter_extract_pages",
      switches.iterExtract,
      (iter, pages, maxSize, maxPages, options) =>
        takePages(state, "extract", iter, pages, maxSize, maxPages, options),
    ),
    iovIterGetPages2: existing(
      profile,
      "iov_iter_get_pages2",
      switches.iterGetPages2,
      (iter, pages, maxSize, maxPages) => takePages(state, "get", iter, pages, maxSize, maxPages),
    ),
    iovIterPinPages2: existing(
      profile,
      "iov_iter_pin_pages2",
      switches.iterPinsAll,
      (iter, pages, maxSize, maxPages) => takePages(state, "pin", iter, pages, maxSize, maxPages),
    ),
    vaddrPinPages: proposed("vaddr_pin_pages", (mm, start, nrPages, flags, pages) =>
      vaddrPinPages(state, mm, start, nrPages, flags, pages),
    ),
    vaddrUnpinPages: proposed("vaddr_unpin_pages", (pages, nrPages, makeDirty) =>
      vaddrUnpinPages(state, pages, nrPages, makeDirty),
    ),
    getUserBvec: proposed("get_user_bvec", (mm, address, length, flags, bvecs) =>
      getUserBvec(state, mm, address, length, flags, bvecs),
    ),
    putUserBvec: proposed("put_user_bvec", (bvecs) => putUserBvec(state, bvecs)),
    folioMaybeDmaPinned: (folio) => folioMaybeDmaPinned(state, folio),
    folioMapcount,

    ...moveFunctions(state),
    ...gupFormFunctions(state),
    ...writebackFunctions(state),
    ...blockFunctions(state),
    ...skbFunctions(state),
    ...requestFunctions(state),
    ...wrapperFunctions(state),
    ...referenceFormFunctions(state),
    ...allocationFormFunctions(state),
    ...nameFunctions(state),
    ...isolationFunctions(state),
    ...iteratorFormFunctions(state),
    ...pipeFunctions(state),
    ...scatterlistFunctions(state),
    ...pageCacheFunctions(state),
    ...vmInsertFunctions(state),

    dmaWrite: (page, offset, length, value) => dmaWrite(state, page, offset, length, value),
    dmaRead: (page, offset) => byteAt(page.contents, offset),
  };
}
