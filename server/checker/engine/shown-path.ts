/** The branches of a claim's path as somebody else can follow them: by function, calls and edge. Knows no states. */
import type { EdgeId } from "@pinscope/grammars/ir";
import type { Context } from "./context.ts";
import type { Route } from "./state.ts";

/** One branch or case that a path takes. */
export interface ShownEdge {
  readonly function: string;
  readonly edge: EdgeId;
  /** Source offsets of the calls that lead to the frame, the outermost first. */
  readonly calls: readonly number[];
  /** The edge leaves a loop that was applied at once: its turns are not in the path. */
  readonly afterLoop?: true;
}

/** Branches and cases of a route, in order; gotos are left out. */
export function shownPath(route: Route | null, context: Context): ShownEdge[] {
  const path: ShownEdge[] = [];
  for (let node = route; node !== null; node = node.before) {
    const frame = context.frameOf(node.frame);
    const ir = frame === null ? null : node.frame === 0 ? context.root : context.program.lookup(frame.callee);
    if (frame === null || ir === null) continue;
    const { edge, afterLoop } = node;
    if (afterLoop !== true && ir.edges[edge]?.condition.kind === "always") continue;
    path.push({
      function: ir.name,
      edge,
      calls: frame.calls,
      ...(afterLoop === true && { afterLoop }),
    });
  }
  return path.reverse();
}
