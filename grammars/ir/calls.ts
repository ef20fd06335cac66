/**
 * Calls: who is called, macros that look like calls, built-in names, and everything else as call operations.
 */
import type { SyntaxNode } from "@pinscope/grammars/syntax";
import { builtinNamed } from "./builtins.ts";
import { BUILT_IN_TYPES, VOID } from "./c-types.ts";
import { emitCall, lowerArguments } from "./call-operations.ts";
import { lowerCleanupCall } from "./cleanups.ts";
import type { FunctionContext } from "./context.ts";
import { load, locationOf, lookup, opaque, textOf } from "./context.ts";
import { explicitCast } from "./conversions.ts";
import { lowerDeclaringMacro } from "./declaring-macros.ts";
import { lowerDiscard, lowerPlace, lowerValue } from "./expressions.ts";
import { aliasOf, argumentTexts, macroNamed, withExpression, withStatements } from "./macros.ts";
import { valueAt } from "./places.ts";
import { lowerStatements } from "./statements.ts";
import { childByField, operands, unparenthesized } from "./syntax-nodes.ts";
import type { Callee, CType, Expression } from "./types.ts";

/** Lowers a call expression; without `needed` nothing keeps its value. */
export function lowerCall(context: FunctionContext, node: SyntaxNode, needed: boolean): Expression {
  const functionNode = childByField(node, "function");
  const list = childByField(node, "arguments");
  if (functionNode === null || list === null) return opaque("missing operand");
  const callee = unparenthesized(functionNode);
  const location = locationOf(context, node);
  const nodes = operands(list);
  if (callee.type === "call_expression") {
    if (lowerCleanupCall(context, callee, nodes, location)) return opaque("void value", VOID);
  }
  if (callee.type === "identifier") {
    const type = callee === functionNode ? null : typeNamed(context, textOf(context, callee));
    if (type !== null) return castOfOperands(context, nodes, type);
    const written = textOf(context, callee);
    const name = aliasOf(context, written);
    const expanded = expandedCall(context, node, list, name, needed);
    if (expanded !== null) return expanded;
    const builtin = lookup(context, name) === null ? builtinNamed(name) : undefined;
    const call = { context, node, list, name, nodes, location, needed };
    if (builtin !== undefined) return builtin(call);
    if (!needed && lowerDeclaringMacro(call)) return opaque("void value", VOID);
    const target = namedCallee(context, callee, name);
    return emitCall(context, target, lowerArguments(context, nodes), needed, location);
  }
  const target = indirectCallee(context, callee);
  return emitCall(context, target, lowerArguments(context, nodes), needed, location);
}

/** The type of a name that the grammar could not know to be one (`(name)(x)`, `sizeof(name)`); null otherwise. */
export function typeNamed(context: FunctionContext, name: string): CType | null {
  const binding = lookup(context, name);
  if (binding !== null) return binding.kind === "typedef" ? binding.type : null;
  return context.program.typedef(name) ?? BUILT_IN_TYPES.get(name) ?? null;
}

/** `(name)(a, b)`: the arguments are a comma expression. */
function castOfOperands(context: FunctionContext, nodes: readonly SyntaxNode[], type: CType): Expression {
  const last = nodes.at(-1);
  if (last === undefined) return opaque("missing operand");
  for (const node of nodes.slice(0, -1)) lowerDiscard(context, node);
  if (type.kind === "void") {
    lowerDiscard(context, last);
    return opaque("void value", VOID);
  }
  return explicitCast(lowerValue(context, last), type);
}

/**
 * Whether a local can be a function pointer. Where it cannot, a call of its name means the function-like macro that
 * kernel headers define (`bool alloc_page; … alloc_page(GFP_KERNEL)` is right C).
 */
function mayBeCalled(type: CType): boolean {
  if (type.kind === "pointer") return ["function", "unknown", "void"].includes(type.to.kind);
  return type.kind === "function" || type.kind === "unknown";
}

function namedCallee(context: FunctionContext, node: SyntaxNode, name: string): Callee {
  const binding = lookup(context, name);
  if (binding?.kind === "variable" && mayBeCalled(binding.type)) {
    return { kind: "indirect", pointer: valueAt({ kind: "variable", id: binding.id, type: binding.type }) };
  }
  const global = binding === null ? context.program.global(name) : undefined;
  if (global !== undefined && global.kind !== "function" && context.program.signature(name) === undefined) {
    return { kind: "indirect", pointer: lowerValue(context, node) };
  }
  return { kind: "direct", name };
}

function indirectCallee(context: FunctionContext, node: SyntaxNode): Callee {
  const dereference = node.type === "pointer_expression" ? childByField(node, "argument") : null;
  const inner = dereference === null ? node : unparenthesized(dereference);
  if (inner.type === "field_expression") {
    const place = lowerPlace(context, inner);
    const pointer = place.type.kind === "function" ? valueAt(place) : load(place);
    return place.kind === "field"
      ? { kind: "indirect", pointer, field: place.field }
      : { kind: "indirect", pointer };
  }
  const value = lowerValue(context, inner);
  if (value.kind === "function") return { kind: "direct", name: value.name };
  return { kind: "indirect", pointer: value };
}

/** The expansion of a macro used like a function; null when the name is none or its expansion does not parse. */
function expandedCall(
  context: FunctionContext,
  node: SyntaxNode,
  list: SyntaxNode,
  name: string,
  needed: boolean,
): Expression | null {
  const definition = macroNamed(context, name);
  if (definition === null) return null;
  const use = {
    definition,
    arguments: argumentTexts(context, list),
    start: node.start,
    end: node.end,
  };
  if (needed) return withExpression(context, use, (inner) => lowerValue(context, inner));
  const done = withStatements(context, use, null, (statements) => lowerStatements(context, statements));
  return done ? opaque("void value", VOID) : null;
}
