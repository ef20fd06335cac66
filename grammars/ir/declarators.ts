/**
 * From declaration syntax to types: specifiers, declarators, type names, records and enumerations defined in place.
 * Must not emit operations; expressions in array sizes and `typeof` are looked at without running them.
 */
import type { RecordDefinition } from "@pinscope/grammars/program";
import type { SyntaxNode } from "@pinscope/grammars/syntax";
import {
  BUILT_IN_TYPES,
  CHAR,
  decayed,
  INT,
  LONG,
  LONG_LONG,
  pointerTo,
  SHORT,
  SIGNED_CHAR,
  UNKNOWN,
  UNSIGNED_CHAR,
  UNSIGNED_INT,
  UNSIGNED_LONG,
  UNSIGNED_LONG_LONG,
  UNSIGNED_SHORT,
} from "./c-types.ts";
import type { FunctionContext } from "./context.ts";
import { DEPTH_BUDGET, lookup, sourceOf, textOf } from "./context.ts";
import { lowerValue } from "./expressions.ts";
import { integerLiteral } from "./literals.ts";
import { typeOfText } from "./macros.ts";
import { childByField, childOfType, childrenByField, operands } from "./syntax-nodes.ts";
import type { CType, Expression } from "./types.ts";
import { unevaluated } from "./unevaluated.ts";

/** A declared name (null in a type name) with its full type. */
export interface Declared {
  readonly name: SyntaxNode | null;
  readonly type: CType;
  /** The parameter list, where what is declared is a function. */
  readonly parameters: SyntaxNode | null;
}

const TYPEOF = /^(?:__)?typeof(?:__|_unqual)?\s*\(/;

/** The type that the specifiers of a declaration, parameter, field or type name give before any declarator. */
export function specifiedType(context: FunctionContext, owner: SyntaxNode): CType {
  const specifier = childByField(owner, "type");
  if (specifier === null) return INT;
  if (context.depth >= DEPTH_BUDGET) return UNKNOWN;
  context.depth++;
  const type = specifierType(context, specifier);
  context.depth--;
  return type;
}

function specifierType(context: FunctionContext, node: SyntaxNode): CType {
  switch (node.type) {
    case "primitive_type":
      return namedType(context, textOf(context, node));
    case "sized_type_specifier":
      return sizedType(context, node);
    case "struct_specifier":
    case "union_specifier":
      return recordType(context, node);
    case "enum_specifier":
      return enumType(context, node);
    case "type_identifier":
    case "macro_type_specifier": {
      const source = sourceOf(context, node.start, node.start + 40);
      if (TYPEOF.test(source)) return typeofType(context, node.start);
      if (node.type === "type_identifier") return namedType(context, textOf(context, node));
      return { kind: "unknown", name: textOf(context, node) };
    }
    default:
      return UNKNOWN;
  }
}

/** The type in `typeof(…)` whose keyword stands at an offset: read from the source, whatever the pass made of it. */
function typeofType(context: FunctionContext, start: number): CType {
  const source = context.frame.source;
  const open = source.indexOf("(", start);
  let depth = 0;
  for (let offset = open; offset < source.length; offset++) {
    const character = source[offset];
    if (character === "(") depth++;
    else if (character === ")" && --depth === 0) return typeOfText(context, source.slice(open + 1, offset));
  }
  return UNKNOWN;
}

function namedType(context: FunctionContext, name: string): CType {
  const binding = lookup(context, name);
  if (binding !== null) return binding.kind === "typedef" ? binding.type : UNKNOWN;
  return context.program.typedef(name) ?? BUILT_IN_TYPES.get(name) ?? { kind: "unknown", name };
}

function sizedType(context: FunctionContext, node: SyntaxNode): CType {
  const words = textOf(context, node).split(/\s+/);
  const unsigned = words.includes("unsigned");
  const longs = words.filter((word) => word === "long").length;
  if (words.includes("double")) return { kind: "float", bits: longs > 0 ? 128 : 64 };
  if (words.includes("char")) return unsigned ? UNSIGNED_CHAR : words.includes("signed") ? SIGNED_CHAR : CHAR;
  if (words.includes("short")) return unsigned ? UNSIGNED_SHORT : SHORT;
  if (longs > 1) return unsigned ? UNSIGNED_LONG_LONG : LONG_LONG;
  if (longs === 1) return unsigned ? UNSIGNED_LONG : LONG;
  return unsigned ? UNSIGNED_INT : INT;
}

function recordType(context: FunctionContext, node: SyntaxNode): CType {
  const union = node.type === "union_specifier";
  const nameNode = childByField(node, "name");
  const body = childByField(node, "body");
  let tag = nameNode === null ? "" : textOf(context, nameNode);
  if (tag === "") {
    let count = 1;
    while (context.functionScope.records.has(`${context.functionName}:${count}`)) count++;
    tag = `${context.functionName}:${count}`;
  }
  if (body !== null) {
    const fields = new Map<string, CType>();
    const record: RecordDefinition = { tag, union, fields };
    context.scope.records.set(tag, record);
    if (nameNode === null) context.functionScope.records.set(tag, record);
    collectFields(context, body, fields);
  }
  return { kind: "record", tag, union };
}

function collectFields(context: FunctionContext, body: SyntaxNode, fields: Map<string, CType>): void {
  for (const child of operands(body)) {
    if (child.type !== "field_declaration") continue;
    const base = specifiedType(context, child);
    const declarators = childrenByField(child, "declarator");
    const bits = childOfType(child, "bitfield_clause");
    if (declarators.length === 0 && base.kind === "record") {
      const inner = context.functionScope.records.get(base.tag);
      for (const [name, type] of inner?.fields ?? []) fields.set(name, type);
    }
    for (const declarator of declarators) {
      const declared = declaratorType(context, declarator, base);
      if (declared.name === null) continue;
      const type = bits === null || base.kind === "bool" ? declared.type : UNKNOWN;
      fields.set(textOf(context, declared.name), type);
    }
  }
}

/** gcc gives an enumeration without negative values the type unsigned int. */
function enumType(context: FunctionContext, node: SyntaxNode): CType {
  const body = childByField(node, "body");
  const name = childByField(node, "name");
  if (body === null) {
    const text = name === null ? "" : textOf(context, name);
    return context.program.typedef(`enum ${text}`) ?? { kind: "unknown", name: `enum ${text}` };
  }
  let next: bigint | null = 0n;
  let signed = false;
  for (const child of operands(body)) {
    if (child.type !== "enumerator") continue;
    const value = childByField(child, "value");
    if (value !== null) next = constantValue(context, value);
    const label = childByField(child, "name");
    if (label !== null && next !== null) {
      context.scope.names.set(textOf(context, label), { kind: "enumerator", value: next });
    }
    if (next !== null && next < 0n) signed = true;
    next = next === null ? null : next + 1n;
  }
  return signed ? INT : UNSIGNED_INT;
}

/** The value of a constant expression; null where it is not one that is known. */
export function constantValue(context: FunctionContext, node: SyntaxNode): bigint | null {
  if (node.type === "number_literal") return integerLiteral(textOf(context, node))?.value ?? null;
  const value: Expression = unevaluated(context, () => lowerValue(context, node));
  return value.kind === "constant" ? value.value : null;
}

/** Applies a declarator, abstract or not, to the type that its specifiers gave. */
export function declaratorType(
  context: FunctionContext,
  declarator: SyntaxNode | null,
  base: CType,
): Declared {
  let node = declarator;
  let type = base;
  let parameters: SyntaxNode | null = null;
  while (node !== null) {
    switch (node.type) {
      case "pointer_declarator":
      case "abstract_pointer_declarator":
        type = pointerTo(type);
        node = childByField(node, "declarator");
        break;
      case "array_declarator":
      case "abstract_array_declarator": {
        const size = childByField(node, "size");
        const length = size === null || size.type === "*" ? null : constantValue(context, size);
        type = { kind: "array", of: type, length: length === null ? null : Number(length) };
        node = childByField(node, "declarator");
        break;
      }
      case "function_declarator":
      case "abstract_function_declarator": {
        parameters = childByField(node, "parameters");
        const list = parameters === null ? [] : parameterTypes(context, parameters);
        const variadic = parameters !== null && isVariadic(parameters);
        type = { kind: "function", returns: type, parameters: list, variadic };
        node = childByField(node, "declarator");
        break;
      }
      case "init_declarator":
        node = childByField(node, "declarator");
        break;
      case "parenthesized_declarator":
      case "abstract_parenthesized_declarator":
      case "attributed_declarator":
        node = operands(node).find((child) => child.type !== "attribute_declaration") ?? null;
        break;
      case "identifier":
      case "field_identifier":
      case "type_identifier":
      case "primitive_type":
        return { name: node, type, parameters };
      default:
        return { name: null, type, parameters };
    }
  }
  return { name: null, type, parameters };
}

export function isVariadic(parameters: SyntaxNode): boolean {
  return childOfType(parameters, "variadic_parameter") !== null || childOfType(parameters, "...") !== null;
}

/** Parameters of a list as declared: arrays and functions adjusted to pointers, a lone `void` left out. */
export function declaredParameters(context: FunctionContext, parameters: SyntaxNode): Declared[] {
  const result: Declared[] = [];
  for (const child of operands(parameters)) {
    if (child.type !== "parameter_declaration") continue;
    const base = specifiedType(context, child);
    const declarator = childByField(child, "declarator");
    if (declarator === null && base.kind === "void") continue;
    const declared = declaratorType(context, declarator, base);
    result.push({ ...declared, type: decayed(declared.type) });
  }
  return result;
}

function parameterTypes(context: FunctionContext, parameters: SyntaxNode): CType[] {
  return declaredParameters(context, parameters).map((parameter) => parameter.type);
}

/** The type that a type name (in a cast, `sizeof`, compound literal) denotes. */
export function typeNameType(context: FunctionContext, descriptor: SyntaxNode): CType {
  if (descriptor.type !== "type_descriptor") return specifierType(context, descriptor);
  const base = specifiedType(context, descriptor);
  return declaratorType(context, childByField(descriptor, "declarator"), base).type;
}
