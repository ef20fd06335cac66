export { type BranchChoice, branchChooser } from "./branches.ts";
export { type ConditionResult, evaluateCondition, type SymbolState } from "./condition.ts";
export { type PassWindow, passText, rescannedWindow, type SourceEdit, updatePass } from "./pass.ts";
export { defaultTables, mergeTables } from "./tables.ts";
export type * from "./types.ts";
