/**
 * Choices: values that nothing in the code gives (a parameter, a field of a record that the caller made, the result of
 * a call whose body is not in sight). Each has a key that is the same whenever the same code runs the same way, so a run
 * can be started again with another value. Knows neither pages nor what a run is for.
 */
import type { CType, Layouts, Location } from "@pinscope/grammars/ir";
import { choicesIn, constantsIn, type Term, valueOfTerm } from "./terms.ts";

/** What a choice is set to. A pointer's object exists only in its run, so it is not told by its address. */
export type Preset =
  | { readonly kind: "number"; readonly value: bigint }
  | { readonly kind: "null" }
  | { readonly kind: "object" }
  | { readonly kind: "error"; readonly errno: number }
  /** The value of another choice, made before. */
  | { readonly kind: "same"; readonly as: string };

/** Why a choice has the value that it has. */
export type Reason = "default" | "success path" | "scenario" | "path";

export interface ChosenPreset {
  readonly preset: Preset;
  readonly reason: Reason;
}

export interface Choice {
  readonly key: string;
  /** How many choices the run had made before. */
  readonly order: number;
  readonly type: CType;
  /** What the code calls it: `count`, `obj->size`, `result of foo()`. */
  readonly what: string;
  readonly location: Location;
  readonly value: bigint;
  readonly preset: Preset;
  readonly reason: Reason;
  /** The only values that it may take, where there are such (outcomes of a catalogue entry). */
  readonly allowed?: readonly Preset[];
  /** An outcome that the callee's catalogue entry allows: no assumption about the unknown. */
  readonly entitled: boolean;
}

/** A branch that rested on choices and went one way. */
export interface Constraint {
  readonly term: Term;
  readonly truth: boolean;
  readonly location: Location;
}

export const USER_ADDRESS = 0x7f00_0000_0000n;
const PAGE = 4096n;
const ENOMEM = -12;

/** Numbers tried for an integer, the likeliest first; `pages` is how many pages a buffer has. */
function usualNumbers(pages: bigint): bigint[] {
  return [1n, 0n, pages, pages * PAGE, USER_ADDRESS, 2n, 3n, -1n, PAGE, 512n, 1n << 20n, -12n, -14n];
}

const VALUE_BUDGET = 96;

/** Values to try for a choice in a term, each with its preset. */
function candidates(
  choice: Choice,
  terms: readonly Term[],
  objectAddress: bigint,
  pages: bigint,
  others: readonly Choice[],
  solveFor: (preset: bigint) => readonly bigint[],
): readonly { readonly preset: Preset; readonly value: bigint }[] {
  const withValue = (preset: Preset) => ({ preset, value: valueOfPreset(preset, objectAddress) });
  if (choice.allowed !== undefined) return choice.allowed.map(withValue);
  if (choice.type.kind === "pointer") {
    const address = terms.some((term) => constantsIn(term).some(isUserAddress));
    const pointers: Preset[] = [{ kind: "object" }, { kind: "null" }, { kind: "error", errno: ENOMEM }];
    if (address) pointers.push({ kind: "number", value: USER_ADDRESS });
    const equal = others
      .filter(({ key }) => key !== choice.key)
      .map(({ key, value }) => ({ preset: { kind: "same" as const, as: key }, value }));
    return [...pointers.map(withValue), ...equal];
  }
  const numbers = new Set<bigint>(usualNumbers(pages));
  for (const constant of terms.flatMap(constantsIn))
    for (const near of [constant, constant + 1n, constant - 1n]) numbers.add(near);
  for (const number of [choice.value, 0n]) for (const solved of solveFor(number)) numbers.add(solved);
  for (let bit = 0n; bit < 32n; bit++) numbers.add(1n << bit);
  return [...numbers].slice(0, VALUE_BUDGET).map((value) => withValue({ kind: "number", value }));
}

function isUserAddress(value: bigint): boolean {
  return value >= 0x1_0000n && value < 0x8000_0000_0000n;
}

export function valueOfPreset(preset: Preset, objectAddress: bigint): bigint {
  switch (preset.kind) {
    case "number":
      return preset.value;
    case "null":
      return 0n;
    case "object":
      return objectAddress;
    case "error":
      return BigInt.asUintN(64, BigInt(preset.errno));
    case "same":
      return objectAddress;
  }
}

export interface SolveInput {
  readonly term: Term;
  readonly truth: boolean;
  readonly constraints: readonly Constraint[];
  readonly choiceOf: (key: string) => Choice | undefined;
  /** Choices that must stay as they are. */
  readonly fixed: (choice: Choice) => boolean;
  readonly layouts: Layouts;
  /** An address that is neither NULL nor an error, for pointers. */
  readonly objectAddress: bigint;
  readonly pages: bigint;
}

/**
 * Values of one or two choices under which `term` has the wanted truth and earlier branches go as they went; null where
 * none is found among those tried.
 */
export function solve(input: SolveInput): ReadonlyMap<string, Preset> | null {
  const { term, truth, choiceOf, fixed, objectAddress, pages } = input;
  const keys = choicesIn(term).filter((key) => {
    const choice = choiceOf(key);
    return choice !== undefined && !fixed(choice);
  });
  // The latest choice first: it was made for this condition.
  keys.reverse();
  const related = input.constraints.filter((one) => choicesIn(one.term).some((key) => keys.includes(key)));
  const holds = (values: ReadonlyMap<string, bigint>): boolean => {
    const current = (key: string) => values.get(key) ?? choiceOf(key)?.value;
    const value = valueOfTerm(term, input.layouts, current);
    if (value === null || (value !== 0n) !== truth) return false;
    return related.every((one) => {
      const other = valueOfTerm(one.term, input.layouts, current);
      return other === null || (other !== 0n) === one.truth;
    });
  };
  const terms = [term, ...related.map((one) => one.term)];
  const listed = keys.slice(0, 4).map((key) => {
    const choice = choiceOf(key);
    if (choice === undefined) return { key, list: [] };
    const near = (start: bigint) => linearSolutions(term, key, start, input);
    // Choices are made in the order of their numbers: only an earlier one can be repeated.
    const others = choicesIn(term)
      .map(choiceOf)
      .filter((one) => one !== undefined)
      .filter(({ order, type }) => order < choice.order && type.kind === "pointer");
    return { key, list: candidates(choice, terms, objectAddress, pages, others, near) };
  });
  for (const { key, list } of listed)
    for (const { preset, value } of list) if (holds(new Map([[key, value]]))) return new Map([[key, preset]]);
  for (const [index, first] of listed.entries())
    for (const second of listed.slice(index + 1))
      for (const one of first.list.slice(0, 24))
        for (const other of second.list.slice(0, 24))
          if (
            holds(
              new Map([
                [first.key, one.value],
                [second.key, other.value],
              ]),
            )
          )
            return new Map([
              [first.key, one.preset],
              [second.key, other.preset],
            ]);
  return null;
}

/** Where both sides of the comparison meet, taken as straight lines in one choice. */
function linearSolutions(term: Term, key: string, start: bigint, input: SolveInput): readonly bigint[] {
  const comparison = innermostComparison(term);
  if (comparison?.kind !== "binary") return [];
  const difference = (value: bigint): bigint | null => {
    const current = (one: string) => (one === key ? value : input.choiceOf(one)?.value);
    const left = valueOfTerm(comparison.left, input.layouts, current);
    const right = valueOfTerm(comparison.right, input.layouts, current);
    return left === null || right === null ? null : left - right;
  };
  const found: bigint[] = [];
  for (const step of [1n, PAGE]) {
    const here = difference(start);
    const there = difference(start + step);
    if (here === null || there === null || here === there) continue;
    const solution = start - (here * step) / (there - here);
    found.push(solution, solution + step, solution - step);
  }
  return found;
}

function innermostComparison(term: Term): Term | null {
  if (term.kind === "unary" || term.kind === "cast") return innermostComparison(term.operand);
  return term.kind === "binary" ? term : null;
}
