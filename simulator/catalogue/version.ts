/** Kernel versions and the ranges in which something holds. Knows no API. */
import type { EraRange, KernelVersion } from "./types.ts";

/** Newest kernel that was read. */
export const newestVersion: KernelVersion = "v7.1";
/** Oldest kernel whose effects were read; an older one is given these. */
export const oldestModeled: KernelVersion = "v5.2";

const ordinals = new Map<string, number>();

/** Major and minor as one number, 1000 · major + minor. */
function ordinal(version: string): number {
  let value = ordinals.get(version);
  if (value === undefined) {
    const match = /^v(\d+)\.(\d+)$/.exec(version);
    if (!match) throw new RangeError(`not a kernel version: ${version}`);
    value = Number(match[1]) * 1000 + Number(match[2]);
    ordinals.set(version, value);
  }
  return value;
}

/** Negative, zero or positive as `left` is older than, equal to or newer than `right`. Throws on malformed text. */
export function compareVersions(left: KernelVersion, right: KernelVersion): number {
  return ordinal(left) - ordinal(right);
}

/**
 * Whether a range holds for a version. `stable`: the version stands for the newest release of its stable branch,
 * which carries backports; false for the first release as it was.
 */
export function inEra(range: EraRange | undefined, version: KernelVersion, stable = true): boolean {
  if (range === undefined) return true;
  const branch = `${version.slice(1)}.y`;
  if (stable && range.except?.includes(branch)) return false;
  if (stable && range.backports?.includes(branch)) return true;
  if (range.since !== undefined && ordinal(version) < ordinal(range.since)) return false;
  return range.before === undefined || ordinal(version) < ordinal(range.before);
}

/** The version before, as far as whole numbers tell it: `v5.0` is preceded by `v4.20`, `v6.0` by `v5.19`, `v7.0` by `v6.19`. */
function previousVersion(version: KernelVersion): KernelVersion {
  const [major = 0, minor = 0] = version.slice(1).split(".").map(Number);
  if (minor > 0) return `v${major}.${minor - 1}`;
  return `v${major - 1}.${major === 5 ? 20 : 19}`;
}

/** The version nearest to `version` for which `range` holds by numbers alone. */
export function clampToEra(version: KernelVersion, range: EraRange): KernelVersion {
  if (range.before !== undefined && compareVersions(version, range.before) >= 0)
    return previousVersion(range.before);
  if (range.since !== undefined && compareVersions(version, range.since) < 0) return range.since;
  return version;
}

/** How many releases lie between a version and a range; 0 inside. Only for choosing the nearest. */
export function distanceToEra(version: KernelVersion, range: EraRange): number {
  return Math.abs(ordinal(version) - ordinal(clampToEra(version, range)));
}

/** `v5.2 to v6.4`, for messages. */
export function describeEra(range: EraRange): string {
  const first = range.since;
  const last = range.before === undefined ? undefined : previousVersion(range.before);
  if (first === undefined) return last === undefined ? "every kernel" : `up to ${last}`;
  if (last === undefined) return `${first} and later`;
  return first === last ? first : `${first} to ${last}`;
}
