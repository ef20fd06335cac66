/**
 * How a flag gets into a call's flags: by its name, or hidden in something else. Knows no rule and no analysis.
 */
import { call, quote } from "./message.ts";

export type FlagSource =
  | { readonly kind: "name" }
  | { readonly kind: "macro"; readonly macro: string }
  | { readonly kind: "variable"; readonly variable: string }
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "function"; readonly name: string };

/** The sentence's middle: `, through the macro X` …; empty for a flag that stands there by name. */
export function flagSourceClause(source: FlagSource): string {
  switch (source.kind) {
    case "name":
      return "";
    case "macro":
      return `, which the macro ${quote(source.macro)} contains`;
    case "variable":
      return `, which ${quote(source.variable)} contains`;
    case "literal":
      return `, whose value ${quote(source.text)} contains`;
    case "function":
      return `, which ${call(source.name)} returns`;
  }
}
