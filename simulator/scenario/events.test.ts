/** What the recorded kernels printed (`kmsg`, which the trace format does not ask to compare) against the model's events. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { profileOf, readTrace, recordedSchema, replayScenario, type Trace } from "./index.ts";

const folder = new URL("../../test-fixtures/oracle/traces/", import.meta.url);

function load(name: string): Trace {
  const read = readTrace(readFileSync(new URL(`${name}.json`, folder), "utf8"));
  if (read.kind === "problems") throw new Error(read.messages.join("\n"));
  return read.trace;
}

const badPage = (lines: readonly string[] | undefined): boolean =>
  lines?.some((line) => line.includes("Bad page state")) === true;
const warning = (lines: readonly string[] | undefined): boolean =>
  lines?.some((line) => line.startsWith("WARNING:")) === true;

/**
 * Each step that a recorded kernel said something at, and what the model said. WARN_ON_ONCE prints once a boot, at places
 * that depend on what the compiler put where; so a warning must be the model's, too, but not the other way round.
 */
function compared(name: string): { readonly said: number; readonly differing: readonly string[] } {
  const trace = load(name);
  const chosen = profileOf(trace, null);
  if (chosen.kind === "problem") throw new Error(chosen.message);
  let said = 0;
  const differing: string[] = [];
  for (const scenario of trace.scenarios) {
    // Two million steps of one call, which say nothing.
    if (scenario.scenario === "overflow") continue;
    const options = { profile: chosen.profile, compare: false, recorded: recordedSchema(trace) };
    const run = replayScenario(scenario, options);
    scenario.steps.forEach(({ kmsg, call }, index) => {
      const own = run.steps[index]?.kmsg ?? [];
      if (badPage(kmsg) || warning(kmsg)) said += 1;
      const missing = warning(kmsg) && !own.some((line) => !line.includes("Bad page state"));
      if (missing || badPage(kmsg) !== badPage(own))
        differing.push(`${scenario.scenario}, step ${index}, ${call}: ${own.join("; ")}`);
    });
  }
  return { said, differing };
}

describe("what the kernel prints", () => {
  it.each([
    ["scenarios-6.1.192", 6],
    ["scenarios-6.12.117", 8],
    ["uml-6.1.192-debugvm", 6],
    ["uml-6.12.117-debugvm", 6],
    ["uml-6.1.192-no-zero-exemption", 1],
  ])("%s: bad pages are the same, warnings are there", (name, said) => {
    expect(compared(name)).toEqual({ said, differing: [] });
  });
});
