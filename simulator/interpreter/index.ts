/** Public face: functions run on the kernel model. */
export { takesPages } from "./calls.ts";
export type { ChosenPreset } from "./choices.ts";
export { type Exploration, type Explored, explore } from "./explore.ts";
export { codePlaces, type Goal, linesGoal } from "./goal.ts";
export type {
  InitialState,
  InitialValue,
  MappedPage,
  Origin,
} from "./initial-state.ts";
export type { Named } from "./named-pages.ts";
export { type NumbersAt, numbersAt } from "./numbers-at.ts";
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
  type Simulated,
  type SimulationInput,
  STANDING_TEXT,
  simulate,
  simulateInSteps,
  simulateOnce,
  UnknownFunctionError,
} from "./simulate.ts";
export { isWorthWatching, type StateAt, stateAt, type Watch } from "./state-at.ts";
export type * from "./types.ts";
