/**
 * Random statements: every kind of control flow, in ways that C defines and that end. Loops count in variables of
 * their own, backward jumps use up fuel, and no jump enters a scope past its declarations.
 */
import { argumentsFor, assignmentText, beside, expression, place } from "./expressions.ts";
import { idiom } from "./idioms.ts";
import { jump, leave, macroJump } from "./jumps.ts";
import {
  declaredFor,
  doLoop,
  endlessLoop,
  forLoop,
  ifElse,
  scopedBlock,
  switchStatement,
  whileLoop,
  wholeStatementExpression,
} from "./loop-statements.ts";
import { INTEGER_TYPES, TEXT_EXTERNS } from "./pools.ts";
import { type FunctionContext, type Generated, join, LOG, type Scope } from "./scope.ts";
import { leaf, type TextNode } from "./tree.ts";

// From here only: who imports the makers first finds the tables below unfinished.
export { returnText } from "./jumps.ts";

/** Statements among which jumps are free: no declaration of a scope is passed. */
interface Region {
  readonly placed: Set<string>;
  readonly pending: string[];
}

export interface Position {
  readonly scope: Scope;
  readonly depth: number;
  readonly canBreak: boolean;
  readonly canContinue: boolean;
  /** Innermost last; a jump may go to a label of any of them. */
  readonly regions: readonly Region[];
  /** Case values of the switch around, to be placed in nested statements. */
  readonly cases: string[] | null;
  readonly allowReturn: boolean;
}

/** How many more statements a function may get. */
export interface Allowance {
  left: number;
}

export interface StatementContext extends FunctionContext {
  readonly allowance: Allowance;
  /** Declares a counter at the top of the function. */
  counter(): string;
}

function newRegion(context: FunctionContext): Region {
  const pending: string[] = [];
  while (context.chooser.chance(0.4) && pending.length < 3) pending.push(context.fresh("label"));
  return { placed: new Set(), pending };
}

/** A list of statements; labels still to be placed in the innermost region may come between them. */
export function statements(position: Position, context: StatementContext, count: number): TextNode[] {
  const nodes: TextNode[] = [];
  const region = position.regions.at(-1);
  for (let made = 0; made < count; made += 1) {
    if (region !== undefined && region.pending.length > 0 && context.chooser.chance(0.2))
      nodes.push(placeLabel(region));
    if (position.cases !== null && position.cases.length > 0 && context.chooser.chance(0.3))
      nodes.push(leaf(`case ${position.cases.shift()}:`, true));
    nodes.push(statement(position, context));
  }
  return nodes;
}

/** Statements of a new region, all of whose labels end up placed. */
export function regionStatements(
  position: Position,
  context: StatementContext,
  count: number,
  region: Region = newRegion(context),
): TextNode[] {
  const nodes = statements(
    { ...position, regions: [...position.regions, region], cases: null },
    context,
    count,
  );
  while (region.pending.length > 0) nodes.push(placeLabel(region));
  return nodes;
}

function placeLabel(region: Region): TextNode {
  const label = region.pending.shift() ?? "";
  region.placed.add(label);
  return leaf(`${label}: ;`, true);
}

export type StatementMaker = (position: Position, context: StatementContext) => TextNode | null;

export function statement(position: Position, context: StatementContext): TextNode {
  context.allowance.left -= 1;
  const makers = position.depth <= 0 || context.allowance.left <= 0 ? SIMPLE : ALL;
  for (let attempt = 0; attempt < 6; attempt += 1) {
    const node = context.chooser.pick(makers)(position, context);
    if (node !== null) return node;
  }
  return leaf(";");
}

export const expressionDepth = (context: FunctionContext): number => 1 + context.chooser.below(3);

export function condition(position: Position, context: StatementContext): string {
  return expression(position.scope, context, expressionDepth(context)).text;
}

const assign: StatementMaker = (position, context) => {
  const target = place(position.scope, context, 2);
  if (target === null || target.writes.size > 0) return null;
  const value = beside([target], position.scope, context, expressionDepth(context));
  if (value.writes.has(target.root)) return null;
  return leaf(`${assignmentText(target, value, context)};`);
};

const effect: StatementMaker = (position, context) =>
  leaf(`${expression(position.scope, context, expressionDepth(context)).text};`);

const log: StatementMaker = (position, context) => {
  const { chooser } = context;
  if (chooser.chance(0.2)) {
    const value = expression(position.scope, context, 1);
    return leaf(`${context.use(chooser.pick(TEXT_EXTERNS))}("at %d\\n", ${value.text});`);
  }
  const extern = chooser.pick(
    context.externs.filter(({ returns, parameters }) => returns.kind === "void" && parameters.length < 3),
  );
  const values = argumentsFor(extern.parameters.length, position.scope, context, expressionDepth(context));
  return leaf(`${context.use(extern)}(${values.map(({ text }) => text).join(", ")});`);
};

const increment: StatementMaker = (position, context) => {
  const target = place(position.scope, context, 1);
  if (target === null || target.writes.size > 0) return null;
  const text = target.text.startsWith("*") ? `(${target.text})` : target.text;
  return leaf(context.chooser.pick([`${text}++;`, `--${text};`, `${text}--;`, `++${text};`]));
};

const bug: StatementMaker = (position, context) =>
  context.chooser.chance(0.15)
    ? leaf(`BUG_ON((${condition(position, context)}) && ${condition(position, context)} && ask0() == 3);`)
    : null;

const idiomStatement: StatementMaker = (position, context) => idiom(position, context);

const SIMPLE: readonly StatementMaker[] = [
  assign,
  assign,
  assign,
  effect,
  effect,
  log,
  log,
  increment,
  jump,
  leave,
  macroJump,
  bug,
];
const ALL: readonly StatementMaker[] = [
  ...SIMPLE,
  ...SIMPLE.slice(0, 6),
  ifElse,
  ifElse,
  ifElse,
  forLoop,
  forLoop,
  endlessLoop,
  whileLoop,
  doLoop,
  switchStatement,
  switchStatement,
  scopedBlock,
  scopedBlock,
  declaredFor,
  wholeStatementExpression,
  idiomStatement,
  idiomStatement,
  idiomStatement,
];

/** `({ T v = …; …; v; })` inside an expression: no jump leaves it. */
export function statementExpression(scope: Scope, context: FunctionContext, depth: number): Generated {
  const { chooser } = context;
  const type = chooser.pick(INTEGER_TYPES);
  const name = context.fresh("v");
  const parts: Generated[] = [expression(scope, context, depth)];
  const inner: Scope = { ...scope, scalars: [...scope.scalars, { name, type, writable: true }] };
  const add = (): string => {
    const made = expression(inner, context, depth);
    parts.push(made);
    return made.text;
  };
  const lines = [`${type.text} ${name} = ${parts[0]?.text};`];
  if (chooser.chance(0.5)) lines.push(`if (${add()}) ${name} = ${add()};`);
  if (chooser.chance(0.3))
    lines.push(`for (int ${name}_i = 0; ${name}_i < 2; ${name}_i++) ${name} += ${add()};`);
  const writes: string[] = [name];
  if (chooser.chance(0.4)) {
    lines.push(`log1(${add()});`);
    writes.push(LOG);
  }
  lines.push(`${chooser.chance(0.6) ? name : add()};`);
  const last = lines.at(-1) === `${name};` ? type : (parts.at(-1)?.type ?? type);
  return join(`({ ${lines.join(" ")} })`, last, parts, writes);
}
