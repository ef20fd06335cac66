/**
 * What a run was started in: the user's memory, and every value that it chose for what the code leaves open. With these
 * as its scenario a run makes no choice of its own; compiled, the same function can be started in the same state.
 * Runs nothing.
 */
import { addressIn, type CType, type Machine, type Place } from "@pinscope/grammars/ir";
import type { Page } from "@pinscope/simulator/kernel";
import type { Choice } from "./choices.ts";
import type { Run } from "./run.ts";
import type { IterKind } from "./scenario.ts";
import type { PageState } from "./types.ts";
import { type GivenPage, type Mapping, PAGE_SIZE, stateOf } from "./world.ts";

/** Part of a place in memory: a field of a record, or an element of an array. */
export type Step =
  | { readonly kind: "field"; readonly record: string; readonly name: string }
  | { readonly kind: "element"; readonly index: number };

/** Where a value stood that the code read and nobody had written. */
export type Origin =
  | { readonly kind: "parameter"; readonly name: string }
  /** In an object that another value points to: `index` elements of the type behind its start, then the steps. */
  | {
      readonly kind: "object";
      readonly object: number;
      readonly type: CType;
      readonly index: number;
      readonly steps: readonly Step[];
    }
  | { readonly kind: "global"; readonly name: string; readonly steps: readonly Step[] }
  /** The nth call of a function, from 1. */
  | { readonly kind: "call"; readonly name: string; readonly nth: number }
  | { readonly kind: "unknown" };

/** What a pointer was given. */
export type Pointed =
  | { readonly kind: "object"; readonly object: number; readonly offset: number }
  /** A page, by the user address at which it is mapped; null where it is not. */
  | { readonly kind: "page"; readonly address: number | null }
  | { readonly kind: "string" | "function" | "nothing" };

export interface InitialValue {
  /** As a scenario's `set` names it. */
  readonly what: string;
  /** Of the values with this name, from 1. */
  readonly nth: number;
  readonly type: CType;
  readonly choice: Choice;
  readonly origin: Origin;
  /** Of pointers that point somewhere. */
  readonly pointed: Pointed | null;
}

export interface InitialState {
  readonly values: readonly InitialValue[];
  readonly mappings: readonly Mapping[];
  /** Pages that the function was given: where they are mapped, and how somebody outside holds them. */
  readonly given: readonly Omit<GivenPage, "page">[];
  /** Iterators that it was given. */
  readonly iterators: readonly {
    readonly object: number;
    readonly offset: number;
    readonly kind: IterKind;
    readonly start: number;
    readonly length: number;
  }[];
  /** Slots of arrays that were read as holding a given page. */
  readonly slots: readonly { readonly origin: Origin; readonly page: number | null }[];
  /** Reads of the function's own memory before it wrote there. */
  readonly unfilled: readonly string[];
}

export interface MappedPage {
  readonly address: number;
  /** Null where nothing is mapped. */
  readonly state: PageState | null;
}

/** What became of the user's memory: the pages of all mappings and those that were given, in order. */
export function userMemory({ world }: Run): readonly MappedPage[] {
  const addresses = world.mappings.flatMap(({ address, pages }) =>
    Array.from({ length: pages }, (_, index) => address + index * PAGE_SIZE),
  );
  return [...addresses, ...world.given.map(({ address }) => address)].map((address) => {
    const { page } = world.kernel.walk(world.mm, address);
    return { address, state: page === null ? null : stateOf(page) };
  });
}

/** The state that a finished run was started in. */
export function initialState(run: Run): InitialState {
  const { machine, world } = run;
  const counts = new Map<string, number>();
  const addresses = new Map<Page, number>();
  for (const { page, address } of world.given) addresses.set(page, address);
  const unfilled: string[] = [];
  const values = [...run.choices.all.values()].map((choice): InitialValue => {
    const nth = (counts.get(choice.what) ?? 0) + 1;
    counts.set(choice.what, nth);
    const origin = originOf(run, choice);
    if (origin.kind === "unknown") unfilled.push(choice.what);
    return { what: choice.what, nth, type: choice.type, choice, origin, pointed: pointedTo(choice) };
  });

  function pointedTo({ preset, value }: Choice): Pointed | null {
    if (preset.kind === "null" || preset.kind === "error") return null;
    const page = world.pageAt(value);
    if (page !== null) return { kind: "page", address: addresses.get(page) ?? null };
    const place = machine.memory.locate(value);
    if (place === null) return null;
    const { object, offset } = place;
    if (object.kind === "string" || object.kind === "function") return { kind: object.kind };
    return object.kind === "host" ? { kind: "object", object: object.id, offset } : { kind: "nothing" };
  }

  const slots = world.givenSlots.map(({ address, page }) => ({
    origin: atAddress(machine, address, { kind: "pointer", to: { kind: "void" } }, []),
    page: addresses.get(page) ?? null,
  }));
  const iterators = [...world.madeIters].flatMap(([address, made]) => {
    const place = machine.memory.locate(address);
    return place === null ? [] : [{ object: place.object.id, offset: place.offset, ...made }];
  });
  return {
    values,
    mappings: world.mappings,
    given: world.given.map(({ address, family, found }) => ({ address, family, found })),
    iterators,
    slots,
    unfilled,
  };
}

function originOf(run: Run, { call, read }: Choice): Origin {
  if (call !== undefined) return { kind: "call", ...call };
  if (read === undefined) return { kind: "unknown" };
  const { source, address } = read;
  if (source.kind === "variable") {
    const { function: started } = run.input;
    const name = started.variables.find(({ id }) => id === source.id)?.name;
    const isParameter = started.parameters.includes(source.id) && read.depth === 1;
    return isParameter && name !== undefined ? { kind: "parameter", name } : { kind: "unknown" };
  }
  return atPlace(run.machine, source, address, []);
}

/** A place by the records that it goes through; their offsets are this run's, so only names are kept. */
function atPlace(machine: Machine, place: Place, address: bigint, steps: readonly Step[]): Origin {
  const { layouts } = machine;
  switch (place.kind) {
    case "field": {
      const { base, field, type } = place;
      if (base.type.kind !== "record") return { kind: "unknown" };
      const offset = layouts.offsetOf(base.type.tag, field, type);
      const step: Step = { kind: "field", record: base.type.tag, name: field };
      return atPlace(machine, base, address - BigInt(offset), [step, ...steps]);
    }
    case "element": {
      const size = layouts.sizeOf(place.type);
      const start = addressIn(machine, place.base);
      if (start === null || size === 0) return { kind: "unknown" };
      const index = Number(address - start) / size;
      return atPlace(machine, place.base, start, [{ kind: "element", index }, ...steps]);
    }
    case "global":
      return { kind: "global", name: place.name, steps };
    case "deref":
      return atAddress(machine, address, place.type, steps);
    case "variable":
      return { kind: "unknown" };
  }
}

function atAddress(machine: Machine, address: bigint, type: CType, steps: readonly Step[]): Origin {
  const found = machine.memory.locate(address);
  const size = machine.layouts.sizeOf(type);
  if (found === null || found.object.kind !== "host" || size === 0 || found.offset % size !== 0)
    return { kind: "unknown" };
  return { kind: "object", object: found.object.id, type, index: found.offset / size, steps };
}
