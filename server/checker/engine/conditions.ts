/**
 * Forks a state on a condition, and on the sign of a value where C's conversions ask for it.
 * Knows no APIs and no control flow.
 */
import type { Expression } from "@pinscope/grammars/ir";
import type { Environment } from "./addresses.ts";
import { comparisonOf, evaluate } from "./evaluate.ts";
import { addConstant, type Linear, scale } from "./linear.ts";
import { SplitRequest } from "./numbers.ts";
import type { Constraints } from "./solver.ts";
import type { State } from "./state.ts";
import type { Comparison } from "./values.ts";

/** Sign splits that one evaluation may ask for. */
const splitBudget = 4;

function assumeComparison(
  constraints: Constraints,
  comparison: Comparison,
  truth: boolean,
): Constraints | null {
  const { value } = comparison;
  switch (comparison.relation) {
    case "non-negative":
      return truth
        ? constraints.assumeNonNegative(value)
        : constraints.assumeNonNegative(addConstant(scale(value, -1), -1));
    case "zero":
      return truth ? constraints.assumeZero(value) : constraints.assumeNonZero(value);
    case "non-zero":
      return truth ? constraints.assumeNonZero(value) : constraints.assumeZero(value);
  }
}

/** Adds a fact to a state, and what the truth values in it mean; null when it cannot be. */
export function assume(state: State, comparison: Comparison, truth: boolean, env: Environment): State | null {
  let constraints = assumeComparison(state.constraints, comparison, truth);
  if (constraints === null) return null;
  for (const [symbol] of comparison.value.terms) {
    const meaning = env.tables.symbol(symbol)?.truth;
    if (meaning === undefined) continue;
    const self: Linear = { constant: 0, terms: [[symbol, 1]] };
    const holds = constraints.positive(self);
    if (!holds && !constraints.isZero(self)) continue;
    constraints = assumeComparison(constraints, meaning, holds);
    if (constraints === null) return null;
  }
  return constraints === state.constraints ? state : { ...state, constraints };
}

/** Runs `read` in `state`, or in its halves where a sign has to be known first. */
export function withSplits<Result>(
  state: State,
  read: (state: State) => Result,
  budget: number = splitBudget,
): { readonly state: State; readonly result: Result }[] {
  try {
    return [{ state, result: read(state) }];
  } catch (request) {
    if (!(request instanceof SplitRequest) || budget === 0) throw request;
    const halves: { readonly state: State; readonly result: Result }[] = [];
    const positive = state.constraints.assumeNonNegative(request.value);
    const negative = state.constraints.assumeNonNegative(addConstant(scale(request.value, -1), -1));
    if (positive !== null) halves.push(...withSplits({ ...state, constraints: positive }, read, budget - 1));
    if (negative !== null) halves.push(...withSplits({ ...state, constraints: negative }, read, budget - 1));
    return halves;
  }
}

export interface Branch {
  readonly state: State;
  readonly truth: boolean;
  /** Whether the other way was possible too: taking this one says something. */
  readonly informative: boolean;
}

/** The states in which a condition is true and those in which it is false. */
export function branchOn(condition: Expression, state: State, env: Environment): Branch[] {
  const cases = withSplits(state, (current): Comparison | null => {
    const comparison = comparisonOf(condition, current, env);
    if (comparison === "unknown") return null;
    if (comparison !== null) return comparison;
    const value = evaluate(condition, current, env);
    switch (value.kind) {
      case "number":
        return { relation: "non-zero", value: value.value };
      case "flags":
        if (value.names.length > 0) return { relation: "zero", value: { constant: 0, terms: [] } };
        return null;
      default:
        return { relation: "zero", value: { constant: 0, terms: [] } };
    }
  });
  const branches: Branch[] = [];
  for (const { state: current, result: comparison } of cases) {
    if (comparison === null) {
      branches.push(
        { state: current, truth: true, informative: false },
        { state: current, truth: false, informative: false },
      );
      continue;
    }
    const whenTrue = assume(current, comparison, true, env);
    const whenFalse = assume(current, comparison, false, env);
    const informative = (whenTrue !== null && whenFalse !== null) || cases.length > 1;
    if (whenTrue !== null) branches.push({ state: whenTrue, truth: true, informative });
    if (whenFalse !== null) branches.push({ state: whenFalse, truth: false, informative });
  }
  return branches;
}
