/**
 * Inline assembly: opaque, but its operands are read and written, calls in them run, and `asm goto` may jump.
 */
import type { SyntaxNode } from "@pinscope/grammars/syntax";
import { INT } from "./c-types.ts";
import type { FunctionContext } from "./context.ts";
import { locationOf, opaque, textOf } from "./context.ts";
import { lowerPlace, lowerValue } from "./expressions.ts";
import { beginBlock, branch, emit, newBlock } from "./graph-builder.ts";
import { jumpToLabel } from "./jumps.ts";
import { childByField, childrenByField, operands } from "./syntax-nodes.ts";
import type { Expression, Place } from "./types.ts";

/** Lowers an assembly statement to one opaque operation, and one opaque branch per label of an `asm goto`. */
export function lowerAssembly(context: FunctionContext, node: SyntaxNode): void {
  const writes: Place[] = [];
  const reads: Expression[] = [];
  const outputs = childByField(node, "output_operands");
  const inputs = childByField(node, "input_operands");
  for (const operand of outputs === null ? [] : operands(outputs)) {
    const value = childByField(operand, "value");
    if (value !== null) writes.push(lowerPlace(context, value));
  }
  for (const operand of inputs === null ? [] : operands(inputs)) {
    const value = childByField(operand, "value");
    if (value !== null) reads.push(lowerValue(context, value));
  }
  const location = locationOf(context, node);
  emit(context.graph, { kind: "opaque", reason: "inline assembly", reads, writes, location });
  const labels = childByField(node, "goto_labels");
  for (const label of labels === null ? [] : childrenByField(labels, "label")) {
    const taken = newBlock(context.graph);
    const next = newBlock(context.graph);
    branch(context.graph, opaque("assembly jump", INT), taken, next, location);
    beginBlock(context.graph, taken);
    jumpToLabel(context, textOf(context, label));
    beginBlock(context.graph, next);
  }
}
