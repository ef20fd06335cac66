/**
 * Ends the claims of a state that there is no room to follow apart: releases still find their pages, and everything
 * taken later is followed as before. Knows no control flow.
 */
import type { Context } from "./context.ts";
import type { Holding, State } from "./state.ts";
import { forgetAllUnwritten } from "./unwritten.ts";

/** Arrays that stay on the books, so that a release of theirs is not taken for one of pages never seen. */
const arraysKept = 6;

/** The state without claims; each acquisition in it counts as given up for `cause`. */
export function giveUp(state: State, cause: string, context: Context): State {
  const holdings = new Map<string, Holding>();
  for (const holding of state.holdings) {
    if (holding.weakened === null)
      context.givenUp.set(holding.acquisition.location.start, { cause, isBudget: true });
    const { holder } = holding;
    if (holder.kind !== "slots") continue;
    const array = `${holder.object}|${holder.path}`;
    if (holdings.has(array)) continue;
    // Bounds that nothing is known of: any release of the array may be of these.
    const [low, end] = [context.tables.fresh("loop"), context.tables.fresh("loop")];
    holdings.set(array, { ...holding, holder: { ...holder, low, end }, weakened: cause, records: [] });
  }
  const sorted = [...holdings]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([, holding]) => holding);
  return { ...forgetAllUnwritten(state), holdings: sorted.slice(0, arraysKept), released: [], failed: [] };
}
