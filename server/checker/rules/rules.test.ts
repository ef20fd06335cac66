import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { listFixtures, readFixture } from "../../../test-fixtures/harness/fixtures.ts";
import { listRulePages, readRuleDocument, readRulePage } from "../../../test-fixtures/harness/rule-pages.ts";
import { findRule, rules } from "./registry.ts";

const names = rules.map((rule) => rule.name);

/** The names that the design fixes for rules still to come. */
const PLANNED = [
  "use-after-release",
  "zero-pages-requested",
  "unchecked-pin-result",
  "unlocked-dirty",
  "release-in-atomic",
  "bio-release-mode",
  "iter-release-mode",
  "zero-page-reference",
  "mmap-lock-not-held",
  "missing-dirty",
  "missing-longterm",
  "get-should-be-pin",
];

function folders(url: string): string[] {
  return readdirSync(fileURLToPath(new URL(url, import.meta.url)), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

describe("the registry", () => {
  it("names each rule as its folder, its page and its fixtures do", () => {
    const sorted = [...names].sort();
    expect(new Set(names).size).toBe(names.length);
    expect(folders("./")).toEqual(sorted);
    expect(folders("../../../test-fixtures/rules/")).toEqual(sorted);
    expect(listRulePages()).toEqual(sorted);
  });

  it.each(names)("%s: the folder's metadata is the registry's", async (name) => {
    const module: unknown = await import(`./${name}/rule.ts`);
    expect(module).toMatchObject({ metadata: findRule(name) });
    expect(findRule(name)?.name).toBe(name);
  });

  it("knows no other name", () => {
    expect(findRule("leaked-page")).toBeUndefined();
  });

  it("gives default errors only to claims about counts, which a replay can confirm", () => {
    for (const rule of rules) expect(rule.replay, rule.name).toBe(rule.defaultSeverity === "error");
  });

  it("has a first cut of fixtures that expects only rules there are", () => {
    for (const name of [...listFixtures("rules"), ...listFixtures("bugs")]) {
      for (const { rule } of readFixture(name).expectations) expect(names, name).toContain(rule);
    }
  });
});

describe("the page of", () => {
  it.each(rules)("$name says what the metadata say", (rule) => {
    const page = readRulePage(rule.name);
    expect(page.summary).toBe(rule.summary);
    const replayed = rule.replay ? "yes" : "no";
    expect(page.facts).toBe(
      `Default severity **${rule.defaultSeverity}** · confidence **${rule.confidence}** · replayed **${replayed}** · quick fix **${rule.fix}** · since **${rule.since}**`,
    );
    expect(page.headings).toEqual([
      "What it does",
      "Why it is bad",
      "Example",
      "Use instead",
      "Limits",
      "References",
    ]);
  });

  it.each(rules)("$name has a bad example with that finding, and a good one without", (rule) => {
    const { examples } = readRulePage(rule.name);
    const bad = examples.filter(({ kind }) => kind === "bad");
    const ok = examples.filter(({ kind }) => kind === "ok");
    expect(bad.length).toBeGreaterThan(0);
    expect(ok.length).toBeGreaterThan(0);
    for (const example of bad) expect(example.expectations.map((one) => one.rule)).toEqual([rule.name]);
    for (const example of ok) expect(example.expectations).toEqual([]);
  });

  it.each(rules)("$name names the rows that it covers", (rule) => {
    const references = readRuleDocument(`${rule.name}.md`).split("## References\n")[1] ?? "";
    expect(references.match(/R\d\d/g) ?? []).toEqual([...rule.covers]);
  });
});

describe("the coverage table", () => {
  const rows = [...readRuleDocument("coverage.md").matchAll(/^\| (R\d\d) \| [^|]+ \| ([^|]+?) +\|$/gm)].map(
    (match) => ({
      row: match[1] ?? "",
      answer: match[2] ?? "",
    }),
  );

  it("has each row of the reference once", () => {
    expect(rows.map(({ row }) => row)).toEqual(
      Array.from({ length: 55 }, (_, index) => `R${String(index + 1).padStart(2, "0")}`),
    );
  });

  it("agrees with the metadata on what the rules cover", () => {
    for (const { row, answer } of rows) {
      const linked = [...answer.matchAll(/\[([a-z-]+)\]\(\1\.md\)/g)].map((match) => match[1]);
      expect(linked, row).toEqual(rules.filter((rule) => rule.covers.includes(row)).map((rule) => rule.name));
    }
  });

  it("gives a reason or a planned rule where no rule answers", () => {
    for (const { row, answer } of rows.filter(({ answer: text }) => !text.startsWith("["))) {
      const planned = /^planned rule: ([a-z-]+)$/.exec(answer)?.[1];
      if (planned === undefined) expect(answer, row).toMatch(/^(?:out of scope|planned): \S.{10,}/);
      else expect(PLANNED, row).toContain(planned);
    }
  });

  it("plans no rule that is there already", () => {
    for (const name of PLANNED) expect(findRule(name)).toBeUndefined();
  });
});

/** The rules that a fixture asks for, then those that it says are not seen yet. */
function asked(name: string): { found: string[]; missing: string[] } {
  const { expectations, source } = readFixture(name);
  return {
    found: expectations.map(({ rule }) => rule),
    missing: [...source.matchAll(/FIXME: wrong today: ([a-z-]+) expected here: \S/g)].map(
      (match) => match[1] ?? "",
    ),
  };
}

describe("fixtures of real bugs", () => {
  it("expect rules of the registry to find them, or say that they do not yet", () => {
    for (const name of listFixtures("bugs")) {
      const { found, missing } = asked(name);
      const claims = [...found, ...missing].filter(
        (rule) => findRule(rule) !== undefined && findRule(rule)?.defaultSeverity !== "information",
      );
      expect(claims.length, name).toBeGreaterThan(0);
    }
  });
});

describe("the table of real bugs", () => {
  const table = readFileSync(
    fileURLToPath(new URL("../../../test-fixtures/bugs/README.md", import.meta.url)),
    "utf8",
  );

  const [withFixture = ""] = table.split("Without a fixture");
  const rows = [
    ...withFixture.matchAll(/^\| ([a-z][a-z0-9-]+) +\| [^|]+ \| ([a-z-]+)[^|]*\| (yes|not yet)/gm),
  ].map(([, bug = "", rule = "", seen = ""]) => ({ bug, rule, seen }));

  it("has a row for each fixture, and names what the fixture expects first, found or not yet", () => {
    expect(rows.map(({ bug }) => `bugs/${bug}.c`).sort()).toEqual(listFixtures("bugs"));
    for (const { bug, rule, seen } of rows) {
      const { found, missing } = asked(`bugs/${bug}.c`);
      expect(seen === "yes" ? found : missing, bug).toContain(rule);
    }
  });

  it("counts the rows that are found", () => {
    const counts = [...withFixture.matchAll(/: (\d+), of which (\d+) are found\./g)];
    const total = (group: number): number =>
      counts.reduce((sum, match) => sum + Number(match[group] ?? Number.NaN), 0);
    expect(total(1)).toBe(rows.length);
    expect(total(2)).toBe(rows.filter(({ seen }) => seen === "yes").length);
  });
});

describe("rule files", () => {
  it("know nothing beyond the words they are made of", () => {
    for (const name of names) {
      const text = readFileSync(fileURLToPath(new URL(`./${name}/rule.ts`, import.meta.url)), "utf8");
      const imports = [...text.matchAll(/ from "([^"]+)"/g)].map((match) => match[1]);
      for (const path of imports) {
        expect([
          "@pinscope/simulator/catalogue",
          "../../types.ts",
          "../exit.ts",
          "../flag-source.ts",
          "../message.ts",
        ]).toContain(path);
      }
    }
  });
});
