/**
 * Fourier–Motzkin elimination with integer tightening over small systems of linear inequalities. Sound for "cannot be":
 * `infeasible` is never said of a set that has a solution; past the budget it answers "feasible". Knows no paths.
 */
import { type Linear, type SymbolId, weighted } from "./linear.ts";

/** One step: the bounds (`≥ 0`) that `symbol` had, all over symbols eliminated later. */
export interface Elimination {
  readonly symbol: SymbolId;
  readonly bounds: readonly Linear[];
}

/** Inequalities alive during an elimination before it gives up and says "feasible". */
const inequalityBudget = 64;

function greatestCommonDivisor(left: number, right: number): number {
  let a = Math.abs(left);
  let b = Math.abs(right);
  while (b !== 0) {
    const rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

/** Divides `value ≥ 0` by the common divisor of its coefficients, rounding the constant down. */
export function tighten(value: Linear): Linear {
  const { terms } = value;
  let divisor = 0;
  for (let index = 0; index < terms.length; index++) {
    const coefficient = terms[index]?.[1] ?? 0;
    if (coefficient === 1 || coefficient === -1) return value;
    divisor = greatestCommonDivisor(divisor, coefficient);
  }
  if (divisor <= 1) return value;
  return {
    constant: Math.floor(value.constant / divisor),
    terms: terms.map((term) => [term[0], term[1] / divisor] as const),
  };
}

export function coefficientOf(value: Linear, symbol: SymbolId): number {
  const { terms } = value;
  for (let index = 0; index < terms.length; index++) {
    const term = terms[index];
    if (term !== undefined && term[0] === symbol) return term[1];
  }
  return 0;
}

export function sameTerms(left: Linear, right: Linear): boolean {
  const { terms } = left;
  const others = right.terms;
  if (terms.length !== others.length) return false;
  for (let index = 0; index < terms.length; index++) {
    const term = terms[index];
    const other = others[index];
    if (term === undefined || other === undefined || term[0] !== other[0] || term[1] !== other[1])
      return false;
  }
  return true;
}

/** Adds an inequality unless one over the same terms says as much; replaces one that says less. */
function keepSharpest(system: Linear[], fresh: Linear): void {
  for (let index = 0; index < system.length; index++) {
    const known = system[index];
    if (known === undefined || !sameTerms(known, fresh)) continue;
    if (fresh.constant < known.constant) system[index] = fresh;
    return;
  }
  system.push(fresh);
}

// Room for what one step looks at, kept between calls: small arrays that grow are most of what an elimination costs.
const lower: Linear[] = [];
const upper: Linear[] = [];

/**
 * Whether no integers satisfy all of `inequalities` (each is `≥ 0`). Where asked for, `eliminations` gets the steps, from
 * which a solution can be read when the answer is no and the budget was kept.
 */
export function infeasible(inequalities: readonly Linear[], eliminations?: Elimination[]): boolean {
  let system: Linear[] = [];
  for (const raw of inequalities) {
    if (raw.terms.length > 0) system.push(tighten(raw));
    else if (raw.constant < 0) return true;
  }
  while (system.length > 1) {
    const symbol = cheapestSymbol(system);
    const next: Linear[] = [];
    let lowers = 0;
    let uppers = 0;
    for (let row = 0; row < system.length; row++) {
      const inequality = system[row] as Linear;
      const coefficient = coefficientOf(inequality, symbol);
      if (coefficient === 0) next.push(inequality);
      else if (coefficient > 0) lower[lowers++] = inequality;
      else upper[uppers++] = inequality;
    }
    for (let one = 0; one < lowers; one++) {
      const low = lower[one] as Linear;
      const lowFactor = coefficientOf(low, symbol);
      for (let other = 0; other < uppers; other++) {
        const high = upper[other] as Linear;
        const combined = tighten(weighted(low, -coefficientOf(high, symbol), high, lowFactor));
        if (combined.terms.length > 0) keepSharpest(next, combined);
        else if (combined.constant < 0) return true;
        if (next.length > inequalityBudget) {
          if (eliminations !== undefined) eliminations.length = 0;
          return false;
        }
      }
    }
    eliminations?.push({ symbol, bounds: [...lower.slice(0, lowers), ...upper.slice(0, uppers)] });
    system = next;
  }
  const [last] = system;
  const [term] = last?.terms ?? [];
  if (last !== undefined && term !== undefined) eliminations?.push({ symbol: term[0], bounds: [last] });
  return false;
}

const symbols: SymbolId[] = [];
const positive: number[] = [];
const negative: number[] = [];

/** The symbol whose elimination makes the fewest new inequalities. */
function cheapestSymbol(system: readonly Linear[]): SymbolId {
  let count = 0;
  for (let row = 0; row < system.length; row++) {
    const terms = system[row]?.terms ?? [];
    for (let index = 0; index < terms.length; index++) {
      const term = terms[index];
      if (term === undefined) continue;
      let at = 0;
      while (at < count && symbols[at] !== term[0]) at++;
      if (at === count) {
        count++;
        symbols[at] = term[0];
        positive[at] = 0;
        negative[at] = 0;
      }
      if (term[1] > 0) positive[at] = (positive[at] ?? 0) + 1;
      else negative[at] = (negative[at] ?? 0) + 1;
    }
  }
  let best = 0;
  let bestCost = Number.POSITIVE_INFINITY;
  for (let at = 0; at < count; at++) {
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
