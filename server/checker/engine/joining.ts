/**
 * Makes one state of two that hold the same pages in the same places: what they agree on stays, numbers that differ
 * become symbols that stand for either, as far as possible tied to each other as both states tie them (constant
 * distances and sums, orders). Knows no control flow and no APIs.
 */
import {
  add,
  everySymbol,
  isConstant,
  type Linear,
  type SymbolId,
  sameLinear,
  someSymbol,
  subtract,
  symbolOf,
  zero,
} from "./linear.ts";
import type { Constraints } from "./solver.ts";
import {
  type FailedAttempt,
  type Holder,
  type Holding,
  isClaimed,
  type ReleasedRecord,
  type Slot,
  type State,
} from "./state.ts";
import type { ObjectId, SymbolInfo, Tables, Value } from "./values.ts";

/** How many differing numbers keep what is known of their order. */
const orderBudget = 3;
/** How many other numbers each of them is compared with. */
const companionBudget = 1;
/** Arrays and pages whose claims ended that a joined state keeps on the books. */
const endedKept = 6;

/** A number that is `left` in one state and `right` in the other, and the one that stands for both. */
export interface Pair {
  readonly left: Linear;
  readonly right: Linear;
  readonly now: Linear;
}

/** Numbers, values and places of two states made one; equal pairs become the same symbol. */
class Unifier {
  readonly pairs: Pair[] = [];
  losesAddresses = false;
  private readonly tables: Tables;

  private readonly coarsely: boolean;

  constructor(tables: Tables, coarsely: boolean) {
    this.tables = tables;
    this.coarsely = coarsely;
  }

  number(left: Linear, right: Linear): Linear {
    if (sameLinear(left, right)) return left;
    if (this.coarsely) return this.tables.fresh("loop");
    for (const pair of this.pairs) {
      const distance = subtract(left, pair.left);
      if (distance.terms.length <= 1 && sameLinear(distance, subtract(right, pair.right)))
        return add(pair.now, distance);
      const sum = add(left, pair.left);
      if (sum.terms.length <= 1 && sameLinear(sum, add(right, pair.right))) return subtract(sum, pair.now);
    }
    const now = this.tables.fresh("loop", () => [], this.common(left, right));
    this.pairs.push({ left, right, now });
    return now;
  }

  /** What is said of two plain symbols alike. */
  private common(left: Linear, right: Linear): Partial<SymbolInfo> {
    const one = this.plainSymbol(left);
    const other = this.plainSymbol(right);
    if (one === undefined || other === undefined) return {};
    const slot = this.slot(one.slot, other.slot);
    const sameCall = one.call !== undefined && one.call.location.start === other.call?.location.start;
    return {
      ...(one.origin === other.origin && { origin: one.origin }),
      ...(sameCall && one.call !== undefined && { call: one.call }),
      ...(slot !== null && { slot }),
    };
  }

  private plainSymbol({ constant, terms }: Linear): SymbolInfo | undefined {
    const [term] = terms;
    return constant === 0 && terms.length === 1 && term?.[1] === 1 ? this.tables.symbol(term[0]) : undefined;
  }

  private slot(left: Slot | undefined, right: Slot | undefined): Slot | null {
    if (left === undefined || right === undefined) return null;
    if (left.object !== right.object || left.path !== right.path) return null;
    return { ...left, index: this.number(left.index, right.index) };
  }

  value(left: Value, right: Value): Value {
    if (left.kind === "number" && right.kind === "number") {
      const value = this.number(left.value, right.value);
      return value === left.value ? left : { kind: "number", value };
    }
    if (left.kind === "pointer" && right.kind === "pointer" && left.path === right.path) {
      const object = this.object(left.object, right.object);
      if (object !== null) {
        const index = this.number(left.index, right.index);
        return object === left.object && index === left.index ? left : { ...left, object, index };
      }
    }
    if (left.kind === "function" && right.kind === "function" && left.name === right.name) return left;
    if (left.kind === "flags" && right.kind === "flags") {
      const names = left.names.filter((name) => right.names.includes(name));
      const exact =
        left.exact && right.exact && names.length === Math.max(left.names.length, right.names.length);
      return exact ? left : { kind: "flags", names, exact: false };
    }
    this.losesAddresses ||= left.kind === "pointer" || right.kind === "pointer";
    return { kind: "number", value: this.tables.fresh("loop") };
  }

  /** The object that stands for both: what a symbol points to, where the symbols are made one. */
  object(left: ObjectId, right: ObjectId): ObjectId | null {
    if (left === right) return left;
    const one = this.tables.object(left);
    const other = this.tables.object(right);
    if (one?.kind !== "pointee" || other?.kind !== "pointee") return null;
    const now = this.number(symbolOf(one.symbol), symbolOf(other.symbol));
    const [term] = now.terms;
    return now.constant === 0 && now.terms.length === 1 && term?.[1] === 1
      ? this.tables.pointee(term[0])
      : null;
  }

  holder(left: Holder, right: Holder): Holder | null {
    const object = this.object(left.object, right.object);
    if (object === null) return null;
    if (left.kind === "value" && right.kind === "value")
      return { kind: "value", object, count: this.number(left.count, right.count) };
    if (left.kind !== "slots" || right.kind !== "slots" || left.path !== right.path) return null;
    const low = this.number(left.low, right.low);
    return { kind: "slots", object, path: left.path, low, end: this.number(left.end, right.end) };
  }
}

/** A state that stands for two, and what it calls numbers that differ. */
export interface Joined {
  readonly state: State;
  readonly pairs: readonly Pair[];
  /** Whether some cell held an address in both states and nothing certain is known of it now. */
  readonly losesAddresses: boolean;
}

/**
 * The state that stands for both; null when their holdings do not correspond. `coarsely`: numbers that differ are not
 * known at all any more, so that states which go on growing come to an end.
 */
export function join(left: State, right: State, tables: Tables, coarsely = false): Joined | null {
  const unifier = new Unifier(tables, coarsely);
  // Holdings first: the numbers in them are the ones that other numbers are told by.
  const holdings: Holding[] = [];
  const claimed = right.holdings.filter(isClaimed);
  for (const [index, one] of left.holdings.filter(isClaimed).entries()) {
    const other = claimed[index];
    const holder = other === undefined ? null : unifier.holder(one.holder, other.holder);
    if (other === undefined || holder === null) return null;
    holdings.push({ ...one, holder, records: [...new Set([...one.records, ...other.records])] });
  }
  let { memory } = left;
  memory = memory.filter(({ key }) => right.memory.has(key));
  const { cells, contents } = memory;
  for (let index = 0; index < cells.length; index++) {
    const cell = cells[index];
    const value = contents[index];
    const other = cell === undefined ? undefined : right.memory.get(cell.key);
    if (cell === undefined || value === undefined || other === undefined) continue;
    const joined = unifier.value(value, other);
    if (joined !== value) memory = memory.with(cell.key, joined);
  }
  const bounds = holdings.flatMap(({ holder }) => (holder.kind === "slots" ? [holder.low, holder.end] : []));
  const state: State = {
    memory,
    holdings: [...holdings, ...joinEnded(left, right, unifier)],
    released: joinReleased(left.released, right.released, unifier),
    failed: joinFailed(left.failed, right.failed, unifier),
    givenBack: left.givenBack.filter((one) => right.givenBack.includes(one)),
    slotOf: joinSlots(left.slotOf, right.slotOf),
    freed: new Set([...left.freed].filter((object) => right.freed.has(object))),
    escaped: new Set([...left.escaped, ...right.escaped]),
    constraints: joinFacts(left, right, unifier.pairs, bounds),
    trail: left.trail,
    route: left.route,
    isJoined: true,
    arrivals: joinArrivals(left, right),
  };
  return { state, pairs: unifier.pairs, losesAddresses: unifier.losesAddresses };
}

/** Pages whose claims ended in either state: what is let go of may be theirs. */
function joinEnded(left: State, right: State, unifier: Unifier): Holding[] {
  const byPlace = new Map<string, Holding>();
  const placeOf = ({ object, ...holder }: Holder): string =>
    `${object}|${holder.kind === "slots" ? holder.path : "*"}`;
  for (const holding of left.holdings) if (!isClaimed(holding)) byPlace.set(placeOf(holding.holder), holding);
  for (const holding of right.holdings) {
    if (isClaimed(holding)) continue;
    const place = placeOf(holding.holder);
    const known = byPlace.get(place);
    const holder = known === undefined ? holding.holder : unifier.holder(known.holder, holding.holder);
    if (holder !== null) byPlace.set(place, { ...(known ?? holding), holder });
  }
  return [...byPlace.values()].slice(0, endedKept);
}

function joinReleased(
  left: readonly ReleasedRecord[],
  right: readonly ReleasedRecord[],
  unifier: Unifier,
): ReleasedRecord[] {
  return left.flatMap((record) => {
    for (const other of right) {
      if (other.acquisition.location.start !== record.acquisition.location.start) continue;
      if (other.holder.kind !== record.holder.kind || other.location.start !== record.location.start)
        continue;
      const holder = unifier.holder(record.holder, other.holder);
      if (holder !== null) return [{ ...record, holder }];
    }
    return [];
  });
}

function joinFailed(
  left: readonly FailedAttempt[],
  right: readonly FailedAttempt[],
  unifier: Unifier,
): FailedAttempt[] {
  return left.flatMap((attempt) => {
    const other = right.find(
      ({ acquisition, path }) =>
        acquisition.location.start === attempt.acquisition.location.start && path === attempt.path,
    );
    const object = other === undefined ? null : unifier.object(attempt.object, other.object);
    return object === null ? [] : [{ ...attempt, object }];
  });
}

function joinSlots(
  left: ReadonlyMap<ObjectId, Slot>,
  right: ReadonlyMap<ObjectId, Slot>,
): ReadonlyMap<ObjectId, Slot> {
  if (left === right) return left;
  return new Map(
    [...left].filter(([object, slot]) => {
      const other = right.get(object);
      return (
        other !== undefined &&
        other.object === slot.object &&
        other.path === slot.path &&
        sameLinear(other.index, slot.index)
      );
    }),
  );
}

/** At each loop head around, the later arrival: what was met there already covers the earlier one. */
function joinArrivals(left: State, right: State): State["arrivals"] {
  if (left.arrivals === right.arrivals) return left.arrivals;
  const arrivals = new Map(left.arrivals);
  for (const [head, arrival] of right.arrivals) {
    const known = arrivals.get(head);
    if (known === undefined || known.count < arrival.count) arrivals.set(head, arrival);
  }
  return arrivals;
}

/** The symbols that facts of a state mention together with a number. */
function companions(value: Linear, constraints: Constraints): Linear[] {
  const own = new Set<SymbolId>(value.terms.map(([symbol]) => symbol));
  const found = new Map<SymbolId, Linear>();
  for (const fact of constraints.inequalities) {
    if (!someSymbol(fact, (symbol) => own.has(symbol))) continue;
    for (const term of fact.terms) {
      const symbol = term[0];
      if (found.size >= companionBudget) return [...found.values()];
      if (!own.has(symbol)) found.set(symbol, symbolOf(symbol));
    }
  }
  return [...found.values()];
}

/** What both states know, of the numbers that stayed and of those that were made one. */
function joinFacts(
  left: State,
  right: State,
  pairs: readonly Pair[],
  bounds: readonly Linear[],
): Constraints {
  let constraints = left.constraints.agreeing(right.constraints, pairs);
  const changed = new Set<SymbolId>(pairs.flatMap(({ now }) => now.terms.map(([symbol]) => symbol)));
  const isFixed = (value: Linear): boolean => everySymbol(value, (symbol) => !changed.has(symbol));
  const learnOrder = (one: Pair, other: Pair): void => {
    const before = subtract(one.left, other.left);
    const after = subtract(one.right, other.right);
    if (!right.constraints.nonNegative(after) || !left.constraints.nonNegative(before)) return;
    const fact = subtract(one.now, other.now);
    const strictly = left.constraints.positive(before) && right.constraints.positive(after);
    const learnt = strictly ? { constant: fact.constant - 1, terms: fact.terms } : fact;
    constraints = constraints.assumeNonNegative(learnt) ?? constraints;
  };
  const fixedBounds = bounds.filter((bound) => isFixed(bound) && !isConstant(bound));
  const ordered = pairs.slice(0, orderBudget);
  for (const pair of ordered) {
    const bases = new Map<string, Linear>();
    for (const base of [
      zero,
      ...fixedBounds,
      ...companions(pair.left, left.constraints),
      ...companions(pair.right, right.constraints),
      ...[pair.left, pair.right].filter((value) => value.terms.length === 1),
    ]) {
      if (isFixed(base)) bases.set(`${base.constant}|${base.terms.join()}`, base);
    }
    for (const base of bases.values()) {
      const same: Pair = { left: base, right: base, now: base };
      learnOrder(pair, same);
      learnOrder(same, pair);
    }
    for (const other of ordered) if (other !== pair) learnOrder(pair, other);
  }
  return constraints;
}
