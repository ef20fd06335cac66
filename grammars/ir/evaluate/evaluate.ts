/**
 * Runs one function to its end: the front door of the evaluator.
 */
import type { FunctionIr } from "../types.ts";
import type { Value } from "./expressions.ts";
import type { EvaluationHost, Machine, Outcome } from "./host.ts";
import type { RecordLookup } from "./layout.ts";
import { createMachine, enterFunction, step } from "./machine.ts";

/** Operations and terminators one evaluation may run before it gives up with `budget`. */
export const EVALUATION_STEP_BUDGET = 1_000_000;

export interface EvaluationSettings {
  /** Values of the parameters, in order; those left out are indeterminate. */
  readonly arguments?: readonly Value[];
  readonly records?: RecordLookup;
  readonly stepBudget?: number;
}

/** Runs the machine until its frames are done or the budget (in steps from now) is used up. */
export function runMachine(machine: Machine, stepBudget: number = EVALUATION_STEP_BUDGET): Outcome {
  const last = machine.steps + stepBudget;
  while (machine.steps < last) {
    const outcome = step(machine);
    if (outcome !== null) return outcome;
  }
  return { kind: "budget", steps: machine.steps };
}

/** Evaluates a function in fresh memory. Never throws on what the function does: that is the outcome. */
export function evaluateFunction(
  ir: FunctionIr,
  host: EvaluationHost,
  settings: EvaluationSettings = {},
): Outcome {
  const machine = createMachine({ host, ...(settings.records ? { records: settings.records } : {}) });
  enterFunction(machine, ir, settings.arguments ?? []);
  return runMachine(machine, settings.stepBudget);
}
