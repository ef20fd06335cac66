/**
 * How many pages are left in an iterator that was counted: what is taken from it is never more. Knows no holdings.
 */
import type { BoundCall } from "@pinscope/simulator/catalogue";
import { addressOf, cellPath } from "./addresses.ts";
import { isConstant, type Linear, subtract } from "./linear.ts";
import { cellKey, type State, withCell } from "./state.ts";
import { type AppliedCall, argumentValue } from "./terms.ts";
import { numberValue, type Tables, type Value } from "./values.ts";

/** From here on a limit on a count of pages is none: `INT_MAX`. */
const noLimit = 2 ** 31 - 1;

const field = ".%pagesLeft";

function leftIn(iterator: Value, tables: Tables): string | null {
  const address = addressOf(iterator, tables);
  return address === null ? null : cellKey(address.object, `${cellPath(address)}${field}`);
}

/** After a call: a count of an iterator's pages is noted; whoever else may have moved it ends what is known. */
export function noteIterators(
  bound: BoundCall,
  call: AppliedCall,
  isHarmless: boolean,
  state: State,
  tables: Tables,
): State {
  const { pagesLeft } = bound.entry;
  if (pagesLeft === undefined) return isHarmless ? state : forgetIterators(state, call.arguments, tables);
  const iterator = argumentValue(call, pagesLeft.iterator);
  const key = iterator === null ? null : leftIn(iterator, tables);
  if (pagesLeft.upTo === undefined || key === null) return state;
  const limit = argumentValue(call, pagesLeft.upTo);
  const isWhole = limit?.kind === "number" && isConstant(limit.value) && limit.value.constant >= noLimit;
  return withCell(state, key, isWhole && call.result?.kind === "number" ? call.result : null);
}

/** Pages are taken from an iterator: at most those that are left in it. */
export function takeFromIterator(
  bound: BoundCall,
  call: AppliedCall,
  taken: Linear,
  state: State,
  tables: Tables,
): State {
  const iterator =
    bound.entry.pagesLeft === undefined ? null : argumentValue(call, bound.entry.pagesLeft.iterator);
  const key = iterator === null ? null : leftIn(iterator, tables);
  const left = key === null ? undefined : state.memory.get(key);
  if (key === null || left?.kind !== "number") return state;
  const rest = subtract(left.value, taken);
  const constraints = state.constraints.assumeNonNegative(rest) ?? state.constraints;
  return withCell({ ...state, constraints }, key, numberValue(rest));
}

/** Somebody who is given an iterator may have moved it. */
export function forgetIterators(state: State, given: readonly Value[], tables: Tables): State {
  let current = state;
  for (const value of given) {
    const key = leftIn(value, tables);
    if (key !== null && state.memory.has(key)) current = withCell(current, key, null);
  }
  return current;
}
