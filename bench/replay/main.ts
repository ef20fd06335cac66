/**
 * Controls of replays, and what they cost.
 *
 * Over the fixtures: every finding in a `_bad` function is replayed, and with nothing taken to be let go of or kept
 * (`assumeUnreleased`) every false candidate in an `_ok` function: none of the first may be refuted, none of the second
 * confirmed. Over a kernel tree, with the same assumption: what the replays say, milliseconds of processor time per
 * candidate, and how much longer checks take with replays than without, each in a process of its own in which nothing
 * else is measured: so each pays for its own compiling and collecting, which other threads of a process do whenever they
 * get to it.
 *
 *     npm run bench:replay [-- TREE] [--fixtures] [--findings] [--checks HOW] [--only TEXT] [--list STATUS|all]
 *
 * `--findings` replays what the checker finds in the tree, without the assumption, and judges no cost. `--checks with` and
 * `--checks without` only check, with replays or without, and say how many milliseconds that took.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { defaultTables } from "@pinscope/grammars/dialect";
import { type CheckSettings, checkFile, type KernelChoice, witnessText } from "@pinscope/server/checker";
import { triggerNames } from "@pinscope/simulator/catalogue";
import { diskKernelDetector } from "../../server/cli/kernel-of-file.ts";
import { compilerFlags } from "../../server/cli/pool.ts";
import { loadParser } from "../../test-fixtures/harness/parser.ts";

/** The limits of what replays may cost. */
const medianLimit = 5;
const timesLimit = 1.3;
const candidatesWanted = 300;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    fixtures: { type: "boolean" },
    findings: { type: "boolean" },
    checks: { type: "string" },
    only: { type: "string" },
    list: { type: "string" },
  },
});
const parser = await loadParser();

/** Code is compiled, and short-lived objects are collected, as in the threads of a check. */
const threadFlags = [...compilerFlags, "--max-semi-space-size=32"];
for (const flag of threadFlags) setFlagsFromString(flag);

/** Milliseconds that measuring takes by itself: asking for the time of all threads is a slow call. */
const measuring = measuringTime();

function measuringTime(): number {
  const times = Array.from({ length: 201 }, () => {
    const { user, system } = process.cpuUsage(process.cpuUsage());
    return (user + system) / 1000;
  });
  return times.sort((one, other) => one - other)[100] ?? 0;
}

interface Told {
  readonly where: string;
  readonly function: string;
  readonly status: string;
  readonly text: string;
}

interface Figures {
  readonly told: Told[];
  /** Milliseconds of processor time of each replay. */
  readonly replays: number[];
  /** The same of all checks. */
  all: number;
}

function settingsFor(
  kernel: KernelChoice,
  assumeUnreleased: boolean,
  replay: "off" | "show-refuted" = "show-refuted",
): CheckSettings {
  return {
    kernels: [kernel],
    tables: defaultTables,
    defines: new Map(),
    includeFolders: [],
    severities: new Map(),
    deep: false,
    replay,
    assumeUnreleased,
  };
}

function checkOne(path: string, shown: string, settings: CheckSettings, figures: Figures): void {
  const source = readFileSync(path, "utf8");
  const files = new Map<string, string | null>([[path, source]]);
  for (;;) {
    const replays: number[] = [];
    const aroundReplay = <Verdict>(run: () => Verdict): Verdict => {
      const before = process.cpuUsage();
      const verdict = run();
      const { user, system } = process.cpuUsage(before);
      replays.push(Math.max(0, (user + system) / 1000 - measuring));
      return verdict;
    };
    const before = process.cpuUsage();
    const measured = values.checks === undefined ? { aroundReplay } : {};
    const result = checkFile({ path, source, files, parser, settings, ...measured });
    const { user, system } = process.cpuUsage(before);
    const missing = result.missing.filter((one) => !files.has(one));
    for (const one of missing) files.set(one, existsSync(one) ? readFileSync(one, "utf8") : null);
    if (missing.length > 0) continue;
    figures.all += (user + system) / 1000;
    figures.replays.push(...replays);
    for (const { witness, location, function: name, rule } of result.findings) {
      if (witness === undefined) continue;
      const line = source.slice(0, location.start).split("\n").length;
      const text = `${rule}: ${witnessText(witness)}`;
      figures.told.push({ where: `${shown}:${line}`, function: name, status: witness.status, text });
    }
    return;
  }
}

function* filesBelow(folder: string): Generator<string> {
  const entries = readdirSync(folder, { withFileTypes: true });
  for (const entry of entries.sort((one, other) => (one.name < other.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else if (entry.isFile() && entry.name.endsWith(".c")) yield path;
  }
}

function count(told: readonly Told[]): string {
  const counts = new Map<string, number>();
  for (const { status } of told) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts].map(([status, number]) => `${number} ${status}`).join(", ");
}

function list(told: readonly Told[]): void {
  for (const one of told) console.log(`  ${one.where} ${one.function} ${one.text}`);
}

/** What `--list` names; `usual` where it is absent. */
function listed(told: readonly Told[], usual: "all" | "none"): readonly Told[] {
  const wanted = values.list ?? usual;
  return told.filter(({ status }) => wanted === "all" || wanted === status);
}

/** The controls over the fixtures; gives whether both hold. */
function controls(): boolean {
  let holds = true;
  for (const assumeUnreleased of [false, true]) {
    const figures: Figures = { told: [], replays: [], all: 0 };
    for (const folder of ["rules", "bugs"]) {
      for (const path of filesBelow(join("test-fixtures", folder))) {
        if (values.only !== undefined && !path.includes(values.only)) continue;
        const kernel = /pinscope-kernel: (\d+)\.(\d+)/.exec(readFileSync(path, "utf8"));
        const version =
          kernel === null ? ("v6.12" as const) : (`v${Number(kernel[1])}.${Number(kernel[2])}` as const);
        checkOne(
          path,
          path,
          { ...settingsFor({ version, patch: 0 }, assumeUnreleased), deep: true },
          figures,
        );
      }
    }
    const suffix = assumeUnreleased ? "_ok" : "_bad";
    const wrong = assumeUnreleased ? ["confirmed", "confirmed-if"] : ["refuted"];
    const told = figures.told.filter((one) => one.function.endsWith(suffix));
    const bad = told.filter(({ status }) => wrong.includes(status));
    console.log(
      `${told.length} ${assumeUnreleased ? "false candidates" : "findings"} in ${suffix} functions: ${count(told)}`,
    );
    list(bad);
    list(listed(told, "none"));
    holds &&= bad.length === 0;
  }
  return holds;
}

/** Candidates of a kernel tree; gives whether they cost no more than they may. */
function tree(root: string): boolean {
  const mention = new RegExp(`\\b(?:${triggerNames().join("|")})\\s*\\(`);
  const kernel = diskKernelDetector()(join(root, "Makefile")).kernel;
  const settings = settingsFor(
    kernel,
    values.findings !== true,
    values.checks === "without" ? "off" : "show-refuted",
  );
  const figures: Figures = { told: [], replays: [], all: 0 };
  for (const path of filesBelow(root)) {
    const shown = relative(root, path);
    if (values.only !== undefined && !shown.includes(values.only)) continue;
    if (mention.test(readFileSync(path, "utf8"))) checkOne(path, shown, settings, figures);
  }
  if (values.checks !== undefined) {
    console.log(figures.all.toFixed(0));
    return true;
  }
  if (values.findings === true) {
    list(listed(figures.told, "all"));
    console.log(`${figures.told.length} findings: ${count(figures.told)}`);
    return true;
  }
  list(listed(figures.told, "none"));
  const times = figures.replays.sort((one, other) => one - other);
  const at = (part: number): number =>
    times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? 0;
  const [without, withReplays] = [timeOfChecks(root, "without"), timeOfChecks(root, "with")];
  const ratio = withReplays / without;
  console.log(
    `${figures.told.length} candidates, ${times.length} replays: ${count(figures.told)}; ` +
      `ms of processor time: median ${at(0.5).toFixed(1)} (limit ${medianLimit}), p95 ${at(0.95).toFixed(1)}, most ${at(1).toFixed(0)}; ` +
      `check with replays ${ratio.toFixed(2)} times that without (limit ${timesLimit}): ` +
      `${seconds(withReplays)} s and ${seconds(without)} s, replays by themselves ${seconds(times.reduce((sum, ms) => sum + ms, 0))} s`,
  );
  if (values.only === undefined && times.length < candidatesWanted)
    console.log(`fewer than ${candidatesWanted} candidates`);
  return at(0.5) <= medianLimit && ratio <= timesLimit;
}

/** Milliseconds of processor time of the same checks in a process of their own. */
function timeOfChecks(root: string, how: "with" | "without"): number {
  const only = values.only === undefined ? [] : ["--only", values.only];
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [...threadFlags, fileURLToPath(import.meta.url), root, "--checks", how, ...only],
    { encoding: "utf8" },
  );
  const time = Number(stdout.trim());
  if (!(time > 0)) throw new Error(`the checks ${how} replays gave no time: ${stderr}`);
  return time;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}

const root = resolve(positionals[0] ?? ".cache/corpus/linux-source-6.12");
if (values.fixtures === true) process.exitCode = controls() ? 0 : 1;
else if (existsSync(root)) process.exitCode = tree(root) ? 0 : 1;
else {
  console.log(`${root} is not there: run "npm run corpus" first`);
  process.exitCode = 2;
}
