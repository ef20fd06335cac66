/**
 * Writes to memory, and what they mean for pages: a page moves into a slot, leaves one, or the last pointer to its
 * array is lost. Knows no calls.
 */

import type { Expression, Location, Operation, Place } from "@pinscope/grammars/ir";
import type { PathStep } from "../types.ts";
import type { Activation } from "./activation.ts";
import { cellPath, type Environment } from "./addresses.ts";
import type { Context } from "./context.ts";
import { placeAddress } from "./evaluate.ts";
import { certainlySome } from "./intervals.ts";
import { addConstant, isConstant } from "./linear.ts";
import { pageOf } from "./locate.ts";
import { handOverSlots, handOverValue, moveToSlot, moveToValue, weakenArray } from "./moving.ts";
import { cellKey, forgetCells, inRecord, objectOfCell, type State, withCell, withStep } from "./state.ts";
import { forgetUnwritten } from "./unwritten.ts";
import type { Tables, Value } from "./values.ts";

export function isRecordCopy(value: Expression): boolean {
  return value.type.kind === "record";
}

export function copyRecord(
  operation: Extract<Operation, { kind: "assign" }>,
  state: State,
  env: Environment,
): State {
  const target = placeAddress(operation.target, state, env);
  const to = cellKey(target.object, cellPath(target));
  let current = forgetUnwritten(forgetCells(state, target.object, cellPath(target)), target.object);
  const source = operation.value;
  if (source.kind !== "load") return current;
  const address = placeAddress(source.place, state, env);
  const from = cellKey(address.object, cellPath(address));
  for (const [key, value] of state.memory) {
    if (key.startsWith(from)) current = withCell(current, to + key.slice(from.length), value);
  }
  return current;
}

/** The last pointer to an array that holds pages gets another value: nobody can let them go any more. */
function loseArray(
  key: string,
  value: Value,
  location: Location,
  state: State,
  activation: Activation,
  context: Context,
): State {
  const old = state.memory.get(key);
  if (old?.kind !== "pointer" || (value.kind === "pointer" && value.object === old.object)) return state;
  if (context.tables.object(old.object)?.kind !== "heap" || state.escaped.has(old.object)) return state;
  const holding = state.holdings.find(
    ({ holder, weakened, records, acquisition }) =>
      holder.kind === "slots" &&
      holder.object === old.object &&
      weakened === null &&
      records.length === 0 &&
      acquisition.claimable,
  );
  if (holding === undefined || !certainlySome(holding.holder, state)) return state;
  const liveTemporaries = [...state.memory].some(
    ([other, kept]) =>
      other !== key &&
      kept.kind === "pointer" &&
      kept.object === old.object &&
      !isTemporary(other, activation, context),
  );
  if (liveTemporaries) return state;
  context.claim({
    problem: { kind: "overwritten", holding },
    state,
    location,
    rootLocation: activation.rootCall ?? location,
    nesting: activation.nesting,
  });
  return { ...state, holdings: state.holdings.filter((other) => other !== holding) };
}

/** Whether a cell is a temporary of the lowering, which nothing reads again. */
function isTemporary(key: string, activation: Activation, context: Context): boolean {
  const info = context.tables.object(objectOfCell(key));
  return (
    info?.kind === "variable" &&
    info.frame === activation.frame &&
    activation.ir.variables[info.variable]?.role === "temporary"
  );
}

/** Whether a place is a slot of an array. */
export function isElement(place: Place): boolean {
  if (place.kind === "element") return true;
  return place.kind === "deref" && place.pointer.kind === "binary";
}

/** Writes a cell. A page put into an array's slot is held there from now on; into another object, it is recorded. */
export function store(
  address: ReturnType<typeof placeAddress>,
  value: Value,
  inArray: boolean,
  location: Location,
  state: State,
  activation: Activation,
  context: Context,
): State {
  const { tables } = context;
  const key = cellKey(address.object, cellPath(address));
  const kept = inArray && state.givenBack.length > 0 ? { ...state, givenBack: [] } : state;
  let current = withCell(loseArray(key, value, location, kept, activation, context), key, value);
  const info = tables.object(address.object);
  const isPlainLocal = info?.kind === "variable" && cellPath(address) === "";
  if (inArray || !isPlainLocal) {
    current = forgetUnwritten(current, address.object);
    if (value.kind === "pointer") current = forgetUnwritten(current, value.object);
  }
  if (isPlainLocal || (value.kind !== "number" && value.kind !== "pointer")) return current;
  if (value.kind === "number" && isConstant(value.value)) return current;
  const page = pageOf(addressedPage(value, tables), state, tables);
  if (page === null) return current;
  const own = page.slot !== null && page.slot.object === address.object && page.slot.path === address.path;
  if (page.slot !== null && !own) current = moveToValue(current, page.object, page.slot);
  const isHeld = current.holdings.some(
    ({ holder }) => holder.kind === "value" && holder.object === page.object,
  );
  const step = (message: string): PathStep => ({
    location,
    message,
    nesting: activation.nesting,
    role: "store",
  });
  if (isHeld) {
    if (inArray || !isConstant(address.index)) current = moveToSlot(tables, current, page.object, address);
    if (info?.kind !== "heap" && info?.kind !== "variable")
      current = weakenArray(current, page.object, inRecord);
    return withStep(current, step("the page is stored here"));
  }
  if (page.slot === null || own) return current;
  const { slot } = page;
  // A new array of our own gets a choice of the pages, in an order of its own: which is not followed.
  const copied = info?.kind === "heap" && !current.escaped.has(address.object);
  const moved = copied
    ? weakenArray(current, slot.object, "copied into another array")
    : handOverSlots(current, slot.object, slot.path, slot.index, addConstant(slot.index, 1));
  return moved === current
    ? current
    : withStep(moved, step("the page of this slot is stored elsewhere here"));
}

/** The page whose contents an address points into, or the value itself. */
export function addressedPage(value: Value, tables: Tables): Value {
  if (value.kind === "pointer") {
    const info = tables.object(value.object);
    return (info?.kind === "pointee" ? tables.symbol(info.symbol)?.addressOf : undefined) ?? value;
  }
  if (value.kind !== "number") return value;
  for (const [symbol] of value.value.terms) {
    const page = tables.symbol(symbol)?.addressOf;
    if (page !== undefined) return page;
  }
  return value;
}

/** A page that is returned from a one-slot local goes on as a value. */
export function returnPage(state: State, value: Value | null, tables: Tables): State {
  const named = value === null ? null : addressedPage(value, tables);
  const page = named === null ? null : pageOf(named, state, tables);
  if (page === null) return state;
  const moved = page.slot === null ? state : moveToValue(state, page.object, page.slot);
  // Who gets the address of the contents has the page.
  return named === value ? moved : handOverValue(moved, page.object, page.slot);
}
