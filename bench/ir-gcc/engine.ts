/**
 * What executes a program on our side: the evaluator of `grammars/ir` alone, or the simulator's interpreter on top of it,
 * which takes every integer that was drawn as a choice and keeps beside each value the term that computed it.
 */
import {
  type CallAnswer,
  type CallEvent,
  type CType,
  createMachine,
  enterFunction,
  type FunctionIr,
  type Machine,
  type Outcome,
  type RecordLookup,
  runMachine,
  type Value,
} from "@pinscope/grammars/ir";
import { DEFAULT_SCENARIO } from "@pinscope/simulator/interpreter";
import { DEFAULT_MACHINE, findEra } from "@pinscope/simulator/kernel";
import { Run } from "../../simulator/interpreter/run.ts";
import { Halt } from "../../simulator/interpreter/run-input.ts";
import { valueOfTerm } from "../../simulator/interpreter/terms.ts";

export interface EngineInput {
  readonly function: FunctionIr;
  readonly functions: ReadonlyMap<string, FunctionIr>;
  readonly records: RecordLookup;
  readonly call: (event: CallEvent) => CallAnswer;
  /** Reads of what nothing wrote give zero; otherwise they end the run, or are the interpreter's choices. */
  readonly zeroes: boolean;
  readonly steps: number;
}

export interface Engine {
  readonly machine: Machine;
  /** Runs the function with these arguments. `complaints` are of the engine's own, beside the outcome. */
  run(values: readonly Value[]): { readonly outcome: Outcome; readonly complaints: readonly string[] };
}

export function evaluator(input: EngineInput): Engine {
  const { call, records } = input;
  const host = { call, ...(input.zeroes ? { indeterminate: () => 0n } : {}) };
  const machine = createMachine({ host, records });
  return {
    machine,
    run(values) {
      enterFunction(machine, input.function, values);
      return { outcome: runMachine(machine, input.steps), complaints: [] };
    },
  };
}

/** The largest number of conditions that are computed again from their terms in one run. */
const TERM_BUDGET = 400;

export function interpreter(input: EngineInput): Engine {
  const set: { what: string; preset: { kind: "number"; value: bigint } }[] = [];
  const given: (Value | undefined)[] = [];
  const run = new Run({
    program: {
      lookup: (name) => input.functions.get(name) ?? null,
      records: input.records,
      version: "v6.12",
    },
    function: input.function,
    profile: { era: findEra("6.12.y"), machine: DEFAULT_MACHINE },
    scenario: { ...DEFAULT_SCENARIO, set },
    presets: new Map(),
    wishes: new Set(),
    path: null,
    asComputed: true,
    ways: null,
    mayGoBack: false,
    mayAmend: false,
    observe: null,
    deadline: Number.POSITIVE_INFINITY,
    record: false,
    steps: input.steps,
    openRecords: new Set(),
    mayRestart: false,
    acquires: () => false,
    arguments: given,
    answer: (running, event) => {
      const answer = input.call(event);
      if (answer.kind !== "value" || typeof answer.value !== "bigint" || !isScalar(event.type)) return answer;
      // What a call gives is a choice, as in a simulation.
      const preset = { kind: "number" as const, value: answer.value };
      const request = {
        key: `call ${event.name}`,
        type: event.type,
        what: `result of ${event.name}()`,
        preset,
      };
      return { kind: "value", value: running.call.chooseResult(request) };
    },
  });
  return {
    machine: run.machine,
    run(values) {
      const { parameters, variables } = input.function;
      values.forEach((value, position) => {
        const variable = variables.find(({ id }) => id === parameters[position]);
        const choosable = typeof value === "bigint" && variable !== undefined && isScalar(variable.type);
        given.push(choosable ? undefined : value);
        if (choosable) set.push({ what: variable.name, preset: { kind: "number", value } });
      });
      const outcome = execute(run);
      return { outcome, complaints: wrongTerms(run) };
    },
  };
}

function isScalar({ kind }: CType): boolean {
  return kind === "integer" || kind === "bool";
}

function execute(run: Run): Outcome {
  try {
    return run.execute();
  } catch (error) {
    if (error instanceof Halt)
      return { kind: "stopped", reason: `halted: ${error.message}`, steps: run.machine.steps };
    throw error;
  }
}

/** Conditions whose terms say otherwise than the machine did. */
function wrongTerms(run: Run): string[] {
  const { layouts } = run.machine;
  const numberOf = (key: string): bigint | undefined => run.choices.all.get(key)?.value;
  return run.choices.constraints.slice(0, TERM_BUDGET).flatMap(({ term, truth, location }) => {
    const value = valueOfTerm(term, layouts, numberOf);
    if (value === null) return [`term at offset ${location.start}: no value`];
    return (value !== 0n) === truth
      ? []
      : [`term at offset ${location.start}: ${value}, the machine says ${truth}`];
  });
}
