/**
 * Decides small conjunctions of linear inequalities over integers by Fourier–Motzkin elimination with integer
 * tightening. Sound for "cannot be": `infeasible` is never said of a set that has a solution; past the budget it
 * answers "feasible". Knows no C and no pages.
 */
import { addConstant, combine, type Linear, linearKey, type SymbolId, sameLinear, scale } from "./linear.ts";

/** Inequalities alive during an elimination before it gives up and says "feasible". */
const inequalityBudget = 64;
/** Facts of either kind that one path keeps; the oldest go first. */
const factBudget = 32;
/** How far a query follows shared symbols. */
const componentBudget = 20;

function greatestCommonDivisor(left: number, right: number): number {
  let a = Math.abs(left);
  let b = Math.abs(right);
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}

/** Divides `value ≥ 0` by the common divisor of its coefficients, rounding the constant down. */
function tighten(value: Linear): Linear {
  let divisor = 0;
  for (const [, coefficient] of value.terms) divisor = greatestCommonDivisor(divisor, coefficient);
  if (divisor <= 1) return value;
  return {
    constant: Math.floor(value.constant / divisor),
    terms: value.terms.map(([symbol, coefficient]) => [symbol, coefficient / divisor] as const),
  };
}

/** Whether no integers satisfy all of `inequalities` (each is `≥ 0`). */
export function infeasible(inequalities: readonly Linear[]): boolean {
  let system: Linear[] = [];
  for (const raw of inequalities) {
    if (raw.terms.length > 0) system.push(tighten(raw));
    else if (raw.constant < 0) return true;
  }
  while (system.length > 1) {
    const symbol = cheapestSymbol(system);
    const lower: [Linear, number][] = [];
    const upper: [Linear, number][] = [];
    const next: Linear[] = [];
    for (const inequality of system) {
      const coefficient = coefficientOf(inequality, symbol);
      if (coefficient === 0) next.push(inequality);
      else if (coefficient > 0) lower.push([inequality, coefficient]);
      else upper.push([inequality, -coefficient]);
    }
    for (const [low, lowFactor] of lower) {
      for (const [high, highFactor] of upper) {
        const combined = tighten(combine(scale(low, highFactor), high, lowFactor));
        if (combined.terms.length > 0) next.push(combined);
        else if (combined.constant < 0) return true;
        if (next.length > inequalityBudget) return false;
      }
    }
    system = next;
  }
  return false;
}

function coefficientOf(inequality: Linear, symbol: SymbolId): number {
  for (const [candidate, coefficient] of inequality.terms) if (candidate === symbol) return coefficient;
  return 0;
}

/** The symbol whose elimination makes the fewest new inequalities. */
function cheapestSymbol(system: readonly Linear[]): SymbolId {
  const symbols: SymbolId[] = [];
  const positive: number[] = [];
  const negative: number[] = [];
  for (const { terms } of system) {
    for (const [symbol, coefficient] of terms) {
      let at = symbols.indexOf(symbol);
      if (at < 0) {
        at = symbols.length;
        symbols.push(symbol);
        positive.push(0);
        negative.push(0);
      }
      if (coefficient > 0) positive[at] = (positive[at] ?? 0) + 1;
      else negative[at] = (negative[at] ?? 0) + 1;
    }
  }
  let best = 0;
  let bestCost = Number.POSITIVE_INFINITY;
  for (let at = 0; at < symbols.length; at++) {
    const plus = positive[at] ?? 0;
    const minus = negative[at] ?? 0;
    const cost = plus * minus - plus - minus;
    if (cost < bestCost) {
      bestCost = cost;
      best = at;
    }
  }
  return symbols[best] ?? -1;
}

function sharesSymbol(left: Linear, right: Linear): boolean {
  return left.terms.some(([symbol]) => right.terms.some(([other]) => other === symbol));
}

/** What is known of the integers on one path. Immutable; `definitions` gives facts that hold of a symbol everywhere. */
export class Constraints {
  readonly inequalities: readonly Linear[];
  readonly disequalities: readonly Linear[];
  private readonly definitions: (symbol: SymbolId) => readonly Linear[];

  constructor(
    definitions: (symbol: SymbolId) => readonly Linear[],
    inequalities: readonly Linear[] = [],
    disequalities: readonly Linear[] = [],
  ) {
    this.definitions = definitions;
    this.inequalities = inequalities;
    this.disequalities = disequalities;
  }

  /** The inequalities that share symbols with `query`, directly or through others, nearest first. */
  private component(query: Linear): Linear[] {
    const chosen: Linear[] = [];
    const taken = new Set<Linear>();
    const reached = new Set<SymbolId>();
    let frontier = query.terms.map(([symbol]) => symbol);
    while (frontier.length > 0 && chosen.length < componentBudget) {
      const next: SymbolId[] = [];
      const take = (inequality: Linear): void => {
        if (taken.has(inequality) || chosen.length >= componentBudget) return;
        taken.add(inequality);
        chosen.push(inequality);
        for (const [symbol] of inequality.terms) if (!reached.has(symbol)) next.push(symbol);
      };
      for (const symbol of frontier) {
        if (reached.has(symbol)) continue;
        reached.add(symbol);
        for (const inequality of this.inequalities) {
          if (inequality.terms.some(([candidate]) => candidate === symbol)) take(inequality);
        }
        for (const definition of this.definitions(symbol)) take(definition);
      }
      frontier = next;
    }
    return chosen;
  }

  private readonly answers = new Map<string, boolean>();

  /** Whether `value ≥ 0` follows. */
  nonNegative(value: Linear): boolean {
    if (value.terms.length === 0) return value.constant >= 0;
    const key = linearKey(value);
    const known = this.answers.get(key);
    if (known !== undefined) return known;
    const facts = this.component(value);
    const answer = facts.length > 0 && infeasible([addConstant(scale(value, -1), -1), ...facts]);
    this.answers.set(key, answer);
    return answer;
  }

  /** Whether `value > 0` follows. */
  positive(value: Linear): boolean {
    return this.nonNegative(addConstant(value, -1));
  }

  /** Whether `value < 0` follows. */
  negative(value: Linear): boolean {
    return this.positive(scale(value, -1));
  }

  /** Whether `value = 0` follows. */
  isZero(value: Linear): boolean {
    if (value.terms.length === 0) return value.constant === 0;
    return this.nonNegative(value) && this.nonNegative(scale(value, -1));
  }

  /** Whether `value ≠ 0` follows. */
  nonZero(value: Linear): boolean {
    if (value.terms.length === 0) return value.constant !== 0;
    const opposite = scale(value, -1);
    if (this.disequalities.some((known) => sameLinear(known, value) || sameLinear(known, opposite)))
      return true;
    return this.positive(value) || this.negative(value);
  }

  /** Adds `value ≥ 0`; null when that contradicts what is known. */
  assumeNonNegative(value: Linear): Constraints | null {
    if (value.terms.length === 0) return value.constant >= 0 ? this : null;
    if (infeasible([value, ...this.component(value)])) return null;
    if (this.nonNegative(value)) return this;
    const kept = this.inequalities.length < factBudget ? this.inequalities : this.inequalities.slice(1);
    return new Constraints(this.definitions, [...kept, tighten(value)], this.disequalities).settle(value);
  }

  assumeZero(value: Linear): Constraints | null {
    return this.assumeNonNegative(value)?.assumeNonNegative(scale(value, -1)) ?? null;
  }

  /** Adds `value ≠ 0`; null when `value` must be zero. */
  assumeNonZero(value: Linear): Constraints | null {
    if (value.terms.length === 0) return value.constant !== 0 ? this : null;
    if (this.nonZero(value)) return this;
    if (this.nonNegative(value)) return this.assumeNonNegative(addConstant(value, -1));
    const opposite = scale(value, -1);
    if (this.nonNegative(opposite)) return this.assumeNonNegative(addConstant(opposite, -1));
    const kept = this.disequalities.length < factBudget ? this.disequalities : this.disequalities.slice(1);
    return new Constraints(this.definitions, this.inequalities, [...kept, value]);
  }

  /** Turns disequalities that the new fact `about` has made one-sided into inequalities. */
  private settle(about: Linear): Constraints | null {
    for (const value of this.disequalities) {
      if (!sharesSymbol(value, about)) continue;
      const opposite = scale(value, -1);
      const above = this.nonNegative(value);
      const below = this.nonNegative(opposite);
      if (above && below) return null;
      if (above || below) {
        const rest = this.disequalities.filter((other) => other !== value);
        return new Constraints(this.definitions, this.inequalities, rest).assumeNonNegative(
          addConstant(above ? value : opposite, -1),
        );
      }
    }
    return this;
  }

  /** Forgets what is said of symbols that nothing can mention any more. */
  restrict(alive: (symbol: SymbolId) => boolean): Constraints {
    const keep = (value: Linear): boolean => value.terms.every(([symbol]) => alive(symbol));
    const inequalities = this.inequalities.filter(keep);
    const disequalities = this.disequalities.filter(keep);
    if (
      inequalities.length === this.inequalities.length &&
      disequalities.length === this.disequalities.length
    ) {
      return this;
    }
    return new Constraints(this.definitions, inequalities, disequalities);
  }
}
