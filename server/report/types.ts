/**
 * What a report is made of: findings whose offsets have become lines and columns. Knows no file system and no
 * terminal; the writers beside this file turn it into text, JSON and SARIF.
 */
import type { FileStats, PathStep, RuleMetadata, Severity, Witness } from "@pinscope/server/checker";

/** A stretch of a file. Lines and columns count from 1, columns in UTF-16 units; the end is exclusive. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  /** UTF-16 offsets. */
  readonly start: number;
  readonly end: number;
  /** The macro whose body holds the code; the place itself is the macro's use. */
  readonly expandedFrom?: {
    readonly macro: string;
    readonly file: string;
    readonly line: number;
    readonly column: number;
  };
}

export interface ReportedStep {
  readonly place: Place;
  readonly message: string;
  readonly nesting: number;
  readonly role: PathStep["role"];
}

export interface ReportedFinding {
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
  readonly place: Place;
  readonly function: string;
  readonly path: readonly ReportedStep[];
  readonly fingerprint: string;
  readonly witness?: Witness;
  readonly variant?: string;
}

/** Something that went wrong with one file; the run went on. */
export interface FileError {
  readonly file: string;
  readonly message: string;
  /** `read`: the file could not be read. `internal`: a defect of the checker. */
  readonly kind: "read" | "internal";
}

/** Figures of a whole run, in the shape that `run.properties.stats` has. */
export interface RunStats extends Omit<FileStats, "ms"> {
  readonly files: number;
  readonly filesSkippedByPrefilter: number;
  readonly ms: {
    readonly total: number;
    readonly read: number;
    readonly parse: number;
    readonly lower: number;
    readonly analyze: number;
    readonly replay: number;
  };
}

/** A kernel version that files were checked against, and why that one. */
export interface KernelNote {
  readonly kernel: string;
  readonly reason: string;
}

export interface Report {
  readonly toolVersion: string;
  readonly kernels: readonly KernelNote[];
  /** In the order in which they are printed: by file, then by place. */
  readonly findings: readonly ReportedFinding[];
  readonly errors: readonly FileError[];
  readonly stats: RunStats;
  readonly rules: readonly RuleMetadata[];
}
