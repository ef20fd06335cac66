/**
 * Functions of a unit: their list, read from the text in front of their bodies, and the lowering of one of them.
 */
import type { SyntaxNode, TopLevelItem } from "@pinscope/grammars/syntax";
import { decayed, UNKNOWN } from "./c-types.ts";
import { movedTree, repairCasts } from "./cast-repair.ts";
import type { FunctionContext } from "./context.ts";
import { addVariable, locationAt, locationOf, newScope, textOf } from "./context.ts";
import type { Declared } from "./declarators.ts";
import { declaratorType, declaredParameters, isVariadic, specifiedType } from "./declarators.ts";
import { createGraph, stop } from "./graph-builder.ts";
import { finishGraph } from "./graph-finish.ts";
import { finishJumps } from "./jumps.ts";
import { annotateLoops } from "./loop-annotations.ts";
import { ownText } from "./own-text.ts";
import { lowerCompound } from "./statements.ts";
import { childByField, childrenByField, operands } from "./syntax-nodes.ts";
import type { FunctionIr } from "./types.ts";
import type { TranslationUnit } from "./unit.ts";

/** A function definition, not yet read. */
export interface FunctionOutline {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** The definition holds an ERROR or MISSING node, as far as it was parsed when it was listed. */
  readonly hasError: boolean;
  readonly isStatic: boolean;
  readonly item: TopLevelItem;
}

/** Words that stand before parentheses in a function's head without being its name. */
const NOT_A_NAME: ReadonlySet<string> = new Set([
  "__attribute__",
  "__attribute",
  "typeof",
  "__typeof__",
  "__declspec",
  "_Alignas",
  "__aligned",
]);

/** The functions that a unit defines, in order. */
export function listFunctions(unit: TranslationUnit): FunctionOutline[] {
  const functions: FunctionOutline[] = [];
  for (const item of unit.items) {
    if (item.type !== "function_definition") continue;
    const { start, end, hasError } = item;
    const brace = unit.passed.text.indexOf("{", start);
    const head = unit.passed.text.slice(start, brace === -1 ? end : Math.min(brace, end));
    const name = ownText(nameInHead(head) ?? nameInTree(unit, item));
    functions.push({ name, start, end, hasError, isStatic: /\bstatic\b/.test(head), item });
  }
  return functions;
}

function nameInHead(head: string): string | null {
  if (head.includes("/*") || head.includes("//")) return null;
  for (const match of head.matchAll(/([A-Za-z_]\w*)\s*\(/g)) {
    const name = match[1] ?? "";
    if (!NOT_A_NAME.has(name)) return name;
  }
  return null;
}

function nameInTree(unit: TranslationUnit, item: TopLevelItem): string {
  const context = createContext(unit, "", 0);
  const declared = declaredFunction(context, item.materialize());
  return declared.name === null ? "" : textOf(context, declared.name);
}

function declaredFunction(context: FunctionContext, node: SyntaxNode): Declared {
  const base = specifiedType(context, node);
  const [declarator] = childrenByField(node, "declarator");
  return declaratorType(context, declarator ?? null, base);
}

function createContext(unit: TranslationUnit, functionName: string, shift: number): FunctionContext {
  const scope = newScope(null);
  return {
    unit,
    program: unit.program,
    file: unit.path,
    shift,
    frame: unit.frame,
    graph: createGraph(),
    variables: [],
    functionScope: scope,
    scope,
    returns: UNKNOWN,
    functionName,
    labels: new Map(),
    pendingGotos: [],
    breakTarget: null,
    continueTarget: null,
    switchContext: null,
    problems: new Map(),
    salvaged: new Set(),
    depth: 0,
    temporaries: 0,
    literals: 0,
    unevaluated: 0,
  };
}

/**
 * Lowers one function. Never throws on any tree; what it could not read stands in `problems`.
 * @param origin what locations give for the function's first character: its offset in the file, unless the graph is to
 *   outlive edits above the function and whoever asks for it knows where the function stands
 */
export function lowerFunction(
  unit: TranslationUnit,
  outline: FunctionOutline,
  origin: number = outline.start,
): FunctionIr {
  const context = createContext(unit, outline.name, origin - outline.start);
  const node = readDefinition(context, outline.item.materialize());
  const declared = declaredFunction(context, node);
  const { type } = declared;
  context.returns = type.kind === "function" ? type.returns : UNKNOWN;
  const parameters: number[] = [];
  for (const parameter of parametersOf(context, node, declared)) {
    const text = parameter.name === null ? "" : textOf(context, parameter.name);
    const location = locationOf(context, parameter.name ?? node);
    const variable = addVariable(context, text, decayed(parameter.type), "parameter", location);
    parameters.push(variable.id);
    if (text !== "")
      context.scope.names.set(text, { kind: "variable", id: variable.id, type: variable.type });
  }
  const body = childByField(node, "body");
  if (body !== null) lowerCompound(context, body);
  const end = locationAt(context, Math.max(node.end - 1, node.start), node.end);
  stop(context.graph, { kind: "return", value: null, location: end });
  finishJumps(context);
  const graph = finishGraph(context.graph);
  const { blocks, edges, entry, loops } = graph;
  return {
    name: outline.name,
    file: unit.path,
    location: locationOf(context, node),
    nameLocation: locationOf(context, declared.name ?? node),
    isStatic: outline.isStatic,
    returns: context.returns,
    variadic: declared.parameters !== null && isVariadic(declared.parameters),
    parameters,
    variables: context.variables,
    blocks,
    edges,
    entry,
    loops,
    annotations: annotateLoops(graph, loops, context.variables),
    problems: [...context.problems.values()],
  };
}

/** The definition's tree, parsed again by itself where its casts were misread. */
function readDefinition(context: FunctionContext, node: SyntaxNode): SyntaxNode {
  const { unit } = context;
  const text = unit.passed.text.slice(node.start, node.end);
  const repair = repairCasts(context, [node], text, node.start);
  if (repair === null) return node;
  const tree = unit.parser.parse(repair.text);
  try {
    const [item, ...more] = tree.items();
    if (item?.type !== "function_definition" || more.length > 0) return node;
    if (item.hasError && !node.hasError) return node;
    context.frame = { ...context.frame, unary: repair.unary };
    return movedTree(item.materialize(), node.start);
  } finally {
    tree.free();
  }
}

/** The parameters, those of an old-style definition among them. */
function parametersOf(context: FunctionContext, node: SyntaxNode, declared: Declared): Declared[] {
  const list = declared.parameters;
  if (list === null) return [];
  const parameters = declaredParameters(context, list);
  const names = operands(list).filter((child) => child.type === "identifier");
  if (names.length === 0) return parameters;
  return names.map((name) => ({
    name,
    type: oldStyleType(context, node, textOf(context, name)),
    parameters: null,
  }));
}

function oldStyleType(context: FunctionContext, node: SyntaxNode, name: string): Declared["type"] {
  for (const child of node.children) {
    if (child.type !== "declaration") continue;
    const base = specifiedType(context, child);
    for (const declarator of childrenByField(child, "declarator")) {
      const declared = declaratorType(context, declarator, base);
      if (declared.name !== null && textOf(context, declared.name) === name) return declared.type;
    }
  }
  return UNKNOWN;
}
