/**
 * Runs one recognized loop concretely, from its head to the first block outside it, and compares the slots that
 * were handed to the call with what the annotation says. Everything the loop reads from outside is made up: numbers
 * are chosen so that the annotation promises a wanted number of slots, pointers point to fresh memory.
 */

import {
  type CallAnswer,
  type CallEvent,
  createMachine,
  type EvaluationHost,
  type Expression,
  enterFunction,
  evaluateIn,
  type FunctionIr,
  type IndeterminateRead,
  type Location,
  type LoopAnnotation,
  type Machine,
  type RecordLookup,
  step,
} from "@pinscope/grammars/ir";
import {
  disagreement,
  expectedSlots,
  FIRST_NUMBER_MARK,
  filledSlots,
  fillSlots,
  HIGHEST_SLOT,
  heldSlots,
  indexDisagreement,
  MARGIN,
  markOf,
  withoutRepeats,
} from "./slots.ts";

export const WANTED_SLOTS: readonly number[] = [0, 1, 2, 5];

export interface WalkSettings {
  readonly records?: RecordLookup;
  /** What the loop's body finds in numbers that the annotation does not depend on, and gets from other calls. */
  readonly filler: bigint;
  /** Every second slot is NULL. */
  readonly holes: boolean;
}

export type Walk =
  | { readonly kind: "agrees"; readonly slots: readonly number[] }
  | { readonly kind: "differs"; readonly what: string }
  /** No choice of numbers promises that many slots, or the loop does something that has no value here. */
  | { readonly kind: "not-run"; readonly reason: string };

/** Steps one loop may take. */
const STEP_BUDGET = 5000;
/** Choices of numbers tried for one wanted number of slots. */
const CHOICE_BUDGET = 3000;

export interface Run {
  readonly machine: Machine;
  readonly released: number[];
  /** Slots by address. */
  readonly slotAt: Map<bigint, number>;
  /** Slots by the mark put into them. */
  readonly slotOf: Map<bigint, number>;
  /** The slot that holds a value now: loops write slots before they hand them over. */
  slotHolding: (mark: bigint) => number | undefined;
  /** Results handed out to calls that fill slots, in order. */
  readonly results: bigint[];
  choices: readonly bigint[];
  chosen: number;
  entered: boolean;
}

/** Tries to have the loop hand over `wanted` slots. */
export function walkLoop(
  ir: FunctionIr,
  annotation: LoopAnnotation,
  wanted: number,
  settings: WalkSettings,
): Walk {
  const head = headOf(ir, annotation);
  if (head === null) return { kind: "not-run", reason: "no loop of these blocks" };
  const line = startBefore(ir, annotation, head);
  const walk = walkFrom(ir, annotation, wanted, settings, { start: line, head });
  return walk.kind !== "not-run" || line === head
    ? walk
    : walkFrom(ir, annotation, wanted, settings, { start: head, head });
}

interface Way {
  readonly start: number;
  readonly head: number;
}

function walkFrom(
  ir: FunctionIr,
  annotation: LoopAnnotation,
  wanted: number,
  settings: WalkSettings,
  way: Way,
): Walk {
  const domain = domainOf(annotation);
  let choices: bigint[] = [];
  let reason = "no numbers give as many slots";
  for (let tried = 0; tried < CHOICE_BUDGET; tried += 1) {
    const attempt = attemptWalk(ir, annotation, way, wanted, choices, settings);
    if (attempt.kind === "done") return attempt.walk;
    reason = attempt.reason;
    const next = following(choices, attempt.used, domain);
    if (next === null) break;
    choices = next;
  }
  return { kind: "not-run", reason };
}

function headOf(ir: FunctionIr, annotation: LoopAnnotation): number | null {
  const members = new Set(annotation.blocks);
  const loop = ir.loops.find(
    ({ blocks }) => blocks.length === members.size && blocks.every((block) => members.has(block)),
  );
  return loop?.head ?? null;
}

/** Numbers worth choosing: small ones, and those that lie as far below a constant bound. */
function domainOf(annotation: LoopAnnotation): bigint[] {
  const constants = new Set<bigint>([0n]);
  const visit = (expression: Expression): void => {
    if (expression.kind === "constant") constants.add(expression.value);
    else if (expression.kind === "unary" || expression.kind === "cast") visit(expression.operand);
    else if (expression.kind === "binary") {
      visit(expression.left);
      visit(expression.right);
    }
  };
  for (const expression of [annotation.low, annotation.end, annotation.first]) visit(expression);
  const domain = new Set<bigint>();
  for (const value of constants)
    for (const distance of [0n, 1n, 2n, 5n, 3n, 4n, 6n]) {
      domain.add(value + distance);
      if (value >= distance) domain.add(value - distance);
    }
  return [...domain];
}

/** The next sequence of choices, as an odometer counts; null after the last. */
function following(choices: readonly bigint[], used: number, domain: readonly bigint[]): bigint[] | null {
  const first = domain[0] ?? 0n;
  const digits = Array.from({ length: used }, (_, index) => choices[index] ?? first);
  for (let index = 0; index < digits.length; index += 1) {
    const next = domain[domain.indexOf(digits[index] ?? first) + 1];
    if (next !== undefined) {
      digits[index] = next;
      return digits;
    }
    digits[index] = first;
  }
  return null;
}

type Attempt =
  | { readonly kind: "done"; readonly walk: Walk }
  | { readonly kind: "next"; readonly used: number; readonly reason: string };

function attemptWalk(
  ir: FunctionIr,
  annotation: LoopAnnotation,
  way: Way,
  wanted: number,
  choices: readonly bigint[],
  settings: WalkSettings,
): Attempt {
  const run = begin(ir, annotation, way.start, choices, settings);
  if (!reachHead(run.machine, way.head))
    return { kind: "next", used: run.chosen, reason: "the loop is not reached" };
  freeIndex(run.machine, annotation);
  const number = (expression: Expression): bigint | null => {
    const value = evaluateIn(run.machine, expression);
    return typeof value === "bigint" ? value : null;
  };
  const low = number(annotation.low);
  const end = number(annotation.end);
  const first = number(annotation.first);
  const indexAfter = number(annotation.indexAfter);
  const array = number(annotation.array);
  const again = (reason: string): Attempt => ({ kind: "next", used: run.chosen, reason });
  if (low === null || end === null || first === null || array === null)
    return again("the annotation has no value here");
  const count = end > low ? end - low : 0n;
  if (count !== BigInt(wanted) || low < 0n || low > HIGHEST_SLOT || first < -1n || first > HIGHEST_SLOT)
    return again("no numbers give as many slots");

  const lowest = Number(count > 0n ? low : first);
  const highest = Number(count > 0n ? end : first + 1n);
  // Around an array inside a record lie other fields, which must stay.
  const margin = run.machine.memory.locate(array)?.offset === 0 ? MARGIN : 0;
  fillSlots(run, annotation, array, lowest - margin, highest + margin, settings);
  if (number(annotation.low) !== low || number(annotation.end) !== end || number(annotation.array) !== array)
    return again("the slots share memory with what decides on the loop");
  run.slotHolding = (mark) => heldSlots(run, annotation, array, lowest, highest).get(mark);
  run.entered = true;
  const outcome = leaveLoop(run.machine, annotation);
  if (outcome !== null) return { kind: "done", walk: { kind: "not-run", reason: outcome } };

  const seen =
    annotation.argument === -1
      ? filledSlots(run, heldSlots(run, annotation, array, lowest, highest))
      : run.released;
  const expected = expectedSlots(annotation, Number(low), Number(end), Number(first));
  const isHole = (slot: number): boolean => settings.holes && slot % 2 !== 0;
  const problem =
    disagreement(annotation, withoutRepeats(seen), expected, isHole) ??
    indexDisagreement(run.machine, annotation, indexAfter, count, seen.length >= expected.length);
  return {
    kind: "done",
    walk: problem === null ? { kind: "agrees", slots: seen } : { kind: "differs", what: problem },
  };
}

function begin(
  ir: FunctionIr,
  annotation: LoopAnnotation,
  start: number,
  choices: readonly bigint[],
  settings: WalkSettings,
): Run {
  const fresh = (machine: Machine): bigint =>
    machine.memory.allocate({ label: "made up", kind: "host", size: null, fill: "indeterminate" }).base;
  const host: EvaluationHost = {
    call: (event, machine) => answerCall(run, annotation, event, settings, () => fresh(machine)),
    indeterminate(read: IndeterminateRead, machine) {
      if (read.type.kind === "pointer") return fresh(machine);
      if (run.entered) return settings.filler;
      run.chosen += 1;
      return run.choices[run.chosen - 1] ?? 0n;
    },
    opaque: (_reason, _name, type, machine) => (type.kind === "pointer" ? fresh(machine) : settings.filler),
    opaqueOperation: () => true,
    globalFill: () => "indeterminate",
  };
  const machine = createMachine({ host, ...(settings.records ? { records: settings.records } : {}) });
  const run: Run = {
    machine,
    released: [],
    slotAt: new Map(),
    slotOf: new Map(),
    slotHolding: () => undefined,
    results: [],
    choices,
    chosen: 0,
    entered: false,
  };
  enterFunction(machine, ir, [], { start });
  return run;
}

/** The first block of the straight line that leads into the loop: counters beside the index are set there. */
function startBefore(ir: FunctionIr, annotation: LoopAnnotation, head: number): number {
  const inside = new Set(annotation.blocks);
  const visited = new Set<number>([head]);
  let start = head;
  for (;;) {
    const into = ir.edges.filter(({ from, to }) => to === start && !inside.has(from));
    const [only, ...others] = into;
    if (only === undefined || others.length > 0 || visited.has(only.from)) return start;
    if (only.condition.kind !== "always") return start;
    // Inside an outer loop the line begins at the head of that loop.
    if (ir.edges.some(({ to, from }) => to === start && start !== head && from !== only.from)) return start;
    visited.add(only.from);
    start = only.from;
  }
}

function reachHead(machine: Machine, head: number): boolean {
  for (let steps = 0; steps < STEP_BUDGET; steps += 1) {
    const frame = machine.frames.at(-1);
    if (frame?.block.id === head && frame.next === 0 && machine.frames.length === 1) return true;
    if (step(machine) !== null) return false;
  }
  return false;
}

/** Forgets what the index variable was set to, so that constant bounds allow any number of slots. */
function freeIndex(machine: Machine, annotation: LoopAnnotation): void {
  const frame = machine.frames.at(-1);
  if (frame === undefined) return;
  machine.memory.refill(machine.objectOf(frame, annotation.index), "indeterminate");
}

function answerCall(
  run: Run,
  annotation: LoopAnnotation,
  event: CallEvent,
  settings: WalkSettings,
  fresh: () => bigint,
): CallAnswer {
  if (event.name === annotation.callee && isSamePlace(event.location, annotation.location)) {
    if (annotation.argument === -1) {
      const result = event.type.kind === "pointer" ? fresh() : FIRST_NUMBER_MARK + BigInt(run.results.length);
      run.results.push(result);
      return { kind: "value", value: result };
    }
    const value = event.arguments[annotation.argument]?.value;
    const mark = value === undefined ? undefined : markOf(value);
    const slot =
      mark === undefined
        ? undefined
        : (run.slotAt.get(mark) ?? run.slotHolding(mark) ?? run.slotOf.get(mark));
    if (slot !== undefined) run.released.push(slot);
  }
  return { kind: "value", value: event.type.kind === "pointer" ? fresh() : settings.filler };
}

function isSamePlace(one: Location, other: Location): boolean {
  return (
    one.start === other.start &&
    one.end === other.end &&
    one.file === other.file &&
    one.expandedFrom?.start === other.expandedFrom?.start
  );
}

/** Steps until control stands outside the loop; a reason when it never does. */
function leaveLoop(machine: Machine, annotation: LoopAnnotation): string | null {
  const members = new Set(annotation.blocks);
  for (let steps = 0; steps < STEP_BUDGET; steps += 1) {
    const outcome = step(machine);
    if (outcome !== null) return outcome.kind === "stuck" ? `stuck: ${outcome.message}` : outcome.kind;
    const frame = machine.frames.at(-1);
    if (frame === undefined) return "returned";
    if (members.has(frame.block.id)) continue;
    const stops = frame.block.terminator.kind === "unreachable" && frame.block.operations.length === 0;
    return stops ? "ran into a failed assertion" : null;
  }
  return "step budget";
}
