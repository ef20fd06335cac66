/**
 * What a replay needs of a claim: the path, and what the pages must look like at its end if the claim is true. Plain
 * data; knows no simulator and no wording.
 */
import type { Location } from "@pinscope/grammars/ir";
import type { ShownClaim } from "../engine/analyze.ts";
import type { ShownEdge } from "../engine/shown-path.ts";
import type { Acquisition } from "../engine/state.ts";

/** What the end of a path shows if a claim is true. */
export type Expected =
  /** Pages of the acquisition are held and nothing names them. */
  | "leak"
  /** Pages of the acquisition are held in a record; that what lets go of its pages misses them a run does not show. */
  | "missed"
  /** The call at `at` lets go of a page in another way than it was taken. */
  | "wrong-family"
  /** The call at `at` lets go of a page that is not held. */
  | "not-held"
  /** The same of slots that nobody filled: what stands in them the run cannot know, so it shows it or says nothing. */
  | "unfilled"
  /** An errno stands at `at` where a count is taken, or is compared as unsigned. */
  | "negative"
  /** The call at `at` is told to let go of nothing. */
  | "empty";

/** The call that a claim is about. */
export interface ClaimedCall {
  readonly api: string;
  readonly function: string;
  readonly location: Location;
  /** Name of the catalogue's outcome that the path takes: `short`, `error` … */
  readonly outcome: string;
  /** It returns bytes, not pages. */
  readonly bytes: boolean;
}

/** A claim about counts, as it can be replayed. Locations are those of the graphs that the path was found in. */
export interface ReplayRequest {
  readonly function: string;
  readonly path: readonly ShownEdge[];
  readonly expected: Expected;
  /** Null for a release of pages that this path did not take. */
  readonly acquired: ClaimedCall | null;
  readonly at: Location;
  /** Which argument of the call at `at` the claim is about; null where it is about none. */
  readonly position: number | null;
  /** Nothing that lets go of pages or keeps them was followed: the claim is no finding. */
  readonly isAssumed: boolean;
}

/** The request for a claim of `functionName`; null where the claim is not about counts. */
export function replayRequest(claim: ShownClaim, functionName: string): ReplayRequest | null {
  const what = expectedOf(claim);
  if (what === null) return null;
  const { acquired, expected } = what;
  return {
    function: functionName,
    path: claim.path,
    expected,
    acquired,
    at: claim.location,
    position: claim.problem.kind === "empty-release" ? claim.problem.position : null,
    isAssumed: claim.problem.kind === "leak" && claim.problem.assumed === true,
  };
}

interface What {
  readonly acquired: ClaimedCall | null;
  readonly expected: Expected;
}

function expectedOf({ problem }: ShownClaim): What | null {
  switch (problem.kind) {
    case "leak":
      return {
        acquired: claimedCall(problem.acquisition),
        expected: problem.missedBy === undefined ? "leak" : "missed",
      };
    case "overwritten":
    case "freed-record":
      return { acquired: claimedCall(problem.holding.acquisition), expected: "leak" };
    case "mismatch":
      return { acquired: claimedCall(problem.acquisition), expected: "wrong-family" };
    case "double-release":
      return { acquired: claimedCall(problem.acquisition), expected: "not-held" };
    case "over-release":
    case "zero-count":
      return { acquired: claimedCall(problem.acquisition), expected: "unfilled" };
    case "negative-count":
      return { acquired: claimedCall(problem.acquisition), expected: "negative" };
    case "negative-comparison": {
      const { api, functionName, location } = problem.call;
      const acquired = { api, function: functionName, location, outcome: "error", bytes: false };
      return { acquired, expected: "negative" };
    }
    case "empty-release":
      return { acquired: null, expected: "empty" };
    default:
      return null;
  }
}

function claimedCall(acquisition: Acquisition | null): ClaimedCall | null {
  if (acquisition === null) return null;
  const { api, functionName, location, outcome, bytes } = acquisition;
  return { api, function: functionName, location, outcome, bytes };
}
