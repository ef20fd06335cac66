/**
 * Text that did not parse: an opaque operation that writes every variable named in it, and the calls and statements
 * that can still be made out. Listed as a problem.
 */
import type { SyntaxNode } from "@pinscope/grammars/syntax";
import type { FunctionContext } from "./context.ts";
import { addProblem, DEPTH_BUDGET, locationOf, lookup, opaque, textOf } from "./context.ts";
import { lowerDiscard } from "./expressions.ts";
import { emit } from "./graph-builder.ts";
import { descendantsOfType } from "./syntax-nodes.ts";
import type { Expression, Place } from "./types.ts";

const READABLE: ReadonlySet<string> = new Set([
  "call_expression",
  "assignment_expression",
  "update_expression",
]);

function variablesNamed(context: FunctionContext, text: string): Place[] {
  const places = new Map<number, Place>();
  for (const [word] of text.matchAll(/[A-Za-z_]\w*/g)) {
    const binding = lookup(context, word);
    if (binding?.kind !== "variable") continue;
    places.set(binding.id, { kind: "variable", id: binding.id, type: binding.type });
  }
  return [...places.values()];
}

const STATEMENT = /_statement$|^declaration$|^function_definition$/;

/** Reads the ERROR nodes in a statement that stand in no statement inside it. */
export function salvageErrors(context: FunctionContext, statement: SyntaxNode): void {
  const errors: SyntaxNode[] = [];
  const pending: SyntaxNode[] = [statement];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const child of next.children) {
      if (!child.hasError) continue;
      if (child.missing && child.type !== ";") {
        addProblem(context, `missing ${child.type}`, locationOf(context, child));
      }
      if (child.type === "ERROR") errors.push(child);
      else if (!STATEMENT.test(child.type)) pending.push(child);
    }
  }
  for (const error of errors.sort((left, right) => left.start - right.start)) lowerUnreadable(context, error);
}

/** Lowers a node that is an ERROR, or of a kind that has no meaning where it stands. */
export function lowerUnreadable(context: FunctionContext, node: SyntaxNode): Expression {
  const location = locationOf(context, node);
  if (node.type === "ERROR") {
    if (context.salvaged.has(node.start)) return opaque("text not understood");
    if (context.unevaluated === 0) context.salvaged.add(node.start);
  }
  addProblem(context, node.type === "ERROR" ? "syntax error" : `${node.type} not understood`, location);
  if (context.depth < DEPTH_BUDGET) {
    for (const call of descendantsOfType(node, READABLE)) lowerDiscard(context, call);
  }
  const writes = variablesNamed(context, textOf(context, node));
  emit(context.graph, { kind: "opaque", reason: "text not understood", reads: [], writes, location });
  return opaque("text not understood");
}
