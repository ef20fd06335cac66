/** Declarations at the start of a block, of every kind of variable, each with an initializer that is defined. */
import { beside, expression } from "./expressions.ts";
import { ELEMENT_TYPES, INTEGER_TYPES } from "./pools.ts";
import type { ArrayVariable, FunctionContext, RecordVariable, ScalarVariable, Scope } from "./scope.ts";
import { leaf, type TextNode } from "./tree.ts";

/** Declarations of locals, all initialized, and the scope behind them. */
export function declarations(
  scope: Scope,
  context: FunctionContext,
  count: number,
): { readonly nodes: TextNode[]; readonly scope: Scope } {
  const nodes: TextNode[] = [];
  let current = scope;
  for (let made = 0; made < count; made += 1) {
    const declared = declaration(current, context);
    nodes.push(leaf(declared.text));
    current = {
      scalars: [...current.scalars, ...declared.scalars],
      arrays: [...current.arrays, ...declared.arrays],
      records: [...current.records.filter((record) => record !== declared.hides), ...declared.records],
    };
  }
  return { nodes, scope: current };
}

interface Declared {
  readonly text: string;
  readonly scalars: readonly ScalarVariable[];
  readonly arrays: readonly ArrayVariable[];
  readonly records: readonly RecordVariable[];
  readonly hides?: RecordVariable;
}

const EMPTY: Declared = { text: "", scalars: [], arrays: [], records: [] };

function declaration(scope: Scope, context: FunctionContext): Declared {
  const { chooser } = context;
  const kind = chooser.below(12);
  if (kind < 6) return scalarDeclaration(scope, context);
  if (kind < 8) return arrayDeclaration(scope, context);
  if (kind < 10) return recordDeclaration(scope, context);
  if (kind === 10 && chooser.chance(0.5)) return tableDeclaration(context);
  return pointerDeclaration(scope, context) ?? scalarDeclaration(scope, context);
}

function scalarDeclaration(scope: Scope, context: FunctionContext): Declared {
  const { chooser } = context;
  const type = chooser.pick(INTEGER_TYPES);
  const name = context.fresh("x");
  const first: ScalarVariable = { name, type, writable: true };
  const qualifier = chooser.chance(0.1) ? "volatile " : "";
  const value = expression(scope, context, 2).text;
  if (chooser.chance(0.25)) {
    const other: ScalarVariable = { name: context.fresh("x"), type, writable: true };
    const second = expression({ ...scope, scalars: [...scope.scalars, first] }, context, 1).text;
    return {
      ...EMPTY,
      text: `${qualifier}${type.text} ${name} = ${value}, ${other.name} = ${second};`,
      scalars: [first, other],
    };
  }
  return { ...EMPTY, text: `${qualifier}${type.text} ${name} = ${value};`, scalars: [first] };
}

function arrayDeclaration(scope: Scope, context: FunctionContext): Declared {
  const { chooser } = context;
  const element = chooser.pick(ELEMENT_TYPES);
  const length = chooser.pick([4, 8]);
  const name = context.fresh("arr");
  const first = expression(scope, context, 1);
  const second = beside([first], scope, context, 1);
  const forms = [
    `{ ${first.text}, ${second.text} }`,
    `{ [${length - 1}] = ${first.text}, [0] = ${second.text} }`,
    `{ [1 ... 2] = 5, [3] = ${first.text} }`,
    "{ 0 }",
    "{}",
    `{ 1, 2, [1] = ${first.text}, ${second.text} }`,
    `{ ${first.text}, }`,
  ];
  // Values are cast to the element's type: narrowing in braces is allowed in C but is not what is tested here.
  const array: ArrayVariable = { name, element, length, resource: name, isPointer: false };
  return { ...EMPTY, text: `${element.text} ${name}[${length}] = ${chooser.pick(forms)};`, arrays: [array] };
}

function recordDeclaration(scope: Scope, context: FunctionContext): Declared {
  const { chooser } = context;
  const { record } = context;
  const name = context.fresh("rec");
  const existing = scope.records.length > 0 ? chooser.pick(scope.records) : null;
  const first = expression(scope, context, 1);
  const second = beside([first], scope, context, 1);
  const forms = [
    `{ .a = ${first.text}, .list = { [2] = ${second.text} } }`,
    `{ .in = { .y = ${first.text} }, .b = ${second.text} }`,
    `{ .in.x = ${first.text}, .list[1] = ${second.text}, .un = { .word = 77 } }`,
    `{ ${first.text}, { 1, ${second.text} } }`,
    "{ 0 }",
    `(struct ${record.tag}){ .b = ${first.text} }`,
    ...(existing === null ? [] : [existing.isPointer ? `*${existing.name}` : existing.name]),
  ];
  const variable: RecordVariable = { name, isPointer: false, record };
  return { ...EMPTY, text: `struct ${record.tag} ${name} = ${chooser.pick(forms)};`, records: [variable] };
}

/** A constant table; what may be written would outlive a run in C, and runs must not depend on each other. */
function tableDeclaration(context: FunctionContext): Declared {
  const { chooser } = context;
  const type = chooser.pick(INTEGER_TYPES);
  const name = context.fresh("table");
  const values = Array.from({ length: 4 }, () =>
    chooser.pick(["1", "-2", "0x7f", "200", "~0", "'b'", "3 * 7", "1UL << 40"]),
  );
  const scalar: ScalarVariable = { name: `${name}[${chooser.below(4)}]`, type, writable: false };
  return {
    ...EMPTY,
    text: `static const ${type.text} ${name}[4] = { ${values.join(", ")} };`,
    scalars: [scalar],
  };
}

function pointerDeclaration(scope: Scope, context: FunctionContext): Declared | null {
  const { chooser } = context;
  const locals = scope.records.filter(({ isPointer }) => !isPointer);
  if (chooser.chance(0.3) && locals.length > 0) return recordPointer(chooser.pick(locals), context);
  if (scope.arrays.length === 0) return null;
  const target = chooser.pick(scope.arrays);
  const name = context.fresh("ptr");
  const half = target.length >= 8 && chooser.chance(0.5);
  const array: ArrayVariable = {
    name,
    element: target.element,
    length: half ? target.length / 2 : target.length,
    resource: target.resource,
    isPointer: true,
  };
  const forms = half
    ? [`${target.name} + ${target.length / 2}`, `&${target.name}[${target.length / 2}]`]
    : [target.name, `&${target.name}[0]`, `&*${target.name}`];
  return { ...EMPTY, text: `${target.element.text} *${name} = ${chooser.pick(forms)};`, arrays: [array] };
}

/** The only name by which the rest of the scope reaches the record: two names of one record could clash unseen. */
function recordPointer(target: RecordVariable, context: FunctionContext): Declared {
  const name = context.fresh("at");
  const text = `struct ${target.record.tag} *${name} = &${target.name};`;
  return { ...EMPTY, text, records: [{ name, isPointer: true, record: target.record }], hides: target };
}
