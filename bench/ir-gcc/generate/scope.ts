/**
 * What a generated expression may use at a place, and the bookkeeping that keeps expressions free of unsequenced
 * effects: each expression says what it reads and writes, and two that stand side by side must not clash.
 */
import type { Chooser } from "../random.ts";
import type { GeneratedExtern, GeneratedRecord, NamedType } from "./pools.ts";

export interface ScalarVariable {
  readonly name: string;
  readonly type: NamedType;
  /** Loop counters and the like are read only. */
  readonly writable: boolean;
}

export interface ArrayVariable {
  /** How its first element is reached: `arr`, `p`. */
  readonly name: string;
  readonly element: NamedType;
  /** A power of two. */
  readonly length: number;
  /** What is read and written through it: two names of one array share it. */
  readonly resource: string;
  readonly isPointer: boolean;
}

export interface RecordVariable {
  readonly name: string;
  readonly isPointer: boolean;
  readonly record: GeneratedRecord;
}

export interface HelperFunction {
  readonly name: string;
  readonly returns: NamedType | null;
  readonly parameters: readonly NamedType[];
  /** Takes a pointer to the program's record as its last parameter. */
  readonly takesRecord: boolean;
}

export interface Scope {
  readonly scalars: readonly ScalarVariable[];
  readonly arrays: readonly ArrayVariable[];
  readonly records: readonly RecordVariable[];
}

/** What one function's generation shares. */
export interface FunctionContext {
  readonly chooser: Chooser;
  readonly externs: readonly GeneratedExtern[];
  readonly helpers: readonly HelperFunction[];
  readonly record: GeneratedRecord;
  readonly globals: readonly ScalarVariable[];
  readonly enumerators: readonly string[];
  readonly macros: readonly string[];
  readonly returns: NamedType | null;
  /** A name nobody else has. */
  fresh(stem: string): string;
  /** Declares external functions on first use. */
  use(extern: GeneratedExtern): string;
  /** Statement expressions want statements: given by the statement generator. */
  statementExpression(scope: Scope, depth: number): Generated;
}

export interface Generated {
  readonly text: string;
  readonly type: NamedType;
  readonly reads: ReadonlySet<string>;
  readonly writes: ReadonlySet<string>;
}

/** Every logged call writes this: two calls side by side would be logged in either order. */
export const LOG = "$log";
const NOTHING: ReadonlySet<string> = new Set();

export function pure(text: string, type: NamedType, reads: Iterable<string> = []): Generated {
  return { text, type, reads: new Set(reads), writes: NOTHING };
}

export function join(
  text: string,
  type: NamedType,
  parts: readonly Generated[],
  writes: Iterable<string> = [],
): Generated {
  return {
    text,
    type,
    reads: new Set(parts.flatMap((part) => [...part.reads])),
    writes: new Set([...parts.flatMap((part) => [...part.writes]), ...writes]),
  };
}

/** Whether C leaves open what the two do when neither is sequenced before the other. */
export function clash(first: Generated, second: Generated): boolean {
  const meets = (writes: ReadonlySet<string>, other: Generated) =>
    [...writes].some((name) => other.reads.has(name) || other.writes.has(name));
  return meets(first.writes, second) || meets(second.writes, first);
}
