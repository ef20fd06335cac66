/**
 * Size of a C type on x86-64, in bytes, where it follows from the type alone.
 * Records are never sized: their fields are flattened, which loses layout, packing and bit-fields.
 */
import type { CType } from "../ir/types.ts";

/** Bytes a value of the type takes; undefined for records, functions and what is not known. */
export function sizeOfType(type: CType): bigint | undefined {
  switch (type.kind) {
    case "bool":
      return 1n;
    case "integer":
    case "float":
      return BigInt(type.bits / 8);
    case "pointer":
      return 8n;
    case "array": {
      const element = sizeOfType(type.of);
      return element === undefined || type.length === null ? undefined : element * BigInt(type.length);
    }
    default:
      return undefined;
  }
}
