/**
 * Reads the catalogue's expressions over the facts of one call: numbers where they are known, three-valued truth
 * where they are not. Integers are unbounded: an argument has the value that its parameter's type gives it.
 */
import type { Condition, IntegerTerm, PointerTerm } from "./types.ts";

/** What is known of a call. Undefined means unknown. */
export interface CallFacts {
  /** Value of an argument, of the integer one points to after the call, or of the result. */
  integer(term: Extract<IntegerTerm, { kind: "argument" | "pointee" | "result" }>): bigint | undefined;
  pointer(term: PointerTerm): "null" | "error" | "valid" | undefined;
  flag(argument: string, flag: string): boolean | undefined;
  predicate(name: string, argument: string): boolean | undefined;
  /** In bytes; 4096 when absent. */
  readonly pageSize?: bigint;
}

/** Value of a term; undefined when something it needs is unknown, or on a division by nothing. */
export function evaluateInteger(term: IntegerTerm, facts: CallFacts): bigint | undefined {
  switch (term.kind) {
    case "constant":
      return BigInt(term.value);
    case "argument":
    case "pointee":
    case "result":
      return facts.integer(term);
    case "page-size":
      return facts.pageSize ?? 4096n;
    case "unknown":
      return undefined;
    default: {
      const left = evaluateInteger(term.left, facts);
      const right = evaluateInteger(term.right, facts);
      return left === undefined || right === undefined ? undefined : combine(term.kind, left, right);
    }
  }
}

type Operation = Extract<IntegerTerm, { left: IntegerTerm }>["kind"];

function combine(operation: Operation, left: bigint, right: bigint): bigint | undefined {
  switch (operation) {
    case "add":
      return left + right;
    case "subtract":
      return left - right;
    case "multiply":
      return left * right;
    case "shift-left":
      return right < 0n || right > 4096n ? undefined : left << right;
    case "ceil-divide": {
      if (right <= 0n) return undefined;
      const quotient = left / right;
      return left > 0n && left % right !== 0n ? quotient + 1n : quotient;
    }
  }
}

/** Truth of a condition; undefined when it is not known. */
export function evaluateCondition(condition: Condition, facts: CallFacts): boolean | undefined {
  switch (condition.kind) {
    case "compare": {
      const left = evaluateInteger(condition.left, facts);
      const right = evaluateInteger(condition.right, facts);
      return left === undefined || right === undefined ? undefined : holds(condition.operator, left, right);
    }
    case "null":
    case "not-null":
    case "error-pointer": {
      const state = facts.pointer(condition.pointer);
      if (state === undefined) return undefined;
      if (condition.kind === "error-pointer") return state === "error";
      return (state === "null") === (condition.kind === "null");
    }
    case "flag":
      return facts.flag(condition.argument, condition.flag);
    case "error-value": {
      const value = evaluateInteger(condition.value, facts);
      return value === undefined ? undefined : isErrno(value);
    }
    case "predicate":
      return facts.predicate(condition.name, condition.argument);
    case "not": {
      const operand = evaluateCondition(condition.operand, facts);
      return operand === undefined ? undefined : !operand;
    }
    case "and":
      return combineTruth(condition.operands, facts, false);
    case "or":
      return combineTruth(condition.operands, facts, true);
  }
}

function holds(
  operator: Extract<Condition, { kind: "compare" }>["operator"],
  left: bigint,
  right: bigint,
): boolean {
  switch (operator) {
    case "==":
      return left === right;
    case "!=":
      return left !== right;
    case "<":
      return left < right;
    case "<=":
      return left <= right;
    case ">":
      return left > right;
    case ">=":
      return left >= right;
  }
}

/** [-4095, -1], as it is or as 32 or 64 unsigned bits. */
function isErrno(value: bigint): boolean {
  return [0n, 1n << 32n, 1n << 64n].some((modulus) => value - modulus >= -4095n && value - modulus <= -1n);
}

/** One operand that equals `deciding` decides; an unknown one leaves it open. */
function combineTruth(
  operands: readonly Condition[],
  facts: CallFacts,
  deciding: boolean,
): boolean | undefined {
  let open = false;
  for (const operand of operands) {
    const truth = evaluateCondition(operand, facts);
    if (truth === deciding) return deciding;
    if (truth === undefined) open = true;
  }
  return open ? undefined : !deciding;
}
