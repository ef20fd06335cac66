/**
 * Walks all paths of a function: blocks, branches, loops, and calls of helpers in the same file.
 * States that no later step can tell apart are followed once. Knows no rule.
 */
import type {
  Block,
  BlockId,
  Edge,
  Expression,
  FunctionIr,
  Location,
  Operation,
  Place,
} from "@pinscope/grammars/ir";
import type { PathStep } from "../types.ts";
import type { CallResult, CallSite } from "./call-site.ts";
import { applyCatalogue } from "./calls.ts";
import { branchOn, withSplits } from "./conditions.ts";
import {
  type Context,
  type Exit,
  exitsPerCall,
  idleStatesPerBlock,
  inlineDepth,
  statesPerBlock,
  stepBudget,
  turnsPerLoop,
} from "./context.ts";
import { cellPath, type Environment, evaluate, placeAddress } from "./evaluate.ts";
import { judgeReturn } from "./exits.ts";
import { type FunctionFacts, factsOf } from "./function-facts.ts";
import {
  certainlySome,
  handOverSlots,
  handOverValue,
  moveToSlot,
  moveToValue,
  weakenArray,
} from "./holdings.ts";
import { addConstant, isConstant, type SymbolId } from "./linear.ts";
import { pageOf } from "./locate.ts";
import { applyLoop } from "./loop-summary.ts";
import { generalize } from "./loops.ts";
import {
  cellKey,
  forgetCells,
  holdingsShape,
  objectOfCell,
  type State,
  stateKey,
  withCell,
  withStep,
} from "./state.ts";
import { applyUnknown } from "./unknown-calls.ts";
import { boundsOf, nullValue, numberValue, type Tables, type Value, valueKey } from "./values.ts";

/** A function being walked in one frame. */
interface Activation {
  readonly ir: FunctionIr;
  readonly facts: FunctionFacts;
  readonly frame: number;
  readonly env: Environment;
  readonly nesting: number;
  /** Functions on the call stack, to cut recursion. */
  readonly stack: readonly string[];
  /** The root function's call that led here; null in the root function itself. */
  readonly rootCall: Location | null;
}

interface Pending {
  readonly block: BlockId;
  readonly state: State;
}

/** Walks `ir` from `state` with its parameters already set; gives every way out that differs. */
export function walkFunction(
  ir: FunctionIr,
  frame: number,
  state: State,
  nesting: number,
  stack: readonly string[],
  rootCall: Location | null,
  context: Context,
): Exit[] {
  const activation: Activation = {
    ir,
    facts: factsOf(ir),
    frame,
    env: context.environment(ir, frame),
    nesting,
    stack: [...stack, ir.name],
    rootCall,
  };
  const seen: Map<string, Set<string>>[] = ir.blocks.map(() => new Map());
  const exits = new Map<string, Exit>();
  const pending: Pending[] = [{ block: ir.entry, state }];
  let taken = 0;
  while (taken < pending.length) {
    if (context.steps > stepBudget) {
      context.overBudget = true;
      break;
    }
    // First come, first served: short paths to every exit are walked before long ones use the budget up.
    const next = pending[taken++];
    if (next === undefined) break;
    const block = ir.blocks[next.block];
    if (block === undefined) continue;
    const pruned = prune(next.state, activation, block.id, context.tables);
    if (!admit(pruned, seen[block.id], context)) continue;
    pending.push(...runBlock(block, pruned, activation, context, exits));
  }
  return [...exits.values()];
}

/** Whether a state at a block is new enough to be followed. */
function admit(state: State, seen: Map<string, Set<string>> | undefined, context: Context): boolean {
  if (seen === undefined) return false;
  const key = stateKey(state, context.tables);
  const shape = holdingsShape(state);
  const known = seen.get(shape);
  if (known === undefined) {
    if (seen.size >= statesPerBlock) {
      context.overBudget = true;
      return false;
    }
    seen.set(shape, new Set([key]));
    return true;
  }
  if (known.has(key)) return false;
  const idle = state.holdings.length === 0 && state.failed.length === 0 && state.released.length === 0;
  if (known.size >= (idle ? idleStatesPerBlock : statesPerBlock)) {
    context.overBudget ||= !idle;
    return false;
  }
  known.add(key);
  return true;
}

/** Drops what no later step can read. */
function prune(state: State, activation: Activation, block: BlockId, tables: Tables): State {
  const { facts, frame } = activation;
  const live = facts.liveIn[block];
  let memory: Map<string, Value> | null = null;
  for (const key of state.memory.keys()) {
    const info = tables.object(objectOfCell(key));
    if (info?.kind !== "variable" || info.frame !== frame) continue;
    if (live?.has(info.variable) || facts.addressTaken.has(info.variable)) continue;
    memory ??= new Map(state.memory);
    memory.delete(key);
  }
  const kept = memory === null ? state : { ...state, memory };
  const alive = aliveSymbols(kept, tables);
  const constraints = kept.constraints.restrict(
    (symbol) => alive.has(symbol) || isLasting(symbol, facts, tables),
  );
  return constraints === kept.constraints ? kept : { ...kept, constraints };
}

function aliveSymbols(state: State, tables: Tables): Set<SymbolId> {
  const alive = new Set<SymbolId>();
  const note = (terms: readonly (readonly [SymbolId, number])[]): void => {
    for (const [symbol] of terms) {
      if (alive.has(symbol)) continue;
      alive.add(symbol);
      for (const definition of tables.definitionsOf(symbol)) note(definition.terms);
      const meaning = tables.symbol(symbol)?.truth;
      if (meaning !== undefined) note(meaning.value.terms);
    }
  };
  const noteObject = (object: number): void => {
    const info = tables.object(object);
    if (info?.kind === "pointee") note([[info.symbol, 1]]);
  };
  for (const [key, value] of state.memory) {
    noteObject(objectOfCell(key));
    if (value.kind === "number") note(value.value.terms);
    else if (value.kind === "pointer") {
      note(value.index.terms);
      noteObject(value.object);
    }
  }
  for (const holding of [...state.holdings, ...state.released]) {
    const { holder } = holding;
    noteObject(holder.object);
    if (holder.kind === "slots") {
      note(holder.low.terms);
      note(holder.end.terms);
    } else note(holder.count.terms);
  }
  return alive;
}

/** Symbols that stand for something the function reads again: cells of recurring fields, terms over such. */
function isLasting(symbol: SymbolId, facts: FunctionFacts, tables: Tables): boolean {
  const reads = tables.symbol(symbol)?.reads;
  return reads?.every((name) => facts.recurring.has(name)) ?? false;
}

function runBlock(
  block: Block,
  state: State,
  activation: Activation,
  context: Context,
  exits: Map<string, Exit>,
): Pending[] {
  let states: State[] = [state];
  const shortcut = loopShortcut(block, state, activation, context);
  if (shortcut !== null) return shortcut;
  for (const operation of block.operations) {
    const after: State[] = [];
    for (const current of states) {
      context.steps++;
      after.push(...runOperation(operation, current, activation, context));
    }
    states = dedupe(after, context);
    if (states.length === 0) return [];
  }
  return states.flatMap((current) => leave(block, current, activation, context, exits));
}

function dedupe(states: readonly State[], context: Context): State[] {
  if (states.length < 2) return [...states];
  const known = new Map<string, State>();
  for (const state of states) {
    const key = stateKey(state, context.tables);
    if (!known.has(key)) known.set(key, state);
  }
  return [...known.values()];
}

/** A loop that hands every slot to a release is applied at once where it was recognized. */
function loopShortcut(
  block: Block,
  state: State,
  activation: Activation,
  context: Context,
): Pending[] | null {
  const annotation = activation.ir.annotations.find((candidate) => candidate.head === block.id);
  if (annotation === undefined || annotation.earlyExits) return null;
  const arrival = state.arrivals.get(`${activation.frame}:${block.id}`);
  if (arrival !== undefined && arrival.count > 0) return null;
  const after = applyLoop(annotation, state, activation, context);
  if (after === null) return null;
  const loop = activation.facts.loops.get(block.id);
  const target = activation.ir.edges.find((edge) => loop?.has(edge.from) === true && !loop.has(edge.to));
  return target === undefined ? null : enter(target, after, activation, context);
}

function runOperation(operation: Operation, state: State, activation: Activation, context: Context): State[] {
  const { env } = activation;
  switch (operation.kind) {
    case "declare": {
      const object = env.tables.variable(
        activation.frame,
        operation.variable,
        env.variableName(operation.variable),
      );
      const cleared = forgetCells(state, object, "");
      const type = activation.ir.variables[operation.variable]?.type ?? { kind: "unknown" as const };
      // An array notes that it was declared here: a release of slots that nobody filled shows by it.
      if (type.kind === "array" && !operation.zeroed)
        return [withCell(cleared, cellKey(object, "%declared"), nullValue)];
      // What an uninitialized pointer holds is told from the slot it is: acquisitions may fill it.
      if (type.kind === "record" || type.kind === "array") return [cleared];
      if (type.kind === "pointer" && !operation.zeroed) return [cleared];
      const value = operation.zeroed ? nullValue : numberValue(env.tables.fresh("memory", boundsOf(type)));
      return [withCell(cleared, cellKey(object, ""), value)];
    }
    case "assign":
      return withSplits(state, (current) => ({
        address: placeAddress(operation.target, current, env),
        value: isRecordCopy(operation.value) ? null : evaluate(operation.value, current, env),
      })).map(({ state: current, result }) => {
        if (result.value === null) return copyRecord(operation, current, env);
        const inArray = isElement(operation.target);
        return store(result.address, result.value, inArray, operation.location, current, activation, context);
      });
    case "opaque": {
      let current = state;
      for (const place of operation.writes) {
        const address = placeAddress(place, current, env);
        current = withCell(
          current,
          cellKey(address.object, cellPath(address)),
          numberValue(env.tables.fresh("call")),
        );
      }
      return [current];
    }
    case "call":
      return runCall(operation, state, activation, context);
  }
}

function isRecordCopy(value: Expression): boolean {
  return value.type.kind === "record";
}

function copyRecord(
  operation: Extract<Operation, { kind: "assign" }>,
  state: State,
  env: Environment,
): State {
  const target = placeAddress(operation.target, state, env);
  const to = cellKey(target.object, cellPath(target));
  let current = forgetCells(state, target.object, cellPath(target));
  const source = operation.value;
  if (source.kind !== "load") return current;
  const address = placeAddress(source.place, state, env);
  const from = cellKey(address.object, cellPath(address));
  for (const [key, value] of state.memory) {
    if (key.startsWith(from)) current = withCell(current, to + key.slice(from.length), value);
  }
  return current;
}

/** The last pointer to an array that holds pages gets another value: nobody can let them go any more. */
function loseArray(
  key: string,
  value: Value,
  location: Location,
  state: State,
  activation: Activation,
  context: Context,
): State {
  const old = state.memory.get(key);
  if (old?.kind !== "pointer" || (value.kind === "pointer" && value.object === old.object)) return state;
  if (context.tables.object(old.object)?.kind !== "heap" || state.escaped.has(old.object)) return state;
  const holding = state.holdings.find(
    ({ holder, weakened, records, acquisition }) =>
      holder.kind === "slots" &&
      holder.object === old.object &&
      weakened === null &&
      records.length === 0 &&
      acquisition.claimable,
  );
  if (holding === undefined || !certainlySome(holding.holder, state)) return state;
  const liveTemporaries = [...state.memory].some(
    ([other, kept]) =>
      other !== key &&
      kept.kind === "pointer" &&
      kept.object === old.object &&
      !isTemporary(other, activation, context),
  );
  if (liveTemporaries) return state;
  context.claim({
    problem: { kind: "overwritten", holding },
    state,
    location,
    rootLocation: activation.rootCall ?? location,
    nesting: activation.nesting,
  });
  return { ...state, holdings: state.holdings.filter((other) => other !== holding) };
}

/** Whether a cell is a temporary of the lowering, which nothing reads again. */
function isTemporary(key: string, activation: Activation, context: Context): boolean {
  const info = context.tables.object(objectOfCell(key));
  return (
    info?.kind === "variable" &&
    info.frame === activation.frame &&
    activation.ir.variables[info.variable]?.role === "temporary"
  );
}

/** Whether a place is a slot of an array. */
function isElement(place: Place): boolean {
  if (place.kind === "element") return true;
  return place.kind === "deref" && place.pointer.kind === "binary";
}

/** Writes a cell. A page put into an array's slot is held there from now on; into another object, it is recorded. */
function store(
  address: ReturnType<typeof placeAddress>,
  value: Value,
  inArray: boolean,
  location: Location,
  state: State,
  activation: Activation,
  context: Context,
): State {
  const { tables } = context;
  const key = cellKey(address.object, cellPath(address));
  let current = withCell(loseArray(key, value, location, state, activation, context), key, value);
  const info = tables.object(address.object);
  const isPlainLocal = info?.kind === "variable" && cellPath(address) === "";
  if (isPlainLocal || (value.kind !== "number" && value.kind !== "pointer")) return current;
  if (value.kind === "number" && isConstant(value.value)) return current;
  const page = pageOf(addressedPage(value, tables), state, tables);
  if (page === null) return current;
  const own = page.slot !== null && page.slot.object === address.object && page.slot.path === address.path;
  if (page.slot !== null && !own) current = moveToValue(current, page.object, page.slot);
  const isHeld = current.holdings.some(
    ({ holder }) => holder.kind === "value" && holder.object === page.object,
  );
  const step = (message: string): PathStep => ({
    location,
    message,
    nesting: activation.nesting,
    role: "store",
  });
  if (isHeld) {
    if (inArray || !isConstant(address.index)) current = moveToSlot(tables, current, page.object, address);
    if (info?.kind !== "heap" && info?.kind !== "variable")
      current = weakenArray(current, page.object, "stored in a record");
    return withStep(current, step("the page is stored here"));
  }
  if (page.slot === null || own) return current;
  const { slot } = page;
  // A new array of our own gets a choice of the pages, in an order of its own: which is not followed.
  const copied = info?.kind === "heap" && !current.escaped.has(address.object);
  const moved = copied
    ? weakenArray(current, slot.object, "copied into another array")
    : handOverSlots(current, slot.object, slot.path, slot.index, addConstant(slot.index, 1));
  return moved === current
    ? current
    : withStep(moved, step("the page of this slot is stored elsewhere here"));
}

/** The page whose contents an address points into, or the value itself. */
function addressedPage(value: Value, tables: Tables): Value {
  if (value.kind === "pointer") {
    const info = tables.object(value.object);
    return (info?.kind === "pointee" ? tables.symbol(info.symbol)?.addressOf : undefined) ?? value;
  }
  if (value.kind !== "number") return value;
  for (const [symbol] of value.value.terms) {
    const page = tables.symbol(symbol)?.addressOf;
    if (page !== undefined) return page;
  }
  return value;
}

function runCall(
  operation: Extract<Operation, { kind: "call" }>,
  state: State,
  activation: Activation,
  context: Context,
): State[] {
  const { env, nesting } = activation;
  const read = withSplits(state, (current) =>
    operation.arguments.map((argument) => evaluate(argument, current, env)),
  );
  return read.flatMap(({ state: current, result: values }) => {
    const name =
      operation.callee.kind === "direct"
        ? operation.callee.name
        : (operation.callee.field ?? "a function pointer");
    const site: CallSite = {
      name,
      arguments: values,
      type: operation.type,
      location: operation.location,
      nesting,
      functionName: activation.ir.name,
      rootLocation: activation.rootCall ?? operation.location,
    };
    const results = callResults(operation, site, current, activation, context);
    return results.map(({ state: after, value }) => {
      if (operation.result === undefined) return after;
      const object = env.tables.variable(
        activation.frame,
        operation.result,
        env.variableName(operation.result),
      );
      return withCell(after, cellKey(object, ""), value ?? numberValue(env.tables.fresh("call")));
    });
  });
}

function callResults(
  operation: Extract<Operation, { kind: "call" }>,
  site: CallSite,
  state: State,
  activation: Activation,
  context: Context,
): CallResult[] {
  if (operation.callee.kind === "direct") {
    const { name } = operation.callee;
    const body = context.program.lookup(name);
    if (body !== null && isWorthFollowing(name, site, state, context)) {
      if (activation.stack.includes(name)) context.recursionsCut++;
      else if (activation.stack.length <= inlineDepth) {
        return follow(body, site, weakenBytes(site, state, context), activation, context);
      }
    }
    if (body === null) {
      const bound = context.program.bind(name, operation.arguments.length);
      if (bound !== null) return applyCatalogue(bound, site, state, activation.env, context);
    } else if (!context.program.movesPages(name)) {
      // A helper in sight that takes and lets go of no pages leaves claims as they are.
      return [
        {
          state,
          value:
            site.type.kind === "void" ? null : numberValue(context.tables.fresh("call", boundsOf(site.type))),
        },
      ];
    }
  }
  return [applyUnknown(site, state, activation.env, context)];
}

/** Whether a helper of the same file can change what is held: by itself, or because it is handed something of it. */
function isWorthFollowing(name: string, site: CallSite, state: State, context: Context): boolean {
  if (context.program.movesPages(name)) return true;
  if (state.holdings.length === 0 || !context.program.movesRecords(name)) return false;
  return site.arguments.some((value) => {
    const page = pageOf(value, state, context.tables);
    if (page === null) return false;
    if (context.tables.object(page.object)?.kind === "heap") return true;
    return state.holdings.some(
      ({ holder }) =>
        holder.object === page.object || (page.slot !== null && holder.object === page.slot.object),
    );
  });
}

/** A helper that gets an array filled by bytes counts its slots by bytes again: the claim ends with the call. */
function weakenBytes(site: CallSite, state: State, context: Context): State {
  let current = state;
  for (const value of site.arguments) {
    const page =
      value.kind === "pointer" ? value.object : (pageOf(value, state, context.tables)?.object ?? null);
    if (page === null) continue;
    const counted = state.holdings.some(
      ({ holder, acquisition }) => holder.object === page && acquisition.bytes,
    );
    if (counted) current = weakenArray(current, page, `counted by bytes in ${site.name}()`);
  }
  return current;
}

/** Walks a helper's body in the caller's state. */
function follow(
  body: FunctionIr,
  site: CallSite,
  state: State,
  activation: Activation,
  context: Context,
): CallResult[] {
  const frame = context.frame(activation.frame, site.location, body.name);
  let entered = state;
  for (const [index, parameter] of body.parameters.entries()) {
    const variable = body.variables[parameter];
    const object = context.tables.variable(frame, parameter, variable?.name ?? `%${parameter}`);
    entered = forgetCells(entered, object, "");
    const value =
      site.arguments[index] ??
      numberValue(context.tables.fresh("call", boundsOf(variable?.type ?? { kind: "unknown" })));
    entered = withCell(entered, cellKey(object, ""), value);
  }
  const exits = walkFunction(
    body,
    frame,
    entered,
    activation.nesting + 1,
    activation.stack,
    site.rootLocation,
    context,
  );
  return chooseExits(exits, context).map((exit) => ({
    state: dropFrame(
      judgeReturn(exit, frame, site.rootLocation, activation.nesting + 1, context),
      frame,
      context.tables,
    ),
    value: exit.value,
  }));
}

/** Of many ways out of a helper those that differ in what is held and what is returned. */
function chooseExits(exits: readonly Exit[], context: Context): Exit[] {
  if (exits.length <= exitsPerCall) return [...exits];
  const chosen = new Map<string, Exit>();
  for (const exit of exits) {
    const key = `${holdingsShape(exit.state)}|${exit.value === null ? "" : returnClass(exit, context)}`;
    if (!chosen.has(key)) chosen.set(key, exit);
  }
  if (chosen.size > exitsPerCall) context.overBudget = true;
  return [...chosen.values()].slice(0, exitsPerCall);
}

/** Sign of a returned number; the kind of anything else. */
function returnClass(exit: Exit, context: Context): string {
  const { value, state } = exit;
  if (value?.kind !== "number") return value === null ? "" : valueKey(value, context.tables);
  if (state.constraints.negative(value.value)) return "-";
  if (state.constraints.isZero(value.value)) return "0";
  return state.constraints.nonNegative(value.value) ? "+" : "?";
}

function dropFrame(state: State, frame: number, tables: Tables): State {
  const memory = new Map(state.memory);
  for (const key of state.memory.keys()) {
    const info = tables.object(objectOfCell(key));
    if (info?.kind === "variable" && info.frame === frame) memory.delete(key);
  }
  const arrivals = new Map(state.arrivals);
  for (const key of state.arrivals.keys()) if (key.startsWith(`${frame}:`)) arrivals.delete(key);
  return { ...state, memory, arrivals };
}

function leave(
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
        return edge === undefined
          ? []
          : enterCase(edge, terminator.value, terminator.location, state, activation, context);
      });
    case "return": {
      const leaving = withSplits(state, (current) =>
        terminator.value === null ? null : evaluate(terminator.value, current, env),
      );
      for (const { state: returning, result } of leaving) {
        const current = returnPage(returning, result, context.tables);
        const key = `${terminator.location.start}|${result === null ? "" : valueKey(result, context.tables)}|${stateKey(current, context.tables)}`;
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

/** A page that is returned from a one-slot local goes on as a value. */
function returnPage(state: State, value: Value | null, tables: Tables): State {
  const named = value === null ? null : addressedPage(value, tables);
  const page = named === null ? null : pageOf(named, state, tables);
  if (page === null) return state;
  const moved = page.slot === null ? state : moveToValue(state, page.object, page.slot);
  // Who gets the address of the contents has the page.
  return named === value ? moved : handOverValue(moved, page.object, page.slot);
}

function enterCase(
  edge: Edge,
  selector: Expression,
  location: Location,
  state: State,
  activation: Activation,
  context: Context,
): Pending[] {
  const { condition } = edge;
  if (condition.kind !== "case" || condition.low === null || condition.low !== condition.high) {
    return enter(edge, state, activation, context);
  }
  const equal: Expression = {
    kind: "binary",
    operator: "==",
    left: selector,
    right: { kind: "constant", value: condition.low, type: selector.type },
    type: { kind: "integer", bits: 32, signed: true },
  };
  return branchOn(equal, state, activation.env)
    .filter(({ truth }) => truth)
    .flatMap(({ state: next }) =>
      enter(
        edge,
        withStep(next, {
          location,
          message: `taking case ${condition.label}`,
          edge: edge.id,
          nesting: activation.nesting,
          role: "branch",
        }),
        activation,
        context,
      ),
    );
}

/** Follows an edge; at a loop head, states of successive turns are made to meet. */
function enter(edge: Edge, state: State, activation: Activation, context: Context): Pending[] {
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
  if (count > turnsPerLoop) return [];
  const met = before === undefined ? state : generalize(before.state, state, count, context.tables);
  arrivals.set(key, { count, state: { ...met, arrivals: new Map() } });
  return [{ block: edge.to, state: { ...met, arrivals } }];
}
