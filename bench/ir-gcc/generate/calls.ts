/** Expressions that call: functions outside the program, its own helpers, macros of the kernel and of its own. */

import { promote, usualConversion } from "@pinscope/grammars/ir";
import { beside, expression, type Maker, named } from "./expressions.ts";
import { pair } from "./operators.ts";
import { INT, INTEGER_TYPES, takeExtern } from "./pools.ts";
import { type FunctionContext, type Generated, join, LOG, pure, type Scope } from "./scope.ts";

export const externCall: Maker = (scope, context, depth) => {
  const valued = context.externs.filter((extern) => extern.returns.kind !== "void");
  if (valued.length === 0) return null;
  const extern = context.chooser.pick(valued);
  const values = argumentsFor(extern.parameters.length, scope, context, depth);
  return join(
    `${context.use(extern)}(${values.map((value) => value.text).join(", ")})`,
    { text: "", type: extern.returns },
    values,
    [LOG],
  );
};

/** Arguments are not sequenced among each other. */
export function argumentsFor(
  count: number,
  scope: Scope,
  context: FunctionContext,
  depth: number,
): Generated[] {
  const values: Generated[] = [];
  while (values.length < count) values.push(beside(values, scope, context, depth - 1));
  return values;
}

export const takeCall: Maker = (scope, context) => {
  const { chooser } = context;
  if (scope.arrays.length === 0) return null;
  const array = chooser.pick(scope.arrays);
  const at = chooser.below(array.length);
  const address =
    at === 0 ? array.name : chooser.chance(0.5) ? `&${array.name}[${at}]` : `${array.name} + ${at}`;
  return join(
    `${context.use(takeExtern(array.element))}(${address})`,
    INT,
    [pure("", INT, [array.name, array.resource])],
    [array.resource, LOG],
  );
};

export const helperCall: Maker = (scope, context, depth) => {
  const { chooser } = context;
  const valued = context.helpers.filter((helper) => helper.returns !== null);
  if (valued.length === 0) return null;
  const helper = chooser.pick(valued);
  const values = argumentsFor(helper.parameters.length, scope, context, depth);
  const writes = [LOG, ...context.globals.map(({ name }) => name)];
  const texts = values.map((value) => value.text);
  const parts = [...values];
  if (helper.takesRecord) {
    if (scope.records.length === 0) return null;
    const { name, isPointer } = chooser.pick(scope.records);
    if (values.some((value) => value.reads.has(name) || value.writes.has(name))) return null;
    texts.push(isPointer ? name : `&${name}`);
    parts.push(pure("", INT, [name]));
    writes.push(name);
  }
  if (values.some((value) => context.globals.some(({ name }) => value.writes.has(name)))) return null;
  return join(`${helper.name}(${texts.join(", ")})`, helper.returns ?? INT, parts, writes);
};

export const minMax: Maker = (scope, context, depth) => {
  const [left, right] = pair(scope, context, depth);
  const { chooser } = context;
  const type = chooser.pick(INTEGER_TYPES.filter(({ type: { kind } }) => kind === "integer"));
  if (chooser.chance(0.3)) {
    const third = beside([left, right], scope, context, 0);
    return join(`clamp_t(${type.text}, ${left.text}, ${right.text}, ${third.text})`, type, [
      left,
      right,
      third,
    ]);
  }
  return join(`${chooser.pick(["min_t", "max_t"])}(${type.text}, ${left.text}, ${right.text})`, type, [
    left,
    right,
  ]);
};

export const kernelMacro: Maker = (scope, context, depth) => {
  const { chooser } = context;
  const operand = expression(scope, context, depth - 1);
  switch (chooser.below(5)) {
    case 0:
      return join(`likely(${operand.text})`, named(null), [operand]);
    case 1:
      return join(`unlikely(${operand.text})`, named(null), [operand]);
    case 2:
      return join(`WARN_ON(${operand.text})`, INT, [operand]);
    case 3: {
      if (scope.scalars.length === 0) return null;
      const variable = chooser.pick(scope.scalars);
      return pure(`READ_ONCE(${variable.name})`, variable.type, [variable.name]);
    }
    default: {
      if (operand.writes.size > 0) return null;
      const divisor = beside([operand], scope, context, 0);
      if (divisor.writes.size > 0) return null;
      const type = usualConversion(operand.type.type, promote(divisor.type.type) ?? INT.type);
      return join(`DIV_ROUND_UP(${operand.text}, ((${divisor.text}) & 7) + 1)`, named(type), [
        operand,
        divisor,
      ]);
    }
  }
};

/** Macros of the generated text; `BIGGER` evaluates one argument twice, so both must be without effect. */
export const ownMacro: Maker = (scope, context, depth) => {
  const [left, right] = pair(scope, context, depth);
  const suffix = context.macros[0] ?? "";
  switch (context.chooser.below(4)) {
    case 0:
      if (left.writes.size + right.writes.size > 0) return null;
      return join(
        `BIGGER${suffix}(${left.text}, ${right.text})`,
        named(usualConversion(left.type.type, right.type.type)),
        [left, right],
      );
    case 1:
      return join(`TWICE${suffix}(${left.text})`, named(usualConversion(left.type.type, INT.type)), [left]);
    case 2:
      return join(`ASK${suffix}(1, ${left.text})`, INT, [left], [LOG]);
    default:
      return join(`BOTH${suffix}(${left.text}, ${right.text})`, INT, [left, right]);
  }
};
