/**
 * Building one control-flow graph: open blocks, operations, terminators. Blocks come in the order in which they are
 * begun, which is source order. Must not know C or syntax.
 */
import type { BlockId, Edge, EdgeId, Expression, Location, Operation, Terminator } from "./types.ts";

export interface DraftBlock {
  readonly id: BlockId;
  operations: Operation[];
  terminator: Terminator | null;
  /** Nothing can jump here: it holds what stands behind a jump. */
  readonly unreached: boolean;
}

export interface DraftEdge {
  readonly id: EdgeId;
  readonly from: BlockId;
  to: BlockId;
  readonly condition: Edge["condition"];
  /** Jump statements that it stands for. */
  jumps: readonly Location[];
}

export interface GraphBuilder {
  readonly blocks: DraftBlock[];
  readonly edges: DraftEdge[];
  /** Blocks in the order in which they were begun. */
  readonly order: BlockId[];
  current: DraftBlock;
  /** Operations emitted so far, for the budget. */
  operations: number;
}

const ALWAYS: Edge["condition"] = { kind: "always" };
const TRUE: Edge["condition"] = { kind: "true" };
const FALSE: Edge["condition"] = { kind: "false" };

export function createGraph(): GraphBuilder {
  const entry: DraftBlock = { id: 0, operations: [], terminator: null, unreached: false };
  return { blocks: [entry], edges: [], order: [0], current: entry, operations: 0 };
}

/** A block that nothing is in yet; it gets its place in the order when it is begun. */
export function newBlock(graph: GraphBuilder, unreached = false): BlockId {
  const id = graph.blocks.length;
  graph.blocks.push({ id, operations: [], terminator: null, unreached });
  return id;
}

/** Makes a block the one that operations go to. */
export function beginBlock(graph: GraphBuilder, id: BlockId): void {
  const block = graph.blocks[id];
  if (block === undefined) return;
  graph.current = block;
  graph.order.push(id);
}

/** Goes back to a block begun earlier and still open. */
export function resumeBlock(graph: GraphBuilder, block: DraftBlock): void {
  graph.current = block;
}

export function emit(graph: GraphBuilder, operation: Operation): void {
  graph.operations++;
  graph.current.operations.push(operation);
}

const NO_JUMPS: readonly Location[] = [];

function addEdge(
  graph: GraphBuilder,
  to: BlockId,
  condition: Edge["condition"],
  jumps: readonly Location[] = NO_JUMPS,
): EdgeId {
  const id = graph.edges.length;
  graph.edges.push({ id, from: graph.current.id, to, condition, jumps });
  return id;
}

/** Ends the current block with a jump, by a statement where there is one; a block that has ended stays as it is. */
export function jump(graph: GraphBuilder, to: BlockId, statement?: Location): void {
  if (graph.current.terminator !== null) return;
  const jumps = statement === undefined ? NO_JUMPS : [statement];
  graph.current.terminator = { kind: "goto", edge: addEdge(graph, to, ALWAYS, jumps) };
}

export function branch(
  graph: GraphBuilder,
  condition: Expression,
  whenTrue: BlockId,
  whenFalse: BlockId,
  location: Location,
): void {
  if (graph.current.terminator !== null) return;
  if (condition.kind === "constant") {
    jump(graph, condition.value === 0n ? whenFalse : whenTrue);
    return;
  }
  const first = addEdge(graph, whenTrue, TRUE);
  const second = addEdge(graph, whenFalse, FALSE);
  graph.current.terminator = { kind: "branch", condition, whenTrue: first, whenFalse: second, location };
}

export interface SwitchTarget {
  readonly block: BlockId;
  readonly condition: Extract<Edge["condition"], { kind: "case" | "default" }>;
}

export function switchTo(
  graph: GraphBuilder,
  value: Expression,
  targets: readonly SwitchTarget[],
  location: Location,
): void {
  if (graph.current.terminator !== null) return;
  const edges = targets.map((target) => addEdge(graph, target.block, target.condition));
  graph.current.terminator = { kind: "switch", value, edges, location };
}

/** Ends the current block by leaving the function, or by going nowhere. */
export function stop(
  graph: GraphBuilder,
  terminator: Extract<Terminator, { kind: "return" | "unreachable" }>,
): void {
  if (graph.current.terminator === null) graph.current.terminator = terminator;
}

/** Begins a block that nothing jumps to, for what stands behind a jump. */
export function beginUnreached(graph: GraphBuilder): void {
  beginBlock(graph, newBlock(graph, true));
}

/** A mark to return to when what was lowered is not to run (`sizeof`, `typeof`). */
export interface GraphMark {
  readonly blocks: number;
  readonly edges: number;
  readonly order: number;
  readonly current: DraftBlock;
}

export function markGraph(graph: GraphBuilder): GraphMark {
  const mark = {
    blocks: graph.blocks.length,
    edges: graph.edges.length,
    order: graph.order.length,
    current: graph.current,
  };
  beginUnreached(graph);
  return mark;
}

export function rewindGraph(graph: GraphBuilder, mark: GraphMark): void {
  graph.blocks.length = mark.blocks;
  graph.edges.length = mark.edges;
  graph.order.length = mark.order;
  graph.current = mark.current;
}
