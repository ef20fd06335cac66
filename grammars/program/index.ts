/** Public face: what a translation unit declares, macro expansion, types from text. */
import { type Expansion, expandUse } from "./expand.ts";
import type { MacroDefinition, Program } from "./types.ts";

export { plainBodies } from "./blocks.ts";
export { type CollectOptions, collectProgram, maximumFiles, missingIncludes } from "./collect.ts";
export { integerLiteral } from "./constants.ts";
export { type Expansion, maximumExpansionDepth, maximumExpansionLength, splitArguments } from "./expand.ts";
export { type Facts, factChecker, recordFacts } from "./facts.ts";
export { type LiveProgram, openProgram, type ProgramEdit, updateProgram } from "./live.ts";
export type { Region } from "./scan.ts";
export type * from "./types.ts";
export { parseSignature, parseType } from "./types-text.ts";

/**
 * What a macro's use stands for, project macros inside it expanded too (the text is to be expanded no further).
 * `argumentsText` holds the call's arguments, or null where no parentheses follow the name.
 * A use that does not fit the definition, nests too deep or grows too long is a problem, told in one sentence.
 */
export function expandMacro(
  definition: MacroDefinition,
  argumentsText: readonly string[] | null,
  program: Program,
): Expansion {
  return expandUse(definition, argumentsText, (name) => program.macro(name));
}
