/**
 * An analysis with what it asked of the functions around it: it holds as long as they answer the same. Knows no texts.
 */
import type { FunctionIr } from "@pinscope/grammars/ir";
import type { BoundCall } from "@pinscope/simulator/catalogue";
import { type FoundClaim, foundClaims } from "../claims.ts";
import { analyzeFunction, unwalked } from "../engine/analyze.ts";
import type { GivenUp, ProgramView } from "../engine/context.ts";
import { type LeftBehind, sameLeft } from "../engine/left-behind.ts";
import { isWorthWalking, leftUnwalked, type Neighborhood } from "../worth-walking.ts";

/** The functions around the one that is analyzed. */
export interface Surroundings extends Neighborhood {
  /** Names the text of the function of a name, so that equal numbers mean equal texts; null for none in the file. */
  versionOf(name: string): number | null;
  /** The graph of that text. */
  lookup(name: string): FunctionIr | null;
  movesPages(name: string): boolean;
  movesRecords(name: string): boolean;
  naming(field: string): readonly string[];
  readonly testsIterators: boolean;
  readonly assumesUnreleased: boolean;
  bind(name: string, argumentCount: number | null): BoundCall | null;
}

/** What a function's analysis showed; locations count from the origins of the functions that they stand in. */
export interface TracedAnalysis {
  readonly claims: readonly FoundClaim[];
  readonly overBudget: boolean;
  readonly recursionsCut: number;
  readonly unconfirmedClaims: number;
  readonly acquisitions: readonly number[];
  readonly givenUp: readonly (readonly [address: number, how: GivenUp])[];
  readonly left: LeftBehind;
  readonly trace: Trace;
}

interface Trace {
  readonly decision: Decision;
  readonly versions: ReadonlyMap<string, number | null>;
  /** Whether the file defines a function of the name. */
  readonly defined: ReadonlyMap<string, boolean>;
  readonly pages: ReadonlyMap<string, boolean>;
  readonly records: ReadonlyMap<string, boolean>;
  /** Which functions name a field. */
  readonly naming: ReadonlyMap<string, readonly string[]>;
  /** Null where nobody asked. */
  readonly iterators: boolean | null;
}

/** Why a function is walked or not. */
interface Decision {
  readonly namesPages: boolean;
  /** The functions of the file that it names. */
  readonly callees: readonly string[];
  /** What those that were asked about leave with it. */
  readonly left: ReadonlyMap<string, LeftBehind | null>;
}

/**
 * Analyzes a function and notes what it asked.
 * @param read gives its graph
 * @param walksAnyway walks it also where its callees leave nothing with it
 */
export function analyzeTraced(
  name: string,
  read: () => FunctionIr,
  around: Surroundings,
  walksAnyway: boolean,
): TracedAnalysis {
  const left = new Map<string, LeftBehind | null>();
  const asked: Neighborhood = {
    namesPages: (one) => around.namesPages(one),
    callees: (one) => around.callees(one),
    leftBehind: (callee, caller) => {
      const answer = around.leftBehind(callee, caller);
      left.set(callee, answer);
      return answer;
    },
  };
  const decision = { namesPages: around.namesPages(name), callees: around.callees(name), left };
  if (walksAnyway || isWorthWalking(name, read, asked)) return walkTraced(read(), around, asked, decision);
  const { claims, overBudget, recursionsCut, unconfirmedClaims } = unwalked;
  return {
    claims: foundClaims(claims, name),
    overBudget,
    recursionsCut,
    unconfirmedClaims,
    acquisitions: [],
    givenUp: [],
    left: leftUnwalked(name, asked),
    trace: {
      decision,
      versions: new Map(),
      defined: new Map(),
      pages: new Map(),
      records: new Map(),
      naming: new Map(),
      iterators: null,
    },
  };
}

function walkTraced(
  ir: FunctionIr,
  around: Surroundings,
  { leftBehind }: Neighborhood,
  decision: Decision,
): TracedAnalysis {
  const versions = new Map<string, number | null>();
  const defined = new Map<string, boolean>();
  const pages = new Map<string, boolean>();
  const records = new Map<string, boolean>();
  const naming = new Map<string, readonly string[]>();
  let iterators: boolean | null = null;
  const remember = (
    answers: Map<string, boolean>,
    name: string,
    find: (name: string) => boolean,
  ): boolean => {
    let answer = answers.get(name);
    if (answer === undefined) {
      answer = find(name);
      answers.set(name, answer);
    }
    return answer;
  };
  const view: ProgramView = {
    lookup(name) {
      versions.set(name, around.versionOf(name));
      return around.lookup(name);
    },
    defines: (name) => remember(defined, name, (one) => around.versionOf(one) !== null),
    movesPages: (name) => remember(pages, name, (one) => around.movesPages(one)),
    movesRecords: (name) => remember(records, name, (one) => around.movesRecords(one)),
    naming(field) {
      const names = naming.get(field) ?? around.naming(field);
      naming.set(field, names);
      return names;
    },
    get testsIterators() {
      iterators = around.testsIterators;
      return iterators;
    },
    leftBehind,
    assumesUnreleased: around.assumesUnreleased,
    bind: (name, argumentCount) => around.bind(name, argumentCount),
  };
  const analysis = analyzeFunction(ir, view);
  return {
    claims: foundClaims(analysis.claims, ir.name),
    overBudget: analysis.overBudget,
    recursionsCut: analysis.recursionsCut,
    unconfirmedClaims: analysis.unconfirmedClaims,
    acquisitions: [...analysis.acquisitions.keys()],
    givenUp: [...analysis.givenUp],
    left: analysis.left,
    trace: { decision, versions, defined, pages, records, naming, iterators },
  };
}

/** Whether an analysis asked anything of a function of one of the names. */
export function concerns({ trace }: TracedAnalysis, names: ReadonlySet<string>): boolean {
  const { versions, defined, pages, records, naming } = trace;
  // Which functions name a field may change with any of them.
  if (naming.size > 0 && names.size > 0) return true;
  for (const name of names) {
    if (versions.has(name) || defined.has(name) || pages.has(name) || records.has(name)) return true;
  }
  return false;
}

/** Whether an analysis of the function `name` would be told the same today. */
export function stillHolds(name: string, analysis: TracedAnalysis, around: Surroundings): boolean {
  const { trace } = analysis;
  if (!isDecidedAlike(name, analysis, around)) return false;
  if (trace.iterators !== null && trace.iterators !== around.testsIterators) return false;
  for (const [one, version] of trace.versions) if (around.versionOf(one) !== version) return false;
  for (const [one, answer] of trace.defined) if ((around.versionOf(one) !== null) !== answer) return false;
  for (const [one, answer] of trace.pages) if (around.movesPages(one) !== answer) return false;
  for (const [one, answer] of trace.records) if (around.movesRecords(one) !== answer) return false;
  for (const [field, names] of trace.naming) if (!sameNames(names, around.naming(field))) return false;
  return true;
}

/** Whether it would be decided alike today that the function `name` is walked or not. */
export function isDecidedAlike(name: string, { trace }: TracedAnalysis, around: Surroundings): boolean {
  const { namesPages, callees, left } = trace.decision;
  if (around.namesPages(name) !== namesPages) return false;
  const now = around.callees(name);
  if (!sameNames(now, callees)) return false;
  for (const [callee, answer] of left) if (!sameLeft(answer, around.leftBehind(callee, name))) return false;
  return true;
}

function sameNames(one: readonly string[], other: readonly string[]): boolean {
  return one === other || (one.length === other.length && one.every((name, index) => name === other[index]));
}
