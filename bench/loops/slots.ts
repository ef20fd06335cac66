/** Which slots of an array a walk let go of, and which ones its annotation says. Knows how slots are marked. */

import { type CType, evaluateIn, type LoopAnnotation, type Machine, type Value } from "@pinscope/grammars/ir";
import type { Run, WalkSettings } from "./walk.ts";

/** Slots filled on either side of those promised: a walk that runs past shows there. */
export const MARGIN = 2;
export const FIRST_NUMBER_MARK = 100n;
export const HIGHEST_SLOT = 100_000n;

/** What tells one slot's value from another's: a number, or the first bytes of a record. */
export function markOf(value: Value): bigint {
  if (typeof value === "bigint") return BigInt.asUintN(64, value);
  return value.bytes.slice(0, 8).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

/** The type of one slot. */
function slotType(annotation: LoopAnnotation): CType {
  const { type } = annotation.array;
  if (type.kind === "pointer") return type.to;
  return type.kind === "array" ? type.of : { kind: "unknown" };
}

export function fillSlots(
  run: Run,
  annotation: LoopAnnotation,
  array: bigint,
  from: number,
  to: number,
  settings: WalkSettings,
): void {
  const type = slotType(annotation);
  const { memory, layouts } = run.machine;
  const stride = layouts.sizeOf(type);
  for (let slot = from; slot < to; slot += 1) {
    const address = BigInt.asUintN(64, array + BigInt(slot * stride));
    run.slotAt.set(address, slot);
    const place = memory.locate(address);
    if (place === null || place.offset < 0) continue;
    if (place.object.size !== null && place.offset + stride > place.object.size) continue;
    const hole = settings.holes && slot % 2 !== 0;
    // Numbers get small marks that fit any width; records carry theirs in the first bytes.
    const marker = hole
      ? 0n
      : type.kind === "integer" || type.kind === "record"
        ? FIRST_NUMBER_MARK + BigInt(slot - from)
        : memory.allocate({ label: `slot ${slot}`, kind: "host", size: null, fill: "indeterminate" }).base;
    memory.write(address, Math.min(8, stride), marker);
    if (!hole) run.slotOf.set(marker, slot);
  }
}

/** What the slots promised, and those around them, hold now. */
export function heldSlots(
  run: Run,
  annotation: LoopAnnotation,
  array: bigint,
  lowest: number,
  highest: number,
): Map<bigint, number> {
  const stride = run.machine.layouts.sizeOf(slotType(annotation));
  const held = new Map<bigint, number>();
  const span = Array.from({ length: highest - lowest + 2 * MARGIN }, (_, index) => lowest - MARGIN + index);
  // A value in two slots is that of the slot promised.
  const outside = (slot: number): number => (slot < lowest || slot >= highest ? 1 : 0);
  for (const slot of span.toSorted((one, other) => outside(one) - outside(other))) {
    const address = array + BigInt(slot * stride);
    const place = run.machine.memory.locate(address);
    if (place === null || place.offset < 0) continue;
    if (place.object.size !== null && place.offset + stride > place.object.size) continue;
    const value = run.machine.memory.read(address, Math.min(8, stride));
    if (value !== null && value !== 0n && !held.has(value)) held.set(value, slot);
  }
  return held;
}

/** Slots that hold the results of the calls, in the order of the calls. */
export function filledSlots(run: Run, held: ReadonlyMap<bigint, number>): number[] {
  return run.results
    .map((result) => held.get(BigInt.asUintN(64, result)))
    .filter((slot) => slot !== undefined);
}

export function expectedSlots(annotation: LoopAnnotation, low: number, end: number, first: number): number[] {
  if (end <= low) return annotation.atLeastOnce === true ? [first] : [];
  const slots = Array.from({ length: end - low }, (_, index) => low + index);
  return annotation.step === 1 ? slots : slots.reverse();
}

export function withoutRepeats(slots: readonly number[]): number[] {
  return slots.filter((slot, index) => slot !== slots[index - 1]);
}

export function disagreement(
  annotation: LoopAnnotation,
  seen: readonly number[],
  expected: readonly number[],
  isHole: (slot: number) => boolean,
): string | null {
  const says = `expected ${expected.join(" ") || "none"}, seen ${seen.join(" ") || "none"}`;
  if (expected.length > 0 && annotation.atLeastOnce !== true) {
    const promised = annotation.step === 1 ? Math.min(...expected) : Math.max(...expected);
    if (expected[0] !== promised) return `first slot: ${says}`;
  }
  const handed =
    annotation.slotCondition === "non-null" ? expected.filter((slot) => !isHole(slot)) : expected;
  const subset = isSubsequence(seen, handed);
  if (annotation.slotCondition === "other") return subset ? null : says;
  if (annotation.earlyExits) {
    return seen.every((slot, index) => slot === handed[index]) ? null : says;
  }
  return subset && seen.length === handed.length ? null : says;
}

function isSubsequence(part: readonly number[], whole: readonly number[]): boolean {
  let at = 0;
  for (const value of whole) if (part[at] === value) at += 1;
  return at === part.length;
}

export function indexDisagreement(
  machine: Machine,
  annotation: LoopAnnotation,
  indexAfter: bigint | null,
  count: bigint,
  ranToEnd: boolean,
): string | null {
  if (indexAfter === null || count === 0n || annotation.earlyExits || !ranToEnd) return null;
  const frame = machine.frames.at(-1);
  const variable = frame?.function.variables.find(({ id }) => id === annotation.index);
  if (variable === undefined) return null;
  const place = { kind: "variable" as const, id: variable.id, type: variable.type };
  const value = evaluateIn(machine, { kind: "load", place, type: variable.type });
  if (typeof value !== "bigint") return null;
  const bits = variable.type.kind === "integer" ? variable.type.bits : 64;
  const agrees = BigInt.asUintN(bits, value) === BigInt.asUintN(bits, indexAfter);
  return agrees ? null : `index after the loop: expected ${indexAfter}, is ${value}`;
}
