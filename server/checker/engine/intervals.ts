/**
 * What is certain of intervals of slots in a state. Changes nothing.
 */
import { constantOf, type Linear, subtract } from "./linear.ts";
import type { Holder, State } from "./state.ts";
import type { ObjectId } from "./values.ts";

export function atMost(left: Linear, right: Linear, state: State): boolean {
  return state.constraints.nonNegative(subtract(right, left));
}

/** Whether `[low, end)` certainly has a slot in it. */
export function certainlySome(holder: Holder, state: State): boolean {
  return holder.kind === "slots"
    ? state.constraints.positive(subtract(holder.end, holder.low))
    : state.constraints.positive(holder.count);
}

/** Whether `[low, end)` certainly has no slot in it. */
export function certainlyNone(holder: Holder, state: State): boolean {
  return holder.kind === "slots"
    ? atMost(holder.end, holder.low, state)
    : atMost(holder.count, constantOf(0), state);
}

export function sameArray(
  holder: Holder,
  object: ObjectId,
  path: string,
): holder is Extract<Holder, { kind: "slots" }> {
  return holder.kind === "slots" && holder.object === object && holder.path === path;
}

/** Cuts `[low, end)` out of an interval; parts that are certainly empty do not appear. */
export function cut(
  holder: Extract<Holder, { kind: "slots" }>,
  low: Linear,
  end: Linear,
  state: State,
): Extract<Holder, { kind: "slots" }>[] {
  const parts: Extract<Holder, { kind: "slots" }>[] = [];
  if (!atMost(low, holder.low, state) && atMost(holder.low, low, state)) parts.push({ ...holder, end: low });
  if (!atMost(holder.end, end, state) && atMost(end, holder.end, state)) parts.push({ ...holder, low: end });
  return parts;
}

export function disjoint(
  holder: Extract<Holder, { kind: "slots" }>,
  low: Linear,
  end: Linear,
  state: State,
): boolean {
  return atMost(end, holder.low, state) || atMost(holder.end, low, state);
}
