/**
 * One path's state: memory, what is known of the integers, what is held, and how it came to be.
 * Immutable from outside: every change makes a new state. Knows neither C nor the catalogue.
 */

import type { Location } from "@pinscope/grammars/ir";
import type { Family, Unit } from "@pinscope/simulator/catalogue";
import type { PathStep } from "../types.ts";
import { type Linear, linearKey, type SymbolId } from "./linear.ts";
import type { Constraints } from "./solver.ts";
import { type ObjectId, objectKey, type Tables, type Value, valueKey } from "./values.ts";

/** Pages held: slots of an array, or `count` on one page. */
export type Holder =
  | {
      readonly kind: "slots";
      readonly object: ObjectId;
      readonly path: string;
      readonly low: Linear;
      readonly end: Linear;
    }
  | { readonly kind: "value"; readonly object: ObjectId; readonly count: Linear };

/** An acquisition, as written in the program. */
export interface Acquisition {
  readonly api: string;
  readonly family: Family;
  readonly unit: Unit;
  readonly location: Location;
  /** Function the call stands in, and its call depth. */
  readonly functionName: string;
  readonly nesting: number;
  /** What the call returned: fewer than asked, all, unknown which. */
  readonly outcome: string;
  readonly releaseWith: readonly string[];
  /** A leak of it is claimed; releases are followed for all. */
  readonly claimable: boolean;
  /** In this kernel version such pins were plain references. */
  readonly placeholder: boolean;
  /** The call returns bytes, not pages. */
  readonly bytes: boolean;
  /** Position of the argument that says how many were asked for. */
  readonly asked: number | null;
}

/** An obligation: somebody has to let these pages go. */
export interface Holding {
  readonly acquisition: Acquisition;
  readonly holder: Holder;
  /** Why no leak is claimed of it any more (it was handed on), if so. */
  readonly weakened: string | null;
  /** Containers that name the pages too (a scatterlist built from the array). */
  readonly records: readonly ObjectId[];
}

/** An acquisition that returned an error: nothing of it is held. */
export interface FailedAttempt {
  readonly acquisition: Acquisition;
  readonly object: ObjectId;
  readonly path: string;
}

/** Where a page that was got as a value has been put since. */
export interface Slot {
  readonly object: ObjectId;
  readonly path: string;
  readonly index: Linear;
}

/** A release that has happened, to tell a second one from one of pages never seen. */
export interface ReleasedRecord {
  readonly acquisition: Acquisition;
  readonly holder: Holder;
  readonly location: Location;
}

/** A path as a list that shares its beginning with other paths. */
export interface Trail {
  readonly step: PathStep;
  readonly before: Trail | null;
  readonly length: number;
}

export interface State {
  readonly memory: ReadonlyMap<string, Value>;
  readonly constraints: Constraints;
  readonly holdings: readonly Holding[];
  readonly released: readonly ReleasedRecord[];
  readonly failed: readonly FailedAttempt[];
  /** Slots that pages got as values were stored in, by the page's object. */
  readonly slotOf: ReadonlyMap<ObjectId, Slot>;
  readonly freed: ReadonlySet<ObjectId>;
  /** Objects that something outside may now reach. */
  readonly escaped: ReadonlySet<ObjectId>;
  readonly trail: Trail | null;
  /** State at the previous arrival at a loop head, by frame and head. */
  readonly arrivals: ReadonlyMap<string, { readonly count: number; readonly state: State }>;
}

export function withStep(state: State, step: PathStep): State {
  return { ...state, trail: { step, before: state.trail, length: (state.trail?.length ?? 0) + 1 } };
}

export function trailSteps(trail: Trail | null): PathStep[] {
  const steps: PathStep[] = [];
  for (let node = trail; node !== null; node = node.before) steps.push(node.step);
  return steps.reverse();
}

/** A cell's key: everything inside `object` begins with `${object}|`. */
export function cellKey(object: ObjectId, path: string): string {
  return `${object}|${path}`;
}

export function objectOfCell(key: string): ObjectId {
  return Number(key.slice(0, key.indexOf("|")));
}

export function withCell(state: State, key: string, value: Value | null): State {
  const memory = new Map(state.memory);
  if (value === null) memory.delete(key);
  else memory.set(key, value);
  return { ...state, memory };
}

/** Forgets every cell of `object` whose path begins with `prefix`. */
export function forgetCells(state: State, object: ObjectId, prefix: string): State {
  const start = cellKey(object, prefix);
  let memory: Map<string, Value> | null = null;
  for (const key of state.memory.keys()) {
    if (!key.startsWith(start)) continue;
    memory ??= new Map(state.memory);
    memory.delete(key);
  }
  return memory === null ? state : { ...state, memory };
}

function holderKey(holder: Holder, tables: Tables, rename: (symbol: SymbolId) => number): string {
  const object = objectKey(holder.object, tables, rename);
  return holder.kind === "slots"
    ? `${object}${holder.path}[${linearKey(holder.low, rename)},${linearKey(holder.end, rename)})`
    : `${object}×${linearKey(holder.count, rename)}`;
}

/** What is held, without numbers: two states that agree in it differ only in detail. */
export function holdingsShape(state: State): string {
  return state.holdings
    .map(
      (holding) =>
        `${holding.acquisition.location.start}:${holding.acquisition.outcome}:${holding.weakened ?? ""}`,
    )
    .sort()
    .join(",");
}

/** A key equal for states that no later step can tell apart (symbols are renamed in order of appearance). */
export function stateKey(state: State, tables: Tables): string {
  const names = new Map<SymbolId, number>();
  const rename = (symbol: SymbolId): number => {
    const known = names.get(symbol);
    if (known !== undefined) return known;
    names.set(symbol, names.size);
    return names.size - 1;
  };
  const parts: string[] = [];
  // Cells of pointees come last: their objects are named by symbols that other cells mention first.
  const cells = [...state.memory.keys()].sort(byObject(tables));
  for (const key of cells) {
    const value = state.memory.get(key);
    if (value === undefined) continue;
    const object = objectOfCell(key);
    parts.push(
      `${objectKey(object, tables, rename)}${key.slice(key.indexOf("|"))}=${valueKey(value, tables, rename)}`,
    );
  }
  for (const holding of state.holdings) {
    parts.push(
      `H${holding.acquisition.location.start}${holding.acquisition.outcome}${holding.weakened ?? ""}${holderKey(holding.holder, tables, rename)}`,
    );
  }
  for (const record of state.released) {
    parts.push(`R${record.acquisition.location.start}${holderKey(record.holder, tables, rename)}`);
  }
  for (const attempt of state.failed) {
    parts.push(
      `F${attempt.acquisition.location.start}${objectKey(attempt.object, tables, rename)}${attempt.path}`,
    );
  }
  parts.push(
    [...state.freed]
      .map((object) => objectKey(object, tables, rename))
      .sort()
      .join(","),
  );
  parts.push(
    [...state.escaped]
      .map((object) => objectKey(object, tables, rename))
      .sort()
      .join(","),
  );
  parts.push(
    state.constraints.inequalities
      .map((value) => linearKey(value, rename))
      .sort()
      .join(","),
  );
  parts.push(
    state.constraints.disequalities
      .map((value) => linearKey(value, rename))
      .sort()
      .join(","),
  );
  return parts.join(";");
}

function byObject(tables: Tables): (left: string, right: string) => number {
  const rank = (key: string): number => (tables.object(objectOfCell(key))?.kind === "pointee" ? 1 : 0);
  return (left, right) => rank(left) - rank(right) || (left < right ? -1 : left > right ? 1 : 0);
}
