/**
 * Effects that let pages go, hand them on, put them into containers or free what names them. Knows no control flow.
 */

import { type BoundCall, type Effect, inEra } from "@pinscope/simulator/catalogue";
import { addressOf, type Environment } from "./addresses.ts";
import { type CallSite, claimAt, noteGivenUp, report } from "./call-site.ts";
import type { Context } from "./context.ts";
import { giveBack } from "./given-back.ts";
import { type HoldingsChange, type Problem, releaseSlots, releaseValue, sameHoldings } from "./holdings.ts";
import { certainlySome } from "./intervals.ts";
import { addConstant, isConstant, one, scale, subtract, zero } from "./linear.ts";
import { type Located, locate } from "./locate.ts";
import { forgetRecord, handOverSlots, handOverValue, recordIn } from "./moving.ts";
import { isHuge } from "./numbers.ts";
import { forgetCells, type Holding, inRecord, objectOfCell, type State, withStep } from "./state.ts";
import { type AppliedCall, integerTerm, pointerTerm } from "./terms.ts";
import type { ObjectId, Tables, Value } from "./values.ts";

export function release(
  effect: Extract<Effect, { kind: "release" }>,
  call: AppliedCall,
  state: State,
  site: CallSite,
  env: Environment,
  context: Context,
): State {
  const located = locate(effect.target, call, state, env.tables);
  if (located === null) {
    noteNullArray(effect, call, state, site, env, context);
    context.releasesOthers = true;
    return state;
  }
  if (located.kind === "container") {
    if (context.program.assumesUnreleased) return state;
    const emptied = releaseContents(located.object, call, state, site);
    if (emptied !== state) return emptied;
    context.releasesOthers = true;
    const { family } = effect;
    const holder = { kind: "value" as const, object: located.object, count: one };
    const how = { family, location: site.location, partial: false };
    return report(giveBack(holder, how, state, env.tables), state, site, context);
  }
  if (located.kind === "value" && env.tables.object(located.object)?.kind === "heap") {
    return freeMemory(
      { kind: "pointer", object: located.object, path: "", index: zero },
      state,
      site,
      env,
      context,
    );
  }
  if (context.program.assumesUnreleased) return state;
  const how = { family: effect.family, location: site.location, partial: effect.skipsNull === true };
  let change: HoldingsChange;
  if (located.kind === "slots") {
    if (located.end === null) return handOver(located, state);
    change = releaseSlots(
      env.tables,
      state,
      located.array.object,
      located.array.path,
      located.low,
      located.end,
      how,
    );
  } else {
    change = releaseValue(env.tables, state, located.object, located.slot, located.count ?? one, how);
  }
  const after = report(change, state, site, context);
  context.releasesOthers ||= sameHoldings(after, state);
  if (
    after.holdings.length === state.holdings.length &&
    change.problems.length === 0 &&
    !sameHoldings(after, state)
  ) {
    return throughContainers(after, site, context);
  }
  if (sameHoldings(after, state)) {
    return change.problems.length > 0 ? after : throughContainers(after, site, context);
  }
  return withStep(after, {
    location: site.location,
    message: `released here by ${call.bound.entry.name}()`,
    nesting: site.nesting,
    role: "release",
  });
}

/** A container lets go of all that is in it. */
function releaseContents(container: ObjectId, call: AppliedCall, state: State, site: CallSite): State {
  const holdings = state.holdings.filter(
    ({ acquisition, holder }) => !acquisition.contents || holder.object !== container,
  );
  if (holdings.length === state.holdings.length) return state;
  return withStep(
    { ...state, holdings },
    {
      location: site.location,
      message: `released here by ${call.bound.entry.name}()`,
      nesting: site.nesting,
      role: "release",
    },
  );
}

/** Slots of an array that is NULL on this path are let go of, and nothing says that there are none. */
function noteNullArray(
  effect: Extract<Effect, { kind: "release" }>,
  call: AppliedCall,
  state: State,
  site: CallSite,
  env: Environment,
  context: Context,
): void {
  const { target } = effect;
  if (target.kind !== "slots" || context.fillsNull) return;
  const array = pointerTerm(target.array, call, state, env.tables);
  const low = integerTerm(target.low, call, state, env.tables);
  const end = integerTerm(target.end, call, state, env.tables);
  if (array?.kind !== "number" || low === null || end === null) return;
  const count = subtract(end, low);
  const { constraints } = state;
  if (!constraints.isZero(array.value) || constraints.nonNegative(scale(count, -1)) || isHuge(count, state))
    return;
  claimAt(site, { kind: "over-release", acquisition: null, filled: false }, state, context);
}

/**
 * A release of pages that nothing here names may be of those that a container names, or an array of arrays: their claims
 * end.
 */
function throughContainers(state: State, site: CallSite, context: Context): State {
  const inContainer = ({ records, acquisition, holder }: Holding): boolean =>
    records.length > 0 || acquisition.contents || isInElement(holder.object, state);
  if (!state.holdings.some((holding) => inContainer(holding) && holding.weakened === null)) return state;
  const holdings = state.holdings.map((holding) =>
    inContainer(holding)
      ? { ...holding, weakened: holding.weakened ?? "let go through a container" }
      : holding,
  );
  const after = { ...state, holdings };
  noteGivenUp(state, after, site, context);
  return after;
}

/** Whether an element of some array points to the pages' own array. */
function isInElement(array: ObjectId, { memory }: State): boolean {
  for (const [key, value] of memory)
    if (value.kind === "pointer" && value.object === array && key.includes("[")) return true;
  return false;
}

/** A release whose count must be above zero, called with one that is certainly zero. */
export function noteEmptyRelease(bound: BoundCall, site: CallSite, state: State, context: Context): void {
  if (!bound.outcomes.some(({ effects }) => effects.some(({ kind }) => kind === "release"))) return;
  for (const { condition, era } of bound.entry.requires ?? []) {
    if (!inEra(era, bound.effectVersion)) continue;
    if (condition.kind !== "compare" || condition.left.kind !== "argument") continue;
    const position = bound.position.get(condition.left.name);
    const count = position === undefined ? undefined : site.arguments[position];
    if (position === undefined || count?.kind !== "number") continue;
    context.releasesOthers = true;
    // Literally none: a bound that may be zero is the caller's business.
    if (isConstant(count.value) && count.value.constant === 0)
      claimAt(site, { kind: "empty-release", position }, state, context);
  }
}

export function handOver(located: Located, state: State): State {
  switch (located.kind) {
    case "slots":
      return handOverSlots(
        state,
        located.array.object,
        located.array.path,
        located.low,
        located.end ?? located.low,
      );
    case "value":
      return handOverValue(state, located.object, located.slot);
    case "container":
      return state;
  }
}

/** A container now names the pages: whole arrays are noted, single slots move there. */
export function storeIn(
  located: Located,
  container: ObjectId,
  site: CallSite,
  state: State,
  tables: Tables,
): State {
  switch (located.kind) {
    case "slots":
      return recordIn(state, located.array.object, container);
    case "value": {
      const held = state.holdings.some((holding) => holding.holder.object === located.object);
      if (held) return recordIn(state, located.object, container);
      if (isRecord(located.object, tables))
        return { ...state, escaped: new Set([...state.escaped, located.object]) };
      if (located.slot === null) return state;
      const slot = located.slot;
      const next = handOverSlots(state, slot.object, slot.path, slot.index, addConstant(slot.index, 1));
      if (next === state) return state;
      return withStep(next, {
        location: site.location,
        message: `a page is put into another container here by ${site.name}()`,
        nesting: site.nesting,
        role: "store",
      });
    }
    case "container":
      return state;
  }
}

/** A record made here that something now links to: it can be found from outside. */
function isRecord(object: ObjectId, tables: Tables): boolean {
  return tables.object(object)?.kind === "heap";
}

/** Memory is given back; pages of which it was the only record are lost with it. */
export function freeMemory(
  value: Value,
  state: State,
  site: CallSite,
  env: Environment,
  context: Context,
): State {
  const address = addressOf(value, env.tables);
  if (address === null) return state;
  let current = forgetRecord(state, address.object);
  for (const holding of state.holdings) {
    const { holder } = holding;
    if (holder.kind !== "slots" || holder.object !== address.object || holding.weakened !== null) continue;
    if (holding.records.some((record) => record !== address.object && !state.freed.has(record))) continue;
    if (!certainlySome(holder, state)) continue;
    const problem: Problem = { kind: "freed-record", holding };
    claimAt(site, problem, state, context);
    current = { ...current, holdings: current.holdings.filter((other) => other !== holding) };
  }
  for (const holding of current.holdings) {
    if (holding.weakened !== null || holding.records.length > 0 || holding.holder.kind !== "slots") continue;
    if (
      !isOnlyNamedBy(holding.holder.object, address.object, current) ||
      !certainlySome(holding.holder, current)
    )
      continue;
    claimAt(site, { kind: "freed-record", holding }, current, context);
    current = { ...current, holdings: current.holdings.filter((other) => other !== holding) };
  }
  current = claimAgain(current, address.object, env.tables);
  const freed = new Set(current.freed);
  freed.add(address.object);
  return { ...forgetCells(current, address.object, ""), freed };
}

/** Pages that only the record to be freed names belong to nobody else any more: who has them as a value lets go. */
function claimAgain(state: State, record: ObjectId, tables: Tables): State {
  let changed = false;
  const holdings = state.holdings.map((holding) => {
    const { holder, weakened } = holding;
    if (weakened !== inRecord || holder.kind !== "value") return holding;
    let named = false;
    for (const [key, value] of state.memory) {
      if (addressOf(value, tables)?.object !== holder.object) continue;
      const place = objectOfCell(key);
      if (place === record) named = true;
      else if (tables.object(place)?.kind !== "variable") return holding;
    }
    changed ||= named;
    return named ? { ...holding, weakened: null } : holding;
  });
  return changed ? { ...state, holdings } : state;
}

/**
 * Whether the pointer to an array is kept in one record and nowhere else. Which element of an array of records keeps it
 * is known too badly: a loop over them may have let go of all.
 */
function isOnlyNamedBy(array: ObjectId, record: ObjectId, state: State): boolean {
  let named = false;
  for (const [key, value] of state.memory) {
    if (value.kind !== "pointer" || value.object !== array) continue;
    if (objectOfCell(key) !== record || key.includes("[")) return false;
    named = true;
  }
  return named;
}
