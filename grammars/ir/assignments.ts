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
import { advanced, valueAt } from "./places.ts";
import { childByField, operatorOf } from "./syntax-nodes.ts";
import type { BinaryOperator, Expression, Location, Place } from "./types.ts";

/** Lowers an assignment and gives the place assigned. */
export function lowerAssignment(context: FunctionContext, node: SyntaxNode): Place {
  const left = childByField(node, "left");
  if (left === null) return placeless(context, node);
  const target = lowerPlace(context, left);
  assignTo(context, target, node, false);
  return target;
}

/** Lowers an assignment to its value. */
export function lowerAssignmentValue(context: FunctionContext, node: SyntaxNode): Expression {
  const left = childByField(node, "left");
  if (left === null) return opaque("missing operand");
  return assignTo(context, lowerPlace(context, left), node, true);
}

/** Assigns the right side; gives the value then in the target. */
function assignTo(context: FunctionContext, target: Place, node: SyntaxNode, needed: boolean): Expression {
  const right = childByField(node, "right");
  const location = locationOf(context, node);
  if (right === null) return opaque("missing operand");
  const operator = operatorOf(node);
  if (right.type === "initializer_list") {
    initialize(context, target, right);
    return valueAt(target);
  }
  const operand = lowerValue(context, right);
  const value =
    operator === "=" || operator === ""
      ? operand
      : binary(operator.slice(0, -1) as BinaryOperator, load(target), operand);
  return write(context, target, convert(value, target.type), location, needed);
}

/** Stores a value; what is read back is the place where the store cannot move it, else the value itself. */
function write(
  context: FunctionContext,
  target: Place,
  value: Expression,
  location: Location,
  needed: boolean,
): Expression {
  const kept = needed && !isSteady(target) ? capture(context, value, location) : value;
  assign(context, target, kept, location);
  return isSteady(target) ? valueAt(target) : kept;
}

/** Whether finding a place reads no memory but locals, which a store to it does not change. */
function isSteady(place: Place): boolean {
  switch (place.kind) {
    case "variable":
    case "global":
      return true;
    case "deref":
      return readsLocals(place.pointer);
    case "field":
      return isSteady(place.base);
    case "element":
      return isSteady(place.base) && readsLocals(place.index);
  }
}

function readsLocals(expression: Expression): boolean {
  switch (expression.kind) {
    case "load":
      return expression.place.kind === "variable";
    case "address":
      return isSteady(expression.place);
    case "unary":
    case "cast":
      return readsLocals(expression.operand);
    case "binary":
      return readsLocals(expression.left) && readsLocals(expression.right);
    case "opaque":
      return expression.name !== undefined;
    default:
      return true;
  }
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
  const now = write(context, place, convert(after, place.type), location, needed && !postfix);
  return postfix ? before : now;
}
