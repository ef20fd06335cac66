import { describe, expect, it } from "vitest";
import { addConstant, type Linear, subtract } from "./linear.ts";
import { cellKey, forgetCells, initialState, type State, withCell } from "./state.ts";
import { stateKey } from "./state-key.ts";
import { numberValue, Tables } from "./values.ts";

describe("state keys", () => {
  const tables = new Tables();
  const [left, right] = [tables.variable(0, 1, "left"), tables.variable(0, 2, "right")];
  const fresh = (): Linear => tables.fresh("call");
  const write = (state: State, object: number, value: Linear): State =>
    withCell(state, cellKey(object, ""), numberValue(value));

  it("are equal for states that differ in the names of symbols and the order of writes", () => {
    const [a, b, c, d] = [fresh(), fresh(), fresh(), fresh()];
    const one = write(write(initialState(tables), left, a), right, b);
    const other = write(write(initialState(tables), right, d), left, c);
    expect(stateKey(one, tables)).toBe(stateKey(other, tables));
    const ordered = one.constraints.assumeNonNegative(subtract(a, b));
    const alsoOrdered = other.constraints.assumeNonNegative(subtract(c, d));
    const turned = other.constraints.assumeNonNegative(subtract(d, c));
    if (ordered === null || alsoOrdered === null || turned === null) throw new Error("no contradiction here");
    const key = stateKey({ ...one, constraints: ordered }, tables);
    expect(stateKey({ ...other, constraints: alsoOrdered }, tables)).toBe(key);
    expect(stateKey({ ...other, constraints: turned }, tables)).not.toBe(key);
    expect(key).not.toBe(stateKey(one, tables));
  });

  it("tell equal symbols from different ones, and constants apart", () => {
    const [a, b] = [fresh(), fresh()];
    const base = write(initialState(tables), left, a);
    const keys = [a, b, addConstant(a, 1), addConstant(a, 2 ** 40), addConstant(b, 1)].map((value) =>
      stateKey(write(base, right, value), tables),
    );
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("tell what is freed from what is escaped", () => {
    const base = initialState(tables);
    const freed = stateKey({ ...base, freed: new Set([left]) }, tables);
    expect(stateKey({ ...base, escaped: new Set([left]) }, tables)).not.toBe(freed);
    expect(stateKey({ ...base, freed: new Set([right]) }, tables)).not.toBe(freed);
  });
});

describe("memory", () => {
  const tables = new Tables();
  const object = tables.variable(0, 1, "record");
  const other = tables.variable(1, 1, "other");
  const value = numberValue(tables.fresh("call"));
  const written = [".a", ".b[0]", ".b.c"].reduce(
    (state, path) => withCell(state, cellKey(object, path), value),
    withCell(initialState(tables), cellKey(other, ".b"), value),
  );

  it("keeps the order of first writes and leaves earlier states as they were", () => {
    const again = withCell(written, cellKey(object, ".a"), numberValue(tables.fresh("call")));
    expect([...again.memory].map(([key]) => key)).toEqual(written.memory.keys());
    expect(written.memory.get(cellKey(object, ".a"))).toBe(value);
    expect(again.memory.get(cellKey(object, ".a"))).not.toBe(value);
    expect(withCell(written, cellKey(object, ".a"), value)).toBe(written);
  });

  it("forgets an object's cells by prefix", () => {
    expect(forgetCells(written, object, ".b").memory.keys()).toEqual([`${other}|.b`, `${object}|.a`]);
    expect(forgetCells(written, object, "").memory.keys()).toEqual([`${other}|.b`]);
    expect(forgetCells(written, object, ".z")).toBe(written);
    expect(withCell(written, cellKey(object, ".a"), null).memory.has(cellKey(object, ".a"))).toBe(false);
  });
});
