/** What two real kernels did with the compiled fixtures: the simulator, started in the same state, does the same. */
import { readdirSync, readFileSync } from "node:fs";
import { simulate } from "@pinscope/simulator/interpreter";
import { DEFAULT_MACHINE, findEra } from "@pinscope/simulator/kernel";
import { describe, expect, it } from "vitest";
import { loadParser } from "../../test-fixtures/harness/parser.ts";
import { type FixtureFile, readFixtures } from "./cases.ts";
import { differenceOf, type Golden, type GoldenCase, outcomeOf, textsOf } from "./golden.ts";
import { LISTED } from "./listed.ts";
import { readTexts } from "./scenarios.ts";

const folder = new URL("../../test-fixtures/oracle/fixtures/", import.meta.url);
/** `npm run oracle:compare` compares every case; here one of so many is, another one of each function. */
const SAMPLED = process.env["ORACLE_FURTHER"] === "1" ? 1 : 16;
const fixtures = new Map(readFixtures(await loadParser()).map((file) => [file.path, file]));

function compare(file: FixtureFile, one: GoldenCase, era: string): string | null {
  const simulation = simulate({
    program: file.program,
    function: one.function,
    profile: { era: findEra(era), machine: DEFAULT_MACHINE },
    scenario: readTexts(textsOf(one)),
    trace: false,
    initial: true,
  });
  return differenceOf(one, outcomeOf(simulation));
}

describe("fixtures compiled and run in real kernels", () => {
  it("are recorded for two of them", () => {
    expect(readdirSync(folder).sort()).toEqual(["6.1.json", "6.12.json"]);
  });

  it.each(readdirSync(folder))("%s", (name) => {
    const golden: Golden = JSON.parse(readFileSync(new URL(name, folder), "utf8"));
    const differing: string[] = [];
    let compared = 0;
    golden.cases.forEach((one, index) => {
      const file = fixtures.get(one.file);
      if (file === undefined)
        throw new Error(`${one.file} was recorded and is gone: npm run oracle:fixtures`);
      if (index % SAMPLED !== 0) return;
      compared += 1;
      const difference = compare(file, one, golden.era);
      const where = `${name} ${one.file}:${one.function} [${one.scenario}]`;
      const listed = LISTED.some(
        ({ kernel, case: text }) => name === `${kernel}.json` && where.includes(text),
      );
      if ((difference !== null) !== listed)
        differing.push(`${where}: ${difference ?? "is listed, and agrees"}`);
    });
    console.log(
      `${name}: ${compared} of ${golden.cases.length} cases compared, ${golden.leftOut.length} left out`,
    );
    expect(differing).toEqual([]);
    expect(compared).toBeGreaterThan(100 / SAMPLED);
  });
});
