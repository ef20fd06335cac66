/**
 * Judges what is still held where a function is left: owned by something that outlives it, or lost.
 * Knows no control flow and words no messages.
 */
import type { Location } from "@pinscope/grammars/ir";
import { addressOf } from "./addresses.ts";
import type { Context, Exit } from "./context.ts";
import { certainlySome } from "./intervals.ts";
import { type Holding, objectOfCell, type State, withStep } from "./state.ts";
import type { ObjectId, Tables, Value } from "./values.ts";

/** Objects that something outside the leaving frames can still reach. */
function reachableObjects(
  state: State,
  returned: Value | null,
  leaving: (frame: number) => boolean,
  tables: Tables,
): Set<ObjectId> {
  const reached = new Set<ObjectId>();
  const queue: ObjectId[] = [];
  const reach = (object: ObjectId): void => {
    if (reached.has(object) || state.freed.has(object)) return;
    reached.add(object);
    queue.push(object);
  };
  const reachValue = (value: Value | null | undefined): void => {
    if (value === null || value === undefined) return;
    const address = addressOf(value, tables);
    if (address !== null) reach(address.object);
    if (value.kind !== "number") return;
    // The address of a page's contents leads to the page.
    for (const [symbol] of value.value.terms) reachValue(tables.symbol(symbol)?.addressOf);
  };
  reachValue(returned);
  for (const object of state.escaped) reach(object);
  const cells = new Map<ObjectId, Value[]>();
  for (const [key, value] of state.memory) {
    const object = objectOfCell(key);
    const info = tables.object(object);
    if (
      info?.kind === "global" ||
      info?.kind === "pointee" ||
      (info?.kind === "variable" && !leaving(info.frame))
    ) {
      // A page that this path took is no root of its own.
      if (info.kind !== "pointee" || !isHeldPage(object, state)) reach(object);
    }
    const known = cells.get(object);
    if (known === undefined) cells.set(object, [value]);
    else known.push(value);
  }
  for (let object = queue.pop(); object !== undefined; object = queue.pop()) {
    for (const value of cells.get(object) ?? []) reachValue(value);
  }
  return reached;
}

function isHeldPage(object: ObjectId, state: State): boolean {
  return state.holdings.some(({ holder }) => holder.kind === "value" && holder.object === object);
}

/** Whether somebody who outlives the leaving frames can find these pages. */
function isOwned(
  holding: Holding,
  reached: ReadonlySet<ObjectId>,
  leaving: (frame: number) => boolean,
  state: State,
  tables: Tables,
): boolean {
  const { holder } = holding;
  if (reached.has(holder.object)) return true;
  if (holding.records.some((record) => outlives(record, reached, leaving, state, tables))) return true;
  return holder.kind === "slots" && outlives(holder.object, reached, leaving, state, tables);
}

function outlives(
  object: ObjectId,
  reached: ReadonlySet<ObjectId>,
  leaving: (frame: number) => boolean,
  state: State,
  tables: Tables,
): boolean {
  if (state.freed.has(object)) return false;
  if (reached.has(object)) return true;
  const info = tables.object(object);
  // Memory that was there before belongs to somebody.
  if (info?.kind === "variable") return !leaving(info.frame);
  return info?.kind === "pointee" || info?.kind === "global";
}

/** Claims what is lost at an exit; gives the state without what was claimed. */
function judge(
  exit: Exit,
  leaving: (frame: number) => boolean,
  root: Location,
  nesting: number,
  context: Context,
): State {
  let { state } = exit;
  if (state.holdings.length === 0) return state;
  const reached = reachableObjects(state, exit.value, leaving, context.tables);
  for (const holding of state.holdings) {
    if (!holding.acquisition.claimable) continue;
    const isKept =
      holding.weakened !== null ||
      !certainlySome(holding.holder, state) ||
      isOwned(holding, reached, leaving, state, context.tables);
    if (isKept && !(context.program.assumesUnreleased && nesting === 0)) continue;
    claimLeak(holding, state, exit.location, root, nesting, context);
    state = { ...state, holdings: state.holdings.filter((other) => other !== holding) };
  }
  return state;
}

/** Pages that only a record of the leaving frame leads to, which was handed to somebody: the claim ends. */
function endWithFrame(exit: Exit, state: State, frame: number, context: Context): State {
  if (state.holdings.length === 0) return state;
  const { tables } = context;
  const leaving = (candidate: number): boolean => candidate === frame;
  const escaped = new Set<ObjectId>();
  for (const object of state.escaped) {
    const info = tables.object(object);
    if (info?.kind !== "variable" || info.frame !== frame) escaped.add(object);
  }
  if (escaped.size === state.escaped.size) return state;
  const reached = reachableObjects({ ...state, escaped }, exit.value, leaving, tables);
  const holdings = state.holdings.map((holding) =>
    holding.weakened !== null || isOwned(holding, reached, leaving, state, tables)
      ? holding
      : { ...holding, weakened: "named by a record that was handed on" },
  );
  return { ...state, holdings };
}

/** @param missedBy what would let go of the pages' record, and misses them */
export function claimLeak(
  holding: Holding,
  state: State,
  exit: Location,
  root: Location,
  nesting: number,
  context: Context,
  missedBy?: readonly string[],
): void {
  // Between two helpers there is too much that a caller may know.
  if (nesting > 0 && holding.acquisition.nesting > 0) return;
  if (context.losesBytes(holding.acquisition, state)) return;
  context.claim({
    problem: {
      kind: "leak",
      acquisition: holding.acquisition,
      ...(context.program.assumesUnreleased && { assumed: true }),
      ...(missedBy !== undefined && { missedBy }),
    },
    state: withStep(state, {
      location: exit,
      message: "left here with the pages still held",
      nesting,
      role: "exit",
    }),
    location: exit,
    rootLocation: root,
    nesting,
  });
}

/** Judges the way out of the root function: nothing of its own outlives it. Gives the state without what is lost. */
export function judgeExit(exit: Exit, context: Context): State {
  return judge(exit, () => true, exit.location, 0, context);
}

/** Judges the way out of a helper walked in a caller's state: only the helper's own locals end. */
export function judgeReturn(
  exit: Exit,
  frame: number,
  root: Location,
  nesting: number,
  context: Context,
): State {
  const state = judge(exit, (candidate) => candidate === frame, root, nesting, context);
  return endWithFrame(exit, state, frame, context);
}
