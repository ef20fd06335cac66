import type { FinishedGraph } from "./graph-finish.ts";
import type { LoopAnnotation, Variable } from "./types.ts";

export function annotateLoops(_graph: FinishedGraph, _variables: readonly Variable[]): LoopAnnotation[] {
  return [];
}
