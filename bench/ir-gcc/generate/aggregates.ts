/** Expressions that read literals of records and arrays, strings, pointers and lists. */

import { usualConversion } from "@pinscope/grammars/ir";
import { expression, type Maker, named } from "./expressions.ts";
import { COMPARISONS, pair } from "./operators.ts";
import { index } from "./places.ts";
import { INT, INTEGER_TYPES } from "./pools.ts";
import { type Generated, join, pure } from "./scope.ts";

export const compoundLiteral: Maker = (scope, context, depth) => {
  const { chooser } = context;
  if (chooser.chance(0.5)) {
    const element = chooser.pick(INTEGER_TYPES);
    const [first, second] = pair(scope, context, depth - 1);
    const at = chooser.below(4);
    return join(
      `((${element.text}[4]){ [1] = (${element.text})(${first.text}), (${element.text})(${second.text}) })[${at}]`,
      element,
      [first, second],
    );
  }
  const numbers = context.record.fields.filter(({ bound, path }) => bound === null && !path.includes("un."));
  const set = chooser.pick(numbers);
  const got = chooser.chance(0.7) ? set : chooser.pick(numbers);
  const value = expression(scope, context, depth - 1);
  return join(
    `((struct ${context.record.tag}){ .${set.path} = (${set.type.text})(${value.text}) }).${got.path}`,
    got.type,
    [value],
  );
};

export const stringElement: Maker = (scope, context, depth) => {
  const at = index(scope, context, depth, 4);
  return join(`"a\\tz"[${at.text}]`, { text: "char", type: { kind: "integer", bits: 8, signed: false } }, [
    at,
  ]);
};

export const pointerQuestion: Maker = (scope, context, depth) => {
  const { chooser } = context;
  if (scope.arrays.length === 0) return null;
  const array = chooser.pick(scope.arrays);
  const at = index(scope, context, depth, array.length);
  const reads = [pure("", INT, [array.name])];
  const forms: Generated[] = [
    join(`(&${array.name}[${at.text}] - ${array.name})`, named({ kind: "integer", bits: 64, signed: true }), [
      at,
      ...reads,
    ]),
    join(`(&${array.name}[${at.text}] ${chooser.pick(COMPARISONS)} ${array.name} + 1)`, INT, [at, ...reads]),
    join(`!${array.name}`, INT, reads),
  ];
  return chooser.pick(forms);
};

export const linkedElement: Maker = (scope, context) => {
  const { chooser } = context;
  const pointers = scope.records;
  if (pointers.length === 0) return null;
  const variable = chooser.pick(pointers);
  const { name: fieldName, element: type } = variable.record.pointerField;
  const link = `${variable.name}${variable.isPointer ? "->" : "."}${fieldName}`;
  const resource = `${variable.name}.link`;
  const reads = [variable.name, resource];
  const promoted = named(usualConversion(type.type, INT.type));
  return pure(`(${link} ? ${link}[${chooser.below(2)}] : ${chooser.below(9)})`, promoted, reads);
};

export const containerOf: Maker = (scope, context) => {
  const { chooser } = context;
  if (scope.records.length === 0) return null;
  const variable = chooser.pick(scope.records);
  const target = chooser.pick(variable.record.fields.filter(({ bound }) => bound === null));
  const inner = `&${variable.name}${variable.isPointer ? "->" : "."}in`;
  return pure(`container_of(${inner}, struct ${variable.record.tag}, in)->${target.path}`, target.type, [
    variable.name,
  ]);
};
