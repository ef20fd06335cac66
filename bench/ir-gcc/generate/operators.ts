/** Expressions made with operators, their results defined: shift counts masked, divisors positive. */

import { binaryResultType, promote, usualConversion } from "@pinscope/grammars/ir";
import { beside, expression, type Maker, named } from "./expressions.ts";
import { type Place, place } from "./places.ts";
import { INT, INTEGER_TYPES } from "./pools.ts";
import { type FunctionContext, type Generated, join, type Scope } from "./scope.ts";

const ARITHMETIC = ["+", "-", "*", "&", "|", "^", "+", "-"] as const;
const CHAINED = ["+", "-", "*", "&", "|", "^", "==", "!=", "<", ">=", "&&", "||", "-", "&", "*"] as const;
export const COMPARISONS = ["==", "!=", "<", "<=", ">", ">="] as const;

export function pair(scope: Scope, context: FunctionContext, depth: number): [Generated, Generated] {
  const left = expression(scope, context, depth - 1);
  return [left, beside([left], scope, context, depth - 1)];
}

export const arithmetic: Maker = (scope, context, depth) => {
  const [left, right] = pair(scope, context, depth);
  const operator = context.chooser.pick(ARITHMETIC);
  const type = named(binaryResultType(operator, left.type.type, right.type.type));
  return join(`(${left.text} ${operator} ${right.text})`, type, [left, right]);
};

/**
 * Operands without parentheses around their pairs, some in parentheses of their own as macro arguments are: who binds
 * tighter, and what is no cast, is for the reader to find out. Its type is not followed: `int` is the safe claim.
 */
export const chain: Maker = (scope, context, depth) => {
  const { chooser } = context;
  const parts: Generated[] = [];
  const count = 2 + chooser.below(3);
  let text = "";
  while (parts.length < count) {
    const part = beside(parts, scope, context, Math.min(depth - 1, 1));
    if (part.text.startsWith("-") || part.text.startsWith("+")) continue;
    const operator = parts.length === 0 ? "" : ` ${chooser.pick(CHAINED)} `;
    text += `${operator}${chooser.chance(0.5) ? `(${part.text})` : part.text}`;
    parts.push(part);
  }
  return join(`(${text})`, INT, parts);
};

export const comparison: Maker = (scope, context, depth) => {
  const [left, right] = pair(scope, context, depth);
  return join(`(${left.text} ${context.chooser.pick(COMPARISONS)} ${right.text})`, INT, [left, right]);
};

export const shift: Maker = (scope, context, depth) => {
  const [left, right] = pair(scope, context, depth);
  const type = promote(left.type.type);
  if (type === null) return null;
  const operator = context.chooser.pick(["<<", ">>"]);
  return join(`(${left.text} ${operator} ((${right.text}) & ${type.bits - 1}))`, named(type), [left, right]);
};

export const division: Maker = (scope, context, depth) => {
  const [left, right] = pair(scope, context, depth);
  const type = named(binaryResultType("/", left.type.type, promote(right.type.type) ?? INT.type));
  const operator = context.chooser.pick(["/", "%"]);
  return join(`(${left.text} ${operator} (((${right.text}) & 7) + 1))`, type, [left, right]);
};

export const unary: Maker = (scope, context, depth) => {
  const operand = expression(scope, context, depth - 1);
  const operator = context.chooser.pick(["-", "~", "!", "+", "!!"]);
  const type = operator.startsWith("!") ? INT : named(promote(operand.type.type));
  return join(`${operator}(${operand.text})`, type, [operand]);
};

/** The right side runs after the left, if at all: no clash is possible between them. */
export const logical: Maker = (scope, context, depth) => {
  const left = expression(scope, context, depth - 1);
  const right = expression(scope, context, depth - 1);
  return join(`(${left.text} ${context.chooser.pick(["&&", "||"])} ${right.text})`, INT, [left, right]);
};

export const conditional: Maker = (scope, context, depth) => {
  const condition = expression(scope, context, depth - 1);
  const right = expression(scope, context, depth - 1);
  if (context.chooser.chance(0.3)) {
    const type = named(usualConversion(condition.type.type, right.type.type));
    return join(`(${condition.text} ?: ${right.text})`, type, [condition, right]);
  }
  const left = expression(scope, context, depth - 1);
  const type = named(usualConversion(left.type.type, right.type.type));
  return join(`(${condition.text} ? ${left.text} : ${right.text})`, type, [condition, left, right]);
};

export const comma: Maker = (scope, context, depth) => {
  const left = expression(scope, context, depth - 1);
  const right = expression(scope, context, depth - 1);
  return join(`(${left.text}, ${right.text})`, right.type, [left, right]);
};

export const cast: Maker = (scope, context, depth) => {
  const operand = expression(scope, context, depth - 1);
  const type = context.chooser.pick(INTEGER_TYPES);
  return join(`(${type.text})(${operand.text})`, type, [operand]);
};

export const assignment: Maker = (scope, context, depth) => {
  const target = place(scope, context, depth - 1);
  if (target === null) return null;
  const value = beside([target], scope, context, depth - 1);
  if (value.writes.has(target.root) || target.writes.size > 0) return null;
  return join(`(${assignmentText(target, value, context)})`, target.type, [target, value], [target.root]);
};

/** `target op= value` with a defined result. The target is one read, so `value` must not write it. */
export function assignmentText(target: Place, value: Generated, context: FunctionContext): string {
  const { chooser } = context;
  if (chooser.chance(0.45)) return `${target.text} = ${value.text}`;
  const operator = chooser.pick(["+=", "-=", "*=", "&=", "|=", "^=", "<<=", ">>=", "/=", "%="]);
  if (operator === "<<=" || operator === ">>=") {
    const bits = promote(target.type.type)?.bits ?? 32;
    return `${target.text} ${operator} (${value.text}) & ${bits - 1}`;
  }
  if (operator === "/=" || operator === "%=") return `${target.text} ${operator} ((${value.text}) & 7) + 1`;
  return `${target.text} ${operator} ${value.text}`;
}

export const increment: Maker = (scope, context, depth) => {
  const target = place(scope, context, depth - 1);
  if (target === null || target.writes.size > 0) return null;
  const text = target.text.startsWith("*") ? `(${target.text})` : target.text;
  const forms = [`${text}++`, `${text}--`, `++${text}`, `--${text}`];
  return join(`(${context.chooser.pick(forms)})`, target.type, [target], [target.root]);
};
