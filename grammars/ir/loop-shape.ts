/**
 * The shape of one natural loop: who runs on every turn, in which order, what changes in it, and which variables
 * count. Works on finished graphs: must not know syntax or what loops are looked for.
 */
import { edgesOf } from "./graph-finish.ts";
import type { Block, BlockId, Edge, Expression, Operation, Place, VariableId } from "./types.ts";

export interface LoopShape {
  readonly head: BlockId;
  readonly members: ReadonlySet<BlockId>;
  readonly blocks: readonly Block[];
  /** Blocks that jump back to the head. */
  readonly latches: readonly BlockId[];
  readonly graph: ShapeGraph;
  /** Locals assigned or declared in the loop, with how often they are assigned. */
  readonly assigned: ReadonlyMap<VariableId, number>;
  readonly declared: ReadonlySet<VariableId>;
  /** Fields and globals assigned in the loop, by name. */
  readonly touched: ReadonlySet<string>;
}

export interface ShapeGraph {
  readonly blocks: readonly Block[];
  readonly edges: readonly Edge[];
  /** Immediate dominator of each block, -1 for unreachable ones. */
  readonly dominators: readonly number[];
}

/** A position inside the graph: before operation `index`, or at the terminator when it is past the last. */
export interface Point {
  readonly block: BlockId;
  readonly index: number;
}

/** A local that each turn changes by one, in one place. */
export interface Counter {
  readonly variable: VariableId;
  readonly step: 1 | -1;
  readonly update: Point;
}

export function shapeOf(graph: ShapeGraph, head: BlockId, members: readonly BlockId[]): LoopShape {
  const set = new Set(members);
  const blocks = members.flatMap((id) => graph.blocks[id] ?? []);
  const latches = graph.edges
    .filter((edge) => edge.to === head && set.has(edge.from))
    .map((edge) => edge.from);
  const assigned = new Map<VariableId, number>();
  const touched = new Set<string>();
  const declared = new Set<VariableId>();
  for (const block of blocks) {
    for (const operation of block.operations) record(operation, assigned, declared, touched);
  }
  return { head, members: set, blocks, latches, graph, assigned, declared, touched };
}

function record(
  operation: Operation,
  assigned: Map<VariableId, number>,
  declared: Set<VariableId>,
  touched: Set<string>,
): void {
  const count = (id: VariableId, times: number): void => {
    assigned.set(id, (assigned.get(id) ?? 0) + times);
  };
  const write = (place: Place, times: number): void => {
    if (place.kind === "variable") count(place.id, times);
    else if (place.kind === "global") touched.add(place.name);
    else if (place.kind === "field") touched.add(place.field);
    else if (place.kind === "element") {
      if (place.base.kind === "variable") count(place.base.id, 2);
      else write(place.base, times);
    }
  };
  if (operation.kind === "assign") write(operation.target, 1);
  else if (operation.kind === "opaque") for (const place of operation.writes) write(place, 2);
  else if (operation.kind === "declare") {
    count(operation.variable, 0);
    declared.add(operation.variable);
  } else if (operation.kind === "call" && operation.result !== undefined) count(operation.result, 1);
}

export function dominates(graph: ShapeGraph, above: BlockId, below: BlockId): boolean {
  if (graph.dominators[below] === -1) return false;
  for (let id = below; ; id = graph.dominators[id] ?? 0) {
    if (id === above) return true;
    if (id === 0) return false;
  }
}

/** Whether a block runs on every turn that comes back to the head. */
export function runsEveryTurn(shape: LoopShape, block: BlockId): boolean {
  return shape.latches.every((latch) => dominates(shape.graph, block, latch));
}

/** Blocks of the loop reached from `start` without going through the head again. */
export function reachedInTurn(shape: LoopShape, start: BlockId): Set<BlockId> {
  const reached = new Set<BlockId>();
  const pending = [start];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    if (reached.has(id) || !shape.members.has(id)) continue;
    reached.add(id);
    for (const edge of edgesOf(shape.graph.blocks[id]?.terminator ?? null)) {
      const to = shape.graph.edges[edge]?.to;
      if (to !== undefined && to !== shape.head) pending.push(to);
    }
  }
  return reached;
}

/** Whether `first` runs before `second` in a turn: always, never, or it depends on the way taken. */
export function order(shape: LoopShape, first: Point, second: Point): "before" | "after" | "depends" {
  if (first.block === second.block) return first.index < second.index ? "before" : "after";
  if (dominates(shape.graph, first.block, second.block)) return "before";
  const next = edgesOf(shape.graph.blocks[first.block]?.terminator ?? null);
  for (const edge of next) {
    const to = shape.graph.edges[edge]?.to;
    if (to !== undefined && to !== shape.head && reachedInTurn(shape, to).has(second.block)) return "depends";
  }
  return "after";
}

/** The operand under conversions nobody wrote. */
export function converted(expression: Expression): Expression {
  let inner = expression;
  while (inner.kind === "cast" && inner.implicit) inner = inner.operand;
  return inner;
}

/** The only assignment to a local in the loop. */
export function onlyAssignment(
  shape: LoopShape,
  variable: VariableId,
): { readonly value: Expression; readonly point: Point } | null {
  if (shape.assigned.get(variable) !== 1) return null;
  for (const block of shape.blocks) {
    for (const [index, operation] of block.operations.entries()) {
      if (operation.kind !== "assign" || operation.target.kind !== "variable") continue;
      if (operation.target.id === variable)
        return { value: operation.value, point: { block: block.id, index } };
    }
  }
  return null;
}

/** Locals that each turn changes by one. `escaping` are those whose address is taken somewhere. */
export function countersOf(shape: LoopShape, escaping: ReadonlySet<VariableId>): Counter[] {
  const counters: Counter[] = [];
  for (const [variable, times] of shape.assigned) {
    if (times !== 1 || escaping.has(variable) || shape.declared.has(variable)) continue;
    const assignment = onlyAssignment(shape, variable);
    if (assignment === null || !runsEveryTurn(shape, assignment.point.block)) continue;
    const step = stepOf(shape, variable, assignment.value);
    if (step !== null) counters.push({ variable, step, update: assignment.point });
  }
  return counters;
}

function stepOf(shape: LoopShape, variable: VariableId, value: Expression): 1 | -1 | null {
  const sum = converted(value);
  if (sum.kind !== "binary" || (sum.operator !== "+" && sum.operator !== "-")) return null;
  const { left, right } = sum;
  if (right.kind !== "constant" || right.value !== 1n) return null;
  if (!readsBefore(shape, variable, converted(left))) return null;
  return sum.operator === "+" ? 1 : -1;
}

/** Whether an expression is the variable, or a temporary that took it over. */
function readsBefore(shape: LoopShape, variable: VariableId, value: Expression): boolean {
  if (value.kind !== "load" || value.place.kind !== "variable") return false;
  if (value.place.id === variable) return true;
  const copy = onlyAssignment(shape, value.place.id);
  if (copy === null) return false;
  const source = converted(copy.value);
  return source.kind === "load" && source.place.kind === "variable" && source.place.id === variable;
}

/**
 * How far an expression is from the counter's value at the begin of the turn: `counter + offset`. Null when the
 * expression is no such sum at that point.
 */
export function offsetFrom(
  shape: LoopShape,
  counter: Counter,
  expression: Expression,
  point: Point,
): bigint | null {
  const value = converted(expression);
  if (value.kind === "load" && value.place.kind === "variable") {
    if (value.place.id === counter.variable) {
      switch (order(shape, counter.update, point)) {
        case "before":
          return BigInt(counter.step);
        case "after":
          return 0n;
        default:
          return null;
      }
    }
    const copy = onlyAssignment(shape, value.place.id);
    if (copy === null || order(shape, copy.point, point) !== "before") return null;
    const source = converted(copy.value);
    if (source.kind === "load" && source.place.kind === "variable" && source.place.id === value.place.id)
      return null;
    return offsetFrom(shape, counter, copy.value, copy.point);
  }
  if (value.kind !== "binary" || (value.operator !== "+" && value.operator !== "-")) return null;
  if (value.right.kind !== "constant") return null;
  const inner = offsetFrom(shape, counter, value.left, point);
  if (inner === null) return null;
  return value.operator === "+" ? inner + value.right.value : inner - value.right.value;
}

/** Whether an expression has the same value on every turn, as far as the loop's own assignments go. */
export function invariant(shape: LoopShape, expression: Expression): boolean {
  switch (expression.kind) {
    case "constant":
    case "string":
    case "function":
      return true;
    case "opaque":
      return expression.name !== undefined;
    case "load":
      return invariantPlace(shape, expression.place, true);
    case "address":
      return invariantPlace(shape, expression.place, false);
    case "unary":
    case "cast":
      return invariant(shape, expression.operand);
    case "binary":
      return invariant(shape, expression.left) && invariant(shape, expression.right);
  }
}

function invariantPlace(shape: LoopShape, place: Place, read: boolean): boolean {
  switch (place.kind) {
    case "variable":
      return !read || !shape.assigned.has(place.id);
    case "global":
      return !read || !shape.touched.has(place.name);
    case "deref":
      return invariant(shape, place.pointer);
    case "field":
      return (!read || !shape.touched.has(place.field)) && invariantPlace(shape, place.base, false);
    case "element":
      return invariant(shape, place.index) && invariantPlace(shape, place.base, false);
  }
}
