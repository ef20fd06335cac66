/**
 * Random statements: every kind of control flow, in ways that C defines and that end. Loops count in variables of
 * their own, backward jumps use up fuel, and no jump enters a scope past its declarations.
 */
import { argumentsFor, assignmentText, beside, expression, literal, place } from "./expressions.ts";
import { declarations, idiom } from "./idioms.ts";
import { INTEGER_TYPES, TEXT_EXTERNS } from "./pools.ts";
import { type FunctionContext, type Generated, join, LOG, type Scope } from "./scope.ts";
import { group, leaf, type TextNode } from "./tree.ts";

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
function statements(position: Position, context: StatementContext, count: number): TextNode[] {
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

type StatementMaker = (position: Position, context: StatementContext) => TextNode | null;

function statement(position: Position, context: StatementContext): TextNode {
  context.allowance.left -= 1;
  const makers = position.depth <= 0 || context.allowance.left <= 0 ? SIMPLE : ALL;
  for (let attempt = 0; attempt < 6; attempt += 1) {
    const node = context.chooser.pick(makers)(position, context);
    if (node !== null) return node;
  }
  return leaf(";");
}

const expressionDepth = (context: FunctionContext): number => 1 + context.chooser.below(3);

function condition(position: Position, context: StatementContext): string {
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

const jump: StatementMaker = (position, context) => {
  const { chooser } = context;
  const labels = position.regions.flatMap((region) => [
    ...[...region.placed].map((label) => ({ label, forward: false })),
    ...region.pending.map((label) => ({ label, forward: true })),
  ]);
  if (labels.length === 0) return null;
  const { label, forward } = chooser.pick(labels);
  // A label not placed yet lies ahead; but a loop around may bring control here again, which its own bound ends.
  const guard = forward ? condition(position, context) : "fuel-- > 0";
  return leaf(`if (${guard}) goto ${label};`);
};

const leave: StatementMaker = (position, context) => {
  const { chooser } = context;
  const guard = chooser.chance(0.85) ? `if (${condition(position, context)}) ` : "";
  const choices = [
    ...(position.canBreak ? ["break;", "break;"] : []),
    ...(position.canContinue ? ["continue;", "continue;"] : []),
    ...(position.allowReturn ? [returnText(position, context)] : []),
  ];
  if (choices.length === 0) return null;
  return leaf(`${guard}${chooser.pick(choices)}`);
};

export function returnText(position: Position, context: StatementContext): string {
  if (context.returns === null) return "return;";
  return `return ${expression(position.scope, context, expressionDepth(context)).text};`;
}

const macroJump: StatementMaker = (position, context) => {
  const { chooser } = context;
  const suffix = context.macros[0] ?? "";
  const forward = position.regions.flatMap(({ pending }) => pending);
  const operand = expression(position.scope, context, 1).text;
  switch (chooser.below(4)) {
    case 0:
      if (forward.length === 0) return null;
      return leaf(`CHECK_GOTO${suffix}(${operand}, ${chooser.below(9) - 4}, ${chooser.pick(forward)});`);
    case 1:
      if (!position.allowReturn || context.returns === null) return null;
      return leaf(`RETURN_IF${suffix}(${operand}, ${literal(context).text});`);
    case 2: {
      const writable = position.scope.scalars.filter((scalar) => scalar.writable);
      const first = writable[0];
      const second = writable.find((scalar) => scalar !== first && scalar.type.text === first?.type.text);
      if (first === undefined || second === undefined) return null;
      return leaf(`swap(${first.name}, ${second.name});`);
    }
    default:
      return leaf(`LOG_BOTH${suffix}(${operand}, ${literal(context).text});`);
  }
};

const bug: StatementMaker = (position, context) =>
  context.chooser.chance(0.15)
    ? leaf(`BUG_ON((${condition(position, context)}) && ${condition(position, context)} && ask0() == 3);`)
    : null;

/** One statement or a block, as a body; the block opens no scope, so labels may stand in it. */
function body(position: Position, context: StatementContext, open: string, close = ""): TextNode {
  const inner = { ...position, depth: position.depth - 1 };
  const { chooser } = context;
  if (chooser.chance(0.2)) {
    const only = statement({ ...inner, depth: 0 }, context);
    // An unbraced body that ends in an open `if` would take the `else` behind it.
    if (!only.open.startsWith("if")) return group(open, [{ ...only, removable: false }], close);
  }
  const count = 1 + chooser.below(3);
  return group(`${open} {`, statements(inner, context, count), `}${close === "" ? "" : ` ${close}`}`);
}

const ifElse: StatementMaker = (position, context) => {
  const first = body(position, context, `if (${condition(position, context)})`);
  if (context.chooser.chance(0.5)) return first;
  const braced = first.close.startsWith("}");
  const second = body(position, context, "else");
  if (context.chooser.chance(0.3) && braced) {
    const middle = body(position, context, `else if (${condition(position, context)})`);
    return group("", [fixed(first), fixed(middle), fixed(second)], "");
  }
  return group("", [fixed(first), fixed(second)], "");
};

function fixed(node: TextNode): TextNode {
  return { ...node, removable: false };
}

const loopPosition = (position: Position): Position => ({ ...position, canBreak: true, canContinue: true });

const forLoop: StatementMaker = (position, context) => {
  const { chooser } = context;
  const counter = context.counter();
  const bound = 1 + chooser.below(4);
  const visible = withCounter(position, counter);
  const inside = loopPosition(visible);
  const extra = chooser.chance(0.25) ? `, ${expression(position.scope, context, 1).text}` : "";
  const test = chooser.chance(0.25)
    ? `${counter} < ${bound} && ${condition(visible, context)}`
    : `${counter} < ${bound}`;
  const head = chooser.pick([
    `for (${counter} = 0; ${test}; ${counter}++${extra})`,
    `for (${counter} = 0${extra}; ${test}; ++${counter})`,
    `for (${counter} = ${bound}; ${counter} > 0; ${counter} -= ${1 + chooser.below(2)})`,
    `for (${counter} = 0; ${test}; ${counter} += 2)`,
  ]);
  return body(inside, context, head);
};

const endlessLoop: StatementMaker = (position, context) => {
  const inside = loopPosition(position);
  const nodes = statements({ ...inside, depth: position.depth - 1 }, context, 1 + context.chooser.below(3));
  const head = context.chooser.pick(["for (;;) {", "while (1) {", "do {"]);
  return group(
    head,
    [leaf("if (fuel-- <= 0) break;", false), ...nodes],
    head === "do {" ? "} while (1);" : "}",
  );
};

const whileLoop: StatementMaker = (position, context) => {
  const counter = context.counter();
  const inside = loopPosition(withCounter(position, counter));
  const test = context.chooser.pick([
    `${counter}++ < ${1 + context.chooser.below(4)}`,
    `fuel-- > 0 && (${condition(position, context)})`,
    `(${condition(position, context)}) && fuel-- > 0`,
    `(${condition(position, context)}, fuel-- > 0)`,
  ]);
  return body(inside, context, `while (${test})`);
};

const doLoop: StatementMaker = (position, context) => {
  const inside = loopPosition(position);
  const test = context.chooser.pick(["0", `fuel-- > 0 && ${condition(position, context)}`, "fuel-- > 1"]);
  const nodes = statements({ ...inside, depth: position.depth - 1 }, context, 1 + context.chooser.below(3));
  return group("do {", nodes, `} while (${test});`);
};

function withCounter(position: Position, counter: string): Position {
  const scalar = {
    name: counter,
    type: INTEGER_TYPES[0] ?? { text: "int", type: { kind: "bool" as const } },
    writable: false,
  };
  return { ...position, scope: { ...position.scope, scalars: [...position.scope.scalars, scalar] } };
}

const switchStatement: StatementMaker = (position, context) => {
  const { chooser } = context;
  const values = caseLabels(context);
  const nested = chooser.chance(0.25) ? values.splice(0, 1 + chooser.below(2)) : [];
  const inside: Position = { ...position, canBreak: true, cases: nested, depth: position.depth - 1 };
  const nodes: TextNode[] = [];
  const defaultAt = chooser.chance(0.7) ? chooser.below(values.length + 1) : -1;
  values.forEach((value, index) => {
    if (index === defaultAt) nodes.push(leaf("default:"));
    nodes.push(leaf(`case ${value}:`));
    if (chooser.chance(0.15)) return;
    nodes.push(...statements(inside, context, 1 + chooser.below(2)));
    if (chooser.chance(0.6)) nodes.push(leaf("break;"));
    else if (chooser.chance(0.3)) nodes.push(leaf("fallthrough;"));
  });
  if (defaultAt === values.length) nodes.push(leaf("default:"));
  nodes.push(...statements(inside, context, 1));
  const last = nodes.at(-1);
  if (last?.open === "fallthrough;") nodes.pop();
  const subject = expression(position.scope, context, expressionDepth(context)).text;
  const kept = chooser.chance(0.5) ? `(${subject}) & 15` : subject;
  return group(`switch (${kept}) {`, withoutStrayFallthrough(nodes), "}");
};

/** `fallthrough;` must stand right before a label. */
function withoutStrayFallthrough(nodes: readonly TextNode[]): TextNode[] {
  return nodes.filter((node, index) => {
    if (node.open !== "fallthrough;") return true;
    const next = nodes[index + 1]?.open ?? "";
    return next.startsWith("case") || next.startsWith("default");
  });
}

/** Distinct, ascending; single values, ranges, characters and enumerators. */
function caseLabels(context: FunctionContext): string[] {
  const { chooser } = context;
  const labels: string[] = [];
  let value = chooser.below(3) - 2;
  const count = 2 + chooser.below(4);
  while (labels.length < count) {
    if (chooser.chance(0.25)) {
      const high = value + 1 + chooser.below(4);
      labels.push(`${value} ... ${high}`);
      value = high;
    } else labels.push(chooser.chance(0.1) && value >= 0 ? `${value} + 0` : String(value));
    value += 1 + chooser.below(3);
  }
  if (chooser.chance(0.3)) labels.push(chooser.pick(["'a'", "0x41", "1 << 6", "(0x7fffffff)", "255"]));
  if (chooser.chance(0.2)) labels.push(`${context.enumerators.at(-1)}`);
  if (chooser.chance(0.5)) labels.reverse();
  return labels;
}

/** A block with declarations: jumps may leave it but not enter. */
const scopedBlock: StatementMaker = (position, context) => {
  const { nodes, scope } = declarations(position.scope, context, 1 + context.chooser.below(3));
  const inner = regionStatements(
    { ...position, scope, depth: position.depth - 1 },
    context,
    1 + context.chooser.below(3),
  );
  return group("{", [...nodes, ...inner], "}");
};

const declaredFor: StatementMaker = (position, context) => {
  const name = context.fresh("k");
  const inside = withCounter(
    { ...position, canBreak: true, canContinue: true, depth: position.depth - 1 },
    name,
  );
  const nodes = regionStatements(inside, context, 1 + context.chooser.below(2));
  const type = context.chooser.pick(["int", "unsigned int", "u8", "long"]);
  return group(
    `for (${type} ${name} = 0; ${name} < ${1 + context.chooser.below(3)}; ${name}++) {`,
    nodes,
    "}",
  );
};

/** A statement expression that is a whole statement: control may leave it in any way. */
const wholeStatementExpression: StatementMaker = (position, context) => {
  const writable = position.scope.scalars.filter((scalar) => scalar.writable);
  const inner = regionStatements(
    { ...position, depth: position.depth - 1 },
    context,
    1 + context.chooser.below(2),
  );
  const value = expression(position.scope, context, 1).text;
  const target = writable.length > 0 ? `${context.chooser.pick(writable).name} = ` : "";
  return group(`${target}({`, [...inner, leaf(`${value};`, false)], "});");
};

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
