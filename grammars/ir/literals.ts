/** Values and types of C's literals. Text in, values out: must not know trees or scopes. */
import { applyUnary } from "./arithmetic.ts";
import { INT, LONG, LONG_LONG, UNSIGNED_INT, UNSIGNED_LONG, UNSIGNED_LONG_LONG } from "./c-types.ts";
import type { CType } from "./types.ts";

/** The grammar takes a sign before the digits into the literal. */
const INTEGER = /^([+-]?)\s*(0[xX][0-9a-fA-F]+|0[bB][01]+|[0-9]+)([uUlL]*)$/;

/** The first type of C's list that holds the value, for the base and suffix written. */
function integerType(value: bigint, decimal: boolean, suffix: string): CType {
  const unsigned = suffix.includes("u");
  const longs = suffix.replace("u", "").length;
  const candidates: [CType, CType, bigint][] = [
    [INT, UNSIGNED_INT, 31n],
    [LONG, UNSIGNED_LONG, 63n],
  ];
  for (const [signed, plain, bits] of candidates.slice(longs > 0 ? 1 : 0)) {
    const names: [CType, CType] = longs > 1 ? [LONG_LONG, UNSIGNED_LONG_LONG] : [signed, plain];
    if (!unsigned && value < 1n << bits) return names[0];
    if ((unsigned || !decimal) && value < 1n << (bits + 1n)) return names[1];
  }
  return UNSIGNED_LONG;
}

/** An integer literal's value and type; null for floating constants and what is no number. */
export function integerLiteral(text: string): { readonly value: bigint; readonly type: CType } | null {
  const match = INTEGER.exec(text.replaceAll("'", ""));
  if (match === null) return null;
  const digits = match[2] ?? "0";
  const octal = /^0[0-7]+$/.test(digits);
  const value = BigInt(octal ? `0o${digits.slice(1)}` : digits);
  const decimal = !digits.startsWith("0") || digits === "0";
  const type = integerType(value, decimal, (match[3] ?? "").toLowerCase());
  return { value: match[1] === "-" ? applyUnary("-", value, type) : value, type };
}

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  "0": "\0",
  a: "\x07",
  b: "\b",
  f: "\f",
  v: "\v",
  e: "\x1b",
};

/** Replaces C's escape sequences by the characters they stand for. */
export function unescaped(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replace(/\\(x[0-9a-fA-F]+|[0-7]{1,3}|\r?\n|[\s\S])/g, (_, code: string) => {
    if (/^[0-7]/.test(code)) return String.fromCharCode(Number.parseInt(code, 8) & 0xff);
    if (code.startsWith("x") && code.length > 1) {
      return String.fromCharCode(Number.parseInt(code.slice(1), 16) & 0xff);
    }
    if (code.endsWith("\n")) return "";
    return SIMPLE_ESCAPES[code] ?? code;
  });
}

/** The value of a character constant with its quotes; of several characters gcc keeps all in order. */
export function characterValue(text: string): bigint {
  const inner = unescaped(text.replace(/^[LuU]?'/, "").replace(/'$/, ""));
  let value = 0n;
  for (let index = 0; index < inner.length; index++) {
    value = (value << 8n) | BigInt(inner.charCodeAt(index) & 0xff);
  }
  return BigInt.asIntN(32, value);
}
