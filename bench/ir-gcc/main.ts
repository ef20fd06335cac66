/**
 * `npm run ir:gcc`: compiles the graph fixtures and generated functions with gcc, runs both them and our evaluator on
 * what we lowered, and compares every call, argument and returned value. Exit 1 on any difference.
 *
 * Options: `--count N` (300), `--seed N` first seed (1), `--size N` statements (25), `--runs N` per function (4),
 * `--interpreter` (the simulator's interpreter on our side, instead of the evaluator alone),
 * `--batch N` per gcc call (100), `--reductions N` differences to cut down (3), `--no-fixtures`, `--no-generated`,
 * `--record` (writes the recorded logs that `npm test` reads).
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { SyntaxParser } from "@pinscope/grammars/syntax";
import { loadParser } from "../../test-fixtures/harness/parser.ts";
import { compareWithGcc, type Difference } from "./compare.ts";
import { interpreter } from "./engine.ts";
import { fixtureProgram } from "./fixtures.ts";
import type { GccSettings } from "./gcc.ts";
import { compareGenerated } from "./generated.ts";
import { recordGolden } from "./golden.ts";

const FIXTURES = "test-fixtures/cfg";
const GOLDEN = "test-fixtures/ir-gcc/generated.json";
const FIXTURE_RUNS = 40;

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "300" },
    seed: { type: "string", default: "1" },
    size: { type: "string", default: "25" },
    runs: { type: "string", default: "4" },
    batch: { type: "string", default: "100" },
    reductions: { type: "string", default: "3" },
    "no-fixtures": { type: "boolean", default: false },
    "no-generated": { type: "boolean", default: false },
    interpreter: { type: "boolean", default: false },
    record: { type: "boolean", default: false },
  },
});

const engine = values.interpreter ? { engine: interpreter } : {};

const gcc = (stem: string): GccSettings => ({
  folder: ".cache/ir-gcc",
  prelude: "bench/ir-gcc/prelude.h",
  stem,
});

process.exitCode = await main();

async function main(): Promise<number> {
  if (values.record) return record();
  const parser = await loadParser();
  const fixtureDifferences = values["no-fixtures"] ? 0 : fixtures(parser);
  const generatedDifferences = values["no-generated"] ? 0 : generated(parser);
  return fixtureDifferences + generatedDifferences === 0 ? 0 : 1;
}

function record(): number {
  const programs = recordGolden(20, 900_001, 9, 2, gcc("golden"));
  mkdirSync("test-fixtures/ir-gcc", { recursive: true });
  writeFileSync(GOLDEN, `[\n${programs.map((program) => JSON.stringify(program)).join(",\n")}\n]\n`);
  console.log(`${programs.length} programs recorded in ${GOLDEN}`);
  return 0;
}

function fixtures(parser: SyntaxParser): number {
  if (!existsSync(FIXTURES)) return 0;
  let differences = 0;
  const totals = { functions: 0, runs: 0, events: 0, undefinedRuns: 0 };
  for (const file of readdirSync(FIXTURES).sort()) {
    if (!file.endsWith(".c")) continue;
    const path = join(FIXTURES, file);
    const { spec, undeclared } = fixtureProgram(path, readFileSync(path, "utf8"), parser);
    for (const name of undeclared) console.log(`${path}: ${name} is called without a prototype`);
    differences += undeclared.length;
    const seeds = spec.entries.map(() => Array.from({ length: FIXTURE_RUNS }, (_, run) => BigInt(run + 1)));
    const result = compareWithGcc(spec, seeds, gcc(file.replace(/\.c$/, "")), parser, {
      world: { uninitialized: "zero", ...engine },
      allowUndefined: true,
    });
    if (result.kind === "failed") {
      console.log(`${path}: gcc failed (${result.stage})\n${result.message.slice(0, 2000)}`);
      differences += 1;
      continue;
    }
    const { comparison } = result;
    totals.functions += comparison.entries;
    totals.runs += comparison.runs;
    totals.events += comparison.events;
    for (const count of comparison.undefinedRuns.values()) totals.undefinedRuns += count;
    const shown = new Set<string>();
    for (const difference of comparison.differences) {
      if (!shown.has(difference.entry)) print(path, difference);
      shown.add(difference.entry);
    }
    differences += comparison.differences.length;
  }
  console.log(
    `fixtures: ${totals.functions} functions, ${totals.runs} runs, ${totals.events} log lines, ` +
      `${totals.undefinedRuns} runs undefined in C, ${differences} differences`,
  );
  return differences;
}

function generated(parser: SyntaxParser): number {
  const started = performance.now();
  const report = compareGenerated(
    {
      count: Number(values.count),
      firstSeed: Number(values.seed),
      size: Number(values.size),
      runs: Number(values.runs),
      batch: Number(values.batch),
      reductions: Number(values.reductions),
      gcc: gcc("generated"),
      ...engine,
    },
    parser,
    (done) => {
      if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${values.count}`);
    },
  );
  const functions = new Set(report.differences.map(({ entry }) => entry));
  for (const difference of report.differences.slice(0, 40)) print("generated", difference);
  for (const text of report.reproducers) console.log(`--- smallest program that still differs\n${text}`);
  for (const { seed, message } of report.rejected) console.log(`gcc failed on seed ${seed}: ${message}`);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(
    `generated: ${report.entries} functions, ${report.runs} runs, ${report.events} log lines in ${seconds} s; ` +
      `${report.differences.length} differences in ${functions.size} functions; ` +
      `${report.withProblems.length} functions with problems, ${report.rejected.length} rejected by gcc`,
  );
  return report.differences.length;
}

function print(where: string, { entry, seed, line, gcc: theirs, ours, before }: Difference): void {
  console.log(`${where}: ${entry} with seed ${seed}, line ${line}`);
  for (const text of before) console.log(`      ${text}`);
  console.log(`  gcc ${theirs}\n  our ${ours}`);
}
