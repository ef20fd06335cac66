import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  applyBinary,
  binaryResultType,
  convert,
  evaluateBinary,
  evaluateUnary,
  INT,
  type IntegerType,
  LONG,
  promote,
  rangeOf,
  UNSIGNED_INT,
  UNSIGNED_LONG,
  unaryResultType,
  usualConversion,
  wrap,
} from "./arithmetic.ts";
import type { BinaryOperator, CType } from "./types.ts";

const BITS = [8, 16, 32, 64] as const;
const integerTypes: IntegerType[] = BITS.flatMap((bits) =>
  [true, false].map((signed) => ({ kind: "integer" as const, bits, signed })),
);
const BOOL: CType = { kind: "bool" };
const POINTER: CType = { kind: "pointer", to: { kind: "void" } };
const S8: IntegerType = { kind: "integer", bits: 8, signed: true };
const U8: IntegerType = { kind: "integer", bits: 8, signed: false };
const S16: IntegerType = { kind: "integer", bits: 16, signed: true };
const U16: IntegerType = { kind: "integer", bits: 16, signed: false };

const anyInteger = fc.constantFrom(...integerTypes);
const anyValue = fc.oneof(
  fc.bigInt({ min: -(1n << 66n), max: 1n << 66n }),
  fc.bigInt({ min: -300n, max: 300n }),
  fc.constantFrom(
    ...[7n, 8n, 15n, 16n, 31n, 32n, 63n, 64n].flatMap((bit) => [1n << bit, (1n << bit) - 1n, -(1n << bit)]),
  ),
);
const typed = fc.tuple(anyInteger, anyValue).map(([type, value]) => ({ type, value: wrap(value, type) }));

describe("wrap and convert", () => {
  it("agrees with typed arrays for every width and sign, over all 16-bit patterns", () => {
    const views = {
      s8: new Int8Array(1),
      u8: new Uint8Array(1),
      s16: new Int16Array(1),
      u16: new Uint16Array(1),
    };
    const wrong: number[] = [];
    for (let pattern = -70000; pattern <= 70000; pattern += 1) {
      views.s8[0] = views.u8[0] = views.s16[0] = views.u16[0] = pattern;
      const value = BigInt(pattern);
      if (Number(wrap(value, S8)) !== views.s8[0]) wrong.push(pattern);
      if (Number(wrap(value, U8)) !== views.u8[0]) wrong.push(pattern);
      if (Number(wrap(value, S16)) !== views.s16[0]) wrong.push(pattern);
      if (Number(wrap(value, U16)) !== views.u16[0]) wrong.push(pattern);
    }
    expect(wrong).toEqual([]);
  });

  it("keeps values that fit, changes others by a multiple of 2^bits", () => {
    fc.assert(
      fc.property(anyInteger, anyValue, (type, value) => {
        const range = rangeOf(type);
        const wrapped = wrap(value, type);
        expect(range !== null && wrapped >= range.low && wrapped <= range.high).toBe(true);
        expect((wrapped - value) % (1n << BigInt(type.bits))).toBe(0n);
        if (range !== null && value >= range.low && value <= range.high) expect(wrapped).toBe(value);
      }),
    );
  });

  it("makes a bool of any non-zero value, not of its low bit", () => {
    expect(convert(256n, INT, BOOL)).toBe(1n);
    expect(convert(0n, INT, BOOL)).toBe(0n);
    expect(convert(-2n, LONG, BOOL)).toBe(1n);
    expect(convert(0xffff_8880_0000_0000n, POINTER, BOOL)).toBe(1n);
  });

  it("sign-extends signed sources and zero-extends unsigned ones", () => {
    expect(convert(-1n, S8, UNSIGNED_LONG)).toBe((1n << 64n) - 1n);
    expect(convert(255n, U8, LONG)).toBe(255n);
    expect(convert(-12n, LONG, POINTER)).toBe((1n << 64n) - 12n);
    expect(convert((1n << 64n) - 12n, POINTER, LONG)).toBe(-12n);
    expect(convert(0xffff_fff4n, UNSIGNED_INT, INT)).toBe(-12n);
  });

  it("claims nothing of unknown types", () => {
    expect(wrap(1n << 70n, { kind: "unknown" })).toBe(1n << 70n);
    expect(rangeOf({ kind: "unknown" })).toBeNull();
    expect(usualConversion({ kind: "unknown" }, INT)).toBeNull();
    expect(evaluateBinary("+", { value: 1n, type: { kind: "unknown" } }, { value: 1n, type: INT })).toEqual({
      kind: "not-integer",
    });
  });
});

describe("types of expressions", () => {
  it("promotes everything narrower than int to int", () => {
    expect(promote(BOOL)).toEqual(INT);
    for (const type of integerTypes) expect(promote(type)).toEqual(type.bits < 32 ? INT : type);
    expect(promote(POINTER)).toBeNull();
  });

  it("finds the common type of every pair", () => {
    for (const left of integerTypes) {
      for (const right of integerTypes) {
        const common = usualConversion(left, right);
        const bits = Math.max(32, left.bits, right.bits);
        const unsigned = [left, right].some((type) => type.bits === bits && !type.signed);
        expect(common).toMatchObject({ bits, signed: !unsigned });
        expect(usualConversion(right, left)).toMatchObject({ bits, signed: !unsigned });
      }
    }
  });

  it("types shifts by their left operand and comparisons as int", () => {
    expect(binaryResultType("<<", U8, UNSIGNED_LONG)).toMatchObject({ bits: 32, signed: true });
    expect(binaryResultType(">>", UNSIGNED_LONG, INT)).toMatchObject({ bits: 64, signed: false });
    expect(binaryResultType("<", UNSIGNED_LONG, LONG)).toEqual(INT);
    expect(unaryResultType("!", POINTER)).toEqual(INT);
    expect(unaryResultType("-", U8)).toEqual(INT);
    expect(unaryResultType("-", POINTER)).toBeNull();
  });
});

describe("operators", () => {
  const value = (
    operator: BinaryOperator,
    left: bigint,
    leftType: CType,
    right: bigint,
    rightType: CType,
  ) => {
    const result = evaluateBinary(
      operator,
      { value: left, type: leftType },
      { value: right, type: rightType },
    );
    return result.kind === "value" ? result.value : result.kind === "undefined" ? result.reason : result.kind;
  };

  it("knows C's traps of sign", () => {
    expect(value("<", -1n, INT, 1n, UNSIGNED_INT)).toBe(0n);
    expect(value("<", -1n, INT, 1n, LONG)).toBe(1n);
    expect(value("<", -1n, LONG, 1n, UNSIGNED_INT)).toBe(1n);
    expect(value("<", -1n, LONG, 1n, UNSIGNED_LONG)).toBe(0n);
    expect(value("==", -1n, S8, 255n, U8)).toBe(0n);
    expect(value("-", 0n, U8, 1n, U8)).toBe(-1n);
    expect(value("-", 0n, UNSIGNED_INT, 1n, INT)).toBe(0xffff_ffffn);
    expect(value("*", 0xffffn, U16, 0xffffn, U16)).toBe(-131071n);
  });

  it("wraps signed overflow", () => {
    expect(value("+", 0x7fff_ffffn, INT, 1n, INT)).toBe(-0x8000_0000n);
    expect(value("<<", 1n, INT, 31n, INT)).toBe(-0x8000_0000n);
    expect(value("<<", -3n, INT, 2n, INT)).toBe(-12n);
    expect(value("*", 1n << 62n, LONG, 2n, LONG)).toBe(-(1n << 63n));
    expect(evaluateUnary("-", { value: -0x8000_0000n, type: INT })).toMatchObject({ value: -0x8000_0000n });
  });

  it("truncates division to zero and shifts negatives arithmetically", () => {
    expect(value("/", -7n, INT, 2n, INT)).toBe(-3n);
    expect(value("%", -7n, INT, 2n, INT)).toBe(-1n);
    expect(value("%", 7n, INT, -2n, INT)).toBe(1n);
    expect(value(">>", -7n, INT, 1n, INT)).toBe(-4n);
    expect(value(">>", 0xffff_fff9n, UNSIGNED_INT, 1n, INT)).toBe(0x7fff_fffcn);
  });

  it("reports what C leaves undefined", () => {
    expect(value("/", 1n, INT, 0n, INT)).toBe("division by zero");
    expect(value("%", 1n, UNSIGNED_LONG, 0n, INT)).toBe("division by zero");
    expect(value("/", -0x8000_0000n, INT, -1n, INT)).toBe("division overflows");
    expect(value("%", -0x8000_0000n, INT, -1n, INT)).toBe("division overflows");
    expect(value("/", -128n, S8, -1n, S8)).toBe(128n);
    expect(value("<<", 1n, INT, 32n, INT)).toBe("shift count out of range");
    expect(value("<<", 1n, INT, -1n, INT)).toBe("shift count out of range");
    expect(value("<<", 1n, LONG, 63n, U8)).toBe(-(1n << 63n));
    expect(value(">>", 1n, U8, 31n, INT)).toBe(0n);
  });

  it("agrees with 32-bit JavaScript integers on all operators", () => {
    const word = fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff });
    fc.assert(
      fc.property(word, word, fc.integer({ min: 0, max: 31 }), (left, right, count) => {
        const [a, b, c] = [BigInt(left), BigInt(right), BigInt(count)];
        expect(value("+", a, INT, b, INT)).toBe(BigInt((left + right) | 0));
        expect(value("-", a, INT, b, INT)).toBe(BigInt((left - right) | 0));
        expect(value("*", a, INT, b, INT)).toBe(BigInt(Math.imul(left, right)));
        expect(value("&", a, INT, b, INT)).toBe(BigInt(left & right));
        expect(value("|", a, INT, b, INT)).toBe(BigInt(left | right));
        expect(value("^", a, INT, b, INT)).toBe(BigInt(left ^ right));
        expect(value("<<", a, INT, c, INT)).toBe(BigInt(left << count));
        expect(value(">>", a, INT, c, INT)).toBe(BigInt(left >> count));
        expect(value(">>", wrap(a, UNSIGNED_INT), UNSIGNED_INT, c, INT)).toBe(BigInt(left >>> count));
        expect(evaluateUnary("~", { value: a, type: INT })).toMatchObject({ value: BigInt(~left) });
      }),
    );
  });

  it("keeps every result in the range of its type, and division and remainder consistent", () => {
    const operators: BinaryOperator[] = [
      "+",
      "-",
      "*",
      "/",
      "%",
      "<<",
      ">>",
      "&",
      "|",
      "^",
      "==",
      "!=",
      "<",
      "<=",
      ">",
      ">=",
    ];
    fc.assert(
      fc.property(fc.constantFrom(...operators), typed, typed, (operator, left, right) => {
        const result = evaluateBinary(operator, left, right);
        if (result.kind !== "value") return;
        expect(wrap(result.value, result.type)).toBe(result.value);
        if (operator !== "/") return;
        const common = usualConversion(left.type, right.type);
        expect(common).not.toBeNull();
        if (common === null) return;
        const divisor = convert(right.value, right.type, common);
        const remainder = evaluateBinary("%", left, right);
        expect(remainder.kind).toBe("value");
        if (remainder.kind !== "value") return;
        expect(result.value * divisor + remainder.value).toBe(convert(left.value, left.type, common));
      }),
      { numRuns: 2000 },
    );
  });

  it("orders pointers as unsigned", () => {
    expect(applyBinary("<", 1n, (1n << 64n) - 4095n, POINTER)).toEqual({ kind: "value", value: 1n });
    expect(evaluateUnary("!", { value: 0n, type: POINTER })).toMatchObject({ value: 1n, type: INT });
  });
});
