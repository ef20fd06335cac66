/** What type a value of unknown type is used as, by the expression around it. Reads expressions only. */
import type { CType, Expression, FunctionIr, Place, VariableId } from "@pinscope/grammars/ir";

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

/** Whether a function asks IS_ERR() of a variable, or of one that it is copied to. */
export function testsForErrors(ir: FunctionIr, id: VariableId | null): boolean {
  if (id === null) return false;
  const same = new Set([id]);
  for (const block of ir.blocks)
    for (const operation of block.operations)
      if (
        operation.kind === "assign" &&
        operation.target.kind === "variable" &&
        loadsVariable(operation.value, id)
      )
        same.add(operation.target.id);
  const asks = (expression: Expression): boolean => {
    if (expression.kind === "unary" || expression.kind === "cast") return asks(expression.operand);
    if (expression.kind !== "binary") return false;
    const { left, right } = expression;
    const bound = right.kind === "constant" && BigInt.asUintN(64, right.value) === LOWEST_ERROR;
    if (bound) return [...same].some((one) => loadsVariable(left, one) !== null);
    return asks(left) || asks(right);
  };
  return ir.blocks.some(
    ({ operations, terminator }) =>
      (terminator.kind === "branch" && asks(terminator.condition)) ||
      operations.some((operation) => operation.kind === "assign" && asks(operation.value)),
  );
}
