/**
 * Checks one file: passes, parses, lowers what matters, walks it, and gathers findings and figures.
 * Does no I/O: headers come in `files`, and those that lack are named in the result.
 */
import { type ConditionSettings, passText } from "@pinscope/grammars/dialect";
import {
  closeUnit,
  type FunctionIr,
  type FunctionOutline,
  lineCounter,
  listFunctions,
  lowerFunction,
  openUnit,
  type TranslationUnit,
} from "@pinscope/grammars/ir";
import { collectProgram, missingIncludes, plainBodies } from "@pinscope/grammars/program";
import type { KernelVersion } from "@pinscope/simulator/catalogue";
import { CallGraph, identifiersIn, namedEffects, namesInMacros } from "./callees.ts";
import { foundClaims, type SourceView } from "./claims.ts";
import { type Analysis, analyzeFunction, unwalked } from "./engine/analyze.ts";
import type { ProgramView } from "./engine/context.ts";
import { anythingLeft, type LeftBehind } from "./engine/left-behind.ts";
import { Figures } from "./figures.ts";
import { mergeKernels } from "./merge.ts";
import { checkedFunctions, conditionsFor, emptyReading, emptyStats } from "./readings.ts";
import { bindAt, signaturesAt } from "./signatures.ts";
import type { CheckInput, CheckResult, KernelChoice } from "./types.ts";
import { checkVariants, type Reading, type Selection } from "./variants.ts";
import { replay } from "./witness/replay.ts";
import { joinWorded, type Replayer, severitiesOf, wordClaims } from "./wording.ts";
import { calleesFirst, isWorthWalking, leftUnwalked, type Neighborhood } from "./worth-walking.ts";

/** Checks one file against every kernel of the settings; findings that all of them show appear once. */
export function checkFile(input: CheckInput): CheckResult {
  const { path, files, settings } = input;
  // Headers are asked for before anything is read: what is missing depends on no branch of `#if`.
  const missing = missingIncludes(path, files, readingOf(input));
  const lacks = missing.some((one) => !files.has(one));
  const results = settings.kernels.map((kernel) => ({
    kernel,
    result: lacks ? { ...emptyReading, missing, functions: [] } : checkAgainst(input, kernel),
  }));
  return mergeKernels(results, emptyStats);
}

/** What is read with a file, whatever the kernel. */
function readingOf({ settings: { includeFolders, before } }: CheckInput) {
  return { includeFolders, before: [...(before?.keys() ?? [])] };
}

function checkAgainst(input: CheckInput, kernel: KernelChoice): CheckResult {
  const conditions = conditionsFor(kernel, input.settings);
  const usual = readUnder(input, kernel, conditions, null);
  const { findings, stats, missing } = usual.complete
    ? checkVariants(input.source, conditions, usual, (other, select) =>
        readUnder(input, kernel, other, select),
      )
    : usual;
  return { findings, functions: checkedFunctions(usual), stats, missing };
}

/** Reads a file under one choice of branches. `select` names the functions to walk; null: all that matter. */
function readUnder(
  input: CheckInput,
  kernel: KernelChoice,
  conditions: ConditionSettings,
  select: Selection | null,
): Reading {
  const { path, source, files, parser, settings } = input;
  const started = performance.now();
  const passed = passText(source, settings.tables, conditions);
  const unselected = passed.notes.filter((note) => note.kind === "unselected");
  const { program, missing } = collectProgram(path, files, {
    ...readingOf(input),
    signatures: signaturesAt(kernel.version),
    unselected: (other) => (other === path ? unselected : undefined),
  });
  const unit = openUnit({
    path,
    source,
    passed,
    program,
    parser,
    ...(settings.deep ? {} : { lateBodies: plainBodies(path, source) }),
  });
  const outlines = listFunctions(unit);
  const parsed = performance.now();

  const functions = outlines.map(({ name, start, end }) => {
    return { name, start, end, identifiers: identifiersIn(source.slice(start, end)) };
  });
  const hidden = namesInMacros((name) => program.macro(name));
  const graph = new CallGraph(functions, ({ identifiers }) => namedEffects(identifiers, hidden));
  const walk = new FileWalk(unit, outlines, graph, kernel.version, settings.assumeUnreleased);
  const selected = select?.(functions);
  const roots = outlines.filter(({ name }) =>
    selected === undefined
      ? settings.deep || graph.triggers(name) || graph.looksUp(name)
      : selected.has(name),
  );
  const view: SourceView = { file: path, source, line: lineCounter(source) };
  const severityOf = severitiesOf(settings);
  const analyses = walk.analyzeAll(roots, { walksAll: settings.deep, isSelection: selected !== undefined });
  const worded = roots.map((outline, index) =>
    wordClaims(
      foundClaims(analyses[index]?.claims ?? [], outline.name),
      outline.name,
      kernel.version,
      view,
      severityOf,
    ),
  );
  const analyzed = performance.now();
  const lowered = walk.lowerMs;
  const around = {
    lookup: (name: string) => walk.lookup(name),
    records: (tag: string) => program.record(tag),
    version: kernel.version,
  };
  const measured = input.aroundReplay ?? ((run) => run());
  const replayer: Replayer = (request) => measured(() => replay(request, around, kernel));
  const mode = settings.replay ?? "withdraw";
  const joined = joinWorded(worded, view, mode === "off" ? null : replayer, mode === "show-refuted");
  input.onPaths?.(joined.paths, around);
  const ended = performance.now();
  closeUnit(unit);
  return {
    findings: joined.findings,
    stats: {
      functions: outlines.length,
      functionsAnalyzed: roots.length,
      functionsWithSyntaxErrors: outlines.filter(({ item }) => item.hasError).length,
      functionsOverBudget: walk.figures.overBudget.size,
      acquisitions: walk.figures.acquisitionStats(),
      walks: walk.figures.walks,
      replay: joined.replay,
      ms: {
        parse: parsed - started,
        lower: walk.lowerMs,
        analyze: analyzed - parsed - lowered,
        replay: ended - analyzed - (walk.lowerMs - lowered),
      },
      unknownConditions: passed.unknownConditions.length,
    },
    missing,
    complete: true,
    functions,
    walked: new Set(roots.map(({ name }) => name)),
    overBudget: walk.figures.overBudget,
    unselected,
    acquisitions: walk.figures.acquisitions(),
  };
}

/** Lowers functions when they are asked for, and keeps the figures of a file's walks. */
class FileWalk implements ProgramView {
  lowerMs = 0;
  readonly figures = new Figures();
  private readonly unit: TranslationUnit;
  private readonly outlines: ReadonlyMap<string, FunctionOutline>;
  private readonly graph: CallGraph;
  private readonly version: KernelVersion;
  readonly assumesUnreleased: boolean;
  private readonly lowered = new Map<number, FunctionIr>();
  /** Until the roots are analyzed nothing is known of their callees. */
  private left: ProgramView["leftBehind"] = () => anythingLeft;

  constructor(
    unit: TranslationUnit,
    outlines: readonly FunctionOutline[],
    graph: CallGraph,
    version: KernelVersion,
    assumesUnreleased = false,
  ) {
    this.unit = unit;
    this.outlines = new Map(outlines.map((outline) => [outline.name, outline]));
    this.graph = graph;
    this.version = version;
    this.assumesUnreleased = assumesUnreleased;
  }

  lookup(name: string): FunctionIr | null {
    const outline = this.outlines.get(name);
    return outline === undefined ? null : this.lower(outline);
  }

  defines(name: string): boolean {
    return this.outlines.has(name);
  }

  get testsIterators(): boolean {
    return this.graph.testsIterators;
  }

  movesPages(name: string): boolean {
    return this.graph.movesPages(name);
  }

  movesRecords(name: string): boolean {
    return this.graph.movesRecords(name);
  }

  naming(field: string): readonly string[] {
    return this.graph.naming(field);
  }

  leftBehind(callee: string, root: string): LeftBehind | null {
    return this.left(callee, root);
  }

  bind(name: string, argumentCount: number | null) {
    return bindAt(this.version, name, argumentCount);
  }

  private lower(outline: FunctionOutline): FunctionIr {
    const known = this.lowered.get(outline.start);
    if (known !== undefined) return known;
    const started = performance.now();
    const ir = lowerFunction(this.unit, outline);
    this.lowerMs += performance.now() - started;
    this.lowered.set(outline.start, ir);
    return ir;
  }

  /**
   * Analyzes the roots, callees before their callers, and gives the analyses in the order of the roots.
   * @param walksAll walks those too that their callees leave nothing with
   * @param isSelection functions besides the roots may leave anything with their callers
   */
  analyzeAll(
    roots: readonly FunctionOutline[],
    { walksAll, isSelection }: { readonly walksAll: boolean; readonly isSelection: boolean },
  ): readonly Analysis[] {
    const { graph } = this;
    const calleesOf = (name: string) => graph.calleesOf(name);
    const order = calleesFirst(
      roots.map(({ name }) => name),
      calleesOf,
    );
    const placeOf = (name: string): number => order.get(name) ?? 0;
    const rooted = new Set(roots.map(({ name }) => name));
    const left = new Map<string, LeftBehind>();
    this.left = (callee, root) => {
      if (!rooted.has(callee)) return isSelection ? anythingLeft : null;
      return placeOf(callee) >= placeOf(root) ? anythingLeft : (left.get(callee) ?? anythingLeft);
    };
    const around: Neighborhood = {
      namesPages: (name) => graph.namesPages(name),
      callees: calleesOf,
      leftBehind: this.left,
    };
    const analyses = new Map<FunctionOutline, Analysis>();
    for (const outline of [...roots].sort((one, other) => placeOf(one.name) - placeOf(other.name))) {
      const { name } = outline;
      const isWalked = walksAll || isWorthWalking(name, () => this.lower(outline), around);
      const analysis = isWalked ? this.analyze(outline) : { ...unwalked, left: leftUnwalked(name, around) };
      analyses.set(outline, analysis);
      left.set(name, analysis.left);
    }
    return roots.map((outline) => {
      const analysis = analyses.get(outline) ?? unwalked;
      this.figures.add(outline, { ...analysis, acquisitions: analysis.acquisitions.keys() });
      return analysis;
    });
  }

  private analyze(outline: FunctionOutline): Analysis {
    return analyzeFunction(this.lower(outline), this);
  }
}
