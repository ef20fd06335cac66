/**
 * What a run can be told, from wherever it is told it. Knows neither files nor threads: text in, plain data out.
 */
import type { DialectTables } from "@pinscope/grammars/dialect";
import type { Severity } from "@pinscope/server/checker";

/** Least severity that makes the exit code 1. */
export type FailOn = Severity | "never";

/**
 * One source of options (the project's file, an editor's settings, the command line). Everything is optional:
 * what a layer does not say is left to the layers below it.
 */
export interface ConfigLayer {
  /** Kernel versions as text: `6.12`, `5.10.3`. */
  readonly kernel?: readonly string[];
  /** Severity by rule; `off` silences it. */
  readonly rules?: { readonly [rule: string]: Severity | "off" | undefined };
  /** When given, all other rules are off. */
  readonly onlyRules?: readonly string[];
  /** Least severity that is reported. */
  readonly severity?: Severity;
  readonly failOn?: FailOn;
  readonly deep?: boolean;
  /** `CONFIG_*` and `-D` values; true is `1`, false is "not defined". */
  readonly defines?: Readonly<Record<string, string | number | boolean>>;
  /** A kernel `.config` to take `CONFIG_*` from. */
  readonly kernelConfig?: string;
  readonly includeFolders?: readonly string[];
  /** Paths left out, in `.gitignore` notation, relative to the file that says so. */
  readonly ignore?: readonly string[];
  readonly dialect?: Partial<DialectTables>;
  /** Kernels for the simulator, by name: a modeled one with some switches set otherwise. */
  readonly eras?: Readonly<Record<string, EraSettings>>;
}

/** What a configuration says of one era; the simulator knows which switches there are. */
export interface EraSettings {
  readonly from: string;
  readonly switches: Readonly<Record<string, boolean | string | number>>;
}

/** All layers together, defaults filled in. */
export interface ResolvedConfig {
  /** Empty: to be detected per file. */
  readonly kernel: readonly string[];
  readonly severities: ReadonlyMap<string, Severity | "off">;
  readonly severity: Severity;
  readonly failOn: FailOn;
  readonly deep: boolean;
  readonly defines: ReadonlyMap<string, string | false>;
  readonly kernelConfig: string | undefined;
  readonly includeFolders: readonly string[];
  readonly ignore: readonly string[];
  readonly tables: DialectTables;
  readonly eras: ReadonlyMap<string, EraSettings>;
}

/** Something wrong with a configuration text. */
export interface ConfigProblem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Dotted path of the key; empty for the whole text. */
  readonly key: string;
  readonly message: string;
}
