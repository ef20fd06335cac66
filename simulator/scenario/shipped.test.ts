/** The scenarios that come with Pinscope hold under the kernel that they name, and show what kernels differ in. */
import { describe, expect, it } from "vitest";
import {
  compareKernels,
  formatParting,
  profileOf,
  proposalNotes,
  readTrace,
  recordedSchema,
  releaseNames,
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

/** Thousands of requests, or millions of pins. */
const large = new Set(["zero-page-direct-io", "zero-page-overflow"]);

it.each([...releaseNames, ...proposalNotes.map(([name]) => name)])("all of them run under %s", (era) => {
  for (const { name } of shippedTraces.filter((one) => !large.has(one.name))) {
    const trace = traceOf(name);
    for (const one of trace.scenarios) {
      const run = replayScenario(one, { profile: profile(trace, era), compare: false, recorded: null });
      // What stops a run is a function that the kernel does not have, never a defect.
      expect(run.stop?.reason ?? "does not exist", `${name}, ${one.scenario}`).toMatch(/does not exist/);
    }
  }
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

  it("joined parts of a page leak a pin in requests of 6.5", () => {
    const text = part("request-same-page", "joined_in_a_request", "v6.5", "6.12.y");
    expect(text).toMatch(
      /in the end, step 3\n {6}pin_released: 1 in v6\.5, 2 in 6\.12\.y\n {6}A\.refcount: 1025/,
    );
  });

  it("the two proposals of April 2019 part where a bio gets a page that is only referenced", () => {
    const text = part("bio-rules-2019", "mixed_bio", "bio-gup-flag-2019", "bio-gup-pins-2019");
    expect(text).toContain("A+1p.refcount: 1 in bio-gup-flag-2019, -1022 in bio-gup-pins-2019");
    expect(text).toContain("a bio's reference that is not a gup pin");
  });

  it("a truth value for flags writes into the file once the flags are renumbered", () => {
    const text = part("renumbered-flags", "true_for_write", "v6.1", "extraction-series-v8");
    expect(text).toMatch(/later, step 6, read \*\(G\)\n {6}ret: 7 in v6\.1, 99 in extraction-series-v8/);
  });

  it("the patches of the series part where a caller is converted", () => {
    const eighth = part(
      "extraction-series",
      "bio_and_request",
      "extraction-series-v8-patch-7",
      "extraction-series-v8-patch-8",
    );
    expect(eighth).toContain("they part at step 2, bio_iov_iter_get_pages");
    const ninth = part(
      "extraction-series",
      "bio_and_request",
      "extraction-series-v8-patch-8",
      "extraction-series-v8-patch-9",
    );
    expect(ninth).toContain("they part at step 4, blk_rq_map_user_iov");
    const tenth = part(
      "extraction-series",
      "file_system",
      "extraction-series-v8-patch-9",
      "extraction-series-v8",
    );
    expect(tenth).toContain("do the same");
  });

  it("two alike say so", () => {
    expect(part("write-after-writeback", "lost_write", "v6.8", "6.12.y")).toContain(
      "v6.8 and 6.12.y do the same",
    );
  });
});
