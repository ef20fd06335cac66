/**
 * From the origins that graphs and analyses count from to the places that functions have in the present text.
 * Knows no claims beyond where their locations stand.
 */
import type { Location } from "@pinscope/grammars/ir";
import type { LiveProgram } from "@pinscope/grammars/program";
import type { FoundClaim } from "../claims.ts";
import type { Remark, Verdict } from "../witness/replay.ts";
import type { PlacedFunction } from "./front-end.ts";

export interface Present {
  /** The offset of an address; an address in no function (a label that is nowhere) stays as it is. */
  offset(address: number): number;
  location(location: Location): Location;
}

/** Places in the present text of `path`; `functions` are those that stand in it. */
export function presentPlaces(
  path: string,
  functions: readonly PlacedFunction[],
  live: LiveProgram,
): Present {
  const sorted = [...functions].sort((left, right) => left.version.origin - right.version.origin);
  const shiftAt = (address: number): number => {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sorted[middle]?.version.origin ?? 0) <= address) low = middle + 1;
      else high = middle;
    }
    const found = sorted[low - 1];
    if (found === undefined || address > found.version.origin + found.version.length) return 0;
    return found.start - found.version.origin;
  };
  const location = (one: Location): Location => {
    if (one.file !== path) return one;
    const shift = shiftAt(one.start);
    const moved = { ...one, start: one.start + shift, end: one.end + shift };
    const macro = one.expandedFrom;
    if (macro?.file !== path) return moved;
    return { ...moved, expandedFrom: { ...macro, ...live.macroPlace(macro.macro) } };
  };
  return { offset: (address) => address + shiftAt(address), location };
}

/** A claim with every location where it stands now. */
export function presentClaim(claim: FoundClaim, { location }: Present): FoundClaim {
  return {
    ...claim,
    problem: presentProblem(claim.problem, location),
    location: location(claim.location),
    rootLocation: location(claim.rootLocation),
    steps: claim.steps.map((step) => ({ ...step, location: location(step.location) })),
  };
}

/** A verdict with every location where it stands now. */
export function presentVerdict(verdict: Verdict, { location }: Present): Verdict {
  const placed = (remark: Remark): Remark => ({
    ...remark,
    location: remark.location === null ? null : location(remark.location),
  });
  return {
    ...verdict,
    reason: verdict.reason === null ? null : placed(verdict.reason),
    assumptions: verdict.assumptions.map(placed),
    leftOut: verdict.leftOut.map(location),
  };
}

type Problem = FoundClaim["problem"];

/** Every location that wording a problem reads, where it stands now. */
function presentProblem(problem: Problem, location: (one: Location) => Location): Problem {
  const placed = <Placed extends { readonly location: Location }>(one: Placed): Placed => ({
    ...one,
    location: location(one.location),
  });
  switch (problem.kind) {
    case "negative-comparison":
      return { ...problem, call: placed(problem.call) };
    case "overwritten":
    case "freed-record":
      return {
        ...problem,
        holding: { ...problem.holding, acquisition: placed(problem.holding.acquisition) },
      };
    case "double-release": {
      const acquisition = problem.acquisition === null ? null : placed(problem.acquisition);
      return { ...problem, acquisition, first: location(problem.first) };
    }
    case "leak":
    case "mismatch":
    case "zero-count":
      return { ...problem, acquisition: placed(problem.acquisition) };
    case "over-release":
    case "negative-count":
      return problem.acquisition === null
        ? problem
        : { ...problem, acquisition: placed(problem.acquisition) };
    case "empty-release":
    case "flags":
    case "obsolete":
      return problem;
  }
}
