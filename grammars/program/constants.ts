/**
 * Value of an integer constant expression as it stands in array sizes, enumerations and bit-fields.
 * Computes in 64-bit two's complement, which every such expression of kernel code fits. Never throws.
 */
import { isWord, type Token } from "./lexer.ts";

/** What names stand for. */
export interface ConstantScope {
  /** Value of an enumerator or of a macro that is a constant expression. */
  name(name: string): bigint | undefined;
  /** Size in bytes of a type name, where known. */
  sizeOf?(tokens: readonly Token[]): bigint | undefined;
}

const maximumDepth = 64;

const precedence: ReadonlyMap<string, number> = new Map([
  ["*", 10],
  ["/", 10],
  ["%", 10],
  ["+", 9],
  ["-", 9],
  ["<<", 8],
  [">>", 8],
  ["<", 7],
  [">", 7],
  ["<=", 7],
  [">=", 7],
  ["==", 6],
  ["!=", 6],
  ["&", 5],
  ["^", 4],
  ["|", 3],
  ["&&", 2],
  ["||", 1],
]);

/** Evaluates tokens; undefined where anything in them is not known. */
export function evaluateTokens(tokens: readonly Token[], scope: ConstantScope): bigint | undefined {
  const state = { at: 0, depth: 0 };
  const value = conditional(tokens, state, scope);
  return state.at === tokens.length ? value : undefined;
}

interface State {
  at: number;
  depth: number;
}

function conditional(tokens: readonly Token[], state: State, scope: ConstantScope): bigint | undefined {
  if (++state.depth > maximumDepth) return undefined;
  const condition = binary(tokens, state, scope, 1);
  let value = condition;
  if (tokens[state.at]?.text === "?") {
    state.at++;
    const whenTrue = conditional(tokens, state, scope);
    if (tokens[state.at]?.text !== ":") return undefined;
    state.at++;
    const whenFalse = conditional(tokens, state, scope);
    value = condition === undefined ? undefined : condition !== 0n ? whenTrue : whenFalse;
  }
  state.depth--;
  return value;
}

function binary(
  tokens: readonly Token[],
  state: State,
  scope: ConstantScope,
  lowest: number,
): bigint | undefined {
  let left = unary(tokens, state, scope);
  for (;;) {
    const operator = tokens[state.at]?.text ?? "";
    const level = precedence.get(operator);
    if (level === undefined || level < lowest) return left;
    state.at++;
    const right = binary(tokens, state, scope, level + 1);
    left = left === undefined || right === undefined ? undefined : apply(operator, left, right);
  }
}

function apply(operator: string, left: bigint, right: bigint): bigint | undefined {
  const truth = (value: boolean): bigint => (value ? 1n : 0n);
  switch (operator) {
    case "*":
      return BigInt.asIntN(65, left * right);
    case "/":
      return right === 0n ? undefined : left / right;
    case "%":
      return right === 0n ? undefined : left % right;
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "<<":
      return right < 0n || right > 63n ? undefined : BigInt.asIntN(65, left << right);
    case ">>":
      return right < 0n || right > 63n ? undefined : left >> right;
    case "<":
      return truth(left < right);
    case ">":
      return truth(left > right);
    case "<=":
      return truth(left <= right);
    case ">=":
      return truth(left >= right);
    case "==":
      return truth(left === right);
    case "!=":
      return truth(left !== right);
    case "&":
      return left & right;
    case "^":
      return left ^ right;
    case "|":
      return left | right;
    case "&&":
      return truth(left !== 0n && right !== 0n);
    default:
      return truth(left !== 0n || right !== 0n);
  }
}

function unary(tokens: readonly Token[], state: State, scope: ConstantScope): bigint | undefined {
  if (++state.depth > maximumDepth) return undefined;
  const value = operand(tokens, state, scope);
  state.depth--;
  return value;
}

function operand(tokens: readonly Token[], state: State, scope: ConstantScope): bigint | undefined {
  const text = tokens[state.at]?.text;
  if (text === undefined) return undefined;
  if (text === "-" || text === "+" || text === "~" || text === "!") {
    state.at++;
    const value = unary(tokens, state, scope);
    if (value === undefined) return undefined;
    return text === "-" ? -value : text === "~" ? ~value : text === "!" ? (value === 0n ? 1n : 0n) : value;
  }
  if (text === "(") {
    const close = closing(tokens, state.at);
    const inside = tokens.slice(state.at + 1, close);
    const behind = tokens[close + 1]?.text;
    // A cast to an integer type does not change the values that occur in constants.
    if (
      isCast(inside) &&
      behind !== undefined &&
      !precedence.has(behind) &&
      behind !== ")" &&
      behind !== "?"
    ) {
      state.at = close + 1;
      return unary(tokens, state, scope);
    }
    state.at++;
    const value = conditional(tokens, state, scope);
    if (tokens[state.at]?.text !== ")") return undefined;
    state.at++;
    return value;
  }
  if (text === "sizeof" && tokens[state.at + 1]?.text === "(") {
    const close = closing(tokens, state.at + 1);
    const inside = tokens.slice(state.at + 2, close);
    state.at = Math.min(close + 1, tokens.length);
    return scope.sizeOf?.(inside);
  }
  if (/^[0-9]/.test(text)) {
    state.at++;
    return integerLiteral(text);
  }
  if (text.startsWith("'")) {
    state.at++;
    return characterLiteral(text);
  }
  if (!isWord(text)) return undefined;
  if (tokens[state.at + 1]?.text === "(") return knownCall(tokens, state, scope, text);
  state.at++;
  return scope.name(text);
}

/** The few function-like constants of kernel headers. */
function knownCall(
  tokens: readonly Token[],
  state: State,
  scope: ConstantScope,
  name: string,
): bigint | undefined {
  const close = closing(tokens, state.at + 1);
  const inside = tokens.slice(state.at + 2, close);
  state.at = Math.min(close + 1, tokens.length);
  const value = evaluateTokens(inside, scope);
  if (value === undefined || value < 0n) return undefined;
  if (name === "BIT" || name === "BIT_ULL" || name === "_BITUL" || name === "_BITULL")
    return apply("<<", 1n, value);
  if (name === "BITS_TO_LONGS") return (value + 63n) / 64n;
  return undefined;
}

const castWords = new Set(
  "unsigned signed int long short char const u8 u16 u32 u64 s8 s16 s32 s64 __u8 __u16 __u32 __u64 size_t bool".split(
    " ",
  ),
);

function isCast(tokens: readonly Token[]): boolean {
  return tokens.length > 0 && tokens.length < 6 && tokens.every((token) => castWords.has(token.text));
}

function closing(tokens: readonly Token[], open: number): number {
  let depth = 0;
  for (let index = open; index < tokens.length; index++) {
    const text = tokens[index]?.text;
    if (text === "(") depth++;
    else if (text === ")" && --depth === 0) return index;
  }
  return tokens.length;
}

/** Value of an integer literal with any C suffix; undefined where the text is none. */
export function integerLiteral(text: string): bigint | undefined {
  const digits = /^(0[xX][0-9a-fA-F]+|0[bB][01]+|[0-9]+)(?:[uU](?:ll|LL|[lL])?|(?:ll|LL|[lL])[uU]?)?$/.exec(
    text,
  )?.[1];
  if (digits === undefined || digits.length > 66) return undefined;
  if (/^0[0-7]+$/.test(digits)) return BigInt(`0o${digits.slice(1)}`);
  if (/^0[0-9]+$/.test(digits)) return undefined;
  return BigInt(digits);
}

const escapes: Readonly<Record<string, number>> = {
  n: 10,
  t: 9,
  r: 13,
  "0": 0,
  "\\": 92,
  "'": 39,
  '"': 34,
  a: 7,
  b: 8,
  f: 12,
  v: 11,
};

function characterLiteral(text: string): bigint | undefined {
  const inner = text.slice(1, -1);
  if (inner.length === 1) return BigInt(inner.charCodeAt(0));
  if (inner.length === 2 && inner.startsWith("\\")) {
    const code = escapes[inner.slice(1)];
    return code === undefined ? undefined : BigInt(code);
  }
  const hexadecimal = /^\\x([0-9a-fA-F]{1,2})$/.exec(inner)?.[1];
  return hexadecimal === undefined ? undefined : BigInt(Number.parseInt(hexadecimal, 16));
}
