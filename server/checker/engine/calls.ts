/**
 * Applies one catalogue call to a state: which outcomes are possible, what each result is, what each effect does.
 * Knows the catalogue's language but no API by name; following helpers is `explore`'s.
 */

import {
  type BoundCall,
  bytesLeftNames,
  type Effect,
  type IntegerTerm,
  inEra,
  type Outcome,
  type Target,
} from "@pinscope/simulator/catalogue";
import { acquire, askedPosition, asksPredicate, followed, noteFailure } from "./acquiring.ts";
import { addressOf, cellPath, type Environment } from "./addresses.ts";
import { type CallResult, type CallSite, claimAt, noteGivenUp } from "./call-site.ts";
import { comesAsLeft, forgetOutputs, forgetWrittenArrays } from "./call-writes.ts";
import { assume } from "./conditions.ts";
import type { Context } from "./context.ts";
import { flagSetOf } from "./flags.ts";
import { noteIterators } from "./iterators.ts";
import { addConstant, subtract, zero } from "./linear.ts";
import { locate, pageOf } from "./locate.ts";
import { weakenArray } from "./moving.ts";
import { decide } from "./numbers.ts";
import { freeMemory, handOver, noteEmptyRelease, release, storeIn } from "./releasing.ts";
import { aliasedValue, freshMemory, resultValue } from "./results.ts";
import { cellKey, type State, withCell, withStep } from "./state.ts";
import { type AppliedCall, argumentValue, pointeeAddress, pointerTerm, waysToHold } from "./terms.ts";
import { markUnwritten } from "./unwritten.ts";
import { type Comparison, numberValue } from "./values.ts";

/** The largest number of pages one call can be asked for. */
const largestCount = 2 ** 31 - 1;

/** Every way in which a catalogue call can end. */
export function applyCatalogue(
  bound: BoundCall,
  site: CallSite,
  state: State,
  env: Environment,
  context: Context,
): CallResult[] {
  const results: CallResult[] = [];
  noteFlags(bound, site, state, context);
  if (isFrameNumber(bound)) {
    return [
      {
        state: givenAsNumber(bound, site, state, env, context),
        value: aliasedValue(bound, site, env.tables),
      },
    ];
  }
  const { aliases } = bound.entry;
  if (aliases?.how === "offset") state = givenAsPart(aliases.result, bound, site, state, env, context);
  if (bound.entry.successor !== undefined) claimAt(site, { kind: "obsolete", bound }, state, context);
  noteEmptyRelease(bound, site, state, context);
  const owed = assumeOwed(bound, site, forgetOutputs(bound, site, state, env), env);
  if (owed === null) return [];
  for (const outcome of bound.outcomes) {
    // Who never asks and never unpins means iterators of the kernel's own.
    if (!context.program.testsIterators && asksPredicate(outcome)) continue;
    const started = startOutcome(bound, outcome, site, owed, env);
    for (const { state: possible, call } of started) {
      let current = failureStep(bound, outcome, site, possible);
      for (const effect of outcome.effects)
        current = applyEffect(effect, outcome, call, current, site, env, context);
      if (outcome.name !== "error" && outcome.name !== "error-pointer")
        current = forgetWrittenArrays(current, outcome, call, site, env);
      if (outcome.name === "error" || outcome.name === "zero")
        current = noteFailure(bound, outcome, site, call, current, env);
      const isHarmless = bound.entry.answers !== undefined || bytesLeftNames.has(bound.entry.name);
      current = noteIterators(bound, call, isHarmless, current, env.tables);
      results.push({ state: current, value: call.result });
    }
  }
  return results;
}

/** Whether a comparison is about the end of the address space. */
function speaksOfWrap(comparison: Comparison): boolean {
  return Math.abs(comparison.value.constant) > Number.MAX_SAFE_INTEGER;
}

/** Positions of arguments that count pages: what is asked for, and the room for it. */
function countPositions(bound: BoundCall): Set<number> {
  const positions = new Set<number>();
  const note = (term: IntegerTerm | undefined): void => {
    const position = term?.kind === "argument" ? bound.position.get(term.name) : undefined;
    if (position !== undefined) positions.add(position);
  };
  for (const outcome of bound.outcomes) {
    const asked = askedPosition(outcome, bound);
    if (asked !== null) positions.add(asked);
    for (const effect of outcome.effects) {
      if (effect.kind === "acquire") note(effect.limit);
      if (effect.kind === "allocate") note(effect.elements);
    }
  }
  return positions;
}

/** A call that fails says so on the path: the test of its result then has only one way to go. */
function failureStep(bound: BoundCall, outcome: Outcome, site: CallSite, state: State): State {
  const how = failures[outcome.name];
  if (how === undefined || bound.outcomes.length < 2) return state;
  const message = `${bound.entry.name}() ${how} here`;
  return withStep(state, { location: site.location, message, nesting: site.nesting, role: "call" });
}

const failures: Readonly<Partial<Record<Outcome["name"], string>>> = {
  null: "returns NULL",
  error: "fails",
  "error-pointer": "fails",
};

/** Flags are judged with the call that gets them: here they are only decoded. */
function noteFlags(bound: BoundCall, site: CallSite, state: State, context: Context): void {
  const { flagsParameter } = bound.entry;
  const position = flagsParameter === undefined ? undefined : bound.position.get(flagsParameter);
  const value = position === undefined ? undefined : site.arguments[position];
  const flags = value === undefined ? null : flagSetOf(value);
  if (flags === null) return;
  claimAt(site, { kind: "flags", bound, flags }, state, context);
}

/** What the caller owes is taken for granted: the outcomes say nothing about calls that break it. Null: this one does. */
function assumeOwed(bound: BoundCall, site: CallSite, state: State, env: Environment): State | null {
  let current = state;
  const call: AppliedCall = { bound, arguments: site.arguments, result: null };
  for (const { condition, era } of bound.entry.requires ?? []) {
    if (!inEra(era, bound.effectVersion)) continue;
    const [way] = waysToHold(condition, true, call, current, env.tables) ?? [];
    const [next] = way === undefined ? [] : assumeAll(current, way, env);
    current = next ?? current;
  }
  for (const position of countPositions(bound)) {
    const value = site.arguments[position];
    if (value?.kind !== "number") continue;
    // A count of pages fits into an int; so it is never the huge number that an errno becomes as unsigned.
    const bounded = addConstant(subtract(zero, value.value), largestCount);
    const constraints = current.constraints.assumeNonNegative(value.value)?.assumeNonNegative(bounded);
    if (!constraints) return null;
    current = { ...current, constraints };
  }
  return current;
}

/** Whether a page goes in as a pointer and comes out as a number that code can count on with. */
function isFrameNumber(bound: BoundCall): boolean {
  const { aliases } = bound.entry;
  if (aliases?.how !== "same" || bound.signature.returns.includes("*")) return false;
  return bound.signature.parameters.find(({ name }) => name === aliases.result)?.type.includes("*") ?? false;
}

/** Frame numbers of an array's pages are kept and counted in ways that slots cannot follow: the claim ends. */
function givenAsNumber(
  bound: BoundCall,
  site: CallSite,
  state: State,
  env: Environment,
  context: Context,
): State {
  const { aliases } = bound.entry;
  const call: AppliedCall = { bound, arguments: site.arguments, result: null };
  const value = aliases === undefined ? null : argumentValue(call, aliases.result);
  const slot = value === null ? null : (pageOf(value, state, env.tables)?.slot ?? null);
  if (slot === null) return state;
  const after = weakenArray(state, slot.object, `turned into a number by ${site.name}()`);
  if (after !== state) noteGivenUp(state, after, site, context);
  return after;
}

/** A part of a page that was looked up goes by another pointer, by which it may be let go: the claim ends. */
function givenAsPart(
  name: string,
  bound: BoundCall,
  site: CallSite,
  state: State,
  env: Environment,
  context: Context,
): State {
  const value = argumentValue({ bound, arguments: site.arguments, result: null }, name);
  const page = value === null ? null : pageOf(value, state, env.tables);
  const isLookedUp = state.holdings.some(
    ({ acquisition, holder }) => acquisition.lookedUp && holder.object === page?.object,
  );
  if (page === null || !isLookedUp) return state;
  const after = weakenArray(state, page.object, `turned into a part of it by ${site.name}()`);
  if (after !== state) noteGivenUp(state, after, site, context);
  return after;
}

/** The states in which an outcome happens, with the result bound. */
function startOutcome(
  bound: BoundCall,
  outcome: Outcome,
  site: CallSite,
  state: State,
  env: Environment,
): { readonly state: State; readonly call: AppliedCall }[] {
  const { tables } = env;
  const before: AppliedCall = { bound, arguments: site.arguments, result: null };
  let states: State[] = [state];
  if (outcome.possible !== undefined) {
    const ways = waysToHold(outcome.possible, true, before, state, tables);
    if (ways === null) return [];
    // An address range that wraps round is nobody's buffer: no claim rests on it.
    const plausible = ways.filter((way) => !way.some(({ comparison }) => speaksOfWrap(comparison)));
    states = plausible.flatMap((way) => assumeAll(state, way, env));
  }
  const starts: { readonly state: State; readonly call: AppliedCall }[] = [];
  for (const possible of states) {
    const call: AppliedCall = { ...before, result: resultValue(bound, outcome, site, possible, env) };
    for (const prepared of prepareOutputs(outcome, call, possible, env)) {
      if (outcome.result === undefined) {
        starts.push({ state: prepared, call });
        continue;
      }
      const ways = waysToHold(outcome.result, true, call, prepared, tables);
      if (ways === null) {
        starts.push({ state: prepared, call });
        continue;
      }
      for (const way of ways) {
        for (const next of assumeAll(prepared, way, env)) {
          starts.push({ state: next, call: settleResult(call, outcome, next) });
        }
      }
    }
  }
  return starts;
}

/** A result that must equal what was asked for is that number: no symbol has to be carried beside it. */
function settleResult(call: AppliedCall, outcome: Outcome, state: State): AppliedCall {
  const position = askedPosition(outcome, call.bound);
  const asked = position === null ? undefined : call.arguments[position];
  if (call.result?.kind !== "number" || asked?.kind !== "number") return call;
  return state.constraints.isZero(subtract(call.result.value, asked.value))
    ? { ...call, result: asked }
    : call;
}

function assumeAll(
  state: State,
  way: readonly { readonly comparison: Parameters<typeof assume>[1]; readonly truth: boolean }[],
  env: Environment,
): State[] {
  let current: State | null = state;
  for (const { comparison, truth } of way) {
    current = assume(current, comparison, truth, env);
    if (current === null) return [];
  }
  return [current];
}

/**
 * Integers that the call writes through its arguments get new values before effects read them. Each is an offset in
 * the first page, and both a buffer that begins with its page and one that does not are possible.
 */
function prepareOutputs(outcome: Outcome, call: AppliedCall, state: State, env: Environment): State[] {
  const written = new Set<string>();
  const note = (term: unknown): void => {
    if (typeof term !== "object" || term === null) return;
    const candidate = term as { readonly kind?: unknown; readonly name?: unknown; readonly before?: unknown };
    if (candidate.kind === "pointee" && typeof candidate.name === "string" && candidate.before !== true) {
      written.add(candidate.name);
    }
    for (const child of Object.values(term)) note(child);
  };
  for (const effect of outcome.effects) {
    if (effect.kind !== "allocate") note("target" in effect ? offsetsOf(effect.target) : null);
  }
  let states: State[] = [state];
  for (const name of written) {
    const address = pointeeAddress(call, name, env.tables);
    if (address === null) continue;
    const inside = env.tables.fresh("call", (self) => [
      addConstant(self, -1),
      addConstant(subtract(zero, self), 4095),
    ]);
    const key = cellKey(address.object, cellPath(address));
    states = states.flatMap((current) => [
      withCell(current, key, numberValue(zero)),
      withCell(current, key, numberValue(inside)),
    ]);
  }
  return states;
}

/** The integer terms of a target: arrays named through a pointer keep their value. */
function offsetsOf(target: Target): unknown {
  switch (target.kind) {
    case "slots":
      return [target.low, target.end];
    case "value":
    case "consecutive":
      return target.count;
    case "contents":
      return null;
  }
}

function conditionFails(
  condition: Effect["when" & keyof Effect] | undefined,
  call: AppliedCall,
  state: State,
  env: Environment,
): boolean {
  if (condition === undefined) return false;
  const ways = waysToHold(condition, true, call, state, env.tables);
  if (ways === null) return true;
  return ways.every((way) =>
    way.some(({ comparison, truth }) => {
      const known = decide(comparison, state);
      return known !== null && known !== truth;
    }),
  );
}

function applyEffect(
  effect: Effect,
  outcome: Outcome,
  call: AppliedCall,
  state: State,
  site: CallSite,
  env: Environment,
  context: Context,
): State {
  const { tables } = env;
  if (conditionFails(effect.when, call, state, env)) return state;
  switch (effect.kind) {
    case "acquire": {
      if (!followed.has(effect.family) || effect.holder !== undefined) return state;
      return acquire(effect, outcome, call, state, site, env, context);
    }
    case "release": {
      if (effect.family === "memory" || effect.family === "object") return state;
      if (effect.holder !== undefined) {
        context.releasesOthers = true;
        return state;
      }
      return release(effect, call, state, site, env, context);
    }
    case "transfer": {
      const located = locate(effect.target, call, state, tables);
      const after = located === null ? state : handOver(located, state);
      context.releasesOthers ||= after === state;
      return after;
    }
    case "store": {
      const located = locate(effect.target, call, state, tables);
      const into = pointerTerm(effect.into, call, state, tables);
      const container = into === null ? null : addressOf(into, tables);
      if (located === null || container === null) return state;
      return storeIn(located, container.object, site, state, tables);
    }
    case "allocate": {
      if (effect.into.kind !== "pointee") {
        const isMarked = !effect.zeroed && effect.elements !== undefined && comesAsLeft(call, env);
        return isMarked && call.result?.kind === "pointer" ? markUnwritten(state, call.result.object) : state;
      }
      const address = pointeeAddress(call, effect.into.name, tables);
      if (address === null) return state;
      return withCell(
        state,
        cellKey(address.object, cellPath(address)),
        freshMemory(site, effect.zeroed, state, tables),
      );
    }
    case "free": {
      const value = pointerTerm(effect.value, call, state, tables);
      return value === null ? state : freeMemory(value, state, site, env, context);
    }
    case "mark":
    case "dirty":
      return state;
  }
}
