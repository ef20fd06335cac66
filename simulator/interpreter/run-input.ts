/** What a run is given, and how it ends early. Runs nothing. */
import type { CallAnswer, CallEvent, FunctionIr, Value } from "@pinscope/grammars/ir";
import type { Profile } from "@pinscope/simulator/kernel";
import type { ChosenPreset, Preset, Reason } from "./choices.ts";
import type { Ways } from "./goal.ts";
import type { Run } from "./run.ts";
import type { Scenario } from "./scenario.ts";
import type { PathEdge, SimulatedProgram } from "./types.ts";

/** Operations and terminators that one run may take. */
export const RUN_STEP_BUDGET = 60_000;
/** Calls nested in each other. */
export const CALL_DEPTH_BUDGET = 12;
/** Milliseconds that one run may take. */
export const RUN_TIME_BUDGET = 5_000;
/** Turns of one loop in one frame whose condition rests on choices. */
export const OPEN_LOOP_BUDGET = 24;

/** Asks for a new run with further presets. No `Error`: nobody wants its stack. */
export class Restart {
  readonly presets: ReadonlyMap<string, ChosenPreset>;
  /** What the new run is meant to do otherwise; the same wish is not followed twice. */
  readonly wish: string;
  constructor(wish: string, presets: ReadonlyMap<string, ChosenPreset>) {
    this.wish = wish;
    this.presets = presets;
  }
}

/** Ends a run for a reason of the interpreter's own. No `Error`: nobody wants its stack. */
export class Halt {
  readonly kind: "stuck" | "diverged" | "stopped" | "crash";
  readonly message: string;
  constructor(kind: Halt["kind"], message: string) {
    this.kind = kind;
    this.message = message;
  }
}

/** Looks at a run before each operation and terminator. Must not change anything. */
export type Observer = (run: Run) => void;

export interface RunInput {
  readonly program: SimulatedProgram;
  readonly function: FunctionIr;
  readonly profile: Profile;
  readonly scenario: Scenario;
  /** Arguments of the function; what is left out is chosen when it is read. */
  readonly arguments?: readonly (Value | undefined)[];
  readonly presets: ReadonlyMap<string, ChosenPreset>;
  /** Wishes that were followed already, or could not be. */
  readonly wishes: ReadonlySet<string>;
  /** Branches to take; null: as the success path wants. */
  readonly path: readonly PathEdge[] | null;
  /** What the run is to pass through; null: nothing. */
  readonly ways: Ways | null;
  /** Branches go as they are computed: no way is wished for. */
  readonly asComputed?: true;
  readonly record: boolean;
  readonly steps: number;
  /** When the run ends at the latest, as `performance.now()` tells time; infinity: no clock ends it. */
  readonly deadline: number;
  /** Records that have more fields than their definition shows. */
  readonly openRecords: ReadonlySet<string>;
  /** Whether the run may end in order to be started again with other choices. */
  readonly mayRestart: boolean;
  /** Whether an earlier branch that could as well go the other way may be changed for the sake of a later one. */
  readonly mayGoBack: boolean;
  /** Whether choices may be changed where they stand. */
  readonly mayAmend: boolean;
  readonly acquires: (name: string) => boolean;
  readonly answer: (run: Run, event: CallEvent) => CallAnswer;
  readonly observe: Observer | null;
}

/** Presets with the reason why they are set. */
export function withReason(
  presets: ReadonlyMap<string, Preset>,
  reason: Reason,
): ReadonlyMap<string, ChosenPreset> {
  return new Map([...presets].map(([key, preset]) => [key, { preset, reason }]));
}
