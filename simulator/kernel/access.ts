/** Accesses of the process itself, one byte at a time, with their faults and signals (arch/x86/mm/fault.c). */
import { byteAt, withBytes } from "./contents.ts";
import { handleMmFault } from "./fault.ts";
import { set } from "./journal.ts";
import { hugePmdAt, pageInPmd, setHugePmd, setPte } from "./page-table.ts";
import { type KernelState, pageNumber, TASK_SIZE_MAX } from "./state.ts";
import type { AccessResult, Mm, Page, Pte } from "./types.ts";
import { findVma } from "./vma.ts";

const SEGMENTATION_FAULT: AccessResult = { signal: "SIGSEGV", value: 0 };

/** Faults until the processor may make the access, and returns the page; or the signal. */
function access(kernel: KernelState, mm: Mm, address: number, write: boolean): Page | AccessResult {
  if (address < 0 || address >= TASK_SIZE_MAX) return SEGMENTATION_FAULT;
  const at = pageNumber(address);
  // A fault may leave small pages where a huge one was split: it is tried again, as the processor does.
  for (let attempt = 0; attempt < 3; attempt++) {
    const pmd = hugePmdAt(mm, at);
    const entry: Pte | undefined = pmd ?? mm.ptes.get(at);
    if (entry !== undefined && !entry.protnone && (entry.write || !write)) {
      if (!entry.young || (write && !entry.dirty)) {
        const touched = { ...entry, young: true, dirty: entry.dirty || write };
        if (pmd === null) setPte(kernel, mm, at, touched);
        else setHugePmd(kernel, mm, at, touched);
      }
      return pmd === null ? entry.page : pageInPmd(pmd, at);
    }
    const vma = findVma(mm, at);
    if (vma === null || (write ? !vma.write : !vma.read && !vma.write)) return SEGMENTATION_FAULT;
    if (vma.pfnmap) return { signal: null, value: 0 };
    if (handleMmFault(kernel, mm, vma, at, write ? "write" : "read", "may-retry") === "sigbus")
      return { signal: "SIGBUS", value: 0 };
  }
  throw new Error(`a fault at ${address.toString(16)} does not end`);
}

export function readByte(kernel: KernelState, mm: Mm, address: number): AccessResult {
  const page = access(kernel, mm, address, false);
  if ("signal" in page) return page;
  return { signal: null, value: byteAt(page.contents, address % 4096) };
}

export function writeByte(kernel: KernelState, mm: Mm, address: number, value: number): AccessResult {
  const page = access(kernel, mm, address, true);
  if ("signal" in page) return page;
  set(kernel.journal, page, "contents", withBytes(page.contents, address % 4096, 1, value));
  return { signal: null, value: 0 };
}

/** Whether the model lets a device write the page: the recorder refuses the shared zero pages. */
export function dmaWrite(
  kernel: KernelState,
  page: Page,
  offset: number,
  length: number,
  value: number,
): boolean {
  if (page.folio.zeroPage || page.folio.hugeZero) return false;
  set(kernel.journal, page, "contents", withBytes(page.contents, offset, length, value));
  return true;
}
