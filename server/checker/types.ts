/**
 * What the checker hands out: findings as plain data with offset ranges.
 * Knows no editor, no command line and no file system.
 */
import type { Location } from "@pinscope/grammars/ir";

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
  readonly reason?: string;
  readonly assumptions?: readonly string[];
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
