/**
 * One reading of an open file, under one kernel and one choice of branches: which functions matter, which of their
 * analyses hold, and what all of them say. Knows no other reading.
 */
import { type FunctionIr, lineCounter } from "@pinscope/grammars/ir";
import { CallGraph, calleesOf, type ListCallees } from "../callees.ts";
import type { SourceView } from "../claims.ts";
import type { ProgramView } from "../engine/context.ts";
import { anythingLeft, type LeftBehind } from "../engine/left-behind.ts";
import { Figures } from "../figures.ts";
import { KeptWalk, type Walk } from "../held.ts";
import { bindAt } from "../signatures.ts";
import type { KernelChoice } from "../types.ts";
import type { Reading, Selection } from "../variants.ts";
import { KeptReplays } from "../witness/kept.ts";
import type { PresentProgram } from "../witness/uses.ts";
import { type FindingPath, joinWorded, type Replayer, severitiesOf, wordClaims } from "../wording.ts";
import { calleesFirst } from "../worth-walking.ts";
import type { Clock, Costs } from "./clock.ts";
import type { TextDifference } from "./difference.ts";
import { EffectsOfTexts, nothingNamed } from "./effects.ts";
import { FrontEnd, type FrontEndInput, type PlacedFunction } from "./front-end.ts";
import { openFunctions } from "./open-functions.ts";
import { presentClaim, presentPlaces, presentVerdict } from "./present.ts";
import {
  analyzeTraced,
  concerns,
  isDecidedAlike,
  type Surroundings,
  stillHolds,
  type TracedAnalysis,
} from "./trace.ts";
import type { OpenFunctions } from "./types.ts";
import { type FunctionVersion, promote } from "./versions.ts";

export interface OpenReadingInput extends FrontEndInput {
  readonly kernel: KernelChoice;
  readonly costs: Costs;
}

export class OpenReading {
  private readonly input: OpenReadingInput;
  private readonly front: FrontEnd;
  private source = "";
  private edited: TextDifference | null = null;
  private graph = new CallGraph([], () => nothingNamed);
  private byName: ReadonlyMap<string, PlacedFunction> = new Map();
  private selection: Selection | null = null;
  private roots: readonly PlacedFunction[] = [];
  /** The versions of roots whose first analysis holds for the functions as they were arranged last. */
  private judged = new Set<FunctionVersion>();
  private callees: { readonly names: string; readonly lists: WeakMap<FunctionVersion, readonly string[]> } = {
    names: "",
    lists: new WeakMap(),
  };
  /** Analyses of which no finding comes, wherever the function stands. */
  private readonly silent = new WeakSet<TracedAnalysis>();
  private waiting: PlacedFunction[] = [];
  /** The roots' names with their places in the order of walks. */
  private order: ReadonlyMap<string, number> = new Map();
  private rootNames: ReadonlySet<string> = new Set();
  private readonly around: Surroundings;
  private readonly effects = new EffectsOfTexts();
  private lackingFiles: readonly string[] = [];
  private readonly replays: KeptReplays;
  private readonly walks = new KeptWalk();
  /** Of the findings that were read last. */
  private paths: ReadonlyMap<string, FindingPath> = new Map();
  /** Claims that were not replayed when the reading was read last. */
  private unreplayed = 0;
  private parseMs = 0;
  private analyzeMs = 0;

  constructor(input: OpenReadingInput) {
    this.input = input;
    this.front = new FrontEnd(input);
    this.replays = new KeptReplays(input.kernel);
    const reading = this;
    this.around = {
      versionOf: (name) => reading.byName.get(name)?.version.id ?? null,
      lookup: (name) => {
        const found = reading.byName.get(name);
        return found === undefined ? null : reading.front.lower(found);
      },
      namesPages: (name) => reading.graph.namesPages(name),
      callees: (name) => reading.graph.calleesOf(name),
      leftBehind: (callee, caller) => reading.leftBehind(callee, caller),
      movesPages: (name) => reading.graph.movesPages(name),
      movesRecords: (name) => reading.graph.movesRecords(name),
      naming: (field) => reading.graph.naming(field),
      get testsIterators() {
        return reading.graph.testsIterators;
      },
      assumesUnreleased: input.settings.assumeUnreleased === true,
      bind: (name, argumentCount) => bindAt(reading.input.kernel.version, name, argumentCount),
    };
  }

  /** Files that an include names and that nobody supplied: without them nothing is analyzed. */
  get missing(): readonly string[] {
    return this.lackingFiles;
  }

  /** What is still to be analyzed, in order. */
  get pending(): readonly PlacedFunction[] {
    return this.waiting;
  }

  get isSettled(): boolean {
    return this.isAnalyzed && this.unreplayed === 0;
  }

  /** Whether nothing is pending; claims may still have to be replayed. */
  get isAnalyzed(): boolean {
    return this.waiting.length === 0 && !this.front.isProvisional && this.lackingFiles.length === 0;
  }

  /** Follows the file to a new text, as `FrontEnd.update` does. `select` names the functions to walk. */
  update(
    source: string,
    files: ReadonlyMap<string, string | null>,
    edit: TextDifference | null,
    select: Selection | null,
  ): void {
    const started = performance.now();
    if (edit === null || source !== this.source) {
      this.front.update(source, files, edit);
      this.source = source;
      this.edited = edit;
    }
    this.selection = select;
    this.walks.forget();
    this.lackingFiles = this.front.live.missing.filter((path) => !files.has(path));
    this.arrange();
    this.parseMs += performance.now() - started;
  }

  /**
   * Analyzes what is pending as far as time allows.
   * @param settle goes on until nothing is provisional; the first step is made whatever it takes
   */
  work(clock: Clock, settle: boolean): void {
    if (this.lackingFiles.length > 0) return;
    let idle = settle;
    if (settle && this.front.isProvisional) {
      const started = performance.now();
      this.front.refresh();
      this.arrange();
      this.parseMs += performance.now() - started;
      idle = false;
    }
    const left: PlacedFunction[] = [];
    for (const [index, one] of this.waiting.entries()) {
      if (clock.isCancelled()) {
        left.push(...this.waiting.slice(index));
        break;
      }
      if (this.awaits(one, left)) {
        left.push(one);
        continue;
      }
      if (this.hasAnalysis(one)) {
        this.judged.add(one.version);
        continue;
      }
      if (!idle && !clock.leaves(this.input.costs.of(one.name, one.version.length))) {
        left.push(one);
        continue;
      }
      idle = false;
      this.analyze(one);
    }
    this.waiting = left;
  }

  /**
   * What the reading shows of the present text; of functions that are pending, nothing.
   * @param replays what is claimed is replayed, once everything is analyzed; else only what was replayed before counts
   */
  read(replays: boolean): Reading {
    const { path, settings, kernel } = this.input;
    const { functions, live, unselected, unknownConditions } = this.front;
    const present = presentPlaces(path, functions, live);
    let counter: ((offset: number) => number) | null = null;
    const line = (offset: number): number => {
      counter ??= lineCounter(this.source);
      return counter(offset);
    };
    const view: SourceView = { file: path, source: this.source, line };
    const severityOf = severitiesOf(settings);
    const figures = new Figures();
    const pending = new Set(this.waiting);
    const done = this.roots.filter((one) => !pending.has(one));
    const worded = done.flatMap((one) => {
      const [analysis] = one.version.analyses;
      if (analysis === undefined) return [];
      figures.add(one, {
        overBudget: analysis.overBudget,
        recursionsCut: analysis.recursionsCut,
        unconfirmedClaims: analysis.unconfirmedClaims,
        acquisitions: analysis.acquisitions.map(present.offset),
        givenUp: analysis.givenUp.map(([address, how]) => [present.offset(address), how] as const),
      });
      if (this.silent.has(analysis)) return [];
      const claims = analysis.claims.map((claim) => presentClaim(claim, present));
      const words = wordClaims(claims, one.name, kernel.version, view, severityOf);
      if (words.candidates.length === 0 && words.findings.length === 0) this.silent.add(analysis);
      return [words];
    });
    const started = performance.now();
    this.unreplayed = 0;
    const mode = settings.replay ?? "withdraw";
    const replayer: Replayer = (request) => {
      const verdict = this.replays.verdict(request, this.replayed, replays && this.isAnalyzed);
      if (verdict === null) this.unreplayed++;
      return verdict === null ? null : presentVerdict(verdict, present);
    };
    const joined = joinWorded(worded, view, mode === "off" ? null : replayer, mode === "show-refuted");
    this.paths = joined.paths;
    return {
      findings: joined.findings,
      stats: {
        functions: functions.length,
        functionsAnalyzed: this.roots.length,
        functionsWithSyntaxErrors: functions.filter(
          ({ outline, version }) => outline.hasError || version.lowered?.hasError === true,
        ).length,
        functionsOverBudget: figures.overBudget.size,
        acquisitions: figures.acquisitionStats(),
        walks: figures.walks,
        replay: joined.replay,
        ms: {
          parse: this.parseMs,
          lower: this.front.lowerMs,
          analyze: this.analyzeMs,
          replay: performance.now() - started,
        },
        unknownConditions,
      },
      missing: live.missing,
      complete: this.lackingFiles.length === 0,
      functions,
      walked: new Set(done.map(({ name }) => name)),
      overBudget: figures.overBudget,
      unselected,
      acquisitions: figures.acquisitions(),
    };
  }

  /** The functions as replays run them. */
  private get replayed(): PresentProgram {
    return {
      program: this.front.live.program,
      lookup: this.around.lookup,
      versionOf: this.around.versionOf,
    };
  }

  /** The present functions, for questions about them; null while headers lack. */
  open(): OpenFunctions | null {
    if (this.lackingFiles.length > 0) return null;
    const { around, replayed, source, paths } = this;
    const { path, kernel } = this.input;
    const { functions, live } = this.front;
    const { location: place } = presentPlaces(path, functions, live);
    const walk = (ir: FunctionIr, view: ProgramView): Walk => this.walks.walk(ir, view, this.isAnalyzed);
    return openFunctions({ source, kernel, functions, around, present: replayed, paths, place, walk });
  }

  close(): void {
    this.front.close();
  }

  /** Finds what matters in the present functions, and which of it has no analysis that holds. */
  private arrange(): void {
    const { functions } = this.front;
    this.waiting = [];
    this.roots = [];
    if (this.lackingFiles.length > 0) return;
    const { program } = this.front.live;
    const before = { byName: this.byName, graph: this.graph };
    this.byName = new Map(functions.map((one) => [one.name, one]));
    this.graph = new CallGraph(
      functions,
      (_, index) => this.effects.of(functions[index]?.version, program),
      this.listCallees(),
    );
    const selected = this.selection?.(functions);
    this.roots = functions.filter(({ name }) =>
      selected === undefined
        ? this.input.settings.deep || this.graph.triggers(name) || this.graph.looksUp(name)
        : selected.has(name),
    );
    const changed = this.changedSince(before.byName, before.graph);
    this.rootNames = new Set(this.roots.map(({ name }) => name));
    this.order = calleesFirst(
      this.roots.map(({ name }) => name),
      (name) => this.graph.calleesOf(name),
    );
    const isKept = ({ name, version }: PlacedFunction): boolean => {
      const [analysis] = version.analyses;
      if (changed === null || analysis === undefined) return false;
      if (!this.judged.has(version) || concerns(analysis, changed)) return false;
      return isDecidedAlike(name, analysis, this.around);
    };
    const ordered = [...this.roots].sort((one, other) => this.placeOf(one.name) - this.placeOf(other.name));
    for (const one of ordered) {
      if (this.awaits(one, this.waiting) || !(isKept(one) || this.hasAnalysis(one))) this.waiting.push(one);
    }
    const waiting = new Set(this.waiting);
    this.judged = new Set(this.roots.flatMap((one) => (waiting.has(one) ? [] : [one.version])));
    const { edited } = this;
    if (edited === null || this.waiting.length < 2) return;
    const isFirst = (one: PlacedFunction): boolean =>
      one.end >= edited.start && one.start <= edited.newEnd && !this.awaits(one, this.waiting);
    const first = new Set(this.waiting.filter(isFirst));
    this.waiting = [...first, ...this.waiting.filter((one) => !first.has(one))];
  }

  private placeOf(name: string): number {
    return this.order.get(name) ?? 0;
  }

  /** Whether the function's analysis rests on what one of `waiting` leaves with its callers. */
  private awaits({ name, version }: PlacedFunction, waiting: readonly PlacedFunction[]): boolean {
    if (waiting.length === 0) return false;
    const callees = this.graph.calleesOf(name);
    const asked = version.analyses[0]?.trace.decision.left;
    return waiting.some((one) => {
      if (this.placeOf(one.name) >= this.placeOf(name)) return false;
      return callees.includes(one.name) || asked?.has(one.name) === true;
    });
  }

  /** What a function leaves with its callers, as far as it is known. */
  private leftBehind(callee: string, root: string): LeftBehind | null {
    if (!this.rootNames.has(callee)) return this.selection === null ? null : anythingLeft;
    if (this.placeOf(callee) >= this.placeOf(root)) return anythingLeft;
    return this.byName.get(callee)?.version.analyses[0]?.left ?? anythingLeft;
  }

  /** Names of functions of which anything is answered otherwise than before; null where all may be. */
  private changedSince(
    byName: ReadonlyMap<string, PlacedFunction>,
    graph: CallGraph,
  ): ReadonlySet<string> | null {
    if (graph.testsIterators !== this.graph.testsIterators) return null;
    const changed = new Set(this.graph.changedSince(graph));
    for (const [name, { version }] of this.byName) {
      if (byName.get(name)?.version !== version) changed.add(name);
    }
    for (const name of byName.keys()) if (!this.byName.has(name)) changed.add(name);
    return changed;
  }

  /** Lists of callees are kept for as long as the file defines the same names. */
  private listCallees(): ListCallees {
    const names = [...this.byName.keys()].join(" ");
    if (this.callees.names !== names) this.callees = { names, lists: new WeakMap() };
    const { lists } = this.callees;
    return (one, functions) => {
      const version = this.byName.get(one.name)?.version;
      if (version === undefined) return calleesOf(one, functions);
      let list = lists.get(version);
      if (list === undefined) {
        list = calleesOf(one, functions);
        lists.set(version, list);
      }
      return list;
    };
  }

  /** Whether a kept analysis holds; the one that does comes to the front. */
  private hasAnalysis({ name, version }: PlacedFunction): boolean {
    const found = version.analyses.find((analysis) => stillHolds(name, analysis, this.around));
    if (found === undefined) return false;
    if (found !== version.analyses[0]) promote(version, found);
    return true;
  }

  private analyze(one: PlacedFunction): void {
    const { version } = one;
    const started = performance.now();
    const lowered = this.front.lowerMs;
    const analysis = analyzeTraced(
      one.name,
      () => this.front.lower(one),
      this.around,
      this.input.settings.deep,
    );
    promote(version, analysis);
    this.judged.add(version);
    const taken = performance.now() - started;
    this.analyzeMs += taken - (this.front.lowerMs - lowered);
    this.input.costs.add(one.name, version.length, taken);
  }
}
