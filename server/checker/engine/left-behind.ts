/** What a function's ways out leave with whoever calls it. Knows no control flow. */
import type { Context, Exit } from "./context.ts";
import type { Holder } from "./state.ts";

export interface LeftBehind {
  /** Pages that a caller can still lose or let go: returned, or kept where callers reach them. */
  readonly pages: boolean;
  /** The result of an acquiring call, which a caller may take for a count. */
  readonly results: boolean;
}

export const nothingLeft: LeftBehind = { pages: false, results: false };
/** Said of a function that was not looked at. */
export const anythingLeft: LeftBehind = { pages: true, results: true };

export function leftBehind(exits: readonly Exit[], context: Context): LeftBehind {
  const { tables, program } = context;
  const isReachable = ({ object }: Holder): boolean => {
    const info = tables.object(object);
    return info?.kind !== "variable" || info.frame !== 0;
  };
  const pages = exits.some(({ state }) => state.holdings.some(({ holder }) => isReachable(holder)));
  const results = exits.some(({ value }) => {
    if (value?.kind !== "number") return false;
    return value.value.terms.some(([symbol]) => {
      const call = tables.symbol(symbol)?.call;
      return call !== undefined && program.bind(call.api, null)?.entry.role === "trigger";
    });
  });
  return { pages, results };
}
