/**
 * Controls of replays, and what they cost.
 *
 * Over the fixtures: every finding in a `_bad` function is replayed, and with nothing taken to be let go of or kept
 * (`assumeUnreleased`) every false candidate in an `_ok` function: none of the first may be refuted, none of the second
 * confirmed. Over a kernel tree, with the same assumption: what the replays say, milliseconds of processor time per
 * candidate, and how much longer `pinscope check` takes with replays than without (needs `npm run build`).
 *
 *     npm run bench:replay [-- TREE] [--fixtures] [--findings] [--only TEXT] [--list STATUS|all]
 *
 * `--findings` replays what the checker finds in the tree, without the assumption, and judges no cost.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
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
/** How often checks with and without replays are timed, by turns: the median of their ratios counts. */
const checkTurns = 5;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    fixtures: { type: "boolean" },
    findings: { type: "boolean" },
    only: { type: "string" },
    list: { type: "string" },
  },
});
const parser = await loadParser();
const pinscope = resolve("server/bin/pinscope.mjs");

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
}

function settingsFor(kernel: KernelChoice, assumeUnreleased: boolean): CheckSettings {
  return {
    kernels: [kernel],
    tables: defaultTables,
    defines: new Map(),
    includeFolders: [],
    severities: new Map(),
    deep: false,
    replay: "show-refuted",
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
    const result = checkFile({ path, source, files, parser, settings, aroundReplay });
    const missing = result.missing.filter((one) => !files.has(one));
    for (const one of missing) files.set(one, existsSync(one) ? readFileSync(one, "utf8") : null);
    if (missing.length > 0) continue;
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
    const figures: Figures = { told: [], replays: [] };
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
  const settings = settingsFor(kernel, values.findings !== true);
  const figures: Figures = { told: [], replays: [] };
  for (const path of filesBelow(root)) {
    const shown = relative(root, path);
    if (values.only !== undefined && !shown.includes(values.only)) continue;
    if (mention.test(readFileSync(path, "utf8"))) checkOne(path, shown, settings, figures);
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
  // By turns: what else the machine does changes within a minute by more than replays cost.
  const turns = Array.from({ length: checkTurns }, () => ({
    withReplays: timeOfChecks(root),
    without: timeOfChecks(root, "--no-replay"),
  }));
  const without = median(turns.map((turn) => turn.without));
  const withReplays = median(turns.map((turn) => turn.withReplays));
  const ratios = turns.map((turn) => turn.withReplays / turn.without);
  const ratio = median(ratios);
  console.log(
    `${figures.told.length} candidates, ${times.length} replays: ${count(figures.told)}; ` +
      `ms of processor time: median ${at(0.5).toFixed(1)} (limit ${medianLimit}), p95 ${at(0.95).toFixed(1)}, most ${at(1).toFixed(0)}; ` +
      `check with replays ${ratio.toFixed(2)} times that without (limit ${timesLimit}): ` +
      `${withReplays.toFixed(1)} s and ${without.toFixed(1)} s on the clock, by turns ` +
      `${ratios.map((one) => one.toFixed(2)).join(", ")}; replays by themselves ${seconds(times.reduce((sum, ms) => sum + ms, 0))} s of processor time`,
  );
  if (values.only === undefined && times.length < candidatesWanted)
    console.log(`fewer than ${candidatesWanted} candidates`);
  return at(0.5) <= medianLimit && ratio <= timesLimit;
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? 0;
}

/** Seconds on the clock that the command takes for the same checks. */
function timeOfChecks(root: string, ...more: readonly string[]): number {
  const args = ["check", "--assume-unreleased", "--no-cache", "--fail-on", "never", "--format", "json"];
  const started = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [pinscope, ...args, ...more, root], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(`pinscope check ended with ${status}: ${stderr.slice(0, 500)}`);
  return (performance.now() - started) / 1000;
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
