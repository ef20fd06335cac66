/**
 * An open file that is checked again after every edit. Offsets are UTF-16 and count in the session's current text.
 * Knows no editor: whoever holds a session turns offsets into lines and loads the files that it names as missing.
 */
import type { FunctionIr, Location } from "@pinscope/grammars/ir";
import type { SimulatedProgram } from "@pinscope/simulator/interpreter";
import type { Held } from "../held.ts";
import type { CheckedFunction, FileStats, Finding, KernelChoice } from "../types.ts";
import type { PresentProgram } from "../witness/uses.ts";
import type { FindingPath } from "../wording.ts";

/** A stretch of the current text; `start` equals `end` for an insertion. */
export interface SourceRange {
  readonly start: number;
  readonly end: number;
}

/** How long one call may take. Functions are analyzed whole: what the last one takes is expected, not known. */
export interface Budget {
  /** Milliseconds from the call on; absent: until everything is settled. */
  readonly milliseconds?: number;
  /** Asked before each function; the call returns with what it has once this is true. */
  readonly isCancelled?: () => boolean;
}

/** What can be said of the current text. */
export interface SessionResult {
  /** Counts the changes of the text and of other files, from 0. */
  readonly revision: number;
  /** Findings that follow from the current text alone, sorted by place. Never those of an older text. */
  readonly findings: readonly Finding[];
  /** In order of place; `analyzed` is false for those that are pending. */
  readonly functions: readonly CheckedFunction[];
  /** Names of functions that are still to be analyzed, in that order; their findings are missing. */
  readonly pending: readonly string[];
  /** Nothing is left to do: findings, functions and figures equal those of `checkFile` on the same text. */
  readonly settled: boolean;
  readonly stats: FileStats;
  /** Paths that `#include "…"` names and that nobody supplied; while there are any, nothing is analyzed. */
  readonly missing: readonly string[];
}

/** A function of the current text, `start..end` in it. */
export interface FunctionAt {
  readonly name: string;
  readonly ir: FunctionIr;
  readonly start: number;
  readonly end: number;
  /** Offset in the graph's locations less offset in the text. */
  readonly shift: number;
}

/** The functions of an open file. */
export interface OpenFunctions {
  readonly kernel: KernelChoice;
  readonly present: PresentProgram;
  /** The function around an offset. */
  at(offset: number): FunctionAt | null;
  /** Where a location of a graph stands in the text. */
  place(location: Location): Location;
  /** The program for a run, and whether a later state of the file would give the run the same. */
  used(): { readonly program: SimulatedProgram; holds(now: OpenFunctions): boolean };
  /** The path of a finding of the text, to be run; null for one that is gone or is not about counts. */
  pathOf(finding: Pick<Finding, "rule" | "function" | "fingerprint">): FindingPath | null;
  /** What the variable or field whose name stands at `offset` holds there; null where there is none. */
  heldAt(offset: number): readonly Held[] | null;
}

/** Methods run to their end before they return; none may be called from `isCancelled`. */
export interface CheckSession {
  readonly path: string;
  /** The current text. */
  readonly source: string;
  /**
   * Replaces a stretch of the text and analyzes what depends on it, as far as the budget is expected to allow: what
   * takes longer is left pending. Broken text is read by what was read before; `advance` reads it afresh.
   * @throws RangeError when the range lies outside the text
   */
  edit(range: SourceRange, text: string, budget?: Budget): SessionResult;
  /** The same for a whole new text: what differs is found by comparison. */
  update(source: string, budget?: Budget): SessionResult;
  /** Texts of other files, new or changed; null for one that does not exist. */
  supply(files: ReadonlyMap<string, string | null>, budget?: Budget): SessionResult;
  /** Goes on with what is left to do; one step is made whatever the budget, so that repeated calls end. */
  advance(budget?: Budget): SessionResult;
  /**
   * The functions of the current text as the first kernel reads them, for questions about them; null before the first
   * call and while headers lack. What it answers is of the text as it was when it was asked for.
   */
  functions(): OpenFunctions | null;
  /** Frees the parser's memory. The session must not be used again. */
  close(): void;
}
