/**
 * Functions that let go of what a field keeps: where a path fails with pages in a record, these would have to come to them.
 * Each of them runs behind the path (`after=`); what all of them leave there is lost. Knows no checker.
 */
import type { FunctionIr } from "@pinscope/grammars/ir";
import { bindCall, catalogue } from "@pinscope/simulator/catalogue";
import { takesPages } from "./calls.ts";
import type { Explored } from "./explore.ts";
import type { Scenario } from "./scenario.ts";
import { type SimulationInput, simulate } from "./simulate.ts";
import type { SimulatedProgram, Simulation } from "./types.ts";

/** How many functions that name the field are tried; where there are more, nothing is said. */
const TEARDOWN_BUDGET = 4;
/** Paths of one exploration behind which they run. */
const RUN_BUDGET = 16;
/** Calls followed when asking whether a function lets go of pages. */
const DEPTH = 3;

/** The last field that a place is called by. */
const LAST_FIELD = /(?:->|\.)([A-Za-z_]\w*)(?:\[[^\]]*\])*$/;

export class Teardowns {
  private readonly input: SimulationInput;
  private readonly byField = new Map<string, readonly string[]>();
  private readonly told = new Set<string>();
  private runs = 0;

  constructor(input: SimulationInput) {
    this.input = input;
  }

  /** Runs in which pages that a failing path left in a record are missed by whatever lets go of that record's pages. */
  missing(text: string, scenario: Scenario, { balance, exit }: Simulation): readonly Explored[] {
    if (exit.kind !== "failure") return [];
    const places = new Map<string, { readonly start: number; readonly field: string }>();
    for (const { owned, location } of balance)
      for (const { owner, given } of owned) {
        const field = given === null ? LAST_FIELD.exec(owner)?.[1] : undefined;
        const place = `${location.start} ${field}`;
        if (field !== undefined && !this.told.has(place)) places.set(place, { start: location.start, field });
      }
    const found: Explored[] = [];
    for (const [place, { start, field }] of places) {
      const runs = this.behind(text, scenario, field);
      const isMissed = ({ simulation }: Explored): boolean =>
        simulation.imbalances.some(
          ({ kind, location }) => (kind === "missed" || kind === "leak") && location.start === start,
        );
      if (runs.length === 0 || !runs.every(isMissed)) continue;
      this.told.add(place);
      found.push(...runs.slice(0, 1));
    }
    return found;
  }

  private behind(text: string, scenario: Scenario, field: string): Explored[] {
    const { program, function: root } = this.input;
    const names = this.byField.get(field) ?? teardownsOf(program, root, field) ?? [];
    this.byField.set(field, names);
    if (names.length === 0 || this.runs >= RUN_BUDGET) return [];
    this.runs += 1;
    return names.map((after) => ({
      scenario: text === "" ? `after=${after}` : `${text}; after=${after}`,
      simulation: simulate({ ...this.input, scenario: { ...scenario, after }, trace: false }),
    }));
  }
}

/**
 * Functions beside `root` that name the field and let go of pages; null where nothing in sight tells: there is none, or one
 * calls `root` and knows what it leaves.
 */
function teardownsOf(program: SimulatedProgram, root: string, field: string): readonly string[] | null {
  const others = program.naming?.(field).filter((name) => name !== root) ?? [];
  if (others.length > TEARDOWN_BUDGET) return null;
  const releasing = others.filter((name) => comesTo(program, name, 0, releases));
  if (releasing.some((name) => comesTo(program, name, 0, (_program, { callee }) => callee === root)))
    return null;
  // What fills the field, too, begins anew.
  const found = releasing.filter(
    (name) => !comesTo(program, name, 0, (_program, { callee }) => takesPages(callee)),
  );
  return found.length === 0 ? null : found;
}

interface Called {
  readonly callee: string;
  /** Of its arguments. */
  readonly count: number;
}

type Test = (program: SimulatedProgram, call: Called) => boolean;

const releases: Test = ({ version }, { callee, count }) => {
  if (!catalogue.has(callee)) return false;
  const bound = bindCall(callee, count, [], version);
  return bound?.outcomes.some(({ effects }) => effects.some(({ kind }) => kind === "release")) ?? false;
};

/** Whether a function makes such a call, or one that it calls does. */
function comesTo(program: SimulatedProgram, name: string, depth: number, test: Test): boolean {
  if (depth > DEPTH) return false;
  return callsOf(program.lookup(name)).some(
    (call) =>
      test(program, call) ||
      (program.lookup(call.callee) !== null && comesTo(program, call.callee, depth + 1, test)),
  );
}

function callsOf(ir: FunctionIr | null): Called[] {
  return (ir?.blocks ?? []).flatMap(({ operations }) =>
    operations.flatMap((one) =>
      one.kind === "call" && one.callee.kind === "direct"
        ? [{ callee: one.callee.name, count: one.arguments.length }]
        : [],
    ),
  );
}
