import { describe, expect, it } from "vitest";
import type { CType } from "../types.ts";
import { createLayouts, type RecordShape } from "./layout.ts";
import { Stuck } from "./stuck.ts";

const integer = (bits: 8 | 16 | 32 | 64): CType => ({ kind: "integer", bits, signed: true });
const pointer: CType = { kind: "pointer", to: { kind: "void" } };
const record = (tag: string, union = false): CType => ({ kind: "record", tag, union });

const SHAPES: Record<string, RecordShape> = {
  pair: {
    union: false,
    fields: new Map([
      ["flag", { kind: "bool" }],
      ["wide", integer(64)],
    ]),
  },
  mixed: {
    union: false,
    fields: new Map<string, CType>([
      ["c", integer(8)],
      ["in", record("pair")],
      ["h", integer(16)],
      ["list", { kind: "array", of: integer(16), length: 3 }],
      ["tail", { kind: "array", of: integer(32), length: null }],
    ]),
  },
  either: {
    union: true,
    fields: new Map<string, CType>([
      ["b", integer(8)],
      ["w", integer(32)],
      ["p", pointer],
    ]),
  },
  // struct { char c; union { void *p; int n; }; struct { short a, b; }; }
  overlaid: {
    union: false,
    fields: new Map<string, CType>([
      ["c", integer(8)],
      ["p", pointer],
      ["n", integer(32)],
      ["a", integer(16)],
      ["b", integer(16)],
    ]),
    anonymous: new Map([
      ["p", "(one)"],
      ["n", "(one)"],
      ["a", "(two)"],
      ["b", "(two)"],
    ]),
  },
  "(one)": {
    union: true,
    fields: new Map([
      ["p", pointer],
      ["n", integer(32)],
    ]),
  },
  "(two)": {
    union: false,
    fields: new Map([
      ["a", integer(16)],
      ["b", integer(16)],
    ]),
  },
};

describe("layout", () => {
  const layouts = createLayouts((tag) => SHAPES[tag]);

  it("places known fields as gcc does", () => {
    expect(layouts.sizeOf(record("pair"))).toBe(16);
    expect(layouts.offsetOf("pair", "wide", integer(64))).toBe(8);
    expect(layouts.offsetOf("mixed", "in", record("pair"))).toBe(8);
    expect(layouts.offsetOf("mixed", "h", integer(16))).toBe(24);
    expect(layouts.offsetOf("mixed", "list", integer(16))).toBe(26);
    expect(layouts.offsetOf("mixed", "tail", integer(32))).toBe(32);
    expect(layouts.sizeOf(record("mixed"))).toBe(32);
    expect(layouts.sizeOf(record("either", true))).toBe(8);
    expect(layouts.offsetOf("either", "p", pointer)).toBe(0);
    expect(layouts.constantOf("sizeof(struct mixed)")).toBe(32n);
    expect(layouts.constantOf("offsetof(struct mixed, in.wide)")).toBe(16n);
    expect(layouts.constantOf("PAGE_SIZE")).toBeUndefined();
    expect(() => layouts.offsetOf("pair", "missing", integer(8))).toThrow(Stuck);
  });

  it("gives the fields of anonymous members the places that those have", () => {
    const offsets = ["c", "p", "n", "a", "b"].map((name) => layouts.offsetOf("overlaid", name, pointer));
    expect(offsets).toEqual([0, 8, 8, 16, 18]);
    expect(layouts.sizeOf(record("overlaid"))).toBe(24);
  });

  it("gives an open record its fields as they are named, each its own bytes", () => {
    const first = layouts.offsetOf("driver", "count", integer(32));
    const second = layouts.offsetOf("driver", "pages", pointer);
    const third = layouts.offsetOf("driver", "inner", record("opaque"));
    const fourth = layouts.offsetOf("driver", "last", integer(8));
    expect(layouts.isOpen("driver")).toBe(true);
    expect(second).toBeGreaterThanOrEqual(first + 4);
    expect(third).toBeGreaterThanOrEqual(second + 8);
    expect(fourth).toBeGreaterThanOrEqual(third + layouts.sizeOf(record("opaque")));
    expect(layouts.offsetOf("driver", "count", integer(32))).toBe(first);
    const list = layouts.offsetOf("driver", "list", { kind: "array", of: pointer, length: null });
    expect(layouts.offsetOf("driver", "behind", integer(8))).toBeGreaterThanOrEqual(list + 8 * 1000);
    expect(layouts.sizeOf(record("driver"))).toBeGreaterThan(fourth);
  });
});
