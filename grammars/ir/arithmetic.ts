/**
 * C integer arithmetic for LP64 with the kernel's flags (`-std=gnu11 -fno-strict-overflow -funsigned-char`): signed
 * overflow wraps, a right shift of a negative value is arithmetic, plain `char` is unsigned.
 * The only such module: the checker and the interpreter both compute with it.
 * Knows types and values; must not know of expressions, memory or functions.
 */
import type { BinaryOperator, CType, UnaryOperator } from "./types.ts";

export type IntegerType = Extract<CType, { kind: "integer" }>;

/** A value with its type. Signed values are negative bigints where negative, pointers are unsigned 64-bit. */
export interface TypedValue {
  readonly value: bigint;
  readonly type: CType;
}

/** Why C gives an operation no result. */
export type UndefinedReason = "division by zero" | "division overflows" | "shift count out of range";

export type Arithmetic =
  | { readonly kind: "value"; readonly value: bigint }
  | { readonly kind: "undefined"; readonly reason: UndefinedReason };

export type TypedArithmetic =
  | { readonly kind: "value"; readonly value: bigint; readonly type: IntegerType }
  | { readonly kind: "undefined"; readonly reason: UndefinedReason; readonly type: IntegerType }
  /** An operand has no integer type. */
  | { readonly kind: "not-integer" };

export const INT: IntegerType = { kind: "integer", bits: 32, signed: true, name: "int" };
export const UNSIGNED_INT: IntegerType = { kind: "integer", bits: 32, signed: false, name: "unsigned int" };
export const LONG: IntegerType = { kind: "integer", bits: 64, signed: true, name: "long" };
export const UNSIGNED_LONG: IntegerType = { kind: "integer", bits: 64, signed: false, name: "unsigned long" };

const POINTER_BITS = 64;

/** Least and greatest value of a type, null for a type without an integer range. */
export function rangeOf(type: CType): { readonly low: bigint; readonly high: bigint } | null {
  switch (type.kind) {
    case "bool":
      return { low: 0n, high: 1n };
    case "integer":
      return type.signed
        ? { low: -(1n << BigInt(type.bits - 1)), high: (1n << BigInt(type.bits - 1)) - 1n }
        : { low: 0n, high: (1n << BigInt(type.bits)) - 1n };
    case "pointer":
      return { low: 0n, high: (1n << BigInt(POINTER_BITS)) - 1n };
    default:
      return null;
  }
}

/** Whether `rangeOf` gives a range. */
export function hasRange({ kind }: CType): boolean {
  return kind === "integer" || kind === "pointer" || kind === "bool";
}

/**
 * What remains of a mathematical integer in an object of the type: the low bits of an integer or pointer, non-zero
 * for a bool. Types without an integer range (`unknown` too: nothing is claimed of it) keep the value as it is.
 */
export function wrap(value: bigint, type: CType): bigint {
  switch (type.kind) {
    case "bool":
      return value === 0n ? 0n : 1n;
    case "integer":
      return type.signed ? BigInt.asIntN(type.bits, value) : BigInt.asUintN(type.bits, value);
    case "pointer":
      return BigInt.asUintN(POINTER_BITS, value);
    default:
      return value;
  }
}

/** Converts a value of type `from` to type `to` as assignment, argument passing and casts do. */
export function convert(value: bigint, from: CType, to: CType): bigint {
  return wrap(wrap(value, from), to);
}

/** The type after integer promotion; null for a type that has none. */
export function promote(type: CType): IntegerType | null {
  if (type.kind === "bool") return INT;
  if (type.kind !== "integer") return null;
  // Every type narrower than int fits in int, so none promotes to unsigned int.
  return type.bits < 32 ? INT : type;
}

/** The common type of the usual arithmetic conversions; null when an operand has no integer type. */
export function usualConversion(left: CType, right: CType): IntegerType | null {
  const first = promote(left);
  const second = promote(right);
  if (first === null || second === null) return null;
  // Types of one width differ in sign only: `long long` meets `unsigned long` as `unsigned long long`.
  if (first.bits === second.bits) return first.signed ? second : first;
  return first.bits > second.bits ? first : second;
}

export function isComparison(operator: BinaryOperator): boolean {
  switch (operator) {
    case "==":
    case "!=":
    case "<":
    case "<=":
    case ">":
    case ">=":
      return true;
    default:
      return false;
  }
}

/** The type of `left operator right` between integers; null when an operand has no integer type. */
export function binaryResultType(operator: BinaryOperator, left: CType, right: CType): IntegerType | null {
  const common = usualConversion(left, right);
  if (common === null) return null;
  if (isComparison(operator)) return INT;
  return operator === "<<" || operator === ">>" ? promote(left) : common;
}

/** The type of `operator operand`; null when the operand has no integer type (but `!` is int on a pointer too). */
export function unaryResultType(operator: UnaryOperator, operand: CType): IntegerType | null {
  if (operator === "!") return rangeOf(operand) === null ? null : INT;
  return promote(operand);
}

/** Applies an operator to a value of the operand's promoted type. */
export function applyUnary(operator: UnaryOperator, value: bigint, type: CType): bigint {
  switch (operator) {
    case "-":
      return wrap(-value, type);
    case "~":
      return wrap(~value, type);
    case "+":
      return wrap(value, type);
    case "!":
      return value === 0n ? 1n : 0n;
  }
}

/**
 * Applies an operator to two values already in their common type `type` (for shifts: the promoted type of the left
 * operand, the count being any value). Comparisons give 0 or 1.
 */
export function applyBinary(operator: BinaryOperator, left: bigint, right: bigint, type: CType): Arithmetic {
  switch (operator) {
    case "+":
      return defined(wrap(left + right, type));
    case "-":
      return defined(wrap(left - right, type));
    case "*":
      return defined(wrap(left * right, type));
    case "&":
      return defined(wrap(left & right, type));
    case "|":
      return defined(wrap(left | right, type));
    case "^":
      return defined(wrap(left ^ right, type));
    case "/":
    case "%":
      return divide(operator, left, right, type);
    case "<<":
    case ">>":
      return shift(operator, left, right, type);
    case "==":
      return truth(left === right);
    case "!=":
      return truth(left !== right);
    case "<":
      return truth(left < right);
    case "<=":
      return truth(left <= right);
    case ">":
      return truth(left > right);
    case ">=":
      return truth(left >= right);
  }
}

/** A whole C unary expression: promotion, then the operator. */
export function evaluateUnary(operator: UnaryOperator, operand: TypedValue): TypedArithmetic {
  const type = unaryResultType(operator, operand.type);
  if (type === null) return { kind: "not-integer" };
  const value = operator === "!" ? operand.value : convert(operand.value, operand.type, type);
  return { kind: "value", value: applyUnary(operator, value, type), type };
}

/** A whole C binary expression between integers: the usual conversions (for shifts: promotions), then the operator. */
export function evaluateBinary(
  operator: BinaryOperator,
  left: TypedValue,
  right: TypedValue,
): TypedArithmetic {
  const result = binaryResultType(operator, left.type, right.type);
  const common = usualConversion(left.type, right.type);
  if (result === null || common === null) return { kind: "not-integer" };
  const isShift = operator === "<<" || operator === ">>";
  const leftType = isShift ? result : common;
  const rightType = isShift ? (promote(right.type) ?? common) : common;
  const value = applyBinary(
    operator,
    convert(left.value, left.type, leftType),
    convert(right.value, right.type, rightType),
    leftType,
  );
  return { ...value, type: result };
}

function defined(value: bigint): Arithmetic {
  return { kind: "value", value };
}

function truth(value: boolean): Arithmetic {
  return defined(value ? 1n : 0n);
}

function divide(operator: "/" | "%", left: bigint, right: bigint, type: CType): Arithmetic {
  if (right === 0n) return { kind: "undefined", reason: "division by zero" };
  // The processor traps on the most negative value divided by -1, whatever the flags say of overflow.
  const quotient = left / right;
  if (wrap(quotient, type) !== quotient) return { kind: "undefined", reason: "division overflows" };
  return defined(operator === "/" ? quotient : left % right);
}

function shift(operator: "<<" | ">>", left: bigint, count: bigint, type: CType): Arithmetic {
  const bits = type.kind === "integer" ? type.bits : POINTER_BITS;
  if (count < 0n || count >= BigInt(bits)) return { kind: "undefined", reason: "shift count out of range" };
  return defined(wrap(operator === "<<" ? left << count : left >> count, type));
}
