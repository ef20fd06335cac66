/**
 * Call operations: arguments converted to the parameters of the callee where its declaration is in sight.
 * Must not know macros and built-in names.
 */
import type { SyntaxNode } from "@pinscope/grammars/syntax";
import { INT, UNKNOWN, VOID } from "./c-types.ts";
import type { FunctionContext } from "./context.ts";
import { addTemporary, loadVariable, locationOf, opaque, sourceOf } from "./context.ts";
import { convert, promoteArgument } from "./conversions.ts";
import { lowerValue } from "./expressions.ts";
import { beginBlock, branch, emit, jump, newBlock } from "./graph-builder.ts";
import { lowerTextAsStatements } from "./macros.ts";
import type { Callee, CType, Expression, Location } from "./types.ts";

type FunctionType = Extract<CType, { kind: "function" }>;

/** The function type behind a callee, where known. */
function calleeType(context: FunctionContext, callee: Callee): FunctionType | null {
  if (callee.kind === "direct") {
    const signature = context.program.signature(callee.name);
    if (signature === undefined) return null;
    const parameters = signature.parameters.map((parameter) => parameter.type);
    return { kind: "function", returns: signature.returns, parameters, variadic: signature.variadic };
  }
  const { type } = callee.pointer;
  if (type.kind === "function") return type;
  return type.kind === "pointer" && type.to.kind === "function" ? type.to : null;
}

/** Lowers the arguments of a call, left to right. */
export function lowerArguments(context: FunctionContext, nodes: readonly SyntaxNode[]): Expression[] {
  return nodes.map((node) => {
    const note = context.frame.notes.statements.size === 0 ? undefined : statementNote(context, node);
    if (note === undefined) return lowerValue(context, node);
    lowerStatementArgument(context, note.start, note.end, locationOf(context, node));
    return opaque("statement");
  });
}

function statementNote(
  context: FunctionContext,
  node: SyntaxNode,
): { start: number; end: number } | undefined {
  for (const note of context.frame.notes.statements.values()) {
    if (node.start >= note.start && node.start < note.end) return note;
  }
  return undefined;
}

/** A statement given to a macro whose definition is not in sight: it may run or not. */
function lowerStatementArgument(
  context: FunctionContext,
  start: number,
  end: number,
  location: Location,
): void {
  const { graph } = context;
  const [run, after] = [newBlock(graph), newBlock(graph)];
  branch(graph, opaque("statement argument", INT), run, after, location);
  beginBlock(graph, run);
  lowerTextAsStatements(context, sourceOf(context, start, end), location);
  jump(graph, after);
  beginBlock(graph, after);
}

/**
 * Emits a call and gives its value, a fresh temporary where the value is `needed`.
 * `cleanup` marks calls that nobody wrote at this place.
 */
export function emitCall(
  context: FunctionContext,
  callee: Callee,
  values: readonly Expression[],
  needed: boolean,
  location: Location,
  cleanup?: string,
): Expression {
  const declared = calleeType(context, callee);
  const converted = values.map((value, index) => {
    const parameter = declared?.parameters[index];
    return parameter === undefined ? promoteArgument(value) : convert(value, parameter);
  });
  const type = declared?.returns ?? UNKNOWN;
  const result = needed && type.kind !== "void" ? addTemporary(context, type, location) : null;
  emit(context.graph, {
    kind: "call",
    callee,
    arguments: converted,
    type,
    location,
    ...(result === null ? {} : { result: result.id }),
    ...(cleanup === undefined ? {} : { cleanup }),
  });
  return result === null ? opaque("void value", VOID) : loadVariable(result);
}
