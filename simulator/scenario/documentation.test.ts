/** The example of docs/scenarios.md does what the page says. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { profileOf, readTrace, replayScenario } from "./index.ts";

it("the example of the documentation holds, and not before forks copied pinned pages", () => {
  const page = readFileSync(new URL("../../docs/scenarios.md", import.meta.url), "utf8");
  const example = /```json\n([\s\S]*?)```/.exec(page)?.[1] ?? "";
  const read = readTrace(example);
  if (read.kind === "problems") throw new Error(read.messages.join("\n"));
  const outcome = (era: string): readonly [number, number] => {
    const chosen = profileOf(read.trace, era);
    if (chosen.kind === "problem") throw new Error(chosen.message);
    const [scenario] = read.trace.scenarios;
    if (scenario === undefined) throw new Error("the example has no scenario");
    const run = replayScenario(scenario, { profile: chosen.profile, compare: true, recorded: null });
    return [run.agreed, run.total];
  };
  expect(outcome("6.12.y")).toEqual([10, 10]);
  expect(outcome("v5.7")).toEqual([6, 10]);
});
