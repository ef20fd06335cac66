import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createMemory, type Memory, type ObjectRequest } from "./memory.ts";
import { Stuck } from "./stuck.ts";

const LOCAL: ObjectRequest = { label: "x", kind: "local", size: 64, fill: "indeterminate" };

function causeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof Stuck) return error.stuckCause;
    throw error;
  }
  return "nothing";
}

describe("memory", () => {
  it("reads what was written, little endian, and only what was written", () => {
    const memory = createMemory();
    const { base } = memory.allocate(LOCAL);
    memory.write(base + 8n, 4, 0x1122_3344n);
    expect(memory.read(base + 8n, 4)).toBe(0x1122_3344n);
    expect(memory.read(base + 8n, 1)).toBe(0x44n);
    expect(memory.read(base + 10n, 2)).toBe(0x1122n);
    expect(memory.read(base + 9n, 4)).toBeNull();
    expect(memory.read(base, 8)).toBeNull();
    expect(memory.allocate({ ...LOCAL, fill: "zero" })).toSatisfy(
      (zeroed: { base: bigint }) => memory.read(zeroed.base, 8) === 0n,
    );
  });

  it("agrees with a plain byte array under random writes and copies", () => {
    const access = fc.record({
      offset: fc.integer({ min: 0, max: 592 }),
      size: fc.constantFrom(1, 2, 4, 8),
      value: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
      copyTo: fc.option(fc.integer({ min: 0, max: 500 })),
    });
    fc.assert(
      fc.property(fc.array(access, { maxLength: 30 }), (accesses) => {
        const memory: Memory = createMemory();
        const { base } = memory.allocate({ ...LOCAL, size: 600, fill: "zero" });
        const model = new DataView(new ArrayBuffer(600));
        for (const { offset, size, value, copyTo } of accesses) {
          memory.write(base + BigInt(offset), size, value);
          for (let byte = 0; byte < size; byte += 1)
            model.setUint8(offset + byte, Number((value >> BigInt(8 * byte)) & 0xffn));
          if (copyTo === null) continue;
          memory.copyIn(base + BigInt(copyTo), memory.copyOut(base + BigInt(offset), 8));
          new Uint8Array(model.buffer).copyWithin(copyTo, offset, offset + 8);
        }
        for (let offset = 0; offset < 600; offset += 8)
          expect(memory.read(base + BigInt(offset), 8)).toBe(model.getBigUint64(offset, true));
      }),
    );
  });

  it("says why an access is refused", () => {
    const memory = createMemory();
    const object = memory.allocate(LOCAL);
    expect(causeOf(() => memory.read(0n, 4))).toBe("null-pointer");
    expect(causeOf(() => memory.read(0x40n, 8))).toBe("null-pointer");
    expect(causeOf(() => memory.write((1n << 64n) - 12n, 1, 0n))).toBe("wild-pointer");
    expect(causeOf(() => memory.read(object.base + 64n, 1))).toBe("out-of-bounds");
    expect(causeOf(() => memory.read(object.base + 61n, 4))).toBe("out-of-bounds");
    expect(causeOf(() => memory.read(object.base - 1n, 1))).toBe("out-of-bounds");
    memory.release(object);
    expect(causeOf(() => memory.read(object.base, 1))).toBe("dead-object");
  });

  it("knows the object of a pointer outside its bounds, and keeps objects apart", () => {
    const memory = createMemory();
    const first = memory.allocate(LOCAL);
    const second = memory.allocate(LOCAL);
    expect(memory.locate(first.base - 8n)).toMatchObject({ object: { id: first.id }, offset: -8 });
    expect(memory.locate(second.base + 64n)).toMatchObject({ object: { id: second.id }, offset: 64 });
    expect(memory.locate(4096n)).toBeNull();
    // As kernel addresses are: negative as long, and no error pointer.
    expect(BigInt.asIntN(64, first.base)).toBeLessThan(-4096n);
  });

  it("gives an object another size: larger at any time, smaller while no byte was looked at", () => {
    const memory = createMemory();
    const object = memory.allocate({ label: "heap", kind: "host", size: 12, fill: "zero" });
    expect(memory.mayResize(object, 4)).toBe(true);
    memory.write(object.base + 8n, 4, 7n);
    expect([memory.mayResize(object, 4), memory.mayResize(object, 600)]).toEqual([false, true]);
    memory.resize(object, 600);
    expect([8n, 16n, 592n].map((at) => memory.read(object.base + at, 8))).toEqual([7n, 0n, 0n]);
    expect(causeOf(() => memory.read(object.base + 593n, 8))).toBe("out-of-bounds");
  });
});
