/** Public face: checks one file against the kernels and rules that the settings name. */
export { checkFile } from "./check-file.ts";
export { findRule, rules } from "./rules/registry.ts";
export type * from "./types.ts";
