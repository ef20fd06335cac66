/**
 * `npm run bench:mutation`: breaks functions of linux-6.12 about which the checker is silent, one change at a time,
 * and counts how many of the changes it reports. Nothing is written: changed texts live in memory.
 *
 * Options: `--seed N` (1) which mutants `--limit N` (0: all) picks; `--operator NAME`; `--file TEXT` only paths that
 * contain it; `--format text|json`; `--show K` prints K survivors as diffs; `--jobs N` (2) threads; `--seconds N` (60)
 * limit for one check; `--tree FOLDER`. Exit 1 below the target.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { parseArgs } from "node:util";
import { loadParser } from "../../test-fixtures/harness/parser.ts";
import { createReader, loadIncludes, triggerFiles } from "./corpus.ts";
import { missingFiles, readFile } from "./model.ts";
import { propose } from "./mutants.ts";
import { operators } from "./operators/index.ts";
import { downward, isSilent, neighborhood, newFindings, reasonOf, reduced } from "./outcome.ts";
import { type CheckAnswer, type Checked, createPool, type Pool } from "./pool.ts";
import { shuffled } from "./random.ts";
import { diffOf, type Run, runAsJson, runAsText, type Tried } from "./report.ts";
import { applyEdits } from "./text.ts";
import type { FileModel, FunctionModel, Mutant, OperatorName } from "./types.ts";

/** Share of mutants that must be found, in percent. */
const target = 60;

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    limit: { type: "string", default: "0" },
    operator: { type: "string" },
    file: { type: "string", default: "" },
    format: { type: "string", default: "text" },
    show: { type: "string", default: "0" },
    jobs: { type: "string", default: "2" },
    seconds: { type: "string", default: "60" },
    tree: { type: "string", default: join(".cache", "corpus", "linux-source-6.12") },
  },
});

interface Planned {
  readonly mutant: Mutant;
  readonly subject: FunctionModel;
  readonly file: FileModel;
  readonly before: Checked;
}

process.exitCode = await main();

async function main(): Promise<number> {
  const only = operatorNamed(values.operator);
  if (only === null || !existsSync(values.tree)) {
    const names = [...operators.keys()].join(", ");
    console.error(
      only === null ? `--operator: one of ${names}` : `${values.tree} is not there: run \`npm run corpus\``,
    );
    return 2;
  }
  const started = performance.now();
  const script = new URL("worker.mjs", import.meta.url);
  const pool = createPool(script, Number(values.jobs), Number(values.seconds));
  try {
    const plan = await planned(pool, only);
    const limit = Number(values.limit);
    const mixed = shuffled(plan.all, Number(values.seed));
    const chosen = new Set(limit > 0 ? mixed.slice(0, limit) : mixed);
    // In the order of the files: a thread keeps the headers of the file it checked last.
    const picked = plan.all.filter((one) => chosen.has(one));
    let done = 0;
    const tried = await Promise.all(
      picked.map(async (one) => {
        const result = await attempt(one, pool);
        progress(`${++done} of ${picked.length} mutants`);
        return result;
      }),
    );
    progress("");
    const run: Run = {
      ...plan.figures,
      seed: Number(values.seed),
      proposed: plan.all.length,
      tried,
      seconds: (performance.now() - started) / 1000,
    };
    const names = [...operators.keys()];
    console.log(
      values.format === "json"
        ? JSON.stringify(runAsJson(run, names), null, 1)
        : runAsText(run, names, (path) => path.slice(values.tree.length + 1)),
    );
    show(tried);
    const counted = tried.filter(({ verdict }) => verdict !== "rejected");
    const found = counted.filter(({ verdict }) => verdict === "found").length;
    return 100 * found >= target * counted.length ? 0 : 1;
  } finally {
    await pool.close();
  }
}

function operatorNamed(name: string | undefined): OperatorName | undefined | null {
  if (name === undefined) return undefined;
  return [...operators.keys()].find((one) => one === name) ?? null;
}

/** Reads the files, checks each as it is, and collects the mutants of its silent functions. */
async function planned(pool: Pool, only: OperatorName | undefined) {
  const parser = await loadParser();
  const read = createReader();
  const all: Planned[] = [];
  const figures = { files: 0, functions: 0, notSilent: 0, notChecked: 0 };
  const equivalent: Record<string, number> = {};
  const paths = triggerFiles(values.tree).filter((path) => path.includes(values.file));
  const checks: Promise<void>[] = [];
  for (const path of paths) {
    // Reading is not asynchronous: let answers and time limits of the pool through in between.
    await setImmediate();
    checks.push(readOne(path));
  }
  await Promise.all(checks);

  async function readOne(path: string): Promise<void> {
    const source = readFileSync(path, "utf8");
    const files = loadIncludes(path, source, read, (known) =>
      missingFiles({ path, source, files: known, parser }),
    );
    const file = readFile({ path, source, files, parser });
    if (file.functions.length === 0) return;
    const before = await pool.check(path, source);
    progress(`${path}: ${before.kind}`);
    figures.files++;
    figures.functions += file.functions.length;
    if (before.kind === "failed") {
      figures.notChecked += file.functions.length;
      console.error(`${path}: ${before.reason.split("\n").slice(0, 3).join(" ")}`);
      return;
    }
    for (const subject of file.functions) {
      if (!isSilent(before.findings, subject.name)) {
        figures.notSilent++;
        continue;
      }
      const proposals = propose(subject, file, only);
      if (proposals.mutants.length > 0) {
        const near = await pool.check(
          path,
          reduced(source, file, neighborhood(file, subject.name), subject.name, 0),
        );
        if (near.kind === "failed") {
          figures.notChecked++;
          continue;
        }
        for (const mutant of proposals.mutants) all.push({ mutant, subject, file, before: near });
      }
      for (const { candidate, reason } of proposals.equivalent) {
        const key = `${candidate.operator}: ${reason}`;
        equivalent[key] = (equivalent[key] ?? 0) + 1;
      }
    }
  }
  const order = ({ mutant }: Planned): string =>
    `${mutant.path} ${String(mutant.candidate.at).padStart(8, "0")} ${mutant.candidate.operator} ${mutant.candidate.change}`;
  all.sort((a, b) => (order(a) < order(b) ? -1 : 1));
  return { all, figures: { ...figures, equivalent: sorted(equivalent) } };
}

function sorted(counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function attempt({ mutant, subject, file, before }: Planned, pool: Pool): Promise<Tried> {
  const source = applyEdits(file.source, mutant.candidate.edits);
  const callers = file.callers(subject.name);
  const near = [subject.name, ...callers, ...file.callees(subject.name)];
  const bothInFile =
    near.some((name) => file.directlyAcquiring.has(name)) &&
    near.some((name) => file.directlyReleasing.has(name));
  const delta = source.length - file.source.length;
  const check = (keep: ReadonlySet<string>): Promise<CheckAnswer> =>
    pool.check(mutant.path, reduced(source, file, keep, subject.name, delta));
  const after = await check(neighborhood(file, subject.name));
  const base = { mutant, rules: [], bothInFile };
  if (after.kind === "failed")
    return { ...base, verdict: "survived", reason: `the checker failed: ${after.reason.split("\n")[0]}` };
  if (after.syntaxErrors > before.syntaxErrors)
    return { ...base, verdict: "rejected", reason: "the changed text does not parse" };
  const found = newFindings(before.findings, after.findings, new Set([subject.name, ...callers]));
  if (found.length > 0)
    return { ...base, verdict: "found", rules: [...new Set(found.map(({ rule }) => rule))] };
  const alone = await check(downward(file, subject.name));
  const reason = reasonOf(mutant, subject, file, alone.kind === "checked" ? alone : null);
  return { ...base, verdict: "survived", reason };
}

function show(tried: readonly Tried[]): void {
  const survivors = shuffled(
    tried.filter(({ verdict }) => verdict === "survived"),
    Number(values.seed),
  );
  for (const { mutant, reason } of survivors.slice(0, Number(values.show)))
    console.log(`${reason}\n${diffOf(mutant, readFileSync(mutant.path, "utf8"))}`);
}

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}
