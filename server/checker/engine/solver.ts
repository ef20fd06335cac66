/**
 * Decides small conjunctions of linear inequalities over integers by Fourier–Motzkin elimination with integer
 * tightening. Sound for "cannot be": `infeasible` is never said of a set that has a solution; past the budget it
 * answers "feasible". Knows no C and no pages.
 */
import { addConstant, combine, type Linear, linearKey, type SymbolId, sameLinear, scale } from "./linear.ts";
import { SymbolMarks } from "./marks.ts";
import { type Elimination, Model } from "./models.ts";

/** Inequalities alive during an elimination before it gives up and says "feasible". */
const inequalityBudget = 64;
/** Facts of either kind that one path keeps; the oldest go first. */
const factBudget = 32;
/** How far a query follows shared symbols. */
const componentBudget = 20;
/** Witnesses that one path keeps. */
const modelBudget = 6;

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
        if (combined.terms.length > 0) keepSharpest(next, combined);
        else if (combined.constant < 0) return true;
        if (next.length > inequalityBudget) {
          if (eliminations !== undefined) eliminations.length = 0;
          return false;
        }
      }
    }
    eliminations?.push({
      symbol,
      bounds: [...lower.map(([bound]) => bound), ...upper.map(([bound]) => bound)],
    });
    system = next;
  }
  const [last] = system;
  const [term] = last?.terms ?? [];
  if (last !== undefined && term !== undefined) eliminations?.push({ symbol: term[0], bounds: [last] });
  return false;
}

function sameTerms(left: Linear, right: Linear): boolean {
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

const reached = new SymbolMarks();

/** What is known of the integers on one path. Immutable; `definitions` gives facts that hold of a symbol everywhere. */
export class Constraints {
  readonly inequalities: readonly Linear[];
  readonly disequalities: readonly Linear[];
  private readonly definitions: (symbol: SymbolId) => readonly Linear[];
  /** Assignments that satisfy all inequalities, and all definitions of the symbols they were asked for. */
  private models: readonly Model[];

  constructor(
    definitions: (symbol: SymbolId) => readonly Linear[],
    inequalities: readonly Linear[] = [],
    disequalities: readonly Linear[] = [],
    models?: readonly Model[],
  ) {
    this.definitions = definitions;
    this.inequalities = inequalities;
    this.disequalities = disequalities;
    this.models = (models ?? [new Model(definitions, 1), new Model(definitions, -1)]).filter((model) =>
      models === undefined ? inequalities.every((fact) => model.evaluate(fact) >= 0) : true,
    );
  }

  /** Whether some witness has `value < 0`: then `value ≥ 0` does not follow. */
  private isRefuted(value: Linear): boolean {
    for (const model of this.models) if (model.evaluate(value) < 0) return true;
    return false;
  }

  /** Keeps a witness of these facts and `value ≥ 0`, read from an elimination that found no contradiction. */
  private witness(value: Linear, eliminations: readonly Elimination[]): Model | null {
    if (eliminations.length === 0) return null;
    if (this.models.length === 0) this.models = this.recover();
    for (const base of this.models) {
      const model = base.derive(eliminations, this.inequalities, [value]);
      if (model !== null) return model;
    }
    return null;
  }

  /** The inequalities that share symbols with `query`, directly or through others, nearest first. */
  private component(query: Linear): Linear[] {
    const chosen: Linear[] = [];
    const { inequalities } = this;
    reached.clear();
    const queue: SymbolId[] = [];
    for (const [symbol] of query.terms) if (reached.mark(symbol)) queue.push(symbol);
    const taken: boolean[] = [];
    for (let at = 0; at < queue.length && chosen.length < componentBudget; at++) {
      const symbol = queue[at];
      if (symbol === undefined) break;
      for (let index = 0; index < inequalities.length; index++) {
        const inequality = inequalities[index];
        if (inequality === undefined || taken[index] === true || coefficientOf(inequality, symbol) === 0)
          continue;
        if (chosen.length >= componentBudget) break;
        taken[index] = true;
        chosen.push(inequality);
        for (const [other] of inequality.terms) if (reached.mark(other)) queue.push(other);
      }
      for (const definition of this.definitions(symbol)) {
        if (chosen.length >= componentBudget) break;
        chosen.push(definition);
        for (const [other] of definition.terms) if (reached.mark(other)) queue.push(other);
      }
    }
    return chosen;
  }

  /** A witness made from nothing, part by part; none where the facts are too many to solve. */
  private recover(): readonly Model[] {
    if (this.isHopeless) return [];
    const eliminations: Elimination[] = [];
    const all = [...this.inequalities];
    reached.clear();
    for (let at = 0; at < all.length; at++) {
      for (const [symbol] of all[at]?.terms ?? [])
        if (reached.mark(symbol)) all.push(...this.definitions(symbol));
    }
    infeasible(all, eliminations);
    const model = new Model(this.definitions, 1).derive(eliminations, this.inequalities, []);
    this.isHopeless = model === null;
    return model === null ? [] : [model];
  }

  private isHopeless = false;
  private readonly answers = new Map<string, boolean>();

  /** Whether `value ≥ 0` follows. */
  nonNegative(value: Linear): boolean {
    if (value.terms.length === 0) return value.constant >= 0;
    if (this.isRefuted(value)) return false;
    const key = linearKey(value);
    const known = this.answers.get(key);
    if (known !== undefined) return known;
    const answer = this.decide(value);
    this.answers.set(key, answer);
    return answer;
  }

  private decide(value: Linear): boolean {
    const facts = this.component(value);
    if (facts.length === 0) return false;
    const opposite = addConstant(scale(value, -1), -1);
    const eliminations: Elimination[] = [];
    if (infeasible([opposite, ...facts], eliminations)) return true;
    const model = this.witness(opposite, eliminations);
    if (model !== null) this.models = [model, ...this.models.slice(0, modelBudget - 1)];
    return false;
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
    let models = this.models.filter((model) => model.evaluate(value) >= 0);
    if (models.length === 0) {
      const eliminations: Elimination[] = [];
      if (infeasible([value, ...this.component(value)], eliminations)) return null;
      const model = this.witness(value, eliminations);
      if (model !== null) models = [model];
    }
    if (this.nonNegative(value)) return this;
    const fact = tighten(value);
    // What the new fact says more sharply need not be kept.
    const others = this.inequalities.filter(
      (known) => !(sameTerms(known, fact) && known.constant >= fact.constant),
    );
    const kept = others.length < factBudget ? others : others.slice(1);
    return new Constraints(this.definitions, [...kept, fact], this.disequalities, models).settle(value);
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
    return new Constraints(this.definitions, this.inequalities, [...kept, value], this.models);
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
        return new Constraints(this.definitions, this.inequalities, rest, this.models).assumeNonNegative(
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
    return new Constraints(this.definitions, inequalities, disequalities, this.models);
  }
}
