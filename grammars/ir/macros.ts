/**
 * Macros of the program, expanded where they are used: as expressions, statements or loop headers. A use that will
 * not parse becomes a call to an unknown function and a problem.
 */

import type { MacroDefinition } from "@pinscope/grammars/program";
import { expandMacro } from "@pinscope/grammars/program";
import type { SyntaxNode } from "@pinscope/grammars/syntax";
import { BUILT_IN_TYPES, UNKNOWN } from "./c-types.ts";
import { repairCasts } from "./cast-repair.ts";
import type { Frame, FunctionContext } from "./context.ts";
import { addProblem, inFrame, locationAt, locationOf, lookup } from "./context.ts";
import { typeNameType } from "./declarators.ts";
import type { Fragment } from "./fragments.ts";
import { parseFragment, reparseFragment } from "./fragments.ts";
import { objectType } from "./sizes.ts";
import { lowerStatements } from "./statements.ts";
import { childByField, operands, unparenthesized } from "./syntax-nodes.ts";
import type { CType, Location } from "./types.ts";

/** Stands in an expansion for the statement that the macro's user wrote behind it. */
export const HOLE = "pinscope_statement_behind_macro";

/**
 * The macro of this name, unless the text is expanded already. A local hides an object-like macro: that one may stem
 * from elsewhere, since where definitions begin and end is not followed.
 */
export function macroNamed(context: FunctionContext, name: string): MacroDefinition | null {
  if (context.frame.expanded) return null;
  const definition = context.program.macro(name);
  if (definition === undefined) return null;
  return definition.parameters === null && lookup(context, name) !== null ? null : definition;
}

/** Follows macros that only give another name (`#define my_put put_page`). */
export function aliasOf(context: FunctionContext, name: string): string {
  let current = name;
  for (let count = 0; count < 8; count++) {
    const definition = macroNamed(context, current);
    if (definition === null || definition.parameters !== null) return current;
    const body = definition.body.trim();
    if (!/^[A-Za-z_]\w*$/.test(body) || body === current) return current;
    current = body;
  }
  return current;
}

/** Source text of the arguments between the parentheses of an argument list. */
export function argumentTexts(context: FunctionContext, list: SyntaxNode): string[] {
  return argumentRanges(context, list).map(([start, end]) =>
    withoutComments(context.frame.source.slice(start, end)).trim(),
  );
}

function withoutComments(text: string): string {
  if (!text.includes("/")) return text;
  return text.replace(/"(?:\\.|[^"\\])*"|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, (match) =>
    match.startsWith('"') ? match : " ",
  );
}

/** Offsets of each argument, split at top-level commas of the source. */
export function argumentRanges(context: FunctionContext, list: SyntaxNode): [number, number][] {
  return rangesBetween(context.frame.source, list.start + 1, list.end - 1);
}

/** The parts of a text between top-level commas. */
export function splitText(text: string): string[] {
  return rangesBetween(text, 0, text.length).map(([start, end]) => text.slice(start, end).trim());
}

function rangesBetween(source: string, from: number, end: number): [number, number][] {
  const ranges: [number, number][] = [];
  let depth = 0;
  let start = from;
  for (let offset = start; offset < end; offset++) {
    switch (source[offset]) {
      case "(":
      case "[":
      case "{":
        depth++;
        break;
      case ")":
      case "]":
      case "}":
        depth--;
        break;
      case ",":
        if (depth === 0) {
          ranges.push([start, offset]);
          start = offset + 1;
        }
        break;
      case '"':
      case "'":
        offset = literalEnd(source, offset, end);
        break;
      case "/":
        offset = commentEnd(source, offset, end);
        break;
      default:
    }
  }
  if (ranges.length > 0 || source.slice(start, end).trim() !== "") ranges.push([start, end]);
  return ranges;
}

function literalEnd(source: string, start: number, end: number): number {
  const quote = source[start];
  let offset = start + 1;
  while (offset < end && source[offset] !== quote) offset += source[offset] === "\\" ? 2 : 1;
  return offset;
}

function commentEnd(source: string, start: number, end: number): number {
  const next = source[start + 1];
  if (next !== "*" && next !== "/") return start;
  const close = next === "*" ? source.indexOf("*/", start + 2) : source.indexOf("\n", start + 2);
  return close === -1 || close >= end ? end : close + (next === "*" ? 1 : 0);
}

export interface MacroUse {
  readonly definition: MacroDefinition;
  /** Null for a use without an argument list. */
  readonly arguments: readonly string[] | null;
  readonly start: number;
  readonly end: number;
}

/** The text that a use expands to; null, with a problem noted, when it cannot be expanded. */
function expandedText(context: FunctionContext, use: MacroUse): string | null {
  const result = expandMacro(use.definition, use.arguments, context.program);
  if ("text" in result) return result.text;
  addProblem(
    context,
    `macro ${use.definition.name}: ${result.problem}`,
    locationAt(context, use.start, use.end),
  );
  return null;
}

function useLocation(context: FunctionContext, use: MacroUse): Location {
  if (context.frame.use !== null) return context.frame.use;
  const { name, file, start, end } = use.definition;
  return {
    ...locationAt(context, use.start, use.end),
    expandedFrom: { macro: name, file, start, end },
  };
}

interface ReadFragment extends Fragment {
  readonly unary: ReadonlyMap<number, string>;
}

/** Parses an expansion, with the names of this place deciding what is a cast. */
function readFragment(context: FunctionContext, text: string): ReadFragment | null {
  const fragment = parseFragment(context.unit, text);
  if (fragment === null) return null;
  const repair = repairCasts(context, fragment.statements, fragment.text, 0);
  const repaired = repair === null ? null : reparseFragment(context.unit, fragment, repair.text);
  if (repair === null || repaired === null) return { ...fragment, unary: new Map() };
  return { ...repaired, unary: repair.unary };
}

function fragmentFrame(fragment: ReadFragment, use: Location | null, hole: (() => void) | null): Frame {
  const { text, source, notes, unary } = fragment;
  return { text, source, notes, use, unary, expanded: true, hole };
}

/** A statement in which a text can be read as an expression only. */
function asExpression(text: string): string {
  return `any = (${text});`;
}

/** The expression of such a statement; null where the text is none. */
function expressionIn(fragment: Fragment): SyntaxNode | null {
  const [statement, ...more] = fragment.statements;
  const assignment = statement?.type === "expression_statement" ? operands(statement)[0] : undefined;
  if (assignment?.type !== "assignment_expression" || more.length > 0) return null;
  return childByField(assignment, "right");
}

/** Expands a use as an expression and hands its node to `body`; null when it is none. */
export function withExpression<T>(
  context: FunctionContext,
  use: MacroUse,
  body: (node: SyntaxNode) => T,
): T | null {
  // Some definitions end in a semicolon although they are used as values.
  const text = expandedText(context, use)?.replace(/[;\s]+$/, "");
  if (text === undefined) return null;
  const fragment = readFragment(context, asExpression(text));
  const node = fragment === null ? null : expressionIn(fragment);
  if (fragment === null || node === null) {
    noteUnparsed(context, use);
    return null;
  }
  return inFrame(context, fragmentFrame(fragment, useLocation(context, use), null), () => body(node));
}

/** Expands a use as statements and hands them to `body`; false when they do not parse. */
export function withStatements(
  context: FunctionContext,
  use: MacroUse,
  hole: (() => void) | null,
  body: (statements: readonly SyntaxNode[]) => void,
): boolean {
  const text = expandedText(context, use);
  if (text === null) return false;
  const fragment = readFragment(context, hole === null ? `${text};` : `${text} ${HOLE};`);
  if (fragment === null) {
    noteUnparsed(context, use);
    return false;
  }
  const frame = fragmentFrame(fragment, useLocation(context, use), hole);
  inFrame(context, frame, () => body(fragment.statements));
  return true;
}

/**
 * Expands a use that stands in an initializer: `{ … }`, or items of a list such as `.a = 1, .b = 2`. Hands over the
 * list; false when the expansion is neither.
 */
export function withInitializer(
  context: FunctionContext,
  use: MacroUse,
  body: (list: SyntaxNode, whole: boolean) => void,
): boolean {
  const text = expandedText(context, use)?.trim();
  if (text === undefined) return false;
  const whole = text.startsWith("{");
  const fragment = readFragment(context, `struct any any = ${whole ? text : `{ ${text} }`};`);
  const declarator = fragment?.statements[0]?.children.find((child) => child.type === "init_declarator");
  const list = declarator === undefined ? null : childByField(declarator, "value");
  if (fragment === null || list?.type !== "initializer_list") return false;
  inFrame(context, fragmentFrame(fragment, useLocation(context, use), null), () => body(list, whole));
  return true;
}

/** The use of a macro that a node is, by name or as a call, where its expansion begins like an initializer's items. */
export function initializerUse(context: FunctionContext, node: SyntaxNode): MacroUse | null {
  const callee = node.type === "call_expression" ? childByField(node, "function") : node;
  if (callee?.type !== "identifier") return null;
  const name = aliasOf(context, context.frame.text.slice(callee.start, callee.end));
  const definition = macroNamed(context, name);
  if (definition === null) return null;
  const list = node === callee ? null : childByField(node, "arguments");
  const texts = list === null ? null : argumentTexts(context, list);
  const expansion = expandMacro(definition, texts, context.program);
  if (!("text" in expansion) || !/^\s*(?:[.{]|\[)/.test(expansion.text)) return null;
  return { definition, arguments: texts, start: node.start, end: node.end };
}

/**
 * Hands over the expression that a node's text is, where the tree has it as something else (`put(get(a * b));` comes
 * as the name of a type); false when it is none.
 */
export function withTextAsExpression(
  context: FunctionContext,
  node: SyntaxNode,
  body: (expression: SyntaxNode) => void,
): boolean {
  const text = withoutComments(context.frame.source.slice(node.start, node.end));
  const fragment = readFragment(context, asExpression(text));
  const expression = fragment === null ? null : expressionIn(fragment);
  if (fragment === null || expression === null) return false;
  const frame = fragmentFrame(fragment, locationOf(context, node), null);
  inFrame(context, { ...frame, expanded: context.frame.expanded }, () => body(expression));
  return true;
}

/** Lowers C text that stands in the source but not in the tree (a statement given as a macro argument). */
export function lowerTextAsStatements(context: FunctionContext, text: string, location: Location): void {
  const fragment = readFragment(context, `${withoutComments(text)};`);
  if (fragment === null) {
    addProblem(context, "statement argument could not be read", location);
    return;
  }
  const frame = { ...fragmentFrame(fragment, location, null), expanded: context.frame.expanded };
  inFrame(context, frame, () => lowerStatements(context, fragment.statements));
}

function noteUnparsed(context: FunctionContext, use: MacroUse): void {
  const { name } = use.definition;
  addProblem(context, `macro ${name} could not be read`, locationAt(context, use.start, use.end));
}

/**
 * The type in parentheses behind `sizeof` or `typeof`. What reads as a function or array of something that is no type
 * (`sizeof(get(x))`, `sizeof(slots[0])`) is an expression.
 */
export function describedType(context: FunctionContext, descriptor: SyntaxNode): CType {
  const [specifier, declarator] = operands(descriptor);
  const suspicious =
    specifier?.type === "type_identifier" &&
    (declarator === undefined || declarator.type !== "abstract_pointer_declarator");
  const { text } = context.frame;
  if (!suspicious || namesType(context, text.slice(specifier.start, specifier.end))) {
    return typeNameType(context, descriptor);
  }
  const fragment = readFragment(context, asExpression(text.slice(descriptor.start, descriptor.end)));
  const node = fragment === null ? null : expressionIn(fragment);
  if (fragment === null || node === null) return typeNameType(context, descriptor);
  const frame = { ...fragmentFrame(fragment, context.frame.use, null), expanded: context.frame.expanded };
  return inFrame(context, frame, () => objectType(context, node));
}

/** Whether a name is a type here, going by the code's habit where nothing is known of it. */
function namesType(context: FunctionContext, name: string): boolean {
  const binding = lookup(context, name);
  if (binding !== null) return binding.kind === "typedef";
  const { program } = context;
  if (program.isTypeName(name) || program.typedef(name) !== undefined || BUILT_IN_TYPES.has(name))
    return true;
  if (program.macro(name) !== undefined || program.signature(name) !== undefined) return false;
  return program.global(name) === undefined && program.enumerator(name) === undefined;
}

/** The type that `typeof(text)` or a type given as a macro argument denotes. */
export function typeOfText(context: FunctionContext, text: string): CType {
  const fragment = readFragment(context, `sizeof(${withoutComments(text).trim()});`);
  const statement = fragment?.statements[0];
  const node = statement === undefined ? undefined : operands(statement)[0];
  if (fragment === null || node?.type !== "sizeof_expression") return UNKNOWN;
  const frame = { ...fragmentFrame(fragment, context.frame.use, null), expanded: context.frame.expanded };
  return inFrame(context, frame, () => {
    const descriptor = childByField(node, "type");
    if (descriptor !== null) return describedType(context, descriptor);
    const operand = childByField(node, "value");
    if (operand === null) return UNKNOWN;
    const inner = unparenthesized(operand);
    if (inner.type === "identifier") {
      const name = fragment.text.slice(inner.start, inner.end);
      const binding = lookup(context, name);
      if (binding?.kind === "typedef") return binding.type;
      if (binding === null && context.program.isTypeName(name))
        return context.program.typedef(name) ?? UNKNOWN;
    }
    return objectType(context, operand);
  });
}
