/**
 * What is wrong with a release of slots: let go of before, never filled, or not all that bytes fill. Changes no holdings
 * and knows no APIs.
 */
import { coefficientOf } from "./elimination.ts";
import type { Problem } from "./holdings.ts";
import { atMost, certainlySome, disjoint, sameArray } from "./intervals.ts";
import { addConstant, type Linear, sameLinear, scale, subtract } from "./linear.ts";
import type { Acquisition, Holder, State } from "./state.ts";
import { isUnwritten } from "./unwritten.ts";
import type { ObjectId, Tables } from "./values.ts";

/**
 * Bytes rounded up to pages without where they begin in the first page may be a page less than what they fill: of both
 * the path is followed on which they are.
 */
export function atWorst(state: State, object: ObjectId, path: string, end: Linear, tables: Tables): State {
  for (const { holder, acquisition, weakened } of state.holdings) {
    if (!acquisition.bytes || weakened !== null || !sameArray(holder, object, path)) continue;
    if (!countsOnly(subtract(end, holder.low), acquisition, tables)) continue;
    const missed = subtract(holder.end, end);
    if (state.constraints.nonNegative(scale(missed, -1))) continue;
    const constraints = state.constraints.assumeNonNegative(addConstant(missed, -1));
    if (constraints !== null && constraints !== state.constraints) return { ...state, constraints };
  }
  return state;
}

/** Whether a number of slots is made of the bytes that came, by division, and of nothing else. */
function countsOnly({ constant, terms }: Linear, { most }: Acquisition, tables: Tables): boolean {
  const bytes = most?.result.terms[0]?.[0];
  const [term] = terms;
  if (bytes === undefined || term === undefined || terms.length !== 1 || constant !== 0) return false;
  const [quotient, factor] = term;
  const { origin, definitions = [] } = tables.symbol(quotient) ?? {};
  return (
    factor === 1 &&
    origin === "term" &&
    definitions.length > 1 &&
    definitions.every(({ terms: parts }) =>
      parts.every(([symbol]) => symbol === quotient || symbol === bytes),
    ) &&
    definitions.some((fact) => coefficientOf(fact, bytes) !== 0)
  );
}

/**
 * Whether a release goes by the number of slots that an acquisition had room for, where the bytes that came may fill
 * fewer and nothing on the path says that they are as many as were wanted.
 */
export function trustsMost({ most }: Acquisition, end: Linear, held: Linear, state: State): boolean {
  const symbol = most?.result.terms[0]?.[0];
  if (most === null || symbol === undefined || !sameLinear(most.end, end)) return false;
  if (state.constraints.isZero(subtract(end, held))) return false;
  return !state.constraints.inequalities.some(
    (fact) => fact.terms.length > 1 && coefficientOf(fact, symbol) > 0,
  );
}

/** Slots are let go of which the first was let go before, and nothing was put into it since. */
export function firstReleasedAgain(
  state: State,
  object: ObjectId,
  path: string,
  low: Linear,
  end: Linear,
): Problem[] {
  for (const { holder, acquisition, location } of state.released) {
    if (!sameArray(holder, object, path) || !sameLinear(holder.low, low)) continue;
    if (!certainlySome(holder, state) || !atMost(holder.end, end, state)) continue;
    const again = state.holdings.some(
      ({ holder: held }) => sameArray(held, object, path) && !disjoint(held, low, holder.end, state),
    );
    if (!again) return [{ kind: "double-release", acquisition, first: location }];
  }
  return [];
}

/** Nothing held was met: were these slots released before, or never filled? */
export function releasedAgain(
  tables: Tables,
  state: State,
  object: ObjectId,
  path: string,
  low: Linear,
  end: Linear,
): Problem[] {
  if (!state.constraints.positive(subtract(end, low))) return [];
  // Counters that stand for any turn of a loop may have lost what tied them to what is held.
  const isAnyTurn = [...low.terms, ...end.terms].some(([symbol]) => tables.symbol(symbol)?.origin === "loop");
  for (const record of state.released) {
    if (!sameArray(record.holder, object, path)) continue;
    const { holder, acquisition, location } = record;
    const isSame = sameLinear(holder.low, low) && sameLinear(holder.end, end);
    const isIn =
      !isAnyTurn && atMost(holder.low, low, state) && state.constraints.positive(subtract(holder.end, low));
    if (isSame || isIn) return [{ kind: "double-release", acquisition, first: location }];
  }
  const attempt = state.failed.find((candidate) => candidate.object === object && candidate.path === path);
  if (attempt === undefined || isAnyTurn) return unfilled(state, object, path, low, end, isAnyTurn);
  const { acquisition } = attempt;
  return acquisition.outcome === "zero"
    ? [{ kind: "zero-count", acquisition }]
    : [{ kind: "over-release", acquisition, filled: false }];
}

/** Slots of an array into which only this path put anything, and nothing here. */
function unfilled(
  state: State,
  object: ObjectId,
  path: string,
  low: Linear,
  end: Linear,
  isAnyTurn: boolean,
): Problem[] {
  if (path !== "" || !isUnwritten(state, object)) return [];
  const isElsewhere = ({ holder }: { readonly holder: Holder }): boolean =>
    holder.object !== object || (sameArray(holder, object, path) && disjoint(holder, low, end, state));
  if (!state.holdings.every(isElsewhere) || !state.released.every(isElsewhere)) return [];
  const before = state.holdings.filter(({ holder }) => sameArray(holder, object, path));
  const [holding] = before;
  // In any turn of a loop only what begins right behind all that is held is told from it.
  const isNext =
    before.length === 1 && holding?.holder.kind === "slots" && sameLinear(holding.holder.end, low);
  if (isAnyTurn && !isNext) return [];
  return [
    {
      kind: "over-release",
      acquisition: holding?.acquisition ?? null,
      filled: holding !== undefined,
      unwritten: true,
    },
  ];
}

/** Whether it is known which slots of an interval are left when `[low, end)` is cut out of it. */
export function cutsCleanly(
  holder: Extract<Holder, { kind: "slots" }>,
  low: Linear,
  end: Linear,
  state: State,
): boolean {
  return (
    (atMost(low, holder.low, state) || atMost(holder.low, low, state)) &&
    (atMost(holder.end, end, state) || atMost(end, holder.end, state))
  );
}
