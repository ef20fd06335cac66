/**
 * The search for a run that ends as wanted: starts a function, learns which choices lead there, and starts it again,
 * until it does or nothing is left to try. Tells nothing: that is `simulate.ts`.
 */
import type { FunctionIr, Outcome } from "@pinscope/grammars/ir";
import { findOwners, type Owners } from "./balance.ts";
import { answerCall, takesPages } from "./calls.ts";
import type { ChosenPreset } from "./choices.ts";
import { unmetDemands } from "./demands.ts";
import { Ways } from "./goal.ts";
import { Run } from "./run.ts";
import {
  Halt,
  type Observer,
  Restart,
  RUN_STEP_BUDGET,
  RUN_TIME_BUDGET,
  type RunInput,
} from "./run-input.ts";
import { DEFAULT_SCENARIO, type Scenario } from "./scenario.ts";
import type { SimulationInput } from "./simulate.ts";
import { isFailure } from "./success.ts";
import type { Exit, SimulatedProgram } from "./types.ts";

/** Runs of one function in search of its choices. */
const RUN_BUDGET = 220;
/** Operations of all runs of one function. */
const SEARCH_OPERATION_BUDGET = 500_000;
/** Milliseconds for them and for the run that is told, for what the operations do not count. */
const SEARCH_TIME_BUDGET = 12_000;
/** Branches that are tried the other way where a path diverges. */
const PATH_FLIPS = 1;
/** Calls followed when asking whether a function takes pages. */
const ACQUIRE_DEPTH = 4;

/** How a run ended. */
export interface Finished {
  readonly run: Run;
  readonly exit: Exit;
  /** Who holds what when it has ended: to be asked for before the run is touched again. */
  readonly owners: () => Owners;
  readonly presets: ReadonlyMap<string, ChosenPreset>;
  readonly scenario: Scenario;
}

/** Whether a call takes pages: itself, or in a body that is in sight. */
export function acquiresIn(program: SimulatedProgram): (name: string) => boolean {
  const known = new Map<string, boolean>();
  const visit = (name: string, depth: number, from?: string): boolean => {
    if (takesPages(name)) return true;
    const answer = known.get(name);
    if (answer !== undefined) return answer;
    if (depth >= ACQUIRE_DEPTH) return false;
    known.set(name, false);
    const ir = program.lookup(name, from);
    const found =
      ir?.blocks.some(({ operations }) =>
        operations.some(
          (operation) =>
            operation.kind === "call" &&
            operation.callee.kind === "direct" &&
            visit(operation.callee.name, depth + 1, ir.file),
        ),
      ) ?? false;
    known.set(name, found);
    return found;
  };
  return (name) => visit(name, 0);
}

export class Search {
  runs = 0;
  private operations = 0;
  private readonly input: SimulationInput;
  private readonly ir: FunctionIr;
  private readonly acquires: (name: string) => boolean;
  private readonly wishes = new Set<string>();
  private readonly followed = new Set<string>();
  private mayGoBack = false;
  /** What the scenario demands of calls and values is put off: the success path comes first. */
  private seeksSuccess = false;
  private scenario: Scenario;
  private readonly ways: Ways | null;
  /** Who limits the operations himself wants the same result on a busy machine. */
  private readonly deadline: number;
  /** Milliseconds of the longest run: the best one runs again to be told. */
  private longest = 0;

  constructor(input: SimulationInput, ir: FunctionIr, acquires: (name: string) => boolean) {
    this.input = input;
    this.ir = ir;
    this.acquires = acquires;
    this.deadline =
      input.steps === undefined ? performance.now() + SEARCH_TIME_BUDGET : Number.POSITIVE_INFINITY;
    this.scenario = input.scenario ?? DEFAULT_SCENARIO;
    this.ways = input.goal === undefined ? null : new Ways(input.goal, ir, input.program);
  }

  *find(): Generator<void, Finished> {
    const first = yield* this.settle(this.input.presets ?? new Map());
    if (this.input.path !== undefined)
      return first.exit.kind === "diverged" ? yield* this.searchPath(first) : first;
    const usual = yield* this.improve(first);
    if (this.ways === null || usual.run.progress?.isComplete === true || !this.ways.isPossible) return usual;
    // The success path does not go there by itself: branches are told to.
    this.ways.isGuiding = true;
    this.wishes.clear();
    return yield* this.improve(yield* this.settle(usual.presets));
  }

  /** Looks for a better run, in whatever way is left. */
  private *improve(first: Finished): Generator<void, Finished> {
    const isGuiding = this.ways?.isGuiding === true;
    // Where the scenario decides how the path ends, another way to success is not what was asked for.
    if (!isGuiding && !this.seeksSuccess && isForced(this.scenario) && first.exit.kind !== "stuck")
      return unmetDemands(first.run).length === 0 ? first : yield* this.fromSuccess(first);
    const full = isGuiding ? GOAL : this.acquires(this.ir.name) ? FULL : SUCCESS;
    let best = first;
    const open = [first];
    if (rank(best) < full && this.inTime()) {
      this.mayGoBack = true;
      const known = new Set(this.wishes);
      this.wishes.clear();
      const second = yield* this.settle(this.input.presets ?? new Map());
      for (const wish of known) this.wishes.add(wish);
      if (rank(second) > rank(best)) best = second;
      open.push(second);
    }
    // Where wishes for single branches did not lead there, branches are flipped: the last of the best run first.
    while (rank(best) < full && this.inTime()) {
      const from = open.reduce((one, other) => (rank(other) >= rank(one) ? other : one));
      const presets = this.flip(from);
      if (presets === null) {
        open.splice(open.indexOf(from), 1);
        if (open.length === 0) break;
        continue;
      }
      const next = yield* this.settle(presets);
      open.push(next);
      if (rank(next) > rank(best)) best = next;
    }
    return rank(best) === TOOK_PAGES ? yield* this.withOtherMemory(best) : best;
  }

  /** What is to fail was not met: the success path may come by there. */
  private *fromSuccess(first: Finished): Generator<void, Finished> {
    const told = this.scenario;
    this.scenario = { ...told, fail: [], short: [], set: [] };
    this.wishes.clear();
    this.seeksSuccess = true;
    const success = yield* this.improve(yield* this.settle(first.presets));
    this.seeksSuccess = false;
    // The kind of memory that the code wants stays.
    this.scenario = { ...told, buffer: success.scenario.buffer };
    this.wishes.clear();
    this.mayGoBack = false;
    const next = yield* this.settle(success.presets);
    if (unmetDemands(next.run).length < unmetDemands(first.run).length) return next;
    this.scenario = told;
    return first;
  }

  /** Pages were taken, and the code refuses them: memory of another kind may be what it wants. */
  private *withOtherMemory(best: Finished): Generator<void, Finished> {
    if (!this.scenario.anyBuffer) return best;
    for (const buffer of LARGE_BUFFERS) {
      this.scenario = { ...best.scenario, buffer };
      this.wishes.clear();
      const finished = yield* this.settle(this.input.presets ?? new Map());
      if (rank(finished) >= FULL) return finished;
    }
    this.scenario = best.scenario;
    return best;
  }

  /** Where the path was not gone to its end: lets what it says nothing of go other ways. */
  private *searchPath(first: Finished): Generator<void, Finished> {
    let best = first;
    for (let flips = 0; flips < PATH_FLIPS && mayFlip(best) && this.inTime(); flips++) {
      const presets = this.flip(best);
      if (presets === null) break;
      const next = yield* this.settle(presets);
      if (next.exit.kind !== "diverged" || next.run.pathAt > best.run.pathAt) best = next;
    }
    return best;
  }

  private readonly openRecords = new Set<string>();

  /** Runs until no run asks to be started again. */
  private *settle(start: ReadonlyMap<string, ChosenPreset>): Generator<void, Finished> {
    let presets = start;
    for (;;) {
      const finished = this.once(presets, false);
      yield;
      if ("exit" in finished) {
        const tag = hiddenField(finished.exit);
        if (tag === null || this.openRecords.has(tag)) return finished;
        this.openRecords.add(tag);
        continue;
      }
      // A path may ask twice: what it asked for in between can have undone the first.
      if (this.input.path === undefined || this.followed.has(finished.wish)) this.wishes.add(finished.wish);
      this.followed.add(finished.wish);
      presets = new Map([...presets, ...finished.presets]);
    }
  }

  /** The same run again, with its trace. */
  tell(finished: Finished): Finished {
    const again = this.once(finished.presets, true);
    return "exit" in again ? again : finished;
  }

  /** The same run again, while somebody looks on. */
  watch(presets: ReadonlyMap<string, ChosenPreset>, observe: Observer): void {
    this.once(presets, false, observe);
  }

  private inTime(): boolean {
    return (
      this.runs < (this.input.runs ?? RUN_BUDGET) &&
      this.operations < SEARCH_OPERATION_BUDGET &&
      performance.now() < this.deadline - this.longest
    );
  }

  private once(
    presets: ReadonlyMap<string, ChosenPreset>,
    record: boolean,
    observe: Observer | null = null,
  ): Finished | Restart {
    this.runs += 1;
    const input: RunInput = {
      program: this.input.program,
      function: this.ir,
      profile: this.input.profile,
      scenario: this.scenario,
      presets,
      wishes: this.wishes,
      path: this.input.path ?? null,
      ways: this.ways,
      record,
      openRecords: this.openRecords,
      acquires: this.acquires,
      answer: answerCall,
      steps: this.input.steps ?? RUN_STEP_BUDGET,
      deadline: this.deadlineOfRun(record || observe !== null),
      mayRestart: !record && observe === null && this.inTime(),
      observe,
      mayGoBack: this.mayGoBack,
      mayAmend: this.input.mayAmend === true && !record && observe === null,
    };
    const started = performance.now();
    const run = new Run(input);
    const { scenario } = this;
    try {
      const outcome = run.execute();
      const returned = outcome.kind === "returned" ? outcome.value : null;
      const exit = exitOf(outcome, this.ir, run);
      return {
        run,
        exit,
        owners: () => findOwners(run, returned, exit.kind === "failure"),
        presets: new Map([...presets, ...run.amendments.made]),
        scenario,
      };
    } catch (error) {
      const { made } = run.amendments;
      if (error instanceof Restart) {
        for (const wish of run.choices.preferred) this.wishes.add(wish);
        return new Restart(error.wish, new Map([...made, ...error.presets]));
      }
      const exit: Exit =
        error instanceof Halt
          ? { kind: error.kind, message: error.message, location: run.location }
          : { kind: "stuck", message: `internal error: ${messageOf(error)}`, location: run.location };
      const all = new Map([...presets, ...made]);
      return { run, exit, owners: () => findOwners(run, null, false), presets: all, scenario };
    } finally {
      this.operations += run.machine.steps;
      this.longest = Math.max(this.longest, performance.now() - started);
    }
  }

  /** A run in search of choices leaves time for one more. What is told ran once, so it ends. */
  private deadlineOfRun(isTold: boolean): number {
    const now = performance.now();
    if (this.deadline === Number.POSITIVE_INFINITY) return this.deadline;
    if (isTold) return now + SEARCH_TIME_BUDGET;
    return Math.min(now + RUN_TIME_BUDGET, now + Math.max(0, this.deadline - now) / 2);
  }

  /** Presets under which one open branch of a run goes the other way; null where none is left. */
  private flip({ run, presets }: Finished): ReadonlyMap<string, ChosenPreset> | null {
    for (const branch of run.choices.openBranches.toReversed()) {
      if (this.wishes.has(branch.wish) || !branch.isFree) continue;
      this.wishes.add(branch.wish);
      const found = run.choices.solveFor(
        branch.term,
        !branch.truth,
        branch.constraintsBefore,
        branch.location,
      );
      if (found === null) continue;
      const chosen = [...found].map(([key, preset]): [string, ChosenPreset] => [
        key,
        { preset, reason: "success path" },
      ]);
      return new Map([...presets, ...chosen]);
    }
    return null;
  }
}

/** Whether a path was left where no choice is in the condition: an earlier free branch may have decided. */
function mayFlip({ exit, run }: Finished): boolean {
  return exit.kind === "diverged" && run.choices.contradictions.length === 0;
}

export function isForced(scenario: Scenario | undefined): boolean {
  if (scenario === undefined) return false;
  const { fail, short, set, offset, loop, buffer } = scenario;
  const usual = offset === 0 && loop === null && buffer === DEFAULT_SCENARIO.buffer;
  return fail.length + short.length + set.length > 0 || !usual;
}

/** The record of which a field was asked for that its definition does not show. */
function hiddenField(exit: Exit): string | null {
  return "message" in exit ? (/no field \w+ in (\w+)$/.exec(exit.message)?.[1] ?? null) : null;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Of a run that passed through what it was to pass through. */
const GOAL = 16;
/** For each point of that: more than pages and exits. */
const POINT = 4;
const FULL = 3;
/** Without a success exit. */
const TOOK_PAGES = 2;
/** What code may ask of the user's memory. */
const LARGE_BUFFERS = ["hugetlb", "thp"] as const;
/** Of a function that takes no pages. */
const SUCCESS = 1;

/** How near a run came to what is wanted: its goal, pages taken, and a success exit. */
function rank({ run, exit }: Finished): number {
  const took = run.world.acquisitions.some(({ pages, callee }) => pages.length > 0 && takesPages(callee));
  const { progress } = run;
  const goal = progress === null ? 0 : progress.isComplete ? GOAL : Math.min(progress.reached, 3) * POINT;
  return goal + (took ? 2 : 0) + (exit.kind === "success" ? 1 : 0);
}

function exitOf(outcome: Outcome, ir: FunctionIr, run: Run): Exit {
  switch (outcome.kind) {
    case "returned": {
      const { value } = outcome;
      const location = run.returnedAt ?? run.location;
      if (typeof value !== "bigint") return { kind: "success", value: null, location };
      const text = ir.returns.kind === "pointer" ? pointerText(value) : String(value);
      return {
        kind: isFailure(value, ir.returns) ? "failure" : "success",
        value: text,
        location,
      };
    }
    case "unreachable":
      return { kind: "stopped", message: "control cannot get past here", location: outcome.location };
    case "stopped":
      return { kind: "stopped", message: outcome.reason, location: run.location };
    case "budget":
      return {
        kind: "stuck",
        message: `the budget of ${outcome.steps} steps is used up`,
        location: run.location,
      };
    case "stuck": {
      const oops = ["null-pointer", "wild-pointer", "dead-object", "out-of-bounds"].includes(outcome.cause);
      return {
        kind: oops ? "crash" : "stuck",
        message: `${outcome.cause}: ${outcome.message}`,
        location: outcome.location,
      };
    }
  }
}

function pointerText(value: bigint): string {
  const signed = BigInt.asIntN(64, value);
  if (value === 0n) return "NULL";
  return signed < 0n && signed >= -4095n ? `ERR_PTR(${signed})` : "a pointer";
}
