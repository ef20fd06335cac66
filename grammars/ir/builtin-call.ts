/** What the lowering of a built-in macro is given, and helpers that several of them use. */
import type { SyntaxNode } from "@pinscope/grammars/syntax";
import { UNKNOWN, VOID } from "./c-types.ts";
import type { FunctionContext } from "./context.ts";
import {
  addTemporary,
  assign,
  loadVariable,
  lookup,
  opaque,
  stable,
  textOf,
  variablePlace,
} from "./context.ts";
import { convert } from "./conversions.ts";
import { lowerPlace, lowerValue } from "./expressions.ts";
import { beginBlock, branch, jump, newBlock } from "./graph-builder.ts";
import { argumentRanges, typeOfText } from "./macros.ts";
import { compact } from "./sizes.ts";
import type { CType, Expression, Location, Place } from "./types.ts";

export interface BuiltinCall {
  readonly context: FunctionContext;
  readonly node: SyntaxNode;
  /** The argument list with its parentheses. */
  readonly list: SyntaxNode;
  readonly name: string;
  /** The arguments as the tree has them; a type name among them may have left no node or several. */
  readonly nodes: readonly SyntaxNode[];
  readonly location: Location;
  /** Whether anything reads the value. */
  readonly needed: boolean;
}

/** Lowers one use of a built-in name to its value (`opaque` of type void where it has none). */
export type Builtin = (call: BuiltinCall) => Expression;

export const NO_VALUE: Expression = opaque("void value", VOID);

/** The node of an argument by position, undefined where none was written. */
export function argumentNode(call: BuiltinCall, index: number): SyntaxNode | undefined {
  return call.nodes[index];
}

export function argumentValue(call: BuiltinCall, index: number): Expression {
  const node = argumentNode(call, index);
  return node === undefined ? opaque("missing argument") : lowerValue(call.context, node);
}

/** An argument's value that may be read twice. */
export function stableArgument(call: BuiltinCall, index: number): Expression {
  return stable(call.context, argumentValue(call, index), call.location);
}

export function argumentPlace(call: BuiltinCall, index: number): Place {
  const node = argumentNode(call, index);
  if (node !== undefined) return lowerPlace(call.context, node);
  return variablePlace(addTemporary(call.context, UNKNOWN, call.location));
}

/**
 * Arguments by position where some are types: the text decides where an argument begins, since the tree may have
 * read a type in any way.
 */
export function positionalNode(call: BuiltinCall, index: number): SyntaxNode | undefined {
  const range = argumentRanges(call.context, call.list)[index];
  if (range === undefined) return undefined;
  return call.nodes.find((node) => node.start >= range[0] && node.end <= range[1]);
}

export function positionalValue(call: BuiltinCall, index: number): Expression {
  const node = positionalNode(call, index);
  return node === undefined ? opaque("missing argument") : lowerValue(call.context, node);
}

/** The source text of an argument. */
export function argumentText(call: BuiltinCall, index: number): string {
  const range = argumentRanges(call.context, call.list)[index];
  return range === undefined ? "" : compact(call.context.frame.source.slice(range[0], range[1]));
}

export function typeArgument(call: BuiltinCall, index: number): CType {
  const text = argumentText(call, index);
  return text === "" ? UNKNOWN : typeOfText(call.context, text);
}

/** `condition ? first : second` on values that are computed already. */
export function select(
  context: FunctionContext,
  condition: Expression,
  first: Expression,
  second: Expression,
  type: CType,
  location: Location,
): Expression {
  if (condition.kind === "constant") return convert(condition.value === 0n ? second : first, type);
  const { graph } = context;
  const [yes, no, join] = [newBlock(graph), newBlock(graph), newBlock(graph)];
  const result = addTemporary(context, type, location);
  branch(graph, condition, yes, no, location);
  for (const [block, value] of [[yes, first] as const, [no, second] as const]) {
    beginBlock(graph, block);
    assign(context, variablePlace(result), convert(value, type), location);
    jump(graph, join);
  }
  beginBlock(graph, join);
  return loadVariable(result);
}

/** Text in which locals are replaced by their numbers, so that it survives renaming. */
export function renamedText(context: FunctionContext, node: SyntaxNode): string {
  return compact(textOf(context, node)).replace(/(?<![\w.>])[A-Za-z_]\w*/g, (word) => {
    const binding = lookup(context, word);
    return binding?.kind === "variable" ? `%${binding.id}` : word;
  });
}
