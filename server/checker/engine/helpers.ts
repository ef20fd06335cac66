/**
 * Which helpers of the same file are followed, and which of their ways out. Knows no control flow.
 */
import type { CallSite } from "./call-site.ts";
import { type Context, type Exit, exitsPerCall } from "./context.ts";
import { giveUp } from "./giving-up.ts";
import { join } from "./joining.ts";
import { comparesUnsigned } from "./left-behind.ts";
import { pageOf } from "./locate.ts";
import { weakenArray } from "./moving.ts";
import { shapeText } from "./shape.ts";
import { cellKey, isIdle, type State, withCell } from "./state.ts";
import { valueKey } from "./values.ts";

/** Whether a helper of the same file can change what is held: by itself, or because it is handed something of it. */
export function isWorthFollowing(name: string, site: CallSite, state: State, context: Context): boolean {
  const movesPages = context.program.movesPages(name);
  if (movesPages && !keepsToItself(name, site, state, context)) return true;
  if (state.holdings.length === 0) return false;
  const movesRecords = movesPages || context.program.movesRecords(name);
  return site.arguments.some((value) => {
    const page = pageOf(value, state, context.tables);
    if (page === null) return false;
    // Whoever gets a container may hand it on: to the device, mostly.
    if (
      state.holdings.some(({ acquisition, holder }) => acquisition.contents && holder.object === page.object)
    )
      return true;
    if (!movesRecords) return false;
    if (context.tables.object(page.object)?.kind === "heap") return true;
    return state.holdings.some(
      ({ holder }) =>
        holder.object === page.object || (page.slot !== null && holder.object === page.slot.object),
    );
  });
}

/**
 * Whether a helper gives back all that it takes, whatever it is called with: then only what it is handed, or what the
 * path holds when it lets go of others' pages, makes a difference.
 */
export function keepsToItself(name: string, site: CallSite, state: State, context: Context): boolean {
  const { program, root, tables } = context;
  const left = program.leftBehind(name, root.name);
  if (left === null) return false;
  const { pages, results, releases } = left;
  if (pages || (results && comparesUnsigned(root))) return false;
  if (releases && !isIdle(state)) return false;
  return !site.arguments.some((value) => {
    if (value.kind === "flags" || value.kind === "function") return true;
    if (!releases) return false;
    // A local array that nobody filled, or a count of none, shows a release of nothing.
    if (value.kind === "number") return state.constraints.isZero(value.value);
    return value.kind === "pointer" && tables.object(value.object)?.kind === "variable";
  });
}

/** Whether there is no room for a helper's walk: what it leaves is not followed then. */
export function isTooHeavy(name: string, { program, root }: Context): boolean {
  return program.leftBehind(name, root.name)?.heavy === true;
}

/** A helper that gets an array filled by bytes counts its slots by bytes again: the claim ends with the call. */
export function weakenBytes(site: CallSite, state: State, context: Context): State {
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

/** Of many ways out of a helper few: those that hold the same and return a like value are made one. */
export function chooseExits(exits: readonly Exit[], context: Context): Exit[] {
  if (exits.length <= exitsPerCall || context.guide !== null) return [...exits];
  const groups = grouped(exits, context);
  if (groups.length <= exitsPerCall) return groups;
  const coarse = grouped(
    groups.map((exit) => ({
      ...exit,
      state: giveUp(exit.state, "more ways out than can be told apart", context),
    })),
    context,
  );
  if (coarse.length > exitsPerCall) context.overBudget = true;
  return coarse.slice(0, exitsPerCall);
}

/** Where a way out keeps its value while it is made one with others. */
const returned = "%returned";

function grouped(exits: readonly Exit[], context: Context): Exit[] {
  const cell = cellKey(context.tables.global(returned), "");
  const groups = new Map<string, Exit>();
  for (const exit of exits) {
    const group = `${shapeText(exit.state, context.tables)}|${exit.value === null ? "" : returnClass(exit)}`;
    const known = groups.get(group);
    if (known === undefined) {
      groups.set(group, exit);
      continue;
    }
    const joined = join(
      withCell(known.state, cell, known.value),
      withCell(exit.state, cell, exit.value),
      context.tables,
    );
    if (joined === null) {
      context.overBudget = true;
      continue;
    }
    const value = joined.state.memory.get(cell) ?? null;
    groups.set(group, { ...known, state: withCell(joined.state, cell, null), value });
  }
  return [...groups.values()];
}

/** Sign of a returned number; the kind of anything else. */
function returnClass(exit: Exit): string {
  const { value, state } = exit;
  if (value?.kind !== "number") return value === null ? "" : valueKey(value);
  if (state.constraints.negative(value.value)) return "-";
  if (state.constraints.isZero(value.value)) return "0";
  return state.constraints.nonNegative(value.value) ? "+" : "?";
}

export function dropFrame(state: State, frame: number): State {
  const memory = state.memory.filter((cell) => cell.frame !== frame);
  const arrivals = new Map(state.arrivals);
  for (const key of state.arrivals.keys()) if (key.startsWith(`${frame}:`)) arrivals.delete(key);
  return { ...state, memory, arrivals };
}
