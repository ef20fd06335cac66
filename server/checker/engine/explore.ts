/**
 * Walks all paths of a function: blocks, operations, and calls of helpers in the same file.
 * States that no later step can tell apart are followed once. Knows no rule.
 */

import type { Block, FunctionIr, Location, Operation } from "@pinscope/grammars/ir";
import type { Activation, Pending } from "./activation.ts";
import { cellPath } from "./addresses.ts";
import type { CallResult, CallSite } from "./call-site.ts";
import { applyCatalogue } from "./calls.ts";
import { withSplits } from "./conditions.ts";
import { type Context, type Exit, inlineDepth } from "./context.ts";
import { evaluate, placeAddress } from "./evaluate.ts";
import { judgeReturn } from "./exits.ts";
import { factsOf, withRecurring } from "./function-facts.ts";
import {
  chooseExits,
  dropFrame,
  isTooHeavy,
  isWorthFollowing,
  keepsToItself,
  weakenBytes,
} from "./helpers.ts";
import { enter, leave } from "./leaving.ts";
import type { SymbolId } from "./linear.ts";
import { applyLoop } from "./loop-summary.ts";
import { dedupe, Meeting, prune } from "./meeting.ts";
import { cellKey, forgetCells, type State, withCell } from "./state.ts";
import { copyRecord, isElement, isRecordCopy, store } from "./storing.ts";
import { applyUnknown, leaveAlone } from "./unknown-calls.ts";
import { forgetAllUnwritten, markUnwritten } from "./unwritten.ts";
import { boundsOf, nullValue, numberValue } from "./values.ts";
import { Worklist } from "./worklist.ts";

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
    facts: nesting === 0 ? factsOf(ir) : withRecurring(factsOf(ir), factsOf(context.root)),
    frame,
    env: context.environment(ir, frame),
    nesting,
    given: nesting === 0 ? noSymbols : givenTo(ir, frame, state, context),
    stack: [...stack, ir.name],
    rootCall,
  };
  const meetings = ir.blocks.map(() => new Meeting(activation.facts));
  const exits = new Map<string, Exit>();
  const worklist = new Worklist(activation.facts.order);
  worklist.add({ block: ir.entry, state });
  for (let next = worklist.take(); next !== null; next = worklist.take()) {
    const block = ir.blocks[next.block];
    if (block === undefined) continue;
    const pruned = next.states.map((waiting) => prune(waiting, activation, block.id, context.tables));
    for (const current of meetings[block.id]?.admit(pruned, context) ?? []) {
      if (context.steps > context.stepBudget) {
        context.overBudget = true;
        return [...exits.values()];
      }
      for (const pending of runBlock(block, current, activation, context, exits)) worklist.add(pending);
    }
  }
  return [...exits.values()];
}

const noSymbols: ReadonlySet<SymbolId> = new Set();

/** The symbols in the numbers that a helper is called with. */
function givenTo(ir: FunctionIr, frame: number, state: State, { tables }: Context): ReadonlySet<SymbolId> {
  const given = new Set<SymbolId>();
  for (const parameter of ir.parameters) {
    const { name, type } = ir.variables[parameter] ?? { name: "", type: { kind: "unknown" as const } };
    if (type.kind === "pointer") continue;
    const value = state.memory.get(cellKey(tables.variable(frame, parameter, name), ""));
    if (value?.kind === "number") for (const [symbol] of value.value.terms) given.add(symbol);
  }
  return given;
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
      if (activation.nesting === 0) context.observer?.(operation, current, activation.env);
      after.push(...runOperation(operation, current, activation, context));
    }
    states = dedupe(after, context);
    if (states.length === 0) return [];
  }
  return states.flatMap((current) => leave(block, current, activation, context, exits));
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
  return target === undefined ? null : enter(target, after, activation, context, true);
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
      if (type.kind === "array" && !operation.zeroed) return [markUnwritten(cleared, object)];
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
      let current = forgetAllUnwritten(state);
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
    const isDefined = context.program.defines(name);
    if (isDefined && isWorthFollowing(name, site, state, context)) {
      if (activation.stack.includes(name)) context.recursionsCut++;
      else if (isTooHeavy(name, context)) context.overBudget = true;
      else if (activation.stack.length <= inlineDepth) {
        const body = context.program.lookup(name);
        if (body !== null) return follow(body, site, weakenBytes(site, state, context), activation, context);
      }
    }
    if (!isDefined) {
      const bound = context.program.bind(name, operation.arguments.length);
      if (bound !== null) return applyCatalogue(bound, site, state, activation.env, context);
    } else if (!context.program.movesPages(name) || keepsToItself(name, site, state, context)) {
      return [leaveAlone(site, state, context)];
    }
  }
  return [applyUnknown(site, state, activation.env, context)];
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
  const walk = (entry: State): readonly Exit[] => {
    const nesting = activation.nesting + 1;
    const exits = walkFunction(body, frame, entry, nesting, activation.stack, site.rootLocation, context);
    return chooseExits(exits, context).map((exit) => ({
      ...exit,
      state: dropFrame(judgeReturn(exit, frame, site.rootLocation, nesting, context), frame),
    }));
  };
  const facts = withRecurring(factsOf(body), factsOf(context.root));
  return (context.summaries?.apply(frame, facts, entered, walk) ?? walk(entered)).map(
    ({ state: after, value }) => ({
      state: dropFrame(after, frame),
      value,
    }),
  );
}
