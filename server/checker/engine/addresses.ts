/**
 * Cells of memory: their keys, the addresses that lead to them, and what an unwritten one reads as.
 * Knows no expressions.
 */

import type { CType } from "@pinscope/grammars/ir";
import { addConstant, isConstant, type Linear, linearKey, subtract, zero } from "./linear.ts";
import { cellKey, type State } from "./state.ts";
import {
  boundsOf,
  nullValue,
  numberValue,
  type ObjectId,
  type ObjectInfo,
  type Tables,
  type Value,
  valueKey,
} from "./values.ts";

/** What an expression is read in: the tables and the frame (one per inlined call) its variables belong to. */
export interface Environment {
  readonly tables: Tables;
  readonly frame: number;
  variableName(id: number): string;
}

export interface Address {
  readonly object: ObjectId;
  readonly path: string;
  readonly index: Linear;
}

export function cellPath(address: Address): string {
  return isConstant(address.index) && address.index.constant === 0
    ? address.path
    : `${address.path}[${linearKey(address.index)}]`;
}

export function pointerTo(address: Address, tables: Tables): Value {
  return tables.normalize({
    kind: "pointer",
    object: address.object,
    path: address.path,
    index: address.index,
  });
}

/** The address a pointer value points to; null for NULL and other constants. */
export function addressOf(value: Value, tables: Tables): Address | null {
  if (value.kind === "pointer") return value;
  if (value.kind === "number") return tables.pointerFrom(value.value);
  return null;
}

export function wild(tables: Tables): Address {
  return { object: tables.global("%wild"), path: "", index: zero };
}

/** The value in a cell; what was never written is a symbol of its own, the same on every path. */
export function loadCell(address: Address, type: CType, state: State, tables: Tables): Value {
  const key = cellKey(address.object, cellPath(address));
  const known = state.memory.get(key);
  if (known !== undefined) return known;
  const info = tables.object(address.object);
  const isSlot = type.kind === "pointer" || type.kind === "unknown";
  if (isSlot && isHeldSlot(address, state)) {
    const held = tables.term(`held(${key})`, (self) => [addConstant(self, -1)], {
      origin: "memory",
      reads: [lastName(key, info)],
      slot: { object: address.object, path: address.path, index: address.index },
    });
    return numberValue(held);
  }
  if (info?.kind === "heap" && info.zeroed && !state.escaped.has(address.object)) return nullValue;
  const symbol = tables.term(`cell(${key})`, boundsOf(type), {
    origin: "memory",
    reads: [lastName(key, info)],
    ...(isSlot && { slot: { object: address.object, path: address.path, index: address.index } }),
  });
  return numberValue(symbol);
}

/** Whether a slot certainly holds a page that this path took: what is read from it is not NULL. */
function isHeldSlot(address: Address, state: State): boolean {
  return state.holdings.some(
    ({ holder }) =>
      holder.kind === "slots" &&
      holder.object === address.object &&
      holder.path === address.path &&
      state.constraints.nonNegative(subtract(address.index, holder.low)) &&
      state.constraints.positive(subtract(holder.end, address.index)),
  );
}

/** The field (or global) that a cell is. */
function lastName(key: string, info: ObjectInfo | undefined): string {
  const field = /\.([A-Za-z_]\w*)[^.]*$/.exec(key)?.[1];
  return field ?? (info?.kind === "global" ? info.name : "");
}

/** A value as an integer; addresses become symbols that are equal for equal addresses and not zero. */
export function asNumber(value: Value, tables: Tables): Linear {
  switch (value.kind) {
    case "number":
      return value.value;
    case "flags":
      if (value.exact && value.names.length === 0) return zero;
      return tables.term(`flags(${valueKey(value)})`, (self) => [
        value.names.length > 0 ? addConstant(self, -1) : self,
      ]);
    default:
      return tables.term(`value(${valueKey(value)})`, (self) => [addConstant(self, -1)]);
  }
}
