import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { infeasible } from "./elimination.ts";
import { add, addConstant, constantOf, type Linear, linearKey, scale, subtract, symbolOf } from "./linear.ts";
import { Constraints } from "./solver.ts";

const x = symbolOf(1);
const y = symbolOf(2);
const none = (): readonly Linear[] => [];

describe("linear expressions", () => {
  it("gives equal expressions equal keys", () => {
    expect(linearKey(add(x, y))).toBe(linearKey(add(y, x)));
    expect(linearKey(subtract(add(x, y), y))).toBe(linearKey(x));
  });
});

describe("solver", () => {
  it("knows that a short count is below the requested one", () => {
    // 1 ≤ x, x ≤ y − 1
    const known = new Constraints(none, [addConstant(x, -1), addConstant(subtract(y, x), -1)]);
    expect(known.positive(subtract(y, x))).toBe(true);
    expect(known.positive(addConstant(y, -1))).toBe(true);
    expect(known.nonNegative(subtract(x, y))).toBe(false);
    expect(known.assumeZero(subtract(x, y))).toBeNull();
  });

  it("turns a disequality into an order once one side is excluded", () => {
    const different = new Constraints(none).assumeNonZero(subtract(x, y));
    const ordered = different?.assumeNonNegative(subtract(y, x));
    expect(ordered?.positive(subtract(y, x))).toBe(true);
  });

  it("never calls a satisfied system infeasible", () => {
    const coefficient = fc.integer({ min: -3, max: 3 });
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 4, maxLength: 4 }),
        fc.array(fc.tuple(coefficient, coefficient, coefficient, coefficient, fc.nat(6)), { maxLength: 8 }),
        (point, rows) => {
          const system = rows.map((row) => {
            let value = constantOf(0);
            let sum = 0;
            for (let index = 0; index < 4; index++) {
              value = add(value, scale(symbolOf(index), row[index] ?? 0));
              sum += (row[index] ?? 0) * (point[index] ?? 0);
            }
            // The slack makes the point a solution.
            return addConstant(value, -sum + row[4]);
          });
          expect(infeasible(system)).toBe(false);
        },
      ),
    );
  });
});
