/**
 * Arrays of one's own whose slots hold nothing but what this path took into them: those it did not fill are
 * indeterminate, and no test for NULL tells them from others. Each bears a mark in memory until somebody may have
 * written to it whom nobody follows. Knows no APIs.
 */
import { cellKey, type State, withCell } from "./state.ts";
import { nullValue, type ObjectId, type Tables, type Value } from "./values.ts";

const mark = "%unwritten";

export function markUnwritten(state: State, object: ObjectId): State {
  return withCell(state, cellKey(object, mark), nullValue);
}

export function isUnwritten(state: State, object: ObjectId): boolean {
  return !state.escaped.has(object) && state.memory.has(cellKey(object, mark));
}

/** Somebody may have written to the object, or what is in it is no longer known slot by slot. */
export function forgetUnwritten(state: State, object: ObjectId): State {
  return withCell(state, cellKey(object, mark), null);
}

export function forgetAllUnwritten(state: State): State {
  const memory = state.memory.filter(({ key }) => !key.endsWith(`|${mark}`));
  return memory === state.memory ? state : { ...state, memory };
}

/** The same of what a call out of sight is given: the object itself, or one that it names. */
export function forgetGiven(state: State, value: Value, tables: Tables): State {
  if (value.kind !== "pointer") return state;
  const kind = tables.object(value.object)?.kind;
  if (kind !== "variable" && kind !== "heap") return state;
  let current = forgetUnwritten(state, value.object);
  const start = `${value.object}|`;
  for (const [key, inner] of state.memory)
    if (inner.kind === "pointer" && key.startsWith(start)) current = forgetUnwritten(current, inner.object);
  return current;
}
