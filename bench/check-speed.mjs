// Times `pinscope check` over a whole kernel tree against the I/O floor: ripgrep listing the files that name a trigger.
// Both run side by side, in turn, on a warm page cache; prints the ratio of the medians and the peak memory.
// The check is timed with every file checked anew, and once more with the results of the run before (no file changed).
// Usage: node bench/check-speed.mjs [--runs N] [--rg BINARY] [TREE]; needs `npm run build` and `npm run corpus`.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: "string", default: "5" }, rg: { type: "string", default: "rg" } },
});
const tree = positionals[0] ?? join(root, ".cache", "corpus", "linux-source-6.12");
const runs = Number(values.runs);
const pinscope = join(root, "server", "bin", "pinscope.mjs");

/** At most this many times the floor's wall time. */
const targetRatio = 5;
/** Peak memory of the check, in megabytes. */
const targetMegabytes = 600;

function fail(message) {
  process.stderr.write(`check-speed: ${message}\n`);
  process.exit(2);
}

if (!existsSync(tree)) fail(`${tree} is not there: run \`npm run corpus\``);
if (!existsSync(join(root, "server", "dist", "pinscope.mjs"))) fail("not built: run `npm run build`");

/** The names of the catalogue's triggers, read from the catalogue itself. */
async function triggerNames() {
  const folder = mkdtempSync(join(tmpdir(), "pinscope-speed-"));
  try {
    const outfile = join(folder, "catalogue.mjs");
    await build({
      entryPoints: [join(root, "simulator", "catalogue", "index.ts")],
      outfile,
      bundle: true,
      format: "esm",
      platform: "neutral",
      logLevel: "error",
    });
    return (await import(pathToFileURL(outfile).href)).triggerNames();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs a program; wall seconds, its output, and the peak resident memory in megabytes where that can be read. */
function timed(program, args, allowed) {
  const started = performance.now();
  const result = spawnSync(program, args, { encoding: "utf8", maxBuffer: 1 << 28 });
  const seconds = (performance.now() - started) / 1000;
  if (result.error !== undefined) fail(`${program} cannot be run: ${result.error.message}`);
  if (!allowed.includes(result.status))
    fail(`${program} ended with ${result.status}: ${result.stderr.slice(0, 500)}`);
  return { seconds, output: result.stdout, errors: result.stderr };
}

function median(numbers) {
  const sorted = [...numbers].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)];
}

const names = await triggerNames();
const floorArgs = [
  "--no-config",
  "-uu",
  "-j2",
  "-l",
  "-F",
  "-g",
  "*.c",
  ...names.flatMap((name) => ["-e", name]),
  tree,
];
const checkArgs = [pinscope, "check", "--fail-on", "never", "--format", "json", tree];
const anew = ["--no-cache"];
const floor = () => timed(values.rg, floorArgs, [0]);
// GNU time tells the peak memory; without it the run is only timed.
const gnuTime = existsSync("/usr/bin/time");
const check = (...more) =>
  gnuTime
    ? timed("/usr/bin/time", ["-f", "peak %M", process.execPath, ...checkArgs, ...more], [0])
    : timed(process.execPath, [...checkArgs, ...more], [0]);

floor();
check();
const times = { floor: [], check: [], again: [] };
let peak = 0;
let last;
for (let run = 0; run < runs; run++) {
  times.floor.push(floor().seconds);
  last = check(...anew);
  times.check.push(last.seconds);
  times.again.push(check().seconds);
  peak = Math.max(peak, Number(/^peak (\d+)$/m.exec(last.errors)?.[1] ?? 0) / 1024);
}
const { stats } = JSON.parse(last.output);
const show = (list) => `${median(list).toFixed(2)} s (${list.map((one) => one.toFixed(2)).join(" ")})`;
const ratio = median(times.check) / median(times.floor);
const processors = readFileSync("/proc/cpuinfo", "utf8").match(/^model name.*$/gm) ?? [];
process.stdout.write(
  [
    `machine      ${processors.length} × ${processors[0]?.split(":")[1]?.trim() ?? "unknown"}, Node ${process.version}`,
    `files        ${stats.files}, parsed ${stats.files - stats.filesSkippedByPrefilter}`,
    `floor        ${show(times.floor)}: ${values.rg} -l -F, ${names.length} names, 2 threads`,
    `check        ${show(times.check)}: read ${Math.round(stats.ms.read)}, parse ${Math.round(stats.ms.parse)}, ` +
      `lower ${Math.round(stats.ms.lower)}, analyze ${Math.round(stats.ms.analyze)} ms over all threads`,
    `again        ${show(times.again)}: nothing changed since the last run, ${(median(times.again) / median(times.floor)).toFixed(2)} times the floor`,
    `ratio        ${ratio.toFixed(2)} (target: at most ${targetRatio})`,
    ...(peak > 0 ? [`peak memory  ${peak.toFixed(0)} MB (target: under ${targetMegabytes})`] : []),
    "",
  ].join("\n"),
);
process.exitCode = ratio <= targetRatio && peak < targetMegabytes ? 0 : 1;
