/** What an identifier in an expression stands for: local, macro, constant, enumerator, global or function. */
import type { SyntaxNode } from "@pinscope/grammars/syntax";
import { CHAR_POINTER, INT, LONG, pointerTo, UNKNOWN, UNSIGNED_INT } from "./c-types.ts";
import { kernelConstant } from "./constants.ts";
import type { FunctionContext } from "./context.ts";
import { lookup, opaque, textOf } from "./context.ts";
import { constant } from "./conversions.ts";
import { lowerPlace, lowerValue } from "./expressions.ts";
import { macroNamed, withExpression } from "./macros.ts";
import type { Expression, Place } from "./types.ts";

export type Resolved =
  | { readonly kind: "place"; readonly place: Place }
  | { readonly kind: "value"; readonly value: Expression };

/** Flags that readers know by name: they keep it although some table may know their number. */
const FLAG = /^_*(?:FOLL|GFP)_/;
const UPPER_CASE = /^[A-Z][A-Z0-9_]*$|^_+[A-Z][A-Z0-9_]*$/;

function place(found: Place): Resolved {
  return { kind: "place", place: found };
}

function value(found: Expression): Resolved {
  return { kind: "value", value: found };
}

/** Enumerators are ints; gcc widens those that do not fit. */
function enumeratorValue(number: bigint): Expression {
  return constant(number, BigInt.asIntN(32, number) === number ? INT : LONG);
}

/** Resolves an identifier; `wanted` says how a macro's expansion is read. */
export function resolveName(context: FunctionContext, node: SyntaxNode, wanted: "place" | "value"): Resolved {
  const name = textOf(context, node);
  const binding = lookup(context, name);
  switch (binding?.kind) {
    case "variable":
      return place({ kind: "variable", id: binding.id, type: binding.type });
    case "global":
      return place({ kind: "global", name: binding.name, type: binding.type });
    case "enumerator":
      return value(enumeratorValue(binding.value));
    case "typedef":
      return value(opaque("type name", UNKNOWN, name));
    default:
  }
  const macro = macroNamed(context, name);
  if (macro !== null && macro.parameters === null) {
    const use = { definition: macro, arguments: null, start: node.start, end: node.end };
    const read = (inner: SyntaxNode): Resolved =>
      wanted === "place" ? place(lowerPlace(context, inner)) : value(lowerValue(context, inner));
    const expanded = macro.body.trim() === "" ? null : withExpression(context, use, read);
    if (expanded !== null) return expanded;
  }
  return resolveOutside(context, name);
}

/** A name that is neither local nor a macro that could be read. */
function resolveOutside(context: FunctionContext, name: string): Resolved {
  const { program } = context;
  if (FLAG.test(name)) return value(opaque("named constant", UNSIGNED_INT, name));
  const enumerator = program.enumerator(name);
  if (enumerator !== undefined) return value(enumeratorValue(enumerator));
  const global = program.global(name);
  if (global !== undefined) return place({ kind: "global", name, type: global });
  const signature = program.signature(name);
  if (signature !== undefined) {
    const parameters = signature.parameters.map((parameter) => parameter.type);
    const { returns, variadic } = signature;
    const type = pointerTo({ kind: "function", returns, parameters, variadic });
    return value({ kind: "function", name, type });
  }
  const known = kernelConstant(name);
  if (known !== undefined) return value(known);
  if (UPPER_CASE.test(name)) return value(opaque("named constant", UNKNOWN, name));
  if (name === "__func__" || name === "__FUNCTION__" || name === "__PRETTY_FUNCTION__") {
    return value({ kind: "string", text: context.functionName, type: CHAR_POINTER });
  }
  if (name === "current") {
    return value(
      opaque("current task", pointerTo({ kind: "record", tag: "task_struct", union: false }), name),
    );
  }
  return place({ kind: "global", name, type: UNKNOWN });
}
