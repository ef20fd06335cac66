/** How often the loops of a path turn: the counts of pages with which they do so. Runs nothing. */
import type { EdgeId, FunctionIr } from "@pinscope/grammars/ir";
import type { SimulatedProgram } from "@pinscope/simulator/interpreter";
import type { ShownEdge } from "../engine/shown-path.ts";

/** Turns of the loop that the path turns most often; null where it goes through none turn by turn. */
export function turnsOf(path: readonly ShownEdge[], program: SimulatedProgram): number | null {
  const entering = new Map<string, ReadonlySet<EdgeId>>();
  const turns = new Map<string, number>();
  for (const { function: name, edge, calls } of path) {
    const edges = entering.get(name) ?? enteringEdges(program.lookup(name));
    entering.set(name, edges);
    if (!edges.has(edge)) continue;
    const key = `${name} ${edge} ${calls.join(" ")}`;
    turns.set(key, (turns.get(key) ?? 0) + 1);
  }
  return turns.size === 0 ? null : Math.max(...turns.values());
}

/** Edges with which the test of a loop begins another turn. */
function enteringEdges(ir: FunctionIr | null): ReadonlySet<EdgeId> {
  const found = new Set<EdgeId>();
  for (const { head, blocks } of ir?.loops ?? []) {
    const terminator = ir?.blocks.find(({ id }) => id === head)?.terminator;
    if (terminator?.kind !== "branch") continue;
    const [whenTrue, whenFalse] = [terminator.whenTrue, terminator.whenFalse].map((id) => {
      const to = ir?.edges.find((edge) => edge.id === id)?.to;
      return to !== undefined && blocks.includes(to);
    });
    if (whenTrue !== whenFalse) found.add(whenTrue === true ? terminator.whenTrue : terminator.whenFalse);
  }
  return found;
}
