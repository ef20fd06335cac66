/** Every recording in test-fixtures/oracle, replayed on the model: no difference, and nothing left out but what is said. */
import { readdirSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import {
  formatComparison,
  profileOf,
  readTrace,
  recordedSchema,
  replayScenario,
  type ScenarioRun,
  type Trace,
} from "./index.ts";

const folder = new URL("../../test-fixtures/oracle/", import.meta.url);
const files = ["traces", "random"].flatMap((name) =>
  readdirSync(new URL(name, folder)).map((file) => `${name}/${file}`),
);

function load(file: string): Trace {
  const bytes = readFileSync(new URL(file, folder));
  const read = readTrace((file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8"));
  if (read.kind === "problems") throw new Error(read.messages.join("\n"));
  return read.trace;
}

function replay(trace: Trace): ScenarioRun[] {
  const chosen = profileOf(trace, null);
  if (chosen.kind === "problem") throw new Error(chosen.message);
  return trace.scenarios.map((scenario) =>
    replayScenario(scenario, { profile: chosen.profile, compare: true, recorded: recordedSchema(trace) }),
  );
}

/**
 * In `thp` on User Mode Linux the pages of H are single frames, and the range hits whichever frames lie behind the first
 * (the page of H among them, on 6.1), which the trace does not tell.
 */
const dependsOnFrames = "unpin_user_page_range_dirty_lock(dirty=1)(slot1[0..2])";

/** What the model does not do: swap, and what compaction does to a page that nobody holds. */
const notModelled = ["swapon()", "compact_memory()"];

describe("recordings of real kernels", () => {
  it("are there", () => {
    expect(files.length).toBeGreaterThanOrEqual(13);
  });

  it.each(files)("%s", (file) => {
    const runs = replay(load(file));
    const differing = runs.filter((run) => run.difference !== null).map(formatComparison);
    expect(differing).toEqual([]);
    const stopped = runs.flatMap((run) => (run.stop === null ? [] : [run.stop.call]));
    const unexplained = stopped.filter((call) => !notModelled.includes(call));
    expect(unexplained).toEqual(file.includes("debugvm") ? [dependsOnFrames] : []);
    for (const run of runs) if (run.stop === null) expect(run.agreed).toBe(run.total);
    const compared = runs.reduce((sum, run) => sum + run.agreed, 0);
    const total = runs.reduce((sum, run) => sum + run.total, 0);
    console.log(`${file}: ${compared} of ${total} steps compared in ${runs.length} scenarios`);
    expect(compared).toBeGreaterThan(runs.length);
  });
});
