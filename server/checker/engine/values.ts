/**
 * What the engine knows of a value, and the tables of symbols and objects that values name.
 * Knows no operations (see `evaluate`) and no paths (see `state`).
 */
import type { CType, Location } from "@pinscope/grammars/ir";
import { addConstant, type Linear, linearKey, type SymbolId, scale, symbolOf, zero } from "./linear.ts";
import { CellTable, Memory } from "./memory.ts";

export type ObjectId = number;

export type Value =
  /** An integer, or a pointer of which only equality is known (NULL is 0, an error pointer is −4095 … −1). */
  | { readonly kind: "number"; readonly value: Linear }
  /** The address of element `index` of what `path` names inside an object; never NULL. */
  | { readonly kind: "pointer"; readonly object: ObjectId; readonly path: string; readonly index: Linear }
  /** A set of named flags; `exact` when no other bit can be set. */
  | { readonly kind: "flags"; readonly names: readonly string[]; readonly exact: boolean }
  | { readonly kind: "function"; readonly name: string };

export const nullValue: Value = { kind: "number", value: zero };

export function numberValue(value: Linear): Value {
  return { kind: "number", value };
}

/** Where a symbol's value comes from, as far as rules ask. */
export type SymbolOrigin = "result" | "memory" | "term" | "loop" | "call";

/** The call whose result a symbol is. */
export interface ResultOrigin {
  readonly api: string;
  readonly location: Location;
  /** Function that the call stands in. */
  readonly functionName: string;
}

export interface SymbolInfo {
  readonly call?: ResultOrigin;
  readonly origin: SymbolOrigin;
  /** Facts (`≥ 0`) that hold of it on every path. */
  readonly definitions: readonly Linear[];
  /** A truth value whose meaning is a comparison: `left operator right`. */
  readonly truth?: Comparison;
  /** Names of the fields and globals whose content it stands for. */
  readonly reads?: readonly string[];
  /** For the address of a page's contents: the pointer to the page. */
  readonly addressOf?: Value;
  /** For a pointer loaded from a slot: which slot. */
  readonly slot?: { readonly object: ObjectId; readonly path: string; readonly index: Linear };
}

/** `value ≥ 0`, `value = 0` or `value ≠ 0`. */
export interface Comparison {
  readonly relation: "non-negative" | "zero" | "non-zero";
  readonly value: Linear;
}

export type ObjectInfo =
  | { readonly kind: "variable"; readonly name: string; readonly frame: number; readonly variable: number }
  | { readonly kind: "global"; readonly name: string }
  /** Memory that a call on this path allocated. */
  | { readonly kind: "heap"; readonly site: string; readonly zeroed: boolean }
  /** What the pointer `symbol` points to. */
  | { readonly kind: "pointee"; readonly symbol: SymbolId }
  | { readonly kind: "string" };

/** Symbols and objects of one root function's analysis; append-only, shared by all its paths. */
export class Tables {
  private readonly symbols: SymbolInfo[] = [];
  private readonly objects: ObjectInfo[] = [];
  private readonly byKey = new Map<string, number>();
  /** The memory of a path on which nothing was written yet. */
  readonly emptyMemory = new Memory(new CellTable((object) => this.objects[object]));

  readonly definitionsOf = (symbol: SymbolId): readonly Linear[] => this.symbols[symbol]?.definitions ?? [];

  symbol(id: SymbolId): SymbolInfo | undefined {
    return this.symbols[id];
  }

  object(id: ObjectId): ObjectInfo | undefined {
    return this.objects[id];
  }

  /** A new symbol; `bounds` makes its lasting facts from its own linear expression. */
  fresh(
    origin: SymbolOrigin,
    bounds: (self: Linear) => readonly Linear[] = () => [],
    more: Partial<SymbolInfo> = {},
  ): Linear {
    const id = this.symbols.length;
    const self = symbolOf(id);
    this.symbols.push({ origin, definitions: bounds(self), ...more });
    return self;
  }

  /** The symbol that stands for one term, made at its first use: equal terms are equal values. */
  term(
    key: string,
    bounds: (self: Linear) => readonly Linear[],
    more: Partial<SymbolInfo> = {},
    parts: readonly Linear[] = [],
  ): Linear {
    const known = this.byKey.get(`t:${key}`);
    if (known !== undefined) return symbolOf(known);
    const self = this.fresh("term", bounds, { reads: this.readsOf(parts), ...more });
    this.byKey.set(`t:${key}`, this.symbols.length - 1);
    return self;
  }

  /** The fields and globals that a term over these numbers depends on. */
  private readsOf(parts: readonly Linear[]): readonly string[] {
    const names = new Set<string>();
    for (const { terms } of parts) {
      for (const [symbol] of terms) for (const name of this.symbols[symbol]?.reads ?? []) names.add(name);
    }
    return [...names];
  }

  private objectFor(key: string, info: ObjectInfo): ObjectId {
    const known = this.byKey.get(`o:${key}`);
    if (known !== undefined) return known;
    this.objects.push(info);
    this.byKey.set(`o:${key}`, this.objects.length - 1);
    return this.objects.length - 1;
  }

  variable(frame: number, variable: number, name: string): ObjectId {
    return this.objectFor(`v${frame}.${variable}`, { kind: "variable", name, frame, variable });
  }

  global(name: string): ObjectId {
    return this.objectFor(`g${name}`, { kind: "global", name });
  }

  heap(site: string, generation: number, zeroed: boolean): ObjectId {
    return this.objectFor(`h${site}#${generation}`, { kind: "heap", site, zeroed });
  }

  string(text: string): ObjectId {
    return this.objectFor(`s${text}`, { kind: "string" });
  }

  pointee(symbol: SymbolId): ObjectId {
    return this.objectFor(`p${symbol}`, { kind: "pointee", symbol });
  }

  /** The pointer whose value is this number, or null for a number that is no plain symbol. */
  pointerFrom(value: Linear): Extract<Value, { kind: "pointer" }> | null {
    const [term] = value.terms;
    if (value.terms.length !== 1 || term === undefined || term[1] !== 1) {
      if (value.terms.length === 0) return null;
      const stand = this.term(`address(${linearKey(value)})`, () => []);
      return this.pointerFrom(stand);
    }
    const object = this.pointee(term[0]);
    return {
      kind: "pointer",
      object,
      path: "",
      index: value.constant === 0 ? zero : { constant: value.constant, terms: [] },
    };
  }

  /** A pointer to the start of what a symbol points to is that symbol again. */
  normalize(value: Value): Value {
    if (
      value.kind !== "pointer" ||
      value.path !== "" ||
      value.index.terms.length > 0 ||
      value.index.constant !== 0
    ) {
      return value;
    }
    const info = this.objects[value.object];
    return info?.kind === "pointee" ? numberValue(symbolOf(info.symbol)) : value;
  }
}

/** The lasting bounds of a value of C type `type`, for a fresh symbol. */
export function boundsOf(type: CType): (self: Linear) => readonly Linear[] {
  if (type.kind === "bool") return (self) => [self, addConstant(scale(self, -1), 1)];
  if (type.kind === "integer" && !type.signed) {
    return type.bits <= 16
      ? (self) => [self, addConstant(scale(self, -1), 2 ** type.bits - 1)]
      : (self) => [self];
  }
  return () => [];
}

/** A key equal for equal values. */
export function valueKey(value: Value): string {
  switch (value.kind) {
    case "number":
      return linearKey(value.value);
    case "pointer":
      return `&o${value.object}${value.path}[${linearKey(value.index)}]`;
    case "flags":
      return `f${value.names.join("|")}${value.exact ? "" : "…"}`;
    case "function":
      return `@${value.name}`;
  }
}
