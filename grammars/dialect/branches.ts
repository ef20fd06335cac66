/**
 * Which symbols an unselected branch of `#if` needs: the smallest change of unknown symbols that selects it.
 * Reads directives only; knows nothing of the text between them.
 */
import { type Context, comparisonAtom, definitionOf, numberless } from "./condition.ts";
import { type ConditionNode, maximumDepth, parseCondition } from "./condition-syntax.ts";
import {
  type ConditionTracker,
  createTracker,
  followDirective,
  isLive,
  readDirective,
} from "./directives.ts";
import { type DirectiveLine, listDirectives } from "./scan.ts";
import type { ConditionSettings } from "./types.ts";

/** A change of symbols under which an unselected branch is taken. */
export interface BranchChoice {
  /** What differs from the usual reading or is open in it: symbol → value. Never empty. */
  readonly changes: ReadonlyMap<string, boolean>;
  /** `assumptions` for the pass: the changes, and all other symbols as the usual reading has them. */
  readonly assumptions: ReadonlyMap<string, boolean>;
}

/** Most symbols of which every combination is tried. */
const largestSubset = 3;
/** Symbols whose combinations are tried for one branch, the innermost condition's first. */
const combinedSymbols = 10;
/** Symbols of one branch that are looked at, and most of them that may change together. */
const symbolLimit = 40;
const largestChange = 8;
/** How far a name's definition is followed to the conditions around it, and theirs. */
const definitionDepth = 3;

/** One `#if … #endif` around a place: its directives up to the place, as indices; the last one begins the branch. */
type Group = readonly number[];

interface Directives {
  readonly lines: readonly DirectiveLine[];
  readonly settings: ConditionSettings;
  /** Truth of unknown symbols in the usual reading. */
  readonly assigned: ReadonlyMap<string, boolean>;
  /** Where a name is defined or undefined inside some `#if`. */
  readonly definitions: ReadonlyMap<string, readonly number[]>;
}

/**
 * Prepares the question which symbols a place needs. The function returned gives the smallest change (in number of
 * symbols, then by nearness of the condition) that selects the branch around an offset; null where the branch is
 * selected already, or only another kernel version, `#if 1` or a fixed symbol would select it.
 * @param settings those of the usual reading
 */
export function branchChooser(
  source: string,
  settings: ConditionSettings,
): (offset: number) => BranchChoice | null {
  const lines = listDirectives(source);
  const usual = follow(lines, settings, lines.length);
  const directives: Directives = {
    lines,
    settings,
    assigned: usual.assigned,
    definitions: definitionsIn(lines),
  };
  const known = new Map<number, BranchChoice | null>();
  return (offset) => {
    const limit = countBefore(lines, offset);
    let choice = known.get(limit);
    if (choice === undefined) {
      choice = choose(directives, limit);
      known.set(limit, choice);
    }
    return choice;
  };
}

/** The state behind the first `limit` directives. */
function follow(
  lines: readonly DirectiveLine[],
  settings: ConditionSettings,
  limit: number,
): ConditionTracker {
  const tracker = createTracker(settings, [], null);
  for (let at = 0; at < limit; at++) {
    const line = lines[at];
    if (line !== undefined) followDirective(tracker, line.text);
  }
  return tracker;
}

function countBefore(lines: readonly DirectiveLine[], offset: number): number {
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((lines[middle]?.start ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The conditions open behind the first `limit` directives, outermost first. */
function groupsAt(lines: readonly DirectiveLine[], limit: number): Group[] {
  const groups: number[][] = [];
  for (let at = 0; at < limit; at++) {
    const { name } = readDirective(lines[at]?.text ?? "");
    if (name.startsWith("if")) groups.push([at]);
    else if (name.startsWith("el")) groups.at(-1)?.push(at);
    else if (name === "endif") groups.pop();
  }
  return groups;
}

function definitionsIn(lines: readonly DirectiveLine[]): Map<string, number[]> {
  const definitions = new Map<string, number[]>();
  let depth = 0;
  for (const [at, { text }] of lines.entries()) {
    const { name } = readDirective(text);
    if (name.startsWith("if")) depth++;
    else if (name === "endif") depth--;
    else if (depth > 0 && (name === "define" || name === "undef")) {
      const defined = /^\s*#\s*\w+\s+([A-Za-z_$][\w$]*)/.exec(text)?.[1];
      if (defined === undefined) continue;
      const places = definitions.get(defined);
      if (places === undefined) definitions.set(defined, [at]);
      else places.push(at);
    }
  }
  return definitions;
}

function choose(directives: Directives, limit: number): BranchChoice | null {
  const { lines, settings, assigned } = directives;
  if (isLive(follow(lines, settings, limit))) return null;
  const symbols = candidates(directives, limit);
  if (symbols === null) return null;
  // Symbols that the usual reading never asks for are as nobody defined them.
  const open = symbols.filter(
    (name) => !assigned.has(name) && !isOption(name) && !settings.assumptions.has(name),
  );
  const base = new Map([...settings.assumptions, ...assigned, ...open.map((name) => [name, false] as const)]);
  const usualValue = (name: string): boolean => base.get(name) ?? isOption(name);
  const selects = (changes: ReadonlyMap<string, boolean>): boolean =>
    isLive(follow(lines, { ...settings, assumptions: new Map([...base, ...changes]) }, limit));
  const changes = smallest(symbols, usualValue, selects) ?? reduced(symbols, usualValue, selects);
  if (changes === null) return null;
  const assumptions = new Map([...base, ...changes]);
  // An open symbol that this branch rests on is part of the answer too.
  for (const name of open) {
    if (!changes.has(name) && !selects(new Map([...changes, [name, true]]))) changes.set(name, false);
  }
  return { changes, assumptions };
}

type Values = (name: string) => boolean;
type Test = (changes: ReadonlyMap<string, boolean>) => boolean;

/** The first of the smallest sets of changes that passes. */
function smallest(
  symbols: readonly string[],
  usualValue: Values,
  selects: Test,
): Map<string, boolean> | null {
  for (let size = 1; size <= largestSubset; size++) {
    for (const names of subsets(symbols.slice(0, combinedSymbols), size)) {
      const changes = new Map(names.map((name) => [name, !usualValue(name)]));
      if (selects(changes)) return changes;
    }
  }
  return null;
}

/** For long chains of alternatives: nothing defined, or one symbol alone, then taken back as far as that goes. */
function reduced(symbols: readonly string[], usualValue: Values, selects: Test): Map<string, boolean> | null {
  for (const only of [null, ...symbols]) {
    const changes = new Map<string, boolean>();
    for (const name of symbols) if (usualValue(name) !== (name === only)) changes.set(name, name === only);
    if (!selects(changes)) continue;
    for (const name of [...changes.keys()].reverse()) {
      const value = changes.get(name);
      changes.delete(name);
      if (value !== undefined && !selects(changes)) changes.set(name, value);
    }
    if (changes.size <= largestChange) return changes;
  }
  return null;
}

/** `CONFIG_*`: on where nobody says otherwise. */
const isOption = (name: string): boolean => name.startsWith("CONFIG_");

function* subsets(names: readonly string[], size: number, from = 0): Generator<string[]> {
  if (size === 0) {
    yield [];
    return;
  }
  for (let at = from; at <= names.length - size; at++) {
    const name = names[at];
    if (name === undefined) continue;
    for (const rest of subsets(names, size - 1, at + 1)) yield [name, ...rest];
  }
}

/** Symbols whose change may select the place, innermost first; null when one of its conditions has none and fails. */
function candidates(directives: Directives, limit: number): string[] | null {
  const found = new Set<string>();
  for (const group of groupsAt(directives.lines, limit).reverse()) {
    const own = new Set<string>();
    for (const at of [...group].reverse()) addSymbols(directives, at, own, 0, new Set());
    if (own.size === 0 && !selectedFor(directives, group)) return null;
    for (const name of own) found.add(name);
  }
  return found.size === 0 ? null : [...found].slice(0, symbolLimit);
}

/** Whether the last directive of a group begins the branch that the usual reading takes, what is around it aside. */
function selectedFor({ lines, settings }: Directives, group: Group): boolean {
  const [first = 0] = group;
  const tracker = follow(lines, settings, first);
  tracker.open = null;
  for (const at of group) followDirective(tracker, lines[at]?.text ?? "");
  return isLive(tracker);
}

/** Adds the symbols that the condition at `at` rests on, those behind the file's own definitions first. */
function addSymbols(
  directives: Directives,
  at: number,
  found: Set<string>,
  depth: number,
  visited: Set<string>,
): void {
  const { lines, settings, assigned, definitions } = directives;
  const { condition } = readDirective(lines[at]?.text ?? "");
  if (condition === null) return;
  const { defined } = follow(lines, settings, at);
  const symbols: string[] = [];
  const names = new Set<string>();
  const context = {
    settings,
    symbols: { defined, assigned: new Map(assigned) },
    unknown: new Set<string>(),
    steps: 0,
  };
  collect(parseCondition(condition), context, symbols, names, 0);
  for (const name of names) {
    if (visited.has(name) || depth >= definitionDepth) continue;
    visited.add(name);
    for (const place of definitions.get(name) ?? []) {
      if (place >= at) break;
      for (const group of groupsAt(lines, place)) {
        for (const part of group) addSymbols(directives, part, found, depth + 1, visited);
      }
    }
  }
  for (const symbol of symbols) found.add(symbol);
}

/** Symbols without definition below a node, as `evaluateCondition` names them, and all names that it tests. */
function collect(
  node: ConditionNode,
  context: Context,
  symbols: string[],
  names: Set<string>,
  depth: number,
): void {
  if (depth > maximumDepth) return;
  const inner = (part: ConditionNode): void => collect(part, context, symbols, names, depth + 1);
  const test = (name: string): string | null | undefined => {
    names.add(name);
    const definition = definitionOf(name, context);
    if (definition === undefined) symbols.push(name);
    return definition;
  };
  switch (node.kind) {
    case "number":
      return;
    case "opaque":
      symbols.push(node.text);
      return;
    case "defined":
      test(node.name);
      return;
    case "name": {
      const first = !names.has(node.name);
      const definition = test(node.name);
      if (typeof definition === "string" && first) inner(parseCondition(definition));
      return;
    }
    case "call": {
      const [first] = node.parts;
      if (node.name === "KERNEL_VERSION") for (const part of node.parts) inner(part);
      else if (node.name.startsWith("IS_") && first?.kind === "name") test(first.name);
      else symbols.push(node.text);
      return;
    }
    case "choice":
      for (const part of [node.test, node.yes, node.no]) inner(part);
      return;
    case "unary":
      inner(node.operand);
      return;
    case "binary": {
      const logical = node.operator === "&&" || node.operator === "||";
      const atom = logical ? undefined : comparisonAtom(node);
      if (atom !== undefined && numberless(node, context)) symbols.push(atom.key);
      else for (const part of [node.left, node.right]) inner(part);
    }
  }
}
