/**
 * What is known of the integers on one path, as a small conjunction of linear inequalities and disequalities: questions
 * are answered by witnesses first, by remembered answers next, and by elimination last. Knows no C and no pages.
 */
import { coefficientOf, type Elimination, infeasible, sameTerms, tighten } from "./elimination.ts";
import {
  addConstant,
  everySymbol,
  type Linear,
  linearKey,
  type SymbolId,
  sameLinear,
  scale,
  someSymbol,
} from "./linear.ts";
import { SymbolMarks } from "./marks.ts";
import { Model } from "./models.ts";
import { type Decision, Proofs } from "./proofs.ts";

/** Facts of either kind that one path keeps; the oldest go first. */
const factBudget = 32;
/** How far a query follows shared symbols. */
const componentBudget = 20;
/** Witnesses that one path keeps. */
const modelBudget = 6;

function sharesSymbol(left: Linear, right: Linear): boolean {
  return someSymbol(left, (symbol) => coefficientOf(right, symbol) !== 0);
}

const reached = new SymbolMarks();

/** What is known of the integers on one path. Immutable; `definitions` gives facts that hold of a symbol everywhere. */
export class Constraints {
  readonly inequalities: readonly Linear[];
  readonly disequalities: readonly Linear[];
  private readonly definitions: (symbol: SymbolId) => readonly Linear[];
  /** Assignments that satisfy all inequalities, and all definitions of the symbols they were asked for. */
  private models: readonly Model[];
  /** What was found out on this path and on others of the same analysis. */
  private readonly proofs: Proofs;

  constructor(
    definitions: (symbol: SymbolId) => readonly Linear[],
    inequalities: readonly Linear[] = [],
    disequalities: readonly Linear[] = [],
    from?: { readonly proofs: Proofs; readonly models: readonly Model[] },
  ) {
    this.definitions = definitions;
    this.proofs = from?.proofs ?? new Proofs();
    this.inequalities =
      from === undefined ? inequalities.map((fact) => this.proofs.intern(fact)) : inequalities;
    this.disequalities = disequalities;
    this.models =
      from?.models ??
      [new Model(definitions, 1), new Model(definitions, -1)].filter((model) =>
        inequalities.every((fact) => model.evaluate(fact) >= 0),
      );
  }

  /** The same analysis with other facts, all interned; `models` satisfy them. */
  private next(
    inequalities: readonly Linear[],
    disequalities: readonly Linear[],
    models: readonly Model[],
  ): Constraints {
    return new Constraints(this.definitions, inequalities, disequalities, { proofs: this.proofs, models });
  }

  /** Whether some witness has `value < 0`: then `value ≥ 0` does not follow. */
  private isRefuted(value: Linear): boolean {
    for (const model of this.models) if (model.evaluate(value) < 0) return true;
    return false;
  }

  /** A symbol by which `value` can be made as small as one likes: nothing bounds it on that side. */
  private freeSymbol(value: Linear): SymbolId | null {
    const { terms } = value;
    for (let index = 0; index < terms.length; index++) {
      const term = terms[index];
      if (term !== undefined && !this.isBounded(term[0], term[1])) return term[0];
    }
    return null;
  }

  /** Whether something bounds a symbol from below (`side > 0`) or from above (`side < 0`). */
  private isBounded(symbol: SymbolId, side: number): boolean {
    for (const fact of this.inequalities) if (coefficientOf(fact, symbol) * side > 0) return true;
    for (const definition of this.definitions(symbol))
      if (coefficientOf(definition, symbol) * side > 0) return true;
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

  /** Whether `value ≥ 0` follows from what shares symbols with it, directly or through others, nearest first. */
  private decision(value: Linear, key: string): Decision {
    const facts: Linear[] = [];
    const definitions: Linear[] = [];
    const { inequalities } = this;
    const queue: SymbolId[] = [];
    const reach = ({ terms }: Linear): void => {
      for (let index = 0; index < terms.length; index++) {
        const symbol = terms[index]?.[0] ?? 0;
        if (reached.mark(symbol)) queue.push(symbol);
      }
    };
    reached.clear();
    reach(value);
    let room = componentBudget;
    for (let at = 0; at < queue.length && room > 0; at++) {
      const symbol = queue[at] ?? 0;
      for (let index = 0; index < inequalities.length && room > 0; index++) {
        const inequality = inequalities[index];
        if (inequality === undefined || coefficientOf(inequality, symbol) === 0) continue;
        if (facts.includes(inequality)) continue;
        facts.push(inequality);
        room--;
        reach(inequality);
      }
      for (const definition of this.definitions(symbol)) {
        if (room <= 0) break;
        definitions.push(definition);
        room--;
        reach(definition);
      }
    }
    if (facts.length === 0 && definitions.length === 0) return [];
    return this.proofs.decide(value, key, facts, definitions);
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
    if (this.isRefuted(value) || this.freeSymbol(value) !== null) return false;
    const key = linearKey(value);
    const known = this.answers.get(key);
    if (known !== undefined) return known;
    const answer = this.proofs.isProved(key, this.inequalities) || this.decide(value, key);
    this.answers.set(key, answer);
    return answer;
  }

  /** Whether `value ≥ 0` follows, with a way to a witness if not. */
  private denial(value: Linear): Decision {
    const key = linearKey(value);
    return this.proofs.isProved(key, this.inequalities) ? "follows" : this.decision(value, key);
  }

  /** All that bounds one symbol, `more` included. */
  private boundsOf(symbol: SymbolId, more: Linear): Elimination {
    const bounds = [more, ...this.inequalities, ...this.definitions(symbol)];
    return { symbol, bounds: bounds.filter((bound) => coefficientOf(bound, symbol) !== 0) };
  }

  private decide(value: Linear, key: string): boolean {
    const decision = this.decision(value, key);
    if (decision === "follows") return true;
    const model = this.witness(addConstant(scale(value, -1), -1), decision);
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
      const contrary = addConstant(scale(value, -1), -1);
      const free = this.freeSymbol(contrary);
      const decision = free === null ? this.denial(contrary) : [this.boundsOf(free, value)];
      if (decision === "follows") return null;
      const model = this.witness(value, decision);
      if (model !== null) models = [model];
    }
    if (this.nonNegative(value)) return this;
    const fact = this.proofs.intern(tighten(value));
    // What the new fact says more sharply need not be kept.
    const others = this.inequalities.filter(
      (known) => !(sameTerms(known, fact) && known.constant >= fact.constant),
    );
    const kept = others.length < factBudget ? others : others.slice(1);
    return this.next([...kept, fact], this.disequalities, models).settle(value);
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
    return this.next(this.inequalities, [...kept, value], this.models);
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
        return this.next(this.inequalities, rest, this.models).assumeNonNegative(
          addConstant(above ? value : opposite, -1),
        );
      }
    }
    return this;
  }

  /**
   * What these facts and `other`'s both say. `pairs` are numbers that differ, with the new symbols that stand for them:
   * witnesses of either side go on being witnesses.
   */
  agreeing(
    other: Constraints,
    pairs: readonly { readonly left: Linear; readonly right: Linear; readonly now: Linear }[],
  ): Constraints {
    if (this === other) return this;
    const inequalities = this.inequalities.filter(
      (fact) => other.inequalities.includes(fact) || other.nonNegative(fact),
    );
    for (const fact of other.inequalities) {
      if (inequalities.length >= factBudget) break;
      if (!inequalities.includes(fact) && this.nonNegative(fact)) inequalities.push(fact);
    }
    const disequalities = this.disequalities.filter((value) => other.nonZero(value));
    for (const value of other.disequalities) {
      if (disequalities.length >= factBudget) break;
      if (!disequalities.includes(value) && this.nonZero(value)) disequalities.push(value);
    }
    const half = modelBudget / 2;
    const models = [...this.models.slice(0, half), ...other.models.slice(0, half)];
    for (const [index, model] of models.entries()) {
      const isOwn = index < Math.min(half, this.models.length);
      for (const { left, right, now } of pairs) model.define(now, isOwn ? left : right);
    }
    return this.next(inequalities, disequalities, models);
  }

  /** Forgets what is said of symbols that nothing can mention any more. */
  restrict(alive: (symbol: SymbolId) => boolean): Constraints {
    const keep = (value: Linear): boolean => everySymbol(value, alive);
    const inequalities = this.inequalities.filter(keep);
    const disequalities = this.disequalities.filter(keep);
    if (
      inequalities.length === this.inequalities.length &&
      disequalities.length === this.disequalities.length
    ) {
      return this;
    }
    return this.next(inequalities, disequalities, this.models);
  }
}
