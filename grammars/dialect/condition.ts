/**
 * Conditions of `#if` in three-valued logic: true, false, or dependent on symbols nobody gave a value to.
 * Knows nothing of the text around a condition.
 */
import { type ConditionNode, maximumDepth, parseCondition } from "./condition-syntax.ts";
import type { ConditionSettings } from "./types.ts";

/** A value: a number, or unknown. */
type Value = bigint | undefined;

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

export interface Context {
  readonly settings: ConditionSettings;
  readonly symbols: SymbolState;
  /** Symbols without known value met so far. */
  readonly unknown: Set<string>;
  /** Nodes that may still be evaluated: definitions that name each other grow exponentially. */
  steps: number;
}

/** Nodes evaluated for one condition before it counts as unknown. */
const stepBudget = 5000;

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
  let node = parseCondition(text);
  const context: Context = { settings, symbols, unknown: new Set(), steps: stepBudget };
  let first = evaluate(node, context, 0);
  if (context.steps < 0) {
    // Too much to evaluate: the whole condition is one symbol.
    node = { kind: "opaque", text: text.trim() };
    context.steps = stepBudget;
    context.unknown.clear();
    first = evaluate(node, context, 0);
  }
  if (first !== undefined) return { truth: first !== 0n, unknown: [...context.unknown] };
  force(node, true, context, 0);
  const second = evaluate(node, context, 0);
  return { truth: second !== undefined && second !== 0n, unknown: [...context.unknown] };
}

const truth = (value: boolean): bigint => (value ? 1n : 0n);

/** What is known of a name: its replacement text, that it is not defined (null), or nothing (undefined). */
export function definitionOf(
  name: string,
  { settings, symbols }: Pick<Context, "settings" | "symbols">,
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
function assumed(name: string, { settings, symbols, unknown }: Context): Value {
  const forced = settings.assumptions.get(name);
  if (forced !== undefined) return truth(forced);
  if (name.startsWith("CONFIG_")) return 1n;
  unknown.add(name);
  const assigned = symbols.assigned.get(name);
  return assigned === undefined ? undefined : truth(assigned);
}

function evaluate(node: ConditionNode, context: Context, depth: number): Value {
  if (depth > maximumDepth || --context.steps < 0) return undefined;
  const inner = (part: ConditionNode): Value => evaluate(part, context, depth + 1);
  switch (node.kind) {
    case "number":
      return node.value;
    case "opaque":
      return assumed(node.text, context);
    case "defined": {
      const definition = definitionOf(node.name, context);
      return definition === undefined ? assumed(node.name, context) : truth(definition !== null);
    }
    case "name": {
      const definition = definitionOf(node.name, context);
      if (definition === null) return 0n;
      if (definition === undefined) return assumed(node.name, context);
      if (definition.trim() === "y") return 1n;
      return definition.trim() === "" ? 0n : inner(parseCondition(definition));
    }
    case "call":
      return evaluateCall(node, context, inner);
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
      return evaluateBinary(node, context, inner);
  }
}

function evaluateCall(
  node: ConditionNode & { kind: "call" },
  context: Context,
  inner: (part: ConditionNode) => Value,
): Value {
  const [first, second, third] = node.parts;
  if (node.name === "KERNEL_VERSION" && first && second && third) {
    const [major, minor, patch] = [inner(first), inner(second), inner(third)];
    if (major === undefined || minor === undefined || patch === undefined) return undefined;
    return BigInt(versionCode(Number(major), Number(minor), Number(patch)));
  }
  if (/^IS_(?:ENABLED|REACHABLE|BUILTIN|MODULE)$/.test(node.name) && first?.kind === "name") {
    const definition = definitionOf(first.name, context);
    if (node.name === "IS_MODULE") return truth(definition === "m");
    if (definition === "m") return truth(node.name !== "IS_BUILTIN");
    if (definition !== undefined) return truth(definition !== null && definition !== "0");
    return assumed(first.name, context);
  }
  return assumed(node.text, context);
}

/** A name whose number is not known although it may be defined: a comparison with it is a symbol of its own. */
export function numberless(node: ConditionNode, context: Context): boolean {
  switch (node.kind) {
    case "name":
      return definitionOf(node.name, context) === undefined;
    case "call":
      if (node.name === "KERNEL_VERSION") return node.parts.some((part) => numberless(part, context));
      return !node.name.startsWith("IS_");
    case "binary":
      return numberless(node.left, context) || numberless(node.right, context);
    case "unary":
      return numberless(node.operand, context);
    default:
      return node.kind === "opaque";
  }
}

/** `a > b` and `a <= b` are one symbol and its negation. */
export function comparisonAtom(
  node: ConditionNode & { kind: "binary" },
): { key: string; negated: boolean } | undefined {
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

function textOf(node: ConditionNode, depth: number): string {
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
  node: ConditionNode & { kind: "binary" },
  context: Context,
  inner: (part: ConditionNode) => Value,
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
  if (atom !== undefined && numberless(node, context)) {
    const value = assumed(atom.key, context);
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
function force(node: ConditionNode, want: boolean, context: Context, depth: number): void {
  if (depth > maximumDepth || context.steps < 0) return;
  const { assigned } = context.symbols;
  const assign = (name: string, value: boolean): void => {
    if (!assigned.has(name)) assigned.set(name, value);
  };
  const here: Context = { ...context, unknown: new Set() };
  const value = evaluate(node, here, depth);
  context.steps = here.steps;
  if (value !== undefined) return;
  if (node.kind === "unary" && node.operator === "!") {
    force(node.operand, !want, context, depth + 1);
  } else if (node.kind === "binary" && (node.operator === "&&" || node.operator === "||")) {
    force(node.left, want, context, depth + 1);
    force(node.right, want, context, depth + 1);
  } else if (node.kind === "binary") {
    const atom = comparisonAtom(node);
    if (atom !== undefined) assign(atom.key, want !== atom.negated);
  } else if (node.kind === "choice") {
    force(node.test, true, context, depth + 1);
    force(node.yes, want, context, depth + 1);
  } else if (node.kind === "name") {
    const definition = definitionOf(node.name, context);
    if (typeof definition === "string") force(parseCondition(definition), want, context, depth + 1);
    else assign(node.name, want);
  } else {
    for (const name of here.unknown) assign(name, want);
  }
}
