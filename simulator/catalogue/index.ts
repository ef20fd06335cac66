export { bindCall, outcomesAt, triggerNames } from "./bind.ts";
export { catalogue, findEntry } from "./entries.ts";
export type * from "./types.ts";
export { compareVersions, inEra, newestVersion, oldestModeled } from "./version.ts";
