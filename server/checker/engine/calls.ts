/**
 * Applies one call to a state: a catalogue entry's outcomes, or what a call of an unknown function may do.
 * Knows the catalogue's language but no API by name; following helpers is `explore`'s.
 */
import type { CType, Location } from "@pinscope/grammars/ir";
import {
  type BoundCall,
  type Condition,
  type Effect,
  type Family,
  inEra,
  type Outcome,
  type Target,
} from "@pinscope/simulator/catalogue";
import { assume } from "./conditions.ts";
import type { ClaimedProblem, Context } from "./context.ts";
import { type Address, addressOf, cellPath, decide, type Environment } from "./evaluate.ts";
import { flagSetOf } from "./flags.ts";
import {
  acquireSlots,
  acquireValue,
  certainlySome,
  forgetRecord,
  type HoldingsChange,
  handOverSlots,
  handOverValue,
  type Problem,
  recordIn,
  releaseSlots,
  releaseValue,
  weakenArray,
} from "./holdings.ts";
import { add, addConstant, type Linear, one, subtract, zero } from "./linear.ts";
import {
  type Acquisition,
  cellKey,
  forgetCells,
  objectOfCell,
  type Slot,
  type State,
  withCell,
  withStep,
} from "./state.ts";
import {
  type AppliedCall,
  argumentValue,
  integerTerm,
  pointeeAddress,
  pointerTerm,
  predicateTerm,
  waysToHold,
} from "./terms.ts";
import {
  boundsOf,
  nullValue,
  numberValue,
  type ObjectId,
  type Tables,
  type Value,
  valueKey,
} from "./values.ts";

/** A call in the program, its arguments read. */
export interface CallSite {
  readonly name: string;
  readonly arguments: readonly Value[];
  readonly type: CType;
  readonly location: Location;
  readonly nesting: number;
  readonly functionName: string;
  /** Where the root function stands when this call runs: the call itself, or the helper's call around it. */
  readonly rootLocation: Location;
}

export interface CallResult {
  readonly state: State;
  readonly value: Value | null;
}

/** The largest number of pages one call can be asked for. */
const largestCount = 2 ** 31 - 1;

/** Families whose holdings the engine follows; memory is followed as objects that can be freed. */
const followed: ReadonlySet<Family> = new Set<Family>(["pin", "reference"]);

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
  if (bound.entry.successor !== undefined) claimAt(site, { kind: "obsolete", bound }, state, context);
  const owed = assumeOwed(bound, site, state, env);
  for (const outcome of bound.outcomes) {
    // Who never asks and never unpins means iterators of the kernel's own.
    if (!context.program.testsIterators && asksPredicate(outcome)) continue;
    const started = startOutcome(bound, outcome, site, owed, env);
    for (const { state: possible, call } of started) {
      let current = possible;
      for (const effect of outcome.effects)
        current = applyEffect(effect, outcome, call, current, site, env, context);
      if (outcome.name !== "error" && outcome.name !== "error-pointer")
        current = forgetDeclared(current, call, env);
      if (outcome.name === "error" || outcome.name === "zero")
        current = noteFailure(bound, outcome, site, call, current, env);
      results.push({ state: current, value: call.result });
    }
  }
  return results;
}

/** Flags are judged with the call that gets them: here they are only decoded. */
function noteFlags(bound: BoundCall, site: CallSite, state: State, context: Context): void {
  const { flagsParameter } = bound.entry;
  const position = flagsParameter === undefined ? undefined : bound.position.get(flagsParameter);
  const value = position === undefined ? undefined : site.arguments[position];
  const flags = value === undefined ? null : flagSetOf(value);
  if (flags === null) return;
  claimAt(site, { kind: "flags", bound, flags }, state, context);
}

/** Whether an outcome holds pages only if a question about an object is answered with yes. */
function asksPredicate(outcome: Outcome): boolean {
  const asks = (condition: Condition | undefined): boolean => {
    if (condition === undefined) return false;
    if (condition.kind === "and" || condition.kind === "or") return condition.operands.some(asks);
    return condition.kind === "predicate";
  };
  return asks(outcome.possible) || asks(outcome.result);
}

/** What the caller owes is taken for granted: the outcomes say nothing about calls that break it. */
function assumeOwed(bound: BoundCall, site: CallSite, state: State, env: Environment): State {
  let current = state;
  const call: AppliedCall = { bound, arguments: site.arguments, result: null };
  for (const { condition, era } of bound.entry.requires ?? []) {
    if (!inEra(era, bound.effectVersion)) continue;
    const [way] = waysToHold(condition, true, call, current, env.tables) ?? [];
    const [next] = way === undefined ? [] : assumeAll(current, way, env);
    current = next ?? current;
  }
  for (const outcome of bound.outcomes) {
    const position = askedPosition(outcome, bound);
    const value = position === null ? undefined : site.arguments[position];
    if (value?.kind !== "number") continue;
    // A count of pages fits into an int; so it is never the huge number that an errno becomes as unsigned.
    const bounded = addConstant(subtract(zero, value.value), largestCount);
    const constraints = current.constraints.assumeNonNegative(value.value)?.assumeNonNegative(bounded);
    if (constraints) current = { ...current, constraints };
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

/** Whether what a problem rests on is followed well enough to be claimed. */
function isSure(
  problem: ClaimedProblem,
  site: Pick<CallSite, "nesting" | "functionName">,
  context: Context,
): boolean {
  switch (problem.kind) {
    case "overwritten":
    case "freed-record":
      // Between two helpers there is too much that a caller may know.
      return (
        !(problem.kind === "overwritten" && context.losesBytes(problem.holding.acquisition)) &&
        problem.holding.acquisition.claimable &&
        (site.nesting === 0 || problem.holding.acquisition.nesting === 0)
      );
    case "double-release":
      return problem.acquisition.claimable;
    case "zero-count":
      // Loops that go on while an iterator has bytes do not get zero of them.
      return !problem.acquisition.bytes && isNear(problem.acquisition, site);
    case "negative-count":
      return problem.acquisition === null || isNear(problem.acquisition, site);
    case "over-release":
      return problem.acquisition === null ? site.nesting === 0 : isNear(problem.acquisition, site);
    default:
      return true;
  }
}

/** A failure in one helper reaches another in ways (named results, other files) that may be out of sight. */
function isNear(acquisition: Acquisition, site: Pick<CallSite, "functionName">): boolean {
  return acquisition.nesting === 0 || acquisition.functionName === site.functionName;
}

export function claimAt(
  site: Pick<CallSite, "name" | "location" | "rootLocation" | "nesting" | "functionName">,
  problem: ClaimedProblem,
  state: State,
  context: Context,
): void {
  if (!isSure(problem, site, context)) return;
  context.claim({
    problem,
    state,
    location: site.location,
    rootLocation: site.rootLocation,
    nesting: site.nesting,
    api: site.name,
  });
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
    states = ways.flatMap((way) => assumeAll(state, way, env));
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

/** The value a call returns: fresh memory, an alias of an argument, or a new symbol. */
function resultValue(
  bound: BoundCall,
  outcome: Outcome,
  site: CallSite,
  state: State,
  env: Environment,
): Value {
  const { tables } = env;
  const alias = aliasedValue(bound, site, tables);
  if (alias !== null) return alias;
  const answer = answeredValue(bound, site, tables);
  if (answer !== null) return answer;
  for (const effect of outcome.effects) {
    const fresh =
      (effect.kind === "allocate" && effect.into.kind === "result") ||
      (effect.kind === "acquire" &&
        effect.family === "allocation" &&
        effect.target.kind === "value" &&
        effect.target.value.kind === "result");
    if (!fresh) continue;
    const zeroed = effect.kind === "allocate" && effect.zeroed;
    return freshMemory(site, zeroed, state, tables);
  }
  const bounds =
    outcome.name === "success" && bound.entry.resultUnit === "pointer" ? () => [] : boundsOf(site.type);
  return numberValue(
    tables.fresh("result", bounds, { call: { api: bound.entry.name, location: site.location } }),
  );
}

/** The page an identity names, or the address that stands for it. */
function aliasedValue(bound: BoundCall, site: CallSite, tables: Tables): Value | null {
  const { aliases } = bound.entry;
  if (aliases === undefined) return null;
  const value = argumentValue({ bound, arguments: site.arguments, result: null }, aliases.result);
  if (value === null) return null;
  if (aliases.how === "same") return value;
  if (aliases.how !== "address") return null;
  const [term] = value.kind === "number" ? value.value.terms : [];
  const page = term === undefined ? undefined : tables.symbol(term[0])?.addressOf;
  if (page !== undefined) return page;
  const key = `address(${valueKey(value, tables)})`;
  return numberValue(tables.term(key, (self) => [addConstant(self, -1)], { addressOf: value }));
}

/** The truth value of the question that a call asks, the same each time it is asked of one object. */
function answeredValue(bound: BoundCall, site: CallSite, tables: Tables): Value | null {
  const { answers } = bound.entry;
  const question = answers?.kind === "not" ? answers.operand : answers;
  if (question?.kind !== "predicate") return null;
  const value = argumentValue({ bound, arguments: site.arguments, result: null }, question.argument);
  if (value === null) return null;
  const truth = predicateTerm(question.name, value, tables);
  return numberValue(question === answers ? truth : subtract(one, truth));
}

/** How many allocations of one call are told apart on one path. */
const generationBudget = 3;

/** A pointer to memory allocated here; memory of an earlier turn that is still referred to keeps its own object. */
function freshMemory(site: CallSite, zeroed: boolean, state: State, tables: Tables): Value {
  for (let generation = 0; ; generation++) {
    const object = tables.heap(
      `${site.nesting}.${site.functionName}.${site.location.start}`,
      generation,
      zeroed,
    );
    if (isReferred(object, state)) {
      if (generation < generationBudget) continue;
      return numberValue(tables.fresh("call", (self) => [addConstant(self, -1)]));
    }
    return { kind: "pointer", object, path: "", index: zero };
  }
}

function isReferred(object: ObjectId, state: State): boolean {
  if (state.holdings.some((holding) => holding.holder.object === object || holding.records.includes(object)))
    return true;
  for (const [key, value] of state.memory) {
    if (value.kind === "pointer" && value.object === object) return true;
    if (objectOfCell(key) === object) return true;
  }
  return state.freed.has(object) || state.escaped.has(object);
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

/** Where a target's holdings are, as far as the state knows. */
type Located =
  | { readonly kind: "slots"; readonly array: Address; readonly low: Linear; readonly end: Linear | null }
  | {
      readonly kind: "value";
      readonly object: ObjectId;
      readonly slot: Slot | null;
      readonly count: Linear | null;
    }
  | { readonly kind: "container"; readonly object: ObjectId };

function locate(target: Target, call: AppliedCall, state: State, tables: Tables): Located | null {
  switch (target.kind) {
    case "slots": {
      const array = pointerTerm(target.array, call, state, tables);
      const address = array === null ? null : addressOf(array, tables);
      const low = integerTerm(target.low, call, state, tables);
      if (address === null || low === null) return null;
      const end = integerTerm(target.end, call, state, tables);
      return {
        kind: "slots",
        array: address,
        low: add(address.index, low),
        end: end === null ? null : add(address.index, end),
      };
    }
    case "value":
    case "consecutive": {
      const value = pointerTerm(target.kind === "value" ? target.value : target.first, call, state, tables);
      if (value === null) return null;
      const page = pageOf(value, state, tables);
      if (page === null) return null;
      return { kind: "value", ...page, count: integerTerm(target.count, call, state, tables) };
    }
    case "contents": {
      const value = pointerTerm(target.container, call, state, tables);
      const address = value === null ? null : addressOf(value, tables);
      return address === null ? null : { kind: "container", object: address.object };
    }
  }
}

/** The page a pointer value names: its object, and the slot it was read from. */
export function pageOf(
  value: Value,
  state: State,
  tables: Tables,
): { readonly object: ObjectId; readonly slot: Slot | null } | null {
  const address = addressOf(value, tables);
  if (address === null) return null;
  const moved = state.slotOf.get(address.object);
  if (moved !== undefined) return { object: address.object, slot: moved };
  const info = tables.object(address.object);
  const slot = info?.kind === "pointee" ? (tables.symbol(info.symbol)?.slot ?? null) : null;
  return { object: address.object, slot };
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
      if (effect.family === "memory" || effect.family === "object" || effect.holder !== undefined)
        return state;
      return release(effect, call, state, site, env, context);
    }
    case "transfer": {
      const located = locate(effect.target, call, state, tables);
      return located === null ? state : handOver(located, state);
    }
    case "store": {
      const located = locate(effect.target, call, state, tables);
      const into = pointerTerm(effect.into, call, state, tables);
      const container = into === null ? null : addressOf(into, tables);
      if (located === null || container === null) return state;
      return storeIn(located, container.object, site, state, tables);
    }
    case "allocate": {
      if (effect.into.kind !== "pointee") return state;
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
    claimable: isClaimable(effect, call.bound),
    asked: askedPosition(outcome, call.bound),
    bytes: call.bound.entry.resultUnit === "byte",
  };
}

/**
 * Leaks are claimed of what a call took for the caller. A further holding on a page that was there before, or on one
 * that some cache names, is kept by too many means that are out of sight.
 */
function isClaimable(effect: Extract<Effect, { kind: "acquire" }>, bound: BoundCall): boolean {
  if (bound.entry.role !== "trigger") return false;
  return effect.target.kind !== "value" || effect.target.value.kind !== "argument";
}

/** Pins of this version are plain references: letting them go with the wrong call changes nothing. */
function isPlaceholder(bound: BoundCall): boolean {
  const { placeholder } = bound.entry;
  return placeholder !== undefined && inEra(placeholder, bound.effectVersion);
}

/** Position of the argument that says how many were asked for: the one the result is compared with. */
function askedPosition(outcome: Outcome, bound: BoundCall): number | null {
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

function report(change: HoldingsChange, before: State, site: CallSite, context: Context): State {
  for (const problem of change.problems) {
    claimAt(site, problem, before, context);
  }
  return change.state;
}

function acquire(
  effect: Extract<Effect, { kind: "acquire" }>,
  outcome: Outcome,
  call: AppliedCall,
  state: State,
  site: CallSite,
  env: Environment,
  context: Context,
): State {
  const located = locate(effect.target, call, state, env.tables);
  const acquisition = acquisitionOf(effect, outcome, call, site);
  const key = site.location.start;
  if (located === null || located.kind === "container") {
    context.givenUp.set(key, located === null ? "array or count not understood" : "held by a container");
    return state;
  }
  context.acquisitions.set(key, acquisition.api);
  const stepped = withStep(withinLimit(effect, call, located, state, env), {
    location: site.location,
    message: acquiredText(acquisition, outcome),
    nesting: site.nesting,
    role: "acquire",
  });
  if (located.kind === "slots") {
    if (located.end === null) {
      context.givenUp.set(key, "count not understood");
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
  return report(
    acquireValue(stepped, located.object, located.count ?? one, acquisition),
    stepped,
    site,
    context,
  );
}

/** The most slots a call fills, where its entry says so. */
function withinLimit(
  effect: Extract<Effect, { kind: "acquire" }>,
  call: AppliedCall,
  located: Located,
  state: State,
  env: Environment,
): State {
  if (effect.limit === undefined || located.kind !== "slots" || located.end === null) return state;
  const limit = integerTerm(effect.limit, call, state, env.tables);
  if (limit === null) return state;
  const count = subtract(located.end, located.low);
  const constraints = state.constraints.assumeNonNegative(subtract(limit, count));
  return constraints === null ? state : { ...state, constraints };
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

function release(
  effect: Extract<Effect, { kind: "release" }>,
  call: AppliedCall,
  state: State,
  site: CallSite,
  env: Environment,
  context: Context,
): State {
  const located = locate(effect.target, call, state, env.tables);
  if (located === null || located.kind === "container") return state;
  if (located.kind === "value" && env.tables.object(located.object)?.kind === "heap") {
    return freeMemory(
      { kind: "pointer", object: located.object, path: "", index: zero },
      state,
      site,
      env,
      context,
    );
  }
  const how = { family: effect.family, location: site.location, partial: effect.skipsNull === true };
  let change: HoldingsChange;
  if (located.kind === "slots") {
    if (located.end === null) return handOver(located, state);
    change = releaseSlots(
      env.tables,
      state,
      located.array.object,
      located.array.path,
      located.low,
      located.end,
      how,
    );
  } else {
    change = releaseValue(env.tables, state, located.object, located.slot, located.count ?? one, how);
  }
  const after = report(change, state, site, context);
  if (
    after.holdings.length === state.holdings.length &&
    change.problems.length === 0 &&
    !sameHoldings(after, state)
  ) {
    return throughContainers(after, site, context);
  }
  if (sameHoldings(after, state))
    return change.problems.length > 0 ? after : throughContainers(after, site, context);
  return withStep(after, {
    location: site.location,
    message: `released here by ${call.bound.entry.name}()`,
    nesting: site.nesting,
    role: "release",
  });
}

function sameHoldings(left: State, right: State): boolean {
  return (
    left.holdings.length === right.holdings.length &&
    left.holdings.every((holding, index) => holding === right.holdings[index])
  );
}

/** A release of pages that nothing here names may be of those that a container names: their claims end. */
function throughContainers(state: State, site: CallSite, context: Context): State {
  if (!state.holdings.some(({ records, weakened }) => records.length > 0 && weakened === null)) return state;
  const holdings = state.holdings.map((holding) =>
    holding.records.length > 0
      ? { ...holding, weakened: holding.weakened ?? "let go through a container" }
      : holding,
  );
  const after = { ...state, holdings };
  noteGivenUp(state, after, site, context);
  return after;
}

function handOver(located: Located, state: State): State {
  switch (located.kind) {
    case "slots":
      return handOverSlots(
        state,
        located.array.object,
        located.array.path,
        located.low,
        located.end ?? located.low,
      );
    case "value":
      return handOverValue(state, located.object, located.slot);
    case "container":
      return state;
  }
}

/** A container now names the pages: whole arrays are noted, single slots move there. */
function storeIn(located: Located, container: ObjectId, site: CallSite, state: State, tables: Tables): State {
  switch (located.kind) {
    case "slots":
      return recordIn(state, located.array.object, container);
    case "value": {
      const held = state.holdings.some((holding) => holding.holder.object === located.object);
      if (held) return recordIn(state, located.object, container);
      if (isRecord(located.object, tables))
        return { ...state, escaped: new Set([...state.escaped, located.object]) };
      if (located.slot === null) return state;
      const slot = located.slot;
      const next = handOverSlots(state, slot.object, slot.path, slot.index, addConstant(slot.index, 1));
      if (next === state) return state;
      return withStep(next, {
        location: site.location,
        message: `a page is put into another container here by ${site.name}()`,
        nesting: site.nesting,
        role: "store",
      });
    }
    case "container":
      return state;
  }
}

/** A record made here that something now links to: it can be found from outside. */
function isRecord(object: ObjectId, tables: Tables): boolean {
  return tables.object(object)?.kind === "heap";
}

/** Arrays that a call was given, directly or through a pointer to the pointer, may be filled now. */
function forgetDeclared(state: State, call: AppliedCall, env: Environment): State {
  let current = state;
  for (const value of call.arguments) {
    const address = addressOf(value, env.tables);
    if (address === null) continue;
    const inner = state.memory.get(cellKey(address.object, cellPath(address)));
    const objects = [address.object, inner?.kind === "pointer" ? inner.object : address.object];
    for (const object of objects) {
      const key = cellKey(object, "%declared");
      if (current.memory.has(key)) current = withCell(current, key, null);
    }
  }
  return current;
}

/** An error came back: nothing of what was asked for is held. */
function noteFailure(
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
      current = { ...current, failed: [...current.failed, { acquisition, object, path }] };
    }
  }
  return current;
}

/** Memory is given back; pages of which it was the only record are lost with it. */
export function freeMemory(
  value: Value,
  state: State,
  site: CallSite,
  env: Environment,
  context: Context,
): State {
  const address = addressOf(value, env.tables);
  if (address === null) return state;
  let current = forgetRecord(state, address.object);
  for (const holding of state.holdings) {
    const { holder } = holding;
    if (holder.kind !== "slots" || holder.object !== address.object || holding.weakened !== null) continue;
    if (holding.records.some((record) => record !== address.object && !state.freed.has(record))) continue;
    if (!certainlySome(holder, state)) continue;
    const problem: Problem = { kind: "freed-record", holding };
    claimAt(site, problem, state, context);
    current = { ...current, holdings: current.holdings.filter((other) => other !== holding) };
  }
  for (const holding of current.holdings) {
    if (holding.weakened !== null || holding.records.length > 0 || holding.holder.kind !== "slots") continue;
    if (
      !isOnlyNamedBy(holding.holder.object, address.object, current) ||
      !certainlySome(holding.holder, current)
    )
      continue;
    claimAt(site, { kind: "freed-record", holding }, current, context);
    current = { ...current, holdings: current.holdings.filter((other) => other !== holding) };
  }
  const freed = new Set(current.freed);
  freed.add(address.object);
  return { ...forgetCells(current, address.object, ""), freed };
}

/** Whether the pointer to an array is kept in one record and nowhere else. */
function isOnlyNamedBy(array: ObjectId, record: ObjectId, state: State): boolean {
  let named = false;
  for (const [key, value] of state.memory) {
    if (value.kind !== "pointer" || value.object !== array) continue;
    if (objectOfCell(key) !== record) return false;
    named = true;
  }
  return named;
}

/** A call nothing is known of: it may write through pointers to locals, and owns the pages it is handed. */
export function applyUnknown(site: CallSite, state: State, env: Environment, context: Context): CallResult {
  const { tables } = env;
  let current = state;
  const escaped = new Set(state.escaped);
  const callback = site.arguments.some((value) => value.kind === "function");
  for (const value of site.arguments) {
    const address = addressOf(value, tables);
    if (address === null) continue;
    const before = current;
    current = endClaims(value, address, site, current, tables);
    if (current !== before) noteGivenUp(before, current, site, context);
    const info = tables.object(address.object);
    if (info?.kind === "heap") escaped.add(address.object);
    if (callback) current = weakenArraysIn(current, address.object, site);
    if (info?.kind === "variable" && hasFields(address.object, current)) escaped.add(address.object);
    if (info?.kind === "variable") current = forgetWritten(current, address, tables);
  }
  if (escaped.size !== state.escaped.size) current = { ...current, escaped };
  const value = site.type.kind === "void" ? null : numberValue(tables.fresh("call", boundsOf(site.type)));
  return { state: current, value };
}

/** A callback that is handed a record may let go of everything the record names. */
function weakenArraysIn(state: State, record: ObjectId, site: CallSite): State {
  let current = state;
  for (const [key, value] of state.memory) {
    if (objectOfCell(key) !== record || value.kind !== "pointer") continue;
    current = weakenArray(current, value.object, `passed to the callback of ${site.name}()`);
  }
  return weakenArray(current, record, `passed to the callback of ${site.name}()`);
}

function endClaims(value: Value, address: Address, site: CallSite, state: State, tables: Tables): State {
  const holdsArray = state.holdings.some(
    (holding) =>
      holding.holder.kind === "slots" &&
      holding.holder.object === address.object &&
      insideArray(address, holding.holder.path),
  );
  if (holdsArray) return weakenArray(state, address.object, `passed to ${site.name}()`);
  const page = value.kind === "number" || value.kind === "pointer" ? pageOf(value, state, tables) : null;
  if (page === null) return state;
  return handOverValue(state, page.object, page.slot);
}

/** A local record whose fields are in use: what they point to may now be let go by whoever was given the record. */
function hasFields(object: ObjectId, state: State): boolean {
  const start = cellKey(object, ".");
  for (const key of state.memory.keys()) if (key.startsWith(start)) return true;
  return false;
}

/** A pointer to the array itself or one of its slots, not to another part of the object around it. */
function insideArray(address: Address, arrayPath: string): boolean {
  return address.path === arrayPath || address.path.startsWith(`${arrayPath}[`);
}

function noteGivenUp(before: State, after: State, site: CallSite, context: Context): void {
  for (const holding of before.holdings) {
    const still = after.holdings.find(
      (other) => other.acquisition === holding.acquisition && other.weakened === null,
    );
    if (still === undefined && holding.weakened === null)
      context.givenUp.set(holding.acquisition.location.start, `passed to ${site.name}()`);
  }
}

/** What a callee may have written through a pointer to a local: numbers become unknown, pointers stay. */
function forgetWritten(state: State, address: Address, tables: Tables): State {
  if (state.holdings.some((holding) => holding.holder.object === address.object)) return state;
  const exact = cellKey(address.object, cellPath(address));
  const memory = new Map(state.memory);
  for (const [key, value] of state.memory) {
    if (key.startsWith(exact) && value.kind === "number") memory.set(key, numberValue(tables.fresh("call")));
  }
  if (!memory.has(exact)) memory.set(exact, numberValue(tables.fresh("call")));
  return { ...state, memory };
}
