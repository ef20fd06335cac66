/**
 * Questions about a function's graph by which a change is proved to change nothing, or a release to stand on an error
 * path. Knows edges and copies of results; no states.
 */
import type { Block, BlockId, EdgeId, Expression, FunctionIr, VariableId } from "@pinscope/grammars/ir";
import type { CallSite } from "./types.ts";

/** Blocks that hold the call; empty when the graph lost it (dead code). */
export function blocksOf(ir: FunctionIr, call: Pick<CallSite, "node">): BlockId[] {
  return ir.blocks
    .filter(({ operations }) =>
      operations.some(
        (one) =>
          one.kind === "call" && one.location.start === call.node.start && one.location.file === ir.file,
      ),
    )
    .map(({ id }) => id);
}

/** Blocks that control can reach from `starts`, themselves included, without the edges of `cut`. */
export function reachable(
  ir: FunctionIr,
  starts: readonly BlockId[],
  cut: ReadonlySet<EdgeId> = new Set(),
): Set<BlockId> {
  const next = new Map<BlockId, BlockId[]>();
  for (const edge of ir.edges) {
    if (cut.has(edge.id)) continue;
    const known = next.get(edge.from);
    if (known === undefined) next.set(edge.from, [edge.to]);
    else known.push(edge.to);
  }
  const reached = new Set<BlockId>(starts);
  const queue = [...starts];
  for (let block = queue.pop(); block !== undefined; block = queue.pop())
    for (const to of next.get(block) ?? []) {
      if (reached.has(to)) continue;
      reached.add(to);
      queue.push(to);
    }
  return reached;
}

/** Whether no run of the function gets to the call. */
export function isUnreachable(ir: FunctionIr, call: Pick<CallSite, "node">): boolean {
  const reached = reachable(ir, [ir.entry]);
  return !blocksOf(ir, call).some((block) => reached.has(block));
}

function withoutCasts(expression: Expression): Expression {
  return expression.kind === "cast" ? withoutCasts(expression.operand) : expression;
}

/** Whether a return can report failure: an errno, a null pointer, or a value not known here. */
function mayFail(block: Block, ir: FunctionIr): boolean {
  if (block.terminator.kind !== "return" || block.terminator.value === null) return false;
  const value = withoutCasts(block.terminator.value);
  if (value.kind !== "constant") return true;
  return ir.returns.kind === "pointer" ? value.value === 0n : value.value < 0n || ir.returns.kind === "bool";
}

/** Whether control gets from the call to an exit that can report failure. */
export function leadsToFailure(ir: FunctionIr, call: Pick<CallSite, "node">): boolean {
  const reached = reachable(ir, blocksOf(ir, call));
  return ir.blocks.some((block) => reached.has(block.id) && mayFail(block, ir));
}

/** Whether control gets from one call to the other. */
export function leadsTo(
  ir: FunctionIr,
  from: Pick<CallSite, "node">,
  to: Pick<CallSite, "node">,
  cut?: ReadonlySet<EdgeId>,
): boolean {
  const reached = reachable(ir, blocksOf(ir, from), cut);
  return blocksOf(ir, to).some((block) => reached.has(block));
}

/** Variables that hold the call's result or a copy of it somewhere in the function. */
export function resultVariables(ir: FunctionIr, call: Pick<CallSite, "node">): Set<VariableId> {
  const copies = new Set<VariableId>();
  for (const { operations } of ir.blocks)
    for (const one of operations)
      if (one.kind === "call" && one.location.start === call.node.start && one.result !== undefined)
        copies.add(one.result);
  for (let size = -1; size !== copies.size; ) {
    size = copies.size;
    for (const { operations } of ir.blocks)
      for (const one of operations) {
        if (one.kind !== "assign" || one.target.kind !== "variable") continue;
        const value = withoutCasts(one.value);
        if (value.kind === "load" && value.place.kind === "variable" && copies.has(value.place.id))
          copies.add(one.target.id);
      }
  }
  return copies;
}

/** One text for expressions that are equal apart from casts. */
function shapeOf(expression: Expression): string {
  return JSON.stringify(expression, (key, value: unknown) => {
    if (key === "type" || key === "implicit") return undefined;
    if (typeof value === "bigint") return value.toString();
    if (typeof value === "object" && value !== null && "kind" in value && value.kind === "cast")
      return "operand" in value ? withoutCasts(value.operand as Expression) : value;
    return value;
  });
}

/** The call's argument at a position, as the graph reads it. */
function argumentOf(ir: FunctionIr, call: Pick<CallSite, "node">, position: number): Expression | null {
  for (const { operations } of ir.blocks)
    for (const one of operations)
      if (one.kind === "call" && one.location.start === call.node.start)
        return one.arguments[position] ?? null;
  return null;
}

/**
 * Edges on which the call's result is known to be at least what was asked for, so that both are equal: the call never
 * gives more.
 */
export function fullCountEdges(
  ir: FunctionIr,
  call: Pick<CallSite, "node">,
  requestedPosition: number,
): Set<EdgeId> {
  const requested = argumentOf(ir, call, requestedPosition);
  const edges = new Set<EdgeId>();
  if (requested === null) return edges;
  const wanted = shapeOf(withoutCasts(requested));
  const copies = resultVariables(ir, call);
  const isResult = (side: Expression): boolean =>
    side.kind === "load" && side.place.kind === "variable" && copies.has(side.place.id);
  for (const { terminator } of ir.blocks) {
    if (terminator.kind !== "branch") continue;
    const condition = withoutCasts(terminator.condition);
    if (condition.kind !== "binary") continue;
    const left = withoutCasts(condition.left);
    const right = withoutCasts(condition.right);
    const forward = isResult(left) && shapeOf(right) === wanted;
    const backward = isResult(right) && shapeOf(left) === wanted;
    if (!forward && !backward) continue;
    const operator = backward ? (mirrored[condition.operator] ?? condition.operator) : condition.operator;
    if (operator === "==" || operator === ">=") edges.add(terminator.whenTrue);
    if (operator === "!=" || operator === "<") edges.add(terminator.whenFalse);
  }
  return edges;
}

const mirrored: Readonly<Record<string, string>> = { "<": ">", ">": "<", "<=": ">=", ">=": "<=" };
