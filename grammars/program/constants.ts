/**
 * Value of an integer constant expression as it stands in array sizes, enumerations and bit-fields.
 * Integers have C's types on x86-64 (32 or 64 bits, signed or not) and wrap as they do. Never throws.
 */
import { isWord, type Token } from "./lexer.ts";

/** What names stand for. */
export interface ConstantScope {
  /** Value of an enumerator or of a macro that is a constant expression. */
  name(name: string): bigint | undefined;
  /** Size in bytes of a type name, where known. */
  sizeOf?(tokens: readonly Token[]): bigint | undefined;
}

interface Integer {
  readonly value: bigint;
  readonly bits: 32 | 64;
  readonly signed: boolean;
}

/** The place in the expression, and how deep the reading stands. */
interface State {
  at: number;
  depth: number;
}

const maximumDepth = 64;

const precedence: ReadonlyMap<string, number> = new Map(
  [
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
  ].flatMap((operators, level) => operators.map((operator): [string, number] => [operator, level + 1])),
);

/** Evaluates tokens; undefined where anything in them is not known. */
export function evaluateTokens(tokens: readonly Token[], scope: ConstantScope): bigint | undefined {
  const state = { at: 0, depth: 0 };
  const result = conditional(tokens, state, scope);
  return state.at === tokens.length ? result?.value : undefined;
}

function integer(value: bigint, bits: 32 | 64, signed: boolean): Integer {
  return { value: signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value), bits, signed };
}

const truth = (value: boolean): Integer => integer(value ? 1n : 0n, 32, true);

/** A value whose C type is not told gets the first of int, long and unsigned long that holds it. */
function ofValue(value: bigint | undefined): Integer | undefined {
  if (value === undefined) return undefined;
  if (BigInt.asIntN(32, value) === value) return integer(value, 32, true);
  return integer(value, 64, BigInt.asIntN(64, value) === value);
}

function conditional(tokens: readonly Token[], state: State, scope: ConstantScope): Integer | undefined {
  if (++state.depth > maximumDepth) return undefined;
  let result = binary(tokens, state, scope, 1);
  if (tokens[state.at]?.text === "?") {
    state.at++;
    const whenTrue = conditional(tokens, state, scope);
    if (tokens[state.at]?.text !== ":") return undefined;
    state.at++;
    const whenFalse = conditional(tokens, state, scope);
    result = result === undefined ? undefined : result.value !== 0n ? whenTrue : whenFalse;
  }
  state.depth--;
  return result;
}

function binary(
  tokens: readonly Token[],
  state: State,
  scope: ConstantScope,
  lowest: number,
): Integer | undefined {
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

function apply(operator: string, first: Integer, second: Integer): Integer | undefined {
  if (operator === "&&") return truth(first.value !== 0n && second.value !== 0n);
  if (operator === "||") return truth(first.value !== 0n || second.value !== 0n);
  if (operator === "<<" || operator === ">>") {
    const by = second.value;
    if (by < 0n || by >= BigInt(first.bits)) return undefined;
    return integer(operator === "<<" ? first.value << by : first.value >> by, first.bits, first.signed);
  }
  const bits = first.bits === 64 || second.bits === 64 ? 64 : 32;
  const signed = [first, second].every((operand) => operand.signed || operand.bits < bits);
  const left = integer(first.value, bits, signed).value;
  const right = integer(second.value, bits, signed).value;
  switch (operator) {
    case "*":
      return integer(left * right, bits, signed);
    case "/":
      return right === 0n ? undefined : integer(left / right, bits, signed);
    case "%":
      return right === 0n ? undefined : integer(left % right, bits, signed);
    case "+":
      return integer(left + right, bits, signed);
    case "-":
      return integer(left - right, bits, signed);
    case "&":
      return integer(left & right, bits, signed);
    case "^":
      return integer(left ^ right, bits, signed);
    case "|":
      return integer(left | right, bits, signed);
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
    default:
      return truth(left !== right);
  }
}

function unary(tokens: readonly Token[], state: State, scope: ConstantScope): Integer | undefined {
  if (++state.depth > maximumDepth) return undefined;
  const result = operand(tokens, state, scope);
  state.depth--;
  return result;
}

function operand(tokens: readonly Token[], state: State, scope: ConstantScope): Integer | undefined {
  const text = tokens[state.at]?.text;
  if (text === undefined) return undefined;
  if (text === "-" || text === "+" || text === "~" || text === "!") {
    state.at++;
    const inner = unary(tokens, state, scope);
    if (inner === undefined || text === "+") return inner;
    if (text === "!") return truth(inner.value === 0n);
    return integer(text === "-" ? -inner.value : ~inner.value, inner.bits, inner.signed);
  }
  if (text === "(") {
    const close = closing(tokens, state.at);
    const behind = tokens[close + 1]?.text;
    const cast = castType(tokens.slice(state.at + 1, Math.min(close, state.at + 7)));
    if (
      cast !== undefined &&
      behind !== undefined &&
      !precedence.has(behind) &&
      behind !== ")" &&
      behind !== "?"
    ) {
      state.at = close + 1;
      const inner = unary(tokens, state, scope);
      return inner === undefined ? undefined : cast(inner.value);
    }
    state.at++;
    const result = conditional(tokens, state, scope);
    if (tokens[state.at]?.text !== ")") return undefined;
    state.at++;
    return result;
  }
  if (text === "sizeof" && tokens[state.at + 1]?.text === "(") {
    const close = closing(tokens, state.at + 1);
    const inside = tokens.slice(state.at + 2, close);
    state.at = Math.min(close + 1, tokens.length);
    const size = scope.sizeOf?.(inside);
    return size === undefined ? undefined : integer(size, 64, false);
  }
  if (/^[0-9]/.test(text)) {
    state.at++;
    return typedLiteral(text);
  }
  if (text.startsWith("'")) {
    state.at++;
    return ofValue(characterLiteral(text));
  }
  if (!isWord(text)) return undefined;
  if (tokens[state.at + 1]?.text === "(") return knownCall(tokens, state, scope, text);
  state.at++;
  return ofValue(scope.name(text));
}

/** The few function-like constants of kernel headers. */
function knownCall(
  tokens: readonly Token[],
  state: State,
  scope: ConstantScope,
  name: string,
): Integer | undefined {
  const close = closing(tokens, state.at + 1);
  const inside = tokens.slice(state.at + 2, close);
  state.at = Math.min(close + 1, tokens.length);
  if (!functionConstants.has(name)) return undefined;
  const value = evaluateTokens(inside, scope);
  if (value === undefined || value < 0n) return undefined;
  if (name === "BITS_TO_LONGS") return integer((value + 63n) / 64n, 64, false);
  return value > 63n ? undefined : integer(1n << value, 64, false);
}

const functionConstants = new Set(["BIT", "BIT_ULL", "_BITUL", "_BITULL", "BITS_TO_LONGS"]);

/** What casting to the integer type that the tokens spell does; undefined where they spell none. */
function castType(tokens: readonly Token[]): ((value: bigint) => Integer) | undefined {
  const words = tokens.map((token) => token.text).filter((word) => word !== "const");
  const fixed = /^(?:__)?([us])(8|16|32|64)$/.exec(words[0] ?? "");
  if (words.length === 1 && fixed !== null) {
    const bits = Number(fixed[2]);
    const signed = fixed[1] === "s";
    return (value) => {
      const narrow = signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
      // Narrow integers promote to int.
      return bits < 32 ? integer(narrow, 32, true) : integer(narrow, bits === 64 ? 64 : 32, signed);
    };
  }
  if (words.length === 1 && words[0] === "size_t") return (value) => integer(value, 64, false);
  if (words.length === 0 || !words.every((word) => castWords.has(word))) return undefined;
  const signed = !words.includes("unsigned");
  return (value) => integer(value, words.includes("long") ? 64 : 32, signed);
}

const castWords = new Set(["unsigned", "signed", "int", "long"]);

function closing(tokens: readonly Token[], open: number): number {
  let depth = 0;
  for (let index = open; index < tokens.length; index++) {
    const text = tokens[index]?.text;
    if (text === "(") depth++;
    else if (text === ")" && --depth === 0) return index;
  }
  return tokens.length;
}

const literalPattern = /^(0[xX][0-9a-fA-F]+|0[bB][01]+|[0-9]+)([uU](?:ll|LL|[lL])?|(?:ll|LL|[lL])[uU]?)?$/;

/** Value of an integer literal with any C suffix; undefined where the text is none. */
export function integerLiteral(text: string): bigint | undefined {
  const digits = literalPattern.exec(text)?.[1];
  if (digits === undefined || digits.length > 66) return undefined;
  if (/^0[0-7]+$/.test(digits)) return BigInt(`0o${digits.slice(1)}`);
  if (/^0[0-9]+$/.test(digits)) return undefined;
  return BigInt(digits);
}

function typedLiteral(text: string): Integer | undefined {
  const value = integerLiteral(text);
  if (value === undefined) return undefined;
  const suffix = literalPattern.exec(text)?.[2] ?? "";
  const unsigned = /[uU]/.test(suffix);
  const long = /[lL]/.test(suffix);
  const decimal = !/^0/.test(text) || text === "0";
  if (!long && value <= 0x7fff_ffffn) return integer(value, 32, !unsigned);
  if (!long && value <= 0xffff_ffffn && (unsigned || !decimal)) return integer(value, 32, false);
  return integer(value, 64, !unsigned && value <= 0x7fff_ffff_ffff_ffffn);
}

const escapes: ReadonlyMap<string, bigint> = new Map([
  ["n", 10n],
  ["t", 9n],
  ["r", 13n],
  ["0", 0n],
  ["\\", 92n],
  ["'", 39n],
  ['"', 34n],
  ["a", 7n],
  ["b", 8n],
  ["f", 12n],
  ["v", 11n],
]);

function characterLiteral(text: string): bigint | undefined {
  const inner = text.slice(1, -1);
  if (inner.length === 1) return BigInt(inner.charCodeAt(0));
  if (inner.length === 2 && inner.startsWith("\\")) return escapes.get(inner.slice(1));
  const hexadecimal = /^\\x([0-9a-fA-F]{1,2})$/.exec(inner)?.[1];
  return hexadecimal === undefined ? undefined : BigInt(Number.parseInt(hexadecimal, 16));
}
