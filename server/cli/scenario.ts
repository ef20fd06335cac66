/** `pinscope scenario FILE|NAME…`: runs page scenarios on the kernel model, compares them with what they hold. */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { gunzipSync } from "node:zlib";
import { type Era, readEra } from "@pinscope/simulator/kernel";
import {
  compareKernels,
  formatComparison,
  formatHead,
  formatParting,
  formatRun,
  formatSummary,
  type Parting,
  partingsToJson,
  profileOf,
  proposalNotes,
  readTrace,
  recordedSchema,
  releaseNames,
  replayScenario,
  ScenarioError,
  type ScenarioRun,
  shippedTraces,
  standingText,
  type Trace,
  type TraceRun,
  toJson,
} from "@pinscope/simulator/scenario";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import type { Output } from "./io.ts";
import type { CommandLine } from "./options.ts";
import { openProjects } from "./project.ts";
import { userConfigFile } from "./user-folders.ts";
import { reason } from "./walk.ts";

/** What ends the command before its end: a message and an exit code. */
class Refusal extends Error {
  readonly exitCode: ExitCode;
  constructor(message: string, exitCode: ExitCode = exitCodes.usage) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Runs the command. */
export async function scenario(line: CommandLine, output: Output): Promise<ExitCode> {
  try {
    return run(line, output);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    output.stderr(`pinscope: ${error.message}\n`);
    return error.exitCode;
  }
}

function run(line: CommandLine, output: Output): ExitCode {
  const option = (name: string): string | null => line.options.get(name)?.[0] ?? null;
  const format = option("format") ?? "text";
  if (format !== "text" && format !== "json") {
    throw new Refusal(`--format: expected one of text, json, got "${format}"`);
  }
  if (line.options.has("list")) {
    output.stdout(listing());
    return exitCodes.clean;
  }
  const against = option("against");
  const compare = line.options.has("compare");
  if (against !== null && compare) throw new Refusal("--against and --compare: give one of the two");
  if (line.paths.length === 0)
    throw new Refusal("scenario: no file given; --list shows what comes with Pinscope");
  const only = line.options.get("only")?.flatMap((text) => text.split(",")) ?? null;
  const print = (text: string): void => {
    if (format === "text") output.stdout(text);
  };

  const files: TraceRun[] = [];
  const partings: Parting[] = [];
  for (const path of line.paths) {
    const trace = load(path);
    const own = erasOfConfiguration(
      path,
      line.options.get("config")?.[0],
      userConfigFile(output.environment),
    );
    const profile = profileFor(trace, option("era"), own);
    const other = against === null ? null : profileFor(trace, against, own);
    print(formatHead(basename(path), trace, profile));
    const recorded = recordedSchema(trace);
    const runs: ScenarioRun[] = [];
    for (const one of trace.scenarios) {
      if (only !== null && !only.includes(one.scenario)) continue;
      try {
        if (other !== null) {
          const parting = compareKernels(one, profile, other, recorded);
          partings.push(parting);
          print(formatParting(parting, profile.era.name, other.era.name));
        } else {
          const done = replayScenario(one, { profile, compare, recorded });
          runs.push(done);
          print(compare ? formatComparison(done) : formatRun(done));
        }
      } catch (error) {
        if (error instanceof ScenarioError) throw new Refusal(`${path}: ${error.message}`);
        throw error;
      }
    }
    files.push({ trace, profile, runs });
  }
  const all = files.flatMap((file) => file.runs);
  if (format === "json") output.stdout(against === null ? toJson(files) : partingsToJson(partings));
  else if (compare) output.stdout(formatSummary(all));
  print(`${standingText}\n`);
  const differ = all.some((one) => one.difference !== null) || partings.some((one) => one.first !== null);
  return differ ? exitCodes.findings : exitCodes.clean;
}

/** Reads a file, or one of the scenarios that come with Pinscope by its name. */
function load(path: string): Trace {
  const shipped = shippedTraces.find((one) => one.name === path);
  let text: string;
  try {
    text = shipped?.text ?? readMaybeZipped(path);
  } catch (error) {
    throw new Refusal(`${path}: cannot be read: ${reason(error)}`, exitCodes.internal);
  }
  const read = readTrace(text);
  if (read.kind === "trace") return read.trace;
  throw new Refusal(read.messages.map((one) => `${path}: ${one}`).join("\npinscope: "));
}

/** The eras that the configuration of a path defines. */
function erasOfConfiguration(path: string, explicit: string | undefined, user: string): Era[] {
  const opened = openProjects([path], explicit, {}, user);
  if (opened.kind === "problems") throw new Refusal(opened.messages.join("\npinscope: "));
  return opened.projects.flatMap(({ config }) =>
    [...config.eras].map(([name, settings]) => {
      const read = readEra(name, settings);
      if (read.kind === "problem") throw new Refusal(`configuration, key "eras": ${read.message}`);
      return read.era;
    }),
  );
}

function profileFor(trace: Trace, era: string | null, own: readonly Era[]): TraceRun["profile"] {
  const chosen = profileOf(trace, era, own);
  if (chosen.kind === "problem") throw new Refusal(chosen.message);
  return chosen.profile;
}

function listing(): string {
  const names = shippedTraces.map((one) => `  ${one.name.padEnd(24)} ${one.label}`);
  const proposals = proposalNotes.map(([name, note]) => `  ${name}: ${note}`);
  return (
    `Scenarios:\n${names.join("\n")}\n\nEras: ${releaseNames.join(", ")}\n\n` +
    `Eras that were proposed:\n${proposals.join("\n")}\n`
  );
}

function readMaybeZipped(path: string): string {
  const bytes = readFileSync(path);
  return (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
}
