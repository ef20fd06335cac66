/**
 * Loops: `while`, `do`, `for`, and the kernel's loop macros, which the dialect pass left as `while` with a note.
 */
import type { SyntaxNode } from "@pinscope/grammars/syntax";
import { INT } from "./c-types.ts";
import { lowerCondition } from "./conditions.ts";
import type { FunctionContext } from "./context.ts";
import {
  addTemporary,
  assign,
  inFrame,
  inScope,
  load,
  locationOf,
  newScope,
  opaque,
  sourceOf,
  variablePlace,
} from "./context.ts";
import { binary, constant, convert } from "./conversions.ts";
import { lowerDeclaration } from "./declarations.ts";
import { lowerDiscard, lowerPlace, lowerValue } from "./expressions.ts";
import { beginBlock, branch, jump, newBlock } from "./graph-builder.ts";
import { walkOf } from "./loop-walks.ts";
import { argumentTexts, macroNamed, withStatements } from "./macros.ts";
import { inNewScope, lowerStatement, lowerStatements } from "./statements.ts";
import { childByField, commaOperands, operands, unparenthesized } from "./syntax-nodes.ts";
import type { BlockId, Expression, Place } from "./types.ts";

/** Lowers the body of a loop, from which `break` and `continue` go to the given blocks. */
function lowerBody(
  context: FunctionContext,
  body: SyntaxNode | null,
  onBreak: BlockId,
  onContinue: BlockId,
): void {
  const { breakTarget, continueTarget, scope } = context;
  context.breakTarget = { block: onBreak, scope };
  context.continueTarget = { block: onContinue, scope };
  if (body !== null) inNewScope(context, () => lowerStatement(context, body));
  context.breakTarget = breakTarget;
  context.continueTarget = continueTarget;
}

export function lowerWhile(context: FunctionContext, node: SyntaxNode): void {
  const { graph } = context;
  const condition = childByField(node, "condition");
  const [head, body, after] = [newBlock(graph), newBlock(graph), newBlock(graph)];
  jump(graph, head);
  beginBlock(graph, head);
  if (condition !== null) lowerCondition(context, condition, body, after);
  beginBlock(graph, body);
  lowerBody(context, childByField(node, "body"), after, head);
  jump(graph, head);
  beginBlock(graph, after);
}

export function lowerDo(context: FunctionContext, node: SyntaxNode): void {
  const { graph } = context;
  const condition = childByField(node, "condition");
  const [body, test, after] = [newBlock(graph), newBlock(graph), newBlock(graph)];
  jump(graph, body);
  beginBlock(graph, body);
  lowerBody(context, childByField(node, "body"), after, test);
  jump(graph, test);
  beginBlock(graph, test);
  if (condition !== null) lowerCondition(context, condition, body, after);
  else jump(graph, after);
  beginBlock(graph, after);
}

export function lowerFor(context: FunctionContext, node: SyntaxNode): void {
  const { graph } = context;
  const initializer = childByField(node, "initializer");
  const condition = childByField(node, "condition");
  const update = childByField(node, "update");
  const [head, body, step, after] = [newBlock(graph), newBlock(graph), newBlock(graph), newBlock(graph)];
  inScope(context, newScope(context.scope), () => {
    if (initializer?.type === "declaration") lowerDeclaration(context, initializer);
    else if (initializer !== null) lowerDiscard(context, initializer);
    jump(graph, head);
    beginBlock(graph, head);
    if (condition === null) jump(graph, body);
    else lowerCondition(context, condition, body, after);
    beginBlock(graph, body);
    lowerBody(context, childByField(node, "body"), after, step);
    jump(graph, step);
    beginBlock(graph, step);
    if (update !== null) lowerDiscard(context, update);
    jump(graph, head);
    beginBlock(graph, after);
  });
}

/** A loop macro: by the project's own definition where there is one, else as its table entry says. */
export function lowerLoopMacro(context: FunctionContext, node: SyntaxNode): void {
  const note = context.frame.notes.heads.get(node.start);
  const condition = childByField(node, "condition");
  const body = childByField(node, "body");
  if (note?.kind !== "loop" || condition === null) {
    lowerWhile(context, node);
    return;
  }
  const written = /^\w+/.exec(sourceOf(context, note.start, node.end))?.[0] ?? note.macro.name;
  const definition = macroNamed(context, written);
  if (definition !== null && definition.parameters !== null) {
    const outer = context.frame;
    const hole = (): void => {
      if (body !== null) inFrame(context, outer, () => lowerStatement(context, body));
    };
    const use = {
      definition,
      arguments: argumentTexts(context, condition),
      start: node.start,
      end: condition.end,
    };
    if (withStatements(context, use, hole, (statements) => lowerStatements(context, statements))) return;
  }
  const inner = operands(condition)[0];
  const nodes = inner === undefined ? [] : commaOperands(unparenthesized(inner));
  lowerTableLoop(context, node, nodes, body);
}

/**
 * `i = 0; i < n; i++` where the macro has a count, else turns until something unknown says stop. Cursors get an
 * unknown item, never NULL, at the begin of each turn, and are anything once the loop has run to its end.
 */
function lowerTableLoop(
  context: FunctionContext,
  node: SyntaxNode,
  nodes: readonly SyntaxNode[],
  body: SyntaxNode | null,
): void {
  const note = context.frame.notes.heads.get(node.start);
  if (note?.kind !== "loop") return;
  const { macro } = note;
  const { graph } = context;
  const location = locationOf(context, childByField(node, "condition") ?? node);
  const special = new Set([...macro.cursors, macro.index ?? -1, macro.count ?? -1]);
  for (const [index, argument] of nodes.entries()) if (!special.has(index)) lowerDiscard(context, argument);
  const cursors = macro.cursors.flatMap((index) => {
    const argument = nodes[index];
    return argument === undefined ? [] : [lowerPlace(context, argument)];
  });
  const countNode = macro.count === undefined ? undefined : nodes[macro.count];
  const indexNode = macro.index === undefined ? undefined : nodes[macro.index];
  const index: Place | null =
    indexNode !== undefined
      ? lowerPlace(context, indexNode)
      : countNode === undefined
        ? null
        : variablePlace(addTemporary(context, INT, location));
  const [head, turn, step, end, after] = [
    newBlock(graph),
    newBlock(graph),
    newBlock(graph),
    newBlock(graph),
    newBlock(graph),
  ];
  if (index !== null) assign(context, index, convert(constant(0n), index.type), location);
  jump(graph, head);
  beginBlock(graph, head);
  const walk = walkOf(context, macro.name, nodes);
  const walked = (expression: Expression, cursor: number | null): Expression =>
    walk === null || expression.kind !== "opaque"
      ? expression
      : { ...expression, walk: { ...walk, cursor, index } };
  const more: Expression =
    countNode === undefined || index === null
      ? walked(opaque("loop turn", INT), null)
      : binary("<", load(index), lowerValue(context, countNode));
  branch(graph, more, turn, end, location);
  beginBlock(graph, turn);
  for (const [at, cursor] of cursors.entries())
    assign(context, cursor, walked(opaque("loop item", cursor.type), at), location);
  lowerBody(context, body, after, step);
  jump(graph, step);
  beginBlock(graph, step);
  if (index !== null) {
    assign(context, index, convert(binary("+", load(index), constant(1n)), index.type), location);
  }
  jump(graph, head);
  beginBlock(graph, end);
  for (const cursor of cursors) assign(context, cursor, opaque("loop ended", cursor.type), location);
  jump(graph, after);
  beginBlock(graph, after);
}
