/** Makes the mappings of a scenario: by an mmap() call, or because a recording announces them. */
import type { AddressSpace, Mm, MmapOptions } from "@pinscope/simulator/kernel";
import type { MappingKind, MemoryCall } from "./calls/memory.ts";
import { fileKind, pageSize, placeRegion, type Session } from "./session.ts";
import type { RegionState } from "./types.ts";

type MmapCall = Extract<MemoryCall, { readonly kind: "mmap" }>;

type Shape = Omit<MmapOptions, "address" | "file">;

const shapes: Readonly<Record<MappingKind, Omit<Shape, "pages">>> = {
  "PRIVATE|ANON": { protection: { read: true, write: true }, shared: false, hugepage: "never" },
  "SHARED|ANON": { protection: { read: true, write: true }, shared: true },
  "PRIVATE|ANON|HUGEPAGE": { protection: { read: true, write: true }, shared: false, hugepage: "madvised" },
  "PRIVATE|ANON|PROT_READ": { protection: { read: true, write: false }, shared: false, hugepage: "never" },
  "PRIVATE|ANON|PROT_NONE": { protection: { read: false, write: false }, shared: false, hugepage: "never" },
  "PRIVATE|ANON|HUGETLB": { protection: { read: true, write: true }, shared: false, hugetlb: true },
  "SHARED|ANON|HUGETLB": { protection: { read: true, write: true }, shared: true, hugetlb: true },
  "SHARED|FILE": { protection: { read: true, write: true }, shared: true },
  "PRIVATE|FILE": { protection: { read: true, write: true }, shared: false },
  "SHARED|FILE|PROT_READ": { protection: { read: true, write: false }, shared: true, readOnlyFile: true },
  "PRIVATE|FILE|PROT_READ": { protection: { read: true, write: false }, shared: false },
};

/** @returns 0, or the negative errno of mmap(). */
export function mapRegion(session: Session, mm: Mm, call: MmapCall): { readonly ret: number } {
  const region = placeRegion(session, call.name, {
    pages: call.pages,
    mappedPages: call.pages,
    path: call.path,
    at: call.at,
  });
  const options: MmapOptions = {
    ...shapes[call.mapping],
    ...special(call.path),
    address: region.address,
    pages: call.pages,
    file: call.path === null ? null : openFile(session, call.path, call.pages),
  };
  return { ret: session.kernel.mmap(mm, options) };
}

/** Makes the mapping that a recording announces; nothing where the region is known already, or only reserved. */
export function announceRegion(session: Session, mm: Mm, name: string, state: RegionState): void {
  if (session.regions.has(name)) return;
  const mappedPages = state.mapped_pages ?? 0;
  const backing = state.backing ?? "anon";
  const memfd = /^(\/memfd:\w+) \(deleted\)$/.exec(backing)?.[1];
  const path =
    memfd ?? (backing.startsWith("/") && !backing.endsWith("(deleted)") ? backing : specialPath(backing));
  const region = placeRegion(session, name, { pages: state.pages, mappedPages, path, at: null });
  if (mappedPages === 0) return;
  const perms = state.perms ?? "rw-p";
  session.kernel.mmap(mm, {
    address: region.address,
    pages: mappedPages,
    protection: { read: perms[0] === "r", write: perms[1] === "w" },
    shared: perms[3] === "s",
    file: path === null ? null : openFile(session, path, mappedPages),
    hugepage: state.thp ?? "default",
    hugetlb: backing.startsWith("/anon_hugepage"),
    readOnlyFile: perms === "r--s",
    ...special(path),
  });
}

/** The two mappings that the kernel itself makes in every process. */
function specialPath(backing: string): string | null {
  return backing === "[vdso]" || backing === "[vvar]" ? backing : null;
}

function special(path: string | null): { readonly pfnmap?: boolean } {
  return path === "[vvar]" ? { pfnmap: true } : {};
}

/** The file with this path; one of holes is made where there is none. */
function openFile(session: Session, path: string, pages: number): AddressSpace {
  const known = session.files.get(path);
  if (known !== undefined) return known;
  const file = session.kernel.createFile(fileKind(path), pages * pageSize);
  session.files.set(path, file);
  return file;
}
