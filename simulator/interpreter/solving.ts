/**
 * Looks for values of a run's choices under which one of its conditions comes out as wanted and the earlier ones stay as
 * they were: likely values are tried, and solved for where the condition is linear. Knows terms and choices, no run.
 */
import type { Layouts } from "@pinscope/grammars/ir";
import { type Choice, type Constraint, type Preset, USER_ADDRESS, valueOfPreset } from "./choices.ts";
import { choicesIn, constantsIn, type Term, valueOfTerm } from "./terms.ts";

const PAGE = 4096n;
const ENOMEM = -12;

/** Numbers tried for an integer, the likeliest first; `pages` is how many pages a buffer has. */
function usualNumbers(pages: bigint): bigint[] {
  return [
    1n,
    0n,
    pages,
    2n,
    3n,
    pages + 1n,
    pages * PAGE,
    USER_ADDRESS,
    -1n,
    PAGE,
    512n,
    1n << 20n,
    -12n,
    -14n,
  ];
}

const USUAL_POINTERS: readonly Preset[] = [
  { kind: "object" },
  { kind: "null" },
  { kind: "error", errno: ENOMEM },
];

/** What calls that nobody sees fail with, where a branch asks them to: `-EIO`. */
const USUAL_ERRORS: readonly bigint[] = [-5n];

const VALUE_BUDGET = 96;

interface Candidate {
  readonly preset: Preset;
  readonly value: bigint;
}

/** What values are looked for with. */
interface Wanted {
  readonly input: SolveInput;
  /** The condition and all earlier ones that the choice is in. */
  readonly terms: () => readonly Term[];
  /** Pointers of the condition that were chosen before. */
  readonly others: readonly Choice[];
  /** Where the condition's two sides meet, beginning at a number. */
  readonly near: (start: bigint) => readonly bigint[];
}

/** Values to try for a choice in a term, each with its preset, the likeliest first: most searches need no others. */
function* candidates(choice: Choice, wanted: Wanted): Generator<Candidate> {
  const { objectAddress, outcomesFirst, pageAt } = wanted.input;
  const withValue = (preset: Preset) => ({ preset, value: valueOfPreset(preset, objectAddress) });
  if (choice.allowed !== undefined) {
    const outcomes = choice.allowed.map(withValue);
    // Some pages rather than none: that is where more is left to go wrong.
    yield* outcomesFirst === true
      ? outcomes.toSorted((one, other) => Number(other.value > 0n) - Number(one.value > 0n))
      : outcomes;
    return;
  }
  if (choice.type.kind === "pointer") {
    for (const preset of USUAL_POINTERS) yield withValue(preset);
    const constants = new Set(wanted.terms().flatMap(constantsIn));
    if ([...constants].some(isUserAddress)) yield withValue({ kind: "number", value: USER_ADDRESS });
    for (const { key, value } of wanted.others)
      if (key !== choice.key) yield { preset: { kind: "same", as: key }, value };
    for (const value of constants) {
      const index = pageAt(value);
      if (index !== null) yield { preset: { kind: "page", index }, value };
    }
    return;
  }
  const { isKnown } = choice;
  if (isKnown === undefined) {
    for (const value of numbers(choice, wanted)) yield { preset: { kind: "number", value }, value };
    return;
  }
  // What the callee is known to give comes first.
  const ordered = [...numbers(choice, wanted)].sort(
    (one, other) => Number(isKnown(other)) - Number(isKnown(one)),
  );
  for (const value of ordered) yield { preset: { kind: "number", value }, value };
}

/** Numbers to try for an integer, each once. */
function* numbers(choice: Choice, wanted: Wanted): Generator<bigint> {
  const seen = new Set<bigint>();
  for (const value of allNumbers(choice, wanted)) {
    if (seen.has(value)) continue;
    if (seen.size >= VALUE_BUDGET) return;
    seen.add(value);
    yield value;
  }
}

function* allNumbers(choice: Choice, { input, terms, near }: Wanted): Generator<bigint> {
  if (input.outcomesFirst === true && isResult(choice)) yield* USUAL_ERRORS;
  yield* input.first ?? [];
  yield* usualNumbers(input.pages);
  for (const term of terms())
    for (const constant of constantsIn(term)) {
      yield constant;
      yield constant + 1n;
      yield constant - 1n;
    }
  for (const number of [choice.value, 0n]) yield* near(number);
  for (let bit = 0n; bit < 32n; bit++) yield 1n << bit;
}

function isUserAddress(value: bigint): boolean {
  return value >= 0x1_0000n && value < 0x8000_0000_0000n;
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
  /** Which page an address belongs to, as the nth that came into play; null for any other address. */
  readonly pageAt: (address: bigint) => number | null;
  /** Numbers to try before all others. */
  readonly first?: readonly bigint[];
  /** How calls end is changed before what the code was given. */
  readonly outcomesFirst?: boolean;
}

/** Choices changed in one solution. */
const CHANGE_BUDGET = 4;
/** Values of one choice that are followed up with changes of others. */
const BRANCHING = 6;
/** Values of each of two choices that are tried together. */
const PAIRED = 16;
/** Conditions computed in one search. */
const EVALUATION_BUDGET = 6_000;

/** A condition that is to hold, and the choices in it. */
interface Goal {
  readonly term: Term;
  readonly truth: boolean;
  readonly keys: readonly string[];
}

/** Numbers of choices that are tried instead of what the run made them as. */
type Tried = readonly (readonly [key: string, value: bigint])[];

/**
 * Values of a few choices under which `term` has the wanted truth and earlier branches go as they went; null where
 * none is found among those tried. A value that breaks an earlier branch is followed by a change of another choice of
 * that branch.
 */
export function solve(input: SolveInput): ReadonlyMap<string, Preset> | null {
  let evaluations = 0;
  const goals: Goal[] = [{ term: input.term, truth: input.truth }, ...input.constraints].map(
    ({ term, truth }) => ({ term, truth, keys: choicesIn(term) }),
  );
  const holds = (goal: Goal, tried: Tried): boolean => {
    evaluations += 1;
    const value = valueOfTerm(
      goal.term,
      input.layouts,
      (key) => valueIn(tried, key) ?? input.choiceOf(key)?.value,
    );
    return value === null ? goal.term !== input.term : (value !== 0n) === goal.truth;
  };
  const isSpent = (): boolean => evaluations > EVALUATION_BUDGET;
  const touches = ({ term, keys }: Goal, tried: Tried): boolean =>
    term === input.term || tried.some(([key]) => keys.includes(key));

  const search = (presets: ReadonlyMap<string, Preset>, tried: Tried): Found => {
    const broken = goals.find((goal) => touches(goal, tried) && !holds(goal, tried));
    if (broken === undefined) return presets;
    if (presets.size >= CHANGE_BUDGET) return null;
    for (const { key, list } of changes(broken, tried, input)) {
      let followed = 0;
      for (const { preset, value } of list) {
        if (isSpent() || followed >= BRANCHING) break;
        const changed: Tried = [...tried, [key, value]];
        if (!holds(broken, changed)) continue;
        followed += 1;
        const found = search(new Map(presets).set(key, preset), changed);
        if (found !== null) return found;
      }
    }
    // No choice alone: two of them together.
    return presets.size === 0 ? pairs(broken, input, holds, isSpent, search) : null;
  };
  return search(new Map(), []);
}

function valueIn(tried: Tried, key: string): bigint | undefined {
  for (const [one, value] of tried) if (one === key) return value;
  return undefined;
}

interface Change {
  readonly key: string;
  readonly list: Iterable<Candidate>;
}

type Found = ReadonlyMap<string, Preset> | null;

function pairs(
  goal: Goal,
  input: SolveInput,
  holds: (goal: Goal, tried: Tried) => boolean,
  isSpent: () => boolean,
  search: (presets: ReadonlyMap<string, Preset>, tried: Tried) => Found,
): Found {
  const all = [...changes(goal, [], input)].map(({ key, list }) => ({ key, list: firstOf(list, PAIRED) }));
  for (const [index, first] of all.entries())
    for (const second of all.slice(index + 1))
      for (const one of first.list)
        for (const other of second.list) {
          const changed: Tried = [
            [first.key, one.value],
            [second.key, other.value],
          ];
          if (isSpent()) return null;
          if (!holds(goal, changed)) continue;
          const presets = new Map<string, Preset>([
            [first.key, one.preset],
            [second.key, other.preset],
          ]);
          const found = search(presets, changed);
          if (found !== null) return found;
        }
  return null;
}

function firstOf<Item>(items: Iterable<Item>, most: number): readonly Item[] {
  const found: Item[] = [];
  for (const item of items) {
    found.push(item);
    if (found.length >= most) break;
  }
  return found;
}

/** Values to try for each choice of a condition that may be changed, the latest choice first: it was made for it. */
function* changes({ term, keys }: Goal, tried: Tried, input: SolveInput): Generator<Change> {
  const { choiceOf } = input;
  const current = (key: string) => valueIn(tried, key) ?? choiceOf(key)?.value;
  const inTerm = keys.map(choiceOf);
  const ordered = inTerm.toReversed();
  if (input.outcomesFirst === true)
    ordered.sort((one, other) => Number(isOutcome(other)) - Number(isOutcome(one)));
  for (const choice of ordered) {
    if (choice === undefined || valueIn(tried, choice.key) !== undefined || input.fixed(choice)) continue;
    const near = (start: bigint) => linearSolutions(term, choice.key, start, input.layouts, current);
    // Choices are made in the order of their numbers: only an earlier one can be repeated.
    const others = inTerm
      .filter((one) => one !== undefined)
      .filter(({ order, type }) => order < choice.order && type.kind === "pointer");
    const terms = () => [
      term,
      ...input.constraints.map((one) => one.term).filter((one) => choicesIn(one).includes(choice.key)),
    ];
    yield { key: choice.key, list: candidates(choice, { input, terms, others, near }) };
  }
}

/** Whether a choice is the number that a call gives. */
function isResult({ key, type }: Choice): boolean {
  return key.startsWith("call ") && type.kind === "integer" && type.signed;
}

/** Whether a choice is how a call of the catalogue ends. */
function isOutcome(choice: Choice | undefined): boolean {
  return choice?.allowed !== undefined;
}

/** Where both sides of the comparison meet, taken as straight lines in one choice. */
function linearSolutions(
  term: Term,
  key: string,
  start: bigint,
  layouts: Layouts,
  current: (key: string) => bigint | undefined,
): readonly bigint[] {
  const comparison = innermostComparison(term);
  if (comparison?.kind !== "binary") return [];
  const difference = (value: bigint): bigint | null => {
    const changed = (one: string) => (one === key ? value : current(one));
    const left = valueOfTerm(comparison.left, layouts, changed);
    const right = valueOfTerm(comparison.right, layouts, changed);
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
