/** `pinscope scenario FILE…`: runs page scenarios on the kernel model, and compares them with what they hold. */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { gunzipSync } from "node:zlib";
import {
  formatComparison,
  formatHead,
  formatRun,
  formatSummary,
  profileOf,
  readTrace,
  recordedSchema,
  replayScenario,
  ScenarioError,
  type ScenarioRun,
  standingText,
  type TraceRun,
  toJson,
} from "@pinscope/simulator/scenario";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import type { Output } from "./io.ts";
import type { CommandLine } from "./options.ts";
import { reason } from "./walk.ts";

/** Runs the command. */
export async function scenario(line: CommandLine, output: Output): Promise<ExitCode> {
  const problem = (message: string): ExitCode => {
    output.stderr(`pinscope: ${message}\n`);
    return exitCodes.usage;
  };
  const format = line.options.get("format")?.[0] ?? "text";
  if (format !== "text" && format !== "json") {
    return problem(`--format: expected one of text, json, got "${format}"`);
  }
  if (line.paths.length === 0) return problem("scenario: no file given");
  const compare = line.options.has("compare");
  const only = line.options.get("only")?.flatMap((text) => text.split(","));
  const print = (text: string): void => {
    if (format === "text") output.stdout(text);
  };
  const files: TraceRun[] = [];
  for (const path of line.paths) {
    let text: string;
    try {
      text = readMaybeZipped(path);
    } catch (error) {
      output.stderr(`${path}: error: cannot be read: ${reason(error)}\n`);
      return exitCodes.internal;
    }
    const read = readTrace(text);
    if (read.kind === "problems") {
      return problem(read.messages.map((one) => `${path}: ${one}`).join("\npinscope: "));
    }
    const { trace } = read;
    const chosen = profileOf(trace, line.options.get("era")?.[0] ?? null);
    if (chosen.kind === "problem") return problem(chosen.message);
    const { profile } = chosen;
    print(formatHead(basename(path), trace, profile));
    const recorded = recordedSchema(trace);
    const runs: ScenarioRun[] = [];
    for (const one of trace.scenarios) {
      if (only !== undefined && !only.includes(one.scenario)) continue;
      try {
        const run = replayScenario(one, { profile, compare, recorded });
        runs.push(run);
        print(compare ? formatComparison(run) : formatRun(run));
      } catch (error) {
        if (!(error instanceof ScenarioError)) throw error;
        return problem(`${path}: ${error.message}`);
      }
    }
    files.push({ trace, profile, runs });
  }
  const all = files.flatMap((file) => file.runs);
  if (format === "json") output.stdout(toJson(files));
  else if (compare) output.stdout(formatSummary(all));
  print(`${standingText}\n`);
  return all.some((run) => run.difference !== null) ? exitCodes.findings : exitCodes.clean;
}

function readMaybeZipped(path: string): string {
  const bytes = readFileSync(path);
  return (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
}
