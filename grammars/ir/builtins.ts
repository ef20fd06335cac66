/**
 * The kernel's expression macros, lowered with their exact meaning: the table from names to lowerings, and the
 * macros that only pass a condition on. A project's own definition of a name comes first (see `calls`).
 */
import type { SyntaxNode } from "@pinscope/grammars/syntax";
import { arithmeticBuiltins } from "./builtin-arithmetic.ts";
import type { Builtin } from "./builtin-call.ts";
import { controlBuiltins } from "./builtin-control.ts";
import { memoryBuiltins } from "./builtin-memory.ts";
import type { FunctionContext } from "./context.ts";
import { lookup, textOf } from "./context.ts";
import { macroNamed } from "./macros.ts";
import { childByField, descendantsOfType, operands } from "./syntax-nodes.ts";

const table: ReadonlyMap<string, Builtin> = new Map([
  ...arithmeticBuiltins,
  ...memoryBuiltins,
  ...controlBuiltins,
]);

export function builtinNamed(name: string): Builtin | undefined {
  return table.get(name);
}

/** Whether a call of this name is lowered to its meaning instead of a call operation (`IS_ERR`, `min_t`, `BUG_ON`). */
export function isExpressionMacro(name: string): boolean {
  return table.has(name);
}

/** Macros whose truth is that of their first argument. */
const CONDITION_WRAPPERS: ReadonlySet<string> = new Set([
  "likely",
  "unlikely",
  "__builtin_expect",
  "WARN_ON",
  "WARN_ON_ONCE",
  "WARN",
  "WARN_ONCE",
  "WARN_TAINT",
  "WARN_TAINT_ONCE",
  "WARN_ON_SMP",
  "VM_WARN_ON",
  "VM_WARN_ON_ONCE",
  "VM_WARN_ON_PAGE",
  "VM_WARN_ON_ONCE_PAGE",
  "VM_WARN_ON_FOLIO",
  "VM_WARN_ON_ONCE_FOLIO",
  "VM_WARN_ONCE",
]);

const CALLS: ReadonlySet<string> = new Set(["call_expression"]);

/** Whether the node calls a built-in name that nothing in the program hides; gives the name. */
function builtinCallee(context: FunctionContext, node: SyntaxNode): string | null {
  if (node.type !== "call_expression") return null;
  const callee = childByField(node, "function");
  if (callee?.type !== "identifier") return null;
  const name = textOf(context, callee);
  return table.has(name) && lookup(context, name) === null && macroNamed(context, name) === null
    ? name
    : null;
}

export function isBuiltinCall(context: FunctionContext, node: SyntaxNode, name: string): boolean {
  return builtinCallee(context, node) === name;
}

/** The argument of `likely(…)`, `WARN_ON(…)` and the like, where nothing else in the call runs. */
export function conditionInside(context: FunctionContext, node: SyntaxNode): SyntaxNode | null {
  const name = builtinCallee(context, node);
  if (name === null || !CONDITION_WRAPPERS.has(name)) return null;
  const list = childByField(node, "arguments");
  const [condition, ...more] = list === null ? [] : operands(list);
  if (condition === undefined || condition.type === "ERROR") return null;
  for (const other of more) {
    if (other.type === "call_expression" || descendantsOfType(other, CALLS).length > 0) return null;
  }
  return condition;
}
