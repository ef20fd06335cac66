/**
 * Where paths meet: what no later step can read is dropped, and states that are then alike are followed once.
 * Knows no operations.
 */

import type { BlockId } from "@pinscope/grammars/ir";
import type { Activation } from "./activation.ts";
import { type Context, idleStatesPerBlock, statesPerBlock } from "./context.ts";
import type { FunctionFacts } from "./function-facts.ts";
import type { SymbolId } from "./linear.ts";
import { holdingsShape, objectOfCell, type State, stateKey } from "./state.ts";
import type { Tables, Value } from "./values.ts";

/** Whether a state at a block is new enough to be followed. */
export function admit(state: State, seen: Map<string, Set<string>> | undefined, context: Context): boolean {
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
export function prune(state: State, activation: Activation, block: BlockId, tables: Tables): State {
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

export function dedupe(states: readonly State[], context: Context): State[] {
  if (states.length < 2) return [...states];
  const known = new Map<string, State>();
  for (const state of states) {
    const key = stateKey(state, context.tables);
    if (!known.has(key)) known.set(key, state);
  }
  return [...known.values()];
}
