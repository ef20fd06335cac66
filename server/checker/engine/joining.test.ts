import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { join } from "./joining.ts";
import { add, addConstant, constantOf, type Linear, subtract } from "./linear.ts";
import { type Acquisition, cellKey, initialState, type State, withCell } from "./state.ts";
import { stateKey } from "./state-key.ts";
import { numberValue, Tables } from "./values.ts";

const acquisition: Acquisition = {
  api: "pin_user_pages_fast",
  family: "pin",
  unit: "page",
  location: { file: "a.c", start: 10, end: 20 },
  functionName: "take",
  nesting: 0,
  outcome: "success",
  releaseWith: ["unpin_user_pages"],
  claimable: true,
  placeholder: false,
  bytes: false,
  asked: 1,
  most: null,
  contents: false,
  lookedUp: false,
};

function known(state: State, key: string): Linear {
  const value = state.memory.get(key);
  if (value?.kind !== "number") throw new Error(`no number at ${key}`);
  return value.value;
}

describe("joined states", () => {
  it("keep numbers in step that both states keep in step", () => {
    const tables = new Tables();
    const [index, count, array] = [1, 2, 3].map((id) => tables.variable(0, id, `v${id}`));
    if (index === undefined || count === undefined || array === undefined) throw new Error("three variables");
    const total = tables.fresh("memory");
    const holding = (end: Linear): State["holdings"] => [
      {
        acquisition,
        holder: { kind: "slots", object: array, path: "", low: constantOf(0), end },
        weakened: null,
        records: [],
      },
    ];
    const at = (turn: Linear): State => {
      let state = withCell(initialState(tables), cellKey(index, ""), numberValue(turn));
      state = withCell(state, cellKey(count, ""), numberValue(subtract(total, turn)));
      return { ...state, holdings: holding(addConstant(turn, 1)) };
    };
    const joined = join(at(constantOf(0)), at(constantOf(7)), tables);
    if (joined === null) throw new Error("the holdings correspond");
    const { state } = joined;
    const turn = known(state, cellKey(index, ""));
    expect(turn.terms).toHaveLength(1);
    const [left] = state.holdings;
    if (left?.holder.kind !== "slots") throw new Error("slots are held");
    expect(subtract(left.holder.end, turn)).toEqual(constantOf(1));
    expect(subtract(add(turn, known(state, cellKey(count, ""))), total)).toEqual(constantOf(0));
    expect(state.isJoined).toBe(true);
  });

  it("know only what both states know, of any numbers", () => {
    const value = fc.integer({ min: -20, max: 20 });
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 3, maxLength: 3 }),
        fc.array(value, { minLength: 3, maxLength: 3 }),
        (a, b) => {
          const tables = new Tables();
          const objects = [1, 2, 3].map((id) => tables.variable(0, id, `v${id}`));
          const make = (values: readonly number[]): State =>
            objects.reduce(
              (state, object, position) =>
                withCell(state, cellKey(object, ""), numberValue(constantOf(values[position] ?? 0))),
              initialState(tables),
            );
          const joined = join(make(a), make(b), tables);
          if (joined === null) throw new Error("nothing is held");
          const now = objects.map((object) => known(joined.state, cellKey(object, "")));
          // Whatever follows of the joined numbers holds of both states' own.
          for (const [i, one] of now.entries()) {
            for (const [j, other] of now.entries()) {
              for (const distance of [-1, 0, 1]) {
                if (!joined.state.constraints.nonNegative(addConstant(subtract(one, other), distance)))
                  continue;
                for (const own of [a, b])
                  expect((own[i] ?? 0) - (own[j] ?? 0) + distance).toBeGreaterThanOrEqual(0);
              }
            }
          }
        },
      ),
    );
  });

  it("stay what they are when one of their parts comes again", () => {
    const tables = new Tables();
    const object = tables.variable(0, 1, "n");
    const make = (value: number): State =>
      withCell(initialState(tables), cellKey(object, ""), numberValue(constantOf(value)));
    const first = join(make(1), make(5), tables);
    const again = first === null ? null : join(first.state, make(5), tables);
    if (first === null || again === null) throw new Error("nothing is held");
    expect(stateKey(again.state, tables)).toBe(stateKey(first.state, tables));
  });

  it("do not exist where the holdings differ in number", () => {
    const tables = new Tables();
    const array = tables.variable(0, 1, "pages");
    const end = tables.fresh("memory");
    const holder = { kind: "slots" as const, object: array, path: "", low: constantOf(0), end };
    const holding: State = {
      ...initialState(tables),
      holdings: [{ acquisition, holder, weakened: null, records: [] }],
    };
    expect(join(holding, initialState(tables), tables)).toBeNull();
  });
});
