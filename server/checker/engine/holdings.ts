/**
 * The arithmetic of obligations: taking and letting go of intervals of slots and single pages.
 * Knows no APIs (see `calls`) and words no messages.
 */

import type { Location } from "@pinscope/grammars/ir";
import type { Family } from "@pinscope/simulator/catalogue";
import { giveBack } from "./given-back.ts";
import { atMost, certainlyNone, certainlySome, cut, disjoint, sameArray } from "./intervals.ts";
import { addConstant, isConstant, type Linear, one, subtract } from "./linear.ts";
import { isHuge } from "./numbers.ts";
import { atWorst, cutsCleanly, firstReleasedAgain, releasedAgain, trustsMost } from "./slot-problems.ts";
import {
  type Acquisition,
  forgetCells,
  type Holder,
  type Holding,
  isClaimed,
  type Slot,
  type State,
} from "./state.ts";
import { forgetUnwritten, isUnwritten } from "./unwritten.ts";
import type { ObjectId, Tables } from "./values.ts";

/** Something wrong that an operation on holdings showed. */
export type Problem =
  | { readonly kind: "overwritten"; readonly holding: Holding }
  | { readonly kind: "freed-record"; readonly holding: Holding }
  | { readonly kind: "mismatch"; readonly acquisition: Acquisition; readonly released: Family }
  /** Without an acquisition: pages from outside that the same release let go of just before. */
  | { readonly kind: "double-release"; readonly acquisition: Acquisition | null; readonly first: Location }
  | {
      readonly kind: "over-release";
      readonly acquisition: Acquisition | null;
      readonly filled: boolean;
      /** Nobody but this path put anything into the array. */
      readonly unwritten?: true;
    }
  /** Zero pages came back, and the code goes on as if one were there. */
  | { readonly kind: "zero-count"; readonly acquisition: Acquisition }
  | { readonly kind: "negative-count"; readonly acquisition: Acquisition | null }
  /** A release that must let go of something is told to let go of nothing, by the argument at `position`. */
  | { readonly kind: "empty-release"; readonly position: number };

/** Intervals of one array that one acquisition may leave behind before they are no longer told apart. */
const partsPerArray = 2;

/** Why nothing is claimed of such intervals any more. */
const notTied = "taken in turns that nothing ties together";

export interface HoldingsChange {
  readonly state: State;
  readonly problems: readonly Problem[];
}

/** What is let go. `partial` says that slots may be skipped (`if (pages[i])`). */
export interface Release {
  readonly family: Family;
  readonly location: Location;
  readonly partial: boolean;
}

/** Takes slots `[low, end)` of an array. */
export function acquireSlots(
  tables: Tables,
  state: State,
  object: ObjectId,
  path: string,
  low: Linear,
  end: Linear,
  acquisition: Acquisition,
): HoldingsChange {
  const problems: Problem[] = [];
  const holdings: Holding[] = [];
  let holder: Extract<Holder, { kind: "slots" }> = { kind: "slots", object, path, low, end };
  let isSlotwise = true;
  for (const holding of state.holdings) {
    const other = holding.holder;
    if (!sameArray(other, object, path)) {
      holdings.push(holding);
      continue;
    }
    if (certainlyNone(other, state)) continue;
    const mergeable =
      holding.acquisition.location.start === acquisition.location.start && holding.weakened === null;
    if (mergeable && state.constraints.isZero(subtract(other.end, low))) {
      holder = { ...holder, low: other.low };
      continue;
    }
    if (mergeable && state.constraints.isZero(subtract(other.low, end))) {
      holder = { ...holder, end: other.end };
      continue;
    }
    const overlaps = !atMost(other.end, low, state) && !atMost(end, other.low, state);
    const saved = overlaps ? savedPage(state, other, tables) : null;
    if (saved !== null) {
      // The page was copied out of its slot before the slot is filled again.
      holdings.push({ ...holding, holder: { kind: "value", object: saved, count: one } });
      isSlotwise = false;
      continue;
    }
    const certain =
      overlaps &&
      atMost(low, other.low, state) &&
      state.constraints.positive(subtract(end, other.low)) &&
      certainlySome(other, state);
    // Slots that a new acquisition fills no longer name the pages they held.
    if (certain && holding.weakened === null && holding.records.length === 0) {
      problems.push({ kind: "overwritten", holding });
    }
    if (overlaps && atMost(low, other.low, state)) {
      isSlotwise = false;
      continue;
    }
    holdings.push(holding);
  }
  const again = holdings.filter(
    (holding) =>
      sameArray(holding.holder, object, path) &&
      holding.acquisition.location.start === acquisition.location.start,
  );
  const isTied = again.length < partsPerArray && again.every(({ weakened }) => weakened === null);
  if (isTied) holdings.push({ acquisition, holder, weakened: null, records: [] });
  else {
    // Slots of many turns that nothing ties together: from here on nothing is claimed of them.
    const kept = holdings.filter((holding) => !again.includes(holding));
    const [low, end] = [tables.fresh("loop"), tables.fresh("loop")];
    kept.push({
      acquisition,
      holder: { kind: "slots", object, path, low, end },
      weakened: notTied,
      records: [],
    });
    holdings.splice(0, holdings.length, ...kept);
  }
  const released = state.released.filter((record) => !sameArray(record.holder, object, path));
  const failed = state.failed.filter((attempt) => attempt.object !== object || attempt.path !== path);
  const known = isSlotwise && isTied ? state : forgetUnwritten(state, object);
  const cleared = forgetCells(forgetExact(known, object, path), object, `${path}[`);
  return { state: { ...cleared, holdings, released, failed, givenBack: [] }, problems };
}

/** The page of a one-slot interval, where something else than the slot still names it. */
function savedPage(
  state: State,
  holder: Extract<Holder, { kind: "slots" }>,
  tables: Tables,
): ObjectId | null {
  if (!state.constraints.isZero(addConstant(subtract(holder.end, holder.low), -1))) return null;
  for (const [key, value] of state.memory) {
    if (value.kind !== "number" || value.value.terms.length !== 1) continue;
    const [term] = value.value.terms;
    const slot = term === undefined ? undefined : tables.symbol(term[0])?.slot;
    if (term === undefined || slot?.object !== holder.object || slot.path !== holder.path) continue;
    const isSlotItself =
      key === `${holder.object}|${holder.path}` || key.startsWith(`${holder.object}|${holder.path}[`);
    if (!isSlotItself && state.constraints.isZero(subtract(slot.index, holder.low)))
      return tables.pointee(term[0]);
  }
  return null;
}

function forgetExact(state: State, object: ObjectId, path: string): State {
  const key = `${object}|${path}`;
  const memory = state.memory.without(key);
  return memory === state.memory ? state : { ...state, memory };
}

/** Takes `count` holdings on one page. */
export function acquireValue(
  state: State,
  object: ObjectId,
  count: Linear,
  acquisition: Acquisition,
): HoldingsChange {
  const holding: Holding = {
    acquisition,
    holder: { kind: "value", object, count },
    weakened: null,
    records: [],
  };
  return { state: { ...state, holdings: [...state.holdings, holding], givenBack: [] }, problems: [] };
}

/** Whether an operation changed nothing that is held. */
export function sameHoldings(left: State, right: State): boolean {
  return (
    left.holdings.length === right.holdings.length &&
    left.holdings.every((holding, index) => holding === right.holdings[index])
  );
}

/** Lets go of slots `[low, end)` of an array. */
export function releaseSlots(
  tables: Tables,
  before: State,
  object: ObjectId,
  path: string,
  low: Linear,
  end: Linear,
  release: Release,
): HoldingsChange {
  const state = atWorst(before, object, path, end, tables);
  const count = subtract(end, low);
  if (state.constraints.negative(count) || isHuge(count, state)) {
    const attempt = state.failed.find((candidate) => candidate.object === object && candidate.path === path);
    return { state, problems: [{ kind: "negative-count", acquisition: attempt?.acquisition ?? null }] };
  }
  if (atMost(end, low, state)) return { state, problems: [] };
  const problems: Problem[] = [];
  const holdings: Holding[] = [];
  const released = [...state.released];
  let touched: Holding | null = null;
  let reachesFurther = false;
  let isSlotwise = true;
  for (const holding of state.holdings) {
    const { holder } = holding;
    if (!sameArray(holder, object, path) || disjoint(holder, low, end, state)) {
      holdings.push(holding);
      continue;
    }
    touched = holding;
    if (!compatible(holding.acquisition, release.family) && holding.weakened === null) {
      problems.push({ kind: "mismatch", acquisition: holding.acquisition, released: release.family });
    }
    for (const part of cut(holder, low, end, state)) holdings.push({ ...holding, holder: part });
    isSlotwise &&= cutsCleanly(holder, low, end, state);
    reachesFurther ||=
      state.constraints.positive(subtract(end, holder.end)) ||
      trustsMost(holding.acquisition, end, holder.end, state);
    released.push({
      acquisition: holding.acquisition,
      holder: { kind: "slots", object, path, low, end },
      location: release.location,
    });
  }
  if (touched !== null) {
    const others = state.holdings.filter((holding) => sameArray(holding.holder, object, path)).length;
    if (reachesFurther && others === 1 && !release.partial && touched.weakened === null) {
      problems.push({
        kind: "over-release",
        acquisition: touched.acquisition,
        filled: true,
        ...(path === "" && isUnwritten(state, object) && { unwritten: true }),
      });
    }
    if (!release.partial) problems.push(...firstReleasedAgain(state, object, path, low, end));
  } else if (!release.partial) {
    problems.push(...releasedAgain(tables, state, object, path, low, end));
    if (problems.length === 0)
      return giveBack({ kind: "slots", object, path, low, end }, release, state, tables);
  }
  const known = isSlotwise ? state : forgetUnwritten(state, object);
  return { state: { ...known, holdings, released }, problems };
}

/** Whether a release of `released` is right for what was taken. */
function compatible(held: Acquisition, released: Family): boolean {
  if (held.family === released) return true;
  if (held.placeholder) return released === "reference" || released === "pin";
  // The first reference of allocated pages may be put; a wrapper's own release is checked by its entry.
  return held.family === "allocation" && released === "reference";
}

/** Lets go of `count` holdings on one page. */
export function releaseValue(
  tables: Tables,
  state: State,
  object: ObjectId,
  slot: Slot | null,
  count: Linear,
  release: Release,
): HoldingsChange {
  const index = findValue(state, object, release.family);
  const holding = state.holdings[index];
  const fitsSlot = slot !== null && holding !== undefined && !compatible(holding.acquisition, release.family);
  if (holding === undefined || (fitsSlot && holdsSlot(state, slot, release.family))) {
    const record = state.released.find(
      (candidate) => candidate.holder.kind === "value" && candidate.holder.object === object,
    );
    if (slot !== null && (record === undefined || holdsSlot(state, slot, null))) {
      return releaseSlots(
        tables,
        state,
        slot.object,
        slot.path,
        slot.index,
        addConstant(slot.index, 1),
        release,
      );
    }
    if (record === undefined) return giveBack({ kind: "value", object, count }, release, state, tables);
    const { acquisition, location } = record;
    return { state, problems: [{ kind: "double-release", acquisition, first: location }] };
  }
  const problems: Problem[] = [];
  if (!compatible(holding.acquisition, release.family) && isClaimed(holding)) {
    problems.push({ kind: "mismatch", acquisition: holding.acquisition, released: release.family });
  }
  const holdings = [...state.holdings];
  const held = holding.holder.kind === "value" ? holding.holder.count : one;
  const rest = subtract(held, count);
  if (isConstant(rest) && rest.constant > 0) {
    holdings[index] = { ...holding, holder: { kind: "value", object, count: rest } };
  } else holdings.splice(index, 1);
  const released = [
    ...state.released,
    {
      acquisition: holding.acquisition,
      holder: { kind: "value" as const, object, count },
      location: release.location,
    },
  ];
  return { state: { ...state, holdings, released }, problems };
}

/** Whether the slot a page was read from holds it, in a way that this release lets go where one is named. */
function holdsSlot(state: State, slot: Slot, released: Family | null): boolean {
  return state.holdings.some(
    ({ acquisition, holder }) =>
      sameArray(holder, slot.object, slot.path) &&
      (released === null || compatible(acquisition, released)) &&
      !disjoint(holder, slot.index, addConstant(slot.index, 1), state),
  );
}

/** The holding on a page as a value; of several the one that the release fits. */
export function findValue(state: State, object: ObjectId, released: Family | null = null): number {
  if (released !== null) {
    const fitting = state.holdings.findIndex(
      ({ acquisition, holder }) =>
        holder.kind === "value" && holder.object === object && compatible(acquisition, released),
    );
    if (fitting >= 0) return fitting;
  }
  return state.holdings.findIndex(
    (holding) => holding.holder.kind === "value" && holding.holder.object === object,
  );
}
