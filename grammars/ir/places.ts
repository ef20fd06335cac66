/**
 * Places and their addresses in one canonical form, so that equal places are equal trees: `&*p` is `p`,
 * `*&x` is `x`, an array used as a value is the address of its element 0, `a[i]` and `*(a + i)` are one element.
 * Works on expressions: must not know syntax.
 */
import { pointee, pointerTo, UNKNOWN } from "./c-types.ts";
import { binary, constant, promoteArgument } from "./conversions.ts";
import type { CType, Expression, Place } from "./types.ts";

/** The value read from a place; arrays and functions give their address. */
export function valueAt(place: Place): Expression {
  if (place.type.kind === "array") {
    const element: Place = { kind: "element", base: place, index: constant(0n), type: place.type.of };
    return { kind: "address", place: element, type: pointerTo(place.type.of) };
  }
  if (place.type.kind === "function") {
    if (place.kind === "global") return { kind: "function", name: place.name, type: pointerTo(place.type) };
    return addressOf(place);
  }
  return { kind: "load", place, type: place.type };
}

export function addressOf(place: Place): Expression {
  if (place.kind === "deref") return place.pointer;
  if (place.kind === "global" && place.type.kind === "function") return valueAt(place);
  return { kind: "address", place, type: pointerTo(place.type) };
}

/** `*pointer`. */
export function dereferenced(pointer: Expression): Place {
  if (pointer.kind === "address") return pointer.place;
  if (pointer.kind === "binary" && pointer.operator === "+" && pointer.left.kind === "address") {
    const start = pointer.left.place;
    if (start.kind === "element" && start.index.kind === "constant" && start.index.value === 0n) {
      return { kind: "element", base: start.base, index: pointer.right, type: start.type };
    }
  }
  return { kind: "deref", pointer, type: pointee(pointer.type) };
}

/** `pointer + index`, where the pointer's type may be unknown. */
export function advanced(pointer: Expression, index: Expression): Expression {
  if (index.kind === "constant" && index.value === 0n) return pointer;
  if (pointer.type.kind === "pointer") return binary("+", pointer, promoteArgument(index));
  return { kind: "binary", operator: "+", left: pointer, right: promoteArgument(index), type: UNKNOWN };
}

/** `base[index]` for a base that is an object of array type, else through the pointer it holds. */
export function elementOf(base: Place, index: Expression): Place {
  if (base.type.kind === "array") {
    return { kind: "element", base, index: promoteArgument(index), type: base.type.of };
  }
  return dereferenced(advanced(valueAt(base), index));
}

export function fieldOf(base: Place, field: string, type: CType): Place {
  return { kind: "field", base, field, type };
}
