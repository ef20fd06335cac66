/**
 * What a call's gup flags are, as far as a path knows them. Knows no rule.
 */
import { isConstant } from "./linear.ts";
import type { Value } from "./values.ts";

/** Flags that an argument certainly has: by name, and as a number where it was written so. */
export interface FlagSet {
  readonly names: readonly string[];
  /** The literal value, null where names were used. */
  readonly literal: number | null;
  /** No other flag can be set. */
  readonly exact: boolean;
}

export function flagSetOf(value: Value): FlagSet | null {
  if (value.kind === "flags") return { names: value.names, literal: null, exact: value.exact };
  if (value.kind !== "number" || !isConstant(value.value)) return null;
  return { names: [], literal: value.value.constant, exact: true };
}
