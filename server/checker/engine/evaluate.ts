/**
 * Reads pure IR expressions symbolically in a state. No side effects and no forks: where C's conversion of a value
 * that may be negative decides, it throws `SplitRequest` and the caller tries both cases (see `conditions`).
 * Knows no APIs.
 */
import type { CType, Expression, Place } from "@pinscope/grammars/ir";
import {
  add,
  addConstant,
  constantOf,
  isConstant,
  type Linear,
  linearKey,
  scale,
  subtract,
  zero,
} from "./linear.ts";
import { cellKey, type State } from "./state.ts";
import {
  boundsOf,
  type Comparison,
  nullValue,
  numberValue,
  type ObjectId,
  type ObjectInfo,
  type Tables,
  type Value,
  valueKey,
} from "./values.ts";

/** What an expression is read in: the tables and the frame (one per inlined call) its variables belong to. */
export interface Environment {
  readonly tables: Tables;
  readonly frame: number;
  variableName(id: number): string;
}

export interface Address {
  readonly object: ObjectId;
  readonly path: string;
  readonly index: Linear;
}

/** Thrown where the sign of `value` decides what C computes and it is not known. */
export class SplitRequest {
  readonly value: Linear;
  constructor(value: Linear) {
    this.value = value;
  }
}

/** Above this a constant is a negative number seen as unsigned (error pointers, ULONG_MAX). */
const hugeBound = 2 ** 62;
/** Stands in as the least value of a negative number seen as unsigned 64 bit. */
const hugeStandIn = 2 ** 52;

export function cellPath(address: Address): string {
  return isConstant(address.index) && address.index.constant === 0
    ? address.path
    : `${address.path}[${linearKey(address.index)}]`;
}

export function pointerTo(address: Address, tables: Tables): Value {
  return tables.normalize({
    kind: "pointer",
    object: address.object,
    path: address.path,
    index: address.index,
  });
}

/** The address a pointer value points to; null for NULL and other constants. */
export function addressOf(value: Value, tables: Tables): Address | null {
  if (value.kind === "pointer") return value;
  if (value.kind === "number") return tables.pointerFrom(value.value);
  return null;
}

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

function wild(tables: Tables): Address {
  return { object: tables.global("%wild"), path: "", index: zero };
}

/** The value in a cell; what was never written is a symbol of its own, the same on every path. */
export function loadCell(address: Address, type: CType, state: State, tables: Tables): Value {
  const key = cellKey(address.object, cellPath(address));
  const known = state.memory.get(key);
  if (known !== undefined) return known;
  const info = tables.object(address.object);
  const isSlot = type.kind === "pointer" || type.kind === "unknown";
  if (isSlot && isHeldSlot(address, state)) {
    const held = tables.term(`held(${key})`, (self) => [addConstant(self, -1)], {
      origin: "memory",
      reads: [lastName(key, info)],
      slot: { object: address.object, path: address.path, index: address.index },
    });
    return numberValue(held);
  }
  if (info?.kind === "heap" && info.zeroed && !state.escaped.has(address.object)) return nullValue;
  const symbol = tables.term(`cell(${key})`, boundsOf(type), {
    origin: "memory",
    reads: [lastName(key, info)],
    ...(isSlot && { slot: { object: address.object, path: address.path, index: address.index } }),
  });
  return numberValue(symbol);
}

/** Whether a slot certainly holds a page that this path took: what is read from it is not NULL. */
function isHeldSlot(address: Address, state: State): boolean {
  return state.holdings.some(
    ({ holder }) =>
      holder.kind === "slots" &&
      holder.object === address.object &&
      holder.path === address.path &&
      state.constraints.nonNegative(subtract(address.index, holder.low)) &&
      state.constraints.positive(subtract(holder.end, address.index)),
  );
}

/** The field (or global) that a cell is. */
function lastName(key: string, info: ObjectInfo | undefined): string {
  const field = /\.([A-Za-z_]\w*)[^.]*$/.exec(key)?.[1];
  return field ?? (info?.kind === "global" ? info.name : "");
}

/** A value as an integer; addresses become symbols that are equal for equal addresses and not zero. */
export function asNumber(value: Value, tables: Tables): Linear {
  switch (value.kind) {
    case "number":
      return value.value;
    case "flags":
      if (value.exact && value.names.length === 0) return zero;
      return tables.term(`flags(${valueKey(value, tables)})`, (self) => [
        value.names.length > 0 ? addConstant(self, -1) : self,
      ]);
    default:
      return tables.term(`value(${valueKey(value, tables)})`, (self) => [addConstant(self, -1)]);
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
  return numberValue(tables.term(`constant(${name})`, boundsOf(type)));
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

function wrapConstant(value: number, bits: number, signed: boolean): number {
  if (!Number.isSafeInteger(value)) return value;
  const wrapped = signed ? BigInt.asIntN(bits, BigInt(value)) : BigInt.asUintN(bits, BigInt(value));
  // ULONG_MAX and its like stay the small negative numbers that comparisons below expect.
  return bits === 64 ? Number(BigInt.asIntN(64, wrapped)) : Number(wrapped);
}

function fitsIn(number: Linear, bits: number, signed: boolean, state: State): boolean {
  const high = signed ? 2 ** (bits - 1) - 1 : 2 ** bits - 1;
  const low = signed ? -(2 ** (bits - 1)) : 0;
  return (
    state.constraints.nonNegative(addConstant(number, -low)) &&
    state.constraints.nonNegative(addConstant(scale(number, -1), high))
  );
}

/** A signed number read as unsigned: itself, or something huge where it is negative. */
function toUnsigned(number: Linear, state: State, tables: Tables): Linear {
  if (state.constraints.nonNegative(number)) return number;
  if (state.constraints.negative(number)) {
    return tables.term(`huge(${linearKey(number)})`, (self) => [addConstant(self, -hugeStandIn)]);
  }
  if (number.terms.some(([symbol]) => tables.symbol(symbol)?.origin === "result"))
    throw new SplitRequest(number);
  return number;
}

/** Whether a term stands for a negative number that was read as unsigned. */
export function isHuge(number: Linear, state: State): boolean {
  return !isConstant(number) && state.constraints.nonNegative(addConstant(number, -hugeStandIn));
}

/** 1, 0, or a symbol that means the comparison. */
function truthOf(comparison: Comparison, state: State, tables: Tables): Linear {
  const known = decide(comparison, state);
  if (known !== null) return constantOf(known ? 1 : 0);
  return tables.term(
    `truth(${comparison.relation} ${linearKey(comparison.value)})`,
    (self) => [self, addConstant(scale(self, -1), 1)],
    { truth: comparison },
    [comparison.value],
  );
}

/** Whether a comparison holds, fails, or null when neither follows. */
export function decide(comparison: Comparison, state: State): boolean | null {
  const { constraints } = state;
  switch (comparison.relation) {
    case "non-negative":
      return constraints.nonNegative(comparison.value)
        ? true
        : constraints.negative(comparison.value)
          ? false
          : null;
    case "zero":
      return constraints.isZero(comparison.value)
        ? true
        : constraints.nonZero(comparison.value)
          ? false
          : null;
    case "non-zero":
      return constraints.nonZero(comparison.value)
        ? true
        : constraints.isZero(comparison.value)
          ? false
          : null;
  }
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

export function stripCasts(expression: Expression): Expression {
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
  return compareNumbers(operator, asNumber(left, env.tables), asNumber(right, env.tables));
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

function compareNumbers(
  operator: "==" | "!=" | "<" | "<=" | ">" | ">=",
  left: Linear,
  right: Linear,
): Comparison {
  switch (operator) {
    case "==":
      return { relation: "zero", value: subtract(left, right) };
    case "!=":
      return { relation: "non-zero", value: subtract(left, right) };
    case "<":
      return { relation: "non-negative", value: addConstant(subtract(right, left), -1) };
    case "<=":
      return { relation: "non-negative", value: subtract(right, left) };
    case ">":
      return { relation: "non-negative", value: addConstant(subtract(left, right), -1) };
    case ">=":
      return { relation: "non-negative", value: subtract(left, right) };
  }
}

function arithmetic(
  operator: string,
  left: Linear,
  right: Linear,
  type: CType,
  state: State,
  tables: Tables,
): Linear {
  const unsigned = type.kind === "integer" && !type.signed;
  switch (operator) {
    case "+":
      return add(left, right);
    case "-": {
      const difference = subtract(left, right);
      // An unsigned difference below zero wraps to something huge.
      return unsigned && state.constraints.negative(difference)
        ? toUnsigned(difference, state, tables)
        : difference;
    }
    case "*":
      if (isConstant(right)) return scale(left, right.constant);
      if (isConstant(left)) return scale(right, left.constant);
      break;
    case "<<":
      if (isConstant(right) && right.constant >= 0 && right.constant < 53)
        return scale(left, 2 ** right.constant);
      break;
    case ">>":
      if (isConstant(right) && right.constant >= 0 && right.constant < 53)
        return quotient(left, 2 ** right.constant, state, tables);
      break;
    case "/":
      if (isConstant(right) && right.constant > 0) return quotient(left, right.constant, state, tables);
      break;
    case "%":
      if (isConstant(right) && right.constant > 0) return remainder(left, right.constant, state, tables);
      break;
    case "&":
      return masked(left, right, state, tables);
  }
  if (isConstant(left) && isConstant(right)) {
    const folded = fold(operator, left.constant, right.constant);
    if (folded !== null) return constantOf(folded);
  }
  return tables.term(
    `(${linearKey(left)})${operator}(${linearKey(right)})`,
    (self) => (unsigned ? [self] : []),
    {},
    [left, right],
  );
}

/** `value / divisor` for a value that is not negative, with what division means for the quotient. */
export function quotient(value: Linear, divisor: number, state: State, tables: Tables): Linear {
  if (isConstant(value)) return constantOf(Math.trunc(value.constant / divisor));
  if (value.constant % divisor === 0 && value.terms.every(([, coefficient]) => coefficient % divisor === 0)) {
    return {
      constant: value.constant / divisor,
      terms: value.terms.map(([symbol, coefficient]) => [symbol, coefficient / divisor] as const),
    };
  }
  const atLeastZero = state.constraints.nonNegative(value);
  const bounds = (self: Linear): readonly Linear[] =>
    atLeastZero
      ? [
          self,
          subtract(value, scale(self, divisor)),
          addConstant(subtract(scale(self, divisor), value), divisor - 1),
        ]
      : [];
  return tables.term(`(${linearKey(value)})/${divisor}${atLeastZero ? "" : "?"}`, bounds, {}, [value]);
}

function remainder(value: Linear, divisor: number, state: State, tables: Tables): Linear {
  if (isConstant(value)) return constantOf(value.constant % divisor);
  if (!state.constraints.nonNegative(value))
    return tables.term(`(${linearKey(value)})%${divisor}?`, () => [], {}, [value]);
  return subtract(value, scale(quotient(value, divisor, state, tables), divisor));
}

function masked(left: Linear, right: Linear, state: State, tables: Tables): Linear {
  const [value, mask] = isConstant(left) ? [right, left] : [left, right];
  if (!isConstant(mask))
    return tables.term(`(${linearKey(left)})&(${linearKey(right)})`, () => [], {}, [left, right]);
  if (isConstant(value)) return constantOf(fold("&", value.constant, mask.constant) ?? 0);
  const low = mask.constant + 1;
  if (mask.constant >= 0 && Number.isInteger(Math.log2(low)) && state.constraints.nonNegative(value)) {
    return remainder(value, low, state, tables);
  }
  if (
    mask.constant < 0 &&
    Number.isInteger(Math.log2(-mask.constant)) &&
    state.constraints.nonNegative(value)
  ) {
    return subtract(value, remainder(value, -mask.constant, state, tables));
  }
  return tables.term(
    `(${linearKey(value)})&${mask.constant}`,
    (self) => (mask.constant >= 0 ? [self, addConstant(scale(self, -1), mask.constant)] : []),
    {},
    [value],
  );
}

function fold(operator: string, left: number, right: number): number | null {
  if (!Number.isSafeInteger(left) || !Number.isSafeInteger(right)) return null;
  const a = BigInt(left);
  const b = BigInt(right);
  switch (operator) {
    case "&":
      return Number(a & b);
    case "|":
      return Number(a | b);
    case "^":
      return Number(a ^ b);
    case "/":
      return b === 0n ? null : Number(a / b);
    case "%":
      return b === 0n ? null : Number(a % b);
    case "<<":
      return right >= 0 && right < 64 ? Number(BigInt.asIntN(64, a << b)) : null;
    case ">>":
      return right >= 0 && right < 64 ? Number(a >> b) : null;
    default:
      return null;
  }
}
