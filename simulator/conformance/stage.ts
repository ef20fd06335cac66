/**
 * How a call of a catalogue entry is described for conformance: where it is made, what was done, and helpers for the usual
 * shapes. Nothing of an entry is declared here.
 */
import type {
  AddressSpace,
  Bio,
  Folio,
  Foll,
  Kernel,
  KernelMemory,
  Mm,
  Page,
} from "@pinscope/simulator/kernel";
import { FOLL } from "@pinscope/simulator/kernel";

/** A call that was made, in the terms of the entry's signature. */
export interface MadeCall {
  /** Integer arguments by the catalogue's parameter names. */
  readonly integers: Readonly<Record<string, number>>;
  readonly flags: Foll;
  /** What the integers that pointer arguments point to are afterwards. */
  readonly pointees: Readonly<Record<string, number>>;
  /** Answers of predicates about the arguments. */
  readonly predicates: Readonly<Record<string, boolean>>;
  /** Pages that the container's parts touch, each as often as it is touched. */
  readonly contents: number;
  /** Pointer arguments that were NULL. */
  readonly nulls: readonly string[];
  /** Result: a number, or what kind of pointer was returned; undefined for void. */
  readonly result: number | "pointer" | "null" | "error" | undefined;
  /** Folios whose counters the call may have changed. */
  readonly folios: readonly Folio[];
  /** Folios that the call made: they counted nothing before. */
  readonly made: readonly Folio[];
  /** Wrappers that the caller holds more than before, such as an ib_umem; their pages are theirs. */
  readonly objects: number;
}

/** Where calls are made: four pages of small, exclusive, mapped memory, the page after them a hole. */
export interface Stage {
  readonly kernel: Kernel;
  readonly mm: Mm;
  readonly address: number;
  readonly pages: readonly Page[];
  /** Three pages of tmpfs, all in the page cache. */
  readonly memfd: AddressSpace;
  /** Empty, for a device with blocks of 512 bytes. */
  readonly bio: Bio;
  /** Kernel memory that was prepared. */
  readonly memory: KernelMemory[];
}

export interface ConformanceCase {
  readonly entry: string;
  readonly what: string;
  /** The model has it in every era, since other names did the same before: no era is asked to be without it. */
  readonly always?: true;
  /** Done before the counters are read; what it returns is handed to `call`. */
  readonly prepare?: (stage: Stage) => readonly Page[];
  readonly call: (stage: Stage, prepared: readonly Page[]) => MadeCall;
}

export const nothing = {
  integers: {},
  flags: 0,
  pointees: {},
  predicates: {},
  contents: 0,
  nulls: [],
  result: undefined,
  folios: [],
  made: [],
  objects: 0,
} as const;

/** Pins or references the first `count` pages. */
export function held(pinned: boolean, count: number): (stage: Stage) => readonly Page[] {
  return ({ kernel, mm, address }) => {
    const array: Page[] = [];
    const form = pinned ? kernel.pinUserPagesFast : kernel.getUserPagesFast;
    if (form(mm, address, count, FOLL.WRITE, array) !== count) throw new Error("the stage is not set");
    return array;
  };
}

export function releases(
  entry: string,
  what: string,
  pinned: boolean,
  count: number,
  call: (kernel: Kernel, pages: readonly Page[]) => Partial<MadeCall>,
): ConformanceCase {
  return {
    entry,
    what,
    prepare: held(pinned, count),
    call: ({ kernel, pages }, prepared) => ({
      ...nothing,
      folios: pages.map((page) => page.folio),
      ...call(kernel, prepared),
    }),
  };
}

/** A call on the first page that is staged, or on one that was prepared. */
export function onPage(
  entry: string,
  pinned: boolean,
  call: (kernel: Kernel, page: Page) => Partial<MadeCall>,
): ConformanceCase {
  return releases(entry, "one page", pinned, 1, (kernel, [page]) => {
    if (page === undefined) throw new Error("the stage is not set");
    return call(kernel, page);
  });
}
