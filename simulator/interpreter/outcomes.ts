/** In which of the ways that the catalogue allows a call ends, and with which result. Names no API. */
import type { CType } from "@pinscope/grammars/ir";
import type { Condition, Outcome } from "@pinscope/simulator/catalogue";
import { type Call, ENOMEM } from "./call.ts";
import { holds, integer } from "./catalogue-terms.ts";
import type { Preset } from "./choices.ts";

/** Stands for a valid pointer until an effect makes it. */
export const VALID = 1n;

const LONG: CType = { kind: "integer", bits: 64, signed: true };

export function pointsTo(type: CType, call: Call): boolean {
  return type.kind === "pointer" || call.bound?.entry.resultUnit === "pointer";
}

/** The way in which the call ends, and its result: success, unless run or scenario choose otherwise. */
export function pickOutcome(
  call: Call,
  outcomes: readonly Outcome[],
): { chosen: Outcome; result: bigint } | null {
  const possible = outcomes.filter(({ possible: condition }) => holds(call, condition, 0n) !== false);
  const [first] = possible;
  if (first === undefined) return null;
  const success = possible.find(({ name }) => name === "success" || name === "done") ?? first;
  if (possible.length === 1 && success.result === undefined) {
    const allocates = success.effects.some(({ kind }) => kind === "allocate");
    if (call.event.type.kind === "void" || call.bound?.entry.resultUnit === "none")
      return { chosen: success, result: 0n };
    if (!allocates) return { chosen: success, result: plainResult(call) };
  }
  const pointer = pointsTo(call.event.type, call);
  const values = possible.map((outcome) => ({ outcome, value: resultOf(call, outcome, pointer) }));
  const usual = values.find(({ outcome }) => outcome === success)?.value ?? 0n;
  const allowed: Preset[] = [...new Set([usual, ...values.map(({ value }) => value)])].map((value) => ({
    kind: "number",
    value,
  }));
  const type: CType = pointer ? { kind: "pointer", to: { kind: "unknown" } } : call.event.type;
  const result = call.chosen({ kind: "number", value: usual }, { allowed, type });
  const signed = BigInt.asIntN(64, result);
  const chosen =
    values.find(({ value }) => BigInt.asIntN(64, value) === signed)?.outcome ??
    (signed < 0n || (pointer && signed === 0n)
      ? possible.find(({ name }) => ["error", "null", "error-pointer"].includes(name))
      : success);
  return chosen === undefined ? null : { chosen, result };
}

/** A result that the entry says nothing of. */
function plainResult(call: Call): bigint {
  const { type } = call.event;
  if (type.kind === "pointer") return call.chosen({ kind: "object" });
  return call.chosen({ kind: "number", value: 0n }, type.kind === "unknown" ? { type: LONG } : {});
}

function resultOf(call: Call, outcome: Outcome, pointer: boolean): bigint {
  switch (outcome.name) {
    case "error":
      return BigInt(ENOMEM);
    case "error-pointer":
      return BigInt.asUintN(64, BigInt(ENOMEM));
    case "null":
    case "zero":
      return 0n;
    case "short":
      return 1n;
    default: {
      if (pointer) return VALID;
      const wanted = equalTo(outcome.result, call);
      if (wanted !== null) return wanted;
      return outcome.result === undefined || holds(call, outcome.result, 0n) === true ? 0n : 1n;
    }
  }
}

/** The number that `result == …` asks for. */
function equalTo(condition: Condition | undefined, call: Call): bigint | null {
  if (condition === undefined) return null;
  if (condition.kind === "and") {
    for (const operand of condition.operands) {
      const found = equalTo(operand, call);
      if (found !== null) return found;
    }
    return null;
  }
  if (condition.kind !== "compare" || condition.operator !== "==" || condition.left.kind !== "result")
    return null;
  return integer(call, condition.right, 0n) ?? null;
}
