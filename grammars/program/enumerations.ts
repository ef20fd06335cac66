/** Values of an enumeration's body, and the integer type gcc gives it. */
import type { CType } from "../ir/types.ts";
import { type ConstantScope, evaluateTokens } from "./constants.ts";
import type { Token } from "./lexer.ts";

export type Values = ReadonlyMap<string, bigint | undefined>;

/**
 * Enumerators in order with their values; undefined where an expression is not known.
 * They are put into `values` one by one, so that a macro in the body can ask for the names before it.
 */
export function enumeratorValues(
  tokens: readonly Token[],
  scope: ConstantScope,
  values = new Map<string, bigint | undefined>(),
): Values {
  let next: bigint | undefined = 0n;
  let at = 0;
  while (at < tokens.length) {
    const name = tokens[at]?.text ?? "";
    let end = at;
    let equals = -1;
    let nesting = 0;
    while (end < tokens.length && !(nesting === 0 && tokens[end]?.text === ",")) {
      const text = tokens[end]?.text;
      if (text === "(" || text === "[" || text === "{") nesting++;
      else if (text === ")" || text === "]" || text === "}") nesting--;
      else if (text === "=" && equals < 0) equals = end;
      end++;
    }
    if (equals >= 0)
      next = evaluateTokens(tokens.slice(equals + 1, end), {
        ...scope,
        name: (other) => (values.has(other) ? values.get(other) : scope.name(other)),
      });
    if (!values.has(name)) values.set(name, next);
    if (next !== undefined) next++;
    at = end + 1;
  }
  return values;
}

/** gcc gives an enumeration `unsigned int` unless a value is negative; wider values need more bits. */
export function enumerationType(values: Values, tag: string): CType {
  let signed = false;
  let wide = false;
  for (const value of values.values()) {
    if (value === undefined) return { kind: "unknown", name: `enum ${tag}` };
    if (value < 0n) signed = true;
    if (value > 0xffff_ffffn || value < -0x8000_0000n) wide = true;
  }
  return { kind: "integer", bits: wide ? 64 : 32, signed, name: tag === "" ? "enum" : `enum ${tag}` };
}
