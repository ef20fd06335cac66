/**
 * Values of pure expressions and addresses of places, in one frame of one machine.
 * Reads memory and never writes it, but for a value the host supplies for an indeterminate read, which stays.
 * Must not know of control flow or of calls.
 */
import { applyBinary, applyUnary, hasRange, isComparison, LONG, wrap } from "../arithmetic.ts";
import type { CType, Expression, Place, VariableId } from "../types.ts";
import type { Layouts } from "./layout.ts";
import type { Aggregate, Memory } from "./memory.ts";
import { Stuck } from "./stuck.ts";

/** A scalar as a bigint in its type's range (pointers unsigned), or the bytes of a record. */
export type Value = bigint | Aggregate;

/** A read of memory that nothing wrote. */
export interface IndeterminateRead {
  readonly address: bigint;
  readonly type: CType;
  /** What the code calls the place, for messages. */
  readonly place: string;
  /** The place itself, as it stands in the expression that is evaluated. */
  readonly source: Place;
}

/** What expressions need of the machine around them. */
export interface Context {
  readonly memory: Memory;
  readonly layouts: Layouts;
  addressOfVariable(id: VariableId): bigint;
  addressOfGlobal(name: string, type: CType): bigint;
  addressOfFunction(name: string): bigint;
  addressOfString(text: string, type: CType): bigint;
  nameOfVariable(id: VariableId): string;
  /** A value for a read that nothing wrote; undefined when there is none. */
  indeterminate(read: IndeterminateRead): bigint | undefined;
  opaque(reason: string, name: string | undefined, type: CType): bigint | undefined;
}

const LONG_BITS = 64;
const UNKNOWN_RECORD = "?";
const POINTER: CType = { kind: "pointer", to: { kind: "unknown" } };

export function evaluate(expression: Expression, context: Context): Value {
  switch (expression.kind) {
    case "constant":
      return wrap(expression.value, expression.type);
    case "string":
      return context.addressOfString(expression.text, expression.type);
    case "function":
      return context.addressOfFunction(expression.name);
    case "load":
      return load(expression.place, context);
    case "address":
      return addressOf(expression.place, context);
    case "unary": {
      const type = expression.operator === "!" ? expression.operand.type : expression.type;
      const operand = evaluateScalar(expression.operand, context);
      return applyUnary(expression.operator, operand, expression.operator === "!" ? type : ranged(type));
    }
    case "binary":
      return evaluateBinary(expression, context);
    case "cast": {
      const operand = evaluate(expression.operand, context);
      if (typeof operand !== "bigint") return operand;
      refuseFloat(expression.type);
      return wrap(operand, expression.type);
    }
    case "opaque": {
      const value = context.opaque(expression.reason, expression.name, expression.type);
      if (value === undefined) throw new Stuck("unknown-value", expression.name ?? expression.reason);
      return wrap(value, expression.type);
    }
  }
}

/** As `evaluate`, for an expression that must be an integer, bool or pointer. */
export function evaluateScalar(expression: Expression, context: Context): bigint {
  const value = evaluate(expression, context);
  if (typeof value !== "bigint") throw new Stuck("unsupported", "a record where a number is needed");
  return value;
}

/** The address of a place. Throws `Stuck` where an index or pointer on the way has no value. */
export function addressOf(place: Place, context: Context): bigint {
  switch (place.kind) {
    case "variable":
      return context.addressOfVariable(place.id);
    case "global":
      return place.type.kind === "function"
        ? context.addressOfFunction(place.name)
        : context.addressOfGlobal(place.name, place.type);
    case "deref":
      return evaluateScalar(place.pointer, context);
    case "field": {
      const base = addressOf(place.base, context);
      const record = place.base.type;
      // All records of unknown type share one layout, so that two names of one object agree.
      const tag = record.kind === "record" ? record.tag : UNKNOWN_RECORD;
      return advance(base, context.layouts.offsetOf(tag, place.field, place.type));
    }
    case "element": {
      const base = addressOf(place.base, context);
      const index = evaluateScalar(place.index, context);
      return BigInt.asUintN(LONG_BITS, base + index * BigInt(context.layouts.sizeOf(place.type)));
    }
  }
}

/** Reads a place: an array or function gives its address, a record its bytes, anything else a number. */
function load(place: Place, context: Context): Value {
  const address = addressOf(place, context);
  const type = place.type;
  if (type.kind === "array" || type.kind === "function") return address;
  if (type.kind === "record") return context.memory.copyOut(address, context.layouts.sizeOf(type));
  refuseFloat(type);
  return loadScalar(address, place, context);
}

function loadScalar(address: bigint, source: Place, context: Context): bigint {
  const { type } = source;
  const size = context.layouts.sizeOf(type);
  const raw = context.memory.read(address, size);
  if (raw !== null) return wrap(raw, ranged(type));
  const place = nameOf(source, context);
  const value = context.indeterminate({ address, type, place, source });
  if (value === undefined) throw new Stuck("uninitialized", `${place} is read before it is written`);
  context.memory.write(address, size, value);
  return wrap(value, ranged(type));
}

/** Writes a value to a place, converted to its type. */
export function store(place: Place, value: Value, context: Context): void {
  const address = addressOf(place, context);
  if (typeof value !== "bigint") {
    context.memory.copyIn(address, value);
    return;
  }
  refuseFloat(place.type);
  context.memory.write(address, context.layouts.sizeOf(place.type), wrap(value, place.type));
}

function evaluateBinary(expression: Extract<Expression, { kind: "binary" }>, context: Context): bigint {
  const { operator, left, right, type } = expression;
  const first = evaluateScalar(left, context);
  const second = evaluateScalar(right, context);
  if (operator === "+" || operator === "-") {
    const leftType = isUndeclaredArray(left, first, context) ? POINTER : left.type;
    const scaled = pointerArithmetic(operator, leftType, first, right.type, second, context);
    if (scaled !== null) return wrap(scaled, type);
  }
  if (isComparison(operator)) {
    const common = comparisonType(left.type, right.type);
    const truth = applyBinary(operator, wrap(first, common), wrap(second, common), common);
    return truth.kind === "value" ? truth.value : 0n;
  }
  const operandType = ranged(operator === "<<" || operator === ">>" ? left.type : type);
  const result = applyBinary(operator, wrap(first, operandType), second, operandType);
  if (result.kind === "undefined") throw new Stuck("undefined-arithmetic", result.reason);
  return wrap(result.value, ranged(type));
}

/** Whether a global that nobody declares stands for an address: what is added to it counts elements. */
function isUndeclaredArray(side: Expression, value: bigint, { memory }: Context): boolean {
  if (side.kind !== "load" || side.place.kind !== "global" || side.type.kind !== "unknown") return false;
  return memory.locate(BigInt.asUintN(LONG_BITS, value)) !== null;
}

/** Where a side's type is not known, both are compared as the 64-bit patterns they would have. */
function comparisonType(left: CType, right: CType): CType {
  if (left.kind === "pointer") return left;
  if (right.kind === "pointer") return right;
  return hasRange(right) ? ranged(left) : LONG;
}

/** `p + i`, `i + p`, `p - i` and `p - q`, counted in elements; null where no side is a pointer. */
function pointerArithmetic(
  operator: "+" | "-",
  leftType: CType,
  left: bigint,
  rightType: CType,
  right: bigint,
  context: Context,
): bigint | null {
  if (leftType.kind === "pointer") {
    const stride = strideOf(leftType.to, context);
    if (rightType.kind === "pointer") return BigInt.asIntN(LONG_BITS, left - right) / stride;
    return operator === "+" ? left + right * stride : left - right * stride;
  }
  if (rightType.kind === "pointer") return right + left * strideOf(rightType.to, context);
  return null;
}

function strideOf(type: CType, { layouts }: Context): bigint {
  return BigInt(Math.max(1, layouts.sizeOf(type)));
}

/** The type itself, or for a type without a range the widest signed integer, in whose cells such values are kept. */
function ranged(type: CType): CType {
  return hasRange(type) ? type : LONG;
}

function refuseFloat(type: CType): void {
  if (type.kind === "float") throw new Stuck("unsupported", "floating point");
}

function advance(base: bigint, offset: number): bigint {
  return BigInt.asUintN(LONG_BITS, base + BigInt(offset));
}

/** The text of a place for a message. */
function nameOf(place: Place, context: Context): string {
  switch (place.kind) {
    case "variable":
      return context.nameOfVariable(place.id);
    case "global":
      return place.name;
    case "field":
      return place.base.kind === "deref"
        ? `${nameOfPointer(place.base.pointer, context)}->${place.field}`
        : `${nameOf(place.base, context)}.${place.field}`;
    case "element":
      return `${nameOf(place.base, context)}[…]`;
    case "deref":
      return `*${nameOfPointer(place.pointer, context)}`;
  }
}

function nameOfPointer(pointer: Expression, context: Context): string {
  if (pointer.kind === "load") return nameOf(pointer.place, context);
  if (pointer.kind === "cast") return nameOfPointer(pointer.operand, context);
  return "(…)";
}
