/**
 * The C types of the machine that the kernel is read for (LP64, little endian, plain `char` unsigned), and questions
 * about types. Must not know declarations, syntax or programs.
 */
import type { CType } from "./types.ts";

type IntegerType = Extract<CType, { kind: "integer" }>;

function integer(bits: 8 | 16 | 32 | 64, signed: boolean, name: string): IntegerType {
  return { kind: "integer", bits, signed, name };
}

export const VOID: CType = { kind: "void" };
export const BOOL: CType = { kind: "bool" };
export const CHAR: CType = integer(8, false, "char");
export const SIGNED_CHAR: CType = integer(8, true, "signed char");
export const UNSIGNED_CHAR: CType = integer(8, false, "unsigned char");
export const SHORT: CType = integer(16, true, "short");
export const UNSIGNED_SHORT: CType = integer(16, false, "unsigned short");
export const INT: CType = integer(32, true, "int");
export const UNSIGNED_INT: CType = integer(32, false, "unsigned int");
export const LONG: CType = integer(64, true, "long");
export const UNSIGNED_LONG: CType = integer(64, false, "unsigned long");
export const LONG_LONG: CType = integer(64, true, "long long");
export const UNSIGNED_LONG_LONG: CType = integer(64, false, "unsigned long long");
export const UNKNOWN: CType = { kind: "unknown" };
export const VOID_POINTER: CType = { kind: "pointer", to: VOID };
export const CHAR_POINTER: CType = { kind: "pointer", to: CHAR };

/** Names that the grammar reads as primitive although C calls them typedefs, and the kernel's own widths. */
export const BUILT_IN_TYPES: ReadonlyMap<string, CType> = new Map<string, CType>([
  ["void", VOID],
  ["bool", BOOL],
  ["_Bool", BOOL],
  ["char", CHAR],
  ["int", INT],
  ["float", { kind: "float", bits: 32 }],
  ["double", { kind: "float", bits: 64 }],
  ["size_t", integer(64, false, "size_t")],
  ["ssize_t", integer(64, true, "ssize_t")],
  ["ptrdiff_t", integer(64, true, "ptrdiff_t")],
  ["intptr_t", integer(64, true, "intptr_t")],
  ["uintptr_t", integer(64, false, "uintptr_t")],
  ["int8_t", integer(8, true, "int8_t")],
  ["int16_t", integer(16, true, "int16_t")],
  ["int32_t", integer(32, true, "int32_t")],
  ["int64_t", integer(64, true, "int64_t")],
  ["uint8_t", integer(8, false, "uint8_t")],
  ["uint16_t", integer(16, false, "uint16_t")],
  ["uint32_t", integer(32, false, "uint32_t")],
  ["uint64_t", integer(64, false, "uint64_t")],
  ["s8", integer(8, true, "s8")],
  ["s16", integer(16, true, "s16")],
  ["s32", integer(32, true, "s32")],
  ["s64", integer(64, true, "s64")],
  ["u8", integer(8, false, "u8")],
  ["u16", integer(16, false, "u16")],
  ["u32", integer(32, false, "u32")],
  ["u64", integer(64, false, "u64")],
]);

export function pointerTo(to: CType): CType {
  return { kind: "pointer", to };
}

export function isInteger(type: CType): boolean {
  return type.kind === "integer" || type.kind === "bool";
}

export function isArithmetic(type: CType): boolean {
  return type.kind === "integer" || type.kind === "bool" || type.kind === "float";
}

/** What a pointer, array or function pointer points to; `unknown` for anything else. */
export function pointee(type: CType): CType {
  if (type.kind === "pointer") return type.to;
  if (type.kind === "array") return type.of;
  return UNKNOWN;
}

/** The type of a value read from a place of this type: arrays and functions become pointers. */
export function decayed(type: CType): CType {
  if (type.kind === "array") return pointerTo(type.of);
  if (type.kind === "function") return pointerTo(type);
  return type;
}

/** Whether two types have the same values and the same representation; names are decoration. */
export function sameType(left: CType, right: CType): boolean {
  if (left === right) return true;
  switch (left.kind) {
    case "integer":
      return right.kind === "integer" && left.bits === right.bits && left.signed === right.signed;
    case "float":
      return right.kind === "float" && left.bits === right.bits;
    case "record":
      return right.kind === "record" && left.tag === right.tag && left.union === right.union;
    case "pointer":
      return right.kind === "pointer" && sameType(left.to, right.to);
    case "array":
      return right.kind === "array" && left.length === right.length && sameType(left.of, right.of);
    case "void":
    case "bool":
      return left.kind === right.kind;
    default:
      return false;
  }
}

/** Size in bytes; null where the layout is not known (records, functions, arrays without a length). */
export function sizeOf(type: CType): number | null {
  switch (type.kind) {
    case "void":
    case "bool":
      return 1;
    case "integer":
    case "float":
      return type.bits / 8;
    case "pointer":
      return 8;
    case "array": {
      const element = sizeOf(type.of);
      return element === null || type.length === null ? null : element * type.length;
    }
    default:
      return null;
  }
}

/** C-like text of a type, for dumps and names of opaque values. */
export function typeText(type: CType): string {
  switch (type.kind) {
    case "void":
    case "bool":
      return type.kind;
    case "integer":
      return type.name ?? `${type.signed ? "s" : "u"}${type.bits}`;
    case "float":
      return `float${type.bits}`;
    case "pointer":
      return type.to.kind === "function" ? `${typeText(type.to.returns)} (*)()` : `${typeText(type.to)} *`;
    case "array":
      return `${typeText(type.of)} [${type.length ?? ""}]`;
    case "record":
      return `${type.union ? "union" : "struct"} ${type.tag}`;
    case "function":
      return `${typeText(type.returns)} ()`;
    default:
      return type.name === undefined ? "?" : `?${type.name}`;
  }
}
