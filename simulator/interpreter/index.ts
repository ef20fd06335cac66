/** Public face: functions run on the kernel model. */
export { takesPages } from "./calls.ts";
export type { ChosenPreset } from "./choices.ts";
export { type Exploration, type Explored, explore } from "./explore.ts";
export { profileOf } from "./profile.ts";
export {
  BUFFER_KINDS,
  DEFAULT_SCENARIO,
  ITER_KINDS,
  readScenario,
  SCENARIO_KEYS,
  type Scenario,
} from "./scenario.ts";
export {
  type SimulationInput,
  STANDING_TEXT,
  simulate,
  simulateOnce,
  UnknownFunctionError,
} from "./simulate.ts";
export type * from "./types.ts";
