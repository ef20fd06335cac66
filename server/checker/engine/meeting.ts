/**
 * Where paths meet: what no later step can read is dropped, and states that are then alike are followed once.
 * Knows no operations.
 */

import type { BlockId } from "@pinscope/grammars/ir";
import type { Activation } from "./activation.ts";
import { type Context, idleStatesPerBlock, statesPerBlock } from "./context.ts";
import type { FunctionFacts } from "./function-facts.ts";
import type { Linear, SymbolId } from "./linear.ts";
import { SymbolMarks } from "./marks.ts";
import { type Holder, holdingsShape, type State } from "./state.ts";
import { stateKey } from "./state-key.ts";
import type { Tables } from "./values.ts";

/** Whether a state at a block is new enough to be followed. */
export function admit(state: State, seen: Map<string, Set<number>> | undefined, context: Context): boolean {
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
  const memory = state.memory.filter(
    ({ frame: owner, variable }) =>
      owner !== frame || live?.has(variable) === true || facts.addressTaken.has(variable),
  );
  const kept = memory === state.memory ? state : { ...state, memory };
  markAlive(kept, tables);
  const constraints = kept.constraints.restrict(
    (symbol) => alive.has(symbol) || isLasting(symbol, facts, tables),
  );
  return constraints === kept.constraints ? kept : { ...kept, constraints };
}

const alive = new SymbolMarks();

/** Marks the symbols that something in the state mentions, directly or through what they mean. */
function markAlive(state: State, tables: Tables): void {
  alive.clear();
  const { cells, contents } = state.memory;
  for (let index = 0; index < cells.length; index++) {
    const cell = cells[index];
    const value = contents[index];
    if (cell === undefined || value === undefined) continue;
    markObject(cell.object, tables);
    if (value.kind === "number") markTerms(value.value, tables);
    else if (value.kind === "pointer") {
      markTerms(value.index, tables);
      markObject(value.object, tables);
    }
  }
  for (const { holder } of state.holdings) markHolder(holder, tables);
  for (const { holder } of state.released) markHolder(holder, tables);
}

function markHolder(holder: Holder, tables: Tables): void {
  markObject(holder.object, tables);
  if (holder.kind === "slots") {
    markTerms(holder.low, tables);
    markTerms(holder.end, tables);
  } else markTerms(holder.count, tables);
}

function markTerms(value: Linear, tables: Tables): void {
  const { terms } = value;
  for (let index = 0; index < terms.length; index++) {
    const term = terms[index];
    if (term !== undefined) markSymbol(term[0], tables);
  }
}

function markSymbol(symbol: SymbolId, tables: Tables): void {
  if (!alive.mark(symbol)) return;
  const info = tables.symbol(symbol);
  if (info === undefined) return;
  for (const definition of info.definitions) markTerms(definition, tables);
  if (info.truth !== undefined) markTerms(info.truth.value, tables);
}

function markObject(object: number, tables: Tables): void {
  const info = tables.object(object);
  if (info?.kind === "pointee") markSymbol(info.symbol, tables);
}

/** Symbols that stand for something the function reads again: cells of recurring fields, terms over such. */
function isLasting(symbol: SymbolId, facts: FunctionFacts, tables: Tables): boolean {
  const reads = tables.symbol(symbol)?.reads;
  return reads?.every((name) => facts.recurring.has(name)) ?? false;
}

export function dedupe(states: readonly State[], context: Context): State[] {
  if (states.length < 2) return [...states];
  const known = new Map<number, State>();
  for (const state of states) {
    const key = stateKey(state, context.tables);
    if (!known.has(key)) known.set(key, state);
  }
  return [...known.values()];
}
