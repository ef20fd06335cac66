/**
 * Analyzes one function as a root: walks it from an unknown state and judges every way out.
 * Knows no files and words no messages.
 */
import type { FunctionIr } from "@pinscope/grammars/ir";
import { takesPages } from "./acquiring.ts";
import { confirmed, restsOnPath } from "./confirming.ts";
import { type Claim, Context, type Exit, type GivenUp, type Observer, type ProgramView } from "./context.ts";
import { judgeMissed } from "./covering.ts";
import { judgeExit } from "./exits.ts";
import { walkFunction } from "./explore.ts";
import { type LeftBehind, leftBehind, nothingLeft } from "./left-behind.ts";
import { type ShownEdge, shownPath } from "./shown-path.ts";
import { cellKey, initialState } from "./state.ts";
import { boundsOf, numberValue, type Value } from "./values.ts";

/** A claim with the branches that lead to it. */
export interface ShownClaim extends Claim {
  readonly path: readonly ShownEdge[];
}

export interface Analysis {
  readonly claims: readonly ShownClaim[];
  readonly overBudget: boolean;
  /** Calls of a function inside itself, which were not followed. */
  readonly recursionsCut: number;
  /** Claims of joined paths that no single path showed. */
  readonly unconfirmedClaims: number;
  /** Offsets of acquiring calls met on some path, and of those the cause where a claim ended unfollowed. */
  readonly acquisitions: ReadonlyMap<number, string>;
  readonly givenUp: ReadonlyMap<number, GivenUp>;
  readonly steps: number;
  readonly left: LeftBehind;
}

/** Of a function whose callees leave nothing with it, and that touches no pages itself. */
export const unwalked: Analysis = {
  claims: [],
  overBudget: false,
  recursionsCut: 0,
  unconfirmedClaims: 0,
  acquisitions: new Map(),
  givenUp: new Map(),
  steps: 0,
  left: nothingLeft,
};

/** @param observer is told of every state on the way; the walk is the same without it. */
export function analyzeFunction(ir: FunctionIr, program: ProgramView, observer?: Observer): Analysis {
  const context = new Context(ir, program, observer ?? null);
  const exits = run(context);
  noteNeverMet(context);
  const { claims, unconfirmed } = confirmed(context, run);
  return {
    claims: claims.map((claim) => ({
      ...claim,
      path: restsOnPath(claim) ? shownPath(claim.state.route, context) : [],
    })),
    overBudget: context.overBudget,
    recursionsCut: context.recursionsCut,
    unconfirmedClaims: unconfirmed,
    acquisitions: context.acquisitions,
    givenUp: context.givenUp,
    steps: context.steps,
    left: leftBehind(exits, context),
  };
}

/** Acquiring calls of the root function that no path came to: seen, and not followed. */
function noteNeverMet(context: Context): void {
  for (const { operations } of context.root.blocks) {
    for (const operation of operations) {
      if (operation.kind !== "call" || operation.callee.kind !== "direct") continue;
      const { name } = operation.callee;
      const { start } = operation.location;
      if (context.acquisitions.has(start) || context.givenUp.has(start) || context.program.defines(name))
        continue;
      const bound = context.program.bind(name, operation.arguments.length);
      if (bound === null || !takesPages(bound, context.program)) continue;
      context.acquisitions.set(start, name);
      if (!context.overBudget) context.givenUp.set(start, { cause: "no path comes to it", isBudget: false });
    }
  }
}

/** Walks the root function of a context and judges every way out; gives them. */
function run(context: Context): readonly Exit[] {
  const ir = context.root;
  let state = initialState(context.tables);
  let { memory } = state;
  const parameters: Value[] = [];
  for (const parameter of ir.parameters) {
    const variable = ir.variables[parameter];
    if (variable === undefined) continue;
    const object = context.tables.variable(0, parameter, variable.name);
    const value = numberValue(context.tables.fresh("memory", boundsOf(variable.type)));
    parameters.push(value);
    memory = memory.with(cellKey(object, ""), value);
  }
  context.parameters = parameters;
  state = { ...state, memory };
  const exits = walkFunction(ir, 0, state, 0, [], null, context);
  for (const exit of exits) judgeMissed({ ...exit, state: judgeExit(exit, context) }, context);
  return exits;
}
