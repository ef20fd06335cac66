/** What the machine asks of the world around the functions, and what it is made of. Runs nothing. */
import type { Block, CType, FunctionIr, Location, Operation, VariableId } from "../types.ts";
import type { IndeterminateRead, Value } from "./expressions.ts";
import type { Layouts } from "./layout.ts";
import type { Memory, MemoryObject } from "./memory.ts";
import type { StuckCause } from "./stuck.ts";

export interface CallEvent {
  /** The function called; null when called through a pointer that points to no function. */
  readonly name: string | null;
  /** The record field the pointer was read from, for indirect calls. */
  readonly field?: string;
  readonly arguments: readonly { readonly value: Value; readonly type: CType }[];
  /** Type of the call's value. */
  readonly type: CType;
  readonly location: Location;
  /** Set when the call runs as a cleanup at the end of a scope. */
  readonly cleanup?: string;
  readonly caller: FunctionIr;
  /** Frames below the call: 1 in the function evaluated first. */
  readonly depth: number;
}

export type CallAnswer =
  | { readonly kind: "value"; readonly value: Value }
  /** `arguments`: instead of those of the call, as where a stub runs a callback. */
  | { readonly kind: "enter"; readonly function: FunctionIr; readonly arguments?: readonly Value[] }
  /** Control does not come back, as from `panic()`. */
  | { readonly kind: "stop"; readonly reason: string };

/** The world around the functions. Whatever it leaves out, the machine is stuck on. */
export interface EvaluationHost {
  call(event: CallEvent, machine: Machine): CallAnswer;
  /** A value for a read that nothing wrote; it is kept in that place. */
  indeterminate?(read: IndeterminateRead, machine: Machine): bigint | undefined;
  /** A value for an expression that nothing here can compute. */
  opaque?(reason: string, name: string | undefined, type: CType, machine: Machine): bigint | undefined;
  /** An operation that was not understood; false or absent: stuck. */
  opaqueOperation?(operation: Extract<Operation, { kind: "opaque" }>, machine: Machine): boolean;
  /** What a file-scope variable holds before the first write; absent: zero, as C says. */
  globalFill?(name: string): "zero" | "indeterminate";
}

export interface Frame {
  readonly function: FunctionIr;
  readonly objects: Map<VariableId, MemoryObject>;
  block: Block;
  /** Next operation of the block; its terminator when all ran. */
  next: number;
  /** Where the caller wants the value of this call. */
  readonly result: VariableId | undefined;
}

export interface Machine {
  readonly memory: Memory;
  readonly layouts: Layouts;
  readonly host: EvaluationHost;
  readonly frames: Frame[];
  /** Operations and terminators run. */
  steps: number;
  addressOfGlobal(name: string, type: CType): bigint;
  addressOfFunction(name: string): bigint;
  addressOfString(text: string): bigint;
  /** Storage of a variable in a frame, made where it is missing. */
  objectOf(frame: Frame, id: VariableId): MemoryObject;
}

export type Outcome =
  | { readonly kind: "returned"; readonly value: Value | null; readonly steps: number }
  /** Control came to a place it cannot pass. */
  | { readonly kind: "unreachable"; readonly location: Location; readonly steps: number }
  | { readonly kind: "stopped"; readonly reason: string; readonly steps: number }
  | { readonly kind: "budget"; readonly steps: number }
  | {
      readonly kind: "stuck";
      readonly cause: StuckCause;
      readonly message: string;
      readonly function: string;
      readonly location: Location;
      readonly steps: number;
    };
