/**
 * C's implicit conversions as explicit expressions, and constant folding of what they meet.
 * Works on typed expressions only: must not know syntax, scopes or blocks.
 */
import { applyBinary, applyUnary, isComparison, promote, usualConversion, wrap } from "./arithmetic.ts";
import {
  BOOL,
  CHAR_POINTER,
  INT,
  isArithmetic,
  isInteger,
  LONG,
  sameType,
  UNKNOWN,
  UNSIGNED_LONG,
} from "./c-types.ts";
import type { BinaryOperator, CType, Expression, UnaryOperator } from "./types.ts";

export function constant(value: bigint, type: CType = INT): Expression {
  return { kind: "constant", value: wrap(value, type), type };
}

/** Integer promotion: what `+x` has as its type. Types that are not arithmetic come back as they are. */
export function promoted(type: CType): CType {
  return promote(type) ?? type;
}

/** The common type of two arithmetic operands, `unknown` when either is not known to be arithmetic. */
function usualArithmetic(left: CType, right: CType): CType {
  if (!isArithmetic(left) || !isArithmetic(right)) return UNKNOWN;
  if (left.kind === "float" || right.kind === "float") {
    if (left.kind !== "float") return right;
    if (right.kind !== "float") return left;
    return left.bits >= right.bits ? left : right;
  }
  return usualConversion(left, right) ?? UNKNOWN;
}

function isTruthValue(expression: Expression): boolean {
  if (expression.type.kind === "bool") return true;
  if (expression.kind === "unary") return expression.operator === "!";
  return expression.kind === "binary" && isComparison(expression.operator);
}

/** `expression` as 0 or 1 of type int: `x != 0` unless it already is a truth value. */
export function truth(expression: Expression): Expression {
  if (isTruthValue(expression)) return expression;
  return binary("!=", expression, constant(0n));
}

/**
 * Converts as by assignment to `to`. Nothing happens where either type is unknown, between pointers, or where the
 * type is the same already; constants are converted on the spot.
 */
export function convert(expression: Expression, to: CType, implicit = true): Expression {
  const from = expression.type;
  if (from.kind === "unknown" && implicit && to.kind !== "bool") return expression;
  if (to.kind === "unknown" || to.kind === "void" || to.kind === "array" || to.kind === "function") {
    return expression;
  }
  if (to.kind === "record" || from.kind === "record") return expression;
  if (sameType(from, to)) return expression;
  if (implicit && from.kind === "pointer" && to.kind === "pointer") return expression;
  if (to.kind === "bool") {
    const value = truth(expression);
    if (value.kind === "constant") return constant(value.value, BOOL);
    return value.type.kind === "bool" ? value : { kind: "cast", implicit, operand: value, type: BOOL };
  }
  if (expression.kind === "constant" && (isInteger(to) || to.kind === "pointer")) {
    return constant(expression.value, to);
  }
  return { kind: "cast", implicit, operand: expression, type: to };
}

/** `(type)expression` as written in the source. */
export function explicitCast(expression: Expression, to: CType): Expression {
  if (to.kind === "unknown" && expression.kind !== "constant") {
    return { kind: "cast", implicit: false, operand: expression, type: to };
  }
  return convert(expression, to, false);
}

/** An argument without a parameter type: small integers are promoted, nothing else changes. */
export function promoteArgument(expression: Expression): Expression {
  return isInteger(expression.type) ? convert(expression, promoted(expression.type)) : expression;
}

export function unary(operator: UnaryOperator, operand: Expression): Expression {
  if (operator === "!") {
    if (operand.kind === "constant") return constant(operand.value === 0n ? 1n : 0n);
    return { kind: "unary", operator, operand, type: INT };
  }
  const type = isArithmetic(operand.type) ? promoted(operand.type) : UNKNOWN;
  const value = convert(operand, type);
  if (operator === "+") return value;
  if (value.kind === "constant" && value.type.kind === "integer") {
    return constant(applyUnary(operator, value.value, type), type);
  }
  return { kind: "unary", operator, operand: value, type };
}

/** The operator on operands converted already, computed where both are constants; `type` is the result's. */
function folded(operator: BinaryOperator, left: Expression, right: Expression, type: CType): Expression {
  if (left.kind === "constant" && right.kind === "constant" && type.kind === "integer") {
    const result = applyBinary(operator, left.value, right.value, left.type);
    if (result.kind === "value") return constant(result.value, type);
  }
  return { kind: "binary", operator, left, right, type };
}

function pointerArithmetic(operator: "+" | "-", left: Expression, right: Expression): Expression {
  if (left.type.kind === "pointer" && right.type.kind === "pointer") {
    return { kind: "binary", operator, left, right, type: LONG };
  }
  if (right.type.kind === "pointer") return pointerArithmetic("+", right, left);
  if (right.kind === "constant" && right.value === 0n) return left;
  return { kind: "binary", operator, left, right, type: left.type };
}

/** A binary operator applied to two values, with the conversions that C makes first. */
export function binary(operator: BinaryOperator, left: Expression, right: Expression): Expression {
  if (isComparison(operator)) {
    if (left.type.kind === "pointer" || right.type.kind === "pointer") {
      const type = left.type.kind === "pointer" ? left.type : right.type;
      return folded(operator, nullTo(left, type), nullTo(right, type), INT);
    }
    const common = usualArithmetic(left.type, right.type);
    return folded(operator, convert(left, common), convert(right, common), INT);
  }
  if (operator === "<<" || operator === ">>") {
    const type = isInteger(left.type) ? promoted(left.type) : UNKNOWN;
    return folded(operator, convert(left, type), promoteArgument(right), type);
  }
  if ((operator === "+" || operator === "-") && (isPointer(left) || isPointer(right))) {
    return pointerArithmetic(operator, left, right);
  }
  const common = usualArithmetic(left.type, right.type);
  return folded(operator, convert(left, common), convert(right, common), common);
}

function isPointer(expression: Expression): boolean {
  return expression.type.kind === "pointer";
}

function nullTo(expression: Expression, type: CType): Expression {
  return expression.kind === "constant" && isInteger(expression.type)
    ? constant(expression.value, type)
    : expression;
}

/** The type of `c ? a : b`. */
export function conditionalType(left: Expression, right: Expression): CType {
  if (isArithmetic(left.type) && isArithmetic(right.type)) return usualArithmetic(left.type, right.type);
  if (left.type.kind === "void" || right.type.kind === "void") return { kind: "void" };
  const [a, b] = [left.type, right.type];
  if (a.kind === "pointer" && b.kind === "pointer") return a.to.kind === "void" ? b : a;
  if (a.kind === "pointer") return a;
  if (b.kind === "pointer") return b;
  if (a.kind === "record") return a;
  return a.kind === "unknown" ? (b.kind === "record" ? b : UNKNOWN) : b.kind === "unknown" ? UNKNOWN : a;
}

/** `IS_ERR(x)`: the pointer's number is one of the last 4095. */
export function isErrorPointer(pointer: Expression): Expression {
  return binary(">=", explicitCast(pointer, UNSIGNED_LONG), constant(-4095n, UNSIGNED_LONG));
}

/** The same address counted in bytes. */
export function bytePointer(pointer: Expression): Expression {
  return explicitCast(pointer, CHAR_POINTER);
}
