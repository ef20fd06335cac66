/**
 * The expressions of `#if`: text to tree.
 * Knows no values.
 */

/** An `#if` expression. `opaque` is what could not be read. */
export type ConditionNode =
  | { readonly kind: "number"; readonly value: bigint }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "defined"; readonly name: string }
  | {
      readonly kind: "call";
      readonly name: string;
      readonly parts: readonly ConditionNode[];
      readonly text: string;
    }
  | { readonly kind: "unary"; readonly operator: string; readonly operand: ConditionNode }
  | {
      readonly kind: "binary";
      readonly operator: string;
      readonly left: ConditionNode;
      readonly right: ConditionNode;
    }
  | {
      readonly kind: "choice";
      readonly test: ConditionNode;
      readonly yes: ConditionNode;
      readonly no: ConditionNode;
    }
  | { readonly kind: "opaque"; readonly text: string };

/** Deepest nesting that is read; more is opaque. */
export const maximumDepth = 100;

const operatorLevels: readonly (readonly string[])[] = [
  ["||"],
  ["&&"],
  ["|"],
  ["^"],
  ["&"],
  ["==", "!="],
  ["<", ">", "<=", ">="],
  ["<<", ">>"],
  ["+", "-"],
  ["*", "/", "%"],
];

function tokenize(text: string): string[] {
  return (
    text.match(
      /[A-Za-z_$][\w$]*|\d[\w.]*|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|\|\||&&|==|!=|<=|>=|<<|>>|\S/g,
    ) ?? []
  );
}

/** Reads the text of a condition; one that is no expression becomes one `opaque` node. Never throws. */
export function parseCondition(text: string): ConditionNode {
  const tokens = tokenize(text);
  const opaque: ConditionNode = { kind: "opaque", text: tokens.join(" ") };
  let at = 0;
  let failed = tokens.length === 0;
  const fail = (): ConditionNode => {
    failed = true;
    return opaque;
  };
  const take = (expected: string): boolean => {
    if (tokens[at] !== expected) return false;
    at++;
    return true;
  };
  const conditional = (depth: number): ConditionNode => {
    if (failed || depth > maximumDepth) return fail();
    const test = binary(0, depth + 1);
    if (!take("?")) return test;
    const yes = conditional(depth + 1);
    if (!take(":")) return fail();
    return { kind: "choice", test, yes, no: conditional(depth + 1) };
  };
  const binary = (level: number, depth: number): ConditionNode => {
    const operators = operatorLevels[level];
    if (operators === undefined) return unary(depth);
    let left = binary(level + 1, depth);
    let chain = 0;
    for (;;) {
      const operator = tokens[at];
      if (failed || operator === undefined || !operators.includes(operator)) return left;
      at++;
      if (++chain > maximumDepth) return fail();
      left = { kind: "binary", operator, left, right: binary(level + 1, depth) };
    }
  };
  const unary = (depth: number): ConditionNode => {
    if (failed || depth > maximumDepth) return fail();
    const operator = tokens[at];
    if (operator === "!" || operator === "-" || operator === "+" || operator === "~") {
      at++;
      return { kind: "unary", operator, operand: unary(depth + 1) };
    }
    return primary(depth);
  };
  const primary = (depth: number): ConditionNode => {
    const token = tokens[at++];
    if (token === undefined) return fail();
    if (token === "(") {
      const inner = conditional(depth + 1);
      return take(")") ? inner : fail();
    }
    if (/^\d/.test(token)) return readNumber(token) ?? fail();
    if (token.startsWith("'") && token.length === 3)
      return { kind: "number", value: BigInt(token.charCodeAt(1)) };
    if (!/^[A-Za-z_$]/.test(token)) return fail();
    if (token === "defined") {
      const parenthesized = take("(");
      const name = tokens[at++];
      if (name === undefined || (parenthesized && !take(")"))) return fail();
      return { kind: "defined", name };
    }
    return tokens[at] === "(" ? call(token, depth) : { kind: "name", name: token };
  };
  const call = (name: string, depth: number): ConditionNode => {
    const start = at - 1;
    at++;
    const parts: ConditionNode[] = [];
    while (!failed && !take(")")) {
      parts.push(conditional(depth + 1));
      if (!take(",") && tokens[at] !== ")") return skipCall(name, start);
    }
    if (failed) return skipCall(name, start);
    return { kind: "call", name, parts, text: tokens.slice(start, at).join("") };
  };
  /** `__has_include(<x.h>)`: arguments that are no expression. */
  const skipCall = (name: string, start: number): ConditionNode => {
    failed = false;
    at = start + 1;
    let open = 0;
    while (at < tokens.length) {
      const token = tokens[at++];
      if (token === "(") open++;
      else if (token === ")" && --open === 0) {
        return { kind: "call", name, parts: [], text: tokens.slice(start, at).join("") };
      }
    }
    return fail();
  };
  const node = conditional(0);
  return failed || at < tokens.length ? opaque : node;
}

function readNumber(token: string): ConditionNode | undefined {
  const digits = token.replace(/[uUlL]+$/, "");
  const octal = /^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits;
  if (!/^(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0o[0-7]+|\d+)$/.test(octal)) return undefined;
  return { kind: "number", value: BigInt(octal) };
}
