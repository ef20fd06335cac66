import { describe, expect, it } from "vitest";
import { initialState } from "./state.ts";
import { Tables } from "./values.ts";
import { Worklist } from "./worklist.ts";

const state = initialState(new Tables());

describe("the worklist", () => {
  it("gives blocks out in reverse post-order, all states of one together, and goes back for loops", () => {
    // Block 0 is second in order, block 1 first, block 2 third.
    const worklist = new Worklist([1, 0, 2]);
    worklist.add({ block: 2, state });
    worklist.add({ block: 0, state });
    worklist.add({ block: 2, state });
    expect(worklist.take()).toMatchObject({ block: 0, states: [state] });
    worklist.add({ block: 1, state });
    expect(worklist.take()?.block).toBe(1);
    expect(worklist.take()).toMatchObject({ block: 2, states: [state, state] });
    expect(worklist.take()).toBeNull();
    worklist.add({ block: 1, state });
    expect(worklist.take()?.block).toBe(1);
  });
});
