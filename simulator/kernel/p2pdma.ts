/**
 * Memory of a PCI device that other devices reach (drivers/pci/p2pdma.c, mm/memremap.c): pages of ZONE_DEVICE, handed out
 * to the kernel or mapped by processes through the file `p2pmem/allocate` of the device.
 */
import { ZEROES } from "./contents.ts";
import { deleteEntry, set, setEntry } from "./journal.ts";
import { buildFolio, headPage } from "./page.ts";
import { makePte, setPte } from "./page-table.ts";
import { folioPut, folioRefAdd } from "./references.ts";
import { addRmapPte } from "./rmap.ts";
import { type KernelState, takeNumber } from "./state.ts";
import type { AddressSpace, Folio, Mm, Page, Vma } from "./types.ts";

/** References of a page that nobody has: the device's own, which 6.15 did away with. */
function freeCount(kernel: KernelState): 0 | 1 {
  return kernel.profile.era.switches.freeDevicePagesCountZero ? 0 : 1;
}

/** pci_p2pdma_add_resource(): the memory of a device, as the file that hands it out. `pages` base pages, all free. */
export function createPciMemory(kernel: KernelState, pages: number): AddressSpace {
  const pciPages: Folio[] = [];
  const memory: AddressSpace = {
    kind: "p2pmem",
    anonymous: false,
    size: pages * 4096,
    folios: new Map(),
    pciPages,
  };
  const first = takeNumber(kernel, "nextPfn", pages + 1);
  for (let index = 0; index < pages; index++) {
    const flags = { refcount: freeCount(kernel), pciMemory: memory, index };
    pciPages.push(buildFolio(first + index, { order: 0, zone: "device", contents: ZEROES, flags }));
  }
  return memory;
}

/** Index of the first of `count` free pages in a row; null where there is no such run (gen_pool_alloc()). */
function findRun(memory: AddressSpace, count: number): number | null {
  let run = 0;
  for (const [index] of memory.pciPages.entries()) {
    run = memory.folios.has(index) ? 0 : run + 1;
    if (run === count) return index - count + 1;
  }
  return null;
}

function take(kernel: KernelState, memory: AddressSpace, count: number): Folio[] | null {
  const first = findRun(memory, count);
  if (first === null) return null;
  const folios = memory.pciPages.slice(first, first + count);
  for (const folio of folios) {
    setEntry(kernel.journal, memory.folios, folio.index, folio);
    set(kernel.journal, folio, "refcount", 1);
    set(kernel.journal, folio, "freed", false);
  }
  return folios;
}

/** pci_alloc_p2pmem(): `count` pages in a row, each with one reference; null where there are none. */
export function pciAllocP2pmem(kernel: KernelState, memory: AddressSpace, count: number): Page[] | null {
  return take(kernel, memory, count)?.map((folio) => headPage(folio)) ?? null;
}

/** pci_free_p2pmem(): back to the device, whoever still holds references. */
export function pciFreeP2pmem(kernel: KernelState, pages: readonly Page[]): void {
  for (const { folio } of pages) {
    if (folio.pciMemory === null) throw new TypeError("pci_free_p2pmem: a page that is no PCI peer memory");
    deleteEntry(kernel.journal, folio.pciMemory.folios, folio.index);
    set(kernel.journal, folio, "refcount", freeCount(kernel));
  }
}

/** p2pmem_alloc_mmap(): a mapping is filled at once, never by faults. False: the device has no such run of free pages. */
export function insertDevicePages(kernel: KernelState, mm: Mm, vma: Vma): boolean {
  const { file } = vma;
  const folios = file === null ? null : take(kernel, file, vma.end - vma.start);
  if (folios === null) return false;
  for (const [offset, folio] of folios.entries()) {
    const page = headPage(folio);
    folioRefAdd(kernel, folio, 1);
    addRmapPte(kernel, page);
    setPte(kernel, mm, vma.start + offset, { ...makePte(page, vma), write: vma.write });
    folioPut(kernel, folio);
  }
  return true;
}
