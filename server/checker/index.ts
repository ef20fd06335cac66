/** Public face: checks one file against the kernels and rules that the settings name. */

export { STANDING_TEXT } from "@pinscope/simulator/interpreter";
export { checkFile } from "./check-file.ts";
export { addWalks } from "./figures.ts";
export { applyEdits, holdsUp, proposeFixes } from "./fixes/index.ts";
export type { Fix, FixEdit } from "./fixes/types.ts";
export { expressionAt, type Held } from "./held.ts";
export { countingRules, findRule, rules } from "./rules/registry.ts";
export { openSession } from "./session/session.ts";
export type * from "./session/types.ts";
export { signaturesAt } from "./signatures.ts";
export { argumentRanges } from "./source-text.ts";
export type * from "./types.ts";
export { withBuffersOf } from "./witness/replay.ts";
export { witnessText } from "./witness/witness.ts";
export type { FindingPath } from "./wording.ts";
