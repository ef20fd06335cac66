/** The C type that a run of arithmetic keywords spells, on x86-64 with the kernel's flags. */
import type { CType } from "../ir/types.ts";

/** The type that arithmetic words spell, in any order. */
export function arithmeticType(found: readonly string[]): CType {
  const has = (word: string): boolean => found.includes(word);
  const unsigned = has("unsigned");
  const longs = found.filter((word) => word === "long").length;
  const integer = (bits: 8 | 16 | 32 | 64, name: string, signed = !unsigned): CType => ({
    kind: "integer",
    bits,
    signed,
    name: unsigned ? `unsigned ${name}` : name,
  });
  if (has("void")) return { kind: "void" };
  if (has("_Bool")) return { kind: "bool" };
  if (has("float")) return { kind: "float", bits: 32 };
  if (has("double")) return { kind: "float", bits: longs > 0 ? 128 : 64 };
  if (found.some((word) => word.includes("int128"))) return { kind: "unknown", name: "__int128" };
  // The kernel compiles with -funsigned-char (since 6.2).
  if (has("char")) {
    const signed = has("signed") || has("__signed__") || has("__signed");
    return {
      kind: "integer",
      bits: 8,
      signed,
      name: signed ? "signed char" : unsigned ? "unsigned char" : "char",
    };
  }
  if (has("short")) return integer(16, "short");
  if (longs >= 2) return integer(64, "long long");
  if (longs === 1) return integer(64, "long");
  return integer(32, "int");
}
