/**
 * Recognition of loops that walk an array slot by slot and hand each slot to a call, or fill it from one. Only
 * annotates: the graph stays as it is. Must not know what the called functions do.
 */
import { pointerTo } from "./c-types.ts";
import { binary, constant } from "./conversions.ts";
import { edgesOf } from "./graph-finish.ts";
import {
  type Counter,
  converted,
  countersOf,
  dominates,
  invariant,
  type LoopShape,
  offsetFrom,
  onlyAssignment,
  order,
  type Point,
  reachedInTurn,
  runsEveryTurn,
  type ShapeGraph,
  shapeOf,
} from "./loop-shape.ts";
import { type Test, testOf } from "./loop-tests.ts";
import type { Block, BlockId, Expression, LoopAnnotation, Place, Variable, VariableId } from "./types.ts";

/** Annotations per function; a function with more slot walks than this has none of them read at once. */
const ANNOTATION_LIMIT = 64;

/** A slot that an expression stands for: `array[counter + offset]`. */
interface Slot {
  readonly array: Expression;
  readonly offset: bigint;
}

type Loops = readonly { readonly head: BlockId; readonly blocks: readonly BlockId[] }[];

/** Annotates the loops of a finished graph. */
export function annotateLoops(
  graph: ShapeGraph,
  loops: Loops,
  variables: readonly Variable[],
): LoopAnnotation[] {
  if (loops.length === 0) return [];
  const escaping = addressTaken(graph.blocks);
  const found: LoopAnnotation[] = [];
  for (const loop of loops) {
    const shape = shapeOf(graph, loop.head, loop.blocks);
    for (const counter of countersOf(shape, escaping)) {
      const test = testOf(shape, counter);
      if (test === null) continue;
      annotateCalls(shape, counter, test, innerBlocks(loops, loop), variables, found);
    }
  }
  return found.length > ANNOTATION_LIMIT ? [] : found;
}

/** Blocks that belong to loops inside this one: what happens there is not once per turn. */
function innerBlocks(loops: Loops, outer: Loops[number]): Set<BlockId> {
  const inner = new Set<BlockId>();
  for (const loop of loops) {
    if (loop === outer || loop.blocks.length >= outer.blocks.length || !outer.blocks.includes(loop.head))
      continue;
    for (const block of loop.blocks) inner.add(block);
  }
  return inner;
}

function addressTaken(blocks: readonly Block[]): Set<VariableId> {
  const taken = new Set<VariableId>();
  const inPlace = (place: Place, address: boolean): void => {
    if (place.kind === "variable") {
      if (address) taken.add(place.id);
    } else if (place.kind === "deref") inExpression(place.pointer);
    else if (place.kind === "field") inPlace(place.base, address);
    else if (place.kind === "element") {
      inPlace(place.base, address);
      inExpression(place.index);
    }
  };
  const inExpression = (expression: Expression): void => {
    if (expression.kind === "address") inPlace(expression.place, true);
    else if (expression.kind === "load") inPlace(expression.place, false);
    else if (expression.kind === "unary" || expression.kind === "cast") inExpression(expression.operand);
    else if (expression.kind === "binary") {
      inExpression(expression.left);
      inExpression(expression.right);
    }
  };
  for (const block of blocks) {
    for (const operation of block.operations) {
      if (operation.kind === "call") for (const argument of operation.arguments) inExpression(argument);
      if (operation.kind === "assign") {
        inPlace(operation.target, false);
        inExpression(operation.value);
      }
    }
    if (block.terminator.kind === "return" && block.terminator.value !== null) {
      inExpression(block.terminator.value);
    }
  }
  return taken;
}

/** The slot that an expression reads (or points to) at a place in the loop. */
function slotOf(shape: LoopShape, counter: Counter, expression: Expression, point: Point): Slot | null {
  const value = converted(expression);
  if (value.kind === "load") {
    if (value.place.kind === "variable") {
      const copy = onlyAssignment(shape, value.place.id);
      if (copy === null || order(shape, copy.point, point) !== "before") return null;
      if (converted(copy.value).kind !== "load") return null;
      return slotOf(shape, counter, copy.value, copy.point);
    }
    return slotAt(shape, counter, value.place, point);
  }
  if (value.kind === "address" && value.place.kind === "element") {
    return slotAt(shape, counter, value.place, point);
  }
  // `cpu + i` between numbers is no slot's address.
  if (value.kind === "binary" && value.operator === "+" && value.type.kind === "pointer") {
    return slotAt(shape, counter, { kind: "deref", pointer: value, type: value.type }, point);
  }
  return null;
}

/** The slot that a place is. */
function slotAt(shape: LoopShape, counter: Counter, place: Place, point: Point): Slot | null {
  let array: Expression;
  let index: Expression;
  if (place.kind === "element") {
    const first: Place = { ...place, index: constant(0n) };
    array = { kind: "address", place: first, type: pointerTo(place.type) };
    index = place.index;
  } else if (place.kind === "deref" && place.pointer.kind === "binary" && place.pointer.operator === "+") {
    array = place.pointer.left;
    index = place.pointer.right;
  } else {
    return null;
  }
  if (!invariant(shape, array)) return null;
  const offset = offsetFrom(shape, counter, index, point);
  return offset === null ? null : { array, offset };
}

function annotateCalls(
  shape: LoopShape,
  counter: Counter,
  test: Test,
  inner: ReadonlySet<BlockId>,
  variables: readonly Variable[],
  found: LoopAnnotation[],
): void {
  for (const block of shape.blocks) {
    if (inner.has(block.id)) continue;
    for (const [index, operation] of block.operations.entries()) {
      if (operation.kind !== "call" || operation.callee.kind !== "direct") continue;
      const point = { block: block.id, index };
      const candidates: [number, Slot | null][] = operation.arguments.map((argument, position) => [
        position,
        slotOf(shape, counter, argument, point),
      ]);
      if (operation.result !== undefined) {
        candidates.push([-1, slotFilledFrom(shape, counter, operation.result)]);
      }
      for (const [argument, slot] of candidates) {
        if (slot === null) continue;
        const walk = rangeOf(shape, counter, test, slot, block.id, variables);
        if (walk === null) continue;
        const condition = slotCondition(shape, counter, test, slot, block.id);
        found.push({
          head: test.block,
          blocks: [...shape.members],
          callee: operation.callee.name,
          location: operation.location,
          argument,
          array: slot.array,
          index: counter.variable,
          ...walk,
          step: counter.step,
          ...(test.operator === "!=" ? { inequality: true as const } : {}),
          ...(condition === undefined ? {} : { slotCondition: condition }),
          earlyExits: leavesEarly(shape, test),
        });
      }
    }
  }
}

/** The slot that a call's result is stored in on each turn. */
function slotFilledFrom(shape: LoopShape, counter: Counter, result: VariableId): Slot | null {
  for (const block of shape.blocks) {
    for (const [index, operation] of block.operations.entries()) {
      if (operation.kind !== "assign" || operation.target.kind === "variable") continue;
      if (!carries(shape, operation.value, result)) continue;
      return slotAt(shape, counter, operation.target, { block: block.id, index });
    }
  }
  return null;
}

/** Whether a value is that of a variable, perhaps by way of another local. */
function carries(shape: LoopShape, expression: Expression, variable: VariableId): boolean {
  const value = converted(expression);
  if (value.kind === "cast") return carries(shape, value.operand, variable);
  if (value.kind !== "load" || value.place.kind !== "variable") return false;
  if (value.place.id === variable) return true;
  const copy = onlyAssignment(shape, value.place.id);
  if (copy === null) return false;
  const source = converted(copy.value);
  return source.kind === "load" && source.place.kind === "variable" && source.place.id === variable;
}

type Range = Pick<LoopAnnotation, "first" | "low" | "end" | "indexAfter"> & { readonly atLeastOnce?: true };

/** First slot, range and final index, over the state at the loop's entry. */
function rangeOf(
  shape: LoopShape,
  counter: Counter,
  test: Test,
  slot: Slot,
  block: BlockId,
  variables: readonly Variable[],
): Range | null {
  const variable = variables[counter.variable];
  if (variable === undefined) return null;
  const start: Expression = {
    kind: "load",
    place: { kind: "variable", id: variable.id, type: variable.type },
    type: variable.type,
  };
  const sum = (base: Expression, distance: bigint): Expression => {
    if (base.kind === "constant") return constant(base.value + distance, base.type);
    if (distance === 0n) return base;
    return distance > 0n ? binary("+", base, constant(distance)) : binary("-", base, constant(-distance));
  };
  const inclusive = test.operator === "<=" || test.operator === ">=" ? 1n : 0n;
  const testFirst = block !== test.block && dominates(shape.graph, test.block, block);
  const once = testFirst ? 0n : 1n;
  const first = sum(start, slot.offset);
  const { bound, counterOffset } = test;
  if (counter.step === 1) {
    const turns = inclusive - test.offset;
    const end = sum(bound, turns + slot.offset + once);
    const range = { first, low: first, end, indexAfter: sum(bound, turns + counterOffset) };
    return once === 0n ? range : { ...range, atLeastOnce: true };
  }
  const last = 1n - inclusive - test.offset;
  const low = sum(bound, last + slot.offset - once);
  const range = {
    first,
    low,
    end: sum(start, slot.offset + 1n),
    indexAfter: sum(bound, last - 1n + counterOffset),
  };
  return once === 0n ? range : { ...range, atLeastOnce: true };
}

/** Under which condition on the slot the call runs in a turn that gets that far. */
function slotCondition(
  shape: LoopShape,
  counter: Counter,
  test: Test,
  slot: Slot,
  block: BlockId,
): "non-null" | "other" | undefined {
  if (runsEveryTurn(shape, block)) return undefined;
  let result: "non-null" | "other" | undefined;
  for (const decision of shape.blocks) {
    const { terminator } = decision;
    if (decision.id === test.block || decision.id === block) continue;
    const edges = edgesOf(terminator);
    if (edges.length < 2) continue;
    const targets = edges.map((edge) => shape.graph.edges[edge]?.to ?? -1);
    const leads = targets.map((to) => to !== shape.head && reachedInTurn(shape, to).has(block));
    const passes = targets.filter(
      (to, index) => !leads[index] && (shape.members.has(to) || to === shape.head),
    );
    if (passes.length === 0 || !leads.includes(true)) continue;
    if (result !== undefined || terminator.kind !== "branch") return "other";
    const point = { block: decision.id, index: decision.operations.length };
    result = asksSlot(shape, counter, slot, terminator.condition, leads[0] === true, point)
      ? "non-null"
      : "other";
  }
  return result ?? "other";
}

/** Whether a branch taken asks that the slot is not NULL. */
function asksSlot(
  shape: LoopShape,
  counter: Counter,
  slot: Slot,
  condition: Expression,
  truth: boolean,
  point: Point,
): boolean {
  const value = converted(condition);
  if (value.kind === "unary" && value.operator === "!") {
    return asksSlot(shape, counter, slot, value.operand, !truth, point);
  }
  if (value.kind === "binary" && (value.operator === "==" || value.operator === "!=")) {
    if (value.right.kind !== "constant" || value.right.value !== 0n) return false;
    return asksSlot(shape, counter, slot, value.left, truth === (value.operator === "!="), point);
  }
  if (!truth || value.kind !== "load") return false;
  const asked = slotOf(shape, counter, value, point);
  return asked !== null && asked.offset === slot.offset && sameExpression(asked.array, slot.array);
}

/** Whether two pure expressions are written alike. */
function sameExpression(one: Expression, other: Expression): boolean {
  const text = (expression: Expression): string =>
    JSON.stringify(expression, (_key, value) => (typeof value === "bigint" ? `${value}n` : value));
  return text(one) === text(other);
}

/** Whether anything but the test leaves the loop for a place that control can get to. */
function leavesEarly(shape: LoopShape, test: Test): boolean {
  for (const block of shape.blocks) {
    if (block.id === test.block) continue;
    for (const edge of edgesOf(block.terminator)) {
      const to = shape.graph.edges[edge]?.to ?? -1;
      if (shape.members.has(to)) continue;
      const target = shape.graph.blocks[to];
      if (target?.terminator.kind === "unreachable" && target.operations.length === 0) continue;
      return true;
    }
  }
  return false;
}
