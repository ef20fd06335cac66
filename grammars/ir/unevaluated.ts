/**
 * Looking at an expression without running it: what `sizeof`, `typeof` and constant expressions need.
 * Everything that lowering left behind is taken back.
 */
import type { FunctionContext } from "./context.ts";
import { markGraph, rewindGraph } from "./graph-builder.ts";

/** Runs `body`, which may lower code, and takes back all blocks, operations and variables it made. */
export function unevaluated<T>(context: FunctionContext, body: () => T): T {
  const mark = markGraph(context.graph);
  const variables = context.variables.length;
  const temporaries = context.temporaries;
  const literals = context.literals;
  const gotos = context.pendingGotos.length;
  const labels = new Set(context.labels.keys());
  context.unevaluated++;
  const result = body();
  context.unevaluated--;
  rewindGraph(context.graph, mark);
  context.variables.length = variables;
  context.temporaries = temporaries;
  context.literals = literals;
  context.pendingGotos.length = gotos;
  for (const name of [...context.labels.keys()]) if (!labels.has(name)) context.labels.delete(name);
  return result;
}
