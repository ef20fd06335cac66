/** Machines to simulate: the configurations that recordings were made on, and the usual one. */
import type { Machine } from "./types.ts";

/** x86-64 with fast GUP, huge pages and no debugging: what distributions ship. */
export const DEFAULT_MACHINE: Machine = {
  fastGup: true,
  transparentHugePages: true,
  hugetlb: true,
  debugVm: false,
  memoryFailure: true,
  migration: true,
  movableZone: false,
  userMemoryFromCma: false,
  lowMemoryOnly: false,
  anonymousFolioOrder: 9,
  debugPinReferences: false,
  bits: 64,
};

/** User Mode Linux with CONFIG_DEBUG_VM: no fast GUP, no huge pages. */
export const UML_MACHINE: Machine = {
  ...DEFAULT_MACHINE,
  fastGup: false,
  transparentHugePages: false,
  hugetlb: false,
  debugVm: true,
};
