/**
 * The FOLL_* flags as the model writes them. Their values differ from kernel to kernel (FOLL_GET is 4 in 6.1 and 2 in
 * 6.12), so these bits are the model's own. Knows no behavior.
 */

/** Bits of {@link FOLL}, joined with `|`. */
export type Foll = number;

export const FOLL = {
  WRITE: 1 << 0,
  GET: 1 << 1,
  DUMP: 1 << 2,
  FORCE: 1 << 3,
  NOWAIT: 1 << 4,
  NOFAULT: 1 << 5,
  HWPOISON: 1 << 6,
  ANON: 1 << 7,
  LONGTERM: 1 << 8,
  SPLIT_PMD: 1 << 9,
  PCI_P2PDMA: 1 << 10,
  INTERRUPTIBLE: 1 << 11,
  HONOR_NUMA_FAULT: 1 << 12,
  // Internal to mm/.
  TOUCH: 1 << 16,
  TRIED: 1 << 17,
  REMOTE: 1 << 18,
  PIN: 1 << 19,
  FAST_ONLY: 1 << 20,
  UNLOCKABLE: 1 << 21,
} as const;
