import { expect, test } from "vitest";
import { loadParser } from "../../test-fixtures/harness/parser.ts";
import { readFile } from "./model.ts";
import { downward, isSilent, neighborhood, newFindings, reasonOf, reduced } from "./outcome.ts";
import type { Checked, SlimFinding } from "./pool.ts";
import { createPool } from "./pool.ts";
import { shuffled } from "./random.ts";
import { diffOf } from "./report.ts";
import { applyEdits, lineOf } from "./text.ts";
import type { Candidate, Mutant } from "./types.ts";

const leak = (name: string, fingerprint = "1"): SlimFinding => ({
  rule: "leaked-pages",
  function: name,
  fingerprint,
  start: 0,
});

test("only findings of the counting rules, near the change and not known before count", () => {
  const where = new Set(["take", "caller"]);
  expect(newFindings([], [leak("take")], where)).toHaveLength(1);
  expect(newFindings([leak("take")], [leak("take")], where)).toEqual([]);
  expect(newFindings([leak("take")], [leak("take", "2")], where)).toHaveLength(1);
  expect(newFindings([], [leak("elsewhere")], where)).toEqual([]);
  expect(newFindings([], [{ ...leak("take"), rule: "obsolete-page-api" }], where)).toEqual([]);
  expect(isSilent([leak("take")], "take")).toBe(false);
  expect(isSilent([{ ...leak("take"), rule: "obsolete-page-api" }], "take")).toBe(true);
});

test("edits keep the number of lines, and refuse to overlap", () => {
  const source = "a;\nb(\n\tc);\nd;";
  expect(applyEdits(source, [{ start: 3, end: 10, text: ";" }])).toBe("a;\n;\n\nd;");
  expect(() =>
    applyEdits(source, [
      { start: 0, end: 4, text: "" },
      { start: 3, end: 5, text: "" },
    ]),
  ).toThrow(RangeError);
  expect(lineOf(source, 3)).toBe(2);
});

test("the order depends on the seed only", () => {
  const values = Array.from({ length: 50 }, (_, index) => index);
  expect(shuffled(values, 7)).toEqual(shuffled(values, 7));
  expect(shuffled(values, 7)).not.toEqual(shuffled(values, 8));
  expect([...shuffled(values, 7)].sort((a, b) => a - b)).toEqual(values);
});

const source = `static void drop(struct page *one) { put_page(one); }
static int other(void) { return 1; }
int take(struct holder *holder, unsigned long start)
{
	if (get_user_pages_fast(start, 1, 0, holder->slots) != 1)
		return -EFAULT;
	drop(holder->slots[0]);
	return -EBUSY;
}
`;

async function fixture() {
  const parser = await loadParser();
  const file = readFile({ path: "fixture.c", source, files: new Map([["fixture.c", source]]), parser });
  const subject = file.functions.find(({ name }) => name === "take");
  if (subject === undefined) throw new Error("take is no subject");
  return { file, subject };
}

test("the reduced text keeps the function and what it calls, in place", async () => {
  const { file } = await fixture();
  const text = reduced(source.replace("-EBUSY", "-EIO"), file, downward(file, "take"), "take", -2);
  expect(text).toContain("put_page(one);");
  expect(text).toContain("return -EIO;");
  expect(text).toContain("static int other(void) ; ");
  expect(text).not.toContain("return 1");
  expect(neighborhood(file, "drop")).toEqual(new Set(["drop", "take"]));
  expect(text.split("\n")).toHaveLength(source.split("\n").length);
});

test("survivors are classed by what the checker saw", async () => {
  const { file, subject } = await fixture();
  const candidate: Candidate = {
    operator: "delete-release",
    at: source.indexOf("drop(holder"),
    edits: [],
    change: "",
    shape: "plain",
  };
  const mutant: Mutant = { path: "fixture.c", function: "take", line: 7, candidate };
  const seen: Checked = {
    id: 0,
    kind: "checked",
    findings: [],
    syntaxErrors: 0,
    analyzed: 1,
    overBudget: 0,
    acquisitions: { seen: 1, followed: 1, givenUp: {} },
  };
  expect(reasonOf(mutant, subject, file, seen)).toBe("owned by a field on failure (latent)");
  expect(reasonOf(mutant, subject, file, null)).toBe("the checker did not end");
  expect(reasonOf(mutant, subject, file, { ...seen, overBudget: 1 })).toContain("budget");
  const acquisitions = { seen: 1, followed: 0, givenUp: { "passed to x": 1 } };
  expect(reasonOf(mutant, subject, file, { ...seen, acquisitions })).toBe(
    "acquisition given up: passed to x",
  );
});

test("the diff shows the changed lines", () => {
  const at = source.indexOf("drop(holder");
  const candidate: Candidate = {
    operator: "delete-release",
    at,
    edits: [{ start: at, end: source.indexOf(";", at) + 1, text: ";" }],
    change: "delete drop",
    shape: "plain",
  };
  const diff = diffOf({ path: "fixture.c", function: "take", line: 7, candidate }, source, 1);
  expect(diff.split("\n").slice(1, -1)).toEqual([
    " \t\treturn -EFAULT;",
    "-\tdrop(holder->slots[0]);",
    "+\t;",
    " \treturn -EBUSY;",
  ]);
});

test("a thread that does not answer in time is replaced", async () => {
  const script = new URL(
    `data:text/javascript,${encodeURIComponent(`
      import { parentPort } from "node:worker_threads";
      parentPort.postMessage("ready");
      parentPort.on("message", ({ id, source }) => {
        if (source === "loop") for (;;);
        parentPort.postMessage({ id, kind: "failed", reason: "answered " + source });
      });`)}`,
  );
  const pool = createPool(script, 1, 0.5);
  const answers = await Promise.all([
    pool.check("a", "one"),
    pool.check("a", "loop"),
    pool.check("a", "two"),
  ]);
  await pool.close();
  expect(answers.map((one) => (one.kind === "failed" ? one.reason : ""))).toEqual([
    "answered one",
    "no answer within 0.5 s",
    "answered two",
  ]);
});
