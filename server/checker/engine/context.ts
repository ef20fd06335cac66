/**
 * What one root function's analysis shares over all its paths: tables, budgets, the program's other functions, and
 * where problems are collected. Knows no control flow.
 */
import type { BlockId, FunctionIr, Location, Operation } from "@pinscope/grammars/ir";
import { type BoundCall, bytesLeftNames } from "@pinscope/simulator/catalogue";
import type { Environment } from "./addresses.ts";
import type { FlagSet } from "./flags.ts";
import type { Problem } from "./holdings.ts";
import type { LeftBehind } from "./left-behind.ts";
import type { Acquisition, State } from "./state.ts";
import { Summaries } from "./summaries.ts";
import { type ResultOrigin, Tables, type Value } from "./values.ts";

/** Operations that all paths of one root function may run together. */
const stepBudget = 2_000;
/** As many where only its helpers take pages: they are roots of their own walks, too. */
const outerStepBudget = 60;
/** The same where every way out makes a candidate: who calls a helper that takes pages has candidates of its own. */
const assumedOuterStepBudget = 500;
/** A helper that takes more by itself is not walked again for its callers. */
export const heavySteps = 100;
/** As many for one path that is walked again by itself. */
const guidedStepBudget = 3_000;
/** Different shapes of holdings that are followed at one block. */
export const shapesPerBlock = 8;
/** Acquisitions and parts of them that one state holds; where it holds more, its claims end. */
export const holdingsPerState = 8;
/** States of one shape that are followed each on its own; further ones are joined. */
export const statesPerShape = 1;
/** As many where one path is walked again: nothing is joined then. */
export const guidedStatesPerShape = 64;
/** How often the joined state of a shape may grow; from then on numbers that differ are not known at all. */
export const joinsPerShape = 8;
/** How often it may grow in all. */
export const allJoinsPerShape = 32;
/** Ways out of one inlined call that are followed. */
export const exitsPerCall = 12;
/** How deep helpers in the same file are followed. */
export const inlineDepth = 3;
/** Turns of one loop that are followed before its states must have met. */
export const turnsPerLoop = 4;

/** Why the claim on an acquisition ended before it was let go, kept or lost. */
export interface GivenUp {
  readonly cause: string;
  /** There was no room to follow it, as against: the code does something that is not followed. */
  readonly isBudget: boolean;
}

/** What the engine can claim. */
export type ClaimedProblem =
  | Problem
  /**
   * `assumed`: nothing that lets go of pages or keeps them was followed. `missedBy`: they are in a record, and these
   * functions, which let go of the record's pages, would miss them.
   */
  | {
      readonly kind: "leak";
      readonly acquisition: Acquisition;
      readonly assumed?: true;
      readonly missedBy?: readonly string[];
    }
  /** A result that is an errno on this path is compared as unsigned, and the comparison goes the other way. */
  | {
      readonly kind: "negative-comparison";
      readonly call: ResultOrigin;
      readonly signedSide: "left" | "right";
    }
  /** The flags of a call, as far as they are certain on this path. */
  | { readonly kind: "flags"; readonly bound: BoundCall; readonly flags: FlagSet }
  /** A call of a name that has a successor. */
  | { readonly kind: "obsolete"; readonly bound: BoundCall };

/** A problem with the path that shows it. */
export interface Claim {
  readonly problem: ClaimedProblem;
  readonly state: State;
  readonly location: Location;
  /** Where the root function stands at that moment. */
  readonly rootLocation: Location;
  /** Depth of the helper in which it shows; 0 in the root function itself. */
  readonly nesting: number;
  /** The call that lets go, for claims about a release. */
  readonly api?: string;
}

/** What the engine asks of the program around a function. */
export interface ProgramView {
  /** The body of a function in the same file. */
  lookup(name: string): FunctionIr | null;
  /** Whether there is one; asking reads no body. */
  defines(name: string): boolean;
  /** Whether the function, or one it calls, takes or lets go of pages: following a call of it always matters. */
  movesPages(name: string): boolean;
  /** Whether it allocates, links or frees something: following matters where it is handed what is held. */
  movesRecords(name: string): boolean;
  /** The functions of the file that take or let go of pages and name a field, in the file's order. */
  naming(field: string): readonly string[];
  /** Whether the file asks what iterators are backed by, or unpins at all. */
  readonly testsIterators: boolean;
  /** For controls: pins and references are taken to stay, whatever lets go of them, and to be owned by nobody. */
  readonly assumesUnreleased: boolean;
  /**
   * What a function of the file leaves with its callers, as its own walk showed before that of `root`; null for one
   * that has none, since it reaches nothing that takes pages.
   */
  leftBehind(callee: string, root: string): LeftBehind | null;
  /** The catalogue's entry for a call; with any signature where the number of arguments is not known. */
  bind(name: string, argumentCount: number | null): BoundCall | null;
}

/** Told of every state that comes to an operation of the root function. */
export type Observer = (operation: Operation, state: State, environment: Environment) => void;

/** A call as frames stand for it. */
export interface Frame {
  readonly callee: string;
  /** Source offsets of the calls that lead to it, the outermost first. */
  readonly calls: readonly number[];
}

export class Context {
  readonly tables: Tables;
  readonly claims: Claim[] = [];
  readonly program: ProgramView;
  readonly root: FunctionIr;
  readonly observer: Observer | null;
  /** Acquiring calls met, by source offset, and why claims on them ended. */
  readonly acquisitions = new Map<number, string>();
  readonly givenUp = new Map<number, GivenUp>();
  steps = 0;
  /** Whether some path was dropped: then not every way out was followed. */
  overBudget = false;
  recursionsCut = 0;
  /** Whether pages were taken into an array that a path knew to be NULL: a union's other member names it, mostly. */
  fillsNull = false;
  /** Whether something was let go of, or handed on, that was not taken on the same walk. */
  releasesOthers = false;
  /** What the root function's parameters are at its beginning. */
  parameters: readonly Value[] = [];
  private readonly pageLoops = new Map<string, boolean>();
  private readonly frames: Map<string, number>;
  private readonly calls: Frame[];
  /** The only edges to be taken, in order; null: all. */
  readonly guide: Guide | null;
  /** Walks of helpers that serve further calls; none where one path is walked by itself. */
  readonly summaries: Summaries | null;

  /** `along`: the same function again, on one of its paths only; without a guide, what may come after it. */
  constructor(
    root: FunctionIr,
    program: ProgramView,
    observer: Observer | null = null,
    along?: { readonly of: Context; readonly guide: Guide | null },
  ) {
    this.root = root;
    this.program = program;
    this.observer = observer;
    this.tables = along?.of.tables ?? new Tables();
    this.frames = along?.of.frames ?? new Map();
    this.calls = along?.of.calls ?? [{ callee: root.name, calls: [] }];
    this.guide = along?.guide ?? null;
    this.summaries = along === undefined ? new Summaries(this.tables) : null;
  }

  /** The frame of a call; the same call on another path has the same frame. */
  frame(parent: number, call: Location, callee: string): number {
    const key = `${parent}:${call.start}:${callee}`;
    const known = this.frames.get(key);
    if (known !== undefined) return known;
    this.frames.set(key, this.frames.size + 1);
    this.calls.push({ callee, calls: [...(this.calls[parent]?.calls ?? []), call.start] });
    return this.frames.size;
  }

  /** The call that a frame stands for. */
  frameOf(frame: number): Frame | null {
    return this.calls[frame] ?? null;
  }

  environment(ir: FunctionIr, frame: number): Environment {
    return { tables: this.tables, frame, variableName: (id) => ir.variables[id]?.name ?? `%${id}` };
  }

  /** Slots counted by bytes, on a path that came to a loop which walks pages by bytes too: what it left is not known. */
  losesBytes(acquisition: Acquisition, state: State): boolean {
    if (!acquisition.bytes) return false;
    return this.root.loops.some(
      ({ head, blocks }) =>
        state.arrivals.has(`0:${head}`) && this.walksPages(this.root, head, new Set(blocks)),
    );
  }

  /**
   * Whether the iterator of an acquisition may be empty: it is the function's parameter, nothing asks how much is in it,
   * and no loop goes on while there is something. What a record carries, its owner knows more of.
   */
  mayGetNoBytes({ location, nesting }: Acquisition): boolean {
    if (nesting > 0) return false;
    const { blocks, loops, variables } = this.root;
    let isParameter = false;
    for (const { id, operations } of blocks) {
      for (const operation of operations) {
        if (operation.kind !== "call" || operation.callee.kind !== "direct") continue;
        if (bytesLeftNames.has(operation.callee.name)) return false;
        if (operation.location.start !== location.start) continue;
        if (loops.some((loop) => loop.blocks.includes(id))) return false;
        const [iterator] = operation.arguments;
        isParameter =
          iterator?.kind === "load" &&
          iterator.place.kind === "variable" &&
          variables[iterator.place.id]?.role === "parameter";
      }
    }
    return isParameter;
  }

  /** Whether a loop lets go of pages, puts them into containers or calls a helper that may. */
  walksPages(ir: FunctionIr, head: BlockId, loop: ReadonlySet<BlockId>): boolean {
    const key = `${ir.location.start}:${head}`;
    const known = this.pageLoops.get(key);
    if (known !== undefined) return known;
    let answer = false;
    for (const id of loop) {
      for (const operation of ir.blocks[id]?.operations ?? []) {
        if (operation.kind !== "call" || operation.callee.kind !== "direct") continue;
        answer ||= this.program.movesPages(operation.callee.name) || this.letsGo(operation.callee.name);
      }
    }
    this.pageLoops.set(key, answer);
    return answer;
  }

  private letsGo(name: string): boolean {
    const bound = this.program.bind(name, null);
    return (
      bound?.outcomes.some(({ effects }) =>
        effects.some(({ kind }) => kind === "release" || kind === "transfer" || kind === "store"),
      ) ?? false
    );
  }

  /** Operations that the walk may run. */
  get stepBudget(): number {
    if (this.guide !== null) return guidedStepBudget;
    if (!this.isOuter) return stepBudget;
    return this.program.assumesUnreleased ? assumedOuterStepBudget : outerStepBudget;
  }

  /** Whether the root function calls no trigger itself. */
  get isOuter(): boolean {
    this.outer ??= !this.root.blocks.some(({ operations }) =>
      operations.some(
        (operation) =>
          operation.kind === "call" &&
          operation.callee.kind === "direct" &&
          this.program.bind(operation.callee.name, operation.arguments.length)?.entry.role === "trigger",
      ),
    );
    return this.outer;
  }

  private outer: boolean | null = null;

  claim(claim: Claim): void {
    this.claims.push(claim);
  }
}

/** Edges with their frames, as a path takes them. */
export type Guide = readonly { readonly frame: number; readonly edge: number }[];

/** One way out of a function. */
export interface Exit {
  readonly state: State;
  readonly value: Value | null;
  readonly location: Location;
}
