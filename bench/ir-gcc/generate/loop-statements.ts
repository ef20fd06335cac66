/** Statements that hold others: branches, loops, switches, scopes. Loops end. */

import { declarations } from "./declarations.ts";
import { expression } from "./expressions.ts";
import { INTEGER_TYPES } from "./pools.ts";
import type { FunctionContext } from "./scope.ts";
import {
  condition,
  expressionDepth,
  type Position,
  regionStatements,
  type StatementContext,
  type StatementMaker,
  statement,
  statements,
} from "./statements.ts";
import { group, leaf, type TextNode } from "./tree.ts";

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

export const ifElse: StatementMaker = (position, context) => {
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

export const forLoop: StatementMaker = (position, context) => {
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

export const endlessLoop: StatementMaker = (position, context) => {
  const inside = loopPosition(position);
  const nodes = statements({ ...inside, depth: position.depth - 1 }, context, 1 + context.chooser.below(3));
  const head = context.chooser.pick(["for (;;) {", "while (1) {", "do {"]);
  return group(
    head,
    [leaf("if (fuel-- <= 0) break;", false), ...nodes],
    head === "do {" ? "} while (1);" : "}",
  );
};

export const whileLoop: StatementMaker = (position, context) => {
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

export const doLoop: StatementMaker = (position, context) => {
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

export const switchStatement: StatementMaker = (position, context) => {
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
export const scopedBlock: StatementMaker = (position, context) => {
  const { nodes, scope } = declarations(position.scope, context, 1 + context.chooser.below(3));
  const inner = regionStatements(
    { ...position, scope, depth: position.depth - 1 },
    context,
    1 + context.chooser.below(3),
  );
  return group("{", [...nodes, ...inner], "}");
};

export const declaredFor: StatementMaker = (position, context) => {
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
export const wholeStatementExpression: StatementMaker = (position, context) => {
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
