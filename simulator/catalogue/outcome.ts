/**
 * The recurring ways in which kernel calls end: errno or zero, pointer or NULL, a count with short results.
 * Each list is complete and its outcomes exclude each other. Knows no API.
 */
import {
  both,
  compare,
  isErrorPointer,
  isNull,
  negativeResult,
  nonzeroResult,
  not,
  notNull,
  positiveResult,
  result,
  resultPointer,
  zeroResult,
} from "./term.ts";
import type { Condition, Effect, EraRange, IntegerTerm, Outcome } from "./types.ts";

type Effects = readonly Effect[];

/** No result to look at. */
export const done = (...effects: Effects): Outcome[] => [{ name: "done", effects }];

/** 0 on success, a negative errno otherwise. */
export const errno = (success: Effects, failure: Effects = []): Outcome[] => [
  { name: "success", result: zeroResult, effects: success },
  { name: "error", result: negativeResult, effects: failure },
];

/** A truth value; true is success. */
export const truth = (success: Effects, failure: Effects = []): Outcome[] => [
  { name: "success", result: nonzeroResult, effects: success },
  { name: "zero", result: zeroResult, effects: failure },
];

/** A pointer or NULL. */
export const pointerOrNull = (success: Effects, failure: Effects = []): Outcome[] => [
  { name: "success", result: notNull(resultPointer), effects: success },
  { name: "null", result: isNull(resultPointer), effects: failure },
];

/** A pointer or an error pointer, never NULL. */
export const pointerOrError = (success: Effects, failure: Effects = []): Outcome[] => [
  { name: "success", result: not(isErrorPointer(resultPointer)), effects: success },
  { name: "error-pointer", result: isErrorPointer(resultPointer), effects: failure },
];

/** A pointer, NULL, or an error pointer. */
export const pointerNullOrError = (success: Effects): Outcome[] => [
  {
    name: "success",
    result: both(notNull(resultPointer), not(isErrorPointer(resultPointer))),
    effects: success,
  },
  { name: "null", result: isNull(resultPointer), effects: [] },
  { name: "error-pointer", result: isErrorPointer(resultPointer), effects: [] },
];

/** The same outcomes, for some versions only. */
export const inVersions = (era: EraRange, outcomes: readonly Outcome[]): Outcome[] =>
  outcomes.map((outcome) => ({ ...outcome, era }));

/** The same outcomes, where something holds of the arguments. */
export const where = (possible: Condition, outcomes: readonly Outcome[]): Outcome[] =>
  outcomes.map((outcome) => ({
    ...outcome,
    possible: outcome.possible ? both(outcome.possible, possible) : possible,
  }));

interface CountOptions {
  /** What was asked for; absent when the call does not say. */
  readonly asked?: IntegerTerm;
  /** What is held after `result` units came back. */
  readonly effects: Effects;
  readonly negative?: boolean | EraRange;
  /** When 0 can come back, by version; absent: never. */
  readonly zero?: readonly {
    readonly possible?: Condition;
    readonly era?: EraRange;
    readonly effects?: Effects;
  }[];
  /** Fewer than asked can come back. Default: yes, when `asked` is given. */
  readonly short?: boolean;
  readonly failure?: Effects;
}

/** A count of units: negative errno, 0 where possible, fewer than asked, all. */
export function count(options: CountOptions): Outcome[] {
  const { asked, effects, negative = true } = options;
  const outcomes: Outcome[] = [];
  if (negative !== false)
    outcomes.push({
      name: "error",
      result: negativeResult,
      effects: options.failure ?? [],
      ...(negative !== true && { era: negative }),
    });
  for (const { possible, era, effects: held = [] } of options.zero ?? [])
    outcomes.push({
      name: "zero",
      result: zeroResult,
      effects: held,
      ...(possible && { possible }),
      ...(era && { era }),
    });
  if (asked === undefined) {
    outcomes.push({ name: "success", result: positiveResult, effects });
    return outcomes;
  }
  if (options.short !== false)
    outcomes.push({
      name: "short",
      result: both(positiveResult, compare(result, "<", asked)),
      effects,
    });
  outcomes.push({ name: "success", result: both(positiveResult, compare(result, "==", asked)), effects });
  return outcomes;
}
