/**
 * What a call of a function out of sight may do: it owns the pages it is handed and writes through pointers to locals.
 * Knows no catalogue.
 */

import { type Address, addressOf, cellPath, type Environment } from "./addresses.ts";
import { type CallResult, type CallSite, noteGivenUp } from "./call-site.ts";
import type { Context } from "./context.ts";
import { forgetIterators } from "./iterators.ts";
import { pageOf } from "./locate.ts";
import { handOverValue, weakenArray } from "./moving.ts";
import { cellKey, objectOfCell, type State } from "./state.ts";
import { addressedPage } from "./storing.ts";
import { forgetGiven, forgetUnwritten } from "./unwritten.ts";
import { boundsOf, numberValue, type ObjectId, type Tables, type Value } from "./values.ts";

/** A call nothing is known of: it may write through pointers to locals, and owns the pages it is handed. */
export function applyUnknown(site: CallSite, state: State, env: Environment, context: Context): CallResult {
  const { tables } = env;
  let current = forgetIterators(withoutGivenBack(state), site.arguments, tables);
  const escaped = new Set(state.escaped);
  const callback = site.arguments.some((value) => value.kind === "function");
  for (const value of site.arguments) {
    const address = addressOf(value, tables);
    if (address === null) continue;
    current = forgetGiven(current, value, tables);
    const before = current;
    current = endClaims(value, address, site, current, tables);
    // Who is given the pointer's own address may let go of the page, and put another one there.
    const named = current.memory.get(cellKey(address.object, cellPath(address)));
    const page = named?.kind === "number" ? pageOf(named, current, tables) : null;
    if (page !== null && page.slot === null) current = handOverValue(current, page.object, null);
    if (current !== before) noteGivenUp(before, current, site, context);
    const info = tables.object(address.object);
    if (info?.kind === "heap") escaped.add(address.object);
    if (callback) current = weakenArraysIn(current, address.object, site);
    if (info?.kind === "variable" && hasFields(address.object, current)) escaped.add(address.object);
    if (info?.kind === "variable") current = forgetWritten(current, address, tables);
  }
  if (escaped.size !== state.escaped.size) current = { ...current, escaped };
  const value = site.type.kind === "void" ? null : numberValue(tables.fresh("call", boundsOf(site.type)));
  return { state: current, value };
}

/** A helper in sight that takes and lets go of no pages of ours: claims stay, locals it is pointed to may change. */
export function leaveAlone(site: CallSite, state: State, context: Context): CallResult {
  const { tables } = context;
  let current = forgetIterators(withoutGivenBack(state), site.arguments, tables);
  for (const value of site.arguments) {
    const address = addressOf(value, tables);
    current = forgetGiven(current, value, tables);
    if (address !== null && tables.object(address.object)?.kind === "variable")
      current = forgetWritten(current, address, tables);
  }
  const value = site.type.kind === "void" ? null : numberValue(tables.fresh("call", boundsOf(site.type)));
  return { state: current, value };
}

/** Whoever is out of sight may take the pages again. */
function withoutGivenBack(state: State): State {
  return state.givenBack.length === 0 ? state : { ...state, givenBack: [] };
}

/** A callback that is handed a record may let go of everything the record names. */
function weakenArraysIn(state: State, record: ObjectId, site: CallSite): State {
  let current = state;
  for (const [key, value] of state.memory) {
    if (objectOfCell(key) !== record || value.kind !== "pointer") continue;
    current = weakenArray(current, value.object, `passed to the callback of ${site.name}()`);
  }
  return weakenArray(current, record, `passed to the callback of ${site.name}()`);
}

function endClaims(value: Value, address: Address, site: CallSite, state: State, tables: Tables): State {
  const holdsArray = state.holdings.some(
    (holding) =>
      holding.holder.kind === "slots" &&
      holding.holder.object === address.object &&
      insideArray(address, holding.holder.path),
  );
  if (holdsArray) return weakenArray(state, address.object, `passed to ${site.name}()`);
  const page = pageGiven(value, state, tables);
  if (page === null) return state;
  const after = handOverValue(state, page.object, page.slot);
  // Who gets the page may take a reference of its own: a later release need not be a second one.
  const released = after.released.filter(
    ({ holder }) => holder.kind !== "value" || holder.object !== page.object,
  );
  return released.length === after.released.length ? after : { ...after, released };
}

/** The page that a value names; of a page that was looked up, its contents name it too. */
function pageGiven(value: Value, state: State, tables: Tables): ReturnType<typeof pageOf> {
  if (value.kind !== "number" && value.kind !== "pointer") return null;
  const named = addressedPage(value, tables);
  const page = named === value ? null : pageOf(named, state, tables);
  const isLookedUp = state.holdings.some(
    ({ acquisition, holder }) => acquisition.lookedUp && holder.object === page?.object,
  );
  return isLookedUp ? page : pageOf(value, state, tables);
}

/** A local record whose fields are in use: what they point to may now be let go by whoever was given the record. */
function hasFields(object: ObjectId, state: State): boolean {
  const start = cellKey(object, ".");
  for (const key of state.memory.keys()) if (key.startsWith(start)) return true;
  return false;
}

/** A pointer to the array itself or one of its slots, not to another part of the object around it. */
function insideArray(address: Address, arrayPath: string): boolean {
  return address.path === arrayPath || address.path.startsWith(`${arrayPath}[`);
}

/** What a callee may have written through a pointer to a local: numbers become unknown, pointers stay. */
export function forgetWritten(before: State, address: Address, tables: Tables): State {
  const state = forgetUnwritten(before, address.object);
  if (state.holdings.some((holding) => holding.holder.object === address.object)) return state;
  const exact = cellKey(address.object, cellPath(address));
  let { memory } = state;
  for (const [key, value] of state.memory) {
    if (key.startsWith(exact) && value.kind === "number")
      memory = memory.with(key, numberValue(tables.fresh("call")));
  }
  if (!memory.has(exact)) memory = memory.with(exact, numberValue(tables.fresh("call")));
  return { ...state, memory };
}
