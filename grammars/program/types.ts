/**
 * What a translation unit declares: macros, types, signatures; collected by a text scan, without a parser.
 * Works on a map from path to text; does no I/O: it names the files it misses and is called again.
 */
import type { CType } from "../ir/types.ts";

export interface MacroDefinition {
  readonly name: string;
  /** Parameter names; null for an object-like macro. The last is `...` or `name...` when variadic. */
  readonly parameters: readonly string[] | null;
  /** Replacement text, continuation lines joined, comments removed. */
  readonly body: string;
  readonly file: string;
  /** Offsets of the replacement text in `file`. */
  readonly start: number;
  readonly end: number;
}

export interface FunctionSignature {
  readonly name: string;
  readonly returns: CType;
  readonly parameters: readonly { readonly name: string; readonly type: CType }[];
  readonly variadic: boolean;
}

export interface RecordDefinition {
  readonly tag: string;
  readonly union: boolean;
  readonly fields: ReadonlyMap<string, CType>;
  /** Fields that anonymous members were flattened into, with the tag of the anonymous record that each is in. */
  readonly anonymous?: ReadonlyMap<string, string>;
  /** Stands in for a kernel header: there may be more fields, in another order. */
  readonly partial?: true;
}

/** Declarations visible to one translation unit. A definition in the project beats the built-in tables. */
export interface Program {
  macro(name: string): MacroDefinition | undefined;
  /** A typedef's type; `enum tag` gives an enumeration's. */
  typedef(name: string): CType | undefined;
  record(tag: string): RecordDefinition | undefined;
  signature(name: string): FunctionSignature | undefined;
  /** Type of a file-scope variable. */
  global(name: string): CType | undefined;
  enumerator(name: string): bigint | undefined;
  /** Whether a name is a type here (typedef known). */
  isTypeName(name: string): boolean;
  /** The cleanup class of `DEFINE_CLASS`/`DEFINE_GUARD`/`DEFINE_FREE`: name of the function run at scope end. */
  cleanup(name: string):
    | {
        readonly kind: "class" | "guard" | "free";
        readonly release: string;
        readonly acquire?: string;
        /** For which values the release is left out: `if (_T)`, `if (!IS_ERR_OR_NULL(_T))`; absent: for none. */
        readonly skips?: "null" | "error" | "null-or-error";
      }
    | undefined;
}

export interface ProgramResult {
  readonly program: Program;
  /** Paths that `#include "…"` names and the map lacks: the host loads them (or marks them absent) and calls again. */
  readonly missing: readonly string[];
}
