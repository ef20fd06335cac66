/**
 * What both sides of the comparison are told about a program: its text, its types, what it calls and what is run.
 * Both then follow one protocol (see `driver.ts` for C, `world.ts` for ours): values are drawn from one random
 * stream in one order, every call of an external function is one line of the log.
 */
import type { CType } from "@pinscope/grammars/ir";

export interface RecordSpec {
  readonly union: boolean;
  readonly fields: ReadonlyMap<string, CType>;
}

/** A function the program calls and does not define: it is logged and answered with random values. */
export interface ExternSpec {
  readonly name: string;
  readonly returns: CType;
  readonly parameters: readonly CType[];
  readonly variadic: boolean;
  /** Per parameter: elements behind the pointer that are logged. */
  readonly shows: readonly number[];
  /** Per parameter: elements behind the pointer that are overwritten with drawn values. */
  readonly writes: readonly number[];
}

/** A function that is run. */
export interface EntrySpec {
  readonly name: string;
  readonly returns: CType;
  readonly parameters: readonly CType[];
}

export interface ProgramSpec {
  readonly source: string;
  /** Records whose fields are drawn and logged; every other record is an opaque object. */
  readonly records: ReadonlyMap<string, RecordSpec>;
  readonly externs: readonly ExternSpec[];
  readonly entries: readonly EntrySpec[];
}

/** One run: the log of calls, how it ended, and what the drawn objects hold afterwards. */
export interface RunLog {
  readonly lines: readonly string[];
}

/** Calls after which both sides stop a run. */
export const EVENT_LIMIT = 300;
/** Elements of an object drawn for a pointer at depth 0 (parameters, results) and below. */
export const OUTER_ELEMENTS = 8;
export const INNER_ELEMENTS = 2;
/** Pointers in drawn objects this deep are NULL. */
export const DRAW_DEPTH = 3;
/** Bytes of an object behind a pointer whose target's size is not known. */
export const OPAQUE_BYTES = 64;
/** Characters of a string literal that are logged. */
export const STRING_LIMIT = 40;

/** How the target of a pointer is treated when drawn. */
export function isOpaque(type: CType, records: ProgramSpec["records"]): boolean {
  switch (type.kind) {
    case "void":
    case "unknown":
    case "function":
    case "float":
      return true;
    case "record":
      return !records.has(type.tag);
    case "array":
      return type.length === null || isOpaque(type.of, records);
    default:
      return false;
  }
}
