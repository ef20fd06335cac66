/**
 * Assignments of every kind, `++` and `--`: the one place where expressions write objects.
 */
import type { SyntaxNode } from "@pinscope/grammars/syntax";
import { INT } from "./c-types.ts";
import type { FunctionContext } from "./context.ts";
import { assign, capture, load, locationOf, opaque } from "./context.ts";
import { binary, constant, convert } from "./conversions.ts";
import { lowerPlace, lowerValue } from "./expressions.ts";
import { initialize } from "./initializers.ts";
import { advanced } from "./places.ts";
import { childByField, operatorOf } from "./syntax-nodes.ts";
import type { BinaryOperator, Expression, Place } from "./types.ts";

/** Lowers an assignment and gives the place assigned, whose value is the assignment's. */
export function lowerAssignment(context: FunctionContext, node: SyntaxNode): Place {
  const left = childByField(node, "left");
  const right = childByField(node, "right");
  const location = locationOf(context, node);
  if (left === null || right === null) return placeless(context, node);
  const target = lowerPlace(context, left);
  const operator = operatorOf(node);
  if (right.type === "initializer_list") {
    initialize(context, target, right);
    return target;
  }
  const operand = lowerValue(context, right);
  const value =
    operator === "=" || operator === ""
      ? operand
      : binary(operator.slice(0, -1) as BinaryOperator, load(target), operand);
  assign(context, target, convert(value, target.type), location);
  return target;
}

function placeless(context: FunctionContext, node: SyntaxNode): Place {
  const captured = capture(context, opaque("missing operand"), locationOf(context, node));
  return captured.kind === "load" ? captured.place : { kind: "global", name: "", type: INT };
}

/** `++x`, `x--` …; the value before the change is kept only where it is `needed`. */
export function lowerUpdate(context: FunctionContext, node: SyntaxNode, needed: boolean): Expression {
  const argument = childByField(node, "argument");
  if (argument === null) return opaque("missing operand");
  const location = locationOf(context, node);
  const place = lowerPlace(context, argument);
  const operator = operatorOf(node) === "++" ? "+" : "-";
  const postfix = node.children[0] === argument;
  const before = postfix && needed ? capture(context, load(place), location) : load(place);
  const one = constant(1n);
  const after =
    place.type.kind === "pointer" && operator === "+" ? advanced(before, one) : binary(operator, before, one);
  assign(context, place, convert(after, place.type), location);
  return postfix ? before : load(place);
}
