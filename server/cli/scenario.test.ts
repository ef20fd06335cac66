/** `pinscope scenario` in process, on files of its own. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runInProcess } from "./command-fixture.ts";

let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "pinscope-scenario-"));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function pinscope(...args: readonly string[]) {
  const { status: code, ...printed } = await runInProcess(args);
  return { code, ...printed };
}

function put(name: string, steps: readonly object[]): string {
  const path = join(folder, name);
  const text = JSON.stringify({ schema_version: 2, scenarios: [{ scenario: "mine", steps }] });
  writeFileSync(path, name.endsWith(".gz") ? gzipSync(text) : text);
  return path;
}

const pinned = [
  { call: "mmap(A, 1 page, PRIVATE|ANON)" },
  { call: "write *(A) = 1" },
  { call: "pin_user_pages_fast(A, 1, FOLL_WRITE) -> slot0", pages: { A: { refcount: 1025 } } },
];

describe("pinscope scenario", () => {
  it("prints every step with what it changed", async () => {
    const { code, stdout } = await pinscope("scenario", put("a.json", pinned), "--era", "6.12.117");
    expect(code).toBe(0);
    expect(stdout).toContain("a.json: simulated as 6.12.y (recorded)");
    expect(stdout).toContain(
      "  2 parent pin_user_pages_fast(A, 1, FOLL_WRITE) -> slot0 = 1  [pins +1 -0]\n" +
        "        A      pte writable dirty; F1 refcount 1025 mapcount 1 anon anon_exclusive maybe_dma_pinned\n",
    );
    expect(stdout).toContain("not modelled: races of fast GUP");
  });

  it("runs under an era of the configuration, and says what is wrong with one", async () => {
    const file = put("own.json", [
      { call: "mmap(A, 1 page, PRIVATE|ANON)" },
      { call: "pin_user_pages_fast(A, 1, 0) -> slot0", pages: { A: { refcount: 1025 } } },
    ]);
    const config = join(folder, "eras.json");
    writeFileSync(config, '{"eras": {"ours": {"from": "6.1.192", "switches": {"zeroPageExempt": false}}}}');
    const run = (era: string) => pinscope("scenario", file, "--config", config, "--compare", "--era", era);
    expect((await run("ours")).code).toBe(0);
    expect((await run("6.1.192")).code).toBe(1);
    writeFileSync(config, '{"eras": {"ours": {"from": "6.1.192", "switches": {"zeroPage": false}}}}');
    const { code, stderr } = await run("ours");
    expect(code).toBe(2);
    expect(stderr).toContain('configuration, key "eras": era ours: no switch "zeroPage"; there are');
  });

  it("compares, and ends with 1 at the first difference", async () => {
    expect((await pinscope("scenario", put("b.json.gz", pinned), "--compare")).code).toBe(0);
    const wrong = [
      ...pinned.slice(0, 2),
      { ...pinned[2], pages: { A: { refcount: 2 } } },
      { call: "fork()" },
    ];
    const { code, stdout } = await pinscope("scenario", put("c.json", wrong), "--compare");
    expect(code).toBe(1);
    expect(stdout).toContain("DIFF  mine                     2/4 steps");
    expect(stdout).toContain("A.refcount: expected 2, the model has 1025");
    expect(stdout).toContain("3 steps compared: 2 agree, 1 differ; 1 steps left out behind those");
  });

  it("writes the trace format", async () => {
    const { stdout } = await pinscope("scenario", put("d.json", pinned), "--format", "json");
    const { scenarios } = JSON.parse(stdout) as { scenarios: { steps: { call: string; pages: object }[] }[] };
    expect(scenarios[0]?.steps[2]).toMatchObject({
      n: 2,
      who: "parent",
      ret: 1,
      pin_acquired: 1,
      pages: { A: { frame: "F1", refcount: 1025, pincount: null, maybe_dma_pinned: true } },
    });
  });

  it("what it printed as JSON it can compare again", async () => {
    const { stdout } = await pinscope("scenario", put("e.json", pinned), "--format", "json");
    const again = join(folder, "again.json");
    writeFileSync(again, stdout);
    expect((await pinscope("scenario", again, "--compare")).code).toBe(0);
  });

  it("tells where two kernels part", async () => {
    const { code, stdout } = await pinscope(
      "scenario",
      "fork-while-held",
      "--era",
      "5.7",
      "--against",
      "6.12",
    );
    expect(code).toBe(1);
    expect(stdout).toContain("they part at step 3, fork()");
  });

  it.each([
    [[], 2, "no file given"],
    [["nowhere.json"], 3, "nowhere.json: cannot be read: there is no such file"],
    [["zero-page-overflow", "--era", "4.0"], 2, "kernel 4.0 is older than the first era"],
    [["zero-page-overflow", "--era", "spring"], 2, 'no era "spring"'],
    [["zero-page-overflow", "--compare", "--against", "v6.5"], 2, "give one of the two"],
  ])("%j is refused", async (args, code, message) => {
    const result = await pinscope("scenario", ...args);
    expect(result.stderr).toContain(message);
    expect(result.code).toBe(code);
  });

  it("a bad step is named with its call and what was expected", async () => {
    const unknown = put("f.json", [{ call: "fork()" }, { call: "unpin_page(slot0)" }]);
    expect((await pinscope("scenario", unknown)).stderr).toContain(
      "scenario mine, step 1, unpin_page(slot0): no such call; the calls are pin_user_pages_fast,",
    );
    const missing = put("g.json", [{ call: "read *(B)" }]);
    expect((await pinscope("scenario", missing)).stderr).toContain(
      'scenario mine, step 0, read *(B): no region "B"; the regions so far: none',
    );
    const childless = put("h.json", [{ call: "(observe)", who: "child" }]);
    expect((await pinscope("scenario", childless)).stderr).toContain(
      "expected a fork() before a step of the child",
    );
  });
});
