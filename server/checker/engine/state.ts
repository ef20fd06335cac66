/**
 * One path's state: memory, what is known of the integers, what is held, and how it came to be.
 * Immutable from outside: every change makes a new state. Knows neither C nor the catalogue.
 */

import type { Location } from "@pinscope/grammars/ir";
import type { Family, Unit } from "@pinscope/simulator/catalogue";
import type { PathStep } from "../types.ts";
import type { Linear } from "./linear.ts";
import type { Memory } from "./memory.ts";
import { Constraints } from "./solver.ts";
import type { ObjectId, Tables, Value } from "./values.ts";

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
  /** A page that was there before was found, and referenced. */
  readonly lookedUp: boolean;
  /** A leak of it is claimed; releases are followed for all. */
  readonly claimable: boolean;
  /** In this kernel version such pins were plain references. */
  readonly placeholder: boolean;
  /** The call returns bytes, not pages. */
  readonly bytes: boolean;
  /** Of a result in bytes: one past the last slot that may be filled, and the result, which need not fill them all. */
  readonly most: { readonly end: Linear; readonly result: Linear } | null;
  /** The pages are in a container: who holds it as a value holds them all. */
  readonly contents: boolean;
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

/** Why no leak is claimed of a page that a record names which was there before: its release is still looked at. */
export const inRecord = "stored in a record";

/** Whether anything may still be claimed of what is held; else it stays only so that releases find it. */
export function isClaimed({ weakened }: Pick<Holding, "weakened">): boolean {
  return weakened === null || weakened === inRecord;
}

/** Whether nothing has been taken on the path that a release could meet. */
export function isIdle({ holdings, failed, released }: State): boolean {
  return holdings.length === 0 && failed.length === 0 && released.length === 0;
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

/**
 * Pages from outside that were let go of: nobody knows how many holds of theirs there are, but the same release right
 * after is one too many.
 */
export interface GivenBack {
  readonly family: Family;
  readonly holder: Holder;
  readonly location: Location;
}

/** A path as a list that shares its beginning with other paths. */
export interface Trail {
  readonly step: PathStep;
  readonly before: Trail | null;
  readonly length: number;
}

/** The edges of a path, in all frames, as a list that shares its beginning with other paths. */
export interface Route {
  readonly frame: number;
  readonly edge: number;
  /** It leaves a loop that was applied at once. */
  readonly afterLoop?: true;
  readonly before: Route | null;
  readonly length: number;
}

export interface State {
  readonly memory: Memory;
  readonly constraints: Constraints;
  readonly holdings: readonly Holding[];
  readonly released: readonly ReleasedRecord[];
  readonly failed: readonly FailedAttempt[];
  /** Since the last call that may take them again, and since the last turn of a loop began. */
  readonly givenBack: readonly GivenBack[];
  /** Slots that pages got as values were stored in, by the page's object. */
  readonly slotOf: ReadonlyMap<ObjectId, Slot>;
  readonly freed: ReadonlySet<ObjectId>;
  /** Objects that something outside may now reach. */
  readonly escaped: ReadonlySet<ObjectId>;
  readonly trail: Trail | null;
  /** Every edge taken so far. */
  readonly route: Route | null;
  /** Whether it stands for several paths, of which `trail` and `route` are one. */
  readonly isJoined: boolean;
  /** State at the previous arrival at a loop head, by frame and head. */
  readonly arrivals: ReadonlyMap<string, { readonly count: number; readonly state: State }>;
}

/** The state of a path on which nothing has happened yet. */
export function initialState(tables: Tables): State {
  return {
    memory: tables.emptyMemory,
    constraints: new Constraints(tables.definitionsOf),
    holdings: [],
    released: [],
    failed: [],
    givenBack: [],
    slotOf: new Map(),
    freed: new Set(),
    escaped: new Set(),
    trail: null,
    route: null,
    isJoined: false,
    arrivals: new Map(),
  };
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
  const memory = value === null ? state.memory.without(key) : state.memory.with(key, value);
  return memory === state.memory ? state : { ...state, memory };
}

/** Forgets every cell of `object` whose path begins with `prefix`. */
export function forgetCells(state: State, object: ObjectId, prefix: string): State {
  const start = cellKey(object, prefix);
  const memory = state.memory.filter(
    (cell) => cell.object !== object || (prefix !== "" && !cell.key.startsWith(start)),
  );
  return memory === state.memory ? state : { ...state, memory };
}
