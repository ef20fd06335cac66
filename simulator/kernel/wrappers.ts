/**
 * Objects of other subsystems that stand for the pages they hold, where their source is not modeled: media's frame vectors,
 * RDMA's ib_umem, TEE's shared memory, VFIO and iommufd by device address, KVM's pages, DRM's shmem objects. Each takes and
 * lets go of what the kernel's does; nothing else of the subsystem is here.
 */
import { type KernelMemory, kfree, kmalloc } from "./allocation-forms.ts";
import { InvalidArgumentError } from "./arguments.ts";
import { EINVAL } from "./errno.ts";
import { existing } from "./existing.ts";
import { FOLL } from "./foll.ts";
import { dropAll, type PageHold, takeHold, takeUserPages } from "./holds.ts";
import { set } from "./journal.ts";
import { pageOf } from "./page.ts";
import type { KernelState } from "./state.ts";
import type { AddressSpace, Mm, Page } from "./types.ts";

const PAGE_SIZE = 4096;

export type WrapperKind =
  | "frame-vector"
  | "ib_umem"
  | "tee_shm"
  | "vfio"
  | "iommufd"
  | "io_uring"
  | "sev"
  | "rds"
  | "kvm-page"
  | "kvm-map"
  | "drm-shmem";

/** A wrapper and its pages. */
export interface PageWrapper {
  readonly kind: WrapperKind;
  readonly pages: readonly Page[];
  readonly hold: PageHold;
  /** Pages are made dirty when they are let go. */
  readonly writable: boolean;
  /** The array of page pointers, where it was allocated with the pages and goes with them. */
  readonly array: KernelMemory | null;
}

/** `ret` is the number of pages, or an errno with nothing held and no wrapper. */
export interface Wrapped {
  readonly ret: number;
  readonly wrapper: PageWrapper | null;
}

export interface WrapperFunctions {
  /** References up to 5.7, long-term pins from 5.8 on. Does not dirty when put. */
  getVaddrFrames(mm: Mm, start: number, nrFrames: number): Wrapped;
  putVaddrFrames(vector: PageWrapper): void;
  /** Long-term, one pin for each page; writable memory is made dirty at the end. */
  ibUmemGet(mm: Mm, address: number, length: number, writable: boolean): Wrapped;
  ibUmemRelease(umem: PageWrapper | null): void;
  teeShmRegisterUserBuf(mm: Mm, address: number, length: number): Wrapped;
  /** References on pages of the kernel's. */
  teeShmRegisterKernelBuf(pages: readonly Page[]): Wrapped;
  teeShmFree(shm: PageWrapper): void;
  vfioPinPages(mm: Mm, address: number, nrPages: number): Wrapped;
  vfioUnpinPages(pinned: PageWrapper): void;
  /** From 6.2. */
  iommufdAccessPinPages(mm: Mm, address: number, length: number): Wrapped;
  iommufdAccessUnpinPages(pinned: PageWrapper): void;
  /** From 5.19: long-term write pins. */
  ioPinPages(mm: Mm, address: number, length: number): Wrapped;
  ioPagesFree(pages: PageWrapper | null): void;
  sevPinMemory(mm: Mm, address: number, length: number, write: boolean): Wrapped;
  sevUnpinMemory(memory: PageWrapper): void;
  /** All or nothing. */
  rdsPinPages(mm: Mm, address: number, nrPages: number, write: boolean): Wrapped;
  /** gfn_to_pfn(), gfn_to_page(), kvm_faultin_pfn(): a reference on the page behind a guest frame. */
  kvmFollowPage(mm: Mm, address: number, write: boolean): Wrapped;
  kvmReleasePage(page: PageWrapper | null, dirty: boolean): void;
  /** kvm_vcpu_map(): a reference, or from 6.13 a pin. */
  kvmVcpuMap(mm: Mm, address: number): Wrapped;
  kvmVcpuUnmap(map: PageWrapper, dirty: boolean): void;
  /** One reference for each folio of the object's file. */
  drmGemGetPages(file: AddressSpace): Wrapped;
  drmGemPutPages(pages: PageWrapper, dirty: boolean): void;
}

/** Pages from an address over bytes. */
function pagesOver(address: number, length: number): number {
  if (!Number.isInteger(length) || length <= 0)
    throw new InvalidArgumentError("length", "1 or more bytes", length);
  return Math.ceil(((address % PAGE_SIZE) + length) / PAGE_SIZE);
}

export function wrapperFunctions(kernel: KernelState): WrapperFunctions {
  const { profile } = kernel;
  const { switches } = profile.era;
  /** What a subsystem takes that was converted with pin_user_pages() itself (5.6), or with the rest (5.8). */
  const early: "pin" | "reference" = switches.pinFunctions ? "pin" : "reference";
  const late: "pin" | "reference" = switches.laterForms ? "pin" : "reference";
  const arrayOf = (nrPages: number): KernelMemory => kmalloc(kernel, nrPages * 8, "kvmalloc");
  const wrap = (
    kind: WrapperKind,
    mm: Mm,
    address: number,
    nrPages: number,
    hold: "pin" | "reference",
    how: { readonly write: boolean; readonly longterm: boolean; readonly locked?: boolean },
  ): Wrapped => {
    if (nrPages === 0) return { ret: 0, wrapper: null };
    const longterm = how.longterm && (hold === "pin" || switches.longtermForGet);
    const flags = (how.write ? FOLL.WRITE : 0) | (longterm ? FOLL.LONGTERM : 0);
    const start = address - (address % PAGE_SIZE);
    const { error, pages } = takeUserPages(kernel, mm, start, nrPages, flags, hold, how.locked);
    if (error !== 0) return { ret: error, wrapper: null };
    const array = kind === "io_uring" || kind === "sev" ? arrayOf(nrPages) : null;
    return { ret: nrPages, wrapper: { kind, pages, hold, writable: how.write, array } };
  };
  const unwrap = (wrapper: PageWrapper | null, dirty: boolean): void => {
    if (wrapper === null) return;
    dropAll(kernel, wrapper.pages, wrapper.hold, dirty);
    set(kernel.journal, wrapper, "pages", []);
    kfree(kernel, wrapper.array);
    set(kernel.journal, wrapper, "array", null);
  };
  const longtermWrite = { write: true, longterm: true } as const;

  return {
    getVaddrFrames: (mm, start, nrFrames) => wrap("frame-vector", mm, start, nrFrames, late, longtermWrite),
    putVaddrFrames: (vector) => unwrap(vector, false),
    ibUmemGet: (mm, address, length, writable) =>
      wrap("ib_umem", mm, address, pagesOver(address, length), early, { write: writable, longterm: true }),
    ibUmemRelease: (umem) => unwrap(umem, umem?.writable === true),
    teeShmRegisterUserBuf: (mm, address, length) =>
      wrap("tee_shm", mm, address, pagesOver(address, length), late, { write: true, longterm: false }),
    teeShmRegisterKernelBuf: (pages) => {
      for (const page of pages) takeHold(kernel, page, "reference");
      return {
        ret: pages.length,
        wrapper: { kind: "tee_shm", pages, hold: "reference", writable: false, array: null },
      };
    },
    teeShmFree: (shm) => unwrap(shm, false),
    vfioPinPages: (mm, address, nrPages) =>
      wrap("vfio", mm, address, nrPages, early, { ...longtermWrite, locked: true }),
    vfioUnpinPages: (pinned) => unwrap(pinned, pinned.writable),
    iommufdAccessPinPages: existing(
      profile,
      "iommufd_access_pin_pages",
      switches.p2pdma,
      (mm, address, length) =>
        wrap("iommufd", mm, address, pagesOver(address, length), "pin", { ...longtermWrite, locked: true }),
    ),
    iommufdAccessUnpinPages: existing(profile, "iommufd_access_unpin_pages", switches.p2pdma, (pinned) =>
      unwrap(pinned, pinned.writable),
    ),
    ioPinPages: existing(profile, "io_pin_pages", switches.sanityCheckPinned, (mm, address, length) =>
      wrap("io_uring", mm, address, pagesOver(address, length), "pin", longtermWrite),
    ),
    ioPagesFree: existing(profile, "io_pages_free", switches.fastOnlyErrors, (pages) => unwrap(pages, false)),
    sevPinMemory: (mm, address, length, write) =>
      wrap("sev", mm, address, pagesOver(address, length), late, { write, longterm: false }),
    sevUnpinMemory: (memory) => unwrap(memory, false),
    rdsPinPages: (mm, address, nrPages, write) =>
      wrap("rds", mm, address, nrPages, late, { write, longterm: true }),
    kvmFollowPage: (mm, address, write) =>
      wrap("kvm-page", mm, address, 1, "reference", { write, longterm: false, locked: true }),
    kvmReleasePage: (page, dirty) => unwrap(page, dirty),
    kvmVcpuMap: (mm, address) =>
      wrap("kvm-map", mm, address, 1, switches.kvmPinsMaps ? "pin" : "reference", {
        write: true,
        longterm: false,
        locked: true,
      }),
    kvmVcpuUnmap: (map, dirty) => unwrap(map, dirty),
    drmGemGetPages: (file) => {
      const folios = [...new Set(file.folios.values())];
      if (folios.length === 0) return { ret: EINVAL, wrapper: null };
      const pages = folios.map((folio) => pageOf(folio, 0));
      for (const page of pages) takeHold(kernel, page, "reference");
      return {
        ret: pages.length,
        wrapper: {
          kind: "drm-shmem",
          pages,
          hold: "reference",
          writable: true,
          array: arrayOf(pages.length),
        },
      };
    },
    drmGemPutPages: (pages, dirty) => unwrap(pages, dirty),
  };
}
