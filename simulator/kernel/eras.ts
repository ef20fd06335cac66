/**
 * The kernels that the model knows, as records of switches: each names only what differs from the one before it.
 * Sources: the recordings for 6.1.y and 6.12.y, the sampled source trees named in docs/model.md for the rest.
 */
import type { Era, Ground, Switches } from "./era.ts";
import { proposedEras } from "./proposed-eras.ts";

type Version = Era["version"];

function era(name: string, version: Version, switches: Switches, ground: Ground = "read from source"): Era {
  return { name, version, ground, switches, note: null };
}

const v5_2: Switches = {
  pinFunctions: false,
  laterForms: false,
  lockedForms: true,
  pinFastOnly: false,
  vmaRemote: false,
  followPage: true,
  zapDropsUnchecked: false,
  checksFreedPages: false,
  splitPmdFlag: false,
  folios: false,
  countsPins: false,
  exactPincountOrder: 2,
  exactPincountOrder32: 2,
  zeroPageExempt: false,
  fork: "shares",
  forkCopiesPinnedHugetlb: false,
  forkCopiesAllHugetlb: true,
  cowReuse: "one-mapping",
  cowReuseLarge: "one-reference",
  forceCowBreak: false,
  longtermUnsharesFile: false,
  longtermMigrates: "cma",
  longtermDropsByPut: true,
  longtermStaysOnFailure: true,
  longtermCheckedAfterGrab: false,
  longtermForGet: true,
  longtermRefusesDirtyTracked: false,
  argumentCheck: "pin-only",
  invalidPinReturns: "EINVAL",
  nofaultForFast: false,
  overflowReturns: "0",
  fastOnlyErrors: false,
  zeroPagesGuard: true,
  unpinGuardsErrno: false,
  unpinSkipsNull: false,
  iterGetPages2: false,
  iterGetPages: "stays",
  iterBvecOnePage: true,
  iterPipe: true,
  iterXarray: false,
  iterFolioq: false,
  lookupErrors: false,
  grabCachePage: true,
  zeroPageInsertedSpecial: false,
  iterToSg: "none",
  sgAppend: false,
  iterExtract: false,
  iterPinsAll: false,
  iterExtractStopsAtEmpty: false,
  bioRelease: "puts-unless-flagged",
  bioIovTakes: "references",
  bioMapTakes: "references",
  dioTakes: "references",
  iomapZeroPage: "referenced",
  iomapOwnZeroes: false,
  bioAddAsserts: false,
  bioMapKeepsSamePage: true,
  bioMapUsesIter: false,
  bioMapsVectors: false,
  bioTrims: "each-extraction",
  bioExtractsVectors: false,
  bioAddHwPage: false,
  bioAddZoneAppend: false,
  bioIntegrityUser: false,
  iterExtractMode: false,
  follNumbers: "up-to-6.2",
  cleanupNames: "none",
  skbFragmentModes: false,
  skbManagedFragments: false,
  fuseTakes: "references",
  cifsTakes: "references",
  nfsTakes: "references",
  kvmPinsMaps: false,
  bioAddsFolios: false,
  bioDirtiesLarge: false,
  bioReleaseUndercounts: false,
  uringCoalesces: false,
  putUserPagesDirty: true,
  proposals2019: false,
  unpinRange: false,
  memfdPinFolios: false,
  unpinUserFolio: false,
  sanityCheckPinned: false,
  splitMapsZeroPage: false,
  splitKeepsPteDirty: false,
  doubleMap: true,
  lruBatch: 15,
  hugetlbCacheCountsPages: false,
  mremapMovesHugetlb: false,
  dontneedTakesHugetlb: false,
  swapLeavesPinned: false,
  swapInMapsWritable: false,
  freeDevicePagesCountZero: false,
  forceWriteNeedsExclusive: false,
  mprotectRestoresWrite: "never",
  p2pdma: false,
  numaFaultForFast: false,
};
const v5_4_y: Switches = { ...v5_2, forceCowBreak: true, putUserPagesDirty: false };
const v5_6: Switches = { ...v5_4_y, forceCowBreak: false, pinFunctions: true, splitPmdFlag: true };
const v5_7: Switches = { ...v5_6, countsPins: true };
const v5_10_y: Switches = {
  ...v5_7,
  bioAddHwPage: true,
  laterForms: true,
  pinFastOnly: true,
  fork: "copies-maybe-pinned",
  cowReuse: "one-reference",
  longtermForGet: false,
  longtermDropsByPut: false,
  argumentCheck: "pin-and-longterm",
  zeroPagesGuard: false,
  unpinGuardsErrno: true,
  swapLeavesPinned: true,
};
const v5_11: Switches = v5_10_y;
const v5_14: Switches = {
  ...v5_11,
  bioAddZoneAppend: true,
  forkCopiesPinnedHugetlb: true,
  iterBvecOnePage: false,
  iterXarray: true,
  longtermMigrates: "cma-and-movable",
  longtermStaysOnFailure: false,
  unpinRange: true,
};
const v5_15_y: Switches = { ...v5_14, sgAppend: true };
const v5_17: Switches = { ...v5_15_y, folios: true, nofaultForFast: true, mremapMovesHugetlb: true };
const v5_19: Switches = {
  ...v5_17,
  exactPincountOrder: 1,
  exactPincountOrder32: 1,
  fork: "copies-exclusive-pinned",
  cowReuse: "exclusive",
  sanityCheckPinned: true,
  mprotectRestoresWrite: "dirty",
  dontneedTakesHugetlb: true,
  lockedForms: false,
};
const v6_1: Switches = {
  ...v5_19,
  forceWriteNeedsExclusive: true,
  iterGetPages2: true,
  iterGetPages: "none",
  forkCopiesAllHugetlb: false,
  bioMapsVectors: true,
  skbManagedFragments: true,
};
const v6_1_y: Switches = { ...v6_1, zeroPageExempt: true, bioDirtiesLarge: true };
const v6_3: Switches = {
  ...v6_1,
  longtermUnsharesFile: true,
  argumentCheck: "unified",
  invalidPinReturns: "0",
  fastOnlyErrors: true,
  pinFastOnly: false,
  checksFreedPages: true,
  doubleMap: false,
  mprotectRestoresWrite: "exclusive",
  p2pdma: true,
  iterExtract: true,
  iterGetPages: "advances",
  iterToSg: "netfs",
  iterExtractStopsAtEmpty: true,
  uringCoalesces: true,
  follNumbers: "from-6.3",
  cifsTakes: "extracts",
};
const v6_5: Switches = {
  ...v6_3,
  zeroPageExempt: true,
  bioRelease: "unpins-if-pinned",
  bioIovTakes: "extracts",
  bioMapTakes: "extracts",
  dioTakes: "extracts",
  iomapZeroPage: "unreferenced",
  longtermRefusesDirtyTracked: true,
  overflowReturns: "EOVERFLOW",
  vmaRemote: true,
  iterGetPages: "none",
  iterPipe: false,
  iterToSg: "lib",
  lookupErrors: true,
  splitKeepsPteDirty: true,
  numaFaultForFast: true,
};
const v6_6_y: Switches = {
  ...v6_5,
  longtermCheckedAfterGrab: true,
  iterExtractStopsAtEmpty: false,
  bioDirtiesLarge: true,
  bioMapKeepsSamePage: false,
};
const v6_8: Switches = {
  ...v6_5,
  cowReuseLarge: "never",
  hugetlbCacheCountsPages: true,
  iterExtractStopsAtEmpty: false,
  bioDirtiesLarge: true,
  bioReleaseUndercounts: true,
  bioMapKeepsSamePage: false,
  bioIntegrityUser: true,
};
const v6_12: Switches = {
  ...v6_8,
  splitMapsZeroPage: true,
  swapInMapsWritable: true,
  iterFolioq: true,
  zeroPageInsertedSpecial: true,
  followPage: false,
  zapDropsUnchecked: true,
  longtermCheckedAfterGrab: true,
  bioAddsFolios: true,
  bioReleaseUndercounts: false,
  iomapOwnZeroes: true,
  fuseTakes: "extracts",
  memfdPinFolios: true,
  unpinUserFolio: true,
  lruBatch: 31,
};
const v6_12_y: Switches = { ...v6_12, unpinSkipsNull: true };
const v7_1: Switches = {
  ...v6_12_y,
  grabCachePage: false,
  exactPincountOrder32: 2,
  cowReuseLarge: "mapped-here",
  bioAddHwPage: false,
  bioAddZoneAppend: false,
  bioMapUsesIter: true,
  bioTrims: "whole-bio",
  bioExtractsVectors: true,
  iomapOwnZeroes: false,
  kvmPinsMaps: true,
  freeDevicePagesCountZero: true,
};

/** Every era, oldest first. */
export const ERAS: readonly Era[] = [
  era("v5.2", [5, 2], v5_2),
  era("5.4.y", [5, 4], v5_4_y),
  era("v5.6", [5, 6], v5_6),
  era("v5.7", [5, 7], v5_7),
  era("5.10.y", [5, 10], v5_10_y),
  era("v5.11", [5, 11], v5_11),
  era("v5.14", [5, 14], v5_14),
  era("5.15.y", [5, 15], v5_15_y),
  era("v5.17", [5, 17], v5_17),
  era("v5.19", [5, 19], v5_19),
  era("v6.1", [6, 1], v6_1),
  era("6.1.y", [6, 1], v6_1_y, "recorded"),
  era("v6.3", [6, 3], v6_3),
  era("v6.5", [6, 5], v6_5),
  era("6.6.y", [6, 6], v6_6_y),
  era("v6.8", [6, 8], v6_8),
  era("v6.12", [6, 12], v6_12),
  era("6.12.y", [6, 12], v6_12_y, "recorded"),
  era("v7.1", [7, 1], v7_1),
];

/** Kernels that never were: what the mail threads proposed, on the release that they started from. */
export const PROPOSALS: readonly Era[] = proposedEras({ v5_4_y, v5_7, v6_1 });

function compare(left: Version, right: Version): number {
  return left[0] - right[0] || left[1] - right[1];
}

/**
 * The era of a name (`6.12.y`, `v6.5`) or of a kernel version (`6.12.117`, `6.4`). A version without a record of its own
 * takes the nearest lower one and says so in `note`; a release with a third number is a stable one.
 * @throws RangeError for a name that is neither, and for versions before the first era.
 */
export function findEra(name: string): Era {
  const exact = [...ERAS, ...PROPOSALS].find((one) => one.name === name);
  if (exact !== undefined) return exact;
  const parts = /^v?(\d+)\.(\d+)(\.(?:\d+|y))?/.exec(name);
  if (parts === null) throw new RangeError(`no era "${name}"; there are ${eraNames()}`);
  const version: Version = [Number(parts[1]), Number(parts[2])];
  const stable = parts[3] !== undefined && parts[3] !== ".0";
  const lower = ERAS.filter((one) => compare(one.version, version) <= 0);
  const best = lower.at(-1);
  if (best === undefined)
    throw new RangeError(`kernel ${name} is older than the first era, ${ERAS[0]?.name}`);
  const same = lower.filter((one) => compare(one.version, best.version) === 0);
  const chosen = same.find((one) => one.name.endsWith(".y") === stable) ?? best;
  if (compare(chosen.version, version) === 0) return chosen;
  return {
    ...chosen,
    note: `kernel ${name} is simulated as ${chosen.name}, the nearest lower one that is modeled`,
  };
}

function eraNames(): string {
  return [...ERAS, ...PROPOSALS].map((one) => one.name).join(", ");
}

/** An era of the user's own: a known one with some switches set otherwise. */
export function deriveEra(name: string, from: Era, switches: Partial<Switches>): Era {
  return {
    name,
    version: from.version,
    ground: "read from source",
    switches: { ...from.switches, ...switches },
    note: `derived from ${from.name}`,
  };
}
