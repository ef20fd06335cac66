/**
 * The terms of values that rest on choices, by the address where the value lies. A value that something wrote over
 * without telling has no term any more. Knows no call and no page.
 */
import {
  addressIn,
  type CType,
  type Expression,
  evaluateIn,
  type Machine,
  type MemoryObject,
  type Place,
} from "@pinscope/grammars/ir";
import { choicesIn, constantTerm, sizeOfTerm, TERM_SIZE_BUDGET, type Term, valueOfTerm } from "./terms.ts";

/** Bytes of the widest value that has a term. */
const WIDEST = 8;

interface Shadow {
  readonly term: Term;
  readonly value: bigint;
}

type OpaqueTerm = (reason: string, name: string | undefined, type: CType) => Term | null;

export class Shadows {
  private readonly shadows = new Map<bigint, Shadow>();
  /** All addresses that have one are multiples of it. */
  private grain = BigInt(WIDEST);
  private readonly machine: Machine;
  private readonly opaqueTerm: OpaqueTerm;

  /** @param opaqueTerm the choice for an expression that has no value here; null where it is a number. */
  constructor(machine: Machine, opaqueTerm: OpaqueTerm) {
    this.machine = machine;
    this.opaqueTerm = opaqueTerm;
  }

  /** A value that a choice put at an address. */
  put(address: bigint, term: Term, value: bigint): void {
    this.keep(address, { term, value });
  }

  private keep(address: bigint, shadow: Shadow): void {
    this.shadows.set(address, shadow);
    while (address % this.grain !== 0n) this.grain /= 2n;
  }

  get isEmpty(): boolean {
    return this.shadows.size === 0;
  }

  /** Choices in values that lie, in part at least, in some bytes. */
  keysWithin(address: bigint, size: number): readonly string[] {
    if (this.isEmpty) return [];
    const found: string[] = [];
    const first = address - BigInt(WIDEST - 1);
    const end = address + BigInt(size);
    if (size <= WIDEST) {
      const { grain } = this;
      for (let at = first + ((grain - (first % grain)) % grain); at < end; at += grain)
        this.addKeys(this.shadows.get(at), found);
    } else for (const [at, shadow] of this.shadows) if (at >= first && at < end) this.addKeys(shadow, found);
    return found;
  }

  /** Choices in values that lie in an object. */
  keysIn(object: MemoryObject): readonly string[] {
    const found: string[] = [];
    for (const [at, shadow] of this.shadows)
      if (this.machine.memory.locate(at)?.object.id === object.id) this.addKeys(shadow, found);
    return found;
  }

  /** Choices in the value of a place, and in values that share bytes with it. */
  keysOf(place: Place): { readonly there: readonly string[]; readonly beside: readonly string[] } {
    const address = place.type.kind === "function" ? null : addressIn(this.machine, place);
    if (address === null || place.type.kind === "array") return { there: [], beside: [] };
    const there: string[] = [];
    this.addKeys(this.shadows.get(address), there);
    const within = this.keysWithin(address, this.machine.layouts.sizeOf(place.type));
    return {
      there,
      beside: within.length === there.length ? [] : within.filter((key) => !there.includes(key)),
    };
  }

  private addKeys(shadow: Shadow | undefined, found: string[]): void {
    if (shadow !== undefined) found.push(...choicesIn(shadow.term));
  }

  /** Writes the values of terms anew in which choices have changed; false, with nothing done, where one has none. */
  amend(changed: ReadonlySet<string>, numberOf: (key: string) => bigint | undefined): boolean {
    const { memory, layouts } = this.machine;
    const found: { address: bigint; size: number; term: Term; value: bigint }[] = [];
    for (const [address, { term, value: before }] of this.shadows) {
      if (!choicesIn(term).some((key) => changed.has(key))) continue;
      if (memory.locate(address)?.object.alive !== true) continue;
      const size = layouts.sizeOf(term.type);
      const mask = size >= 8 ? (1n << 64n) - 1n : (1n << BigInt(8 * size)) - 1n;
      const there = memory.read(address, size);
      // Written over by something that keeps no terms.
      if (there === null || (BigInt.asUintN(64, before) & mask) !== (there & mask)) continue;
      const value = valueOfTerm(term, layouts, numberOf);
      if (value === null) return false;
      found.push({ address, size, term, value });
    }
    for (const { address, size, term, value } of found) {
      memory.write(address, size, value);
      this.keep(address, { term, value: memory.read(address, size) ?? value });
    }
    return true;
  }

  setTerm(address: bigint, term: Term | null, type: CType): void {
    if (term === null) {
      this.shadows.delete(address);
      return;
    }
    const value = this.machine.memory.read(address, this.machine.layouts.sizeOf(type));
    if (value === null) return;
    this.keep(address, { term: sameKind(term, type), value });
  }

  /** The term of an expression in the top frame; null where no choice is in it. */
  termOf(expression: Expression): Term | null {
    const term = this.buildTerm(expression);
    if (term === null || choicesIn(term).length === 0 || sizeOfTerm(term) > TERM_SIZE_BUDGET) return null;
    return term;
  }

  private buildTerm(expression: Expression): Term | null {
    switch (expression.kind) {
      case "load":
        return this.termOfLoad(expression);
      case "unary":
      case "cast": {
        const operand = this.buildTerm(expression.operand);
        return operand === null ? null : { ...expression, operand };
      }
      case "binary": {
        const left = this.buildTerm(expression.left);
        const right = this.buildTerm(expression.right);
        return left === null || right === null ? null : { ...expression, left, right };
      }
      case "opaque": {
        return (
          this.opaqueTerm(expression.reason, expression.name, expression.type) ?? this.numberTerm(expression)
        );
      }
      default:
        return this.numberTerm(expression);
    }
  }

  private termOfLoad(expression: Extract<Expression, { kind: "load" }>): Term | null {
    const { place } = expression;
    if (place.type.kind === "record") return null;
    if (place.type.kind === "array" || place.type.kind === "function") return this.numberTerm(expression);
    const address = addressIn(this.machine, place);
    const size = this.machine.layouts.sizeOf(place.type);
    const value = evaluateIn(this.machine, expression);
    if (typeof value !== "bigint") return null;
    const shadow = address === null ? undefined : this.shadows.get(address);
    if (shadow === undefined) return constantTerm(value, expression.type);
    const mask = size >= 8 ? (1n << 64n) - 1n : (1n << BigInt(8 * size)) - 1n;
    // Written over by something that keeps no terms.
    if ((BigInt.asUintN(64, shadow.value) & mask) !== (BigInt.asUintN(64, value) & mask))
      return constantTerm(value, expression.type);
    return sameKind(shadow.term, expression.type);
  }

  private numberTerm(expression: Expression): Term | null {
    const value = evaluateIn(this.machine, expression);
    return typeof value === "bigint" ? constantTerm(value, expression.type) : null;
  }
}

/** The term with the type of the place that it was put in. */
function sameKind(term: Term, type: CType): Term {
  if (type.kind !== "integer" && type.kind !== "bool" && type.kind !== "pointer") return term;
  return { kind: "cast", implicit: true, operand: term, type };
}
