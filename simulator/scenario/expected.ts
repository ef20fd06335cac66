/**
 * What a recorded step says should be seen: the states in force at that step, with the ones that a `delta` scenario
 * does not repeat. Knows no kernel model.
 */
import type { Scenario, Step, WatchState, Who } from "./types.ts";

export interface Expectation {
  readonly step: Step;
  readonly who: Who;
  /** Watch → state, in force after this step. */
  readonly pages: ReadonlyMap<string, WatchState>;
}

/** Watches that show the same thing to both processes. */
function isCommon(watch: string): boolean {
  return watch.startsWith("slot") || watch === "bio" || watch === "disk";
}

/** The steps of a scenario, each with all states in force. */
export function* expectations(scenario: Scenario): Generator<Expectation> {
  const common = new Map<string, WatchState>();
  const ofProcess = { parent: new Map<string, WatchState>(), child: new Map<string, WatchState>() };
  for (const step of scenario.steps) {
    const who = step.who ?? "parent";
    const reported = Object.entries(step.pages ?? {});
    if (scenario.delta !== true) {
      yield { step, who, pages: new Map(reported) };
      continue;
    }
    // A child starts with nothing reported: its first step has everything.
    if (step.call === "fork()") ofProcess.child.clear();
    for (const [watch, state] of reported) (isCommon(watch) ? common : ofProcess[who]).set(watch, state);
    yield { step, who, pages: new Map([...ofProcess[who], ...common]) };
  }
}
