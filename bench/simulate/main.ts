/**
 * Simulates functions of a kernel tree: those outside `mm/` that call an acquiring API, on the success path (the
 * default), then with each call in turn made to fail and each acquisition made short; or with `--every` all functions
 * that name a page API, for nothing but that none throws or hangs.
 *
 *     npm run bench:simulate [-- TREE] [--success] [--every] [--list] [--only TEXT] [--sample N] [--workspace] [--agree]
 *
 * `--agree` runs every scenario of the exploration and compares what it finds with what the checker reports.
 * `--success` leaves out the failing paths, `--sample 20` takes every twentieth function, `--workspace` steps into bodies
 * of other files of the folder, as the command line does.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { defaultTables } from "@pinscope/grammars/dialect";
import type { CheckSettings, KernelChoice } from "@pinscope/server/checker";
import { type ApiEntry, bindCall, catalogue, type KernelVersion } from "@pinscope/simulator/catalogue";
import {
  type Exploration,
  explore,
  readScenario,
  type Simulation,
  type SimulationInput,
  takesPages,
} from "@pinscope/simulator/interpreter";
import { DEFAULT_MACHINE, findEra } from "@pinscope/simulator/kernel";
import { diskKernelDetector } from "../../server/cli/kernel-of-file.ts";
import { type OpenFile, openFile } from "../../server/cli/open-file.ts";
import { createUnit } from "../../server/cli/unit.ts";
import { openWorkspace, type Sight, simulateAround } from "../../server/cli/workspace.ts";
import { loadParser } from "../../test-fixtures/harness/parser.ts";
import { Agreement, type Reported } from "./agreement.ts";
import { EXCLUDED, GIVEN } from "./given.ts";
import { printRow, printTotals, type TableRow } from "./table.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    every: { type: "boolean" },
    success: { type: "boolean" },
    list: { type: "boolean" },
    only: { type: "string" },
    sample: { type: "string" },
    workspace: { type: "boolean" },
    agree: { type: "boolean" },
  },
});
/** What is in sight: the file and its headers; with `--workspace` the other files of the folder. */
const SIGHTS: readonly Sight[] =
  values.workspace === true ? ["files", "headers", "file"] : ["headers", "file"];
/** Starts of a function in search of one scenario of the table. */
const TABLE_RUNS = 60;

const root = resolve(positionals[0] ?? ".cache/corpus/linux-source-6.12");
const names = [...catalogue.values()]
  .filter((entry) => (values.every === true ? countsPages(entry) : takesPages(entry.name)))
  .map(({ name }) => name);
const mention = new RegExp(`\\b(?:${names.join("|")})\\s*\\(`);
process.exitCode = await main();

/** Whether a call takes pages of any kind or lets them go. */
function countsPages({ outcomes }: ApiEntry): boolean {
  const families: readonly string[] = ["pin", "reference", "allocation"];
  return outcomes.some(({ effects }) =>
    effects.some(
      (one) => (one.kind === "acquire" || one.kind === "release") && families.includes(one.family),
    ),
  );
}

interface Told {
  readonly where: string;
  readonly simulation: Simulation;
  readonly ms: number;
}

async function main(): Promise<number> {
  if (!existsSync(root)) {
    console.log(`${root} is not there: run "npm run corpus" first`);
    return 2;
  }
  const parser = await loadParser();
  const kernel = diskKernelDetector()(join(root, "Makefile")).kernel;
  const settings: CheckSettings = {
    kernels: [kernel],
    tables: defaultTables,
    defines: new Map(),
    includeFolders: [],
    severities: new Map(),
    deep: false,
  };
  const sample = Number(values.sample ?? "1");
  let met = 0;
  const told: Told[] = [];
  const rows: TableRow[] = [];
  const thrown: string[] = [];
  const agreement = new Agreement();
  for (const path of filesBelow(root)) {
    const source = readFileSync(path, "utf8");
    if (!mention.test(source)) continue;
    const shown = relative(root, path);
    if (values.only !== undefined && !shown.includes(values.only.split(":")[0] ?? "")) continue;
    const open = (one: string, text: string): OpenFile => openFile(one, text, kernel, settings, parser);
    const file = open(path, source);
    let reported: readonly Reported[] | null = null;
    const workspace = openWorkspace(file, kernel.version, [], open);
    for (const name of functionsOf(file, kernel.version)) {
      met += 1;
      if (met % sample !== 0) continue;
      if (values.only?.includes(":") === true && !values.only.endsWith(`:${name}`)) continue;
      const started = performance.now();
      try {
        const where = `${shown}:${name}`;
        const asked = inputOf(name, kernel, GIVEN.get(where) ?? []);
        const { simulation, program } = simulateAround(workspace, asked, SIGHTS);
        const input = { ...asked, program };
        told.push({ where, simulation, ms: performance.now() - started });
        if (values.every === true && told.length % 500 === 0)
          console.error(`${told.length} functions, ${Math.round(process.uptime())} s`);
        if (values.agree === true) {
          reported ??= createUnit(parser)(path, settings).findings.map((one) => ({
            ...one,
            line: one.place.line,
          }));
          const known = reported;
          agreement.compare(
            where,
            name,
            known,
            withoutExcluded(where, explore({ ...input, runs: TABLE_RUNS })),
            (offset) => file.outlines.find(({ start, end }) => start <= offset && offset < end)?.name ?? null,
            (offset) => source.slice(0, offset).split("\n").length,
          );
        } else if (values.every !== true && values.success !== true) {
          const row: TableRow = {
            where,
            exploration: withoutExcluded(where, explore({ ...input, runs: TABLE_RUNS }, "failing")),
            ms: performance.now() - started,
            lineOf: (offset) => source.slice(0, offset).split("\n").length,
          };
          rows.push(row);
          printRow(row, values.list === true);
        }
      } catch (error) {
        const told = error instanceof Error ? (error.stack ?? "") : String(error);
        thrown.push(`${shown}:${name}`);
        console.log(`THROWN ${shown}:${name}: ${told}`);
      }
    }
    workspace.close();
    file.close();
  }
  if (rows.length > 0) printTotals(rows);
  if (values.agree === true) agreement.print();
  report(told);
  return thrown.length === 0 ? 0 : 1;
}

/** Leaves out what no caller of the function does. */
function withoutExcluded(where: string, exploration: Exploration): Exploration {
  const excluded = EXCLUDED.get(where);
  if (excluded === undefined) return exploration;
  const stays = ({ scenario }: { readonly scenario: string }): boolean => !excluded.scenario.test(scenario);
  console.log(`left out of ${where}: ${excluded.scenario.source}: ${excluded.reason}`);
  return {
    ...exploration,
    runs: exploration.runs.filter(stays),
    imbalances: exploration.imbalances.filter(stays),
  };
}

function functionsOf(file: OpenFile, version: KernelVersion): string[] {
  const found: string[] = [];
  for (const { name, start, end } of file.outlines) {
    if (!mention.test(file.source.slice(start, end))) continue;
    const ir = file.lookup(name);
    if (ir === null) continue;
    const calls = ir.blocks.some(({ operations }) =>
      operations.some(
        (operation) =>
          operation.kind === "call" &&
          operation.callee.kind === "direct" &&
          takesPages(operation.callee.name) &&
          bindCall(operation.callee.name, operation.arguments.length, [], version) !== undefined,
      ),
    );
    if (calls || values.every === true) found.push(name);
  }
  return found;
}

function inputOf(
  name: string,
  kernel: KernelChoice,
  given: readonly string[],
): Omit<SimulationInput, "program"> {
  const read = readScenario(given);
  if (read.kind === "problem") throw new Error(read.message);
  return {
    function: name,
    profile: { era: findEra(`${kernel.version.slice(1)}.${kernel.patch}`), machine: DEFAULT_MACHINE },
    scenario: read.scenario,
    trace: false,
  };
}

function report(told: readonly Told[]): void {
  const good = told.filter(
    ({ simulation }) => simulation.exit.kind === "success" && simulation.acquisitions > 0,
  );
  const rest = told.filter((one) => !good.includes(one));
  const byReason = new Map<string, Told[]>();
  for (const one of rest) {
    const reason = reasonOf(one.simulation);
    byReason.set(reason, [...(byReason.get(reason) ?? []), one]);
  }
  for (const [reason, list] of [...byReason].sort((one, other) => other[1].length - one[1].length)) {
    console.log(`${list.length} × ${reason}`);
    if (values.every !== true || values.list === true)
      for (const { where, simulation, ms } of list)
        console.log(`    ${where} (${simulation.runs} runs, ${ms.toFixed(0)} ms) ${detailOf(simulation)}`);
  }
  if (values.list === true)
    for (const { where, simulation } of good)
      console.log(
        `  ok ${where}: ${simulation.imbalances.map(({ kind, text }) => `${kind}: ${text}`).join("; ") || "balanced"}`,
      );
  const times = told.map(({ ms }) => ms).sort((one, other) => one - other);
  const at = (part: number): string => (times[Math.floor(times.length * part)] ?? 0).toFixed(1);
  if (values.every === true)
    for (const { where, simulation, ms } of told.toSorted((one, other) => other.ms - one.ms).slice(0, 5))
      console.log(`    slow: ${where} (${simulation.runs} runs, ${ms.toFixed(0)} ms)`);
  const unbalanced = good.filter(({ simulation }) => simulation.imbalances.length > 0).length;
  console.log(
    `${told.length} functions; ${good.length} (${((100 * good.length) / Math.max(1, told.length)).toFixed(1)} %) end at the success exit with pages taken; ` +
      `${unbalanced} of these with an imbalance; ms: median ${at(0.5)}, p95 ${at(0.95)}, most ${at(0.999)}`,
  );
}

function reasonOf({ exit, acquisitions }: Simulation): string {
  const taken = acquisitions > 0 ? "pages taken" : "no pages taken";
  if (!("message" in exit)) return `${exit.kind}, ${taken}`;
  return `${exit.kind}, ${taken}: ${exit.message.replace(/:.*/s, "")}`;
}

function detailOf({ exit }: Simulation): string {
  if ("message" in exit) return `@${exit.location.start} ${exit.message.split("\n").slice(0, 3).join(" | ")}`;
  return `@${exit.location.start} ${exit.value ?? ""}`;
}

function* filesBelow(folder: string): Generator<string> {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((one, other) =>
    one.name < other.name ? -1 : 1,
  );
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      const skipped =
        relative(root, path) === "mm" || ["tools", "Documentation", "samples"].includes(relative(root, path));
      if (!skipped) yield* filesBelow(path);
    } else if (entry.isFile() && entry.name.endsWith(".c")) yield path;
  }
}
