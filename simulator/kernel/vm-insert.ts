/**
 * Pages of the kernel's in a mapping, put there by a driver (mm/memory.c:vm_insert_page and kin). The mapping takes a
 * reference and a mapcount for each, which go when it does; the caller keeps what it has.
 */
import { InvalidArgumentError } from "./arguments.ts";
import { EBUSY, EFAULT, EINVAL, ENXIO } from "./errno.ts";
import { existing } from "./existing.ts";
import { set } from "./journal.ts";
import { isCowMapping, makePte, setPte } from "./page-table.ts";
import { folioRefAdd } from "./references.ts";
import { addRmapPte } from "./rmap.ts";
import { type KernelState, pageNumber } from "./state.ts";
import type { Mm, Page, Vma } from "./types.ts";

export interface VmInsertFunctions {
  /** vm_insert_page(): 0; -EFAULT outside a mapping, -EBUSY where something is mapped, -EINVAL for a page that may not be. */
  vmInsertPage(mm: Mm, address: number, page: Page): number;
  /** vm_insert_pages() (5.7): `left` pages were not inserted. */
  vmInsertPages(
    mm: Mm,
    address: number,
    pages: readonly Page[],
  ): { readonly ret: number; readonly left: number };
  /** vm_map_pages(): the pages of an object, from the page on that the mapping's offset says. -ENXIO: it is too small. */
  vmMapPages(mm: Mm, address: number, pages: readonly Page[]): number;
  /**
   * remap_pfn_range(): frames by number, which the mapping does not hold; it is of frames only from then on, and
   * get_user_pages() refuses it. -EINVAL for a part of a private mapping that can be written.
   */
  remapPfnRange(mm: Mm, address: number, pages: readonly Page[]): number;
  /** vmf_insert_pfn() into a mapping of frames: false where something else is mapped, which stays. */
  vmfInsertPfn(mm: Mm, address: number, page: Page): boolean;
}

export function vmInsertFunctions(kernel: KernelState): VmInsertFunctions {
  const { profile } = kernel;
  const insertOne = (mm: Mm, address: number, page: Page): number => {
    const at = pageNumber(address);
    const vma = vmaAt(mm, at);
    return vma === undefined ? EFAULT : insert(kernel, mm, vma, at, page);
  };
  return {
    vmInsertPage: insertOne,
    vmInsertPages: existing(
      profile,
      "vm_insert_pages",
      profile.era.switches.countsPins,
      (mm, address, pages) => {
        const at = pageNumber(address);
        const vma = vmaAt(mm, at);
        if (vma === undefined || at + pages.length > vma.end) return { ret: EFAULT, left: pages.length };
        for (const [index, page] of pages.entries()) {
          const ret = insert(kernel, mm, vma, at + index, page);
          if (ret !== 0) return { ret, left: pages.length - index };
        }
        return { ret: 0, left: 0 };
      },
    ),
    vmMapPages: (mm, address, pages) => {
      const vma = vmaAt(mm, pageNumber(address));
      if (vma === undefined) return EFAULT;
      const first = vma.pageOffset;
      const count = vma.end - vma.start;
      if (first >= pages.length || count > pages.length - first) return ENXIO;
      for (const [index, page] of pages.slice(first, first + count).entries()) {
        const ret = insert(kernel, mm, vma, vma.start + index, page);
        if (ret !== 0) return ret;
      }
      return 0;
    },
    remapPfnRange: (mm, address, pages) => {
      const at = pageNumber(address);
      const vma = vmaAt(mm, at);
      if (vma === undefined || at + pages.length > vma.end) return EINVAL;
      const whole = at === vma.start && at + pages.length === vma.end;
      if (isCowMapping(vma) && !whole) return EINVAL;
      set(kernel.journal, vma, "pfnmap", true);
      for (const [index, page] of pages.entries()) insertFrame(kernel, mm, vma, at + index, page);
      return 0;
    },
    vmfInsertPfn: (mm, address, page) => {
      const at = pageNumber(address);
      const vma = vmaAt(mm, at);
      if (vma?.pfnmap !== true) throw new InvalidArgumentError("address", "a mapping of frames", address);
      if (mm.ptes.has(at)) return mm.ptes.get(at)?.page === page;
      insertFrame(kernel, mm, vma, at, page);
      return true;
    },
  };
}

/** A special entry: no reference, no mapcount. */
function insertFrame(kernel: KernelState, mm: Mm, vma: Vma, at: number, page: Page): void {
  setPte(kernel, mm, at, { ...makePte(page, vma), write: vma.shared && vma.write, special: true });
}

function vmaAt(mm: Mm, at: number): Vma | undefined {
  return mm.vmas.find((vma) => at >= vma.start && at < vma.end);
}

/**
 * validate_page_before_insert() and insert_page_into_pte_locked(). The zero page counts like any other up to 6.11; later it
 * is mapped without a reference, and only where the mapping cannot write to it.
 */
function insert(kernel: KernelState, mm: Mm, vma: Vma, at: number, page: Page): number {
  const { folio } = page;
  if (folio.refcount === 0 || folio.anon) return EINVAL;
  const special = folio.zeroPage && kernel.profile.era.switches.zeroPageInsertedSpecial;
  if (special && vma.shared && vma.mayWrite) return EINVAL;
  if (mm.ptes.has(at) || mm.swapEntries.has(at)) return EBUSY;
  if (!special) {
    folioRefAdd(kernel, folio, 1);
    addRmapPte(kernel, page);
  }
  setPte(kernel, mm, at, { ...makePte(page, vma), write: vma.shared && vma.write, special });
  return 0;
}
