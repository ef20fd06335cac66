/** Values of named constants whose definition is not in sight. Equal names are equal; different ones differ. */
import { follFlags, type KernelVersion } from "@pinscope/simulator/catalogue";

/** __GFP_ZERO: a bit that no other name of unknown value gets. */
export const GFP_ZERO = 1n << 30n;

/** Facts of the kernel's interface (6.12). */
const known: Readonly<Record<string, bigint>> = {
  __GFP_ZERO: GFP_ZERO,
  READ: 0n,
  WRITE: 1n,
  ITER_DEST: 0n,
  ITER_SOURCE: 1n,
  BIO_MAX_VECS: 256n,
  UIO_MAXIOV: 1024n,
  MAX_SKB_FRAGS: 17n,
  DMA_BIDIRECTIONAL: 0n,
  DMA_TO_DEVICE: 1n,
  DMA_FROM_DEVICE: 2n,
  DMA_NONE: 3n,
  SECTOR_SHIFT: 9n,
  SECTOR_SIZE: 512n,
  INT_MAX: 0x7fff_ffffn,
  UINT_MAX: 0xffff_ffffn,
  LONG_MAX: 0x7fff_ffff_ffff_ffffn,
  ULONG_MAX: 0xffff_ffff_ffff_ffffn,
  MAX_RW_COUNT: 0x7fff_f000n,
  CAP_IPC_LOCK: 14n,
  MAX_ORDER_NR_PAGES: 1024n,
};

const LIMIT = /MAX|LIMIT|SIZE|NUM|COUNT|LEN|ENTRIES/;

/** @param rank how many other names were asked for before. */
export function namedConstant(name: string, version: KernelVersion, rank: number): bigint {
  const flag = name.startsWith("FOLL_") ? follFlags(version).get(name) : undefined;
  if (flag !== undefined) return BigInt(flag);
  const own = Object.hasOwn(known, name) ? known[name] : undefined;
  if (own !== undefined) return own;
  if (/^ARRAY_SIZE\b/.test(name)) return 16n;
  if (/SHIFT|_BITS$/.test(name)) return 12n;
  if (/ORDER/.test(name)) return 10n;
  if (/MASK$/.test(name)) return 0xfffn;
  if (LIMIT.test(name)) return 1024n;
  return rank < 24 ? 1n << BigInt(rank) : BigInt(0x100_0000 + rank);
}
