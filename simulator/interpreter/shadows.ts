/**
 * The terms of values that rest on choices, by the address where the value lies. A value that something wrote over
 * without telling has no term any more. Knows no call and no page.
 */
import { addressIn, type CType, type Expression, evaluateIn, type Machine } from "@pinscope/grammars/ir";
import { choicesIn, constantTerm, sizeOfTerm, TERM_SIZE_BUDGET, type Term } from "./terms.ts";

interface Shadow {
  readonly term: Term;
  readonly value: bigint;
}

export class Shadows {
  private readonly shadows = new Map<bigint, Shadow>();
  private readonly machine: Machine;
  private readonly opaqueTerm: (reason: string, type: CType) => Term;

  /** @param opaqueTerm the choice for an expression that has no value here. */
  constructor(machine: Machine, opaqueTerm: (reason: string, type: CType) => Term) {
    this.machine = machine;
    this.opaqueTerm = opaqueTerm;
  }

  /** A value that a choice put at an address. */
  put(address: bigint, term: Term, value: bigint): void {
    this.shadows.set(address, { term, value });
  }

  setTerm(address: bigint, term: Term | null, type: CType): void {
    if (term === null) {
      this.shadows.delete(address);
      return;
    }
    const value = this.machine.memory.read(address, this.machine.layouts.sizeOf(type));
    if (value === null) return;
    this.shadows.set(address, { term: sameKind(term, type), value });
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
        if (expression.name !== undefined) return this.numberTerm(expression);
        return this.opaqueTerm(expression.reason, expression.type);
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
