export * from "./arithmetic.ts";
export { isExpressionMacro } from "./builtins.ts";
export { dumpCfgDot, dumpCfgText, expressionText, operationText, placeText } from "./dump.ts";
export {
  EVALUATION_STEP_BUDGET,
  type EvaluationSettings,
  evaluateFunction,
  runMachine,
} from "./evaluate/evaluate.ts";
export { type Context, evaluateScalar, type IndeterminateRead, type Value } from "./evaluate/expressions.ts";
export type { CallAnswer, CallEvent, EvaluationHost, Frame, Machine, Outcome } from "./evaluate/host.ts";
export { createLayouts, type Layouts, type RecordLookup, type RecordShape } from "./evaluate/layout.ts";
export {
  addressIn,
  createMachine,
  enterFunction,
  evaluateIn,
  loadScalarAt,
  type MachineSettings,
  step,
} from "./evaluate/machine.ts";
export type { Aggregate, Memory, MemoryObject, ObjectKind, ObjectRequest } from "./evaluate/memory.ts";
export { Stuck, type StuckCause } from "./evaluate/stuck.ts";
export { type FunctionOutline, listFunctions, lowerFunction } from "./functions.ts";
export { lineCounter } from "./line-counter.ts";
export { ownText } from "./own-text.ts";
export type { EarlierText } from "./skeleton.ts";
export { type Visitor, visitExpression, visitOperations, visitPlace } from "./traversal.ts";
export type * from "./types.ts";
export { closeUnit, openUnit, type TranslationUnit, type UnitInput } from "./unit.ts";
