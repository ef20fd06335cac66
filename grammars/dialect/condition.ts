/**
 * Conditions of `#if` in three-valued logic: true, false, or dependent on symbols nobody gave a value to.
 * Knows nothing of the text around a condition.
 */
import type { ConditionSettings } from "./types.ts";

/** A value: a number, or unknown. */
type Value = bigint | undefined;

/** An `#if` expression. `atom` is a test that only an assumption can decide, under the name it is decided by. */
type Node =
  | { readonly kind: "number"; readonly value: bigint }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "defined"; readonly name: string }
  | { readonly kind: "call"; readonly name: string; readonly parts: readonly Node[]; readonly text: string }
  | { readonly kind: "unary"; readonly operator: string; readonly operand: Node }
  | { readonly kind: "binary"; readonly operator: string; readonly left: Node; readonly right: Node }
  | { readonly kind: "choice"; readonly test: Node; readonly yes: Node; readonly no: Node }
  | { readonly kind: "opaque"; readonly text: string };

/** What the file itself says about names, and the values given to unknown symbols so far. */
export interface SymbolState {
  /** `#define` and `#undef` of the file: replacement text, or null after `#undef`. */
  readonly defined: ReadonlyMap<string, string | null>;
  /** Truth given to unknown symbols in this translation unit. */
  readonly assigned: Map<string, boolean>;
}

/** The outcome of a condition: its truth, and the symbols without known value that it rests on. */
export interface ConditionResult {
  readonly truth: boolean;
  readonly unknown: readonly string[];
}

const maximumDepth = 100;

/** Names whose state is the same in every kernel translation unit. `null`: never defined. */
const builtin: ReadonlyMap<string, string | null> = new Map([
  ["__KERNEL__", "1"],
  ["__GNUC__", "12"],
  ["__STDC__", "1"],
  ["__STDC_VERSION__", "201112L"],
  ["BITS_PER_LONG", "64"],
  ["__BITS_PER_LONG", "64"],
  ["PAGE_SHIFT", "12"],
  ["PAGE_SIZE", "4096"],
  ["__ASSEMBLY__", null],
  ["__cplusplus", null],
  ["__CHECKER__", null],
  ["__GENKSYMS__", null],
  ["__clang__", null],
]);

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

/**
 * Decides a condition.
 * A symbol without value is given the one that makes this condition true, if it has none in `symbols.assigned`
 * yet; that map is updated. Unreadable conditions are one unknown symbol named by their text.
 * @param text the condition without `#if`, comments removed; for `#ifdef X` pass `defined(X)`
 */
export function evaluateCondition(
  text: string,
  settings: ConditionSettings,
  symbols: SymbolState,
): ConditionResult {
  const node = parse(text);
  const unknown = new Set<string>();
  const first = evaluate(node, settings, symbols, unknown, 0);
  if (first !== undefined) return { truth: first !== 0n, unknown: [...unknown] };
  force(node, true, settings, symbols, 0);
  const second = evaluate(node, settings, symbols, unknown, 0);
  return { truth: second !== undefined && second !== 0n, unknown: [...unknown] };
}

/** The symbols of a condition that an assumption may decide: those unknown and the `CONFIG_*` taken as on. */
export function conditionSymbols(
  text: string,
  settings: ConditionSettings,
  symbols: SymbolState,
): readonly string[] {
  const found = new Set<string>();
  collect(parse(text), settings, symbols, found, 0);
  return [...found];
}

function collect(
  node: Node,
  settings: ConditionSettings,
  symbols: SymbolState,
  found: Set<string>,
  depth: number,
): void {
  if (depth > maximumDepth) return;
  const config = (name: string): void => {
    if (/^CONFIG_/.test(name) && !settings.defines.has(name) && !symbols.defined.has(name)) found.add(name);
  };
  if (node.kind === "name" || node.kind === "defined") config(node.name);
  else if (node.kind === "unary") collect(node.operand, settings, symbols, found, depth + 1);
  else if (node.kind === "binary") {
    collect(node.left, settings, symbols, found, depth + 1);
    collect(node.right, settings, symbols, found, depth + 1);
  } else if (node.kind === "call") {
    for (const part of node.parts) if (part.kind === "name") config(part.name);
  }
  const open: SymbolState = { defined: symbols.defined, assigned: new Map() };
  evaluate(node, settings, open, found, depth);
}

function tokenize(text: string): string[] {
  return (
    text.match(
      /[A-Za-z_$][\w$]*|\d[\w.]*|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|\|\||&&|==|!=|<=|>=|<<|>>|\S/g,
    ) ?? []
  );
}

function parse(text: string): Node {
  const tokens = tokenize(text);
  const opaque: Node = { kind: "opaque", text: tokens.join(" ") };
  let at = 0;
  let failed = tokens.length === 0;
  const fail = (): Node => {
    failed = true;
    return opaque;
  };
  const take = (expected: string): boolean => {
    if (tokens[at] !== expected) return false;
    at++;
    return true;
  };
  const conditional = (depth: number): Node => {
    if (failed || depth > maximumDepth) return fail();
    const test = binary(0, depth + 1);
    if (!take("?")) return test;
    const yes = conditional(depth + 1);
    if (!take(":")) return fail();
    return { kind: "choice", test, yes, no: conditional(depth + 1) };
  };
  const binary = (level: number, depth: number): Node => {
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
  const unary = (depth: number): Node => {
    if (failed || depth > maximumDepth) return fail();
    const operator = tokens[at];
    if (operator === "!" || operator === "-" || operator === "+" || operator === "~") {
      at++;
      return { kind: "unary", operator, operand: unary(depth + 1) };
    }
    return primary(depth);
  };
  const primary = (depth: number): Node => {
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
  const call = (name: string, depth: number): Node => {
    const start = at - 1;
    at++;
    const parts: Node[] = [];
    while (!failed && !take(")")) {
      parts.push(conditional(depth + 1));
      if (!take(",") && tokens[at] !== ")") return skipCall(name, start);
    }
    if (failed) return skipCall(name, start);
    return { kind: "call", name, parts, text: tokens.slice(start, at).join("") };
  };
  /** `__has_include(<x.h>)`: arguments that are no expression. */
  const skipCall = (name: string, start: number): Node => {
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

function readNumber(token: string): Node | undefined {
  const digits = token.replace(/[uUlL]+$/, "");
  const octal = /^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits;
  if (!/^(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0o[0-7]+|\d+)$/.test(octal)) return undefined;
  return { kind: "number", value: BigInt(octal) };
}

const truth = (value: boolean): bigint => (value ? 1n : 0n);

/** What is known of a name: its replacement text, that it is not defined (null), or nothing (undefined). */
function definitionOf(
  name: string,
  settings: ConditionSettings,
  symbols: SymbolState,
): string | null | undefined {
  const inFile = symbols.defined.get(name);
  if (inFile !== undefined) return inFile;
  const given = settings.defines.get(name);
  if (given !== undefined) return given === false ? null : given;
  if (name === "LINUX_VERSION_CODE") return String(versionCode(...settings.version));
  return builtin.get(name);
}

function versionCode(major: number, minor: number, patch: number): number {
  return major * 65536 + minor * 256 + Math.min(patch, 255);
}

/** Truth of a symbol that has no definition: assumed, on (`CONFIG_*`), assigned earlier, or not known yet. */
function assumed(
  name: string,
  settings: ConditionSettings,
  symbols: SymbolState,
  unknown: Set<string>,
): Value {
  const forced = settings.assumptions.get(name);
  if (forced !== undefined) return truth(forced);
  if (/^CONFIG_/.test(name)) return 1n;
  unknown.add(name);
  const assigned = symbols.assigned.get(name);
  return assigned === undefined ? undefined : truth(assigned);
}

function evaluate(
  node: Node,
  settings: ConditionSettings,
  symbols: SymbolState,
  unknown: Set<string>,
  depth: number,
): Value {
  if (depth > maximumDepth) return undefined;
  const inner = (part: Node): Value => evaluate(part, settings, symbols, unknown, depth + 1);
  switch (node.kind) {
    case "number":
      return node.value;
    case "opaque":
      return assumed(node.text, settings, symbols, unknown);
    case "defined": {
      const definition = definitionOf(node.name, settings, symbols);
      return definition === undefined
        ? assumed(node.name, settings, symbols, unknown)
        : truth(definition !== null);
    }
    case "name": {
      const definition = definitionOf(node.name, settings, symbols);
      if (definition === null) return 0n;
      if (definition === undefined) return assumed(node.name, settings, symbols, unknown);
      if (definition.trim() === "y") return 1n;
      return definition.trim() === "" ? 0n : inner(parse(definition));
    }
    case "call":
      return evaluateCall(node, settings, symbols, unknown, inner);
    case "choice": {
      const test = inner(node.test);
      return test === undefined ? undefined : inner(test !== 0n ? node.yes : node.no);
    }
    case "unary": {
      const value = inner(node.operand);
      if (value === undefined) return undefined;
      if (node.operator === "!") return truth(value === 0n);
      return node.operator === "-" ? -value : node.operator === "~" ? ~value : value;
    }
    case "binary":
      return evaluateBinary(node, settings, symbols, unknown, inner);
  }
}

function evaluateCall(
  node: Node & { kind: "call" },
  settings: ConditionSettings,
  symbols: SymbolState,
  unknown: Set<string>,
  inner: (part: Node) => Value,
): Value {
  const [first, second, third] = node.parts;
  if (node.name === "KERNEL_VERSION" && first && second && third) {
    const [major, minor, patch] = [inner(first), inner(second), inner(third)];
    if (major === undefined || minor === undefined || patch === undefined) return undefined;
    return BigInt(versionCode(Number(major), Number(minor), Number(patch)));
  }
  if (/^IS_(?:ENABLED|REACHABLE|BUILTIN|MODULE)$/.test(node.name) && first?.kind === "name") {
    const definition = definitionOf(first.name, settings, symbols);
    if (node.name === "IS_MODULE") return truth(definition === "m");
    if (definition === "m") return truth(node.name !== "IS_BUILTIN");
    if (definition !== undefined) return truth(definition !== null && definition !== "0");
    return assumed(first.name, settings, symbols, unknown);
  }
  return assumed(node.text, settings, symbols, unknown);
}

/** A name whose number is not known although it may be defined: a comparison with it is a symbol of its own. */
function numberless(node: Node, settings: ConditionSettings, symbols: SymbolState): boolean {
  if (node.kind === "name") {
    const definition = definitionOf(node.name, settings, symbols);
    return definition === undefined;
  }
  if (node.kind === "call") {
    if (node.name === "KERNEL_VERSION") return node.parts.some((part) => numberless(part, settings, symbols));
    return !/^IS_/.test(node.name);
  }
  if (node.kind === "binary") {
    return numberless(node.left, settings, symbols) || numberless(node.right, settings, symbols);
  }
  return node.kind === "unary" ? numberless(node.operand, settings, symbols) : node.kind === "opaque";
}

/** `a > b` and `a <= b` are one symbol and its negation. */
function comparisonAtom(node: Node & { kind: "binary" }): { key: string; negated: boolean } | undefined {
  const left = textOf(node.left, 0);
  const right = textOf(node.right, 0);
  switch (node.operator) {
    case "<":
      return { key: `${left}<${right}`, negated: false };
    case ">=":
      return { key: `${left}<${right}`, negated: true };
    case ">":
      return { key: `${right}<${left}`, negated: false };
    case "<=":
      return { key: `${right}<${left}`, negated: true };
    case "==":
      return { key: `${left}==${right}`, negated: false };
    case "!=":
      return { key: `${left}==${right}`, negated: true };
    default:
      return undefined;
  }
}

function textOf(node: Node, depth: number): string {
  if (depth > maximumDepth) return "…";
  switch (node.kind) {
    case "number":
      return String(node.value);
    case "name":
      return node.name;
    case "defined":
      return `defined(${node.name})`;
    case "call":
    case "opaque":
      return node.text;
    case "unary":
      return `${node.operator}${textOf(node.operand, depth + 1)}`;
    case "binary":
      return `(${textOf(node.left, depth + 1)}${node.operator}${textOf(node.right, depth + 1)})`;
    case "choice":
      return `(${textOf(node.test, depth + 1)}?${textOf(node.yes, depth + 1)}:${textOf(node.no, depth + 1)})`;
  }
}

function evaluateBinary(
  node: Node & { kind: "binary" },
  settings: ConditionSettings,
  symbols: SymbolState,
  unknown: Set<string>,
  inner: (part: Node) => Value,
): Value {
  if (node.operator === "&&" || node.operator === "||") {
    const stop = node.operator === "||";
    const left = inner(node.left);
    if (left !== undefined && (left !== 0n) === stop) return truth(stop);
    const right = inner(node.right);
    if (right !== undefined && (right !== 0n) === stop) return truth(stop);
    return left === undefined || right === undefined ? undefined : truth(!stop);
  }
  const atom = comparisonAtom(node);
  if (atom !== undefined && numberless(node, settings, symbols)) {
    const value = assumed(atom.key, settings, symbols, unknown);
    return value === undefined ? undefined : truth((value !== 0n) !== atom.negated);
  }
  const left = inner(node.left);
  const right = inner(node.right);
  return left === undefined || right === undefined ? undefined : arithmetic(node.operator, left, right);
}

function arithmetic(operator: string, left: bigint, right: bigint): Value {
  switch (operator) {
    case "+":
      return BigInt.asIntN(64, left + right);
    case "-":
      return BigInt.asIntN(64, left - right);
    case "*":
      return BigInt.asIntN(64, left * right);
    case "/":
      return right === 0n ? undefined : left / right;
    case "%":
      return right === 0n ? undefined : left % right;
    case "<<":
      return BigInt.asIntN(64, left << (right & 63n));
    case ">>":
      return left >> (right & 63n);
    case "&":
      return left & right;
    case "|":
      return left | right;
    case "^":
      return left ^ right;
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
    default:
      return undefined;
  }
}

/** Gives the unassigned symbols below a node the values that make it `want`. */
function force(
  node: Node,
  want: boolean,
  settings: ConditionSettings,
  symbols: SymbolState,
  depth: number,
): void {
  if (depth > maximumDepth) return;
  const assign = (name: string, value: boolean): void => {
    if (!symbols.assigned.has(name)) symbols.assigned.set(name, value);
  };
  const unknown = new Set<string>();
  if (evaluate(node, settings, symbols, unknown, depth) !== undefined) return;
  if (node.kind === "unary" && node.operator === "!") {
    force(node.operand, !want, settings, symbols, depth + 1);
  } else if (node.kind === "binary" && (node.operator === "&&" || node.operator === "||")) {
    force(node.left, want, settings, symbols, depth + 1);
    force(node.right, want, settings, symbols, depth + 1);
  } else if (node.kind === "binary") {
    const atom = comparisonAtom(node);
    if (atom !== undefined) assign(atom.key, want !== atom.negated);
  } else if (node.kind === "choice") {
    force(node.test, true, settings, symbols, depth + 1);
    force(node.yes, want, settings, symbols, depth + 1);
  } else if (node.kind === "name") {
    const definition = definitionOf(node.name, settings, symbols);
    if (typeof definition === "string") force(parse(definition), want, settings, symbols, depth + 1);
    else assign(node.name, want);
  } else {
    for (const name of unknown) assign(name, want);
  }
}
