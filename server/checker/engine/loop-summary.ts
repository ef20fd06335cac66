/**
 * Applies a recognized loop (see the IR's loop annotations) at once: every slot of `[low, end)` is handed to the call.
 * Knows no control flow.
 */
import type { FunctionIr, Location, LoopAnnotation, Operation } from "@pinscope/grammars/ir";
import { addressOf, asNumber, type Environment } from "./addresses.ts";
import { claimAt } from "./call-site.ts";
import type { Context } from "./context.ts";
import { evaluate } from "./evaluate.ts";
import { releaseSlots, sameHoldings } from "./holdings.ts";
import { add, subtract } from "./linear.ts";
import { SplitRequest } from "./numbers.ts";
import { cellKey, type State, withCell, withStep } from "./state.ts";
import { isUnwritten } from "./unwritten.ts";

/** The function around the loop and where its walk stands. */
export interface LoopWalk {
  readonly ir: FunctionIr;
  readonly env: Environment;
  readonly nesting: number;
  readonly rootCall: Location | null;
}

/** The state after the loop ran to its end; null when the loop is better walked turn by turn. */
export function applyLoop(
  annotation: LoopAnnotation,
  state: State,
  walk: LoopWalk,
  context: Context,
): State | null {
  const { ir, env, nesting } = walk;
  const effect = releasedBy(annotation, context);
  if (effect === null) return null;
  const call = callIn(annotation, ir);
  if (call === null || doesMore(annotation, ir, call)) return null;
  try {
    const array = addressOf(evaluate(annotation.array, state, env), env.tables);
    const low = asNumber(evaluate(annotation.low, state, env), env.tables);
    const end = asNumber(evaluate(annotation.end, state, env), env.tables);
    const after = evaluate(annotation.indexAfter, state, env);
    if (array === null) return null;
    // A bound below the start is a loop that does not run.
    const length = subtract(end, low);
    const isEmpty = context.program.assumesUnreleased || state.constraints.negative(length);
    const change = isEmpty
      ? { state, problems: [] }
      : releaseSlots(
          env.tables,
          state,
          array.object,
          array.path,
          add(array.index, low),
          add(array.index, end),
          {
            family: effect,
            location: call.location,
            // No test tells slots that nobody wrote to from others.
            partial:
              annotation.slotCondition !== undefined &&
              !(annotation.slotCondition === "non-null" && isUnwritten(state, array.object)),
          },
        );
    if (change.problems.length > 0) {
      for (const problem of change.problems) {
        const site = {
          name: annotation.callee,
          location: call.location,
          rootLocation: walk.rootCall ?? call.location,
          nesting,
          functionName: ir.name,
        };
        claimAt(site, problem, state, context);
      }
    }
    const index = env.tables.variable(env.frame, annotation.index, env.variableName(annotation.index));
    const moved = withCell(change.state, cellKey(index, ""), after);
    if (sameHoldings(change.state, state)) {
      context.releasesOthers ||= !isEmpty;
      return moved;
    }
    return withStep(moved, {
      location: call.location,
      message: `released here by ${annotation.callee}(), slot by slot`,
      nesting,
      role: "release",
    });
  } catch (request) {
    if (request instanceof SplitRequest) return null;
    throw request;
  }
}

/** The family that the loop's call lets go, one per slot; null when it does something else. */
function releasedBy(annotation: LoopAnnotation, context: Context) {
  if (context.program.defines(annotation.callee)) return null;
  const bound = context.program.bind(annotation.callee, 1);
  const outcome = bound?.outcomes[0];
  if (bound === null || outcome === undefined || bound.outcomes.length !== 1) return null;
  const releases = outcome.effects.filter((effect) => effect.kind === "release");
  const [release] = releases;
  if (release === undefined || releases.length !== 1 || release.kind !== "release") return null;
  return release.target.kind === "value" && annotation.argument === 0 ? release.family : null;
}

function callIn(annotation: LoopAnnotation, ir: FunctionIr): Extract<Operation, { kind: "call" }> | null {
  for (const id of annotation.blocks) {
    for (const operation of ir.blocks[id]?.operations ?? []) {
      if (operation.kind !== "call" || operation.callee.kind !== "direct") continue;
      if (operation.callee.name === annotation.callee) return operation;
    }
  }
  return null;
}

/** Whether the loop has inner loops or writes other variables than its index: then its turns are walked. */
function doesMore(annotation: LoopAnnotation, ir: FunctionIr, call: Operation): boolean {
  let assigned = 0;
  for (const id of annotation.blocks) {
    for (const operation of ir.blocks[id]?.operations ?? []) {
      if (operation === call) continue;
      if (operation.kind !== "assign") continue;
      const { target } = operation;
      if (
        target.kind === "variable" &&
        target.id !== annotation.index &&
        ir.variables[target.id]?.role !== "temporary"
      )
        assigned++;
    }
  }
  return assigned > 0;
}
