/**
 * The calls of a scenario, as data, and what they are made of. `parse-call.ts` reads their texts, `perform.ts` executes
 * them; each area of calls has a file in `calls/`.
 */
import type { BioCall } from "./calls/bio.ts";
import type { DirectIoCall } from "./calls/direct-io.ts";
import type { HeldPagesCall } from "./calls/held-pages.ts";
import type { HolderCall } from "./calls/holders.ts";
import type { IteratorCall } from "./calls/iterator.ts";
import type { MachineCall } from "./calls/machine.ts";
import type { MemoryCall } from "./calls/memory.ts";
import type { PipeCall } from "./calls/pipe.ts";
import type { UserPagesCall } from "./calls/user-pages.ts";

/** A place in user memory: a region and an offset in bytes, or a plain number. */
export type Address =
  | { readonly kind: "region"; readonly name: string; readonly offset: number }
  | { readonly kind: "number"; readonly value: number };

/** A segment of user memory, or of the recorder's kernel buffer of four pages. */
export type Segment =
  | { readonly at: Address; readonly length: number }
  | { readonly at: "kernel"; readonly offset: number; readonly length: number };

/** Pages `first..last` of a slot, both counted from 0; `last` null: to the end. */
export interface SlotRange {
  readonly slot: number;
  readonly first: number;
  readonly last: number | null;
}

/** How much of a region a call takes, from its address on. */
export type Extent =
  | { readonly kind: "bytes"; readonly bytes: number }
  /** To the end of the region. */
  | { readonly kind: "rest" };

export type Call =
  | UserPagesCall
  | HeldPagesCall
  | HolderCall
  | MemoryCall
  | MachineCall
  | IteratorCall
  | BioCall
  | DirectIoCall
  | PipeCall;
