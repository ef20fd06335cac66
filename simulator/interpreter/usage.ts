/** What type a value of unknown type is used as, by the expression around it. Reads expressions only. */
import {
  type CType,
  type Expression,
  type FunctionIr,
  type Place,
  type VariableId,
  visitOperations,
} from "@pinscope/grammars/ir";

const POINTER: CType = { kind: "pointer", to: { kind: "unknown" } };

/** The type that the load of `source` is used as; null where nothing tells. `target` is what the value is put in. */
export function usedAs(
  expressions: readonly Expression[],
  source: Place,
  target: CType | null,
): CType | null {
  let found: CType | null = null;
  const known = (type: CType | null): void => {
    if (type !== null && type.kind !== "unknown") found ??= type;
  };
  const place = (one: Place): void => {
    if (one.kind === "deref") visit(one.pointer, POINTER);
    else if (one.kind === "field") place(one.base);
    else if (one.kind === "element") {
      place(one.base);
      visit(one.index, null);
    }
  };
  const visit = (one: Expression, wanted: CType | null): void => {
    switch (one.kind) {
      case "load":
        if (one.place === source) known(wanted);
        place(one.place);
        break;
      case "address":
        place(one.place);
        break;
      case "cast":
        visit(one.operand, one.type.kind === "unknown" ? wanted : one.type);
        break;
      case "unary":
        visit(one.operand, null);
        break;
      case "binary":
        visit(one.left, typeOf(one.right));
        visit(one.right, typeOf(one.left));
        break;
      default:
        break;
    }
  };
  expressions.forEach((expression, index) => {
    visit(expression, index === 0 ? target : null);
  });
  return found;
}

function typeOf(expression: Expression): CType | null {
  return expression.type.kind === "unknown" ? null : expression.type;
}

/** Whether a function looks behind an address that a global, or a sum with it, gives. */
export function leadsThrough(ir: FunctionIr, global: string): boolean {
  let found = false;
  visitOperations(ir, {
    place: (one) => {
      found ||= one.kind === "deref" && adds(one.pointer, global);
    },
  });
  return found;
}

function adds(pointer: Expression, global: string): boolean {
  if (pointer.kind === "cast") return adds(pointer.operand, global);
  if (pointer.kind === "binary" && pointer.operator === "+")
    return adds(pointer.left, global) || adds(pointer.right, global);
  return pointer.kind === "load" && pointer.place.kind === "global" && pointer.place.name === global;
}

/** The type of the first place of known type that a variable's value is put in. */
export function typeOfVariableUses(ir: FunctionIr, id: VariableId): CType | null {
  for (const block of ir.blocks)
    for (const operation of block.operations) {
      if (operation.kind !== "assign") continue;
      const { value } = operation;
      const type = loadsVariable(value, id);
      if (type === null) continue;
      if (type.kind !== "unknown") return type;
      if (operation.target.type.kind !== "unknown") return operation.target.type;
    }
  return null;
}

/** The type as which an expression passes a variable on; null where it is no plain copy of it. */
function loadsVariable(expression: Expression, id: VariableId): CType | null {
  if (expression.kind === "cast") {
    const inner = loadsVariable(expression.operand, id);
    return inner === null ? null : expression.type;
  }
  const loads =
    expression.kind === "load" && expression.place.kind === "variable" && expression.place.id === id;
  return loads ? expression.type : null;
}

/** The lowest error pointer, as IS_ERR() is lowered. */
const LOWEST_ERROR = (1n << 64n) - 4095n;

/** Whether a function asks IS_ERR() of a variable, or of what it is copied to. */
export function testsForErrors(ir: FunctionIr, id: VariableId | null): boolean {
  return asksOf(ir, id, (one, isSame) => {
    if (one.kind !== "binary" || one.right.kind !== "constant") return false;
    return BigInt.asUintN(64, one.right.value) === LOWEST_ERROR && isSame(one.left);
  });
}

/** Whether a function asks of a variable, or of what it is copied to, whether it is NULL: `!x`, `x == NULL`. */
export function testsForNull(ir: FunctionIr, id: VariableId | null): boolean {
  return asksOf(ir, id, (one, isSame) => {
    if (one.kind === "unary") return one.operator === "!" && isSame(one.operand);
    if (one.kind !== "binary" || one.operator !== "==" || one.right.kind !== "constant") return false;
    return one.right.value === 0n && isSame(one.left);
  });
}

function asksOf(
  ir: FunctionIr,
  id: VariableId | null,
  test: (one: Expression, isSame: (operand: Expression) => boolean) => boolean,
): boolean {
  if (id === null) return false;
  const same = new Set([id]);
  const fields = new Set<string>();
  const isSame = (one: Expression): boolean => {
    if (one.kind === "cast") return isSame(one.operand);
    if (one.kind !== "load") return false;
    if (one.place.kind === "variable") return same.has(one.place.id);
    return one.place.kind === "field" && fields.has(one.place.field);
  };
  for (const { operations } of ir.blocks)
    for (const operation of operations)
      if (operation.kind === "assign" && isSame(operation.value)) {
        if (operation.target.kind === "variable") same.add(operation.target.id);
        else if (operation.target.kind === "field") fields.add(operation.target.field);
      }
  const asks = (one: Expression): boolean => {
    if (test(one, isSame)) return true;
    if (one.kind === "unary" || one.kind === "cast") return asks(one.operand);
    return one.kind === "binary" && (asks(one.left) || asks(one.right));
  };
  return ir.blocks.some(
    ({ operations, terminator }) =>
      (terminator.kind === "branch" && asks(terminator.condition)) ||
      operations.some((operation) => operation.kind === "assign" && asks(operation.value)),
  );
}

/**
 * Whether it matters to a function that a call fails: it tests the result, or hands it back. A
 * pointer that is used as if it always pointed somewhere comes from a call that cannot fail.
 */
export function heedsResult(ir: FunctionIr, id: VariableId | null, isPointer: boolean): boolean {
  if (id === null) return false;
  const known = heeded.get(ir) ?? new Map<VariableId, boolean>();
  heeded.set(ir, known);
  let answer = known.get(id);
  if (answer === undefined) {
    answer = readsResult(ir, id, isPointer);
    known.set(id, answer);
  }
  return answer;
}

const heeded = new WeakMap<FunctionIr, Map<VariableId, boolean>>();

function readsResult(ir: FunctionIr, id: VariableId, isPointer: boolean): boolean {
  const same = new Set([id]);
  // What lies behind the pointer says nothing of the pointer.
  const reads = (one: Expression): boolean => {
    if (one.kind === "load") return placeReads(one.place);
    if (one.kind === "address") return !isPointer && placeReads(one.place);
    if (one.kind === "unary" || one.kind === "cast") return reads(one.operand);
    return one.kind === "binary" && (reads(one.left) || reads(one.right));
  };
  // Fields that it was put in: the code may ask there.
  const fields = new Set<string>();
  const placeReads = (place: Place): boolean => {
    if (place.kind === "variable") return same.has(place.id);
    if (place.kind === "field" && fields.has(place.field)) return true;
    if (place.kind === "deref") return !isPointer && reads(place.pointer);
    if (place.kind === "field") return placeReads(place.base);
    return place.kind === "element" && (placeReads(place.base) || (!isPointer && reads(place.index)));
  };
  // container_of() of a pointer is no NULL any more: who hands that back does not tell of a failure.
  const handsBack = (value: Expression): boolean => {
    if (isPointer && value.kind === "cast") return handsBack(value.operand);
    return isPointer && value.kind === "binary" ? false : reads(value);
  };
  for (let before = 0; before !== same.size + fields.size; ) {
    before = same.size + fields.size;
    for (const { operations } of ir.blocks)
      for (const operation of operations)
        if (operation.kind === "assign" && reads(operation.value)) {
          if (operation.target.kind === "variable") same.add(operation.target.id);
          else if (operation.target.kind === "field" && isPointer) fields.add(operation.target.field);
          else return true;
        }
  }
  return ir.blocks.some(({ operations, terminator }) => {
    if (terminator.kind === "branch" && reads(terminator.condition)) return true;
    if (terminator.kind === "switch" && reads(terminator.value)) return true;
    if (terminator.kind === "return" && terminator.value !== null && handsBack(terminator.value)) return true;
    return operations.some(
      (operation) => operation.kind === "call" && !isPointer && operation.arguments.some(reads),
    );
  });
}
