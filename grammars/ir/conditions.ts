/**
 * Truth as control flow: `&&`, `||`, `!` over them, `?:`, and wrappers such as `likely()` and `WARN_ON()` that only
 * pass a condition on. Must not know what is decided upon.
 */
import type { SyntaxNode } from "@pinscope/grammars/syntax";
import { conditionInside, isBuiltinCall } from "./builtins.ts";
import { INT, UNKNOWN, VOID } from "./c-types.ts";
import type { FunctionContext } from "./context.ts";
import {
  addTemporary,
  assign,
  DEPTH_BUDGET,
  loadVariable,
  locationOf,
  opaque,
  stable,
  variablePlace,
} from "./context.ts";
import { conditionalType, constant, convert, isErrorPointer, unary } from "./conversions.ts";
import { isShortCircuit, lowerDiscard, lowerValue } from "./expressions.ts";
import { beginBlock, branch, jump, newBlock, resumeBlock } from "./graph-builder.ts";
import { childByField, commaOperands, operands, operatorOf, unparenthesized } from "./syntax-nodes.ts";
import type { BlockId, Expression } from "./types.ts";

/** Ends the current block by going to one block or the other. */
export function lowerCondition(
  context: FunctionContext,
  node: SyntaxNode,
  whenTrue: BlockId,
  whenFalse: BlockId,
): void {
  context.depth++;
  if (context.depth < DEPTH_BUDGET) conditionInner(context, unparenthesized(node), whenTrue, whenFalse);
  else branch(context.graph, lowerValue(context, node), whenTrue, whenFalse, locationOf(context, node));
  context.depth--;
}

function conditionInner(
  context: FunctionContext,
  node: SyntaxNode,
  whenTrue: BlockId,
  whenFalse: BlockId,
): void {
  if (node.type === "binary_expression" && isShortCircuit(operatorOf(node))) {
    const left = childByField(node, "left");
    const right = childByField(node, "right");
    if (left === null || right === null) return;
    const second = newBlock(context.graph);
    const and = operatorOf(node) === "&&";
    lowerCondition(context, left, and ? second : whenTrue, and ? whenFalse : second);
    beginBlock(context.graph, second);
    lowerCondition(context, right, whenTrue, whenFalse);
    return;
  }
  if (node.type === "unary_expression" && operatorOf(node) === "!") {
    const argument = childByField(node, "argument");
    const inner = argument === null ? null : unparenthesized(argument);
    if (inner !== null && isControl(context, inner)) {
      lowerCondition(context, inner, whenFalse, whenTrue);
      return;
    }
  }
  if (node.type === "comma_expression") {
    const parts = commaOperands(node);
    const last = parts.pop();
    for (const part of parts) lowerDiscard(context, part);
    if (last !== undefined) lowerCondition(context, last, whenTrue, whenFalse);
    return;
  }
  const wrapped = conditionInside(context, node);
  if (wrapped !== null) {
    lowerCondition(context, wrapped, whenTrue, whenFalse);
    return;
  }
  if (isBuiltinCall(context, node, "IS_ERR_OR_NULL")) {
    lowerErrorOrNull(context, node, whenTrue, whenFalse);
    return;
  }
  branch(context.graph, lowerValue(context, node), whenTrue, whenFalse, locationOf(context, node));
}

/** `IS_ERR_OR_NULL(p)`: two questions, NULL first. */
function lowerErrorOrNull(
  context: FunctionContext,
  node: SyntaxNode,
  whenTrue: BlockId,
  whenFalse: BlockId,
): void {
  const list = childByField(node, "arguments");
  const argument = list === null ? undefined : operands(list)[0];
  const location = locationOf(context, node);
  const value = argument === undefined ? opaque("missing argument") : lowerValue(context, argument);
  const pointer = stable(context, value, location);
  const second = newBlock(context.graph);
  branch(context.graph, unary("!", pointer), whenTrue, second, location);
  beginBlock(context.graph, second);
  branch(context.graph, isErrorPointer(pointer), whenTrue, whenFalse, location);
}

/** Whether a `!` in front is better turned into exchanged targets than into an operator. */
function isControl(context: FunctionContext, node: SyntaxNode): boolean {
  if (node.type === "binary_expression") return isShortCircuit(operatorOf(node));
  if (node.type === "unary_expression") {
    const argument = childByField(node, "argument");
    if (operatorOf(node) !== "!" || argument === null) return false;
    return isControl(context, unparenthesized(argument));
  }
  if (isBuiltinCall(context, node, "IS_ERR_OR_NULL")) return true;
  const inside = conditionInside(context, node);
  return inside !== null && isControl(context, unparenthesized(inside));
}

/** A truth value (0 or 1, int) computed by control flow. */
export function lowerTruthValue(context: FunctionContext, node: SyntaxNode): Expression {
  const { graph } = context;
  const location = locationOf(context, node);
  const [yes, no, join] = [newBlock(graph), newBlock(graph), newBlock(graph)];
  lowerCondition(context, node, yes, no);
  const result = addTemporary(context, INT, location);
  beginBlock(graph, yes);
  assign(context, variablePlace(result), constant(1n), location);
  jump(graph, join);
  beginBlock(graph, no);
  assign(context, variablePlace(result), constant(0n), location);
  jump(graph, join);
  beginBlock(graph, join);
  return loadVariable(result);
}

/** `c ? a : b` and `a ?: b`; with `needed` false no value is kept. */
export function lowerChoice(context: FunctionContext, node: SyntaxNode, needed = true): Expression {
  const { graph } = context;
  const conditionNode = childByField(node, "condition");
  const consequence = childByField(node, "consequence");
  const alternative = childByField(node, "alternative");
  if (conditionNode === null || alternative === null) return opaque("missing operand");
  const location = locationOf(context, node);
  const [yes, no, join] = [newBlock(graph), newBlock(graph), newBlock(graph)];
  let kept: Expression | null = null;
  if (consequence === null) {
    kept = stable(context, lowerValue(context, conditionNode), location);
    branch(graph, kept, yes, no, locationOf(context, conditionNode));
  } else {
    lowerCondition(context, conditionNode, yes, no);
  }
  const arm = (operand: SyntaxNode | null): Expression => {
    if (operand === null) return kept ?? opaque("missing operand");
    if (needed) return lowerValue(context, operand);
    lowerDiscard(context, operand);
    return opaque("void value", VOID);
  };
  beginBlock(graph, yes);
  const first = arm(consequence);
  const firstEnd = graph.current;
  beginBlock(graph, no);
  const second = arm(alternative);
  const secondEnd = graph.current;
  const type = needed ? conditionalType(first, second) : VOID;
  const result = type.kind === "void" ? null : addTemporary(context, type, location);
  for (const [end, value] of [[firstEnd, first] as const, [secondEnd, second] as const]) {
    resumeBlock(graph, end);
    if (result !== null) assign(context, variablePlace(result), convert(value, type), location);
    jump(graph, join);
  }
  beginBlock(graph, join);
  return result === null ? opaque("void value", needed ? UNKNOWN : VOID) : loadVariable(result);
}
