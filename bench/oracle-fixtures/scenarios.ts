/** Scenarios as texts, and with every value in them that a simulation chose. */
import {
  DEFAULT_SCENARIO,
  readScenario,
  type Scenario,
  type Simulation,
} from "@pinscope/simulator/interpreter";

export function readTexts(texts: readonly string[]): Scenario {
  if (texts.length === 0) return DEFAULT_SCENARIO;
  const read = readScenario(texts);
  if (read.kind === "problem") throw new Error(read.message);
  return read.scenario;
}

/** The scenario's texts and one `set` for each value; a text where a value cannot be said. */
export function completeScenario(
  texts: readonly string[],
  { initial }: Simulation,
): readonly string[] | string {
  if (initial === null) return "has no initial state";
  const { set } = readTexts(texts);
  const sets: string[] = [];
  for (const { what, nth, choice } of initial.values) {
    if (set.some((one) => one.what === what)) continue;
    const { preset } = choice;
    // What the scenario fails is said there.
    if (choice.reason === "scenario") continue;
    if (preset.kind === "same") return `${what} is to be the same as another value`;
    const value =
      preset.kind === "number"
        ? String(BigInt.asIntN(64, preset.value))
        : preset.kind === "null"
          ? "NULL"
          : preset.kind === "error"
            ? `ERR_PTR(${preset.errno})`
            : "a valid pointer";
    sets.push(`set=${what}#${nth}=${value}`);
  }
  return [...texts, ...sets];
}
