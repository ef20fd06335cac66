/**
 * Pieces of code as kernel code has them: declarations with initializers, walks over arrays, checks of error pointers,
 * cleanups. Each opens a scope of its own.
 */

import type { CType } from "@pinscope/grammars/ir";
import { expression } from "./expressions.ts";
import { elementName, INTEGER_TYPES, scanExtern, takeExtern } from "./pools.ts";
import type { RecordVariable, ScalarVariable, Scope } from "./scope.ts";
import { type Position, regionStatements, type StatementContext } from "./statements.ts";
import { group, leaf, type TextNode } from "./tree.ts";

type Idiom = (position: Position, context: StatementContext) => TextNode | null;

/** One of the idioms, or null where the scope has nothing to work on. */
export function idiom(position: Position, context: StatementContext): TextNode | null {
  return context.chooser.pick(IDIOMS)(position, context);
}

function bodyIn(position: Position, context: StatementContext, variable: string, count: number): TextNode[] {
  const scalar: ScalarVariable = {
    name: variable,
    type: INTEGER_TYPES[0] as ScalarVariable["type"],
    writable: false,
  };
  const scope = { ...position.scope, scalars: [...position.scope.scalars, scalar] };
  const inner = { ...position, scope, depth: 0, canBreak: true, canContinue: true };
  return regionStatements(inner, context, count);
}

const walkUp: Idiom = (position, context) => {
  const { chooser } = context;
  if (position.scope.arrays.length === 0) return null;
  const array = chooser.pick(position.scope.arrays);
  const index = context.fresh("i");
  const take = context.use(takeExtern(array.element));
  const type = chooser.pick(["int", "unsigned int", "u8", "long", "size_t"]);
  const turns = 1 + chooser.below(array.length);
  const forms: TextNode[][] = [
    [leaf(`for (${index} = 0; ${index} < ${turns}; ${index}++) log1(${array.name}[${index}]);`)],
    [leaf(`for (${index} = 0; ${index} < ${turns}; ) log1(${array.name}[${index}++]);`)],
    [leaf(`while (${index} < ${turns}) ${take}(&${array.name}[${index}++]);`)],
    [leaf(`do log1(${array.name}[${index}]); while (++${index} < ${turns});`)],
    [
      leaf(
        `for (; ${index} != ${turns}; ${index}++) if (${array.name}[${index}] && ${take}(${array.name} + ${index}) > 3) break;`,
      ),
    ],
    [
      group(
        `for (${index} = 0; ${index} < ${turns}; ++${index}) {`,
        bodyIn(position, context, index, 2),
        "}",
      ),
    ],
  ];
  return group(
    "{",
    [leaf(`${type} ${index} = 0;`, false), ...chooser.pick(forms), leaf(`log1(${index});`)],
    "}",
  );
};

const walkDown: Idiom = (position, context) => {
  const { chooser } = context;
  if (position.scope.arrays.length === 0) return null;
  const array = chooser.pick(position.scope.arrays);
  const index = context.fresh("n");
  const start = chooser.below(array.length + 1);
  const signed = chooser.chance(0.5);
  const forms: TextNode[][] = [
    [leaf(`while (${index}--) log1(${array.name}[${index}]);`)],
    [leaf(`while (${index} > 0) log1(${array.name}[--${index}]);`)],
    ...(signed
      ? [
          [leaf(`while (--${index} >= 0) log1(${array.name}[${index}]);`)],
          [leaf(`for (${index}--; ${index} >= 0; ${index}--) log1(${array.name}[${index}]);`)],
        ]
      : []),
    [group(`while (${index}-- > 0) {`, bodyIn(position, context, index, 1), "}")],
  ];
  const declared = leaf(`${signed ? "int" : "unsigned int"} ${index} = ${start};`, false);
  return group("{", [declared, ...chooser.pick(forms), leaf(`log1(${index});`)], "}");
};

const walkPointer: Idiom = (position, context) => {
  const { chooser } = context;
  if (position.scope.arrays.length === 0) return null;
  const array = chooser.pick(position.scope.arrays);
  const pointer = context.fresh("q");
  const end = context.fresh("end");
  const value = expression(position.scope, context, 1);
  const plain = value.writes.size === 0 ? value.text : "3";
  const forms: TextNode[] = [
    leaf(`while (${pointer} < ${end}) *${pointer}++ = ${plain};`),
    leaf(`while (${pointer} != ${end}) log1(*${pointer}++);`),
    leaf(`for (; ${pointer} < ${end}; ${pointer}++) log2(${pointer} - ${array.name}, *${pointer});`),
    leaf(`do { (*${pointer})++; ++*${pointer}; ${pointer} += 1; } while (${pointer} < ${end});`),
    leaf(`while (${end} > ${pointer}) log1(*--${end});`),
    leaf(
      `for (; ${pointer} < ${end} && *${pointer}; ++${pointer}) ${context.use(takeExtern(array.element))}(${pointer});`,
    ),
  ];
  const turns = 1 + chooser.below(array.length);
  const declared = leaf(
    `${array.element.text} *${pointer} = ${array.name}, *${end} = ${array.name} + ${turns};`,
    false,
  );
  return group(
    "{",
    [declared, chooser.pick(forms), leaf(`log2(${pointer} - ${array.name}, ${end} - ${pointer});`)],
    "}",
  );
};

const errorPointer: Idiom = (position, context) => {
  const { chooser } = context;
  const { record } = context;
  const name = context.fresh("got");
  const get = context.use(recordSource(record));
  const scope: Scope = {
    ...position.scope,
    records: [...position.scope.records, { name, isPointer: true, record }],
  };
  const inner = group("{", regionStatements({ ...position, scope, depth: 0 }, context, 2), "}");
  const declared = leaf(
    `struct ${record.tag} *${name} = ${get}(${expression(position.scope, context, 1).text});`,
    false,
  );
  const forms: TextNode[][] = [
    [
      leaf(`if (IS_ERR(${name})) log1(PTR_ERR(${name}));`),
      group(`else if (${name})`, [{ ...inner, removable: false }], ""),
    ],
    [
      group(`if (!IS_ERR_OR_NULL(${name}))`, [{ ...inner, removable: false }], ""),
      leaf(`else log2(PTR_ERR(${name}), !${name});`),
    ],
    [
      leaf(`log1(PTR_ERR_OR_ZERO(${name}));`),
      leaf(`log1(${name} == NULL);`),
      leaf(`log1(IS_ERR(${name}) ? -1 : !${name});`),
    ],
    [leaf(`if (${name} == ERR_PTR(-12)) ${name} = NULL;`), leaf(`log1(${name} != NULL && ${name}->a);`)],
  ];
  const chosen = chooser.pick(forms);
  return group("{", [declared, group("", chosen, "", false)], "}");
};

export function recordSource(record: { readonly tag: string; readonly type: { readonly type: CType } }) {
  const name = `get_${record.tag}`;
  return {
    name,
    returns: { kind: "pointer" as const, to: record.type.type },
    parameters: [{ kind: "integer" as const, bits: 32 as const, signed: true }],
    variadic: false,
    shows: [],
    writes: [],
    declaration: `struct ${record.tag} *${name}(int);`,
  };
}

export function recordSink(record: { readonly tag: string; readonly type: { readonly type: CType } }) {
  const name = `put_${record.tag}`;
  return {
    name,
    returns: { kind: "void" as const },
    parameters: [{ kind: "pointer" as const, to: record.type.type }],
    variadic: false,
    shows: [1],
    writes: [],
    declaration: `void ${name}(struct ${record.tag} *);`,
  };
}

const cleanup: Idiom = (position, context) => {
  const { chooser } = context;
  const suffix = context.macros[0] ?? "";
  const name = context.fresh("held");
  const value = expression(position.scope, context, 1).text;
  const scalar: ScalarVariable = { name, type: INTEGER_TYPES[0] as ScalarVariable["type"], writable: true };
  const scope = { ...position.scope, scalars: [...position.scope.scalars, scalar] };
  const attribute = chooser.pick([
    `__attribute__((cleanup(let_go${suffix})))`,
    `__attribute__((__cleanup__(let_go${suffix})))`,
  ]);
  const declared = leaf(`int ${name} ${attribute} = ${value};`, false);
  const inner = regionStatements({ ...position, scope, depth: Math.min(1, position.depth - 1) }, context, 2);
  return group("{", [declared, ...inner], "}");
};

const freeAttribute: Idiom = (position, context) => {
  const { record } = context;
  const name = context.fresh("own");
  const declared = leaf(
    `struct ${record.tag} *${name} __free(put_${record.tag}) = ${context.use(recordSource(record))}(3);`,
    false,
  );
  context.use(recordSink(record));
  const inner = regionStatements({ ...position, depth: 0 }, context, 2);
  return group("{", [declared, ...inner], "}");
};

const guarded: Idiom = (position, context) => {
  const suffix = context.macros[0] ?? "";
  const { chooser } = context;
  const argument = `&lock${suffix}`;
  if (chooser.chance(0.5)) {
    // A scoped guard is a loop of one turn in C: `break` and `continue` leave the guard only.
    const nodes = regionStatements(
      { ...position, canBreak: false, canContinue: false, depth: 1 },
      context,
      2,
    );
    return group(`scoped_guard(locked${suffix}, ${argument}) {`, nodes, "}");
  }
  const inner = regionStatements({ ...position, depth: Math.min(1, position.depth - 1) }, context, 2);
  return group("{", [leaf(`guard(locked${suffix})(${argument});`, false), ...inner], "}");
};

const scan: Idiom = (position, context) => {
  const arrays = position.scope.arrays.filter(({ length }) => length >= 4);
  if (arrays.length === 0) return null;
  const array = context.chooser.pick(arrays);
  return leaf(
    `${context.use(scanExtern(array.element))}(${array.name}, sizeof(${elementName(array.element) === "" ? "int" : array.element.text}));`,
  );
};

const copyRecord: Idiom = (position, context) => {
  const { chooser } = context;
  const { records } = position.scope;
  if (records.length < 2) return null;
  const target = chooser.pick(records);
  const source = chooser.pick(records.filter((record) => record !== target));
  const text = (variable: RecordVariable) => (variable.isPointer ? `*${variable.name}` : variable.name);
  const inner = (variable: RecordVariable) => `${variable.name}${variable.isPointer ? "->" : "."}in`;
  return leaf(
    chooser.chance(0.6) ? `${text(target)} = ${text(source)};` : `${inner(target)} = ${inner(source)};`,
  );
};

const IDIOMS: readonly Idiom[] = [
  walkUp,
  walkUp,
  walkDown,
  walkDown,
  walkPointer,
  walkPointer,
  errorPointer,
  errorPointer,
  cleanup,
  freeAttribute,
  guarded,
  scan,
  scan,
  copyRecord,
];
