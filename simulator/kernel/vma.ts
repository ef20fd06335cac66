/**
 * The mappings of an address space: lookup, splitting, merging (mm/vma.c). Knows no page tables.
 */
import { set } from "./journal.ts";
import { type KernelState, takeNumber } from "./state.ts";
import type { Mm, Vma } from "./types.ts";

/** The mapping that holds a page number, or null (vma_lookup()). */
export function findVma(mm: Mm, at: number): Vma | null {
  const { vmas } = mm;
  let low = 0;
  let high = vmas.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const vma = vmas[middle];
    if (vma === undefined) return null;
    if (at < vma.start) high = middle - 1;
    else if (at >= vma.end) low = middle + 1;
    else return vma;
  }
  return null;
}

/** The mappings that have a page in [start, end), in order. */
export function vmasIn(mm: Mm, start: number, end: number): Vma[] {
  return mm.vmas.filter((vma) => vma.start < end && vma.end > start);
}

/** Whether [start, end) is mapped without a hole. */
export function isCovered(mm: Mm, start: number, end: number): boolean {
  let at = start;
  for (const vma of vmasIn(mm, start, end)) {
    if (vma.start > at) return false;
    at = vma.end;
  }
  return at >= end;
}

function setVmas(kernel: KernelState, mm: Mm, vmas: Vma[]): void {
  set(
    kernel.journal,
    mm,
    "vmas",
    vmas.sort((left, right) => left.start - right.start),
  );
}

export function insertVma(kernel: KernelState, mm: Mm, vma: Vma): void {
  setVmas(kernel, mm, [...mm.vmas, vma]);
}

function part(vma: Vma, start: number, end: number): Vma {
  return { ...vma, start, end, pageOffset: vma.pageOffset + start - vma.start };
}

/** __split_vma(): afterwards no mapping crosses `at`. */
export function splitVma(kernel: KernelState, mm: Mm, at: number): void {
  const vma = findVma(mm, at);
  if (vma === null || vma.start === at) return;
  setVmas(kernel, mm, [
    ...mm.vmas.filter((other) => other !== vma),
    part(vma, vma.start, at),
    part(vma, at, vma.end),
  ]);
}

/** Takes [start, end) out of the list of mappings; the page tables must have been zapped. */
export function removeVmas(kernel: KernelState, mm: Mm, start: number, end: number): void {
  setVmas(
    kernel,
    mm,
    mm.vmas.filter((vma) => vma.start < start || vma.end > end),
  );
}

/** Replaces the mappings that lie wholly in [start, end) by changed ones. */
export function changeVmas(
  kernel: KernelState,
  mm: Mm,
  start: number,
  end: number,
  change: Partial<Vma>,
): void {
  setVmas(
    kernel,
    mm,
    mm.vmas.map((vma) => (vma.start >= start && vma.end <= end ? { ...vma, ...change } : vma)),
  );
}

const SAME_FLAGS = [
  "read",
  "write",
  "mayRead",
  "mayWrite",
  "shared",
  "file",
  "hugepage",
  "hugetlb",
  "dontFork",
  "wipeOnFork",
  "pfnmap",
] as const;

/** can_vma_merge_before/after() without the anon_vma. */
function alike(left: Vma, right: Vma): boolean {
  return (
    left.end === right.start &&
    SAME_FLAGS.every((flag) => left[flag] === right[flag]) &&
    left.pageOffset + left.end - left.start === right.pageOffset
  );
}

/**
 * is_mergeable_anon_vma(): a changed area joins a neighbor with the same anon_vma, or, as long as it has none of its own,
 * one that has. An area that has one does not join a neighbor without: the neighbor's empty list is not a singular one.
 */
function joins(area: Vma, neighbor: Vma): boolean {
  return area.anonVma === neighbor.anonVma || area.anonVma === 0;
}

/** vma_merge(): the area [start, end), which was changed or is new, joins neighbors that agree in everything. */
export function mergeVmas(kernel: KernelState, mm: Mm, start: number, end: number): void {
  const merged: Vma[] = [];
  let changed = false;
  let area: Vma | null = null;
  for (const vma of mm.vmas) {
    const last = merged.at(-1);
    const left = vma.start === start;
    if (left) area = vma;
    const beside = left || (vma.start === end && area !== null);
    const agree =
      last !== undefined &&
      beside &&
      alike(last, vma) &&
      !last.pfnmap &&
      (left ? joins(vma, last) : area !== null && joins(area, vma)) &&
      (last.anonVma === vma.anonVma || last.anonVma === 0 || vma.anonVma === 0);
    if (agree) {
      merged[merged.length - 1] = { ...last, end: vma.end, anonVma: last.anonVma || vma.anonVma };
      changed = true;
    } else merged.push(vma);
  }
  if (changed) setVmas(kernel, mm, merged);
}

/** mm/rmap.c:anon_vma_prepare: a mapping gets its anon_vma with its first anonymous page, a neighbor's if it may. */
export function anonVmaPrepare(kernel: KernelState, mm: Mm, vma: Vma): void {
  if (vma.anonVma !== 0) return;
  const place = mm.vmas.indexOf(vma);
  const after = mm.vmas[place + 1];
  const before = mm.vmas[place - 1];
  const shared =
    after !== undefined && after.anonVma !== 0 && alikeForAnonVma(vma, after)
      ? after.anonVma
      : before !== undefined && before.anonVma !== 0 && alikeForAnonVma(before, vma)
        ? before.anonVma
        : 0;
  set(kernel.journal, vma, "anonVma", shared || takeNumber(kernel, "nextAnonVma"));
}

/** mm/mmap.c:anon_vma_compatible: neighbors that could merge but for their protection. */
function alikeForAnonVma(left: Vma, right: Vma): boolean {
  return (
    left.end === right.start &&
    left.file === right.file &&
    SAME_FLAGS.every((flag) => flag === "read" || flag === "write" || left[flag] === right[flag]) &&
    left.pageOffset + left.end - left.start === right.pageOffset
  );
}
