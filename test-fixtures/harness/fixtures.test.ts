import { describe, expect, it } from "vitest";
import { citedFact, listFixtureFunctions, listFixtures, readFixture } from "./fixtures.ts";

const fixtures = [...listFixtures("rules"), ...listFixtures("bugs")].map((name) => readFixture(name));

describe("fixtures", () => {
  it("exist", () => {
    expect(fixtures.length).toBeGreaterThan(30);
  });

  it.each(fixtures)("$name: each _bad function has a finding, and nothing else has", (fixture) => {
    const functions = listFixtureFunctions(fixture.source);
    expect(functions.length).toBeGreaterThan(0);
    for (const { name, firstLine, lastLine } of functions) {
      const inside = fixture.expectations.filter(({ line }) => line >= firstLine && line <= lastLine);
      // That a name is obsolete holds wherever it stands, in the right twin as in the wrong one.
      const about = fixture.name.startsWith("rules/obsolete-page-api/")
        ? inside
        : inside.filter(({ rule }) => rule !== "obsolete-page-api");
      // What is not seen yet says so in the function; the checker's own test fails once it is seen.
      const body = fixture.source
        .split("\n")
        .slice(firstLine, lastLine + 1)
        .join("\n");
      const isKnownMiss = name.endsWith("_bad") && body.includes("FIXME: wrong today:");
      expect(about.length > 0 || isKnownMiss, `${name} has ${about.length} findings`).toBe(
        name.endsWith("_bad"),
      );
    }
    const outside = fixture.expectations.filter(
      ({ line }) => !functions.some(({ firstLine, lastLine }) => line >= firstLine && line <= lastLine),
    );
    expect(outside).toEqual([]);
  });

  it.each(fixtures)("$name: each _bad function has an _ok twin of the same file", (fixture) => {
    const names = new Set(listFixtureFunctions(fixture.source).map(({ name }) => name));
    const oks = [...names].filter((name) => name.endsWith("_ok"));
    if ([...names].some((name) => name.endsWith("_bad"))) expect(oks.length).toBeGreaterThan(0);
  });

  it.each(fixtures)("$name: the rules it expects in its folder include the folder's", (fixture) => {
    const [kind, rule] = fixture.name.split("/");
    if (kind !== "rules" || fixture.expectations.length === 0) return;
    expect(fixture.expectations.map((expectation) => expectation.rule)).toContain(rule);
  });

  it("of real bugs cite the bug they are named after", () => {
    for (const fixture of fixtures.filter(({ name }) => name.startsWith("bugs/"))) {
      expect(citedFact(fixture, "bug")).toBe(fixture.name.slice("bugs/".length, -".c".length));
      expect(citedFact(fixture, "subject")).toBeTruthy();
      expect(citedFact(fixture, "tree")).toMatch(/^v\d+\.\d+, \S+\.c, \w+\(\)$/);
    }
  });
});
