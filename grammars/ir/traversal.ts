/** Walks through expressions and places, each before its parts, from left to right. Knows nothing of what is looked for. */
import type { Expression, FunctionIr, Place } from "./types.ts";

/** Told of each expression and place, before its parts. */
export interface Visitor {
  expression?(expression: Expression): void;
  place?(place: Place): void;
}

/** Visits an expression and all that it is made of; what an opaque one walks is left out. */
export function visitExpression(expression: Expression, visitor: Visitor): void {
  visitor.expression?.(expression);
  switch (expression.kind) {
    case "load":
    case "address":
      visitPlace(expression.place, visitor);
      break;
    case "unary":
    case "cast":
      visitExpression(expression.operand, visitor);
      break;
    case "binary":
      visitExpression(expression.left, visitor);
      visitExpression(expression.right, visitor);
      break;
  }
}

/** Visits a place, the places that it is a part of and the expressions that lead to it. */
export function visitPlace(place: Place, visitor: Visitor): void {
  visitor.place?.(place);
  switch (place.kind) {
    case "deref":
      visitExpression(place.pointer, visitor);
      break;
    case "field":
      visitPlace(place.base, visitor);
      break;
    case "element":
      visitPlace(place.base, visitor);
      visitExpression(place.index, visitor);
      break;
  }
}

/** Visits what a function assigns, and to where, and what it gives to calls. */
export function visitOperations({ blocks }: FunctionIr, visitor: Visitor): void {
  for (const { operations } of blocks)
    for (const operation of operations) {
      if (operation.kind === "assign") {
        visitPlace(operation.target, visitor);
        visitExpression(operation.value, visitor);
      } else if (operation.kind === "call")
        for (const argument of operation.arguments) visitExpression(argument, visitor);
    }
}
