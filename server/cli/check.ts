/** `pinscope check`: lists files, chooses those worth parsing, has them checked and writes the report. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  formatCheckpatch,
  formatGithub,
  formatJson,
  formatSarif,
  formatStats,
  formatText,
  type Report,
} from "@pinscope/server/report";
import { openBaseline, writeBaseline } from "./baseline.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { type Output, progressLine, wantsColors } from "./io.ts";
import type { CommandLine } from "./options.ts";
import { parserBackend } from "./parser-files.ts";
import { type Executor, inlineExecutor, threadExecutor } from "./pool.ts";
import { openProjects } from "./project.ts";
import { type Request, readRequest } from "./request.ts";
import { cachedExecutor, openResultCache, programIdentity } from "./result-cache.ts";
import { runProjects } from "./run.ts";
import { cacheFolder, userConfigFile } from "./user-folders.ts";
import { isFolder } from "./walk.ts";

/** Where the pages of the rules are. */
const documentation = "https://github.com/pinscope/pinscope/blob/main/docs/rules";

/** Runs the command. What is wrong with files is part of the report; only defects throw. */
export async function check(line: CommandLine, output: Output): Promise<ExitCode> {
  const request = readRequest(line);
  if (typeof request === "string") return usageProblem(output, [request]);
  const opened = openProjects(
    line.paths,
    request.config,
    request.layer,
    userConfigFile(output.environment),
    request.controls,
  );
  if (opened.kind === "problems") return usageProblem(output, opened.messages);
  const { baseline: told, writesBaseline } = request;
  const baseline =
    told === undefined ? undefined : openBaseline(told, line.paths, output.environment, writesBaseline);
  if (typeof baseline === "string") return usageProblem(output, [baseline]);

  // A thread costs more than a file or two: no more of them than files, where files are given.
  const jobs = line.paths.some(isFolder) ? request.jobs : Math.min(request.jobs, line.paths.length);
  const script = new URL("./worker.mjs", import.meta.url);
  const start = (): Executor => (jobs === 1 ? inlineExecutor() : threadExecutor(jobs, script));
  const identity = request.caches ? programIdentity([new URL(import.meta.url), script]) : null;
  const cached =
    identity === null
      ? null
      : cachedExecutor(openResultCache(join(cacheFolder(output.environment), "results"), identity), start);
  const executor = cached ?? start();
  const progress = progressLine(output);
  try {
    const accepts = writesBaseline ? undefined : baseline?.accepts;
    const run = await runProjects(opened.projects, executor, progress.update, accepts);
    progress.clear();
    if (writesBaseline && baseline !== undefined) {
      const { findings } = run.report;
      const problem = writeBaseline(baseline.file, line.paths, findings);
      if (problem !== undefined) return usageProblem(output, [problem]);
      output.stderr(`pinscope: ${baseline.file} accepts ${findings.length} findings\n`);
      return exitCodes.clean;
    }
    if (run.accepted > 0) output.stderr(`pinscope: ${run.accepted} findings accepted by ${baseline?.file}\n`);
    writeReport(run.report, request, output);
    if (request.stats) {
      output.stderr(formatStats(run.report.stats));
      output.stderr(`parser ${parserBackend()}\n`);
      if (cached !== null) output.stderr(`results of earlier runs ${cached.found}\n`);
      for (const { file, ms } of run.slowest)
        output.stderr(`  ${String(Math.round(ms)).padStart(6)} ms  ${file}\n`);
    }
    if (run.failed) return exitCodes.findings;
    if (run.report.errors.some((error) => error.kind === "internal")) return exitCodes.internal;
    return run.filesRead === 0 ? exitCodes.internal : exitCodes.clean;
  } finally {
    await executor.close();
  }
}

function usageProblem(output: Output, messages: readonly string[]): ExitCode {
  for (const message of messages) output.stderr(`pinscope: ${message}\n`);
  return exitCodes.usage;
}

function writeReport(report: Report, request: Request, output: Output): void {
  for (const note of report.kernels) output.stderr(`pinscope: kernel ${note.kernel} (${note.reason})\n`);
  for (const error of report.errors) output.stderr(`${error.file}: error: ${error.message}\n`);
  if (report.stats.files === 0) output.stderr("pinscope: no C files found in the paths given\n");
  if (request.format === "json") output.stdout(formatJson(report));
  else if (request.format === "sarif") {
    output.stdout(
      formatSarif(report, {
        helpUri: (rule) => `${documentation}/${rule}.md`,
        informationUri: documentation,
      }),
    );
  } else if (request.format === "github") output.stdout(formatGithub(report));
  else if (request.format === "checkpatch") output.stdout(formatCheckpatch(report, cachedTexts()));
  else {
    const colors = wantsColors(output);
    output.stdout(
      formatText(report, {
        colors,
        ids: request.showsIds,
        ...(output.stdoutIsTerminal ? { frames: cachedTexts() } : {}),
      }),
    );
  }
}

/** Texts for code frames; undefined where a file went away meanwhile. */
function cachedTexts(): (file: string) => string | undefined {
  const texts = new Map<string, string | undefined>();
  return (file) => {
    if (!texts.has(file)) {
      try {
        texts.set(file, readFileSync(file, "utf8"));
      } catch {
        texts.set(file, undefined);
      }
    }
    return texts.get(file);
  };
}
