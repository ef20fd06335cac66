/**
 * Expressions: what they are worth (a pure tree), where they are (a place), and their side effects as operations in
 * the current block, operands left to right. Must not know statements but through statement expressions.
 */
import type { SyntaxNode } from "@pinscope/grammars/syntax";
import { lowerAssembly } from "./assembly.ts";
import { lowerAssignment, lowerAssignmentValue, lowerUpdate } from "./assignments.ts";
import { CHAR, INT, pointerTo, UNKNOWN, UNSIGNED_LONG, VOID, VOID_POINTER } from "./c-types.ts";
import { lowerCall } from "./calls.ts";
import { lowerChoice, lowerTruthValue } from "./conditions.ts";
import type { FunctionContext } from "./context.ts";
import {
  addProblem,
  addVariable,
  capture,
  DEPTH_BUDGET,
  locationOf,
  opaque,
  recordOf,
  textOf,
  variablePlace,
} from "./context.ts";
import { binary, constant, explicitCast, unary } from "./conversions.ts";
import { typeNameType } from "./declarators.ts";
import { emit } from "./graph-builder.ts";
import { resolveName } from "./identifiers.ts";
import { initialize } from "./initializers.ts";
import { characterValue, integerLiteral, unescaped } from "./literals.ts";
import { addressOf, advanced, dereferenced, elementOf, fieldOf, valueAt } from "./places.ts";
import { lowerUnreadable } from "./salvage.ts";
import { compact, offsetOf, sizeOfExpression } from "./sizes.ts";
import { lowerStatementExpression } from "./statements.ts";
import {
  childByField,
  childOfType,
  commaOperands,
  operands,
  operatorOf,
  unparenthesized,
} from "./syntax-nodes.ts";
import type { BinaryOperator, CType, Expression, Place, UnaryOperator } from "./types.ts";

/** Types of nodes that can stand for an object. */
export const PLACE_NODES: ReadonlySet<string> = new Set([
  "identifier",
  "field_expression",
  "subscript_expression",
  "compound_literal_expression",
]);

/** Lowers an expression to its value. Never throws; what cannot be read is opaque and listed as a problem. */
export function lowerValue(context: FunctionContext, node: SyntaxNode): Expression {
  if (context.depth >= DEPTH_BUDGET) return tooDeep(context, node);
  context.depth++;
  const value = valueInner(context, node);
  context.depth--;
  return value;
}

function tooDeep(context: FunctionContext, node: SyntaxNode): Expression {
  addProblem(context, "nested too deeply", locationOf(context, node));
  emit(context.graph, {
    kind: "opaque",
    reason: "nested too deeply",
    reads: [],
    writes: [],
    location: locationOf(context, node),
  });
  return opaque("nested too deeply");
}

function valueInner(context: FunctionContext, node: SyntaxNode): Expression {
  switch (node.type) {
    case "number_literal": {
      const literal = integerLiteral(textOf(context, node));
      if (literal === null) return opaque("floating constant", { kind: "float", bits: 64 });
      return constant(literal.value, literal.type);
    }
    case "char_literal":
      return constant(characterValue(textOf(context, node)), INT);
    case "true":
      return constant(1n);
    case "false":
      return constant(0n);
    case "null":
      return constant(0n, VOID_POINTER);
    case "string_literal":
    case "concatenated_string":
      return { kind: "string", text: stringText(context, node), type: pointerTo(CHAR) };
    case "identifier": {
      const resolved = resolveName(context, node, "value");
      return resolved.kind === "place" ? valueAt(resolved.place) : resolved.value;
    }
    case "field_expression":
    case "subscript_expression":
    case "compound_literal_expression":
      return valueAt(lowerPlace(context, node));
    case "parenthesized_expression":
      return parenthesized(context, node);
    case "extension_expression": {
      const inner = operands(node)[0];
      return inner === undefined ? opaque("missing operand") : lowerValue(context, inner);
    }
    case "comma_expression":
      return comma(context, node);
    case "pointer_expression":
      return pointerExpression(context, node);
    case "unary_expression":
      return unaryExpression(context, node);
    case "binary_expression":
      return binaryExpression(context, node);
    case "assignment_expression":
      return lowerAssignmentValue(context, node);
    case "update_expression":
      return lowerUpdate(context, node, true);
    case "conditional_expression":
      return lowerChoice(context, node);
    case "cast_expression":
      return castExpression(context, node);
    case "call_expression":
      return lowerCall(context, node, true);
    case "sizeof_expression":
      return sizeOfExpression(context, node);
    case "alignof_expression":
      return opaque("alignment", UNSIGNED_LONG, compact(textOf(context, node)));
    case "offsetof_expression":
      return offsetOf(context, node);
    case "gnu_asm_expression":
      lowerAssembly(context, node);
      return opaque("inline assembly");
    case "generic_expression":
      return opaque("generic selection");
    case "compound_statement":
      return lowerStatementExpression(context, node);
    case "type_descriptor":
    case "struct_specifier":
    case "union_specifier":
    case "enum_specifier":
    case "primitive_type":
    case "sized_type_specifier":
      return opaque("type name", UNKNOWN, compact(textOf(context, node)));
    default:
      return lowerUnreadable(context, node);
  }
}

export function stringText(context: FunctionContext, node: SyntaxNode): string {
  if (node.type === "concatenated_string") {
    return operands(node)
      .map((child) => (child.type === "string_literal" ? stringText(context, child) : ""))
      .join("");
  }
  const raw = textOf(context, node);
  return unescaped(raw.slice(raw.indexOf('"') + 1, raw.endsWith('"') ? -1 : undefined));
}

/** `( … )` around an expression or a compound statement. */
function parenthesized(context: FunctionContext, node: SyntaxNode): Expression {
  const inner = operands(node);
  let value: Expression = opaque("missing operand");
  for (const child of inner) {
    if (child.type === "ERROR") lowerUnreadable(context, child);
    else if (child.type === "compound_statement") value = lowerStatementExpression(context, child);
    else value = lowerValue(context, child);
  }
  return value;
}

function comma(context: FunctionContext, node: SyntaxNode): Expression {
  let rest: SyntaxNode = node;
  while (rest.type === "comma_expression") {
    const left = childByField(rest, "left");
    const right = childByField(rest, "right");
    if (left !== null) lowerDiscard(context, left);
    if (right === null) return opaque("missing operand");
    rest = right;
  }
  return lowerValue(context, rest);
}

function pointerExpression(context: FunctionContext, node: SyntaxNode): Expression {
  const argument = childByField(node, "argument");
  if (argument === null) return opaque("missing operand");
  if (operatorOf(node) === "&") {
    const target = unparenthesized(argument);
    // `&&label` reaches here as the address of an address in some trees.
    if (target.type === "pointer_expression" && operatorOf(target) === "&") return opaque("label address");
    if (target.type === "identifier") {
      const resolved = resolveName(context, target, "place");
      if (resolved.kind === "place") return addressOf(resolved.place);
      if (resolved.value.kind === "function") return resolved.value;
      return addressOf(placeOfValue(context, target, resolved.value));
    }
    return addressOf(lowerPlace(context, argument));
  }
  return valueAt(lowerPlace(context, node));
}

function unaryExpression(context: FunctionContext, node: SyntaxNode): Expression {
  const argument = childByField(node, "argument");
  if (argument === null) return opaque("missing operand");
  const inner = unparenthesized(argument);
  const operator = unaryOperator(context, node) as UnaryOperator | "&" | "*";
  if (operator === "&") return addressOf(lowerPlace(context, argument));
  if (operator === "*") return valueAt(dereferenced(lowerValue(context, argument)));
  if (operator === "!" && inner.type === "binary_expression" && isShortCircuit(operatorOf(inner))) {
    return lowerTruthValue(context, node);
  }
  return unary(operator, lowerValue(context, argument));
}

/** The operator as written: the tree may have a mark in its place. */
function unaryOperator(context: FunctionContext, node: SyntaxNode): string {
  const { unary: marks } = context.frame;
  return (marks.size > 0 ? marks.get(node.start) : undefined) ?? operatorOf(node);
}

export function isShortCircuit(operator: string): boolean {
  return operator === "&&" || operator === "||";
}

function binaryExpression(context: FunctionContext, node: SyntaxNode): Expression {
  const operator = operatorOf(node);
  if (isShortCircuit(operator)) return lowerTruthValue(context, node);
  const left = childByField(node, "left");
  const right = childByField(node, "right");
  if (left === null || right === null) return opaque("missing operand");
  const first = lowerValue(context, left);
  return binary(operator as BinaryOperator, first, lowerValue(context, right));
}

function castExpression(context: FunctionContext, node: SyntaxNode): Expression {
  const descriptor = childByField(node, "type");
  const operand = childByField(node, "value");
  if (descriptor === null || operand === null) return opaque("missing operand");
  const type = typeNameType(context, descriptor);
  if (type.kind === "void") {
    lowerDiscard(context, operand);
    return opaque("void value", VOID);
  }
  return explicitCast(lowerValue(context, operand), type);
}

/** Lowers an expression to the object it denotes; a value without an object gets a temporary. */
export function lowerPlace(context: FunctionContext, node: SyntaxNode): Place {
  if (context.depth >= DEPTH_BUDGET) return placeOfValue(context, node, tooDeep(context, node));
  context.depth++;
  const place = placeInner(context, node);
  context.depth--;
  return place;
}

function placeOfValue(context: FunctionContext, node: SyntaxNode, value: Expression): Place {
  if (value.kind === "load") return value.place;
  const captured = capture(context, value, locationOf(context, node));
  return captured.kind === "load" ? captured.place : dereferenced(captured);
}

function placeInner(context: FunctionContext, node: SyntaxNode): Place {
  switch (node.type) {
    case "identifier": {
      const resolved = resolveName(context, node, "place");
      return resolved.kind === "place" ? resolved.place : placeOfValue(context, node, resolved.value);
    }
    case "parenthesized_expression": {
      const inner = unparenthesized(node);
      return inner === node
        ? placeOfValue(context, node, lowerValue(context, node))
        : lowerPlace(context, inner);
    }
    case "extension_expression": {
      const inner = operands(node)[0];
      return inner === undefined
        ? placeOfValue(context, node, opaque("missing operand"))
        : lowerPlace(context, inner);
    }
    case "pointer_expression": {
      const argument = childByField(node, "argument");
      if (operatorOf(node) !== "*" || argument === null) break;
      return dereferenced(lowerValue(context, argument));
    }
    case "unary_expression": {
      const argument = childByField(node, "argument");
      if (unaryOperator(context, node) !== "*" || argument === null) break;
      return dereferenced(lowerValue(context, argument));
    }
    case "subscript_expression":
      return subscript(context, node);
    case "field_expression":
      return field(context, node);
    case "compound_literal_expression":
      return compoundLiteral(context, node);
    case "assignment_expression":
      return lowerAssignment(context, node);
    default:
  }
  return placeOfValue(context, node, lowerValue(context, node));
}

function subscript(context: FunctionContext, node: SyntaxNode): Place {
  const argument = childByField(node, "argument");
  const indexNode = childByField(node, "index");
  if (argument === null || indexNode === null) {
    return placeOfValue(context, node, opaque("missing operand"));
  }
  const base = lowerPlaceOrValue(context, argument);
  const index = lowerValue(context, indexNode);
  if (base.kind === "value") return dereferenced(advanced(base.value, index));
  if (index.type.kind === "pointer") return dereferenced(advanced(index, valueAt(base.place)));
  return elementOf(base.place, index);
}

/** An object where the node is one, else its value: keeps values out of needless temporaries. */
function lowerPlaceOrValue(
  context: FunctionContext,
  node: SyntaxNode,
): { kind: "place"; place: Place } | { kind: "value"; value: Expression } {
  const inner = unparenthesized(node);
  const isPlace =
    PLACE_NODES.has(inner.type) || (inner.type === "pointer_expression" && operatorOf(inner) === "*");
  if (isPlace) return { kind: "place", place: lowerPlace(context, inner) };
  return { kind: "value", value: lowerValue(context, inner) };
}

function field(context: FunctionContext, node: SyntaxNode): Place {
  const argument = childByField(node, "argument");
  const nameNode = childByField(node, "field");
  if (argument === null || nameNode === null) return placeOfValue(context, node, opaque("missing operand"));
  const base =
    operatorOf(node) === "->" ? dereferenced(lowerValue(context, argument)) : lowerPlace(context, argument);
  const name = textOf(context, nameNode);
  return fieldOf(base, name, fieldType(context, base.type, name));
}

export function fieldType(context: FunctionContext, record: CType, name: string): CType {
  if (record.kind !== "record") return UNKNOWN;
  return recordOf(context, record.tag)?.fields.get(name) ?? UNKNOWN;
}

function compoundLiteral(context: FunctionContext, node: SyntaxNode): Place {
  const descriptor = childByField(node, "type");
  const list = childByField(node, "value");
  const type = descriptor === null ? UNKNOWN : typeNameType(context, descriptor);
  context.literals++;
  const location = locationOf(context, node);
  const variable = addVariable(context, `%literal${context.literals}`, type, "temporary", location);
  emit(context.graph, { kind: "declare", variable: variable.id, zeroed: true, location });
  const place = variablePlace(variable);
  if (list !== null) initialize(context, place, list);
  return place;
}

/** Lowers an expression whose value nobody reads. */
export function lowerDiscard(context: FunctionContext, node: SyntaxNode): void {
  if (context.depth >= DEPTH_BUDGET) {
    tooDeep(context, node);
    return;
  }
  context.depth++;
  discardInner(context, unparenthesized(node));
  context.depth--;
}

function discardInner(context: FunctionContext, inner: SyntaxNode): void {
  switch (inner.type) {
    case "update_expression":
      lowerUpdate(context, inner, false);
      return;
    case "call_expression":
      lowerCall(context, inner, false);
      return;
    case "assignment_expression":
      lowerAssignment(context, inner);
      return;
    case "comma_expression":
      for (const operand of commaOperands(inner)) lowerDiscard(context, operand);
      return;
    case "parenthesized_expression": {
      const body = childOfType(inner, "compound_statement");
      if (body === null) lowerValue(context, inner);
      else lowerStatementExpression(context, body);
      return;
    }
    case "conditional_expression":
      lowerChoice(context, inner, false);
      return;
    default:
      lowerValue(context, inner);
  }
}
