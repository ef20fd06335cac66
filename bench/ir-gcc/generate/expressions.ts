/**
 * Random expressions of integer type, of every kind the lowering knows, with defined results: shift counts masked,
 * divisors positive, indices masked, no two unsequenced effects on one object.
 */

import type { CType } from "@pinscope/grammars/ir";
import { compoundLiteral, containerOf, linkedElement, pointerQuestion, stringElement } from "./aggregates.ts";
import { externCall, helperCall, kernelMacro, minMax, ownMacro, takeCall } from "./calls.ts";
import {
  arithmetic,
  assignment,
  cast,
  chain,
  comma,
  comparison,
  conditional,
  division,
  increment,
  logical,
  shift,
  unary,
} from "./operators.ts";
import { place } from "./places.ts";
import { BOOL, INT, INTEGER_TYPES, type NamedType, UNSIGNED_LONG } from "./pools.ts";
import { clash, type FunctionContext, type Generated, join, pure, type Scope } from "./scope.ts";

// Those that the makers of statements use too: whoever imports the makers first finds their tables unfinished.
export { argumentsFor } from "./calls.ts";
export { assignmentText } from "./operators.ts";
export { place } from "./places.ts";

export type Maker = (scope: Scope, context: FunctionContext, depth: number) => Generated | null;

export function named(type: CType | null): NamedType {
  if (type?.kind !== "integer") return INT;
  return { text: "", type };
}

/** An expression of integer type; deeper where `depth` is greater. */
export function expression(scope: Scope, context: FunctionContext, depth: number): Generated {
  const makers = depth <= 0 ? LEAVES : context.chooser.chance(0.25) ? LEAVES : NODES;
  for (let attempt = 0; attempt < 6; attempt += 1) {
    const made = context.chooser.pick(makers)(scope, context, depth);
    if (made !== null) return made;
  }
  return literal(context);
}

/** An expression that does not clash with those beside it. */
export function beside(
  others: readonly Generated[],
  scope: Scope,
  context: FunctionContext,
  depth: number,
): Generated {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const made = expression(scope, context, attempt < 3 ? depth : 0);
    if (others.every((other) => !clash(other, made))) return made;
  }
  return literal(context);
}

const LITERALS: readonly [string, 8 | 16 | 32 | 64, boolean][] = [
  ["0", 32, true],
  ["1", 32, true],
  ["2", 32, true],
  ["3", 32, true],
  ["7", 32, true],
  ["12", 32, true],
  ["100", 32, true],
  ["0x7f", 32, true],
  ["255", 32, true],
  ["256", 32, true],
  ["0x8000", 32, true],
  ["65535", 32, true],
  ["1u", 32, false],
  ["0xffu", 32, false],
  ["5UL", 64, false],
  ["9l", 64, true],
  ["1ULL", 64, false],
  ["4LL", 64, true],
  ["0x7fffffff", 32, true],
  ["0x80000000", 32, false],
  ["0xffffffff", 32, false],
  ["2147483648", 64, true],
  ["4294967295", 64, true],
  ["0xffffffffffffffff", 64, false],
  ["017", 32, true],
  ["'a'", 32, true],
  ["'\\n'", 32, true],
  ["'\\xff'", 32, true],
  ["'\\0'", 32, true],
  ["0b101", 32, true],
];

export function literal(context: FunctionContext): Generated {
  if (context.chooser.chance(0.1)) return pure(context.chooser.pick(context.enumerators), INT);
  const [text, bits, signed] = context.chooser.pick(LITERALS);
  return pure(text, { text: "", type: { kind: "integer", bits, signed } });
}

const leafVariable: Maker = (scope, context) => {
  if (scope.scalars.length === 0) return null;
  const { name, type } = context.chooser.pick(scope.scalars);
  return pure(name, type, [name]);
};

const leafPlace: Maker = (scope, context, depth) => place(scope, context, depth + 1);

const sizeOf: Maker = (scope, context) => {
  const { chooser } = context;
  const what = [
    chooser.pick(INTEGER_TYPES).text,
    ...(scope.scalars.length > 0 ? [chooser.pick(scope.scalars).name] : []),
    ...(scope.arrays.length > 0
      ? [chooser.pick(scope.arrays).name, `${chooser.pick(scope.arrays).name}[0]`]
      : []),
    `struct ${context.record.tag}`,
    `struct ${context.record.tag} *`,
    `int[${chooser.below(5) + 1}]`,
  ];
  return pure(`sizeof(${chooser.pick(what)})`, UNSIGNED_LONG);
};

const statementExpression: Maker = (scope, context, depth) => context.statementExpression(scope, depth - 1);

const boolean: Maker = (scope, context, depth) => {
  const operand = expression(scope, context, depth - 1);
  return join(`(bool)(${operand.text})`, BOOL, [operand]);
};

const LEAVES: readonly Maker[] = [
  leafVariable,
  leafVariable,
  leafVariable,
  leafVariable,
  leafPlace,
  leafPlace,
  (_scope, context) => literal(context),
  (_scope, context) => literal(context),
  sizeOf,
];

const NODES: readonly Maker[] = [
  arithmetic,
  arithmetic,
  chain,
  chain,
  arithmetic,
  comparison,
  comparison,
  shift,
  division,
  unary,
  logical,
  logical,
  conditional,
  conditional,
  comma,
  cast,
  cast,
  assignment,
  assignment,
  increment,
  increment,
  externCall,
  externCall,
  takeCall,
  helperCall,
  minMax,
  kernelMacro,
  ownMacro,
  compoundLiteral,
  stringElement,
  pointerQuestion,
  linkedElement,
  containerOf,
  statementExpression,
  boolean,
];
