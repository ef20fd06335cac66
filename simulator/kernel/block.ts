/** The functions of `block-api.ts` over one state, each where its era has it. Holds no behavior of its own. */
import {
  bioAddFolio,
  bioAddHwPage,
  bioAddPage,
  bioAddPageUnchecked,
  bioAddPcPage,
  bioAddZoneAppendPage,
  bioInit,
  createBlockDevice,
  pieceOf,
} from "./bio.ts";
import {
  bioAdvance,
  bioAllocClone,
  bioChain,
  bioEndio,
  bioInitClone,
  bioSplit,
  completeBios,
  submitBio,
} from "./bio-chain.ts";
import { bioIntegrityMapUser, bioIntegrityUnmapUser } from "./bio-integrity.ts";
import {
  bioIovBvecSet,
  bioIovIterBounce,
  bioIovIterGetPages,
  bioIovIterUnbounce,
  iovIterExtractBvecs,
  setCleanupMode,
} from "./bio-iter.ts";
import {
  bioCheckPagesDirty,
  bioDirtyFn,
  bioFreePages,
  bioGet,
  bioPut,
  bioReleasePage,
  bioReleasePages,
  bioSetPagesDirty,
  bioToGupFlags,
  folioPutUnpin,
} from "./bio-release.ts";
import {
  bioMapUserIov,
  blkRqAppendBio,
  blkRqMapKern,
  blkRqMapUserIov,
  blkRqUnmapUser,
  createRequest,
} from "./blk-map.ts";
import type { BioFlag, BlockFunctions } from "./block-api.ts";
import type { Bio } from "./block-types.ts";
import { blkdevDirectIo } from "./direct-io.ts";
import type { Switches } from "./era.ts";
import { existing } from "./existing.ts";
import { blockdevDirectIo } from "./file-direct-io.ts";
import { FOLL } from "./foll.ts";
import { gupFlagsOf } from "./foll-numbers.ts";
import { ioUringRegisterBuffer, ioUringUnregisterBuffer } from "./io-uring.ts";
import { iomapDioRw } from "./iomap-direct-io.ts";
import { isUserBacked, makeIter } from "./iov-iter.ts";
import { set } from "./journal.ts";
import { pageOf } from "./page.ts";
import { tryGrabFolio } from "./pin.ts";
import type { KernelState } from "./state.ts";
import { piecesOf as segmentsOf } from "./user-copy.ts";

const flagFields = {
  BIO_PAGE_PINNED: "pagePinned",
  BIO_PAGE_REFFED: "pageReffed",
  BIO_NO_PAGE_REF: "noPageRef",
  BIO_CLONED: "cloned",
} as const;

/** The flags in the order of their bits; a kernel has some of them, without gaps. */
const flagOrder = ["BIO_NO_PAGE_REF", "BIO_PAGE_PINNED", "BIO_PAGE_REFFED", "BIO_CLONED"] as const;

/** Whether the kernels of a switch record have a bio flag. */
export function hasBioFlag({ bioRelease }: Switches, flag: BioFlag): boolean {
  const both = bioRelease === "by-both-flags" || bioRelease === "pinned-else-reffed";
  switch (flag) {
    case "BIO_PAGE_PINNED":
      return both || bioRelease === "unpins-if-pinned";
    case "BIO_PAGE_REFFED":
      return both || bioRelease === "puts-if-reffed";
    case "BIO_NO_PAGE_REF":
      return (
        bioRelease === "puts-unless-flagged" ||
        bioRelease === "unpins-unless-flagged" ||
        bioRelease === "by-vector"
      );
    case "BIO_CLONED":
      return true;
  }
}

/** PAGE_CLEANUP_UNPIN and PAGE_CLEANUP_PUT; as they were posted both were bit 0, which cannot have been meant. */
export const PAGE_CLEANUP = { UNPIN: 1 << 0, PUT: 1 << 1 } as const;

export function blockFunctions(kernel: KernelState): BlockFunctions {
  const { profile } = kernel;
  const { switches } = profile.era;
  const when = <Args extends unknown[], Result>(
    name: string,
    exists: boolean,
    action: (...args: Args) => Result,
  ): ((...args: Args) => Result) => existing(profile, name, exists, action);
  const flagged = (bio: Bio, flag: BioFlag, value: boolean): void =>
    when(flag, hasBioFlag(switches, flag), () => set(kernel.journal, bio, flagFields[flag], value))();
  const inSeries = switches.bioRelease === "by-both-flags" || switches.bioRelease === "pinned-else-reffed";
  const released = switches.bioRelease === "unpins-if-pinned";

  return {
    createBlockDevice,
    bioInit,
    bioGet: (bio) => bioGet(kernel, bio),
    bioPut: (bio) => bioPut(kernel, bio),
    bioAddPage: (bio, page, length, offset, gup) => bioAddPage(kernel, bio, page, length, offset, gup),
    __bioAddPage: (bio, page, length, offset, gup) =>
      bioAddPageUnchecked(kernel, bio, page, length, offset, gup),
    bioAddFolio: when("bio_add_folio", switches.folios, (bio, folio, length, offset) =>
      bioAddFolio(kernel, bio, folio, length, offset),
    ),
    bioAddFolioNofail: when("bio_add_folio_nofail", released, (bio, folio, length, offset) =>
      bioAddPageUnchecked(kernel, bio, pageOf(folio, 0), length, offset),
    ),
    bioAddHwPage: when(
      "bio_add_hw_page",
      switches.bioAddHwPage,
      (device, bio, page, length, offset, sectors) =>
        bioAddHwPage(kernel, device, bio, page, length, offset, sectors),
    ),
    bioAddHwFolio: when(
      "bio_add_hw_folio",
      switches.bioAddHwPage && switches.bioAddsFolios,
      (device, bio, folio, length, offset, sectors) =>
        bioAddHwPage(kernel, device, bio, pageOf(folio, 0), length, offset, sectors),
    ),
    bioAddPcPage: when("bio_add_pc_page", !switches.bioMapUsesIter, (device, bio, page, length, offset) =>
      bioAddPcPage(kernel, device, bio, page, length, offset),
    ),
    bioAddZoneAppendPage: when(
      "bio_add_zone_append_page",
      switches.bioAddZoneAppend,
      (bio, page, length, offset) => bioAddZoneAppendPage(kernel, bio, page, length, offset),
    ),
    bioForEachFolioAll: (bio) => bio.vecs.slice(0, bio.vcnt).map(pieceOf),
    bioForEachSegmentAll: (bio) => segmentsOf(bio.vecs.slice(0, bio.vcnt)),
    bioAllocClone: (device, source) => bioAllocClone(kernel, device, source),
    bioInitClone: (clone, source) => bioInitClone(kernel, clone, source),
    bioAdvance: (bio, bytes) => bioAdvance(kernel, bio, bytes),
    bioSplit: (bio, sectors) => bioSplit(kernel, bio, sectors),
    bioChain: (bio, parent) => bioChain(kernel, bio, parent),
    bioSetEndIo: (bio, end) => set(kernel.journal, bio, "endIo", end),
    bioEndio: (bio) => bioEndio(kernel, bio),
    submitBio: (bio) => submitBio(kernel, bio),
    completeBios: (device, value, error) => completeBios(kernel, device, value, error),

    bioIovBvecSet: (bio, iter) => bioIovBvecSet(kernel, bio, iter),
    bioIovIterGetPages: (bio, iter, alignMask) => bioIovIterGetPages(kernel, bio, iter, alignMask),
    iovIterExtractBvecs: when(
      "iov_iter_extract_bvecs",
      switches.bioExtractsVectors,
      (iter, maxSize, maxVecs) => iovIterExtractBvecs(kernel, iter, maxSize, maxVecs),
    ),
    bioIovIterBounce: when("bio_iov_iter_bounce", switches.bioExtractsVectors, (bio, iter) =>
      bioIovIterBounce(kernel, bio, iter),
    ),
    bioIovIterUnbounce: when(
      "bio_iov_iter_unbounce",
      switches.bioExtractsVectors,
      (bio, isError, markDirty) => bioIovIterUnbounce(kernel, bio, isError, markDirty),
    ),
    bioSetPagesDirty: (bio) => bioSetPagesDirty(kernel, bio),
    bioCheckPagesDirty: (bio) => bioCheckPagesDirty(kernel, bio),
    bioDirtyFn: () => bioDirtyFn(kernel),
    bioReleasePages: (bio, markDirty) => bioReleasePages(kernel, bio, markDirty),
    bioReleasePage: when(
      "bio_release_page",
      inSeries || (released && !switches.bioExtractsVectors),
      (bio, page) => bioReleasePage(kernel, bio, page),
    ),
    bioFreePages: (bio) => bioFreePages(kernel, bio),
    bioSetFlag: (bio, flag) => flagged(bio, flag, true),
    bioClearFlag: (bio, flag) => flagged(bio, flag, false),
    bioFlagged: (bio, flag) => when(flag, hasBioFlag(switches, flag), () => bio[flagFields[flag]])(),

    bioFlags: (bio) =>
      flagOrder
        .filter((flag) => hasBioFlag(switches, flag))
        .reduce((bits, flag, bit) => bits | (bio[flagFields[flag]] ? 1 << bit : 0), 0),

    createRequest,
    blkRqAppendBio: (request, bio) => blkRqAppendBio(kernel, request, bio),
    blkRqMapUser: (request, mm, address, length, map) => {
      const direction = request.op === "read" ? "dest" : "source";
      const iter = makeIter("ubuf", direction, mm, [{ kind: "user", address, length }]);
      return blkRqMapUserIov(kernel, request, iter, map);
    },
    blkRqMapUserIov: (request, iter, map) => blkRqMapUserIov(kernel, request, iter, map),
    bioMapUserIov: (request, iter) => bioMapUserIov(kernel, request, iter),
    blkRqUnmapUser: (bio) => blkRqUnmapUser(kernel, bio),
    blkRqMapKern: (request, pages, offset, length) => blkRqMapKern(kernel, request, pages, offset, length),
    bioIntegrityMapUser: when("bio_integrity_map_user", switches.bioIntegrityUser, (bio, iter) =>
      bioIntegrityMapUser(kernel, bio, iter),
    ),
    bioIntegrityUnmapUser: when("bio_integrity_unmap_user", switches.bioIntegrityUser, (bio) =>
      bioIntegrityUnmapUser(kernel, bio),
    ),

    blkdevDirectIo: (device, iter, asynchronous) => blkdevDirectIo(kernel, device, iter, asynchronous),
    blockdevDirectIo: (device, iter, file, asynchronous) =>
      blockdevDirectIo(kernel, device, iter, file, asynchronous),
    iomapDioRw: (device, iter, file, asynchronous) => iomapDioRw(kernel, device, iter, file, asynchronous),
    completeDirectIo: (device, value, error) => {
      const bios = completeBios(kernel, device, value, error);
      bioDirtyFn(kernel);
      return bios;
    },
    ioUringRegisterBuffer: (mm, address, length) => ioUringRegisterBuffer(kernel, mm, address, length),
    ioUringUnregisterBuffer: (buffer) => ioUringUnregisterBuffer(kernel, buffer),

    iovIterExtractMode: when("iov_iter_extract_mode", switches.iterExtractMode, (iter) =>
      isUserBacked(iter) ? FOLL.PIN : 0,
    ),
    folioPutUnpin: when("folio_put_unpin", switches.cleanupNames === "FOLL", (folio, flags) =>
      folioPutUnpin(kernel, folio, flags),
    ),
    pagePutUnpin: when("page_put_unpin", switches.cleanupNames === "FOLL", (page, flags) =>
      folioPutUnpin(kernel, page.folio, flags),
    ),
    bioSetCleanupMode: when("bio_set_cleanup_mode", inSeries, (bio, iter) =>
      setCleanupMode(kernel, bio, iter, "extracts"),
    ),
    bioToGupFlags: when("bio_to_gup_flags", switches.bioRelease === "by-both-flags", bioToGupFlags),
    folioPutUnpinCleanup: when(
      "folio_put_unpin",
      switches.cleanupNames === "PAGE_CLEANUP",
      (folio, cleanup) =>
        folioPutUnpin(
          kernel,
          folio,
          ((cleanup & PAGE_CLEANUP.UNPIN) !== 0 ? FOLL.PIN : 0) |
            ((cleanup & PAGE_CLEANUP.PUT) !== 0 ? FOLL.GET : 0),
        ),
    ),
    gupFlagsOf: (value) => gupFlagsOf(switches.follNumbers, value),
    getGupPin: when("get_gup_pin", switches.bioAddAsserts, (page) => {
      tryGrabFolio(kernel, page.folio, 1, FOLL.PIN);
    }),
  };
}
