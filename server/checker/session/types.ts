/**
 * An open file that is checked again after every edit. Offsets are UTF-16 and count in the session's current text.
 * Knows no editor: whoever holds a session turns offsets into lines and loads the files that it names as missing.
 */
import type { FileStats, Finding } from "../types.ts";

/** A stretch of the current text; `start` equals `end` for an insertion. */
export interface SourceRange {
  readonly start: number;
  readonly end: number;
}

/** How long one call may take. Functions are analyzed whole: the last one begun may take a call beyond its time. */
export interface Budget {
  /** Milliseconds from the call on; absent: until everything is settled. */
  readonly milliseconds?: number;
  /** Asked before each function; the call returns with what it has once this is true. */
  readonly isCancelled?: () => boolean;
}

/** A function as it stands in the current text. */
export interface SessionFunction {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly hasError: boolean;
  /** Worth walking: it takes pages or lets them go, or calls what does. */
  readonly matters: boolean;
  /** What is said of it follows from the current text. */
  readonly current: boolean;
  /** Acquiring calls met on some path, as offsets: its own, not those of helpers. Empty until it is current. */
  readonly acquisitions: readonly number[];
}

/** What can be said of the current text. */
export interface SessionResult {
  /** Counts the changes of the text, from 0. */
  readonly revision: number;
  /** Findings that follow from the current text alone, sorted by place. Never those of an older text. */
  readonly findings: readonly Finding[];
  /** Functions that are still to be analyzed, in the order in which that will happen; their findings are missing. */
  readonly pending: readonly SessionFunction[];
  /** Nothing is pending: the findings equal those of `checkFile` on the same text. */
  readonly settled: boolean;
  /** Paths that `#include "…"` names and that nobody supplied; while there are any, nothing is analyzed. */
  readonly missing: readonly string[];
}

/** Methods run to their end before they return; none may be called from `isCancelled`. */
export interface CheckSession {
  readonly path: string;
  /** The current text. */
  readonly source: string;
  /**
   * Replaces a stretch of the text and analyzes what depends on it, as far as the budget allows.
   * @throws RangeError when the range lies outside the text
   */
  edit(range: SourceRange, text: string, budget?: Budget): SessionResult;
  /** The same for a whole new text: what differs is found by comparison. */
  update(source: string, budget?: Budget): SessionResult;
  /** Texts of other files, new or changed; null for one that does not exist. */
  supply(files: ReadonlyMap<string, string | null>, budget?: Budget): SessionResult;
  /** Goes on with what is pending. */
  advance(budget?: Budget): SessionResult;
  /** The functions of the current text, in order. */
  functions(): readonly SessionFunction[];
  /** Figures of the current text, as `checkFile` gives them once the session is settled. */
  stats(): FileStats;
  /** Frees the parser's memory. The session must not be used again. */
  close(): void;
}
