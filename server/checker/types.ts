/**
 * What the checker hands out: findings as plain data with offset ranges.
 * Knows no editor, no command line and no file system.
 */
import type { DialectTables } from "@pinscope/grammars/dialect";
import type { Location } from "@pinscope/grammars/ir";
import type { SyntaxParser } from "@pinscope/grammars/syntax";
import type { KernelVersion } from "@pinscope/simulator/catalogue";
import type { SimulatedProgram } from "@pinscope/simulator/interpreter";
import type { FindingPath } from "./wording.ts";

export type Severity = "error" | "warning" | "information";
export type Confidence = "high" | "moderate" | "low";

/** One step of the path that a finding claims, in the order in which the code runs. */
export interface PathStep {
  readonly location: Location;
  readonly message: string;
  /** Edge taken, for steps that are decisions. */
  readonly edge?: number;
  /** Call depth: 0 in the reported function, 1 in a helper it calls … */
  readonly nesting: number;
  /** `acquire`, `release`, `branch`, `store`, `exit` …: what kind of change the step is. */
  readonly role: "acquire" | "release" | "branch" | "store" | "call" | "exit" | "note";
}

/** What a replay on the kernel model said. */
export interface Witness {
  readonly status: "confirmed" | "confirmed-if" | "refuted" | "unreplayable";
  /** Why it could not be replayed. */
  readonly reason?: string;
  /** Choices at unknown calls or fields that the claim rests on. */
  readonly assumptions?: readonly string[];
  /** The modeled kernel, and how much of its model was recorded on a real one. */
  readonly ground?: string;
  /** What became of the pages. */
  readonly summary?: string;
}

export interface Finding {
  /** A rule's fixed name, as in DESIGN's table. */
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
  /** Where the squiggle goes. */
  readonly location: Location;
  readonly function: string;
  readonly path: readonly PathStep[];
  /** Stable over edits elsewhere: hash of rule, function, acquiring call, exit kind. */
  readonly fingerprint: string;
  readonly witness?: Witness;
  /** `only in 5.10`, `if CONFIG_X is off`: which variants show it; absent when all do. */
  readonly variant?: string;
}

/** Metadata of a rule; everything that names a rule is generated from it. */
export interface RuleMetadata {
  readonly name: string;
  readonly summary: string;
  readonly defaultSeverity: Severity;
  readonly confidence: Confidence;
  /** Claims about counts: an error only when its replay confirms it. */
  readonly replay: boolean;
  readonly fix: "none" | "safe" | "review";
  /** Rows R01–R55 of the reference that the rule covers. */
  readonly covers: readonly string[];
  readonly since: string;
}

/** A kernel to check against: the catalogue's version and the patch level that `LINUX_VERSION_CODE` carries. */
export interface KernelChoice {
  readonly version: KernelVersion;
  readonly patch: number;
}

/** Everything a run can be told, resolved: no defaults are added later. Plain data, so it crosses threads. */
export interface CheckSettings {
  /** At least one; more than one are checked one after the other and merged. */
  readonly kernels: readonly KernelChoice[];
  readonly tables: DialectTables;
  /** `CONFIG_*` and `-D` values: a string is the replacement text, `false` means not defined. */
  readonly defines: ReadonlyMap<string, string | false>;
  /** Folders tried for `#include "…"`, in the form in which paths of `files` are given. */
  readonly includeFolders: readonly string[];
  /** Texts read before the file, by the names that locations give them: what a compiler is told. */
  readonly before?: ReadonlyMap<string, string>;
  /** Severity by rule name; a rule that is absent has its default. `off` means the rule does not run. */
  readonly severities: ReadonlyMap<string, Severity | "off">;
  /** Analyze every function, also those in which no trigger is named. */
  readonly deep: boolean;
  /** Findings about counts are replayed; the refuted ones are withdrawn, or shown as information. Absent: withdrawn. */
  readonly replay?: "withdraw" | "show-refuted" | "off";
  /** For controls: nothing pinned or referenced is taken to be let go of or kept, so that correct code is reported. */
  readonly assumeUnreleased?: boolean;
}

/** One file to check. `path` and the keys of `files` are in the same form. */
export interface CheckInput {
  readonly path: string;
  readonly source: string;
  /** Texts of other files; null for one that does not exist. */
  readonly files: ReadonlyMap<string, string | null>;
  readonly parser: SyntaxParser;
  readonly settings: CheckSettings;
  /** Runs every replay, for measurements; must give what `run` gives. */
  readonly aroundReplay?: <Verdict>(run: () => Verdict) => Verdict;
  /**
   * Told the paths of the findings of each reading of the file, by `rule function fingerprint`, and the program that
   * they can be run in; both hold until it returns.
   */
  readonly onPaths?: (paths: ReadonlyMap<string, FindingPath>, program: SimulatedProgram) => void;
}

/** What happened while one file was checked; every count adds up over files. */
export interface FileStats {
  readonly functions: number;
  readonly functionsAnalyzed: number;
  readonly functionsWithSyntaxErrors: number;
  readonly functionsOverBudget: number;
  readonly acquisitions: {
    readonly seen: number;
    readonly followed: number;
    /** Acquisitions no longer followed, by cause. */
    readonly givenUp: Readonly<Record<string, number>>;
  };
  /** What walks left out besides: calls of a function inside itself, claims of joined paths that no single path shows. */
  readonly walks: { readonly recursionsCut: number; readonly unconfirmedClaims: number };
  /** What the replays of findings about counts said; those of `refuted` are withdrawn. */
  readonly replay: { readonly confirmed: number; readonly refuted: number; readonly unreplayable: number };
  readonly ms: {
    readonly parse: number;
    readonly lower: number;
    readonly analyze: number;
    readonly replay: number;
  };
  readonly unknownConditions: number;
  /** Other readings of functions with tracked calls in unselected branches of `#if`; absent when there were none. */
  readonly variants?: {
    /** Functions read again. */
    readonly functions: number;
    /** Walks of these functions, the usual reading aside. */
    readonly readings: number;
    /** Readings left out because the function or the file had its number. */
    readonly overLimit: number;
    /** Tracked calls in branches that no change of unknown symbols selects: other kernel versions, `#if 0`. */
    readonly notSelectable: number;
  };
}

/** A function of the file, as far as it was read; what an editor shows beside it. */
export interface CheckedFunction {
  readonly name: string;
  /** UTF-16 offsets of the whole definition. */
  readonly start: number;
  readonly end: number;
  readonly analyzed: boolean;
  readonly overBudget: boolean;
  /** Offsets of the calls inside it that acquire something, in order of place. */
  readonly acquisitions: readonly number[];
}

export interface CheckResult {
  readonly findings: readonly Finding[];
  /** In order of place; with several kernels, as the first of them reads the file. */
  readonly functions: readonly CheckedFunction[];
  readonly stats: FileStats;
  /** Paths that `#include "…"` names and `files` lacks: load them (or mark them absent) and call again. */
  readonly missing: readonly string[];
}
