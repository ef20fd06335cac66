/**
 * `scoped_guard(class, …) statement` and `scoped_cond_guard(class, failure, …) statement`: a statement that runs
 * between a constructor and a destructor. It is a loop of one turn, so `break` and `continue` leave it.
 */
import type { SyntaxNode } from "@pinscope/grammars/syntax";
import { lowerGuard } from "./cleanups.ts";
import type { FunctionContext } from "./context.ts";
import { locationOf, sourceOf, textOf } from "./context.ts";
import { beginBlock, jump, newBlock } from "./graph-builder.ts";
import { lowerTextAsStatements, splitText } from "./macros.ts";
import { inNewScope, lowerStatement } from "./statements.ts";
import { childByField, commaOperands, operands, unparenthesized } from "./syntax-nodes.ts";

/** Lock classes whose constructor can fail; the statement is then passed over. */
const CONDITIONAL = /_(?:try|intr|kill)$/;

export function lowerScopedGuard(context: FunctionContext, node: SyntaxNode): void {
  const { graph } = context;
  const note = context.frame.notes.heads.get(node.start);
  if (note?.kind !== "scoped-guard") return;
  const condition = childByField(node, "condition");
  const body = childByField(node, "consequence");
  const inner = condition === null ? undefined : operands(condition)[0];
  const nodes = inner === undefined ? [] : commaOperands(unparenthesized(inner));
  const macro = /^\w+/.exec(sourceOf(context, note.start, note.start + 40))?.[0] ?? "";
  const failing = macro === "scoped_cond_guard";
  const location = locationOf(context, node);
  const after = newBlock(graph);
  const texts = splitText(context.frame.source.slice(note.arguments[0], note.arguments[1]));
  const rest = argumentsBehind(context, nodes, note.className, failing ? 2 : 1);
  const mayFail = failing || CONDITIONAL.test(note.className);
  const failed = failing ? newBlock(graph) : after;
  const outer = { breakTarget: context.breakTarget, continueTarget: context.continueTarget };
  const target = { block: after, scope: context.scope };
  inNewScope(context, () => {
    lowerGuard(context, note.className, rest, location, mayFail ? failed : null);
    context.breakTarget = target;
    context.continueTarget = target;
    if (body !== null) lowerStatement(context, body);
  });
  Object.assign(context, outer);
  jump(graph, after);
  if (failing) {
    beginBlock(graph, failed);
    lowerTextAsStatements(context, texts[1] ?? "", location);
    jump(graph, after);
  }
  beginBlock(graph, after);
}

/** The nodes of the constructor's arguments: those behind the class's name (and the failure statement). */
function argumentsBehind(
  context: FunctionContext,
  nodes: readonly SyntaxNode[],
  className: string,
  skipped: number,
): readonly SyntaxNode[] {
  const [first] = nodes;
  const named = first !== undefined && textOf(context, first).trim() === className;
  return nodes.slice(named ? skipped : skipped - 1);
}
