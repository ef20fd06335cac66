/** Statements that are one word: `fallthrough;`, macros without arguments, the place behind a macro. */
import type { SyntaxNode } from "@pinscope/grammars/syntax";
import type { FunctionContext } from "./context.ts";
import { textOf } from "./context.ts";
import { HOLE, macroNamed, withStatements } from "./macros.ts";
import { lowerStatements } from "./statements.ts";

/** Whether this stands for the statement that a macro's user wrote behind the macro. */
export function isHole(context: FunctionContext, node: SyntaxNode): boolean {
  return context.frame.hole !== null && node.type === "identifier" && textOf(context, node) === HOLE;
}

/** Lowers an identifier that stands alone as a statement; false when it has to be read as an expression. */
export function statementIdentifier(context: FunctionContext, node: SyntaxNode): boolean {
  const name = textOf(context, node);
  const definition = macroNamed(context, name);
  if (definition === null) return name === "fallthrough" || name === "__fallthrough";
  if (definition.parameters !== null) return false;
  const use = { definition, arguments: null, start: node.start, end: node.end };
  return withStatements(context, use, null, (statements) => lowerStatements(context, statements));
}
