/**
 * Random expressions of integer type, of every kind the lowering knows, with defined results: shift counts masked,
 * divisors positive, indices masked, no two unsequenced effects on one object.
 */
import { binaryResultType, type CType, promote, usualConversion } from "@pinscope/grammars/ir";
import { BOOL, INT, INTEGER_TYPES, type NamedType, takeExtern, UNSIGNED_LONG } from "./pools.ts";
import {
  type ArrayVariable,
  clash,
  type FunctionContext,
  type Generated,
  join,
  LOG,
  pure,
  type Scope,
} from "./scope.ts";

export interface Place extends Generated {
  /** What an assignment to it writes. */
  readonly root: string;
}

type Maker = (scope: Scope, context: FunctionContext, depth: number) => Generated | null;

function named(type: CType | null): NamedType {
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

/** Something that can be assigned. */
export function place(scope: Scope, context: FunctionContext, depth: number): Place | null {
  const { chooser } = context;
  const writable = scope.scalars.filter((scalar) => scalar.writable);
  const kind = chooser.below(10);
  if (kind < 5 || depth <= 0) {
    if (writable.length === 0) return null;
    const { name, type } = chooser.pick(writable);
    return { ...pure(name, type, [name]), root: name };
  }
  if (kind < 8 && scope.arrays.length > 0) return element(scope, context, depth, chooser.pick(scope.arrays));
  if (scope.records.length > 0) return field(scope, context, depth);
  return null;
}

function index(scope: Scope, context: FunctionContext, depth: number, length: number): Generated {
  const inner = context.chooser.chance(0.4)
    ? literal(context)
    : expression(scope, context, Math.min(depth - 1, 1));
  return { ...inner, text: `(${inner.text}) & ${length - 1}` };
}

function element(scope: Scope, context: FunctionContext, depth: number, array: ArrayVariable): Place | null {
  const at = index(scope, context, depth, array.length);
  if (at.writes.has(array.resource)) return null;
  const text = context.chooser.chance(0.75) ? `${array.name}[${at.text}]` : `*(${array.name} + (${at.text}))`;
  const made = join(text, array.element, [at]);
  return { ...made, reads: new Set([...made.reads, array.resource, array.name]), root: array.resource };
}

function field(scope: Scope, context: FunctionContext, depth: number): Place | null {
  const { chooser } = context;
  const variable = chooser.pick(scope.records);
  const chosen = chooser.pick(variable.record.fields);
  const at = chosen.bound === null ? pure("", INT) : index(scope, context, depth, chosen.bound);
  if (at.writes.has(variable.name)) return null;
  const path = chosen.path.replace("%", at.text);
  const text = variable.isPointer
    ? chooser.chance(0.9)
      ? `${variable.name}->${path}`
      : `(*${variable.name}).${path}`
    : `${variable.name}.${path}`;
  const made = join(text, chosen.type, [at]);
  return { ...made, reads: new Set([...made.reads, variable.name]), root: variable.name };
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

const ARITHMETIC = ["+", "-", "*", "&", "|", "^", "+", "-"] as const;
const CHAINED = ["+", "-", "*", "&", "|", "^", "==", "!=", "<", ">=", "&&", "||", "-", "&", "*"] as const;
const COMPARISONS = ["==", "!=", "<", "<=", ">", ">="] as const;

function pair(scope: Scope, context: FunctionContext, depth: number): [Generated, Generated] {
  const left = expression(scope, context, depth - 1);
  return [left, beside([left], scope, context, depth - 1)];
}

const arithmetic: Maker = (scope, context, depth) => {
  const [left, right] = pair(scope, context, depth);
  const operator = context.chooser.pick(ARITHMETIC);
  const type = named(binaryResultType(operator, left.type.type, right.type.type));
  return join(`(${left.text} ${operator} ${right.text})`, type, [left, right]);
};

/**
 * Operands without parentheses around their pairs, some in parentheses of their own as macro arguments are: who binds
 * tighter, and what is no cast, is for the reader to find out. Its type is not followed: `int` is the safe claim.
 */
const chain: Maker = (scope, context, depth) => {
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

const comparison: Maker = (scope, context, depth) => {
  const [left, right] = pair(scope, context, depth);
  return join(`(${left.text} ${context.chooser.pick(COMPARISONS)} ${right.text})`, INT, [left, right]);
};

const shift: Maker = (scope, context, depth) => {
  const [left, right] = pair(scope, context, depth);
  const type = promote(left.type.type);
  if (type === null) return null;
  const operator = context.chooser.pick(["<<", ">>"]);
  return join(`(${left.text} ${operator} ((${right.text}) & ${type.bits - 1}))`, named(type), [left, right]);
};

const division: Maker = (scope, context, depth) => {
  const [left, right] = pair(scope, context, depth);
  const type = named(binaryResultType("/", left.type.type, promote(right.type.type) ?? INT.type));
  const operator = context.chooser.pick(["/", "%"]);
  return join(`(${left.text} ${operator} (((${right.text}) & 7) + 1))`, type, [left, right]);
};

const unary: Maker = (scope, context, depth) => {
  const operand = expression(scope, context, depth - 1);
  const operator = context.chooser.pick(["-", "~", "!", "+", "!!"]);
  const type = operator.startsWith("!") ? INT : named(promote(operand.type.type));
  return join(`${operator}(${operand.text})`, type, [operand]);
};

/** The right side runs after the left, if at all: no clash is possible between them. */
const logical: Maker = (scope, context, depth) => {
  const left = expression(scope, context, depth - 1);
  const right = expression(scope, context, depth - 1);
  return join(`(${left.text} ${context.chooser.pick(["&&", "||"])} ${right.text})`, INT, [left, right]);
};

const conditional: Maker = (scope, context, depth) => {
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

const comma: Maker = (scope, context, depth) => {
  const left = expression(scope, context, depth - 1);
  const right = expression(scope, context, depth - 1);
  return join(`(${left.text}, ${right.text})`, right.type, [left, right]);
};

const cast: Maker = (scope, context, depth) => {
  const operand = expression(scope, context, depth - 1);
  const type = context.chooser.pick(INTEGER_TYPES);
  return join(`(${type.text})(${operand.text})`, type, [operand]);
};

const assignment: Maker = (scope, context, depth) => {
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

const increment: Maker = (scope, context, depth) => {
  const target = place(scope, context, depth - 1);
  if (target === null || target.writes.size > 0) return null;
  const text = target.text.startsWith("*") ? `(${target.text})` : target.text;
  const forms = [`${text}++`, `${text}--`, `++${text}`, `--${text}`];
  return join(`(${context.chooser.pick(forms)})`, target.type, [target], [target.root]);
};

const externCall: Maker = (scope, context, depth) => {
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

const takeCall: Maker = (scope, context) => {
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

const helperCall: Maker = (scope, context, depth) => {
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

const minMax: Maker = (scope, context, depth) => {
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

const kernelMacro: Maker = (scope, context, depth) => {
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
const ownMacro: Maker = (scope, context, depth) => {
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

const compoundLiteral: Maker = (scope, context, depth) => {
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

const stringElement: Maker = (scope, context, depth) => {
  const at = index(scope, context, depth, 4);
  return join(`"a\\tz"[${at.text}]`, { text: "char", type: { kind: "integer", bits: 8, signed: false } }, [
    at,
  ]);
};

const pointerQuestion: Maker = (scope, context, depth) => {
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

const linkedElement: Maker = (scope, context) => {
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

const containerOf: Maker = (scope, context) => {
  const { chooser } = context;
  if (scope.records.length === 0) return null;
  const variable = chooser.pick(scope.records);
  const target = chooser.pick(variable.record.fields.filter(({ bound }) => bound === null));
  const inner = `&${variable.name}${variable.isPointer ? "->" : "."}in`;
  return pure(`container_of(${inner}, struct ${variable.record.tag}, in)->${target.path}`, target.type, [
    variable.name,
  ]);
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
