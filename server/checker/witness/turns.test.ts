/** Turns of loops along paths. */
import type { FunctionIr } from "@pinscope/grammars/ir";
import { describe, expect, it } from "vitest";
import type { ShownEdge } from "../engine/shown-path.ts";
import { turnsOf } from "./turns.ts";

/** Two loops, one behind the other, and a branch that is none: the loops' tests have the edges 10, 11 and 20, 21. */
const ir = {
  blocks: [
    { id: 1, terminator: { kind: "branch", whenTrue: 10, whenFalse: 11 } },
    { id: 3, terminator: { kind: "branch", whenTrue: 20, whenFalse: 21 } },
    { id: 5, terminator: { kind: "branch", whenTrue: 30, whenFalse: 31 } },
  ],
  edges: [
    { id: 10, to: 2 },
    { id: 11, to: 3 },
    { id: 20, to: 5 },
    { id: 21, to: 4 },
    { id: 30, to: 6 },
    { id: 31, to: 7 },
  ],
  loops: [
    { head: 1, blocks: [1, 2] },
    { head: 3, blocks: [3, 4] },
  ],
} as unknown as FunctionIr;

const program = { lookup: () => ir, records: () => undefined, version: "v6.12" } as const;

function edges(...taken: readonly number[]): ShownEdge[] {
  return taken.map((edge) => ({ function: "fill", edge, calls: [] }));
}

describe("turns of a path", () => {
  it("are those of the loop that it turns most often, whichever way its test goes on", () => {
    expect(turnsOf(edges(10, 10, 10, 11, 21, 20, 30), program)).toBe(3);
    expect(turnsOf(edges(10, 11, 21, 21, 20), program)).toBe(2);
  });

  it("are none where it goes through no loop", () => {
    expect(turnsOf(edges(30), program)).toBeNull();
    expect(turnsOf(edges(11, 20), program)).toBeNull();
  });

  it("are counted for each call of a function by itself", () => {
    const called = (call: number) => ({ function: "fill", edge: 10, calls: [call] });
    expect(turnsOf([called(1), called(2), called(2)], program)).toBe(2);
  });
});
