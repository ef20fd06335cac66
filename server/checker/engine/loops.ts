/**
 * Makes a loop's states meet: at the second arrival at a loop head, what changed between the arrivals is replaced by
 * symbols that stand for any turn, keeping what both arrivals agree on (constant distances and sums, orders).
 * Knows no APIs.
 */

import { certainlyNone } from "./intervals.ts";
import {
  add,
  addConstant,
  everySymbol,
  isConstant,
  type Linear,
  linearKey,
  type SymbolId,
  someSymbol,
  subtract,
  zero,
} from "./linear.ts";
import type { Constraints } from "./solver.ts";
import type { Holder, Holding, State } from "./state.ts";
import type { ObjectId, Tables, Value } from "./values.ts";

/** How many changed numbers keep what is known of their order. */
const changeBudget = 6;
/** How many other numbers each of them is compared with. */
const companionBudget = 4;

interface Change {
  readonly before: Linear;
  readonly after: Linear;
  readonly now: Linear;
}

/** The numbers in a value that can move from turn to turn. */
function movingPart(value: Value | undefined): Linear | null {
  if (value?.kind === "number") return value.value;
  if (value?.kind === "pointer") return value.index;
  return null;
}

/** Builds the state that stands for every further turn from the states at two arrivals. */
export function generalize(before: State, after: State, turn: number, tables: Tables): State {
  const changes: Change[] = [];
  let { memory } = after;
  const left = after.holdings.filter(({ holder }) => !certainlyNone(holder, after));
  for (const [key, value] of after.memory) {
    const old = before.memory.get(key);
    if (old === undefined) continue;
    const a = movingPart(old);
    const b = movingPart(value);
    if (a === null || b === null || old.kind !== value.kind) {
      if (old.kind !== value.kind) memory = memory.with(key, { kind: "number", value: tables.fresh("loop") });
      continue;
    }
    if (
      value.kind === "pointer" &&
      old.kind === "pointer" &&
      (value.object !== old.object || value.path !== old.path)
    ) {
      continue;
    }
    if (linearKey(a) === linearKey(b)) continue;
    const now = expressChange(a, b, changes, after.constraints) ?? tables.fresh("loop");
    changes.push({ before: a, after: b, now });
    const met: Value = value.kind === "pointer" ? { ...value, index: now } : { kind: "number", value: now };
    memory = memory.with(key, met);
  }
  const holdings = left.map((holding) => generalizeHolding(holding, before, after, changes, tables));
  const released = after.released.map((record) => ({
    ...record,
    holder: generalizeHolder(record.holder, record.holder, changes, tables),
  }));
  const constraints = carryFacts(before, after, turn, changes, holdings, tables);
  return { ...after, memory, holdings, released, constraints };
}

/** A changed number in terms of another change: at a constant distance from it, or of constant sum with it. */
function expressChange(
  before: Linear,
  after: Linear,
  changes: readonly Change[],
  constraints: Constraints,
): Linear | null {
  for (const change of changes) {
    const distanceBefore = subtract(before, change.before);
    const distanceAfter = subtract(after, change.after);
    if (constraints.isZero(subtract(distanceBefore, distanceAfter))) return add(change.now, distanceBefore);
    const sumBefore = add(before, change.before);
    const sumAfter = add(after, change.after);
    if (constraints.isZero(subtract(sumBefore, sumAfter))) return subtract(sumBefore, change.now);
  }
  return null;
}

function generalizeBound(before: Linear, after: Linear, changes: readonly Change[], tables: Tables): Linear {
  if (linearKey(before) === linearKey(after)) return after;
  for (const change of changes) {
    const distance = subtract(after, change.after);
    if (linearKey(distance) === linearKey(subtract(before, change.before))) return add(change.now, distance);
    const sum = add(after, change.after);
    if (linearKey(sum) === linearKey(add(before, change.before))) return subtract(sum, change.now);
  }
  return tables.fresh("loop");
}

function generalizeHolding(
  holding: Holding,
  before: State,
  after: State,
  changes: readonly Change[],
  tables: Tables,
): Holding {
  const { holder } = holding;
  if (holder.kind !== "slots") return holding;
  const earlier = before.holdings.find(
    (candidate) =>
      candidate.holder.kind === "slots" &&
      candidate.holder.object === holder.object &&
      candidate.holder.path === holder.path &&
      candidate.acquisition.location.start === holding.acquisition.location.start,
  )?.holder;
  if (earlier !== undefined)
    return { ...holding, holder: generalizeHolder(earlier, holder, changes, tables) };
  // What this turn allocated, the next one allocates anew: its slots do not grow with the turns.
  if (tables.object(holder.object)?.kind === "heap" && !isKnown(holder.object, before)) return holding;
  // Held since this turn: before it the interval was empty, at the end that moves.
  for (const end of ["end", "low"] as const) {
    const moving = holder[end];
    const fixed = end === "end" ? holder.low : holder.end;
    for (const change of changes) {
      const distance = subtract(moving, change.after);
      if (!isConstant(distance) && !after.constraints.isZero(distance)) continue;
      if (!before.constraints.isZero(subtract(add(change.before, distance), fixed))) continue;
      return { ...holding, holder: { ...holder, [end]: add(change.now, distance) } };
    }
  }
  return holding;
}

function isKnown(object: ObjectId, { memory, escaped }: State): boolean {
  if (escaped.has(object)) return true;
  for (let index = 0; index < memory.size; index++) {
    const value = memory.contents[index];
    if (memory.cells[index]?.object === object || (value?.kind === "pointer" && value.object === object))
      return true;
  }
  return false;
}

function generalizeHolder(before: Holder, after: Holder, changes: readonly Change[], tables: Tables): Holder {
  if (before.kind !== "slots" || after.kind !== "slots") return after;
  return {
    ...after,
    low: generalizeBound(before.low, after.low, changes, tables),
    end: generalizeBound(before.end, after.end, changes, tables),
  };
}

/** Symbols that some fact mentions together with a changed number: bounds of the loop, mostly. */
function companions(change: Change, after: State, tables: Tables): Linear[] {
  const own = new Set<SymbolId>([...change.after.terms, ...change.before.terms].map(([symbol]) => symbol));
  const found = new Map<SymbolId, Linear>();
  // What the number has come to may be a bound itself.
  for (const [symbol] of change.after.terms) {
    const origin = tables.symbol(symbol)?.origin;
    if (origin === "memory" || origin === "term") found.set(symbol, { constant: 0, terms: [[symbol, 1]] });
  }
  for (const fact of after.constraints.inequalities) {
    if (found.size >= companionBudget || !someSymbol(fact, (symbol) => own.has(symbol))) continue;
    for (const { 0: symbol } of fact.terms)
      if (!own.has(symbol)) found.set(symbol, { constant: 0, terms: [[symbol, 1]] });
  }
  return [...found.values()];
}

/** What both arrivals know of the changed numbers, said of the symbols that replace them. */
function carryFacts(
  before: State,
  after: State,
  turn: number,
  changes: readonly Change[],
  holdings: readonly Holding[],
  tables: Tables,
): Constraints {
  let { constraints } = after;
  const changing = new Set<SymbolId>(changes.flatMap((change) => change.now.terms.map(([symbol]) => symbol)));
  const isFixed = (base: Linear): boolean => everySymbol(base, (symbol) => !changing.has(symbol));
  const bounds = holdings.flatMap(({ holder }) => (holder.kind === "slots" ? [holder.low, holder.end] : []));
  // The state before the first turn is walked on its own: only from the second turn on must facts hold before, too.
  const lasts = (earlier: Linear, later: Linear): boolean =>
    after.constraints.nonNegative(later) && (turn === 1 || before.constraints.nonNegative(earlier));
  const learnOrder = (left: Pick<Change, "before" | "after" | "now">, right: typeof left): void => {
    const earlier = subtract(left.before, right.before);
    const later = subtract(left.after, right.after);
    const fact = subtract(left.now, right.now);
    if (!lasts(earlier, later)) return;
    const strictly = lasts(addConstant(earlier, -1), addConstant(later, -1));
    constraints = constraints.assumeNonNegative(strictly ? addConstant(fact, -1) : fact) ?? constraints;
  };
  for (const change of changes.slice(0, changeBudget)) {
    for (const base of [zero, ...bounds.filter(isFixed), ...companions(change, after, tables)]) {
      const same = { before: base, after: base, now: base };
      learnOrder(change, same);
      learnOrder(same, change);
    }
    for (const other of changes.slice(0, changeBudget)) if (other !== change) learnOrder(change, other);
  }
  // An interval of slots is never turned round.
  for (const holding of holdings) {
    if (holding.holder.kind !== "slots") continue;
    const length = subtract(holding.holder.end, holding.holder.low);
    if (!someSymbol(length, (symbol) => changing.has(symbol))) continue;
    constraints = constraints.assumeNonNegative(length) ?? constraints;
  }
  return constraints;
}
