/** Functions that only pass on what leaves nothing with them are not walked. */
import { describe, expect, it } from "vitest";
import { anythingLeft, type LeftBehind, nothingLeft } from "./engine/left-behind.ts";
import { calleesFirst, isWorthWalking, type Neighborhood } from "./worth-walking.ts";

const calls: Readonly<Record<string, readonly string[]>> = {
  outer: ["middle", "log"],
  middle: ["inner"],
  inner: [],
  log: [],
  ping: ["pong"],
  pong: ["ping"],
};
const callees = (name: string): readonly string[] => calls[name] ?? [];

function around(left: Readonly<Record<string, LeftBehind>>, naming: readonly string[] = []): Neighborhood {
  return {
    namesPages: (name) => naming.includes(name),
    callees,
    leftBehind: (callee) => left[callee] ?? nothingLeft,
  };
}

const unread = () => {
  throw new Error("the graph was read");
};

describe("calleesFirst", () => {
  it("places callees before their callers, and circles too", () => {
    const order = calleesFirst(Object.keys(calls), callees);
    expect([...order.keys()]).toEqual(["inner", "middle", "log", "outer", "pong", "ping"]);
  });
});

describe("isWorthWalking", () => {
  it("holds of functions that name page APIs themselves", () => {
    expect(isWorthWalking("inner", unread, around({}, ["inner"]))).toBe(true);
  });
  it("does not hold where callees leave nothing", () => {
    expect(isWorthWalking("outer", unread, around({ inner: anythingLeft }))).toBe(false);
  });
  it("holds where a callee leaves pages", () => {
    expect(isWorthWalking("middle", unread, around({ inner: anythingLeft }))).toBe(true);
  });
});
