/** `sizeof`, `offsetof` and the types of expressions that are looked at without being run. */
import type { SyntaxNode } from "@pinscope/grammars/syntax";
import { CHAR, sizeOf, typeText, UNSIGNED_LONG } from "./c-types.ts";
import { typeNamed } from "./calls.ts";
import type { FunctionContext } from "./context.ts";
import { opaque, textOf } from "./context.ts";
import { constant } from "./conversions.ts";
import { lowerPlace, lowerValue, PLACE_NODES, stringText } from "./expressions.ts";
import { describedType } from "./macros.ts";
import { childByField, operatorOf, unparenthesized } from "./syntax-nodes.ts";
import type { CType, Expression } from "./types.ts";
import { unevaluated } from "./unevaluated.ts";

/** Text without white space, as a name for things that are equal when written equally. */
export function compact(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, " ")
    .replace(/\s+/g, " ")
    .trim();
}

/** The size of a type: a constant, or one name per type where the layout is not known. */
function sizeConstant(type: CType, text: string): Expression {
  const size = sizeOf(type);
  if (size !== null) return constant(BigInt(size), UNSIGNED_LONG);
  const name = type.kind === "record" || type.kind === "array" ? typeText(type) : text;
  return opaque("size", UNSIGNED_LONG, `sizeof(${name})`);
}

export function sizeOfExpression(context: FunctionContext, node: SyntaxNode): Expression {
  const descriptor = childByField(node, "type");
  if (descriptor !== null) {
    return sizeConstant(describedType(context, descriptor), compact(textOf(context, descriptor)));
  }
  const operand = childByField(node, "value");
  if (operand === null) return opaque("missing operand", UNSIGNED_LONG);
  const inner = unparenthesized(operand);
  const named = inner.type === "identifier" ? typeNamed(context, textOf(context, inner)) : null;
  if (named !== null) return sizeConstant(named, textOf(context, inner));
  return sizeConstant(objectType(context, operand), compact(textOf(context, unparenthesized(operand))));
}

/** The type of an expression without running it and without turning arrays into pointers. */
export function objectType(context: FunctionContext, node: SyntaxNode): CType {
  const inner = unparenthesized(node);
  return unevaluated(context, () => {
    if (inner.type === "string_literal" || inner.type === "concatenated_string") {
      return { kind: "array", of: CHAR, length: stringText(context, inner).length + 1 };
    }
    if (PLACE_NODES.has(inner.type)) return lowerPlace(context, inner).type;
    if (inner.type === "pointer_expression" && operatorOf(inner) === "*")
      return lowerPlace(context, inner).type;
    return lowerValue(context, inner).type;
  });
}

export function offsetOf(context: FunctionContext, node: SyntaxNode): Expression {
  const type = childByField(node, "type");
  const member = childByField(node, "member");
  const name = `offsetof(${type === null ? "" : compact(textOf(context, type))}, ${
    member === null ? "" : textOf(context, member)
  })`;
  return opaque("offset", UNSIGNED_LONG, name);
}
