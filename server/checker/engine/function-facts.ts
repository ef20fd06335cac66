/**
 * Facts of a function's graph that every path through it needs: live variables, reverse post-order, which loops a
 * block belongs to, which fields are read more than once. Computed once per function.
 * Knows no state.
 */
import type { BlockId, Expression, FunctionIr, Operation, Place, VariableId } from "@pinscope/grammars/ir";

export interface FunctionFacts {
  /** Variables whose value some later step may read, at each block's start. */
  readonly liveIn: readonly ReadonlySet<VariableId>[];
  readonly addressTaken: ReadonlySet<VariableId>;
  /** Position of each block in reverse post-order, ways out that nothing else joins right behind where they leave. */
  readonly order: readonly number[];
  /** For each head the blocks of its loop. */
  readonly loops: ReadonlyMap<BlockId, ReadonlySet<BlockId>>;
  /** Fields and globals that more than one operation reads: only what is tested of these is worth remembering. */
  readonly recurring: ReadonlySet<string>;
}

const cache = new WeakMap<FunctionIr, FunctionFacts>();

export function factsOf(ir: FunctionIr): FunctionFacts {
  const known = cache.get(ir);
  if (known !== undefined) return known;
  const facts = computeFacts(ir);
  cache.set(ir, facts);
  return facts;
}

/** A helper's facts; what its root function reads again is asked of the helper's arguments, too. */
export function withRecurring(facts: FunctionFacts, root: FunctionFacts): FunctionFacts {
  if (root.recurring.size === 0) return facts;
  const known = joined.get(facts)?.get(root);
  if (known !== undefined) return known;
  const both = { ...facts, recurring: new Set([...facts.recurring, ...root.recurring]) };
  const byRoot = joined.get(facts) ?? new WeakMap<FunctionFacts, FunctionFacts>();
  joined.set(facts, byRoot.set(root, both));
  return both;
}

const joined = new WeakMap<FunctionFacts, WeakMap<FunctionFacts, FunctionFacts>>();

interface Uses {
  readonly reads: Set<VariableId>;
  readonly names: Set<string>;
  readonly taken: Set<VariableId>;
}

function readPlace(place: Place, uses: Uses, asAddress: boolean): void {
  switch (place.kind) {
    case "variable":
      if (asAddress) uses.taken.add(place.id);
      uses.reads.add(place.id);
      return;
    case "global":
      uses.names.add(place.name);
      return;
    case "deref":
      readExpression(place.pointer, uses);
      return;
    case "field":
      uses.names.add(place.field);
      readPlace(place.base, uses, asAddress);
      return;
    case "element":
      readPlace(place.base, uses, asAddress);
      readExpression(place.index, uses);
      return;
  }
}

function readExpression(expression: Expression, uses: Uses): void {
  switch (expression.kind) {
    case "load":
      readPlace(expression.place, uses, false);
      return;
    case "address":
      readPlace(expression.place, uses, true);
      return;
    case "unary":
    case "cast":
      readExpression(expression.operand, uses);
      return;
    case "binary":
      readExpression(expression.left, uses);
      readExpression(expression.right, uses);
      return;
    default:
      return;
  }
}

/** The variable an operation sets whole, so that its old value is dead. */
function written(operation: Operation): VariableId | null {
  switch (operation.kind) {
    case "assign":
      return operation.target.kind === "variable" ? operation.target.id : null;
    case "declare":
      return operation.variable;
    case "call":
      return operation.result ?? null;
    default:
      return null;
  }
}

function usesOf(operation: Operation): Uses {
  const uses: Uses = { reads: new Set(), names: new Set(), taken: new Set() };
  switch (operation.kind) {
    case "assign":
      readExpression(operation.value, uses);
      if (operation.target.kind !== "variable") readPlace(operation.target, uses, false);
      break;
    case "call":
      for (const argument of operation.arguments) readExpression(argument, uses);
      if (operation.callee.kind === "indirect") readExpression(operation.callee.pointer, uses);
      break;
    case "opaque":
      for (const read of operation.reads) readExpression(read, uses);
      for (const place of operation.writes) if (place.kind !== "variable") readPlace(place, uses, false);
      break;
    case "declare":
      break;
  }
  return uses;
}

function successors(ir: FunctionIr, block: BlockId): BlockId[] {
  const terminator = ir.blocks[block]?.terminator;
  if (terminator === undefined) return [];
  const targets = (ids: readonly number[]): BlockId[] =>
    ids.flatMap((id) => {
      const edge = ir.edges[id];
      return edge === undefined ? [] : [edge.to];
    });
  switch (terminator.kind) {
    case "goto":
      return targets([terminator.edge]);
    case "branch":
      return targets([terminator.whenTrue, terminator.whenFalse]);
    case "switch":
      return targets(terminator.edges);
    default:
      return [];
  }
}

function computeFacts(ir: FunctionIr): FunctionFacts {
  const reads: Set<VariableId>[] = [];
  const kills: Set<VariableId>[] = [];
  const addressTaken = new Set<VariableId>();
  const counts = new Map<string, number>();
  const note = (uses: Uses): void => {
    for (const name of uses.names) counts.set(name, (counts.get(name) ?? 0) + 1);
    for (const id of uses.taken) addressTaken.add(id);
  };
  for (const block of ir.blocks) {
    const read = new Set<VariableId>();
    const kill = new Set<VariableId>();
    for (const operation of block.operations) {
      const uses = usesOf(operation);
      note(uses);
      for (const id of uses.reads) if (!kill.has(id)) read.add(id);
      const target = written(operation);
      if (target !== null) kill.add(target);
    }
    const last: Uses = { reads: new Set(), names: new Set(), taken: new Set() };
    const { terminator } = block;
    if (terminator.kind === "branch") readExpression(terminator.condition, last);
    if (terminator.kind === "switch") readExpression(terminator.value, last);
    if (terminator.kind === "return" && terminator.value !== null) readExpression(terminator.value, last);
    note(last);
    for (const id of last.reads) if (!kill.has(id)) read.add(id);
    reads[block.id] = read;
    kills[block.id] = kill;
  }
  const order = exitsFirst(ir, reversePostOrder(ir));
  return {
    liveIn: liveVariables(ir, reads, kills, order),
    addressTaken,
    order,
    loops: new Map(ir.loops.map((loop) => [loop.head, new Set(loop.blocks)])),
    recurring: new Set([...counts].filter(([, count]) => count > 1).map(([name]) => name)),
  };
}

function reversePostOrder(ir: FunctionIr): number[] {
  const position: number[] = ir.blocks.map(() => ir.blocks.length);
  const seen = new Set<BlockId>([ir.entry]);
  const stack: { readonly block: BlockId; readonly next: BlockId[] }[] = [
    { block: ir.entry, next: successors(ir, ir.entry) },
  ];
  let number = ir.blocks.length;
  while (stack.length > 0) {
    const top = stack[stack.length - 1];
    if (top === undefined) break;
    const target = top.next.shift();
    if (target === undefined) {
      position[top.block] = --number;
      stack.pop();
    } else if (!seen.has(target)) {
      seen.add(target);
      stack.push({ block: target, next: successors(ir, target) });
    }
  }
  return position;
}

/**
 * Blocks that only lead out of the function, and that one edge leads to, come at once: nothing is won by waiting, and a
 * walk that runs out of room has seen them.
 */
function exitsFirst(ir: FunctionIr, order: readonly number[]): number[] {
  const arriving = new Map<BlockId, number>();
  for (const { id } of ir.blocks)
    for (const target of successors(ir, id)) arriving.set(target, (arriving.get(target) ?? 0) + 1);
  const leavesOnly = new Map<BlockId, boolean>();
  const isWayOut = (block: BlockId): boolean => {
    const known = leavesOnly.get(block);
    if (known !== undefined) return known;
    leavesOnly.set(block, false);
    const targets = successors(ir, block);
    const answer = arriving.get(block) === 1 && targets.length < 2 && targets.every(isWayOut);
    leavesOnly.set(block, answer);
    return answer;
  };
  const position: number[] = ir.blocks.map(() => ir.blocks.length);
  let number = 0;
  const place = (block: BlockId): void => {
    position[block] = number++;
    for (const target of successors(ir, block)) if (isWayOut(target)) place(target);
  };
  const inOrder = ir.blocks.map(({ id }) => id).sort((a, b) => (order[a] ?? 0) - (order[b] ?? 0));
  for (const block of inOrder) if (block === ir.entry || !isWayOut(block)) place(block);
  return position;
}

function liveVariables(
  ir: FunctionIr,
  reads: readonly Set<VariableId>[],
  kills: readonly Set<VariableId>[],
  order: readonly number[],
): ReadonlySet<VariableId>[] {
  const live: Set<VariableId>[] = ir.blocks.map((block) => new Set(reads[block.id]));
  const backwards = ir.blocks.map((block) => block.id).sort((a, b) => (order[b] ?? 0) - (order[a] ?? 0));
  for (let changed = true; changed; ) {
    changed = false;
    for (const block of backwards) {
      const set = live[block];
      if (set === undefined) continue;
      for (const target of successors(ir, block)) {
        for (const id of live[target] ?? []) {
          if (set.has(id) || kills[block]?.has(id)) continue;
          set.add(id);
          changed = true;
        }
      }
    }
  }
  return live;
}
