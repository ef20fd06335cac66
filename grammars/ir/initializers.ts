/**
 * Initializers: values stored member by member into an object that is declared and zeroed already, designated or in
 * order, braces left out as C allows. Must not know where the object came from.
 */
import type { SyntaxNode } from "@pinscope/grammars/syntax";
import { decayed, UNKNOWN } from "./c-types.ts";
import type { FunctionContext } from "./context.ts";
import { addProblem, assign, DEPTH_BUDGET, locationOf, recordOf, textOf } from "./context.ts";
import { constant, convert } from "./conversions.ts";
import { constantValue } from "./declarators.ts";
import { fieldType, lowerValue } from "./expressions.ts";
import { emit } from "./graph-builder.ts";
import { initializerUse, withInitializer } from "./macros.ts";
import { elementOf, fieldOf } from "./places.ts";
import { objectType } from "./sizes.ts";
import { childByField, childrenByField, operands } from "./syntax-nodes.ts";
import type { CType, Place } from "./types.ts";

/** Elements that one `[a ... b]` spells out; a longer range is stored as something unknown. */
const RANGE_LIMIT = 64;

/** Characters of a text that are stored one by one. */
const TEXT_LIMIT = 256;

interface Cursor {
  readonly items: readonly SyntaxNode[];
  next: number;
}

function isList(node: SyntaxNode): boolean {
  return node.type === "initializer_list";
}

function isString(node: SyntaxNode): boolean {
  return node.type === "string_literal" || node.type === "concatenated_string";
}

/** Stores what an initializer says; the object must hold zero before. */
export function initialize(context: FunctionContext, place: Place, node: SyntaxNode): void {
  if (context.depth >= DEPTH_BUDGET) {
    addProblem(context, "nested too deeply", locationOf(context, node));
    return;
  }
  context.depth++;
  const use = isList(node) ? null : initializerUse(context, node);
  const expanded =
    use !== null && withInitializer(context, use, (list) => initializeList(context, place, list));
  if (!expanded) {
    if (isList(node)) initializeList(context, place, node);
    else store(context, place, node);
  }
  context.depth--;
}

function store(context: FunctionContext, place: Place, node: SyntaxNode): void {
  if (isString(node) && place.type.kind === "array") {
    storeText(context, place, node);
    return;
  }
  const value = convert(lowerValue(context, node), place.type);
  assign(context, place, value, locationOf(context, node));
}

/** A text in an array: its characters, one by one; the rest is zero already. */
function storeText(context: FunctionContext, place: Place, node: SyntaxNode): void {
  const value = lowerValue(context, node);
  const location = locationOf(context, node);
  if (value.kind !== "string" || value.text.length > TEXT_LIMIT) {
    const reason = "initialized by a long text";
    emit(context.graph, { kind: "opaque", reason, reads: [value], writes: [place], location });
    return;
  }
  for (let index = 0; index < value.text.length; index++) {
    const target = elementOf(place, constant(BigInt(index)));
    assign(context, target, constant(BigInt(value.text.charCodeAt(index)), target.type), location);
  }
}

function isPlainZero(context: FunctionContext, node: SyntaxNode): boolean {
  if (node.type === "null" || node.type === "false") return true;
  return node.type === "number_literal" && constantValue(context, node) === 0n;
}

function initializeList(context: FunctionContext, place: Place, node: SyntaxNode): void {
  const items = operands(node);
  const [first] = items;
  const { type } = place;
  if (type.kind === "array" && items.length === 1 && first !== undefined && isString(first)) {
    store(context, place, first);
    return;
  }
  if (type.kind === "array" || type.kind === "record" || type.kind === "unknown") {
    // `{ 0 }` and `{ NULL }` say what the object holds already.
    if (items.length === 1 && first !== undefined && isPlainZero(context, first)) return;
    fill(context, place, { items, next: 0 }, true);
    return;
  }
  if (first !== undefined && first.type !== "initializer_pair") initialize(context, place, first);
}

/** Where members go that have no designator: element numbers, or field names in order. */
function memberAt(context: FunctionContext, place: Place, index: number): Place | null {
  const { type } = place;
  if (type.kind === "array") {
    return type.length !== null && index >= type.length ? null : elementOf(place, constant(BigInt(index)));
  }
  if (type.kind !== "record") return null;
  const record = recordOf(context, type.tag);
  if (record === undefined || (record.union && index > 0)) return null;
  const name = [...record.fields.keys()][index];
  return name === undefined ? null : fieldOf(place, name, record.fields.get(name) ?? UNKNOWN);
}

/** Fills an array or record from a list; without braces of its own it stops when it is full. */
function fill(context: FunctionContext, place: Place, cursor: Cursor, braced: boolean): void {
  let index = 0;
  for (let item = cursor.items[cursor.next]; item !== undefined; item = cursor.items[cursor.next]) {
    if (item.type === "initializer_pair") {
      if (!braced) return;
      index = storeDesignated(context, place, item) + 1;
      cursor.next++;
      continue;
    }
    const use = initializerUse(context, item);
    if (use !== null) {
      const spliced = withInitializer(context, use, (list, whole) => {
        const member = whole ? memberAt(context, place, index) : null;
        if (member !== null) initialize(context, member, list);
        else fill(context, place, { items: operands(list), next: 0 }, true);
      });
      if (spliced) {
        cursor.next++;
        index++;
        continue;
      }
    }
    const member = memberAt(context, place, index);
    if (member === null) {
      if (!braced) return;
      storeUnplaced(context, place, item);
      cursor.next++;
      continue;
    }
    if (takesSeveral(context, member, item)) {
      const before = cursor.next;
      fill(context, member, cursor, false);
      if (cursor.next === before) cursor.next++;
    } else {
      initialize(context, member, item);
      cursor.next++;
    }
    index++;
  }
}

/** Whether an array or record member is filled from the items of the list around it (its braces left out). */
function takesSeveral(context: FunctionContext, member: Place, item: SyntaxNode): boolean {
  if (isList(item) || (member.type.kind !== "array" && member.type.kind !== "record")) return false;
  if (isString(item) && member.type.kind === "array") return false;
  if (member.type.kind === "record" && recordOf(context, member.type.tag) === undefined) return false;
  return objectType(context, item).kind !== "record";
}

/** A value that belongs to some member nobody can name here: it is evaluated, and the object is unknown after. */
function storeUnplaced(context: FunctionContext, place: Place, item: SyntaxNode): void {
  if (isList(item)) {
    for (const child of operands(item)) storeUnplaced(context, place, child);
    return;
  }
  const value = lowerValue(
    context,
    item.type === "initializer_pair" ? (childByField(item, "value") ?? item) : item,
  );
  if (value.kind === "constant" && value.value === 0n) return;
  emit(context.graph, {
    kind: "opaque",
    reason: "initializer of an unknown member",
    reads: [value],
    writes: [place],
    location: locationOf(context, item),
  });
}

/** Stores `.a.b[2] = value`; gives the position of the outermost member named. */
function storeDesignated(context: FunctionContext, place: Place, pair: SyntaxNode): number {
  const value = childByField(pair, "value");
  const [outer, ...inner] = childrenByField(pair, "designator");
  if (value === null || outer === undefined) return 0;
  if (outer.type === "subscript_range_designator") return storeRange(context, place, outer, inner, value);
  const [member, position] = designated(context, place, outer);
  let target = member;
  for (const designator of inner) [target] = designated(context, target, designator);
  initialize(context, target, value);
  return position;
}

function designated(context: FunctionContext, place: Place, designator: SyntaxNode): [Place, number] {
  const [operand] = operands(designator);
  if (designator.type === "subscript_designator" && operand !== undefined) {
    const index = constantValue(context, operand);
    const number = index === null ? 0 : Number(index);
    if (index !== null) return [elementOf(place, constant(index)), number];
    return [elementOf(place, lowerValue(context, operand)), number];
  }
  const nameNode = designator.type === "field_designator" ? (operand ?? designator) : designator;
  const name = textOf(context, nameNode);
  const { type } = place;
  const record = type.kind === "record" ? recordOf(context, type.tag) : undefined;
  const position = record === undefined ? 0 : [...record.fields.keys()].indexOf(name);
  return [fieldOf(place, name, fieldType(context, type, name)), Math.max(position, 0)];
}

function storeRange(
  context: FunctionContext,
  place: Place,
  designator: SyntaxNode,
  inner: readonly SyntaxNode[],
  value: SyntaxNode,
): number {
  const startNode = childByField(designator, "start");
  const endNode = childByField(designator, "end");
  const start = startNode === null ? null : constantValue(context, startNode);
  const end = endNode === null ? null : constantValue(context, endNode);
  if (start === null || end === null || end - start >= BigInt(RANGE_LIMIT)) {
    storeUnplaced(context, place, value);
    return Number(end ?? 0n);
  }
  for (let index = start; index <= end; index++) {
    let target = elementOf(place, constant(index));
    for (const further of inner) [target] = designated(context, target, further);
    initialize(context, target, value);
  }
  return Number(end);
}

/** The length that an initializer gives an array declared without one; null where it cannot be told. */
export function initializedLength(context: FunctionContext, element: CType, node: SyntaxNode): number | null {
  if (isString(node)) {
    const value = lowerValue(context, node);
    return value.kind === "string" ? value.text.length + 1 : null;
  }
  if (!isList(node)) return null;
  const items = operands(node);
  const [only] = items;
  if (items.length === 1 && only !== undefined && isString(only) && decayed(element) === element) {
    if (element.kind === "integer" && element.bits === 8) return initializedLength(context, element, only);
  }
  let next = 0;
  let length = 0;
  for (const item of items) {
    if (item.type === "initializer_pair") {
      const [designator] = childrenByField(item, "designator");
      const indexNode =
        designator === undefined
          ? null
          : (childByField(designator, "end") ?? operands(designator)[0] ?? null);
      const index = indexNode === null ? null : constantValue(context, indexNode);
      if (index === null) return null;
      next = Number(index) + 1;
    } else {
      if (!isList(item) && (element.kind === "record" || element.kind === "array")) return null;
      next++;
    }
    length = Math.max(length, next);
  }
  return length;
}
