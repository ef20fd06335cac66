/**
 * Effects that take pages, and failures that take none. Knows no control flow.
 */

import {
  type BoundCall,
  type Condition,
  type Effect,
  type Family,
  type IntegerTerm,
  inEra,
  type Outcome,
  type Target,
} from "@pinscope/simulator/catalogue";
import { type Address, cellPath, type Environment } from "./addresses.ts";
import { type CallSite, report } from "./call-site.ts";
import type { Context, ProgramView } from "./context.ts";
import { acquireSlots, acquireValue } from "./holdings.ts";
import { takeFromIterator } from "./iterators.ts";
import { add, addConstant, type Linear, one, subtract } from "./linear.ts";
import { type Located, locate } from "./locate.ts";
import { type Acquisition, cellKey, type State, withCell, withStep } from "./state.ts";
import { type AppliedCall, integerTerm, pointerTerm } from "./terms.ts";
import { nullValue, numberValue, type ObjectId, type Tables } from "./values.ts";

/** Families whose holdings the engine follows; memory is followed as objects that can be freed. */
export const followed: ReadonlySet<Family> = new Set<Family>(["pin", "reference"]);

/** Whether a call may take pages that the engine follows. */
export function takesPages({ outcomes }: BoundCall, program: ProgramView): boolean {
  return outcomes.some(
    (outcome) =>
      (program.testsIterators || !asksPredicate(outcome)) &&
      outcome.effects.some(
        (effect) => effect.kind === "acquire" && followed.has(effect.family) && effect.holder === undefined,
      ),
  );
}

/** Whether an outcome holds pages only if a question about an object that the call is given is answered with yes. */
export function asksPredicate(outcome: Outcome): boolean {
  const asks = (condition: Condition | undefined): boolean => {
    if (condition === undefined) return false;
    if (condition.kind === "and" || condition.kind === "or") return condition.operands.some(asks);
    return condition.kind === "predicate" && condition.argument !== "result";
  };
  return asks(outcome.possible) || asks(outcome.result);
}

function acquisitionOf(
  effect: Extract<Effect, { kind: "acquire" }>,
  outcome: Outcome,
  call: AppliedCall,
  site: CallSite,
): Acquisition {
  return {
    api: call.bound.entry.name,
    family: effect.family,
    unit: effect.unit,
    location: site.location,
    functionName: site.functionName,
    nesting: site.nesting,
    outcome: outcome.name,
    releaseWith: call.bound.entry.releaseWith,
    placeholder: isPlaceholder(call.bound),
    lookedUp: call.bound.entry.role !== "trigger",
    claimable: isClaimable(effect, call.bound),
    asked: askedPosition(outcome, call.bound),
    bytes: call.bound.entry.resultUnit === "byte",
    most: null,
    contents: effect.target.kind === "contents",
  };
}

/**
 * Leaks are claimed of what a call took for the caller, a page that it looked up included. A further holding on a page
 * that was there before, or a batch that is looked up, is kept by too many means that are out of sight.
 */
function isClaimable(effect: Extract<Effect, { kind: "acquire" }>, bound: BoundCall): boolean {
  const { target } = effect;
  if (bound.entry.role !== "trigger") return isResult(target);
  return target.kind !== "value" || target.value.kind !== "argument";
}

/** Pins of this version are plain references: letting them go with the wrong call changes nothing. */
function isPlaceholder(bound: BoundCall): boolean {
  const { placeholder } = bound.entry;
  return placeholder !== undefined && inEra(placeholder, bound.effectVersion);
}

/** Position of the argument that says how many were asked for: the one the result is compared with. */
export function askedPosition(outcome: Outcome, bound: BoundCall): number | null {
  const find = (condition: Condition | undefined): string | null => {
    if (condition === undefined) return null;
    if (condition.kind === "and" || condition.kind === "or") {
      for (const operand of condition.operands) {
        const found = find(operand);
        if (found !== null) return found;
      }
      return null;
    }
    if (condition.kind !== "compare" || condition.left.kind !== "result") return null;
    return condition.right.kind === "argument" ? condition.right.name : null;
  };
  const name = find(outcome.result);
  return name === null ? null : (bound.position.get(name) ?? null);
}

export function acquire(
  effect: Extract<Effect, { kind: "acquire" }>,
  outcome: Outcome,
  call: AppliedCall,
  state: State,
  site: CallSite,
  env: Environment,
  context: Context,
): State {
  const located = locate(effect.target, call, state, env.tables);
  const acquisition = {
    ...acquisitionOf(effect, outcome, call, site),
    most: located === null ? null : mostSlots(effect, call, located, state, env),
  };
  const key = site.location.start;
  if (located?.kind === "container" && isOwnContainer(located.object, env.tables, context)) {
    context.acquisitions.set(key, acquisition.api);
    const stepped = withStep(state, {
      location: site.location,
      message: acquiredText(acquisition, outcome),
      nesting: site.nesting,
      role: "acquire",
    });
    return acquireValue(stepped, located.object, one, acquisition).state;
  }
  if (located === null || located.kind === "container") {
    const cause = located === null ? "array or count not understood" : "held by a container";
    if (located === null) noteNullFilled(effect, call, state, env, context);
    context.givenUp.set(key, { cause, isBudget: false });
    return state;
  }
  context.acquisitions.set(key, acquisition.api);
  const limited = withinLimit(effect, call, located, state, env);
  const counted =
    located.kind === "slots" && located.end !== null
      ? takeFromIterator(call.bound, call, subtract(located.end, located.low), limited, env.tables)
      : limited;
  const stepped = withStep(counted, {
    location: site.location,
    message: acquiredText(acquisition, outcome),
    nesting: site.nesting,
    role: "acquire",
  });
  if (located.kind === "slots") {
    if (located.end === null) {
      context.givenUp.set(key, { cause: "count not understood", isBudget: false });
      return stepped;
    }
    const { object, path } = located.array;
    const change = acquireSlots(env.tables, stepped, object, path, located.low, located.end, acquisition);
    return namePage(
      report(change, stepped, site, context),
      located.array,
      located.low,
      located.end,
      env.tables,
    );
  }
  const named = isResult(effect.target) ? withResult(stepped, call) : stepped;
  if (named === null) return state;
  return report(acquireValue(named, located.object, located.count ?? one, acquisition), named, site, context);
}

function isResult(target: Target): boolean {
  return target.kind === "value" && target.value.kind === "result";
}

/** What was taken and is returned is no NULL. */
function withResult(state: State, { result }: AppliedCall): State | null {
  if (result?.kind !== "number") return state;
  const constraints = state.constraints.assumeNonNegative(addConstant(result.value, -1));
  return constraints === null ? null : { ...state, constraints };
}

/** An array into which pages are taken is no NULL: what the path knows of it came about through another name of it. */
function noteNullFilled(
  { target }: Extract<Effect, { kind: "acquire" }>,
  call: AppliedCall,
  state: State,
  env: Environment,
  context: Context,
): void {
  if (target.kind !== "slots") return;
  const array = pointerTerm(target.array, call, state, env.tables);
  if (array?.kind === "number" && state.constraints.isZero(array.value)) context.fillsNull = true;
}

/** Whether a container was made on this path, by a call or as a local: nobody else lets go of what is in it. */
function isOwnContainer(object: ObjectId, tables: Tables, context: Context): boolean {
  const info = tables.object(object);
  if (info?.kind === "variable") return true;
  const api = info?.kind === "pointee" ? tables.symbol(info.symbol)?.call?.api : undefined;
  const made = api === undefined ? undefined : context.program.bind(api, null)?.outcomes;
  return (
    made?.some(({ effects }) =>
      effects.some(
        ({ kind, ...effect }) =>
          kind === "acquire" &&
          "target" in effect &&
          effect.target.kind === "value" &&
          effect.target.value.kind === "result",
      ),
    ) ?? false
  );
}

/** The slots that a call may fill at most, where bytes decide how many it does. */
function mostSlots(
  effect: Extract<Effect, { kind: "acquire" }>,
  call: AppliedCall,
  located: Located,
  state: State,
  env: Environment,
): Acquisition["most"] {
  if (call.bound.entry.resultUnit !== "byte" || effect.limit === undefined) return null;
  const limit = integerTerm(effect.limit, call, state, env.tables);
  if (limit === null || located.kind !== "slots" || call.result?.kind !== "number") return null;
  return { end: add(located.low, limit), result: call.result.value };
}

/** The most slots a call fills, where its entry says so. */
function withinLimit(
  effect: Extract<Effect, { kind: "acquire" }>,
  call: AppliedCall,
  located: Located,
  state: State,
  env: Environment,
): State {
  if (located.kind !== "slots" || located.end === null) return state;
  let { constraints } = state;
  const assumeAtMost = (value: Linear, term: IntegerTerm | undefined): void => {
    const limit = term === undefined ? null : integerTerm(term, call, state, env.tables);
    if (limit !== null) constraints = constraints.assumeNonNegative(subtract(limit, value)) ?? constraints;
  };
  assumeAtMost(subtract(located.end, located.low), effect.limit);
  if (call.result?.kind === "number") assumeAtMost(call.result.value, effect.resultLimit);
  return constraints === state.constraints ? state : { ...state, constraints };
}

/** A single slot that was just filled names a page of its own: not the one that stood there before. */
function namePage(state: State, array: Address, low: Linear, end: Linear, tables: Tables): State {
  if (!state.constraints.isZero(addConstant(subtract(end, low), -1))) return state;
  const slot = { object: array.object, path: array.path, index: low };
  const page = tables.fresh("call", (self) => [addConstant(self, -1)], { slot });
  return withCell(state, cellKey(array.object, cellPath(slot)), numberValue(page));
}

function acquiredText(acquisition: Acquisition, outcome: Outcome): string {
  const what = acquisition.family === "pin" ? "pinned" : "referenced";
  const amount = outcome.name === "short" ? "fewer pages than asked for are" : "pages are";
  return `${amount} ${what} here by ${acquisition.api}()`;
}

/** An error came back: nothing of what was asked for is held. */
export function noteFailure(
  bound: BoundCall,
  how: Outcome,
  site: CallSite,
  call: AppliedCall,
  state: State,
  env: Environment,
): State {
  let current = state;
  for (const outcome of bound.outcomes) {
    for (const effect of outcome.effects) {
      if (effect.kind !== "acquire" || !followed.has(effect.family) || effect.target.kind !== "slots")
        continue;
      const located = locate(effect.target, { ...call, result: nullValue }, current, env.tables);
      if (located?.kind !== "slots") continue;
      const { object, path } = located.array;
      if (current.failed.some((attempt) => attempt.object === object && attempt.path === path)) continue;
      if (current.holdings.some((holding) => holding.holder.object === object)) continue;
      const acquisition = acquisitionOf(effect, { ...outcome, name: how.name }, call, site);
      const { start } = acquisition.location;
      const others = current.failed.filter((attempt) => attempt.acquisition.location.start !== start);
      current = { ...current, failed: [...others, { acquisition, object, path }] };
    }
  }
  return current;
}
