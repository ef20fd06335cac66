import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadParser } from "../../test-fixtures/harness/parser.ts";
import { ourLog } from "./compare.ts";
import { generateProgram, programText } from "./generate/program.ts";
import { type GoldenProgram, specOfGolden } from "./golden.ts";
import { lowerText } from "./lower.ts";

const parser = await loadParser();
const text = readFileSync(new URL("../../test-fixtures/ir-gcc/generated.json", import.meta.url), "utf8");
const recorded = JSON.parse(text) as GoldenProgram[];

describe("what gcc recorded for generated programs", () => {
  it.each(recorded.map((golden) => [golden.entries[0]?.name ?? "", golden] as const))("%s", (_, golden) => {
    const spec = specOfGolden(golden);
    const { functions } = lowerText("generated.c", spec.source, parser);
    const entry = spec.entries[0];
    if (entry === undefined) throw new Error("no entry");
    const logs = golden.seeds.map((seed) =>
      ourLog(spec, entry, functions, BigInt(seed), { uninitialized: "stuck" }),
    );
    expect(golden.logs.length).toBeGreaterThan(0);
    expect(logs).toEqual(golden.logs);
  });
});

describe("the generator", () => {
  it("gives the same program for the same seed, and another for another", () => {
    fc.assert(
      fc.property(fc.nat(100_000), (seed) => {
        const text = programText(generateProgram(seed, { size: 10 }));
        expect(programText(generateProgram(seed, { size: 10 }))).toBe(text);
        expect(programText(generateProgram(seed + 1, { size: 10 }))).not.toBe(text);
      }),
      { numRuns: 20 },
    );
  });

  it("writes programs that the front end reads without a problem", () => {
    for (let seed = 1; seed <= 10; seed += 1) {
      const { functions, broken } = lowerText(
        "generated.c",
        programText(generateProgram(seed, { size: 25 })),
        parser,
      );
      expect(broken).toEqual([]);
      for (const ir of functions.values()) expect(ir.problems).toEqual([]);
    }
  });
});
