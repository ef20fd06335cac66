/**
 * Pages from outside that are let go of: how many holds of theirs there are nobody here knows, but the same release once
 * more, with nothing in between that may take them, is one too many. Knows no APIs.
 */
import type { HoldingsChange, Release } from "./holdings.ts";
import { type SymbolId, sameLinear } from "./linear.ts";
import type { Holder, State } from "./state.ts";
import type { Tables } from "./values.ts";

/** Places from outside that one path remembers to have given back. */
const givenBackBudget = 4;

/** Pages that nothing here took are let go of; a second time where the same was done just before. */
export function giveBack(holder: Holder, release: Release, state: State, tables: Tables): HoldingsChange {
  if (!isNamedOnce(holder, tables)) return { state, problems: [] };
  const known = state.givenBack.find(
    (one) => one.family === release.family && sameHolder(one.holder, holder),
  );
  // One call may be said to let go in several ways.
  if (known?.location.start === release.location.start) return { state, problems: [] };
  if (known !== undefined)
    return { state, problems: [{ kind: "double-release", acquisition: null, first: known.location }] };
  const { family, location } = release;
  const givenBack = [...state.givenBack, { family, holder, location }].slice(-givenBackBudget);
  return { state: { ...state, givenBack }, problems: [] };
}

/** Whether the place's numbers stand for one value each, not for that of any turn of a loop. */
function isNamedOnce(holder: Holder, tables: Tables): boolean {
  const info = tables.object(holder.object);
  const isOne = (symbol: SymbolId): boolean => tables.symbol(symbol)?.origin !== "loop";
  if (info?.kind === "pointee" && !isOne(info.symbol)) return false;
  const bounds = holder.kind === "slots" ? [holder.low, holder.end] : [holder.count];
  return bounds.every(({ terms }) => terms.every(([symbol]) => isOne(symbol)));
}

function sameHolder(one: Holder, other: Holder): boolean {
  if (one.object !== other.object) return false;
  if (one.kind === "value") return other.kind === "value" && sameLinear(one.count, other.count);
  if (other.kind === "value") return false;
  return one.path === other.path && sameLinear(one.low, other.low) && sameLinear(one.end, other.end);
}
