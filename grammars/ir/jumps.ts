/**
 * Leaving a place in the code: `break`, `continue`, `goto`, `return`, each with the cleanups of the scopes it leaves.
 */
import { runCleanups, runCleanupsFrom } from "./cleanups.ts";
import type { FunctionContext, JumpTarget, Label, Scope } from "./context.ts";
import { addProblem, capture } from "./context.ts";
import { beginBlock, beginUnreached, jump, newBlock, resumeBlock, stop } from "./graph-builder.ts";
import type { Expression, Location } from "./types.ts";

/** Jumps to a target in an enclosing construct; what follows is not reached. */
export function jumpTo(context: FunctionContext, target: JumpTarget | null, location: Location): void {
  if (target === null) {
    addProblem(context, "jump without a target", location);
    return;
  }
  runCleanups(context, target.scope);
  jump(context.graph, target.block, location);
  beginUnreached(context.graph);
}

export function leaveFunction(context: FunctionContext, value: Expression | null, location: Location): void {
  let returned = value;
  if (hasCleanups(context.scope) && value !== null && value.kind !== "constant") {
    returned = capture(context, value, location);
  }
  runCleanups(context, null);
  stop(context.graph, { kind: "return", value: returned, location });
  beginUnreached(context.graph);
}

function hasCleanups(from: Scope | null): boolean {
  for (let scope = from; scope !== null; scope = scope.parent) if (scope.cleanups.length > 0) return true;
  return false;
}

/** How many cleanups each scope of a chain has by now. */
function cleanupCounts(from: Scope): Map<Scope, number> {
  const counts = new Map<Scope, number>();
  for (let scope: Scope | null = from; scope !== null; scope = scope.parent) {
    counts.set(scope, scope.cleanups.length);
  }
  return counts;
}

function labelNamed(context: FunctionContext, name: string): Label {
  const known = context.labels.get(name);
  if (known !== undefined) return known;
  const label: Label = { block: newBlock(context.graph), alive: null };
  context.labels.set(name, label);
  return label;
}

/** Continues at a label: the block behind it begins here. */
export function defineLabel(context: FunctionContext, name: string, location: Location): void {
  const label = labelNamed(context, name);
  if (label.alive !== null) {
    addProblem(context, "label defined twice", location);
    return;
  }
  label.alive = cleanupCounts(context.scope);
  jump(context.graph, label.block);
  beginBlock(context.graph, label.block);
}

/** Jumps to a label, which may come later; by a statement, where one says so. */
export function jumpToLabel(context: FunctionContext, name: string, statement?: Location): void {
  const label = labelNamed(context, name);
  if (hasCleanups(context.scope)) {
    const counts = cleanupCounts(context.scope);
    const from = newBlock(context.graph);
    jump(context.graph, from, statement);
    beginBlock(context.graph, from);
    const block = context.graph.current;
    context.pendingGotos.push({ block, label: name, scope: context.scope, counts });
  } else {
    jump(context.graph, label.block, statement);
  }
  beginUnreached(context.graph);
}

/** Ends the jumps that had to wait for their labels, and the labels that never came. */
export function finishJumps(context: FunctionContext): void {
  for (const pending of context.pendingGotos) {
    const label = context.labels.get(pending.label);
    if (label === undefined) continue;
    resumeBlock(context.graph, pending.block);
    for (let scope: Scope | null = pending.scope; scope !== null; scope = scope.parent) {
      const had = pending.counts.get(scope) ?? 0;
      runCleanupsFrom(context, scope.cleanups.slice(label.alive?.get(scope) ?? 0, had));
    }
    jump(context.graph, label.block);
  }
  for (const [name, label] of context.labels) {
    if (label.alive !== null) continue;
    const location = { file: context.file, start: 0, end: 0 };
    addProblem(context, `label ${name} is not defined`, location);
    beginBlock(context.graph, label.block);
    stop(context.graph, { kind: "unreachable", location });
  }
}
