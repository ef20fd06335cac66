/** Paths beside one that the code cannot take. */
import type { FunctionIr } from "@pinscope/grammars/ir";
import type { Simulation } from "@pinscope/simulator/interpreter";
import { describe, expect, it } from "vitest";
import type { ShownEdge } from "../engine/shown-path.ts";
import { otherPath } from "./other-paths.ts";

/** A function with branches at some offsets: the one at `at` has the edges `at` (true) and `at + 1` (false). */
function functionWith(...branches: readonly number[]): FunctionIr {
  const blocks = branches.map((at) => {
    const location = { file: "a.c", start: at, end: at + 1 };
    return { terminator: { kind: "branch", whenTrue: at, whenFalse: at + 1, location } };
  });
  return { blocks } as unknown as FunctionIr;
}

const program = {
  lookup: () => functionWith(10, 20, 30),
  records: () => undefined,
  version: "v6.12",
} as const;

function edges(...taken: readonly number[]): ShownEdge[] {
  return taken.map((edge) => ({ function: "fill", edge, calls: [] }));
}

function divergedAt(index: number, sharing?: readonly number[]): Simulation {
  const at = { file: "a.c", start: 0, end: 1 };
  const contradictions =
    sharing === undefined ? [] : [{ sharing: sharing.map((start) => ({ ...at, start })), with: null }];
  return { exit: { kind: "diverged" }, divergedAt: index, contradictions } as unknown as Simulation;
}

describe("the path beside one that diverged", () => {
  const beside = (path: readonly ShownEdge[], simulation: Simulation) => {
    const other = otherPath(path, simulation, program);
    return other && [other.path.map(({ edge }) => edge), other.leftOut.map(({ start }) => start)];
  };

  it("takes the branch as it is computed", () => {
    expect(beside(edges(10, 20, 30), divergedAt(1))).toEqual([[10, 21, 30], [20]]);
  });

  it("leaves out the turns of a loop that has none", () => {
    expect(beside(edges(10, 30, 31, 11, 20), divergedAt(0))).toEqual([
      [11, 20],
      [10, 30, 30],
    ]);
  });

  it("turns the last earlier branch that rests on the same choices", () => {
    expect(beside(edges(11, 20, 30), divergedAt(2, [99, 10]))).toEqual([[10, 20, 30], [10]]);
    expect(beside(edges(11, 20, 30), divergedAt(2, [99]))).toBeNull();
  });

  it("is none where the run went to an end", () => {
    const ended = {
      exit: { kind: "success" },
      divergedAt: null,
      contradictions: [],
    } as unknown as Simulation;
    expect(beside(edges(10), ended)).toBeNull();
  });
});
