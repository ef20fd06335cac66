/**
 * Places of the code looked up by what they are called, and found in a run without changing it: what nothing wrote has no
 * address here, where the machine itself would ask for one.
 */
import {
  type CType,
  type Expression,
  type Frame,
  type FunctionIr,
  type Place,
  placeText,
} from "@pinscope/grammars/ir";
import type { Run } from "./run.ts";

/** The place that code writes as `expression` (`page`, `request->pages`); null where the function has none. */
export function placeWritten(ir: FunctionIr, expression: string): Place | null {
  let found: Place | null = null;
  const visit = (value: Expression | Place): void => {
    if (found !== null) return;
    switch (value.kind) {
      case "variable":
      case "global":
        break;
      case "deref":
        visit(value.pointer);
        break;
      case "field":
        visit(value.base);
        break;
      case "element":
        visit(value.base);
        visit(value.index);
        break;
      case "load":
      case "address":
        visit(value.place);
        break;
      case "unary":
      case "cast":
        visit(value.operand);
        break;
      case "binary":
        visit(value.left);
        visit(value.right);
        break;
      default:
        return;
    }
    if (found === null && isPlace(value) && placeText(ir, value) === expression) found = value;
  };
  for (const { operations, terminator } of ir.blocks) {
    for (const operation of operations) {
      if (operation.kind === "assign") {
        visit(operation.target);
        visit(operation.value);
      } else if (operation.kind === "call") operation.arguments.forEach(visit);
    }
    if (terminator.kind === "branch") visit(terminator.condition);
    if (terminator.kind === "switch" || (terminator.kind === "return" && terminator.value !== null))
      if (terminator.value !== null) visit(terminator.value);
    if (found !== null) return found;
  }
  const variable = ir.variables.find(({ name }) => name === expression);
  return variable === undefined ? null : { kind: "variable", id: variable.id, type: variable.type };
}

function isPlace(value: Expression | Place): value is Place {
  return ["variable", "global", "deref", "field", "element"].includes(value.kind);
}

/** The address of a place, where everything that leads there was written. */
export function addressSeen(run: Run, frame: Frame, place: Place): bigint | null {
  const { machine } = run;
  switch (place.kind) {
    case "variable":
      return frame.objects.get(place.id)?.base ?? null;
    case "global":
      return (
        machine.memory.objects.find(({ kind, label }) => kind === "global" && label === place.name)?.base ??
        null
      );
    case "deref":
      return valueSeen(run, frame, place.pointer);
    case "field": {
      const base = addressSeen(run, frame, place.base);
      const { type } = place.base;
      if (base === null || type.kind !== "record") return null;
      const offset = offsetOf(run, type.tag, place.field, place.type);
      return offset === null ? null : base + offset;
    }
    case "element": {
      const base = addressSeen(run, frame, place.base);
      const index = valueSeen(run, frame, place.index);
      if (base === null || index === null) return null;
      return base + BigInt.asIntN(64, index) * BigInt(machine.layouts.sizeOf(place.type));
    }
  }
}

function valueSeen(run: Run, frame: Frame, expression: Expression): bigint | null {
  switch (expression.kind) {
    case "constant":
      return expression.value;
    case "cast":
      return valueSeen(run, frame, expression.operand);
    case "address":
      return addressSeen(run, frame, expression.place);
    case "load": {
      const address = addressSeen(run, frame, expression.place);
      return address === null ? null : readSeen(run, address, run.machine.layouts.sizeOf(expression.type));
    }
    default:
      return null;
  }
}

export function offsetOf(run: Run, tag: string, field: string, type: CType): bigint | null {
  try {
    return BigInt(run.machine.layouts.offsetOf(tag, field, type));
  } catch {
    // A field that the record is not known to have.
    return null;
  }
}

/** Null for what nothing wrote, and where nothing lies any more. */
export function readSeen(run: Run, address: bigint, size: number): bigint | null {
  try {
    return run.machine.memory.read(address, size);
  } catch {
    return null;
  }
}
