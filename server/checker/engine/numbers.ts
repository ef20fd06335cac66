/**
 * C's integers as linear expressions: conversions, arithmetic, comparisons and what follows of them in a state.
 * Knows no memory and no expressions.
 */

import type { CType } from "@pinscope/grammars/ir";
import {
  add,
  addConstant,
  constantOf,
  isConstant,
  type Linear,
  linearKey,
  scale,
  subtract,
} from "./linear.ts";
import type { State } from "./state.ts";
import type { Comparison, Tables } from "./values.ts";

/** Thrown where the sign of `value` decides what C computes and it is not known. */
export class SplitRequest {
  readonly value: Linear;
  constructor(value: Linear) {
    this.value = value;
  }
}

/** Stands in as the least value of a negative number seen as unsigned 64 bit. */
const hugeStandIn = 2 ** 52;

export function wrapConstant(value: number, bits: number, signed: boolean): number {
  if (!Number.isSafeInteger(value)) return value;
  const wrapped = signed ? BigInt.asIntN(bits, BigInt(value)) : BigInt.asUintN(bits, BigInt(value));
  // ULONG_MAX and its like stay the small negative numbers that comparisons below expect.
  return bits === 64 ? Number(BigInt.asIntN(64, wrapped)) : Number(wrapped);
}

export function fitsIn(number: Linear, bits: number, signed: boolean, state: State): boolean {
  const high = signed ? 2 ** (bits - 1) - 1 : 2 ** bits - 1;
  const low = signed ? -(2 ** (bits - 1)) : 0;
  return (
    state.constraints.nonNegative(addConstant(number, -low)) &&
    state.constraints.nonNegative(addConstant(scale(number, -1), high))
  );
}

/** A constant of which nothing but the name is in sight. */
export function constantValue(
  name: string,
  tables: Tables,
  bounds: (self: Linear) => readonly Linear[] = () => [],
) {
  return tables.term(`constant(${name})`, bounds);
}

/** A signed number read as unsigned: itself, or something huge where it is negative. */
export function toUnsigned(number: Linear, state: State, tables: Tables): Linear {
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
export function truthOf(comparison: Comparison, state: State, tables: Tables): Linear {
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

export function compareNumbers(
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

export function arithmetic(
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
