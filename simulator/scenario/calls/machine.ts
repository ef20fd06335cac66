/** Calls on files, and on the whole machine: migration, splitting, merging of equal pages, swap. */
import type { Address } from "../call.ts";
import {
  fileAt,
  fileKind,
  mmOf,
  NotModelled,
  pageSize,
  resolveAddress,
  ScenarioError,
  type Session,
} from "../session.ts";
import type { Who } from "../types.ts";
import { address, type Form, type Outcome, type Performers } from "./area.ts";

export type MachineCall =
  | { readonly kind: "lruAddDrainAll" }
  /** `fill`: page i is written with bytes `fill + i`; null: all holes. */
  | { readonly kind: "creat"; readonly path: string; readonly pages: number; readonly fill: number | null }
  /** `path` null: the file of the region mapped last. */
  | { readonly kind: "ftruncate"; readonly path: string | null; readonly pages: number }
  | { readonly kind: "fsync"; readonly path: string | null }
  /** `node`: where the page should go. */
  | { readonly kind: "movePages"; readonly address: Address; readonly node: number }
  | { readonly kind: "splitHugePage"; readonly address: Address }
  /** The whole machine: swap on or off, merging of equal pages, compaction. */
  | { readonly kind: "swapon" | "swapoff" | "ksm" | "compactMemory" }
  /** Only a look at the state, or a call that was skipped; `ret` of the step says which. */
  | { readonly kind: "nothing" }
  /** Prose of the recorded scenarios; `scripts.ts` says what is done. */
  | { readonly kind: "described" };

export const machineForms: readonly Form[] = [
  {
    usage: `(…) or (observe): nothing is done`,
    pattern:
      /^\((?:observe.*|skip.*|slot\d+ empty: (?:nothing to release|no DMA|nothing to get)|lru_add drained)\)$/,
    read: () => ({ kind: "nothing" }),
  },
  {
    usage: "creat(PATH, N pages[, fill=V])",
    pattern: /^creat\((\/[^ ,]+), (\d+) pages?(?:, fill=(\d+))?\)$/,
    read: ([, path, pages, fill]) => ({
      kind: "creat",
      path: path!,
      pages: Number(pages),
      fill: fill === undefined ? null : Number(fill),
    }),
  },
  {
    usage: "ftruncate([PATH, ]N pages)",
    pattern: /^ftruncate\((?:(\/[^ ,]+), )?(?:(\d+) pages?|0)\)$/,
    read: ([, path, pages]) => ({ kind: "ftruncate", path: path ?? null, pages: Number(pages ?? 0) }),
  },
  {
    usage: "fsync(PATH)",
    pattern: /^fsync\((\/[^ ,]+)?\)$/,
    read: ([, path]) => ({ kind: "fsync", path: path ?? null }),
  },
  {
    usage: "lru_add_drain_all()",
    pattern: /^lru_add_drain_all\(\)$/,
    read: () => ({ kind: "lruAddDrainAll" }),
  },
  {
    usage: "move_pages(ADDR -> node N)",
    pattern: /^move_pages\((\S+) -> node (\d+)\)$/,
    read: ([, at, node]) => ({ kind: "movePages", address: address(at!), node: Number(node) }),
  },
  {
    usage: "split_huge_page(ADDR)",
    pattern: /^split_huge_page\((\S+)\)$/,
    read: ([, at]) => ({ kind: "splitHugePage", address: address(at!) }),
  },
  { usage: "swapon()", pattern: /^swapon\(\)$/, read: () => ({ kind: "swapon" }) },
  { usage: "swapoff()", pattern: /^swapoff\(\)$/, read: () => ({ kind: "swapoff" }) },
  { usage: "ksm()", pattern: /^ksm\(\)$/, read: () => ({ kind: "ksm" }) },
  { usage: "compact_memory()", pattern: /^compact_memory\(\)$/, read: () => ({ kind: "compactMemory" }) },
];

/** Compaction leaves alone what anyone holds; what it does to other pages depends on all of memory. */
function compactMemory(session: Session, who: Who): Outcome {
  const { kernel } = session;
  const mm = mmOf(session, who);
  for (const region of session.regions.values()) {
    for (let index = 0; index < region.mappedPages; index++) {
      const { page } = kernel.walk(mm, region.address + index * pageSize);
      if (page?.folio.anon && page.folio.refcount <= kernel.folioMapcount(page.folio)) {
        throw new NotModelled("whether compaction moves a page that nobody holds is not determined");
      }
    }
  }
  return { ret: 0 };
}

export const machinePerformers: Performers<MachineCall> = {
  nothing: () => ({ ret: 0 }),
  described: () => {
    throw new ScenarioError("describes what happens without saying it");
  },
  creat: (session, _who, call) => {
    const { kernel } = session;
    const kind = fileKind(call.path);
    const file =
      kind === "p2pmem" ? kernel.createPciMemory(call.pages) : kernel.createFile(kind, call.pages * pageSize);
    session.files.set(call.path, file);
    for (let index = 0; call.fill !== null && index < call.pages; index++) {
      kernel.pwriteFill(file, index * pageSize, pageSize, call.fill + index);
    }
    return { ret: 0 };
  },
  ftruncate: (session, _who, call) => ({
    ret: session.kernel.ftruncate(fileAt(session, call.path), call.pages * pageSize),
  }),
  fsync: (session, _who, call) => ({ ret: session.kernel.fsync(fileAt(session, call.path)) }),
  lruAddDrainAll: (session) => {
    session.kernel.lruAddDrainAll();
    return { ret: 0 };
  },
  movePages: (session, who, call) => ({
    ret: session.kernel.movePages(mmOf(session, who), resolveAddress(session, call.address), call.node),
  }),
  splitHugePage: (session, who, call) => ({
    ret: session.kernel.splitHugePage(mmOf(session, who), resolveAddress(session, call.address)),
  }),
  ksm: (session, who) => {
    const addresses = [...session.regions.values()].flatMap((one) =>
      Array.from({ length: one.mappedPages }, (_, page) => one.address + page * pageSize),
    );
    return { ret: session.kernel.ksmMerge(mmOf(session, who), addresses) };
  },
  compactMemory,
  swapon: (session) => ({ ret: session.kernel.swapon() }),
  swapoff: (session) => ({ ret: session.kernel.swapoff() }),
};
