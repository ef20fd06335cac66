/**
 * From the draft of a graph to its final form: empty blocks are jumped over, straight lines joined, blocks and edges
 * numbered in source order, natural loops found. Must not know C or syntax.
 */
import type { DraftBlock, GraphBuilder } from "./graph-builder.ts";
import type { Block, BlockId, Edge, EdgeId, Terminator } from "./types.ts";

export interface FinishedGraph {
  readonly blocks: readonly Block[];
  readonly edges: readonly Edge[];
  readonly entry: BlockId;
  readonly loops: readonly { readonly head: BlockId; readonly blocks: readonly BlockId[] }[];
  /** Immediate dominator of each block, -1 for unreachable ones; empty where there is no loop. */
  readonly dominators: readonly number[];
}

export function edgesOf(terminator: Terminator | null): readonly EdgeId[] {
  if (terminator === null) return [];
  switch (terminator.kind) {
    case "goto":
      return [terminator.edge];
    case "branch":
      return [terminator.whenTrue, terminator.whenFalse];
    case "switch":
      return terminator.edges;
    default:
      return [];
  }
}

/** Follows empty blocks that only jump on, and keeps the statements that jump; stops in a circle of such blocks. */
function threadEmptyBlocks(graph: GraphBuilder): void {
  for (const edge of graph.edges) {
    const seen = new Set<BlockId>();
    while (!seen.has(edge.to)) {
      seen.add(edge.to);
      const block = graph.blocks[edge.to];
      if (block === undefined || block.operations.length > 0 || block.terminator?.kind !== "goto") break;
      const next = graph.edges[block.terminator.edge];
      if (next === undefined) break;
      edge.to = next.to;
      if (next.jumps.length > 0 && next !== edge) edge.jumps = [...edge.jumps, ...next.jumps];
    }
  }
}

function markReachable(graph: GraphBuilder, start: BlockId, reached: Set<BlockId>): void {
  const pending = [start];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    if (reached.has(id)) continue;
    reached.add(id);
    for (const edge of edgesOf(graph.blocks[id]?.terminator ?? null)) {
      const to = graph.edges[edge]?.to;
      if (to !== undefined) pending.push(to);
    }
  }
}

/** Blocks that stay: those reached from the entry, and unreachable ones that do something. */
function keptBlocks(graph: GraphBuilder): Set<BlockId> {
  const kept = new Set<BlockId>();
  markReachable(graph, 0, kept);
  for (const block of graph.blocks) {
    if (!kept.has(block.id) && block.operations.length > 0) markReachable(graph, block.id, kept);
  }
  return kept;
}

/** Appends blocks with one way in to the block that jumps there. */
function joinStraightLines(graph: GraphBuilder, kept: Set<BlockId>): void {
  const incoming = new Map<BlockId, number>();
  for (const id of kept) {
    for (const edge of edgesOf(graph.blocks[id]?.terminator ?? null)) {
      const to = graph.edges[edge]?.to ?? 0;
      incoming.set(to, (incoming.get(to) ?? 0) + 1);
    }
  }
  for (const id of graph.order) {
    const block = graph.blocks[id];
    if (block === undefined || !kept.has(id)) continue;
    for (let next = onlySuccessor(graph, block); next !== null; next = onlySuccessor(graph, block)) {
      if (next.id === 0 || next.id === id || incoming.get(next.id) !== 1) break;
      for (const operation of next.operations) block.operations.push(operation);
      block.terminator = next.terminator;
      kept.delete(next.id);
    }
  }
}

function onlySuccessor(graph: GraphBuilder, block: DraftBlock): DraftBlock | null {
  if (block.terminator?.kind !== "goto") return null;
  const to = graph.edges[block.terminator.edge]?.to;
  return to === undefined ? null : (graph.blocks[to] ?? null);
}

function renumbered(terminator: Terminator, edge: (old: EdgeId) => EdgeId): Terminator {
  switch (terminator.kind) {
    case "goto":
      return { kind: "goto", edge: edge(terminator.edge) };
    case "branch":
      return { ...terminator, whenTrue: edge(terminator.whenTrue), whenFalse: edge(terminator.whenFalse) };
    case "switch":
      return { ...terminator, edges: terminator.edges.map(edge) };
    default:
      return terminator;
  }
}

/** Brings a draft, every kept block of which has a terminator, into its final form. */
export function finishGraph(graph: GraphBuilder): FinishedGraph {
  threadEmptyBlocks(graph);
  const kept = keptBlocks(graph);
  joinStraightLines(graph, kept);
  const order = [...new Set(graph.order)].filter((id) => kept.has(id));
  const number = new Map(order.map((id, index) => [id, index]));
  const edges: Edge[] = [];
  const blocks: Block[] = order.map((id, index) => {
    const draft = graph.blocks[id];
    const terminator = renumbered(draft?.terminator as Terminator, (old) => {
      const edge = graph.edges[old];
      const fresh = edges.length;
      edges.push({
        id: fresh,
        from: index,
        to: number.get(edge?.to ?? 0) ?? 0,
        condition: edge?.condition ?? { kind: "always" },
        ...(edge === undefined || edge.jumps.length === 0 ? {} : { jumps: edge.jumps }),
      });
      return fresh;
    });
    return { id: index, operations: draft?.operations ?? [], terminator };
  });
  return { blocks, edges, entry: 0, ...naturalLoops(blocks, edges) };
}

/** Immediate dominators by the iteration of Cooper, Harvey and Kennedy; -1 for unreachable blocks. */
function immediateDominators(successors: readonly BlockId[][], predecessors: readonly BlockId[][]): number[] {
  const postorder: BlockId[] = [];
  const rank = new Array<number>(successors.length).fill(-1);
  const stack: { id: BlockId; next: number }[] = [{ id: 0, next: 0 }];
  const seen = new Set<BlockId>([0]);
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const child = successors[top.id]?.[top.next++];
    if (child === undefined) {
      rank[top.id] = postorder.length;
      postorder.push(top.id);
      stack.pop();
    } else if (!seen.has(child)) {
      seen.add(child);
      stack.push({ id: child, next: 0 });
    }
  }
  const dominator = new Array<number>(successors.length).fill(-1);
  dominator[0] = 0;
  const meet = (left: number, right: number): number => {
    let [a, b] = [left, right];
    while (a !== b) {
      while ((rank[a] ?? 0) < (rank[b] ?? 0)) a = dominator[a] ?? 0;
      while ((rank[b] ?? 0) < (rank[a] ?? 0)) b = dominator[b] ?? 0;
    }
    return a;
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (let index = postorder.length - 2; index >= 0; index--) {
      const id = postorder[index] ?? 0;
      let best = -1;
      for (const from of predecessors[id] ?? []) {
        if (dominator[from] === -1) continue;
        best = best === -1 ? from : meet(from, best);
      }
      if (dominator[id] !== best) {
        dominator[id] = best;
        changed = true;
      }
    }
  }
  return dominator;
}

function naturalLoops(
  blocks: readonly Block[],
  edges: readonly Edge[],
): Pick<FinishedGraph, "loops" | "dominators"> {
  const successors: BlockId[][] = blocks.map(() => []);
  const predecessors: BlockId[][] = blocks.map(() => []);
  let backward = false;
  for (const edge of edges) {
    successors[edge.from]?.push(edge.to);
    predecessors[edge.to]?.push(edge.from);
    if (edge.to <= edge.from) backward = true;
  }
  if (!backward) return { loops: [], dominators: [] };
  const dominator = immediateDominators(successors, predecessors);
  const dominates = (head: BlockId, block: BlockId): boolean => {
    if (dominator[block] === -1) return false;
    for (let id = block; ; id = dominator[id] ?? 0) {
      if (id === head) return true;
      if (id === 0) return false;
    }
  };
  const bodies = new Map<BlockId, Set<BlockId>>();
  for (const edge of edges) {
    if (!dominates(edge.to, edge.from)) continue;
    const body = bodies.get(edge.to) ?? new Set<BlockId>([edge.to]);
    bodies.set(edge.to, body);
    const pending = [edge.from];
    for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
      if (body.has(id)) continue;
      body.add(id);
      pending.push(...(predecessors[id] ?? []).filter((from) => dominator[from] !== -1));
    }
  }
  const loops = [...bodies]
    .sort(([left], [right]) => left - right)
    .map(([head, body]) => ({ head, blocks: [...body].sort((left, right) => left - right) }));
  return { loops, dominators: dominator };
}
