/** What a function's ways out leave with whoever calls it. Knows no control flow. */
import type { Expression, FunctionIr } from "@pinscope/grammars/ir";
import { type Context, type Exit, heavySteps } from "./context.ts";
import type { Holder } from "./state.ts";

export interface LeftBehind {
  /** Pages that a caller can still lose or let go: returned, or kept where callers reach them; flags to take some by. */
  readonly pages: boolean;
  /** The result of an acquiring call, which a caller may take for a count. */
  readonly results: boolean;
  /** It lets go of pages that it did not take. */
  readonly releases: boolean;
  /** Its walk takes more than the walk of a mere caller has room for. */
  readonly heavy: boolean;
}

export const nothingLeft: LeftBehind = { pages: false, results: false, releases: false, heavy: false };
/** Said of a function that was not looked at. */
export const anythingLeft: LeftBehind = { pages: true, results: true, releases: true, heavy: false };

export function sameLeft(one: LeftBehind | null, other: LeftBehind | null): boolean {
  if (one === null || other === null) return one === other;
  return (
    one.pages === other.pages &&
    one.results === other.results &&
    one.releases === other.releases &&
    one.heavy === other.heavy
  );
}

export function leftBehind(exits: readonly Exit[], context: Context): LeftBehind {
  const { tables, program } = context;
  const isReachable = ({ object }: Holder): boolean => {
    const info = tables.object(object);
    return info?.kind !== "variable" || info.frame !== 0;
  };
  // A set of flags says how a caller takes pages.
  const pages = exits.some(
    ({ state, value }) => value?.kind === "flags" || state.holdings.some(({ holder }) => isReachable(holder)),
  );
  const results = exits.some(({ value }) => {
    if (value?.kind !== "number") return false;
    return value.value.terms.some(([symbol]) => {
      const call = tables.symbol(symbol)?.call;
      return call !== undefined && program.bind(call.api, null)?.entry.role === "trigger";
    });
  });
  const heavy = context.overBudget || (context.steps > heavySteps && !context.program.assumesUnreleased);
  return { pages, results, releases: context.releasesOthers, heavy };
}

/** Whether some ordering compares what C turns from signed to unsigned for it. */
export function comparesUnsigned(ir: FunctionIr): boolean {
  let known = comparing.get(ir);
  if (known === undefined) {
    known = ir.blocks.some(
      ({ terminator }) => terminator.kind === "branch" && isConverted(terminator.condition),
    );
    comparing.set(ir, known);
  }
  return known;
}

const comparing = new WeakMap<FunctionIr, boolean>();

function isConverted(condition: Expression): boolean {
  if (condition.kind === "cast" || condition.kind === "unary") return isConverted(condition.operand);
  if (condition.kind !== "binary") return false;
  const { operator, left, right } = condition;
  if (/^[<>]=?$/.test(operator)) return [left, right].some(isSignedAsUnsigned);
  return isConverted(left) || isConverted(right);
}

function isSignedAsUnsigned(side: Expression): boolean {
  if (side.kind !== "cast" || !side.implicit || side.operand.kind === "constant") return false;
  const { type, operand } = side;
  return type.kind === "integer" && !type.signed && operand.type.kind === "integer" && operand.type.signed;
}
