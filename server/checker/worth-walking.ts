/**
 * Which functions of a file need a walk of their own: those that name a page API, and those that call a function of the
 * file which leaves something with its callers. Knows no paths.
 */
import type { Expression, FunctionIr } from "@pinscope/grammars/ir";
import type { LeftBehind } from "./engine/left-behind.ts";

/** What is known of the functions around one. */
export interface Neighborhood {
  /** Whether the function's own text, or a macro that it uses, names an API that takes pages or lets them go. */
  namesPages(name: string): boolean;
  /** The functions of the file that it names. */
  callees(name: string): readonly string[];
  /** What `callee` leaves with `caller`; asked only as far as the answer matters. */
  leftBehind(callee: string, caller: string): LeftBehind;
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
    if (left.pages) return true;
    hasResults ||= left.results;
  }
  return hasResults && comparesUnsigned(read());
}

/** What a function that is not walked leaves with its callers: what its own callees return it may return, too. */
export function leftUnwalked(name: string, around: Neighborhood): LeftBehind {
  const results = around
    .callees(name)
    .some((callee) => callee !== name && around.leftBehind(callee, name).results);
  return { pages: false, results };
}

/** Whether some ordering compares what C turns from signed to unsigned for it. */
function comparesUnsigned({ blocks }: FunctionIr): boolean {
  return blocks.some(({ terminator }) => terminator.kind === "branch" && isConverted(terminator.condition));
}

function isConverted(condition: Expression): boolean {
  if (condition.kind === "cast" || condition.kind === "unary") return isConverted(condition.operand);
  if (condition.kind !== "binary") return false;
  const { operator, left, right } = condition;
  if (/^[<>]=?$/.test(operator)) return [left, right].some(isSignedAsUnsigned);
  return isConverted(left) || isConverted(right);
}

function isSignedAsUnsigned(side: Expression): boolean {
  if (side.kind !== "cast" || !side.implicit || side.operand.kind === "constant") return false;
  const { type, operand } = side;
  return type.kind === "integer" && !type.signed && operand.type.kind === "integer" && operand.type.signed;
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
