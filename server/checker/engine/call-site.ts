/**
 * A call in the program, and claims made at it: only those that rest on what was followed well enough.
 * Knows no effects.
 */

import type { CType, Location } from "@pinscope/grammars/ir";
import type { ClaimedProblem, Context } from "./context.ts";
import type { HoldingsChange } from "./holdings.ts";
import type { Acquisition, State } from "./state.ts";
import type { Value } from "./values.ts";

/** A call in the program, its arguments read. */
export interface CallSite {
  readonly name: string;
  readonly arguments: readonly Value[];
  readonly type: CType;
  readonly location: Location;
  readonly nesting: number;
  readonly functionName: string;
  /** Where the root function stands when this call runs: the call itself, or the helper's call around it. */
  readonly rootLocation: Location;
}

export interface CallResult {
  readonly state: State;
  readonly value: Value | null;
}

/** Whether what a problem rests on is followed well enough to be claimed. */
function isSure(
  problem: ClaimedProblem,
  site: Pick<CallSite, "nesting" | "functionName">,
  state: State,
  context: Context,
): boolean {
  switch (problem.kind) {
    case "overwritten":
    case "freed-record":
      // Between two helpers there is too much that a caller may know.
      return (
        !(problem.kind === "overwritten" && context.losesBytes(problem.holding.acquisition, state)) &&
        problem.holding.acquisition.claimable &&
        (site.nesting === 0 || problem.holding.acquisition.nesting === 0)
      );
    case "double-release":
      return problem.acquisition === null ? site.nesting === 0 : problem.acquisition.claimable;
    case "zero-count":
      if (problem.acquisition.bytes && !context.mayGetNoBytes(problem.acquisition)) return false;
      return isNear(problem.acquisition, site);
    case "negative-count":
      return problem.acquisition === null || isNear(problem.acquisition, site);
    case "over-release":
      if (
        problem.acquisition === null ||
        (problem.filled && problem.unwritten === true && site.nesting === 0)
      )
        return site.nesting === 0;
      return isNear(problem.acquisition, site);
    default:
      return true;
  }
}

/** A failure in one helper reaches another in ways (named results, other files) that may be out of sight. */
function isNear(acquisition: Acquisition, site: Pick<CallSite, "functionName">): boolean {
  return acquisition.nesting === 0 || acquisition.functionName === site.functionName;
}

export function claimAt(
  site: Pick<CallSite, "name" | "location" | "rootLocation" | "nesting" | "functionName">,
  problem: ClaimedProblem,
  state: State,
  context: Context,
): void {
  if (!isSure(problem, site, state, context)) return;
  context.claim({
    problem,
    state,
    location: site.location,
    rootLocation: site.rootLocation,
    nesting: site.nesting,
    api: site.name,
  });
}

export function report(change: HoldingsChange, before: State, site: CallSite, context: Context): State {
  for (const problem of change.problems) {
    claimAt(site, problem, before, context);
  }
  return change.state;
}

export function noteGivenUp(before: State, after: State, site: CallSite, context: Context): void {
  for (const holding of before.holdings) {
    const still = after.holdings.find(
      (other) => other.acquisition === holding.acquisition && other.weakened === null,
    );
    if (still === undefined && holding.weakened === null)
      context.givenUp.set(holding.acquisition.location.start, {
        cause: `passed to ${site.name}()`,
        isBudget: false,
      });
  }
}
