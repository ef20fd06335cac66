/** `switch` and its cases, wherever in the body they stand. */
import type { SyntaxNode } from "@pinscope/grammars/syntax";
import { wrap } from "./arithmetic.ts";
import { isInteger } from "./c-types.ts";
import type { FunctionContext, SwitchContext } from "./context.ts";
import { addProblem, locationOf, opaque, sourceOf, textOf } from "./context.ts";
import { convert, promoted } from "./conversions.ts";
import { constantValue } from "./declarators.ts";
import { lowerValue } from "./expressions.ts";
import type { SwitchTarget } from "./graph-builder.ts";
import { beginBlock, beginUnreached, jump, newBlock, resumeBlock, switchTo } from "./graph-builder.ts";
import { compact } from "./sizes.ts";
import { inNewScope, lowerStatement } from "./statements.ts";
import { childByField, operands, operatorOf, unparenthesized } from "./syntax-nodes.ts";

export function lowerSwitch(context: FunctionContext, node: SyntaxNode): void {
  const { graph } = context;
  const conditionNode = childByField(node, "condition");
  const body = childByField(node, "body");
  const location = locationOf(context, conditionNode ?? node);
  const decided = conditionNode === null ? opaque("missing operand") : lowerValue(context, conditionNode);
  const value = isInteger(decided.type) ? convert(decided, promoted(decided.type)) : decided;
  const head = graph.current;
  const after = newBlock(graph);
  beginUnreached(graph);
  const outer = context.switchContext;
  const outerBreak = context.breakTarget;
  const current: SwitchContext = { type: value.type, cases: [], defaultBlock: null, scope: context.scope };
  context.switchContext = current;
  context.breakTarget = { block: after, scope: context.scope };
  if (body !== null) inNewScope(context, () => lowerStatement(context, body));
  context.switchContext = outer;
  context.breakTarget = outerBreak;
  jump(graph, after);
  const end = graph.current;
  resumeBlock(graph, head);
  const targets: SwitchTarget[] = current.cases.map(({ block, low, high, label }) => ({
    block,
    condition: { kind: "case", low, high, label },
  }));
  targets.push({ block: current.defaultBlock ?? after, condition: { kind: "default" } });
  switchTo(graph, value, targets, location);
  resumeBlock(graph, end);
  beginBlock(graph, after);
}

/** `case x:`, `case a ... b:` or `default:` with the statements up to the next one. */
export function lowerCase(context: FunctionContext, node: SyntaxNode): void {
  const { graph, switchContext } = context;
  const value = childByField(node, "value");
  const block = newBlock(graph);
  if (switchContext === null) {
    addProblem(context, "case outside a switch", locationOf(context, node));
  } else if (node.children[0]?.type === "default") {
    switchContext.defaultBlock = block;
  } else {
    addCase(context, switchContext, value, block);
  }
  jump(graph, block);
  beginBlock(graph, block);
  for (const child of operands(node)) {
    if (child !== value && child.type !== "ERROR") lowerStatement(context, child);
  }
}

/** Where the source has `...` between the two ends of a range, which the dialect pass made `||`. */
function isRange(context: FunctionContext, value: SyntaxNode | null): boolean {
  if (value?.type !== "binary_expression" || operatorOf(value) !== "||") return false;
  const left = childByField(value, "left");
  const right = childByField(value, "right");
  return left !== null && right !== null && sourceOf(context, left.end, right.start).includes("...");
}

function addCase(
  context: FunctionContext,
  target: SwitchContext,
  value: SyntaxNode | null,
  block: number,
): void {
  const range = isRange(context, value);
  const low = range && value !== null ? childByField(value, "left") : value;
  const high = range && value !== null ? childByField(value, "right") : value;
  const bound = (operand: SyntaxNode | null): bigint | null => {
    if (operand === null) return null;
    const number = constantValue(context, unparenthesized(operand));
    return number === null ? null : isInteger(target.type) ? wrap(number, target.type) : number;
  };
  const label = [low, high === low ? null : high]
    .filter((operand) => operand !== null)
    .map((operand) => compact(textOf(context, operand)))
    .join(" ... ");
  const start = bound(low);
  const end = high === low ? start : bound(high);
  target.cases.push({ block, low: end === null ? null : start, high: start === null ? null : end, label });
}
