/** The public face of scenarios: reading trace files, running them on the kernel model, comparing, reporting. */
export { compareKernels, type Parting } from "./against.ts";
export type { Difference } from "./compare.ts";
export { partingsToJson, type TraceRun, toJson } from "./json.ts";
export { type ReadTrace, readTrace } from "./read.ts";
export { type ChosenProfile, profileOf, proposalNotes, releaseNames } from "./recorded.ts";
export {
  type FirstDifference,
  type ReplayOptions,
  recordedSchema,
  replayScenario,
  type ScenarioRun,
  type Stop,
} from "./replay.ts";
export {
  formatComparison,
  formatHead,
  formatParting,
  formatRun,
  formatSummary,
  standingText,
} from "./report.ts";
export { ScenarioError } from "./session.ts";
export { type ShippedTrace, shippedTraces } from "./shipped.ts";
export type * from "./types.ts";
