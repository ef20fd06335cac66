/**
 * Reads the catalogue's typed terms and conditions for one call in a state.
 * Knows the catalogue's language but no API by name.
 */
import type { BoundCall, Condition, IntegerTerm, PointerTerm } from "@pinscope/simulator/catalogue";
import { type Address, addressOf, asNumber, loadCell } from "./addresses.ts";
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
import { quotient } from "./numbers.ts";
import type { State } from "./state.ts";
import { type Comparison, type Tables, type Value, valueKey } from "./values.ts";

const pageSize = 4096;

/** A call about to be applied: its arguments, and its result once an outcome is chosen. */
export interface AppliedCall {
  readonly bound: BoundCall;
  readonly arguments: readonly Value[];
  readonly result: Value | null;
}

const unknownType = { kind: "unknown" } as const;

export function argumentValue(call: AppliedCall, name: string): Value | null {
  const position = call.bound.position.get(name);
  return position === undefined ? null : (call.arguments[position] ?? null);
}

/** The cell an argument points to. */
export function pointeeAddress(call: AppliedCall, name: string, tables: Tables): Address | null {
  const value = argumentValue(call, name);
  return value === null ? null : addressOf(value, tables);
}

export function pointerTerm(
  term: PointerTerm,
  call: AppliedCall,
  state: State,
  tables: Tables,
): Value | null {
  switch (term.kind) {
    case "argument":
      return argumentValue(call, term.name);
    case "result":
      return call.result;
    case "pointee": {
      const address = pointeeAddress(call, term.name, tables);
      return address === null ? null : loadCell(address, unknownType, state, tables);
    }
  }
}

/** The number a term stands for; null when the call does not define it. */
export function integerTerm(
  term: IntegerTerm,
  call: AppliedCall,
  state: State,
  tables: Tables,
): Linear | null {
  switch (term.kind) {
    case "constant":
      return constantOf(term.value);
    case "page-size":
      return constantOf(pageSize);
    case "unknown":
      return null;
    case "argument": {
      const value = argumentValue(call, term.name);
      return value === null ? null : asNumber(value, tables);
    }
    case "result":
      return call.result === null ? null : asNumber(call.result, tables);
    case "pointee": {
      const address = pointeeAddress(call, term.name, tables);
      return address === null ? null : asNumber(loadCell(address, unknownType, state, tables), tables);
    }
    default: {
      const left = integerTerm(term.left, call, state, tables);
      const right = integerTerm(term.right, call, state, tables);
      return left === null || right === null ? null : combineTerms(term.kind, left, right, state, tables);
    }
  }
}

function combineTerms(
  kind: "add" | "subtract" | "multiply" | "shift-left" | "ceil-divide",
  left: Linear,
  right: Linear,
  state: State,
  tables: Tables,
): Linear | null {
  switch (kind) {
    case "add":
      return add(left, right);
    case "subtract":
      return subtract(left, right);
    case "multiply":
      if (isConstant(right)) return scale(left, right.constant);
      return isConstant(left)
        ? scale(right, left.constant)
        : tables.term(`(${linearKey(left)})*(${linearKey(right)})`, () => []);
    case "shift-left":
      return isConstant(right) && right.constant >= 0 && right.constant < 53
        ? scale(left, 2 ** right.constant)
        : tables.term(`(${linearKey(left)})<<(${linearKey(right)})`, () => []);
    case "ceil-divide":
      if (!isConstant(right) || right.constant <= 0) return null;
      return quotient(addConstant(left, right.constant - 1), right.constant, state, tables);
  }
}

/** The truth value of a pure question about an object, the same each time it is asked. */
export function predicateTerm(name: string, argument: Value, tables: Tables): Linear {
  return tables.term(`${name}(${valueKey(argument)})`, (self) => [self, addConstant(scale(self, -1), 1)]);
}

/** A condition as a conjunction of comparisons, each to hold or not; null when the call does not define it. */
export type Conjunction = readonly { readonly comparison: Comparison; readonly truth: boolean }[];

/** All ways in which a condition can hold (a disjunction of conjunctions); null when it cannot be read. */
export function waysToHold(
  condition: Condition,
  truth: boolean,
  call: AppliedCall,
  state: State,
  tables: Tables,
): Conjunction[] | null {
  switch (condition.kind) {
    case "not":
      return waysToHold(condition.operand, !truth, call, state, tables);
    case "and":
    case "or": {
      const all = (condition.kind === "and") === truth;
      let ways: Conjunction[] = all ? [[]] : [];
      for (const operand of condition.operands) {
        const inner = waysToHold(operand, truth, call, state, tables);
        if (inner === null) return null;
        ways = all ? ways.flatMap((way) => inner.map((more) => [...way, ...more])) : [...ways, ...inner];
      }
      return ways;
    }
    case "flag": {
      const value = argumentValue(call, condition.argument);
      // A flag that nobody can see set counts as not set.
      const set = value?.kind === "flags" && value.names.includes(condition.flag);
      return set === truth ? [[]] : [];
    }
    case "predicate": {
      const value = condition.argument === "result" ? call.result : argumentValue(call, condition.argument);
      if (value === null) return null;
      const symbol = predicateTerm(condition.name, value, tables);
      return [[{ comparison: { relation: "non-zero", value: symbol }, truth }]];
    }
    case "null":
    case "not-null": {
      const value = pointerTerm(condition.pointer, call, state, tables);
      if (value === null) return null;
      const wanted = (condition.kind === "null") === truth;
      if (value.kind !== "number") return wanted ? [] : [[]];
      return [[{ comparison: { relation: "zero", value: value.value }, truth: wanted }]];
    }
    case "error-pointer": {
      const value = pointerTerm(condition.pointer, call, state, tables);
      if (value === null) return null;
      if (value.kind !== "number") return truth ? [] : [[]];
      return [
        [{ comparison: { relation: "non-negative", value: addConstant(scale(value.value, -1), -1) }, truth }],
      ];
    }
    case "error-value": {
      const value = integerTerm(condition.value, call, state, tables);
      if (value === null) return null;
      return [
        [{ comparison: { relation: "non-negative", value: addConstant(scale(value, -1), -1) }, truth }],
      ];
    }
    case "compare": {
      const left = integerTerm(condition.left, call, state, tables);
      const right = integerTerm(condition.right, call, state, tables);
      if (left === null || right === null) return null;
      return [[{ ...comparisonFor(condition.operator, left, right, truth) }]];
    }
  }
}

function comparisonFor(
  operator: "==" | "!=" | "<" | "<=" | ">" | ">=",
  left: Linear,
  right: Linear,
  truth: boolean,
): { comparison: Comparison; truth: boolean } {
  const difference = subtract(left, right);
  switch (operator) {
    case "==":
      return { comparison: { relation: "zero", value: difference }, truth };
    case "!=":
      return { comparison: { relation: "non-zero", value: difference }, truth };
    case "<":
      return { comparison: { relation: "non-negative", value: difference }, truth: !truth };
    case ">=":
      return { comparison: { relation: "non-negative", value: difference }, truth };
    case ">":
      return { comparison: { relation: "non-negative", value: scale(difference, -1) }, truth: !truth };
    case "<=":
      return { comparison: { relation: "non-negative", value: scale(difference, -1) }, truth };
  }
}
