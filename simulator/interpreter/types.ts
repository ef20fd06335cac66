/** What a simulation gives: plain data, one trace that every report renders. Offsets are UTF-16, as in the IR. */
import type { EdgeId, FunctionIr, Location, RecordLookup } from "@pinscope/grammars/ir";
import type { KernelVersion } from "@pinscope/simulator/catalogue";
import type { Ground } from "@pinscope/simulator/kernel";
import type { Preset, Reason } from "./choices.ts";
import type { InitialState, MappedPage } from "./initial-state.ts";
import type { BufferKind } from "./scenario.ts";
import type { PageFamily } from "./world.ts";

/** The code around the function that is run. */
export interface SimulatedProgram {
  /** A function whose body is in sight, as code of the file `from` means it; without one, the file that is run. */
  lookup(name: string, from?: string): FunctionIr | null;
  readonly records: RecordLookup;
  /** Functions of the file that is run whose text has a word; absent: nobody looked. */
  naming?(word: string): readonly string[];
  /** Decides signatures and effects of catalogue entries. */
  readonly version: KernelVersion;
}

/** A branch or case of the path to follow; gotos may be given and are passed over. */
export interface PathEdge {
  readonly function: string;
  readonly edge: EdgeId;
  /** Source offsets of the calls that lead to the frame, the outermost first; absent: any frame of the function. */
  readonly calls?: readonly number[];
  /** The loop that the edge leaves runs as it is computed, as many turns as it takes. */
  readonly afterLoop?: boolean;
}

/** What a page's counters say. Of a large folio those of the folio. */
export interface PageState {
  readonly refcount: number;
  readonly pincount: number;
  readonly mapcount: number;
  readonly dirty: boolean;
  readonly freed: boolean;
}

export interface PageChange {
  /** Index in `pages` of the simulation. */
  readonly page: number;
  /** Null where the page came into play with this step. */
  readonly before: PageState | null;
  readonly after: PageState;
}

export interface Assumption {
  readonly text: string;
  readonly location: Location;
  readonly reason: Reason;
  /** A way to end that the callee's catalogue entry allows, or its body shows: nothing unknown is assumed. */
  readonly entitled: boolean;
  /** A parameter of the function that was started: its callers give what they like. */
  readonly given: boolean;
  /** The function in which this says how often a loop turns that walks what is out of sight; null for anything else. */
  readonly loopIn: string | null;
}

/** Two demands on one value: a branch that was to go one way, and what it contradicts. */
export interface Contradiction {
  readonly text: string;
  readonly location: Location;
  /** Where the value was fixed; null where its computation alone forbids it. */
  readonly with: Location | null;
  /** Earlier demands on the same choices, the last first. */
  readonly sharing?: readonly Location[];
}

export interface TraceStep {
  readonly kind: "call" | "branch" | "assign" | "return";
  readonly location: Location;
  /** Functions, the outermost first. */
  readonly stack: readonly string[];
  /** What ran, as the graph has it. */
  readonly text: string;
  /** Edge taken, of branches. */
  readonly edge?: EdgeId;
  /** Whether the condition held, of branches on one. */
  readonly holds?: boolean;
  readonly changes: readonly PageChange[];
  /** What the kernel would print. */
  readonly warnings: readonly string[];
  readonly notes: readonly string[];
  readonly assumptions: readonly Assumption[];
}

export interface SimulatedPage {
  readonly name: string;
  readonly pfn: number;
  /** The function was given it; it did not take it itself. */
  readonly given: boolean;
  readonly kind: "anon" | "file" | "zero" | "kernel";
  readonly order: number;
  readonly start: PageState;
  readonly end: PageState;
}

export type Exit =
  | { readonly kind: "success" | "failure"; readonly value: string | null; readonly location: Location }
  /** The kernel would have stopped: a NULL or freed object was used. */
  | { readonly kind: "crash"; readonly message: string; readonly location: Location }
  /** BUG() or a place that control cannot get past. */
  | { readonly kind: "stopped"; readonly message: string; readonly location: Location }
  /** Something that this interpreter does not execute, or a budget that was reached. */
  | { readonly kind: "stuck"; readonly message: string; readonly location: Location }
  | { readonly kind: "diverged"; readonly message: string; readonly location: Location };

/** What became of the pages of one acquiring call. */
export interface BalanceLine {
  readonly callee: string;
  readonly function: string;
  readonly location: Location;
  readonly family: PageFamily;
  /** Index in `pages` of one of them, one that is leaked or held where there is such; null where it took none. */
  readonly page: number | null;
  readonly taken: number;
  readonly released: number;
  /**
   * Still held, by an object that outlives the path: its field. `given` names the call out of sight that was given the
   * object and may keep it or not; null where nothing of the kind decides.
   */
  readonly owned: readonly {
    readonly owner: string;
    readonly given: string | null;
    readonly pages: number;
  }[];
  /** Still held, and nothing that outlives the path names them. */
  readonly leaked: number;
  /** A loop whose turns nobody computes may have come to what is leaked. */
  readonly mayBeWalked: boolean;
  /** What the kernel would say about it later. */
  readonly consequence: string | null;
}

export interface Imbalance {
  readonly kind:
    | "leak"
    | "missed"
    | "wrong-family"
    | "not-held"
    | "warning"
    | "crash"
    | "double-free"
    | "lost-memory";
  readonly text: string;
  readonly location: Location;
}

export interface Simulation {
  readonly function: string;
  readonly file: string;
  readonly era: string;
  readonly ground: Ground;
  /** What was asked for beside the usual, as `--scenario` takes it. */
  readonly scenario: readonly string[];
  /** What the user's memory was. */
  readonly buffer: BufferKind;
  /** The stretch of code that the run was to pass through; null where none was selected. */
  readonly selection: Location | null;
  /** Functions that the run was to come to, each called by the one before. */
  readonly through: readonly string[];
  readonly exit: Exit;
  /** Acquiring calls that returned pages. */
  readonly acquisitions: number;
  /** Iterators that somebody else made were walked. */
  readonly usesIterators: boolean;
  readonly pages: readonly SimulatedPage[];
  readonly steps: readonly TraceStep[];
  /** True where steps were left out because there were too many. */
  readonly truncated: boolean;
  readonly assumptions: readonly Assumption[];
  readonly contradictions: readonly Contradiction[];
  /** What the scenario says and nothing on the path had to do with. */
  readonly unmet: readonly string[];
  /** Values of what the code leaves open under which one branch goes the other way; only where asked for. */
  readonly alternatives: readonly (readonly { readonly what: string; readonly preset: Preset }[])[];
  /** Calls that a scenario can make fail, by name and how often the name was called before, from 1. */
  readonly fallible: readonly {
    readonly call: string;
    readonly nth: number;
    readonly location: Location;
  }[];
  /** Callbacks with a body in sight that the path set going: `complete=1` runs them. */
  readonly completions: number;
  readonly balance: readonly BalanceLine[];
  readonly imbalances: readonly Imbalance[];
  /** Every edge of the path to follow was taken; null when there was none. */
  readonly followed: boolean | null;
  /** The first edge of the path that was not taken: its call was answered otherwise, or the run ended before. */
  readonly untaken: PathEdge | null;
  /** Index in the path to follow of the edge at which the run diverged; null where it did not. */
  readonly divergedAt: number | null;
  /** What it was started in; only where asked for. */
  readonly initial: InitialState | null;
  /** The user's memory at the end, with the state at the start. */
  readonly memory: readonly MappedPage[] | null;
  /** How far nr_foll_pin_acquired and nr_foll_pin_released moved. */
  readonly vmstat: { readonly acquired: number; readonly released: number };
  /** How often the run was started to find its choices. */
  readonly runs: number;
  /** Operations executed in the run that is told. */
  readonly operations: number;
  readonly standing: string;
}
