/**
 * Choices: values that nothing in the code gives (a parameter, a field of a record that the caller made, the result of
 * a call whose body is not in sight). Each has a key that is the same whenever the same code runs the same way, so a run
 * can be started again with another value. Knows neither pages nor what a run is for.
 */
import type { CType, IndeterminateRead, Location } from "@pinscope/grammars/ir";
import type { Term } from "./terms.ts";

/** What a choice is set to. A pointer's object exists only in its run, so it is not told by its address. */
export type Preset =
  | { readonly kind: "number"; readonly value: bigint }
  | { readonly kind: "null" }
  | { readonly kind: "object" }
  | { readonly kind: "error"; readonly errno: number }
  /** The page that came into play as the nth, from 0. */
  | { readonly kind: "page"; readonly index: number }
  /** The value of another choice, made before. */
  | { readonly kind: "same"; readonly as: string };

/** Why a choice has the value that it has. */
export type Reason = "default" | "success path" | "scenario" | "path";

export interface ChosenPreset {
  readonly preset: Preset;
  readonly reason: Reason;
}

export interface Choice {
  readonly key: string;
  /** How many choices the run had made before. */
  readonly order: number;
  readonly type: CType;
  /** What the code calls it: `count`, `obj->size`, `result of foo()`. */
  readonly what: string;
  readonly location: Location;
  readonly value: bigint;
  readonly preset: Preset;
  readonly reason: Reason;
  /** The only values that it may take, where there are such (outcomes of a catalogue entry). */
  readonly allowed?: readonly Preset[];
  /** Whether the callee is known to give a value. */
  readonly isKnown?: (value: bigint) => boolean;
  /** An outcome that the callee's catalogue entry allows: no assumption about the unknown. */
  readonly entitled: boolean;
  /** A parameter of the function that was started: its callers give what they like. */
  readonly given: boolean;
  /** The read that it was made for, and in how many frames. */
  readonly read?: IndeterminateRead & { readonly depth: number };
  /** The call that it is the result of: of its name the nth, from 1. */
  readonly call?: { readonly name: string; readonly nth: number };
}

/** A branch that rested on choices and went one way. */
export interface Constraint {
  readonly term: Term;
  readonly truth: boolean;
  readonly location: Location;
  /** The run had no reason to go one way rather than the other. */
  readonly indifferent?: boolean;
}

export const USER_ADDRESS = 0x7f00_0000_0000n;

export function valueOfPreset(preset: Preset, objectAddress: bigint): bigint {
  switch (preset.kind) {
    case "number":
      return preset.value;
    case "null":
      return 0n;
    case "object":
      return objectAddress;
    case "error":
      return BigInt.asUintN(64, BigInt(preset.errno));
    case "same":
    case "page":
      return objectAddress;
  }
}

/** A value as assumptions tell it and scenarios take it. */
export function presetText(preset: Preset): string {
  switch (preset.kind) {
    case "null":
      return "NULL";
    case "object":
      return "a valid pointer";
    case "error":
      return `ERR_PTR(${preset.errno})`;
    case "same":
      return `the same as ${preset.as.replace(/^\w+ [^:]*:([^:]*):.*$/, "$1")}`;
    case "page":
      return `page p${preset.index}`;
    case "number":
      return preset.value >= 65536n ? `0x${preset.value.toString(16)}` : String(preset.value);
  }
}
