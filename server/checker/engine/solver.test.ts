import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  add,
  addConstant,
  combine,
  constantOf,
  type Linear,
  linearKey,
  type SymbolId,
  scale,
  subtract,
  symbolOf,
} from "./linear.ts";
import { Constraints } from "./solver.ts";

/** Plain elimination without witnesses, caches or budgets: exact for differences, where no division rounds. */
function isContradiction(inequalities: readonly Linear[]): boolean {
  let system = [...inequalities];
  for (;;) {
    if (system.some(({ terms, constant }) => terms.length === 0 && constant < 0)) return true;
    const symbol = system.find(({ terms }) => terms.length > 0)?.terms[0]?.[0];
    if (symbol === undefined) return false;
    const lower = system.filter((value) => coefficientOf(value, symbol) > 0);
    const upper = system.filter((value) => coefficientOf(value, symbol) < 0);
    const next = new Map<string, Linear>();
    for (const value of system) if (coefficientOf(value, symbol) === 0) next.set(linearKey(value), value);
    for (const low of lower) {
      for (const high of upper) {
        const sum = combine(scale(low, -coefficientOf(high, symbol)), high, coefficientOf(low, symbol));
        next.set(linearKey(sum), sum);
      }
    }
    system = [...next.values()];
  }
}

function coefficientOf(value: Linear, symbol: SymbolId): number {
  return value.terms.find(([candidate]) => candidate === symbol)?.[1] ?? 0;
}

/** Symbol 3 is the quotient of symbol 2 by 4; symbol 4 is a byte; the others are any integers. */
const definitions = (symbol: SymbolId): readonly Linear[] => {
  const self = symbolOf(symbol);
  if (symbol === 3) {
    const rest = subtract(symbolOf(2), scale(self, 4));
    return [rest, subtract(constantOf(3), rest)];
  }
  return symbol === 4 ? [self, subtract(constantOf(255), self)] : [];
};

const byte = (symbol: SymbolId): readonly Linear[] => (symbol === 4 ? definitions(symbol) : []);

/** `x − y + constant`, or `±x + constant`. */
const difference = fc
  .tuple(fc.constantFrom(0, 1, 2, 4), fc.constantFrom(0, 1, 2, 4), fc.integer({ min: -6, max: 6 }), fc.nat(2))
  .map(([left, right, constant, form]) => {
    const positive = form === 1 ? constantOf(0) : symbolOf(left);
    const negative = form === 2 ? constantOf(0) : symbolOf(right);
    return addConstant(subtract(positive, negative), constant);
  });

const coefficients = fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 5, maxLength: 5 });

function sumOf(row: readonly number[]): Linear {
  return row.reduce((sum, factor, symbol) => add(sum, scale(symbolOf(symbol), factor)), constantOf(0));
}

describe("constraints", () => {
  it("answer as plain elimination does, whatever was asked before", () => {
    fc.assert(
      fc.property(
        fc.array(difference, { maxLength: 7 }),
        fc.array(difference, { minLength: 1, maxLength: 8 }),
        (facts, queries) => {
          let known = new Constraints(byte);
          const assumed: Linear[] = [...byte(4)];
          for (const fact of facts) {
            for (const query of queries) {
              const opposite = addConstant(scale(query, -1), -1);
              expect(known.nonNegative(query)).toBe(isContradiction([...assumed, opposite]));
            }
            const next = known.assumeNonNegative(fact);
            expect(next === null).toBe(isContradiction([...assumed, fact]));
            if (next === null) return;
            known = next;
            assumed.push(fact);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it("never deny a point that satisfies them, nor prove what it breaks", () => {
    const point = fc
      .tuple(fc.integer(), fc.integer({ min: -50, max: 50 }), fc.nat(400), fc.nat(255))
      .map(([a, b, c, d]) => [a, b, c, Math.floor(c / 4), d]);
    fc.assert(
      fc.property(
        point,
        fc.array(fc.tuple(coefficients, fc.nat(6)), { maxLength: 8 }),
        fc.array(fc.tuple(coefficients, fc.integer({ min: -9, max: 9 })), { minLength: 1, maxLength: 8 }),
        (values, facts, queries) => {
          const at = (row: readonly number[]): number =>
            row.reduce((sum, factor, symbol) => sum + factor * (values[symbol] ?? 0), 0);
          let known: Constraints | null = new Constraints(definitions);
          for (const [row, slack] of facts) {
            known = known?.assumeNonNegative(addConstant(sumOf(row), slack - at(row))) ?? null;
            expect(known).not.toBeNull();
            for (const [query, constant] of queries) {
              const proved = known?.nonNegative(addConstant(sumOf(query), constant - at(query)));
              if (proved === true) expect(constant).toBeGreaterThanOrEqual(0);
            }
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it("keep only the sharper of two facts over the same terms", () => {
    const distance = subtract(symbolOf(1), symbolOf(0));
    const weak = new Constraints(definitions).assumeNonNegative(distance);
    const sharp = weak?.assumeNonNegative(addConstant(distance, -2));
    expect(sharp?.inequalities).toEqual([addConstant(distance, -2)]);
    expect(sharp?.positive(distance)).toBe(true);
  });
});
