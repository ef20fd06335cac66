/**
 * An analysis with what it asked of the functions around it: it holds as long as they answer the same. Knows no texts.
 */
import type { FunctionIr } from "@pinscope/grammars/ir";
import type { BoundCall } from "@pinscope/simulator/catalogue";
import { type FoundClaim, foundClaims } from "../claims.ts";
import { analyzeFunction } from "../engine/analyze.ts";
import type { GivenUp, ProgramView } from "../engine/context.ts";

/** The functions around the one that is analyzed. */
export interface Surroundings {
  /** Names the text of the function of a name, so that equal numbers mean equal texts; null for none in the file. */
  versionOf(name: string): number | null;
  /** The graph of that text. */
  lookup(name: string): FunctionIr | null;
  movesPages(name: string): boolean;
  movesRecords(name: string): boolean;
  readonly testsIterators: boolean;
  bind(name: string, argumentCount: number | null): BoundCall | null;
}

/** What a function's analysis showed; locations count from the origins of the functions that they stand in. */
export interface TracedAnalysis {
  readonly claims: readonly FoundClaim[];
  readonly overBudget: boolean;
  readonly acquisitions: readonly number[];
  readonly givenUp: readonly (readonly [address: number, how: GivenUp])[];
  readonly ms: number;
  readonly trace: Trace;
}

interface Trace {
  readonly versions: ReadonlyMap<string, number | null>;
  /** Whether the file defines a function of the name. */
  readonly defined: ReadonlyMap<string, boolean>;
  readonly pages: ReadonlyMap<string, boolean>;
  readonly records: ReadonlyMap<string, boolean>;
  /** Null where nobody asked. */
  readonly iterators: boolean | null;
}

/** Analyzes a function and notes what it asked. */
export function analyzeTraced(ir: FunctionIr, around: Surroundings): TracedAnalysis {
  const versions = new Map<string, number | null>();
  const defined = new Map<string, boolean>();
  const pages = new Map<string, boolean>();
  const records = new Map<string, boolean>();
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
    get testsIterators() {
      iterators = around.testsIterators;
      return iterators;
    },
    bind: (name, argumentCount) => around.bind(name, argumentCount),
  };
  const started = performance.now();
  const analysis = analyzeFunction(ir, view);
  return {
    claims: foundClaims(analysis.claims),
    overBudget: analysis.overBudget,
    acquisitions: [...analysis.acquisitions.keys()],
    givenUp: [...analysis.givenUp],
    ms: performance.now() - started,
    trace: { versions, defined, pages, records, iterators },
  };
}

/** Whether an analysis asked anything of a function of one of the names. */
export function concerns({ trace }: TracedAnalysis, names: ReadonlySet<string>): boolean {
  const { versions, defined, pages, records } = trace;
  for (const name of names) {
    if (versions.has(name) || defined.has(name) || pages.has(name) || records.has(name)) return true;
  }
  return false;
}

/** Whether an analysis would be told the same today. */
export function stillHolds({ trace }: TracedAnalysis, around: Surroundings): boolean {
  if (trace.iterators !== null && trace.iterators !== around.testsIterators) return false;
  for (const [name, version] of trace.versions) if (around.versionOf(name) !== version) return false;
  for (const [name, answer] of trace.defined) if ((around.versionOf(name) !== null) !== answer) return false;
  for (const [name, answer] of trace.pages) if (around.movesPages(name) !== answer) return false;
  for (const [name, answer] of trace.records) if (around.movesRecords(name) !== answer) return false;
  return true;
}
