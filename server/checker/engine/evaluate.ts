/**
 * Reads pure IR expressions symbolically in a state. No side effects and no forks: where C's conversion of a value
 * that may be negative decides, it throws `SplitRequest` and the caller tries both cases (see `conditions`).
 * Knows no APIs.
 */

import type { CType, Expression, Place } from "@pinscope/grammars/ir";
import {
  type Address,
  addressOf,
  asNumber,
  cellPath,
  type Environment,
  loadCell,
  pointerTo,
  wild,
} from "./addresses.ts";
import { add, addConstant, constantOf, isConstant, linearKey, scale, subtract, zero } from "./linear.ts";
import {
  arithmetic,
  compareNumbers,
  constantValue,
  fitsIn,
  toUnsigned,
  truthOf,
  wrapConstant,
} from "./numbers.ts";
import type { State } from "./state.ts";
import { boundsOf, type Comparison, nullValue, numberValue, type Tables, type Value } from "./values.ts";

/** Above this a constant is a negative number seen as unsigned (error pointers, ULONG_MAX). */
const hugeBound = 2 ** 62;

export function placeAddress(place: Place, state: State, env: Environment): Address {
  switch (place.kind) {
    case "variable":
      return {
        object: env.tables.variable(env.frame, place.id, env.variableName(place.id)),
        path: "",
        index: zero,
      };
    case "global":
      return { object: env.tables.global(place.name), path: "", index: zero };
    case "deref": {
      const pointer = evaluate(place.pointer, state, env);
      return addressOf(pointer, env.tables) ?? wild(env.tables);
    }
    case "field": {
      const base = placeAddress(place.base, state, env);
      return { object: base.object, path: `${cellPath(base)}.${place.field}`, index: zero };
    }
    case "element": {
      const base = placeAddress(place.base, state, env);
      return {
        object: base.object,
        path: cellPath(base),
        index: asNumber(evaluate(place.index, state, env), env.tables),
      };
    }
  }
}

export function evaluate(expression: Expression, state: State, env: Environment): Value {
  const { tables } = env;
  switch (expression.kind) {
    case "constant":
      return numberValue(constantOf(Number(BigInt.asIntN(64, expression.value))));
    case "string":
      return { kind: "pointer", object: tables.string(expression.text), path: "", index: zero };
    case "function":
      return { kind: "function", name: expression.name };
    case "address":
      return pointerTo(placeAddress(expression.place, state, env), tables);
    case "load": {
      const address = placeAddress(expression.place, state, env);
      if (expression.type.kind === "array") return pointerTo(address, tables);
      return loadCell(address, expression.type, state, tables);
    }
    case "opaque":
      return opaqueValue(expression.name, expression.type, tables);
    case "cast":
      return convert(
        evaluate(expression.operand, state, env),
        expression.operand.type,
        expression.type,
        state,
        tables,
      );
    case "unary":
      return evaluateUnary(expression, state, env);
    case "binary":
      return evaluateBinary(expression, state, env);
  }
}

function opaqueValue(name: string | undefined, type: CType, tables: Tables): Value {
  if (name === undefined) return numberValue(tables.fresh("memory", boundsOf(type)));
  if (name.startsWith("FOLL_")) return { kind: "flags", names: [name], exact: true };
  return numberValue(constantValue(name, tables, boundsOf(type)));
}

/** C's conversion of a value to `type`. */
function convert(value: Value, from: CType, type: CType, state: State, tables: Tables): Value {
  if (value.kind !== "number") {
    if (type.kind === "bool" && value.kind === "pointer") return numberValue(constantOf(1));
    return value;
  }
  const number = value.value;
  if (type.kind === "bool")
    return numberValue(truthOf({ relation: "non-zero", value: number }, state, tables));
  if (type.kind !== "integer") return value;
  if (isConstant(number))
    return numberValue(constantOf(wrapConstant(number.constant, type.bits, type.signed)));
  const fromSigned = from.kind !== "integer" ? from.kind !== "pointer" && from.kind !== "bool" : from.signed;
  if (!type.signed && fromSigned) return numberValue(toUnsigned(number, state, tables));
  if (type.bits <= 16 && !fitsIn(number, type.bits, type.signed, state)) {
    return numberValue(
      tables.term(`low${type.bits}${type.signed}(${linearKey(number)})`, boundsOf(type), {}, [number]),
    );
  }
  return value;
}

function evaluateUnary(
  expression: Extract<Expression, { kind: "unary" }>,
  state: State,
  env: Environment,
): Value {
  const { tables } = env;
  if (expression.operator === "!") {
    const operand = evaluate(expression.operand, state, env);
    if (operand.kind === "pointer" || operand.kind === "function") return nullValue;
    return numberValue(truthOf({ relation: "zero", value: asNumber(operand, tables) }, state, tables));
  }
  const number = asNumber(evaluate(expression.operand, state, env), tables);
  switch (expression.operator) {
    case "+":
      return numberValue(number);
    case "-":
      return numberValue(scale(number, -1));
    case "~":
      // ~x is −x − 1 in two's complement.
      return numberValue(addConstant(scale(number, -1), -1));
  }
}

function evaluateBinary(
  expression: Extract<Expression, { kind: "binary" }>,
  state: State,
  env: Environment,
): Value {
  const { tables } = env;
  const { operator } = expression;
  const comparison = comparisonOf(expression, state, env);
  if (comparison !== null) {
    return numberValue(
      comparison === "unknown"
        ? tables.fresh("memory", (self) => [self, addConstant(scale(self, -1), 1)])
        : truthOf(comparison, state, tables),
    );
  }
  const flags = flagOperation(expression, state, env);
  if (flags !== null) return flags;
  const left = evaluate(expression.left, state, env);
  const right = evaluate(expression.right, state, env);
  if (operator === "+" || operator === "-") {
    const moved = pointerArithmetic(expression, left, right, tables);
    if (moved !== null) return moved;
  }
  return numberValue(
    arithmetic(operator, asNumber(left, tables), asNumber(right, tables), expression.type, state, tables),
  );
}

function pointerArithmetic(
  expression: Extract<Expression, { kind: "binary" }>,
  left: Value,
  right: Value,
  tables: Tables,
): Value | null {
  const leftPointer = left.kind === "pointer" || expression.left.type.kind === "pointer";
  const rightPointer = right.kind === "pointer" || expression.right.type.kind === "pointer";
  if (leftPointer && rightPointer) {
    const a = addressOf(left, tables);
    const b = addressOf(right, tables);
    if (
      expression.operator === "-" &&
      a !== null &&
      b !== null &&
      a.object === b.object &&
      a.path === b.path
    ) {
      return numberValue(subtract(a.index, b.index));
    }
    return null;
  }
  if (!leftPointer && !rightPointer) return null;
  const base = addressOf(leftPointer ? left : right, tables);
  if (base === null || (right.kind !== "number" && leftPointer) || (left.kind !== "number" && rightPointer))
    return null;
  const offset = asNumber(leftPointer ? right : left, tables);
  const index = expression.operator === "+" ? add(base.index, offset) : subtract(base.index, offset);
  return pointerTo({ object: base.object, path: base.path, index }, tables);
}

/** `|`, `&`, `& ~` on named flags; null when no flags are involved. */
function flagOperation(
  expression: Extract<Expression, { kind: "binary" }>,
  state: State,
  env: Environment,
): Value | null {
  const { operator } = expression;
  if (operator !== "|" && operator !== "&" && operator !== "+") return null;
  const left = evaluate(expression.left, state, env);
  const complement = stripCasts(expression.right);
  if (
    operator === "&" &&
    left.kind === "flags" &&
    complement.kind === "unary" &&
    complement.operator === "~"
  ) {
    const removed = evaluate(complement.operand, state, env);
    if (removed.kind === "flags") {
      return {
        kind: "flags",
        names: left.names.filter((name) => !removed.names.includes(name)),
        exact: left.exact,
      };
    }
  }
  const right = evaluate(expression.right, state, env);
  if (left.kind !== "flags" && right.kind !== "flags") return null;
  const flags = left.kind === "flags" ? left : right;
  const other = left.kind === "flags" ? right : left;
  if (flags.kind !== "flags") return null;
  if (operator === "&") {
    if (other.kind !== "flags") return null;
    const common = flags.names.filter((name) => other.names.includes(name));
    if (common.length > 0) return { kind: "flags", names: common, exact: true };
    return flags.exact && other.exact ? nullValue : null;
  }
  if (other.kind === "flags") {
    return {
      kind: "flags",
      names: [...new Set([...flags.names, ...other.names])].sort(),
      exact: flags.exact && other.exact,
    };
  }
  const nothing = other.kind === "number" && isConstant(other.value) && other.value.constant === 0;
  return { kind: "flags", names: flags.names, exact: flags.exact && nothing };
}

function stripCasts(expression: Expression): Expression {
  let inner = expression;
  while (inner.kind === "cast") inner = inner.operand;
  return inner;
}

/** The comparison a comparing expression makes; null for other expressions. */
export function comparisonOf(
  expression: Expression,
  state: State,
  env: Environment,
): Comparison | "unknown" | null {
  if (expression.kind !== "binary") return null;
  const { operator } = expression;
  if (
    operator !== "==" &&
    operator !== "!=" &&
    operator !== "<" &&
    operator !== "<=" &&
    operator !== ">" &&
    operator !== ">="
  ) {
    return null;
  }
  const left = evaluate(expression.left, state, env);
  const right = evaluate(expression.right, state, env);
  if (
    left.kind === "pointer" &&
    right.kind === "pointer" &&
    left.object === right.object &&
    left.path === right.path
  ) {
    return compareNumbers(operator, left.index, right.index);
  }
  const limit = errorPointerLimit(expression.right);
  if (limit !== null && operator === ">=" && left.kind !== "flags") {
    // IS_ERR(): −4095 ≤ x < 0 seen as unsigned; x < 0 is enough, since no pointer of ours is negative.
    if (left.kind === "pointer" || left.kind === "function")
      return { relation: "zero", value: constantOf(1) };
    return { relation: "non-negative", value: addConstant(scale(left.value, -1), -1) };
  }
  if (isAllOnes(expression.right, right) || isAllOnes(expression.left, left)) return "unknown";
  return compareNumbers(operator, asNumber(left, env.tables), asNumber(right, env.tables));
}

/** A constant near the top of the unsigned 64-bit range: it is kept as a small negative number, which has no order. */
function isAllOnes(expression: Expression, value: Value): boolean {
  const unsigned = expression.type.kind === "integer" && !expression.type.signed;
  return unsigned && value.kind === "number" && isConstant(value.value) && value.value.constant < 0;
}

function errorPointerLimit(expression: Expression): bigint | null {
  const inner = stripCasts(expression);
  if (inner.kind === "unary" && inner.operator === "-") {
    const operand = stripCasts(inner.operand);
    const unsigned = expression.type.kind === "integer" && !expression.type.signed;
    return operand.kind === "constant" && operand.value === 4095n && unsigned ? operand.value : null;
  }
  if (inner.kind !== "constant") return null;
  const unsigned = BigInt.asUintN(64, inner.value);
  const isUnsigned = expression.type.kind === "integer" && !expression.type.signed;
  return isUnsigned && unsigned > BigInt(hugeBound) ? unsigned : null;
}
