/** Built-in macros that compute: minima, rounding, alignment, bits, error pointers. Meanings as in the kernel's headers. */

import type { Builtin, BuiltinCall } from "./builtin-call.ts";
import {
  argumentNode,
  argumentText,
  argumentValue,
  positionalValue,
  select,
  stableArgument,
  typeArgument,
} from "./builtin-call.ts";
import {
  INT,
  LONG,
  LONG_LONG,
  UNSIGNED_INT,
  UNSIGNED_LONG,
  UNSIGNED_LONG_LONG,
  VOID_POINTER,
} from "./c-types.ts";
import { stable } from "./context.ts";
import {
  binary,
  conditionalType,
  constant,
  convert,
  explicitCast,
  isErrorPointer,
  unary,
} from "./conversions.ts";
import type { BinaryOperator, CType, Expression } from "./types.ts";

const PAGE_SIZE = constant(4096n, UNSIGNED_LONG);
const PAGE_SHIFT = constant(12n);
const ONE = constant(1n);

function extreme(call: BuiltinCall, operator: "<" | ">", left: Expression, right: Expression): Expression {
  const type = conditionalType(left, right);
  return select(call.context, binary(operator, left, right), left, right, type, call.location);
}

function extremeOf(operator: "<" | ">"): Builtin {
  return (call) => {
    let value = stableArgument(call, 0);
    for (let index = 1; index < call.nodes.length; index++) {
      value = extreme(call, operator, value, stableArgument(call, index));
    }
    return value;
  };
}

function typedExtreme(operator: "<" | ">"): Builtin {
  return (call) => {
    const type = typeArgument(call, 0);
    const left = stable(call.context, explicitCast(positionalValue(call, 1), type), call.location);
    const right = stable(call.context, explicitCast(positionalValue(call, 2), type), call.location);
    return extreme(call, operator, left, right);
  };
}

/** `min_not_zero(x, y)`: the smaller of those that are not zero. */
const minNotZero: Builtin = (call) => {
  const { context, location } = call;
  const left = stableArgument(call, 0);
  const right = stableArgument(call, 1);
  const type = conditionalType(left, right);
  const smaller = stable(context, extreme(call, "<", left, right), location);
  const inner = select(context, binary("==", right, constant(0n)), left, smaller, type, location);
  return select(context, binary("==", left, constant(0n)), right, inner, type, location);
};

function clamped(call: BuiltinCall, value: Expression, low: Expression, high: Expression): Expression {
  const { context, location } = call;
  const type = conditionalType(value, conditionalTypeHolder(low, high));
  const lower = select(context, binary("<=", value, low), low, value, type, location);
  return select(context, binary(">=", value, high), high, lower, type, location);
}

/** A value that stands for the common type of two. */
function conditionalTypeHolder(left: Expression, right: Expression): Expression {
  return { kind: "opaque", reason: "type", type: conditionalType(left, right) };
}

const clamp: Builtin = (call) =>
  clamped(call, stableArgument(call, 0), stableArgument(call, 1), stableArgument(call, 2));

const clampTo: Builtin = (call) => {
  const type = typeArgument(call, 0);
  const cast = (index: number): Expression =>
    stable(call.context, explicitCast(positionalValue(call, index), type), call.location);
  return clamped(call, cast(1), cast(2), cast(3));
};

const clampValue: Builtin = (call) => {
  const value = stableArgument(call, 0);
  const cast = (index: number): Expression => explicitCast(stableArgument(call, index), value.type);
  return clamped(call, value, cast(1), cast(2));
};

/** `(typeof(x))((y) - 1)`. */
function roundMask(value: Expression, multiple: Expression): Expression {
  return explicitCast(binary("-", multiple, ONE), value.type);
}

function pure(lower: (call: BuiltinCall, first: Expression, second: Expression) => Expression): Builtin {
  return (call) => {
    const first = stableArgument(call, 0);
    return lower(call, first, argumentNode(call, 1) === undefined ? ONE : stableArgument(call, 1));
  };
}

/** The type that an integer literal's suffix gives it: `_AC(1, UL)` is `1UL`. */
function suffixed(suffix: string): CType {
  const letters = suffix.toUpperCase();
  const isUnsigned = letters.includes("U");
  if (letters.includes("LL")) return isUnsigned ? UNSIGNED_LONG_LONG : LONG_LONG;
  if (letters.includes("L")) return isUnsigned ? UNSIGNED_LONG : LONG;
  return isUnsigned ? UNSIGNED_INT : INT;
}

function align(value: Expression, multiple: Expression): Expression {
  const mask = roundMask(value, multiple);
  return binary("&", binary("+", value, mask), unary("~", mask));
}

function divideUp(value: Expression, divisor: Expression): Expression {
  return binary("/", binary("-", binary("+", value, divisor), ONE), divisor);
}

function asNumber(value: Expression): Expression {
  return explicitCast(value, UNSIGNED_LONG);
}

function shift(operator: "<<" | ">>", value: Expression): Expression {
  return binary(operator, value, PAGE_SHIFT);
}

function isAligned(value: Expression, multiple: Expression): Expression {
  const mask = binary("-", explicitCast(multiple, value.type), ONE);
  return binary("==", binary("&", value, mask), constant(0n));
}

function bitOf(type: CType): Builtin {
  return pure((_, number) => binary("<<", constant(1n, type), number));
}

function maskOf(type: CType): Builtin {
  return pure((_, high, low) => {
    const ones = constant(-1n, type);
    const upper = binary(">>", ones, binary("-", constant(63n), high));
    return binary("&", binary("<<", ones, low), upper);
  });
}

function page(operator: BinaryOperator, mask: bigint): Builtin {
  return pure((_, value) => binary(operator, asNumber(value), constant(mask, UNSIGNED_LONG)));
}

const absolute: Builtin = pure((call, value) =>
  select(call.context, binary("<", value, constant(0n)), unary("-", value), value, value.type, call.location),
);

const errorOrZero: Builtin = pure((call, pointer) => {
  const error = convert(explicitCast(pointer, LONG), INT);
  return select(call.context, isErrorPointer(pointer), error, constant(0n), INT, call.location);
});

const indexBound: Builtin = pure((call, index, size) =>
  select(call.context, binary("<", index, size), index, constant(0n), index.type, call.location),
);

/** `do_div(n, base)` is in the memory table: it writes. */
export const arithmeticBuiltins: readonly (readonly [string, Builtin])[] = [
  ["min", extremeOf("<")],
  ["max", extremeOf(">")],
  ["min3", extremeOf("<")],
  ["max3", extremeOf(">")],
  ["umin", extremeOf("<")],
  ["umax", extremeOf(">")],
  ["min_t", typedExtreme("<")],
  ["max_t", typedExtreme(">")],
  ["min_not_zero", minNotZero],
  ["clamp", clamp],
  ["clamp_t", clampTo],
  ["clamp_val", clampValue],
  ["abs", absolute],
  ["DIV_ROUND_UP", pure((_, value, divisor) => divideUp(value, divisor))],
  ["DIV_ROUND_UP_ULL", pure((_, value, divisor) => divideUp(convert(value, UNSIGNED_LONG_LONG), divisor))],
  [
    "round_up",
    pure((_, value, multiple) => {
      const last = binary("-", value, ONE);
      return binary("+", binary("|", last, roundMask(value, multiple)), ONE);
    }),
  ],
  ["round_down", pure((_, value, multiple) => binary("&", value, unary("~", roundMask(value, multiple))))],
  [
    "roundup",
    pure((_, value, multiple) => {
      const sum = binary("+", value, binary("-", multiple, ONE));
      return binary("*", binary("/", sum, multiple), multiple);
    }),
  ],
  ["rounddown", pure((_, value, multiple) => binary("-", value, binary("%", value, multiple)))],
  ["ALIGN", pure((_, value, multiple) => align(value, multiple))],
  [
    "ALIGN_DOWN",
    pure((_, value, multiple) => align(binary("-", value, binary("-", multiple, ONE)), multiple)),
  ],
  ["PTR_ALIGN", pure((_, value, multiple) => explicitCast(align(asNumber(value), multiple), value.type))],
  ["IS_ALIGNED", pure((_, value, multiple) => isAligned(value, multiple))],
  ["PAGE_ALIGN", pure((_, value) => align(value, PAGE_SIZE))],
  ["PAGE_ALIGN_DOWN", pure((_, value) => binary("&", value, constant(-4096n, UNSIGNED_LONG)))],
  ["PAGE_ALIGNED", pure((_, value) => isAligned(asNumber(value), PAGE_SIZE))],
  ["offset_in_page", page("&", 4095n)],
  [
    "PFN_ALIGN",
    pure((_, value) =>
      binary(
        "&",
        binary("+", asNumber(value), constant(4095n, UNSIGNED_LONG)),
        constant(-4096n, UNSIGNED_LONG),
      ),
    ),
  ],
  ["PFN_UP", pure((_, value) => shift(">>", binary("-", binary("+", value, PAGE_SIZE), ONE)))],
  ["PFN_DOWN", pure((_, value) => shift(">>", value))],
  ["PFN_PHYS", pure((_, value) => shift("<<", explicitCast(value, UNSIGNED_LONG_LONG)))],
  ["PHYS_PFN", pure((_, value) => asNumber(shift(">>", value)))],
  ["_AC", (call) => explicitCast(argumentValue(call, 0), suffixed(argumentText(call, 1)))],
  ["_UL", (call) => explicitCast(argumentValue(call, 0), UNSIGNED_LONG)],
  ["_ULL", (call) => explicitCast(argumentValue(call, 0), UNSIGNED_LONG_LONG)],
  ["_BITUL", bitOf(UNSIGNED_LONG)],
  ["_BITULL", bitOf(UNSIGNED_LONG_LONG)],
  ["BIT", bitOf(UNSIGNED_LONG)],
  ["BIT_ULL", bitOf(UNSIGNED_LONG_LONG)],
  ["GENMASK", maskOf(UNSIGNED_LONG)],
  ["GENMASK_ULL", maskOf(UNSIGNED_LONG_LONG)],
  [
    "BIT_MASK",
    pure((_, number) => binary("<<", constant(1n, UNSIGNED_LONG), binary("%", number, constant(64n)))),
  ],
  ["BIT_WORD", pure((_, number) => binary("/", number, constant(64n)))],
  ["BITS_TO_LONGS", pure((_, count) => divideUp(count, constant(64n)))],
  ["BITS_TO_BYTES", pure((_, count) => divideUp(count, constant(8n)))],
  [
    "lower_32_bits",
    pure((_, value) => explicitCast(binary("&", value, constant(0xffffffffn, UNSIGNED_INT)), UNSIGNED_INT)),
  ],
  [
    "upper_32_bits",
    pure((_, value) =>
      explicitCast(binary(">>", binary(">>", value, constant(16n)), constant(16n)), UNSIGNED_INT),
    ),
  ],
  ["array_index_nospec", indexBound],
  ["IS_ERR", (call) => isErrorPointer(argumentValue(call, 0))],
  ["IS_ERR_VALUE", (call) => isErrorPointer(argumentValue(call, 0))],
  ["PTR_ERR", (call) => explicitCast(argumentValue(call, 0), LONG)],
  ["ERR_PTR", (call) => explicitCast(convert(argumentValue(call, 0), LONG), VOID_POINTER)],
  ["ERR_CAST", (call) => explicitCast(argumentValue(call, 0), VOID_POINTER)],
  ["PTR_ERR_OR_ZERO", errorOrZero],
];
