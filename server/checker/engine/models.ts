/**
 * Witnesses: integer assignments that satisfy everything known on a path. One of them that breaks a claimed inequality
 * shows at once that it does not follow, which most questions of a walk are answered by. Knows no states and no C.
 */
import { coefficientOf, type Elimination } from "./elimination.ts";
import type { Linear, SymbolId } from "./linear.ts";

type Definitions = (symbol: SymbolId) => readonly Linear[];

/** How far an assignment reaches through definitions of definitions. */
const depthBudget = 12;
/** Beyond this, sums of doubles are not exact: their sign is trusted only where nothing cancels. */
const exactMagnitude = 2 ** 53;

/**
 * An assignment that grows on demand: a symbol that is asked for first gets a value that its definitions allow. Values
 * never change, so that an assignment which satisfies a set of facts goes on doing so.
 */
export class Model {
  /** The side to which symbols without bounds fall: models that disagree answer more questions. */
  private readonly side: 1 | -1;
  private readonly definitions: Definitions;
  private readonly values = new Map<SymbolId, number>();

  constructor(definitions: Definitions, side: 1 | -1) {
    this.definitions = definitions;
    this.side = side;
  }

  /** The value of an expression; NaN where no assignment was found. */
  evaluate(value: Linear): number {
    return this.sum(value, -1, 0);
  }

  private sum(value: Linear, except: SymbolId, depth: number): number {
    let total = value.constant;
    let largest = Math.abs(total);
    const { terms } = value;
    for (let index = 0; index < terms.length; index++) {
      const term = terms[index];
      if (term === undefined || term[0] === except) continue;
      const known = this.values.get(term[0]) ?? this.extend(term[0], depth);
      const part = known * term[1];
      total += part;
      largest = Math.max(largest, Math.abs(part), Math.abs(total));
    }
    return largest > exactMagnitude && Math.abs(total) * 1024 < largest ? Number.NaN : total;
  }

  private extend(symbol: SymbolId, depth: number): number {
    if (depth > depthBudget) return Number.NaN;
    let low = Number.NEGATIVE_INFINITY;
    let high = Number.POSITIVE_INFINITY;
    for (const definition of this.definitions(symbol)) {
      const rest = this.sum(definition, symbol, depth + 1);
      const coefficient = coefficientOf(definition, symbol);
      if (coefficient > 0) low = Math.max(low, Math.ceil(-rest / coefficient));
      else if (coefficient < 0) high = Math.min(high, Math.floor(rest / -coefficient));
      else if (!(rest >= 0)) return this.settle(symbol, Number.NaN);
    }
    const value = low <= high ? this.within(symbol, low, high) : Number.NaN;
    return this.settle(symbol, value);
  }

  /** A value in the interval, away from those of other symbols where there is room. */
  private within(symbol: SymbolId, low: number, high: number): number {
    const away = 1000 + ((symbol * 7919) % 1009);
    const wanted =
      this.side > 0
        ? (low === Number.NEGATIVE_INFINITY ? 0 : low) + away
        : low === Number.NEGATIVE_INFINITY
          ? (high === Number.POSITIVE_INFINITY ? 0 : high) - away
          : low;
    return Math.min(Math.max(wanted, low), high);
  }

  /** Gives a new symbol the value of an expression. */
  define(now: Linear, value: Linear): void {
    const [term] = now.terms;
    if (term !== undefined && !this.values.has(term[0])) this.settle(term[0], this.evaluate(value));
  }

  private settle(symbol: SymbolId, value: number): number {
    this.values.set(symbol, value);
    return value;
  }

  /**
   * A model of `facts` that follows this one except for the symbols of `eliminations` (as in solving for them one by
   * one, from the last); null where that meets no integers, or breaks a fact or a definition.
   */
  derive(
    eliminations: readonly Elimination[],
    facts: readonly Linear[],
    more: readonly Linear[],
  ): Model | null {
    const derived = new Model(this.definitions, this.side === 1 ? -1 : 1);
    const solved = new Set<SymbolId>();
    for (const { symbol } of eliminations) solved.add(symbol);
    for (const fact of facts) this.copyTo(derived, fact, solved, 0);
    for (let index = eliminations.length - 1; index >= 0; index--) {
      const step = eliminations[index];
      if (step === undefined || !derived.solve(step, this)) return null;
    }
    for (const fact of facts) if (!(derived.evaluate(fact) >= 0)) return null;
    for (const fact of more) if (!(derived.evaluate(fact) >= 0)) return null;
    for (const symbol of [...derived.values.keys()]) {
      for (const definition of this.definitions(symbol)) {
        if (!(derived.evaluate(definition) >= 0)) return null;
      }
    }
    return derived;
  }

  private copyTo(target: Model, value: Linear, solved: ReadonlySet<SymbolId>, depth: number): void {
    if (depth > depthBudget) return;
    const { terms } = value;
    for (let index = 0; index < terms.length; index++) {
      const symbol = terms[index]?.[0] ?? 0;
      if (target.values.has(symbol) || solved.has(symbol)) continue;
      const known = this.values.get(symbol);
      if (known === undefined) continue;
      target.values.set(symbol, known);
      for (const definition of this.definitions(symbol)) this.copyTo(target, definition, solved, depth + 1);
    }
  }

  /** Picks a value for one eliminated symbol: this model's own where the bounds allow it. */
  private solve(step: Elimination, base: Model): boolean {
    let low = Number.NEGATIVE_INFINITY;
    let high = Number.POSITIVE_INFINITY;
    for (const bound of step.bounds) {
      const rest = this.sum(bound, step.symbol, 0);
      const coefficient = coefficientOf(bound, step.symbol);
      if (coefficient > 0) low = Math.max(low, Math.ceil(-rest / coefficient));
      else high = Math.min(high, Math.floor(rest / -coefficient));
    }
    if (!(low <= high)) return false;
    const wanted = base.values.get(step.symbol);
    const value = wanted === undefined ? this.within(step.symbol, low, high) : wanted;
    this.values.set(step.symbol, Math.min(Math.max(Number.isNaN(value) ? 0 : value, low), high));
    return true;
  }
}
