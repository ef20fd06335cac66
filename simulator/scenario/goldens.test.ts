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
/** `npm run oracle:compare` compares those in `further`, too, and every random sequence; here one of four is. */
const isFurther = process.env["ORACLE_FURTHER"] === "1";
const folders = ["traces", "random", ...(isFurther ? ["further"] : [])];
const sampled = 4;
const files = folders.flatMap((name) => readdirSync(new URL(name, folder)).map((file) => `${name}/${file}`));

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
    replayScenario(scenario, {
      profile: chosen.profile,
      compare: true,
      recorded: recordedSchema(trace),
      zones: true,
    }),
  );
}

/** What the model does not do: what compaction does to a page that nobody holds differs from boot to boot. */
const notModelled = ["compact_memory()"];

describe("recordings of real kernels", () => {
  it("are there", () => {
    expect(files.length).toBeGreaterThanOrEqual(13);
  });

  it.each(files)("%s", (file) => {
    const trace = load(file);
    const all = isFurther || !file.startsWith("random/");
    const scenarios = trace.scenarios.filter((_, index) => all || index % sampled === 0);
    const runs = replay({ ...trace, scenarios });
    const differing = runs.filter((run) => run.difference !== null).map(formatComparison);
    expect(differing).toEqual([]);
    const stopped = runs.flatMap((run) => (run.stop === null ? [] : [run.stop.call]));
    expect(stopped).toEqual(file.includes("holds") ? notModelled : []);
    for (const run of runs) if (run.stop === null) expect(run.agreed).toBe(run.total);
    const compared = runs.reduce((sum, run) => sum + run.agreed, 0);
    const total = runs.reduce((sum, run) => sum + run.total, 0);
    console.log(`${file}: ${compared} of ${total} steps compared in ${runs.length} scenarios`);
    expect(compared).toBeGreaterThan(runs.length);
  });
});
