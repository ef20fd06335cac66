/**
 * Address spaces: creation, mmap, munmap, exit, madvise, mmap_lock (mm/mmap.c, mm/vma.c, mm/madvise.c, kernel/fork.c).
 */
import { EINVAL, ENODEV, ENOMEM } from "./errno.ts";
import { createFile, truncate } from "./filemap.ts";
import { isHugetlbAligned } from "./hugetlb.ts";
import { deleteEntry, set, setEntry } from "./journal.ts";
import { insertDevicePages } from "./p2pdma.ts";
import { HPAGE_PMD_NR, type KernelState, pageNumber, takeNumber } from "./state.ts";
import { pageOut } from "./swap.ts";
import type { Advice, Mm, MmapOptions, Vma } from "./types.ts";
import { changeVmas, findVma, insertVma, isCovered, mergeVmas, removeVmas, splitVma, vmasIn } from "./vma.ts";
import { freeTables, splitHugePmd, zapRange } from "./zap.ts";

export function createMm(kernel: KernelState): Mm {
  const mm: Mm = {
    id: takeNumber(kernel, "nextMm"),
    vmas: [],
    ptes: new Map(),
    swapEntries: new Map(),
    pmds: new Map(),
    hasPinned: false,
    mmapReaders: 0,
    exited: false,
  };
  setEntry(kernel.journal, kernel.mms, mm.id, mm);
  return mm;
}

/** Page numbers of a byte range; null where it is not page aligned or empty. */
function pageRange(address: number, length: number): { start: number; end: number } | null {
  if (address % 4096 !== 0 || length <= 0) return null;
  return { start: pageNumber(address), end: pageNumber(address) + Math.ceil(length / 4096) };
}

/**
 * __split_vma(): afterwards no mapping crosses `at`. A leaf PMD that the border cuts is split first, under the old
 * protection (vma_adjust_trans_huge()).
 */
export function splitMapping(kernel: KernelState, mm: Mm, at: number): void {
  const vma = findVma(mm, at);
  if (vma === null || vma.start === at) return;
  if (at % HPAGE_PMD_NR !== 0) splitHugePmd(kernel, mm, vma, at);
  splitVma(kernel, mm, at);
}

/** do_vmi_munmap() of page numbers [start, end). */
export function unmapRange(kernel: KernelState, mm: Mm, start: number, end: number): void {
  splitMapping(kernel, mm, start);
  splitMapping(kernel, mm, end);
  const removed = vmasIn(mm, start, end);
  for (const vma of removed) zapRange(kernel, mm, vma, vma.start, vma.end);
  removeVmas(kernel, mm, start, end);
  freeTables(kernel, mm, start, end);
  for (const vma of removed) closeFile(kernel, vma);
}

/** fput() of shared anonymous memory: with its last mapping goes its page cache. */
function closeFile(kernel: KernelState, { file }: Vma): void {
  if (file === null || !file.anonymous) return;
  for (const mm of kernel.mms.values()) if (mm.vmas.some((vma) => vma.file === file)) return;
  truncate(kernel, file, 0);
}

/**
 * mmap() with MAP_FIXED. Returns 0, or -EINVAL for a range that is not page aligned or is empty, for MAP_HUGETLB without
 * hugetlb, for hugetlb memory that is not aligned to huge pages (its length is rounded up) and for PCI peer memory that
 * is not mapped shared from offset 0.
 */
export function mmap(kernel: KernelState, mm: Mm, options: MmapOptions): number {
  const range = pageRange(options.address, options.pages * 4096);
  const { shared, protection } = options;
  const hugetlb = options.hugetlb === true || options.file?.kind === "hugetlb";
  if (range === null || (hugetlb && !kernel.profile.machine.hugetlb)) return EINVAL;
  const { start } = range;
  const end = hugetlb ? start + Math.ceil(options.pages / HPAGE_PMD_NR) * HPAGE_PMD_NR : range.end;
  if (hugetlb && !(isHugetlbAligned(start) && isHugetlbAligned(options.pageOffset ?? 0))) return EINVAL;
  if (options.file?.kind === "p2pmem" && !kernel.profile.era.switches.p2pdma) return ENODEV;
  if (options.file?.kind === "p2pmem" && (!shared || (options.pageOffset ?? 0) !== 0)) return EINVAL;
  unmapRange(kernel, mm, start, end);
  const file =
    options.file ?? (shared ? createFile(hugetlb ? "hugetlb" : "shmem", (end - start) * 4096, true) : null);
  const vma: Vma = {
    start,
    end,
    read: protection.read,
    write: protection.write,
    mayRead: true,
    mayWrite: !(shared && options.readOnlyFile === true),
    shared,
    file,
    pageOffset: file === null ? start : (options.pageOffset ?? 0),
    hugepage: options.hugepage ?? "default",
    hugetlb,
    dontFork: false,
    wipeOnFork: false,
    pfnmap: options.pfnmap ?? false,
    anonVma: 0,
  };
  insertVma(kernel, mm, vma);
  if (file?.kind !== "p2pmem") mergeVmas(kernel, mm, start, end);
  else if (!insertDevicePages(kernel, mm, vma)) {
    removeVmas(kernel, mm, start, end);
    return ENOMEM;
  }
  return 0;
}

/** __split_vma() of a hugetlb mapping at a border that is not one of huge pages is refused (hugetlb_vm_op_split()). */
export function cutsHugePage(mm: Mm, ...borders: readonly number[]): boolean {
  return borders.some((at) => {
    const vma = findVma(mm, at);
    return vma?.hugetlb === true && vma.start !== at && !isHugetlbAligned(at);
  });
}

export function munmap(kernel: KernelState, mm: Mm, address: number, length: number): number {
  const range = pageRange(address, length);
  if (range === null || cutsHugePage(mm, range.start, range.end)) return EINVAL;
  unmapRange(kernel, mm, range.start, range.end);
  return 0;
}

/** exit_mmap(): pages that nobody else holds are freed; pins keep theirs. */
export function exitMm(kernel: KernelState, mm: Mm): void {
  for (const vma of mm.vmas) zapRange(kernel, mm, vma, vma.start, vma.end);
  const { vmas } = mm;
  set(kernel.journal, mm, "vmas", []);
  for (const index of [...mm.pmds.keys()]) deleteEntry(kernel.journal, mm.pmds, index);
  set(kernel.journal, mm, "exited", true);
  deleteEntry(kernel.journal, kernel.mms, mm.id);
  for (const vma of vmas) closeFile(kernel, vma);
}

const CHANGES: Readonly<Record<Exclude<Advice, "dontneed" | "pageout">, Partial<Vma>>> = {
  dontfork: { dontFork: true },
  wipeonfork: { wipeOnFork: true },
  hugepage: { hugepage: "madvised" },
  nohugepage: { hugepage: "never" },
};

/**
 * madvise(). A range with holes gives -ENOMEM after the mapped parts are done. MADV_PAGEOUT writes small anonymous pages to
 * swap where there is some; file pages and huge pages stay.
 */
export function madvise(
  kernel: KernelState,
  mm: Mm,
  address: number,
  length: number,
  advice: Advice,
): number {
  const range = pageRange(address, length);
  if (range === null) return EINVAL;
  const { start, end } = range;
  const covered = isCovered(mm, start, end);
  if (advice === "dontneed") {
    for (const vma of vmasIn(mm, start, end)) {
      const from = Math.max(start, vma.start);
      let to = Math.min(end, vma.end);
      if (vma.hugetlb) {
        if (!kernel.profile.era.switches.dontneedTakesHugetlb || !isHugetlbAligned(from)) return EINVAL;
        to -= to % HPAGE_PMD_NR;
      }
      zapRange(kernel, mm, vma, from, to);
    }
  } else if (advice === "pageout") {
    for (const vma of vmasIn(mm, start, end)) {
      if (vma.hugetlb || vma.pfnmap) return EINVAL;
      pageOut(kernel, mm, Math.max(start, vma.start), Math.min(end, vma.end));
    }
  } else {
    if (cutsHugePage(mm, start, end)) return EINVAL;
    splitMapping(kernel, mm, start);
    splitMapping(kernel, mm, end);
    changeVmas(kernel, mm, start, end, CHANGES[advice]);
    mergeVmas(kernel, mm, start, end);
  }
  return covered ? 0 : ENOMEM;
}

export function mmapReadLock(kernel: KernelState, mm: Mm): void {
  set(kernel.journal, mm, "mmapReaders", mm.mmapReaders + 1);
}

/** @throws Error when the lock is not held: in the kernel that corrupts the lock. */
export function mmapReadUnlock(kernel: KernelState, mm: Mm): void {
  if (mm.mmapReaders === 0) throw new Error("mmap_read_unlock() of a lock that is not held");
  set(kernel.journal, mm, "mmapReaders", mm.mmapReaders - 1);
}
