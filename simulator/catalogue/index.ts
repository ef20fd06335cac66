export { bindCall, outcomesAt } from "./bind.ts";
export { borrowPrefixes } from "./borrows.ts";
export { catalogue, findEntry } from "./entries.ts";
export type { CallFacts } from "./evaluate.ts";
export { evaluateCondition, evaluateInteger } from "./evaluate.ts";
export { acquirersOf, serves } from "./families.ts";
export type { FlagRejection } from "./flags.ts";
export {
  follFlags,
  forceIsIdiom,
  internalFlags,
  invalidFlagCombinations,
  isRejected,
  namesOfFlags,
  rejectionsOf,
} from "./flags.ts";
export { bytesLeftNames } from "./iov-iter.ts";
export { plainAllocationFlags } from "./memory.ts";
export { triggerLiterals, triggerNames, triggerWords } from "./triggers.ts";
export type * from "./types.ts";
export { compareVersions, inEra, newestVersion, oldestModeled } from "./version.ts";
