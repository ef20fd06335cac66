/**
 * Checks one file: passes, parses, lowers what matters, walks it, and gathers findings and figures.
 * Does no I/O: headers come in `files`, and those that lack are named in the result.
 */
import { type ConditionSettings, passText } from "@pinscope/grammars/dialect";
import {
  closeUnit,
  type FunctionIr,
  type FunctionOutline,
  listFunctions,
  lowerFunction,
  openUnit,
  type TranslationUnit,
} from "@pinscope/grammars/ir";
import { collectProgram, type FunctionSignature, parseSignature } from "@pinscope/grammars/program";
import { bindCall, catalogue, inEra, type KernelVersion } from "@pinscope/simulator/catalogue";
import { CallGraph, identifiersIn } from "./callees.ts";
import { type Candidate, countFinding, type SourceView } from "./claims.ts";
import { type Analysis, analyzeFunction } from "./engine/analyze.ts";
import type { Claim, ProgramView } from "./engine/context.ts";
import { mergeKernels } from "./merge.ts";
import { findRule } from "./rules/registry.ts";
import { siteFindings } from "./site-rules.ts";
import { lineCounter } from "./source-text.ts";
import type {
  CheckedFunction,
  CheckInput,
  CheckResult,
  FileStats,
  Finding,
  KernelChoice,
  Severity,
} from "./types.ts";
import { checkVariants, type Reading, type Selection } from "./variants.ts";

/** How deep in calls of the same file a trigger makes the caller worth walking. */
const triggerDepth = 3;

const emptyStats: FileStats = {
  functions: 0,
  functionsAnalyzed: 0,
  functionsWithSyntaxErrors: 0,
  functionsOverBudget: 0,
  acquisitions: { seen: 0, followed: 0, givenUp: {} },
  ms: { parse: 0, lower: 0, analyze: 0 },
  unknownConditions: 0,
};

const emptyReading: Reading = {
  findings: [],
  stats: emptyStats,
  missing: [],
  complete: false,
  functions: [],
  walked: new Set(),
  overBudget: new Set(),
  unselected: [],
  acquisitions: new Map(),
};

/** Checks one file against every kernel of the settings; findings that all of them show appear once. */
export function checkFile(input: CheckInput): CheckResult {
  const results = input.settings.kernels.map((kernel) => ({ kernel, result: checkAgainst(input, kernel) }));
  return mergeKernels(results, emptyStats);
}

const signatureCache = new Map<KernelVersion, ReadonlyMap<string, FunctionSignature>>();

/** The catalogue's signatures of one version, for argument and result types. */
function signaturesAt(version: KernelVersion): ReadonlyMap<string, FunctionSignature> {
  const known = signatureCache.get(version);
  if (known !== undefined) return known;
  const signatures = new Map<string, FunctionSignature>();
  for (const entry of catalogue.values()) {
    const signature = entry.signatures.find(({ era }) => inEra(era, version)) ?? entry.signatures.at(-1);
    if (signature === undefined || signature.parameters.length === 0) continue;
    const parameters = signature.parameters.map(({ name, type }) => `${type} ${name}`).join(", ");
    signatures.set(entry.name, parseSignature(`${signature.returns} ${entry.name}(${parameters})`));
  }
  signatureCache.set(version, signatures);
  return signatures;
}

function checkAgainst(input: CheckInput, kernel: KernelChoice): CheckResult {
  const [major, minor] = kernel.version.slice(1).split(".").map(Number);
  const conditions: ConditionSettings = {
    version: [major ?? 0, minor ?? 0, kernel.patch],
    defines: input.settings.defines,
    assumptions: new Map(),
  };
  const usual = readUnder(input, kernel, conditions, null);
  const { findings, stats, missing } = usual.complete
    ? checkVariants(input.source, conditions, usual, (other, select) =>
        readUnder(input, kernel, other, select),
      )
    : usual;
  return { findings, functions: checkedFunctions(usual), stats, missing };
}

function checkedFunctions({ functions, walked, overBudget, acquisitions }: Reading): CheckedFunction[] {
  const offsets = [...acquisitions.keys()].sort((left, right) => left - right);
  return functions
    .map(({ name, start, end }) => ({
      name,
      start,
      end,
      analyzed: walked.has(name),
      overBudget: overBudget.has(start),
      acquisitions: offsets.filter((offset) => offset >= start && offset < end),
    }))
    .sort((left, right) => left.start - right.start);
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
    includeFolders: settings.includeFolders,
    signatures: signaturesAt(kernel.version),
    unselected: (other) => (other === path ? unselected : undefined),
  });
  if (missing.some((one) => !files.has(one))) return { ...emptyReading, missing };
  const unit = openUnit({ path, source, passed, program, parser });
  const outlines = listFunctions(unit);
  const parsed = performance.now();

  const functions = outlines.map(({ name, start, end }) => {
    return { name, start, end, identifiers: identifiersIn(source.slice(start, end)) };
  });
  const graph = new CallGraph(functions, (name) => identifiersIn(program.macro(name)?.body ?? ""));
  const walk = new FileWalk(unit, outlines, graph, kernel.version);
  const selected = select?.(functions);
  const roots = outlines.filter(({ name }) =>
    selected === undefined
      ? settings.deep || graph.triggers(name, triggerDepth) || graph.looksUp(name)
      : selected.has(name),
  );
  const view: SourceView = { file: path, source, line: lineCounter(source) };
  const severityOf = (rule: string): Severity | "off" =>
    settings.severities.get(rule) ?? findRule(rule)?.defaultSeverity ?? "off";
  const candidates: Candidate[] = [];
  const findings: Finding[] = [];
  for (const outline of roots) {
    const analysis = walk.analyze(outline);
    if (analysis === null) continue;
    for (const claim of withoutEchoes(analysis.claims)) {
      const candidate = countFinding(claim, outline.name, view, severityOf);
      if (candidate !== null) candidates.push(candidate);
      findings.push(...siteFindings(claim, outline.name, kernel.version, view, severityOf));
    }
  }
  const ended = performance.now();
  closeUnit(unit);
  return {
    findings: [...best(candidates), ...unique(findings)].sort((a, b) => a.location.start - b.location.start),
    stats: {
      functions: outlines.length,
      functionsAnalyzed: roots.length,
      functionsWithSyntaxErrors: outlines.filter(({ hasError }) => hasError).length,
      functionsOverBudget: walk.overBudget.size,
      acquisitions: walk.acquisitionStats(),
      ms: { parse: parsed - started, lower: walk.lowerMs, analyze: ended - parsed - walk.lowerMs },
      unknownConditions: passed.unknownConditions.length,
    },
    missing,
    complete: true,
    functions,
    walked: new Set(roots.map(({ name }) => name)),
    overBudget: walk.overBudget,
    unselected,
    acquisitions: walk.acquisitions(),
  };
}

/** Lowers functions when they are asked for, and keeps the figures of a file's walks. */
class FileWalk implements ProgramView {
  lowerMs = 0;
  /** Offsets of functions that ran out of budget. */
  readonly overBudget = new Set<number>();
  private readonly unit: TranslationUnit;
  private readonly outlines: ReadonlyMap<string, FunctionOutline>;
  private readonly graph: CallGraph;
  private readonly version: KernelVersion;
  private readonly lowered = new Map<number, FunctionIr>();
  private readonly seen = new Set<number>();
  private readonly givenUp = new Map<number, string>();

  constructor(
    unit: TranslationUnit,
    outlines: readonly FunctionOutline[],
    graph: CallGraph,
    version: KernelVersion,
  ) {
    this.unit = unit;
    this.outlines = new Map(outlines.map((outline) => [outline.name, outline]));
    this.graph = graph;
    this.version = version;
  }

  lookup(name: string): FunctionIr | null {
    const outline = this.outlines.get(name);
    return outline === undefined ? null : this.lower(outline);
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

  bind(name: string, argumentCount: number | null) {
    const counts = argumentCount ?? catalogue.get(name)?.signatures.at(-1)?.parameters.length ?? 0;
    return bindCall(name, counts, [], this.version) ?? null;
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

  analyze(outline: FunctionOutline): Analysis | null {
    const analysis = analyzeFunction(this.lower(outline), this);
    if (analysis.overBudget) this.overBudget.add(outline.start);
    for (const offset of analysis.acquisitions.keys()) {
      this.seen.add(offset);
      // Not every way out was reached: what this function takes itself is not followed to the end.
      const isOwn = offset >= outline.start && offset < outline.end;
      if (isOwn && analysis.overBudget) this.givenUp.set(offset, "budget");
    }
    for (const [offset, cause] of analysis.givenUp) {
      this.seen.add(offset);
      this.givenUp.set(offset, analysis.overBudget ? "budget" : cause);
    }
    return analysis;
  }

  /** Offset of each acquisition → why it is not followed to the end; null for one that is. */
  acquisitions(): Map<number, string | null> {
    return new Map([...this.seen].map((offset) => [offset, this.givenUp.get(offset) ?? null]));
  }

  acquisitionStats(): FileStats["acquisitions"] {
    const causes: Record<string, number> = {};
    for (const cause of this.givenUp.values()) causes[cause] = (causes[cause] ?? 0) + 1;
    return { seen: this.seen.size, followed: this.seen.size - this.givenUp.size, givenUp: causes };
  }
}

/** Without claims that only follow from an errno that a comparison took for a count: that is said once. */
function withoutEchoes(claims: readonly Claim[]): readonly Claim[] {
  const misread = new Set(
    claims.flatMap(({ problem }) =>
      problem.kind === "negative-comparison" ? [problem.call.location.start] : [],
    ),
  );
  if (misread.size === 0) return claims;
  return claims.filter(({ problem }) => {
    if (problem.kind !== "negative-count" && problem.kind !== "over-release") return true;
    return problem.acquisition === null || !misread.has(problem.acquisition.location.start);
  });
}

/** Of the candidates for one finding, the clearest. */
function best(candidates: readonly Candidate[]): Finding[] {
  const byKey = new Map<string, Candidate>();
  for (const candidate of candidates) {
    const known = byKey.get(candidate.key);
    if (known === undefined || candidate.cost < known.cost) byKey.set(candidate.key, candidate);
  }
  return [...byKey.values()].map(({ finding }) => finding);
}

function unique(findings: readonly Finding[]): Finding[] {
  const byPlace = new Map<string, Finding>();
  for (const finding of findings) {
    const key = `${finding.rule}|${finding.location.start}|${finding.fingerprint}`;
    if (!byPlace.has(key)) byPlace.set(key, finding);
  }
  return [...byPlace.values()];
}
