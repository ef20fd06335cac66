/** Declarations inside functions: locals and their initial values, statics, externs, typedefs, prototypes. */
import type { SyntaxNode } from "@pinscope/grammars/syntax";
import { addCleanup, addFree } from "./cleanups.ts";
import type { FunctionContext } from "./context.ts";
import { addVariable, assign, locationOf, textOf, variablePlace } from "./context.ts";
import { convert } from "./conversions.ts";
import { declaratorType, specifiedType } from "./declarators.ts";
import { lowerDiscard, lowerValue } from "./expressions.ts";
import { emit } from "./graph-builder.ts";
import { initialize, initializedLength } from "./initializers.ts";
import { initializerUse } from "./macros.ts";
import { freeBetween } from "./notes.ts";
import { childByField, childrenByField, descendantsOfType } from "./syntax-nodes.ts";
import type { CType, Operation, Variable } from "./types.ts";
import { unevaluated } from "./unevaluated.ts";

const CALLS: ReadonlySet<string> = new Set(["call_expression", "assignment_expression", "update_expression"]);

function storageOf(context: FunctionContext, node: SyntaxNode): Set<string> {
  const words = node.children.filter((child) => child.type === "storage_class_specifier");
  return new Set(words.map((child) => textOf(context, child)));
}

/** Lowers a declaration or local typedef. */
export function lowerDeclaration(context: FunctionContext, node: SyntaxNode): void {
  const base = specifiedType(context, node);
  const declarators = childrenByField(node, "declarator");
  if (node.type === "type_definition") {
    for (const declarator of declarators) {
      const { name, type } = declaratorType(context, declarator, base);
      if (name !== null) context.scope.names.set(textOf(context, name), { kind: "typedef", type });
    }
    return;
  }
  const storage = storageOf(context, node);
  let searchFrom = node.start;
  for (const [index, declarator] of declarators.entries()) {
    const value = childByField(declarator, "value");
    const until = value?.start ?? declarators[index + 1]?.start ?? node.end;
    const cleanup = freeBetween(context.frame.notes, searchFrom, until);
    declareOne(context, declarator, base, storage, cleanup);
    searchFrom = declarator.end;
  }
}

function declareOne(
  context: FunctionContext,
  declarator: SyntaxNode,
  base: CType,
  storage: ReadonlySet<string>,
  cleanup: ReturnType<typeof freeBetween>,
): void {
  const declared = declaratorType(context, declarator, base);
  if (declared.name === null) return;
  const name = textOf(context, declared.name);
  if (declared.type.kind === "function" || storage.has("extern")) {
    context.scope.names.set(name, { kind: "global", name, type: declared.type });
    return;
  }
  const value = declarator.type === "init_declarator" ? childByField(declarator, "value") : null;
  runSizes(context, declarator, value);
  const type = completedType(context, declared.type, value);
  const role = storage.has("static") ? "static" : "local";
  const variable = addVariable(context, name, type, role, locationOf(context, declared.name));
  context.scope.names.set(name, { kind: "variable", id: variable.id, type });
  if (role === "static") {
    if (value !== null) {
      const initializer = staticInitializer(context, variable, value, locationOf(context, declarator));
      context.variables[variable.id] = { ...variable, initializer };
    }
    return;
  }
  initializeLocal(context, variable, value, locationOf(context, declarator));
  if (cleanup?.byAddress === true) addCleanup(context, cleanup.cleanup, variable, variable.location);
  else if (cleanup !== null) addFree(context, cleanup.cleanup, variable, variable.location);
}

/** The first value of a static: it is constant, so its operations stand in one block. */
function staticInitializer(
  context: FunctionContext,
  variable: Variable,
  value: SyntaxNode,
  location: Variable["location"],
): readonly Operation[] {
  return unevaluated(context, () => {
    const block = context.graph.current;
    initializeLocal(context, variable, value, location);
    if (context.graph.current === block) return [...block.operations];
    const writes = [variablePlace(variable)];
    return [{ kind: "opaque", reason: "static initializer", reads: [], writes, location }];
  });
}

/** Side effects in the sizes of arrays whose length is computed. */
function runSizes(context: FunctionContext, declarator: SyntaxNode, value: SyntaxNode | null): void {
  for (const call of descendantsOfType(declarator, CALLS)) {
    if (value === null || call.end <= value.start) lowerDiscard(context, call);
  }
}

/** The declared type, an array's length and an `__auto_type` taken from the initializer. */
function completedType(context: FunctionContext, type: CType, value: SyntaxNode | null): CType {
  if (value === null) return type;
  if (type.kind === "unknown" && (type.name === "__auto_type" || type.name === "auto")) {
    return unevaluated(context, () => lowerValue(context, value).type);
  }
  if (type.kind !== "array" || type.length !== null) return type;
  return { ...type, length: unevaluated(context, () => initializedLength(context, type.of, value)) };
}

function initializeLocal(
  context: FunctionContext,
  variable: Variable,
  value: SyntaxNode | null,
  location: Variable["location"],
): void {
  const { graph } = context;
  const isList =
    value !== null && (value.type === "initializer_list" || initializerUse(context, value) !== null);
  const zeroed = isList || (value !== null && variable.type.kind === "array");
  emit(graph, { kind: "declare", variable: variable.id, zeroed, location });
  if (value === null) return;
  const place = variablePlace(variable);
  if (zeroed) initialize(context, place, value);
  else assign(context, place, convert(lowerValue(context, value), variable.type), location);
}
