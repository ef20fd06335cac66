/**
 * Obligations that change hands without a release: handed over, recorded, weakened, moved between slot and value.
 * Knows no APIs.
 */
import { acquireSlots, findValue } from "./holdings.ts";
import { cut, disjoint, sameArray } from "./intervals.ts";
import { addConstant, isConstant, type Linear, one, sameLinear } from "./linear.ts";
import type { Holding, Slot, State } from "./state.ts";
import { forgetUnwritten } from "./unwritten.ts";
import type { ObjectId, Tables } from "./values.ts";

/** Ends the claim on slots `[low, end)` without a release: somebody else owns them now. */
export function handOverSlots(state: State, object: ObjectId, path: string, low: Linear, end: Linear): State {
  const holdings: Holding[] = [];
  let changed = false;
  for (const holding of state.holdings) {
    const { holder } = holding;
    if (!sameArray(holder, object, path) || disjoint(holder, low, end, state)) {
      holdings.push(holding);
      continue;
    }
    changed = true;
    for (const part of cut(holder, low, end, state)) holdings.push({ ...holding, holder: part });
  }
  return changed ? forgetUnwritten({ ...state, holdings }, object) : state;
}

/** Ends the claim on a page got as a value, or on the slot it was read from. */
export function handOverValue(state: State, object: ObjectId, slot: Slot | null): State {
  const index = findValue(state, object);
  if (state.holdings[index]?.acquisition.contents === true) {
    return { ...state, holdings: state.holdings.filter(({ holder }) => holder.object !== object) };
  }
  if (index >= 0) return { ...state, holdings: state.holdings.filter((_, position) => position !== index) };
  if (slot === null) return state;
  return handOverSlots(state, slot.object, slot.path, slot.index, addConstant(slot.index, 1));
}

/** Keeps holdings of an array on the books, so that releases still match, but claims no leak of them any more. */
export function weakenArray(state: State, object: ObjectId, cause: string): State {
  let changed = false;
  const holdings = state.holdings.map((holding) => {
    if (holding.holder.object !== object || holding.weakened !== null) return holding;
    changed = true;
    return { ...holding, weakened: cause };
  });
  return changed ? forgetUnwritten({ ...state, holdings }, object) : state;
}

/** Notes that a container names the pages of an array or value too. */
export function recordIn(state: State, object: ObjectId, container: ObjectId): State {
  const holdings = state.holdings.map((holding) =>
    holding.holder.object === object && !holding.records.includes(container)
      ? { ...holding, records: [...holding.records, container] }
      : holding,
  );
  return { ...state, holdings };
}

export function forgetRecord(state: State, container: ObjectId): State {
  if (!state.holdings.some((holding) => holding.records.includes(container))) return state;
  const holdings = state.holdings.map((holding) => ({
    ...holding,
    records: holding.records.filter((record) => record !== container),
  }));
  return { ...state, holdings };
}

/** A page got as a value is stored in an array's slot: from now on the slot holds it. */
export function moveToSlot(tables: Tables, state: State, page: ObjectId, slot: Slot): State {
  const index = findValue(state, page);
  const holding = state.holdings[index];
  if (holding === undefined || holding.holder.kind !== "value" || !sameLinear(holding.holder.count, one))
    return state;
  const without = { ...state, holdings: state.holdings.filter((_, position) => position !== index) };
  const { state: moved } = acquireSlots(
    tables,
    without,
    slot.object,
    slot.path,
    slot.index,
    addConstant(slot.index, 1),
    holding.acquisition,
  );
  const slotOf = new Map(moved.slotOf);
  slotOf.set(page, slot);
  return { ...moved, slotOf };
}

/**
 * The page in a one-slot array (`&page`) goes on as a value: it is returned, or stored somewhere else. Arrays with
 * more slots keep their intervals.
 */
export function moveToValue(state: State, page: ObjectId, slot: Slot): State {
  if (!isConstant(slot.index) || slot.index.constant !== 0) return state;
  const index = state.holdings.findIndex(
    ({ holder }) =>
      sameArray(holder, slot.object, slot.path) &&
      state.constraints.isZero(holder.low) &&
      state.constraints.isZero(addConstant(holder.end, -1)),
  );
  const holding = state.holdings[index];
  if (holding === undefined) return state;
  const holdings = [...state.holdings];
  holdings[index] = { ...holding, holder: { kind: "value", object: page, count: one } };
  return forgetUnwritten({ ...state, holdings }, slot.object);
}
