/**
 * Explores the rules' fixtures in the simulator: functions that are right end balanced whatever fails, functions that
 * are wrong show it in some scenario. Exits with 1 where a function does otherwise.
 *
 *     npm run simulate:fixtures [-- --only TEXT]
 */
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { countingRules } from "@pinscope/server/checker";
import type { KernelVersion } from "@pinscope/simulator/catalogue";
import { type Exploration, explore } from "@pinscope/simulator/interpreter";
import { DEFAULT_MACHINE, findEra } from "@pinscope/simulator/kernel";
import { programOf } from "../../simulator/interpreter/simulation-fixture.ts";
import { loadParser } from "../../test-fixtures/harness/parser.ts";

const { values } = parseArgs({ options: { only: { type: "string" } } });
process.exitCode = await main();

async function main(): Promise<number> {
  const parser = await loadParser();
  const root = resolve("test-fixtures/rules");
  const totals = { right: 0, balanced: 0, wrong: 0, shown: 0, runs: 0 };
  let unexpected = 0;
  for (const rule of countingRules)
    for (const file of readdirSync(`${root}/${rule}`).filter((one) => one.endsWith(".c"))) {
      const source = readFileSync(`${root}/${rule}/${file}`, "utf8");
      const kernel = /pinscope-kernel: (\d+\.\d+)/.exec(source)?.[1] ?? "6.12";
      const version: KernelVersion = `v${Number(kernel.split(".")[0])}.${Number(kernel.split(".")[1])}`;
      const program = { ...programOf(source, parser, file), version };
      for (const name of program.names.filter((one) => /_(ok|bad)$/.test(one))) {
        const where = `${rule}/${file}:${name}`;
        if (values.only !== undefined && !where.includes(values.only)) continue;
        const profile = { era: findEra(kernel), machine: DEFAULT_MACHINE };
        const exploration = explore({ program, function: name, profile });
        totals.runs += exploration.runs.length;
        const bad = name.endsWith("_bad");
        const asExpected = bad === exploration.imbalances.length > 0 && stuckIn(exploration) === null;
        totals[bad ? "wrong" : "right"] += 1;
        if (asExpected) totals[bad ? "shown" : "balanced"] += 1;
        if (!asExpected) unexpected += 1;
        if (!asExpected || values.only !== undefined) console.log(`${where}: ${told(exploration)}`);
      }
    }
  console.log(
    `${totals.balanced} of ${totals.right} right functions balanced, ${totals.shown} of ${totals.wrong} wrong ones shown, ` +
      `in ${totals.runs} scenarios`,
  );
  return unexpected === 0 ? 0 : 1;
}

function stuckIn({ runs }: Exploration): string | null {
  for (const { scenario, simulation } of runs) {
    const { exit } = simulation;
    if (exit.kind === "stuck") return `stuck under [${scenario}]: ${exit.message.slice(0, 80)}`;
  }
  return null;
}

function told(exploration: Exploration): string {
  const found = exploration.imbalances
    .slice(0, 3)
    .map(({ scenario, imbalance }) => `[${scenario}] ${imbalance.kind}: ${imbalance.text.slice(0, 90)}`);
  return [stuckIn(exploration), ...found].filter((one) => one !== null).join("\n    ");
}
