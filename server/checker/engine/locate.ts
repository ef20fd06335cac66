/**
 * Where the holdings of an effect are: slots of an array, one page, or what a container holds.
 * Changes nothing.
 */

import type { Target } from "@pinscope/simulator/catalogue";
import { type Address, addressOf } from "./addresses.ts";
import { add, type Linear } from "./linear.ts";
import type { Slot, State } from "./state.ts";
import { type AppliedCall, integerTerm, pointerTerm } from "./terms.ts";
import type { ObjectId, Tables, Value } from "./values.ts";

/** Where a target's holdings are, as far as the state knows. */
export type Located =
  | { readonly kind: "slots"; readonly array: Address; readonly low: Linear; readonly end: Linear | null }
  | {
      readonly kind: "value";
      readonly object: ObjectId;
      readonly slot: Slot | null;
      readonly count: Linear | null;
    }
  | { readonly kind: "container"; readonly object: ObjectId };

export function locate(target: Target, call: AppliedCall, state: State, tables: Tables): Located | null {
  switch (target.kind) {
    case "slots": {
      const array = pointerTerm(target.array, call, state, tables);
      const address = array === null ? null : addressOf(array, tables);
      const low = integerTerm(target.low, call, state, tables);
      if (address === null || low === null) return null;
      const end = integerTerm(target.end, call, state, tables);
      return {
        kind: "slots",
        array: address,
        low: add(address.index, low),
        end: end === null ? null : add(address.index, end),
      };
    }
    case "value":
    case "consecutive": {
      const value = pointerTerm(target.kind === "value" ? target.value : target.first, call, state, tables);
      if (value === null) return null;
      const page = pageOf(value, state, tables);
      if (page === null) return null;
      return { kind: "value", ...page, count: integerTerm(target.count, call, state, tables) };
    }
    case "contents": {
      const value = pointerTerm(target.container, call, state, tables);
      const address = value === null ? null : addressOf(value, tables);
      return address === null ? null : { kind: "container", object: address.object };
    }
  }
}

/** The page a pointer value names: its object, and the slot it was read from. */
export function pageOf(
  value: Value,
  state: State,
  tables: Tables,
): { readonly object: ObjectId; readonly slot: Slot | null } | null {
  const address = addressOf(value, tables);
  if (address === null) return null;
  const moved = state.slotOf.get(address.object);
  if (moved !== undefined) return { object: address.object, slot: moved };
  const info = tables.object(address.object);
  const slot = info?.kind === "pointee" ? (tables.symbol(info.symbol)?.slot ?? null) : null;
  return { object: address.object, slot };
}
