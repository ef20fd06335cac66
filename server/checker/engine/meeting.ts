/**
 * Where paths meet: what no later step can read is dropped, and states that are then alike are followed once.
 * Knows no operations.
 */

import type { BlockId } from "@pinscope/grammars/ir";
import type { Activation } from "./activation.ts";
import {
  allJoinsPerShape,
  type Context,
  guidedStatesPerShape,
  holdingsPerState,
  joinsPerShape,
  shapesPerBlock,
  statesPerShape,
} from "./context.ts";
import type { FunctionFacts } from "./function-facts.ts";
import { giveUp } from "./giving-up.ts";
import { join } from "./joining.ts";
import type { Linear, SymbolId } from "./linear.ts";
import { SymbolMarks } from "./marks.ts";
import type { Memory } from "./memory.ts";
import { shapeText } from "./shape.ts";
import { type Holder, type Holding, isClaimed, type State } from "./state.ts";
import { stateKey } from "./state-key.ts";
import type { Tables } from "./values.ts";

/** States at one block that hold the same pages in the same places. */
interface Shape {
  readonly keys: Set<number>;
  /** How many are followed each on its own. */
  followed: number;
  /** The state that stands for all further ones. */
  joined: State | null;
  joins: number;
}

/** What has come to one block so far. */
export class Meeting {
  private readonly shapes = new Map<string, Shape>();
  private readonly facts: FunctionFacts;

  constructor(facts: FunctionFacts) {
    this.facts = facts;
  }

  /** Of the states that wait at the block those to be followed: new ones, further ones made one. */
  admit(states: readonly State[], context: Context): State[] {
    const admitted: State[] = [];
    const grown = new Set<Shape>();
    for (const arrived of simplestFirst(states)) {
      const { state, shape } = this.shapeOf(arrived, context);
      const key = stateKey(state, context.tables);
      if (shape.keys.has(key)) continue;
      shape.keys.add(key);
      if (shape.followed < room(context)) {
        shape.followed++;
        admitted.push(state);
        continue;
      }
      const coarsely = shape.joins >= joinsPerShape;
      const joined = shape.joined === null ? { state } : join(shape.joined, state, context.tables, coarsely);
      if (joined === null) {
        context.overBudget = true;
        continue;
      }
      shape.joined = joined.state;
      grown.add(shape);
    }
    for (const shape of grown) {
      const joined = this.widened(shape, context);
      if (joined !== null) admitted.push(joined);
    }
    return admitted;
  }

  /** The shape a state belongs to; where there are too many, that of the state without its claims. */
  private shapeOf(arrived: State, context: Context): { readonly state: State; readonly shape: Shape } {
    const state =
      arrived.holdings.filter(isClaimed).length > holdingsPerState
        ? giveUp(arrived, "more held than can be told apart", context)
        : arrived;
    const text = shapeText(state, context.tables);
    const known = this.shapes.get(text);
    if (known !== undefined) return { state, shape: known };
    if (this.shapes.size < shapesPerBlock || !state.holdings.some(isClaimed)) {
      return { state, shape: this.newShape(text) };
    }
    const given = giveUp(state, "more than can be told apart", context);
    const coarse = shapeText(given, context.tables);
    return { state: given, shape: this.shapes.get(coarse) ?? this.newShape(coarse) };
  }

  private newShape(text: string): Shape {
    const shape: Shape = { keys: new Set(), followed: 0, joined: null, joins: 0 };
    this.shapes.set(text, shape);
    return shape;
  }

  /** The joined state, where it says less than what was followed before. */
  private widened(shape: Shape, context: Context): State | null {
    if (shape.joined === null) return null;
    shape.joined = prunedFacts(shape.joined, context.tables, this.facts);
    const key = stateKey(shape.joined, context.tables);
    if (shape.joins > 0 && shape.keys.has(key)) return null;
    shape.keys.add(key);
    if (shape.joins >= allJoinsPerShape) {
      context.overBudget = true;
      return null;
    }
    shape.joins++;
    return shape.joined;
  }
}

/** Where there is no room for all, short paths that stand for themselves are followed. */
function simplestFirst(states: readonly State[]): readonly State[] {
  if (states.length < 2) return states;
  const cost = (state: State): number => (state.isJoined ? 1e6 : 0) + (state.route?.length ?? 0);
  return [...states].sort((left, right) => cost(left) - cost(right));
}

/** How many states of one shape are followed on their own. */
function room(context: Context): number {
  return context.guide === null ? statesPerShape : guidedStatesPerShape;
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
  // How many slots are held is compared with what the caller asked for.
  const given = state.holdings.some(({ holder }) => holder.kind === "slots") ? activation.given : undefined;
  return prunedFacts(withoutLost(kept, tables), tables, facts, given);
}

/** Without pages that nothing names any more and that nobody claims as leaked: nothing can let them go. */
function withoutLost(state: State, tables: Tables): State {
  if (state.holdings.every((holding) => !mayBeLost(holding))) return state;
  markAlive(state.memory, tables);
  const holdings = state.holdings.filter((holding) => {
    const page = tables.object(holding.holder.object);
    return !mayBeLost(holding) || page?.kind !== "pointee" || alive.has(page.symbol);
  });
  return holdings.length === state.holdings.length ? state : { ...state, holdings };
}

function mayBeLost({ acquisition, holder, weakened }: Holding): boolean {
  return holder.kind === "value" && (!acquisition.claimable || weakened !== null);
}

/** Drops what is known of symbols that nothing in the state mentions; `facts` name cells that may be read again. */
export function prunedFacts(
  state: State,
  tables: Tables,
  facts?: FunctionFacts,
  given?: ReadonlySet<SymbolId>,
): State {
  markAlive(state.memory, tables);
  for (const { holder } of state.holdings) markHolder(holder, tables);
  for (const { holder } of state.released) markHolder(holder, tables);
  const constraints = state.constraints.restrict(
    (symbol) =>
      alive.has(symbol) ||
      given?.has(symbol) === true ||
      (facts !== undefined && isLasting(symbol, facts, tables)),
  );
  return constraints === state.constraints ? state : { ...state, constraints };
}

const alive = new SymbolMarks();

/** Marks the symbols that memory mentions, directly or through what they mean. */
function markAlive({ cells, contents }: Memory, tables: Tables): void {
  alive.clear();
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
