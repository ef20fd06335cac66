/** `pinscope syntax`: parses every file without a prefilter and lists the functions that could not be read whole. */
import { readFileSync } from "node:fs";
import { formatKernel, parseKernel } from "@pinscope/server/config";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { type Output, progressLine } from "./io.ts";
import { diskKernelDetector } from "./kernel-of-file.ts";
import type { CommandLine } from "./options.ts";
import { loadParser } from "./parser-files.ts";
import { openProjects, type Project } from "./project.ts";
import {
  createSyntaxMeasure,
  type FolderFigures,
  type SyntaxMeasure,
  type SyntaxProblem,
  type SyntaxReport,
} from "./syntax-report/index.ts";
import { userConfigFile } from "./user-folders.ts";
import { type FileList, listFiles, reason } from "./walk.ts";

/** Reports of several kernels or configurations put together. */
type Figures = Pick<SyntaxReport, "functions" | "functionsWithSyntaxErrors" | "folders" | "list" | "outside">;

/** Runs the command. Exit code 0 whatever it finds: its figures are the result. */
export async function syntax(line: CommandLine, output: Output): Promise<ExitCode> {
  const problem = (message: string): ExitCode => {
    output.stderr(`pinscope: ${message}\n`);
    return exitCodes.usage;
  };
  if (line.paths.length === 0) return problem("syntax: no PATH given");
  const format = line.options.get("format")?.[0] ?? "text";
  if (format !== "text" && format !== "json") {
    return problem(`--format: expected one of text, json, got "${format}"`);
  }
  const kernel = line.options.get("kernel")?.[0];
  if (kernel !== undefined && parseKernel(kernel) === undefined) {
    return problem(`--kernel: expected one version such as 6.12, got "${kernel}"`);
  }
  const layer = kernel === undefined ? {} : { kernel: [kernel] };
  const opened = openProjects(
    line.paths,
    line.options.get("config")?.[0],
    layer,
    userConfigFile(output.environment),
  );
  if (opened.kind === "problems") return problem(opened.messages.join("\npinscope: "));

  const progress = progressLine(output);
  const parser = await loadParser();
  const measures: SyntaxMeasure[] = [];
  let filesRead = 0;
  for (const project of opened.projects) {
    const list = listFiles(project.paths, project.ignore);
    for (const error of list.errors) output.stderr(`${error.file}: error: ${error.message}\n`);
    const measureOf = measuresByKernel(project, parser, measures, output);
    for (const [index, file] of list.sources.entries()) {
      try {
        measureOf(file).add({ path: file, source: readFileSync(file, "utf8"), folder: heading(file, list) });
        filesRead++;
      } catch (error) {
        output.stderr(`${file}: error: cannot be read: ${reason(error)}\n`);
      }
      progress.update(index + 1, list.sources.length);
    }
  }
  progress.clear();
  parser.free();
  const figures = joinReports(measures.map((measure) => measure.report()));
  output.stdout(format === "json" ? `${JSON.stringify(figures, null, 2)}\n` : syntaxText(figures));
  return filesRead === 0 ? exitCodes.internal : exitCodes.clean;
}

/** One measure per kernel version, made when its first file comes. */
function measuresByKernel(
  project: Project,
  parser: Awaited<ReturnType<typeof loadParser>>,
  measures: SyntaxMeasure[],
  output: Output,
): (file: string) => SyntaxMeasure {
  const detect = diskKernelDetector();
  const told = project.config.kernel[0];
  const kernel = told === undefined ? undefined : parseKernel(told);
  const known = new Map<string, SyntaxMeasure>();
  return (file) => {
    const found = kernel === undefined ? detect(file) : { kernel, reason: "as told" };
    const key = formatKernel(found.kernel);
    let measure = known.get(key);
    if (measure === undefined) {
      output.stderr(`pinscope: kernel ${key} (${found.reason})\n`);
      const { tables, defines } = project.settings([found.kernel]);
      const [major = 0, minor = 0] = found.kernel.version.slice(1).split(".").map(Number);
      const version = [major, minor, found.kernel.patch] as const;
      measure = createSyntaxMeasure({
        parser,
        tables,
        conditions: { version, defines, assumptions: new Map() },
      });
      known.set(key, measure);
      measures.push(measure);
    }
    return measure;
  };
}

/** The folder under which a file is counted: the first one below the folder given. */
function heading(file: string, list: FileList): string {
  const given = list.folders
    .map((folder) => folder.replace(/\/+$/, ""))
    .find((folder) => file.startsWith(`${folder}/`));
  const below = given === undefined ? file : file.slice(given.length + 1);
  const slash = below.indexOf("/", 1);
  return slash === -1 ? "." : below.slice(0, slash);
}

function joinReports(reports: readonly SyntaxReport[]): Figures {
  const folders = new Map<string, FolderFigures>();
  for (const report of reports) {
    for (const [name, figures] of Object.entries(report.folders)) {
      const known = folders.get(name) ?? { files: 0, functions: 0, functionsWithSyntaxErrors: 0 };
      folders.set(name, {
        files: known.files + figures.files,
        functions: known.functions + figures.functions,
        functionsWithSyntaxErrors: known.functionsWithSyntaxErrors + figures.functionsWithSyntaxErrors,
      });
    }
  }
  const sum = (value: (report: SyntaxReport) => number): number =>
    reports.reduce((total, report) => total + value(report), 0);
  return {
    functions: sum((report) => report.functions),
    functionsWithSyntaxErrors: sum((report) => report.functionsWithSyntaxErrors),
    folders: Object.fromEntries([...folders].sort(([left], [right]) => (left < right ? -1 : 1))),
    list: reports.flatMap((report) => report.list).sort(comparePlaces),
    outside: reports.flatMap((report) => report.outside).sort(comparePlaces),
  };
}

function comparePlaces(left: SyntaxProblem, right: SyntaxProblem): number {
  return left.file === right.file ? left.line - right.line : left.file < right.file ? -1 : 1;
}

function syntaxText(figures: Figures): string {
  const row = (
    name: string,
    { functions, functionsWithSyntaxErrors: bad }: Omit<FolderFigures, "files">,
  ): string => {
    const share = functions === 0 ? "" : `${((100 * bad) / functions).toFixed(3)} %`;
    return `${name.padEnd(24)} ${String(functions).padStart(8)} ${String(bad).padStart(8)} ${share.padStart(10)}`;
  };
  return [
    ...figures.list.map(
      (one) =>
        `${one.file}:${one.line}:1: warning: ${one.function}() is not read whole: ${one.node} [syntax]`,
    ),
    ...figures.outside.map(
      (one) => `${one.file}:${one.line}:1: info: outside functions: ${one.node} [syntax]`,
    ),
    `${"folder".padEnd(24)} functions  with errors`,
    ...Object.entries(figures.folders).map(([name, folder]) => row(name, folder)),
    row("all", figures),
    "",
  ].join("\n");
}
