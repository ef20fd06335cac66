/** Simulates a function as a scenario or a path asks: the best run that the search finds is told. */
import type { FunctionIr } from "@pinscope/grammars/ir";
import type { Profile } from "@pinscope/simulator/kernel";
import { settle } from "./balance.ts";
import { takesPages } from "./calls.ts";
import type { ChosenPreset } from "./choices.ts";
import { unmetDemands } from "./demands.ts";
import { type Goal, whereItEnds } from "./goal.ts";
import { initialState, userMemory } from "./initial-state.ts";
import { assumptionOf } from "./recorder.ts";
import type { Run } from "./run.ts";
import type { Observer } from "./run-input.ts";
import { DEFAULT_SCENARIO, type Scenario, scenarioTexts } from "./scenario.ts";
import { acquiresIn, type Finished, isForced, Search } from "./search.ts";
import type {
  Assumption,
  Contradiction,
  Exit,
  Imbalance,
  PathEdge,
  SimulatedPage,
  SimulatedProgram,
  Simulation,
} from "./types.ts";
import { stateOf } from "./world.ts";

export const STANDING_TEXT =
  "Simulated on one CPU, one thread at a time: 4 KiB pages, x86-64 rules, LRU batches drained, no memory pressure " +
  "unless the scenario says so. Not modelled: races of fast GUP with fork, split or zap, I/O completing on another " +
  'CPU while this path runs, reclaim, compaction, KSM, memcg, arch hooks. "Balanced" means balanced on this ' +
  "sequential path.";

export interface SimulationInput {
  readonly program: SimulatedProgram;
  /** The function to run: its name in the program. */
  readonly function: string;
  readonly profile: Profile;
  readonly scenario?: Scenario;
  /** Branches to take, in order; absent: to the success exit. */
  readonly path?: readonly PathEdge[];
  /** What the run is to pass through on its way; not with `path`. */
  readonly goal?: Goal;
  /** Values that an earlier run found, by choice. */
  readonly presets?: ReadonlyMap<string, ChosenPreset>;
  /** Whether `alternatives` are looked for. Default false. */
  readonly alternatives?: boolean;
  /** Whether the state that it was started in is told. Default false. */
  readonly initial?: boolean;
  /** Whether steps are told; the rest always is. Default true. */
  readonly trace?: boolean;
  /** Whether choices may be changed in the middle of a run, which saves runs; then nothing can be told of its steps. Default false. */
  readonly mayAmend?: boolean;
  /** How often the function may be started in search of its choices. */
  readonly runs?: number;
  /** Operations and terminators that one run may take; with it no clock ends a run. */
  readonly steps?: number;
}

/** Thrown for a function that the program does not have. */
export class UnknownFunctionError extends Error {
  override readonly name = "UnknownFunctionError";
}

/**
 * Simulates a function. Never throws on what the code does: that is the exit.
 * @throws UnknownFunctionError where the program has no such function.
 */
export function simulate(input: SimulationInput): Simulation {
  return simulateOnce(input).simulation;
}

/**
 * As `simulate`, with what another simulation may go on from.
 * @throws UnknownFunctionError where the program has no such function.
 */
export function simulateOnce(input: SimulationInput): Simulated {
  const steps = simulateInSteps(input);
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

/** A simulation, and the same run again for who wants to look on. */
export interface Simulated {
  readonly simulation: Simulation;
  /** The values that the run started with. */
  readonly presets: ReadonlyMap<string, ChosenPreset>;
  again(observe: Observer): void;
}

/**
 * As `simulate`; yields after every run, so that whoever drives it can do something else in between, or leave it.
 * @throws UnknownFunctionError where the program has no such function.
 */
export function* simulateInSteps(input: SimulationInput): Generator<void, Simulated> {
  const ir = input.program.lookup(input.function);
  if (ir === null) throw new UnknownFunctionError(`no function "${input.function}"`);
  const search = new Search(input, ir, acquiresIn(input.program));
  const best = yield* search.find();
  const told = input.trace === false ? best : search.tell(best);
  const { presets } = told;
  return {
    simulation: report(input, ir, told, search.runs),
    presets,
    again: (observe) => search.watch(presets, observe),
  };
}

/** Other values of fields, parameters and results of unknown calls, one branch at a time. */
function alternativesOf(run: Run): Simulation["alternatives"] {
  run.choices.forgetSolved();
  return run.choices.openBranches.flatMap((branch) => {
    const found = run.choices.solveFor(branch.term, !branch.truth, branch.constraintsBefore, branch.location);
    const set = [...(found ?? [])].flatMap(([key, preset]) => {
      const choice = run.choices.all.get(key);
      // Loops have scenarios of their own.
      const isLoop = choice !== undefined && /^opaque [^ ]*:loop /.test(choice.key);
      return choice === undefined || choice.allowed !== undefined || isLoop
        ? []
        : [{ what: choice.what, preset }];
    });
    return found !== null && set.length === found.size && set.length > 0 ? [set] : [];
  });
}

/**
 * Demands that exclude each other. That one branch could not go as the success path has it is none where the success
 * exit was reached all the same, or where the scenario says how calls and fields are.
 */
function contradictionsOf({ input, choices, progress }: Run, exit: Exit): readonly Contradiction[] {
  const isMet = input.path === null && (isForced(input.scenario) || exit.kind === "success");
  if (progress === null) return isMet ? [] : choices.contradictions;
  return progress.isComplete ? [] : progress.obstacles;
}

/** That the user's memory is not what it usually is. */
function memoryAssumed(input: SimulationInput, ir: FunctionIr, { buffer }: Scenario): readonly Assumption[] {
  if (buffer === (input.scenario ?? DEFAULT_SCENARIO).buffer) return [];
  const text = `the user's memory is ${buffer}`;
  return [
    { text, location: ir.location, reason: "success path", entitled: false, given: true, loopIn: null },
  ];
}

/** Where the goal was not come to, that is how the run ended. */
function exitToldOf({ run, exit }: Finished): Exit {
  const { progress } = run;
  if (progress === null || progress.isComplete || exit.kind === "stuck") return exit;
  const { text, location } = whereItEnds(progress, run.input.function);
  return { kind: "diverged", message: text, location };
}

/** Imbalances that stand only at the end of a path. */
const LEFT_BEHIND: ReadonlySet<Imbalance["kind"]> = new Set(["leak", "missed", "lost-memory"]);

function report(input: SimulationInput, ir: FunctionIr, told: Finished, runs: number): Simulation {
  const { run, owners, scenario } = told;
  const exit = exitToldOf(told);
  const { world, recorder } = run;
  recorder.meet();
  const settled = settle(run, owners());
  // What a run holds that did not come to an end, it might yet have let go of.
  const hasEnded = exit.kind === "success" || exit.kind === "failure";
  const imbalances = settled.imbalances.filter(({ kind }) => hasEnded || !LEFT_BEHIND.has(kind));
  if (exit.kind === "crash") imbalances.push({ kind: "crash", text: exit.message, location: exit.location });
  const { era } = input.profile;
  const pages: SimulatedPage[] = world.pages.map((page, index) => ({
    name: `p${index}`,
    pfn: page.pfn,
    given: world.isGiven(page),
    kind: page.folio.zeroPage
      ? "zero"
      : page.folio.anon
        ? "anon"
        : page.folio.mapping !== null
          ? "file"
          : "kernel",
    order: page.folio.order,
    start: world.startOf(page) ?? recorder.starts[index] ?? stateOf(page),
    end: stateOf(page),
  }));
  const path = input.path ?? null;
  return {
    function: ir.name,
    file: ir.file,
    era: era.name,
    ground: era.ground,
    scenario: scenarioTexts(scenario),
    buffer: scenario.buffer,
    exit,
    acquisitions: world.acquisitions.filter(
      ({ pages: taken, callee }) => taken.length > 0 && takesPages(callee),
    ).length,
    usesIterators: world.iters.size > 0,
    pages,
    steps: recorder.steps,
    truncated: recorder.truncated,
    assumptions: [
      ...memoryAssumed(input, ir, scenario),
      ...[...run.choices.all.values()].filter((one) => run.choices.counted.has(one.key)).map(assumptionOf),
    ],
    contradictions: contradictionsOf(run, exit),
    unmet: unmetDemands(run),
    selection: input.goal?.kind === "lines" ? input.goal.selection : null,
    through: input.goal?.kind === "calls" ? input.goal.functions : [],
    alternatives: input.alternatives === true ? alternativesOf(run) : [],
    fallible: run.call.fallible,
    completions: run.completions.registered,
    initial: input.initial === true ? initialState(run) : null,
    memory: input.initial === true ? userMemory(run) : null,
    vmstat: {
      acquired: world.vmstat?.nrFollPinAcquired ?? 0,
      released: world.vmstat?.nrFollPinReleased ?? 0,
    },
    balance: settled.balance,
    imbalances,
    followed: path === null ? null : run.passedOver === null && run.pathAt >= path.length,
    untaken: run.passedOver ?? path?.[run.pathAt] ?? null,
    divergedAt: exit.kind === "diverged" && run.pathAt > 0 ? run.pathAt - 1 : null,
    runs,
    operations: run.machine.steps,
    standing: STANDING_TEXT,
  };
}
