/**
 * Constructors of the catalogue's expressions, so that an entry reads as one line per fact.
 * Knows no API.
 */
import type {
  Condition,
  Effect,
  EraRange,
  Family,
  IntegerTerm,
  KernelVersion,
  PointerTerm,
  Target,
  Unit,
} from "./types.ts";

// Integers

export const constant = (value: number): IntegerTerm => ({ kind: "constant", value });
export const one = constant(1);
export const zero = constant(0);
/** The value of an integer argument. */
export const amount = (name: string): IntegerTerm => ({ kind: "argument", name });
/** The integer an argument points to, after the call. */
export const amountAt = (name: string): IntegerTerm => ({ kind: "pointee", name });
export const result: IntegerTerm = { kind: "result" };
export const pageSize: IntegerTerm = { kind: "page-size" };
export const add = (left: IntegerTerm, right: IntegerTerm): IntegerTerm => ({ kind: "add", left, right });
export const multiply = (left: IntegerTerm, right: IntegerTerm): IntegerTerm => ({
  kind: "multiply",
  left,
  right,
});
/** Pages that `bytes` touch when they begin `offset` bytes into a page. */
export const pagesOfBytes = (bytes: IntegerTerm, offset: IntegerTerm): IntegerTerm => ({
  kind: "ceil-divide",
  left: add(offset, bytes),
  right: pageSize,
});
/** Slots of pointers in `bytes`, on a 64-bit kernel. */
export const slotsOfBytes = (bytes: IntegerTerm): IntegerTerm => ({
  kind: "ceil-divide",
  left: bytes,
  right: constant(8),
});

// Pointers

export const pointer = (name: string): PointerTerm => ({ kind: "argument", name });
export const pointerAt = (name: string): PointerTerm => ({ kind: "pointee", name });
export const pointerBefore = (name: string): PointerTerm => ({ kind: "pointee", name, before: true });
export const resultPointer: PointerTerm = { kind: "result" };

// Conditions

type Comparison = Extract<Condition, { kind: "compare" }>["operator"];
export const compare = (left: IntegerTerm, operator: Comparison, right: IntegerTerm): Condition => ({
  kind: "compare",
  operator,
  left,
  right,
});
export const isNull = (of: PointerTerm): Condition => ({ kind: "null", pointer: of });
export const notNull = (of: PointerTerm): Condition => ({ kind: "not-null", pointer: of });
export const isErrorPointer = (of: PointerTerm): Condition => ({ kind: "error-pointer", pointer: of });
export const isErrorValue = (value: IntegerTerm): Condition => ({ kind: "error-value", value });
export const flag = (argument: string, name: string): Condition => ({ kind: "flag", argument, flag: name });
export const predicate = (name: string, argument: string): Condition => ({
  kind: "predicate",
  name,
  argument,
});
export const not = (operand: Condition): Condition => ({ kind: "not", operand });
export const both = (...operands: Condition[]): Condition => ({ kind: "and", operands });
export const either = (...operands: Condition[]): Condition => ({ kind: "or", operands });
/** An integer argument is true in C's sense. */
export const isTrue = (name: string): Condition => compare(amount(name), "!=", zero);
export const negativeResult = compare(result, "<", zero);
export const zeroResult = compare(result, "==", zero);
export const positiveResult = compare(result, ">", zero);
export const nonzeroResult = compare(result, "!=", zero);

// Targets

/** Slots [low, end) of an array. */
export const slots = (array: PointerTerm, end: IntegerTerm, low: IntegerTerm = zero): Target => ({
  kind: "slots",
  array,
  low,
  end,
});
export const value = (of: PointerTerm, count: IntegerTerm = one): Target => ({
  kind: "value",
  value: of,
  count,
});
export const consecutive = (first: PointerTerm, count: IntegerTerm): Target => ({
  kind: "consecutive",
  first,
  count,
});
export const contents = (container: PointerTerm): Target => ({ kind: "contents", container });

// Versions

export const since = (version: KernelVersion, backports?: readonly string[]): EraRange =>
  backports ? { since: version, backports } : { since: version };
export const before = (version: KernelVersion, except?: readonly string[]): EraRange =>
  except ? { before: version, except } : { before: version };
export const between = (first: KernelVersion, end: KernelVersion): EraRange => ({
  since: first,
  before: end,
});

// Effects

interface EffectOptions {
  readonly unit?: Unit;
  readonly when?: Condition;
  readonly era?: EraRange;
  readonly holder?: PointerTerm;
}

const options = ({ when, era, holder }: EffectOptions) => ({
  ...(when && { when }),
  ...(era && { era }),
  ...(holder && { holder }),
});

export const acquire = (family: Family, target: Target, extra: EffectOptions = {}): Effect => ({
  kind: "acquire",
  family,
  unit: extra.unit ?? "page",
  target,
  ...options(extra),
});
export const release = (
  family: Family,
  target: Target,
  extra: EffectOptions & { readonly skipsNull?: boolean | "leading" } = {},
): Effect => ({
  kind: "release",
  family,
  unit: extra.unit ?? "page",
  target,
  skipsNull: extra.skipsNull ?? false,
  ...options(extra),
});
export const transfer = (
  target: Target,
  to: PointerTerm | "callee",
  extra: Pick<EffectOptions, "when" | "era"> = {},
): Effect => ({ kind: "transfer", target, to, ...options(extra) });
export const store = (
  target: Target,
  into: PointerTerm,
  extra: Pick<EffectOptions, "when" | "era"> = {},
): Effect => ({ kind: "store", target, into, ...options(extra) });
export const dirty = (
  target: Target,
  locked: boolean,
  extra: Pick<EffectOptions, "when" | "era"> = {},
): Effect => ({ kind: "dirty", target, locked, ...options(extra) });
export const allocate = (
  into: PointerTerm,
  extra: Omit<Extract<Effect, { kind: "allocate" }>, "kind" | "into" | "zeroed"> & {
    readonly zeroed?: boolean;
  } = {},
): Effect => ({ kind: "allocate", into, ...extra, zeroed: extra.zeroed ?? false });
export const free = (of: PointerTerm, extra: Pick<EffectOptions, "when" | "era"> = {}): Effect => ({
  kind: "free",
  value: of,
  ...options(extra),
});

/** An object answers a predicate in this way from here on. */
export const mark = (
  name: string,
  argument: string,
  holds: boolean,
  extra: Pick<EffectOptions, "when" | "era"> = {},
): Effect => ({ kind: "mark", predicate: name, argument, holds, ...options(extra) });
