/**
 * Numbers, values and places with other numbers put in the place of symbols. Knows no states.
 */
import { addressOf } from "./addresses.ts";
import { add, type Linear, type SymbolId, scale, someSymbol } from "./linear.ts";
import type { Holder } from "./state.ts";
import { numberValue, type ObjectId, type Tables, type Value } from "./values.ts";

export class Substitution {
  private readonly map: ReadonlyMap<SymbolId, Linear>;
  private readonly tables: Tables;

  constructor(map: ReadonlyMap<SymbolId, Linear>, tables: Tables) {
    this.map = map;
    this.tables = tables;
  }

  number(value: Linear): Linear {
    if (this.map.size === 0 || !someSymbol(value, (symbol) => this.map.has(symbol))) return value;
    let result: Linear = {
      constant: value.constant,
      terms: value.terms.filter(([symbol]) => !this.map.has(symbol)),
    };
    for (const [symbol, coefficient] of value.terms) {
      const instead = this.map.get(symbol);
      if (instead !== undefined) result = add(result, scale(instead, coefficient));
    }
    return result;
  }

  value(value: Value): Value {
    if (this.map.size === 0) return value;
    switch (value.kind) {
      case "number": {
        const number = this.number(value.value);
        return number === value.value ? value : numberValue(number);
      }
      case "pointer": {
        const place = this.place(value.object, value.index);
        if (place === null) return value;
        if (place.object === value.object && place.index === value.index) return value;
        return this.tables.normalize({ ...value, ...place });
      }
      default:
        return value;
    }
  }

  /** An element of an object that may be what a replaced symbol points to. */
  private place(
    object: ObjectId,
    index: Linear,
  ): { readonly object: ObjectId; readonly index: Linear } | null {
    const info = this.tables.object(object);
    const instead = info?.kind === "pointee" ? this.map.get(info.symbol) : undefined;
    const moved = this.number(index);
    if (instead === undefined) return { object, index: moved };
    const address = addressOf(numberValue(instead), this.tables);
    return address === null ? null : { object: address.object, index: add(address.index, moved) };
  }

  object(object: ObjectId): ObjectId {
    if (this.map.size === 0) return object;
    const info = this.tables.object(object);
    const instead = info?.kind === "pointee" ? this.map.get(info.symbol) : undefined;
    const address = instead === undefined ? null : addressOf(numberValue(instead), this.tables);
    return address?.object ?? object;
  }

  holder(holder: Holder): Holder {
    if (this.map.size === 0) return holder;
    const object = this.object(holder.object);
    if (holder.kind === "value") return { ...holder, object, count: this.number(holder.count) };
    return { ...holder, object, low: this.number(holder.low), end: this.number(holder.end) };
  }
}
