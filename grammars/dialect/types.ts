/**
 * The kernel's dialect of C as data, and what the length-preserving pass leaves behind.
 * Knows no parser: it reads text and writes text of the same length.
 */

/** How a loop macro moves: which of its arguments it assigns on each turn, and its trip count where known. */
export interface LoopMacro {
  readonly name: string;
  /** Arguments (0-based) that each turn assigns something not known here (never NULL). */
  readonly cursors: readonly number[];
  /** An argument that counts 0, 1, 2 … beside the cursor. */
  readonly index?: number;
  /** The argument that holds the number of turns. */
  readonly count?: number;
}

/** A macro whose use at file scope defines a function: `SYSCALL_DEFINE3(name, type, arg, …) {`. */
export interface DefinitionMacro {
  readonly name: string;
  /** Which argument is the function's name. */
  readonly nameArgument: number;
  /** How the arguments behind the name are laid out: none, `type, name` pairs, or whole declarations. */
  readonly parameters: "none" | "pairs" | "declarations";
  /** Returned type as C text. */
  readonly returns: string;
}

/** A macro that annotates and is blanked, with its argument list where it takes one. */
export interface AnnotationMacro {
  readonly name: string;
  readonly withArguments: boolean;
}

/** Tables that drive the pass. A project adds its own in `.pinscope.json` under `dialect`. */
export interface DialectTables {
  readonly annotations: readonly AnnotationMacro[];
  readonly loops: readonly LoopMacro[];
  /** Names holding one of these are loop macros too although no entry names them (`for_each_` always is). */
  readonly loopPatterns: readonly string[];
  readonly definitions: readonly DefinitionMacro[];
  /** Macros that take a type name as an argument, with the positions that hold types. */
  readonly typeArguments: Readonly<Record<string, readonly number[]>>;
  /** File-scope lines that declare or export something and end with or without a semicolon. */
  readonly fileScope: readonly string[];
}

/** Which branches of `#if` are taken. */
export interface ConditionSettings {
  /** Kernel version as [major, minor, patch]. */
  readonly version: readonly [number, number, number];
  /** `CONFIG_*` and `-D` values: a string is the replacement text, `false` means not defined. */
  readonly defines: ReadonlyMap<string, string | false>;
  /** Values forced for unknown symbols in this variant: symbol → truth. */
  readonly assumptions: ReadonlyMap<string, boolean>;
}

/** What the pass did at a place, for those who read the tree. Offsets are UTF-16 and valid in both texts. */
export type DialectNote =
  /** A loop macro's name now reads `while` (padded). `end` is the end of the macro's name. */
  | { readonly kind: "loop"; readonly start: number; readonly end: number; readonly macro: LoopMacro }
  /** A definition macro now reads as an ordinary function header. */
  | {
      readonly kind: "definition";
      readonly start: number;
      readonly end: number;
      readonly definer: string;
      readonly name: string;
    }
  /**
   * `scoped_guard(class, args) stmt` now reads `if (…) stmt`; `start..end` covers the macro's name,
   * `arguments` the text between its parentheses.
   */
  | {
      readonly kind: "scoped-guard";
      readonly start: number;
      readonly end: number;
      readonly className: string;
      readonly arguments: readonly [number, number];
    }
  /**
   * `__free(name)` was blanked inside a declaration; `start..end` is what was blanked. With `byAddress` it was
   * `__cleanup(name)` or `__attribute__((cleanup(name)))`: the function is called with the variable's address.
   */
  | {
      readonly kind: "free-attribute";
      readonly start: number;
      readonly end: number;
      readonly cleanup: string;
      readonly byAddress?: true;
    }
  /**
   * A macro's argument that is a statement (`return -EINTR`, `goto out`, `a(); b()`) now reads as an expression that
   * means nothing; `start..end` is the argument. Read it from the source.
   */
  | { readonly kind: "statement-argument"; readonly start: number; readonly end: number }
  /** The `...` of `case a ... b:` now reads ` ||` (a binary expression `a || b`); `start..end` are the dots. */
  | { readonly kind: "case-range"; readonly start: number; readonly end: number }
  /** An unselected branch of `#if` was blanked. */
  | { readonly kind: "unselected"; readonly start: number; readonly end: number };

/** An `#if` whose truth depends on symbols that are not known. */
export interface UnknownCondition {
  readonly start: number;
  readonly end: number;
  readonly symbols: readonly string[];
}

/** The result of the pass: text of the same length and the same line breaks, and what was done to it. */
export interface PassedText {
  readonly text: string;
  readonly notes: readonly DialectNote[];
  /** Bytes blanked per table entry, keyed by entry name (`annotation:__init`, `unselected`, …). */
  readonly blanked: ReadonlyMap<string, number>;
  readonly unknownConditions: readonly UnknownCondition[];
}
