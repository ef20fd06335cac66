/** What a run's world is to the code around it: who took what, what was given, what lies where. Types only. */
import type { Location, Machine, MemoryObject } from "@pinscope/grammars/ir";
import type { Bio, IovIter, Kernel, KernelEvent, Mm, Page, VmStat } from "@pinscope/simulator/kernel";
import type { BufferKind, IterKind } from "./scenario.ts";
import type { PageState } from "./types.ts";

/** How pages are held: the catalogue's families that count on pages. */
export type PageFamily = "pin" | "reference" | "allocation";

/** One call that took pages. */
export interface Acquisition {
  readonly id: number;
  readonly callee: string;
  readonly family: PageFamily;
  /** In this kernel version such a pin is a plain reference. */
  readonly plain?: boolean;
  readonly function: string;
  readonly location: Location;
  /** Depth of the call stack, 1 in the function that was started. */
  readonly depth: number;
  readonly pages: readonly Page[];
  /** The call gave pages, but nothing is held for it: extraction from kernel memory. */
  readonly borrowed?: true;
}

/** One unit of one acquisition that is still held. */
export interface Holding {
  readonly acquisition: Acquisition;
  readonly page: Page;
}

export interface WrongRelease {
  readonly kind: "wrong-family" | "not-held";
  readonly page: Page;
  readonly by: string;
  readonly family: PageFamily;
  readonly acquisition: Acquisition | null;
  readonly location: Location;
}

export interface World {
  readonly machine: Machine;
  readonly kernel: Kernel;
  readonly mm: Mm;
  /** What the kernel has said, and its counters; null while no page has come into play. */
  readonly events: readonly KernelEvent[];
  readonly vmstat: VmStat | null;
  /** Iterators by address; one that nobody made is as the scenario says when it is first met. */
  readonly iters: Map<bigint, IovIter>;
  iterAt(address: bigint): IovIter;
  /** Those that it made: where each begins, and how many bytes it has. */
  readonly madeIters: Map<
    bigint,
    { readonly kind: IterKind; readonly start: number; readonly length: number }
  >;
  readonly bios: Map<bigint, Bio>;
  /** Pages of containers that the model keeps no record of (skbs, batches), by the container's address. */
  readonly containers: Map<bigint, Page[]>;
  /** Pages that a loop out of sight may have come to. */
  readonly recorded: Set<Page>;
  /** Sizes of heap objects by address; freed ones are left out. */
  readonly heap: Map<bigint, { readonly object: MemoryObject; readonly by: string }>;
  readonly acquisitions: Acquisition[];
  readonly holdings: Holding[];
  readonly wrongReleases: WrongRelease[];
  /** Pages that the run has met, in order. */
  readonly pages: Page[];
  addressOfPage(page: Page): bigint;
  /** The page that an address in the array of struct page belongs to; null for any other address. */
  pageAt(address: bigint): Page | null;
  /** Kernel address of the page's bytes. */
  contentsOf(page: Page): bigint;
  pageOfContents(address: bigint): Page | null;
  /** The page's frame number is known to the code from here on. */
  number(page: Page): void;
  /** The page that a frame number or physical address stands for, where the code asked for it. */
  pageOfNumber(value: bigint): Page | null;
  /** A page that somebody outside holds: the code was given it. */
  givenPage(): Page;
  /** A page that a call gives which the model has no function for: nobody outside answers for it. */
  foundPage(): Page;
  /** Pins a page of user memory once more. */
  pinAgain(page: Page): void;
  isGiven(page: Page): boolean;
  /** How many pages there are of those in `given`. */
  readonly givenCount: number;
  /** Pages that somebody outside gave, or that a call without a function of the model found, in order. */
  readonly given: readonly GivenPage[];
  /** Slots of arrays in which such a page was met that nobody had put there. */
  readonly givenSlots: { readonly address: bigint; readonly page: Page }[];
  /** User memory in the order in which it was mapped. */
  readonly mappings: Mapping[];
  /** Stands for what lies in memory of the path's own that nothing filled: nobody holds it. */
  readonly strayPages: Set<Page>;
  /** What its counters were before the code did anything to it; undefined for pages made while it ran. */
  startOf(page: Page): PageState | undefined;
  /** Maps user memory from an address on where nothing is mapped, as far as `pages`; for a call, or from the start. */
  mapUser(address: number, pages: number, kind: BufferKind, call?: NthCall): void;
  /** Where pages of user memory were mapped for the code. */
  userAddresses(): readonly number[];
  acquire(acquisition: Omit<Acquisition, "id">): void;
  release(page: Page, family: PageFamily, by: string, location: Location, count?: number): void;
  /** Somebody else answers for the page from here on. */
  disown(page: Page): void;
}

/** The nth call of a function, from 1. */
export interface NthCall {
  readonly name: string;
  readonly nth: number;
}

/** User memory that was mapped and written before a call; `call` null: it was there from the start. */
export interface Mapping {
  readonly address: number;
  readonly pages: number;
  readonly kind: BufferKind;
  readonly call: NthCall | null;
}

/** A page that the code did not take itself: where it is mapped, and how somebody outside holds it. */
export interface GivenPage {
  readonly page: Page;
  readonly address: number;
  readonly family: PageFamily | null;
  /** A call found it: nobody outside answers for it. */
  readonly found: boolean;
}
