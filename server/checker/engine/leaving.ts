/**
 * How a block is left: branches, cases, returns, and arrivals at loop heads. Knows no operations.
 */

import type { Block, Edge, Expression, Location, Terminator } from "@pinscope/grammars/ir";
import type { Activation, Pending } from "./activation.ts";
import { cellPath } from "./addresses.ts";
import { branchOn, withSplits } from "./conditions.ts";
import { type Context, type Exit, turnsPerLoop } from "./context.ts";
import { comparisonOf, evaluate, placeAddress } from "./evaluate.ts";
import { giveUp } from "./giving-up.ts";
import { generalize } from "./loops.ts";
import { decide } from "./numbers.ts";
import { cellKey, type Route, type State, withCell, withStep } from "./state.ts";
import { stateKey } from "./state-key.ts";
import { returnPage } from "./storing.ts";
import { valueKey } from "./values.ts";

export function leave(
  block: Block,
  state: State,
  activation: Activation,
  context: Context,
  exits: Map<string, Exit>,
): Pending[] {
  const { ir, env } = activation;
  const { terminator } = block;
  switch (terminator.kind) {
    case "goto": {
      const edge = ir.edges[terminator.edge];
      return edge === undefined ? [] : enter(edge, state, activation, context);
    }
    case "branch":
      noteNegativeComparison(terminator.condition, terminator.location, state, activation, context);
      return branchOn(terminator.condition, state, env).flatMap(({ state: next, truth, informative }) => {
        const edge = ir.edges[truth ? terminator.whenTrue : terminator.whenFalse];
        if (edge === undefined || (informative && skipsPages(edge, block, state, activation, context)))
          return [];
        const stepped = informative
          ? withStep(next, {
              location: terminator.location,
              message: truth ? "taking the true branch" : "taking the false branch",
              edge: edge.id,
              nesting: activation.nesting,
              role: "branch",
            })
          : next;
        return enter(edge, stepped, activation, context);
      });
    case "switch":
      return terminator.edges.flatMap((id) => {
        const edge = ir.edges[id];
        return edge === undefined ? [] : enterCase(edge, terminator, state, activation, context);
      });
    case "return": {
      const leaving = withSplits(state, (current) =>
        terminator.value === null ? null : evaluate(terminator.value, current, env),
      );
      for (const { state: returning, result } of leaving) {
        const current = returnPage(returning, result, context.tables);
        const key = `${terminator.location.start}|${result === null ? "" : valueKey(result)}|${stateKey(current, context.tables)}`;
        if (!exits.has(key)) exits.set(key, { state: current, value: result, location: terminator.location });
      }
      return [];
    }
    case "unreachable":
      return [];
  }
}

/**
 * Whether an edge would skip a loop that walks held pages before its first turn, for a bound that nothing relates to
 * what is held: then the loop is taken to run.
 */
function skipsPages(
  edge: Edge,
  block: Block,
  state: State,
  activation: Activation,
  context: Context,
): boolean {
  const loop = activation.facts.loops.get(block.id);
  if (loop === undefined || loop.has(edge.to)) return false;
  if ((state.arrivals.get(`${activation.frame}:${block.id}`)?.count ?? 0) > 0) return false;
  if (!state.holdings.some(({ weakened }) => weakened === null)) return false;
  return context.walksPages(activation.ir, block.id, loop);
}

/**
 * An errno that C converts to unsigned before it compares: claimed where that turns the comparison round.
 */
function noteNegativeComparison(
  condition: Expression,
  location: Location,
  state: State,
  activation: Activation,
  context: Context,
): void {
  if (condition.kind !== "binary" || !orderings.has(condition.operator)) return;
  for (const side of ["left", "right"] as const) {
    const operand = condition[side];
    if (operand.kind !== "cast" || !operand.implicit) continue;
    if (operand.type.kind !== "integer" || operand.type.signed) continue;
    for (const { state: current, result } of withSplits(state, (split) => {
      evaluate(operand, split, activation.env);
      return evaluate(operand.operand, split, activation.env);
    })) {
      if (result.kind !== "number" || !current.constraints.negative(result.value)) continue;
      // Facts that contradict each other show nothing.
      if (current.constraints.nonNegative(result.value)) continue;
      // The result itself, not a sum that it went into.
      if (result.value.terms.length !== 1 || result.value.constant !== 0) continue;
      const origin = result.value.terms
        .map(([symbol]) => context.tables.symbol(symbol)?.call)
        .find((call) => call !== undefined);
      if (origin === undefined || context.program.bind(origin.api, null)?.entry.role !== "trigger") continue;
      context.claim({
        problem: { kind: "negative-comparison", call: origin, signedSide: side },
        state: current,
        location,
        rootLocation: activation.rootCall ?? location,
        nesting: activation.nesting,
      });
    }
  }
}

const orderings: ReadonlySet<string> = new Set(["<", "<=", ">", ">="]);

/** The states in which a switch takes an edge. */
function enterCase(
  edge: Edge,
  terminator: Extract<Terminator, { kind: "switch" }>,
  state: State,
  activation: Activation,
  context: Context,
): Pending[] {
  const { value: selector, location } = terminator;
  const { condition } = edge;
  const compareWith = (
    operator: "==" | ">=" | "<=",
    right: Expression,
  ): Extract<Expression, { kind: "binary" }> => ({
    kind: "binary",
    operator,
    left: selector,
    right,
    type: { kind: "integer", bits: 32, signed: true },
  });
  const compare = (operator: "==" | ">=" | "<=", bound: bigint): Expression =>
    compareWith(operator, { kind: "constant", value: bound, type: selector.type });
  const named = (name: string): Extract<Expression, { kind: "binary" }> =>
    compareWith("==", { kind: "opaque", name, reason: "constant of unknown value", type: selector.type });
  const assumeIt = (states: readonly State[], test: Expression, wanted: boolean): State[] =>
    states.flatMap((current) =>
      branchOn(test, current, activation.env)
        .filter(({ truth }) => truth === wanted)
        .map(({ state: next }) => next),
    );
  // No two cases of a switch are equal: who is known to be one of them is none of the others.
  const isNone =
    (names: readonly string[]) =>
    (current: State): boolean =>
      !names.some((name) => decidesOn(named(name), current, activation));
  let states: State[] = [state];
  if (condition.kind === "case") {
    if (condition.low !== null && condition.low === condition.high) {
      states = assumeIt(states, compare("==", condition.low), true);
    } else {
      if (condition.low !== null) states = assumeIt(states, compare(">=", condition.low), true);
      if (condition.high !== null) states = assumeIt(states, compare("<=", condition.high), true);
    }
    const name = constantName(edge);
    if (name !== null) {
      states = assumeIt(states, named(name), true)
        .filter(isNone(otherNames(edge, terminator, activation)))
        .map((next) => nameSelector(selector, named(name).right, next, activation));
    }
  } else if (condition.kind === "default") {
    // What some case takes does not come here.
    for (const id of terminator.edges) {
      const other = activation.ir.edges[id]?.condition;
      if (other?.kind !== "case" || other.low === null || other.low !== other.high) continue;
      states = assumeIt(states, compare("==", other.low), false);
    }
    const names = otherNames(edge, terminator, activation);
    states = states.filter(isNone(names));
    for (const other of names.slice(0, namedCaseBudget)) states = assumeIt(states, named(other), false);
  }
  const label = condition.kind === "case" ? `case ${condition.label}` : "the default case";
  return states.flatMap((next) =>
    enter(
      edge,
      withStep(next, {
        location,
        message: `taking ${label}`,
        edge: edge.id,
        nesting: activation.nesting,
        role: "branch",
      }),
      activation,
      context,
    ),
  );
}

/** Cases named by constants of unknown value that the default case is noted not to be. */
const namedCaseBudget = 4;

/** Whether a comparison certainly holds. */
function decidesOn(test: Expression, state: State, activation: Activation): boolean {
  return withSplits(state, (current) => comparisonOf(test, current, activation.env)).every(
    ({ state: current, result }) =>
      result !== null && result !== "unknown" && decide(result, current) === true,
  );
}

/** The constant that a case is about where its value is not known. */
function constantName(edge: Edge): string | null {
  const { condition } = edge;
  if (condition.kind !== "case" || condition.low !== null || condition.high !== null) return null;
  return /^[A-Za-z_]\w*$/.test(condition.label) ? condition.label : null;
}

/** Constants that the switch's other cases name: no two cases of a switch are equal. */
function otherNames(
  edge: Edge,
  terminator: Extract<Terminator, { kind: "switch" }>,
  activation: Activation,
): readonly string[] {
  return terminator.edges.flatMap((id) => {
    const other = activation.ir.edges[id];
    const name = other === undefined || other === edge ? null : constantName(other);
    return name === null ? [] : [name];
  });
}

/** What a switch decided on is the constant from now on: later switches know it without a fact of its own. */
function nameSelector(selector: Expression, constant: Expression, state: State, { env }: Activation): State {
  let place = selector;
  while (place.kind === "cast") place = place.operand;
  if (place.kind !== "load") return state;
  const address = placeAddress(place.place, state, env);
  return withCell(state, cellKey(address.object, cellPath(address)), evaluate(constant, state, env));
}

/**
 * Follows an edge, where the walk is free to; at a loop head, states of successive turns are made to meet.
 * @param afterLoop the edge leaves a loop that was applied at once
 */
export function enter(
  edge: Edge,
  from: State,
  activation: Activation,
  context: Context,
  afterLoop = false,
): Pending[] {
  const at = from.route?.length ?? 0;
  const wanted = context.guide?.[at];
  if (context.guide !== null && (wanted?.edge !== edge.id || wanted.frame !== activation.frame)) return [];
  const route: Route = {
    frame: activation.frame,
    edge: edge.id,
    ...(afterLoop && { afterLoop }),
    before: from.route,
    length: at + 1,
  };
  const state = { ...from, route };
  const loop = activation.facts.loops.get(edge.to);
  if (loop === undefined) return [{ block: edge.to, state }];
  const key = `${activation.frame}:${edge.to}`;
  const arrivals = new Map(state.arrivals);
  if (!loop.has(edge.from)) {
    arrivals.set(key, { count: 0, state: { ...state, arrivals: new Map() } });
    return [{ block: edge.to, state: { ...state, arrivals } }];
  }
  const before = state.arrivals.get(key);
  const count = (before?.count ?? 0) + 1;
  if (count > turnsPerLoop) {
    const given = giveUp(state, "a loop whose turns do not settle", context);
    return [{ block: edge.to, state: given }];
  }
  const turned = { ...state, givenBack: [] };
  const met = before === undefined ? turned : generalize(before.state, turned, count, context.tables);
  arrivals.set(key, { count, state: { ...met, arrivals: new Map() } });
  return [{ block: edge.to, state: { ...met, arrivals } }];
}
