/** The scenarios that come with Pinscope hold under the kernel that they name, and show what kernels differ in. */
import { describe, expect, it } from "vitest";
import {
  compareKernels,
  formatParting,
  profileOf,
  readTrace,
  recordedSchema,
  replayScenario,
  shippedTraces,
  type Trace,
} from "./index.ts";

function traceOf(name: string): Trace {
  const read = readTrace(shippedTraces.find((one) => one.name === name)?.text ?? "");
  if (read.kind === "problems") throw new Error(read.messages.join("\n"));
  return read.trace;
}

function profile(trace: Trace, era: string | null): Parameters<typeof compareKernels>[1] {
  const chosen = profileOf(trace, era);
  if (chosen.kind === "problem") throw new Error(chosen.message);
  return chosen.profile;
}

it.each(shippedTraces.map((one) => one.name))("%s holds", (name) => {
  const trace = traceOf(name);
  const runs = trace.scenarios.map((one) =>
    replayScenario(one, { profile: profile(trace, null), compare: true, recorded: recordedSchema(trace) }),
  );
  expect(runs.flatMap((run) => run.difference ?? [])).toEqual([]);
  expect(runs.map((run) => run.agreed)).toEqual(runs.map((run) => run.total));
});

describe("two kernels", () => {
  function part(name: string, scenario: string, left: string, right: string): string {
    const trace = traceOf(name);
    const one = trace.scenarios.find((each) => each.scenario === scenario);
    if (one === undefined) throw new Error(`no scenario ${scenario}`);
    const parting = compareKernels(one, profile(trace, left), profile(trace, right), null);
    return formatParting(parting, left, right);
  }

  it("before 5.11 a fork shares a pinned page, and the device's data is lost to the parent", () => {
    const text = part("fork-while-held", "pin_parent_writes", "v5.7", "6.12.y");
    expect(text).toContain("they part at step 3, fork()");
    expect(text).toContain("A.refcount: 1026 in v5.7, 1025 in 6.12.y");
    expect(text).toMatch(/later, step 6, read \*\(A\)\n {6}ret: 2 in v5\.7, 99 in 6\.12\.y/);
  });

  it("the zero page's count wraps only where it is not exempt", () => {
    const text = part("zero-page-overflow", "zero_page_overflow", "v6.3", "v6.5");
    expect(text).toContain("pin_acquired: 2097088 in v6.3, 0 in v6.5");
    expect(text).toMatch(/later, step 4, .*\n {6}ret: -12 in v6\.3, 1 in v6\.5/);
  });

  it("two alike say so", () => {
    expect(part("write-after-writeback", "lost_write", "v6.8", "6.12.y")).toContain(
      "v6.8 and 6.12.y do the same",
    );
  });
});
