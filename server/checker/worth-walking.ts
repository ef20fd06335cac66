/**
 * Which functions of a file need a walk of their own: those that name a page API, and those that call a function of the
 * file which leaves something with its callers. Knows no paths.
 */
import type { FunctionIr } from "@pinscope/grammars/ir";
import { comparesUnsigned, type LeftBehind } from "./engine/left-behind.ts";

/** What is known of the functions around one. */
export interface Neighborhood {
  /** Whether the function's own text, or a macro that it uses, names an API that takes pages or lets them go. */
  namesPages(name: string): boolean;
  /** The functions of the file that it names. */
  callees(name: string): readonly string[];
  /** What `callee` leaves with `caller`, null for one that takes no pages; asked only as far as the answer matters. */
  leftBehind(callee: string, caller: string): LeftBehind | null;
}

/**
 * Whether a walk of the function can show anything that walks of its callees do not show.
 * @param read gives the function's graph; it is read only where a result that came up from a callee is compared
 */
export function isWorthWalking(name: string, read: () => FunctionIr, around: Neighborhood): boolean {
  if (around.namesPages(name)) return true;
  let hasResults = false;
  for (const callee of around.callees(name)) {
    if (callee === name) continue;
    const left = around.leftBehind(callee, name);
    if (left?.pages === true) return true;
    hasResults ||= left?.results === true;
  }
  return hasResults && comparesUnsigned(read());
}

/** What a function that is not walked leaves with its callers: what its own callees return it may return, too. */
export function leftUnwalked(name: string, around: Neighborhood): LeftBehind {
  const left = around.callees(name).map((callee) => around.leftBehind(callee, name));
  return {
    pages: false,
    results: left.some((one) => one?.results === true),
    releases: left.some((one) => one === null || one.releases),
    heavy: false,
  };
}

/**
 * Functions with those that they call first; where calls go in a circle, as they are met.
 * @returns each name's place in that order
 */
export function calleesFirst(
  names: Iterable<string>,
  callees: (name: string) => readonly string[],
): ReadonlyMap<string, number> {
  const order = new Map<string, number>();
  const met = new Set<string>();
  for (const first of names) {
    if (met.has(first)) continue;
    met.add(first);
    const open = [{ name: first, left: [...callees(first)] }];
    for (let current = open.at(-1); current !== undefined; current = open.at(-1)) {
      const next = current.left.shift();
      if (next === undefined) {
        order.set(current.name, order.size);
        open.pop();
      } else if (!met.has(next)) {
        met.add(next);
        open.push({ name: next, left: [...callees(next)] });
      }
    }
  }
  return order;
}
