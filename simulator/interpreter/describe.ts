/** Texts of operations for traces. */
import {
  type Expression,
  expressionText,
  type FunctionIr,
  type Operation,
  operationText,
} from "@pinscope/grammars/ir";

export function describeOperation(ir: FunctionIr, operation: Operation): string {
  return operationText(ir, operation);
}

export function describeReturn(ir: FunctionIr, value: Expression | null): string {
  return value === null ? "return" : `return ${expressionText(ir, value)}`;
}
