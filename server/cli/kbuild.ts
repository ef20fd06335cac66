/**
 * `pinscope kbuild`: the checker that `make C=1 CHECK='pinscope kbuild'` runs on each file that it compiles. Takes from
 * the compiler's flags what concerns the reading of the file; never fails a build unless told to.
 */
import { dirname, join, resolve } from "node:path";
import { type ConfigLayer, formatKernel, kernelMakefileVersion } from "@pinscope/server/config";
import { formatText } from "@pinscope/server/report";
import { openBaseline } from "./baseline.ts";
import { type CompilerFlags, plainDefines, readCompilerFlags } from "./compiler-flags.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { type Output, wantsColors } from "./io.ts";
import type { CommandLine } from "./options.ts";
import { inlineExecutor } from "./pool.ts";
import { openProjects, type Project } from "./project.ts";
import { readRequest } from "./request.ts";
import { runProjects } from "./run.ts";
import { readText } from "./unit.ts";
import { userConfigFile } from "./user-folders.ts";

/** Headers that Kbuild reads before every file; the project's own tables stand in for them. */
const kernelPreludes = /(?:^|\/)include\/linux\/(?:compiler-version|kconfig|compiler_types)\.h$/;

/** How locations name the text that stands for the compiler's arguments. */
const preludeFile = "<command line>";

/** Runs the command. Exit code 0, whatever is found, unless `--fail-on` is given. */
export async function kbuild(line: CommandLine, output: Output): Promise<ExitCode> {
  const usage = (...messages: readonly string[]): ExitCode => {
    for (const message of messages) output.stderr(`pinscope: ${message}\n`);
    return exitCodes.usage;
  };
  const flags = readCompilerFlags(line.compilerFlags ?? []);
  // Assembly and what is generated from it are compiled too; there is nothing to read in them.
  const files = flags.files.filter((file) => file.endsWith(".c"));
  if (files.length === 0)
    return flags.files.length > 0 ? exitCodes.clean : usage("kbuild: no C file is named");
  const request = readRequest({ ...line, paths: files });
  if (typeof request === "string") return usage(request);
  const layer = { failOn: "never" as const, ...request.layer, ...layerOf(flags, files) };
  const kernel = request.layer.kernel ?? kernelOf(flags);
  const opened = openProjects(
    files,
    request.config,
    kernel === undefined ? layer : { ...layer, kernel },
    userConfigFile(output.environment),
    request.controls,
  );
  if (opened.kind === "problems") return usage(...opened.messages);
  const baseline =
    request.baseline === undefined
      ? undefined
      : openBaseline(request.baseline, files, output.environment, false);
  if (typeof baseline === "string") return usage(baseline);

  const executor = inlineExecutor();
  const prelude = preludeOf(flags);
  const projects = opened.projects.map((project) => withPrelude(project, prelude));
  const run = await runProjects(projects, executor, () => {}, baseline?.accepts);
  await executor.close();
  for (const error of run.report.errors) output.stderr(`${error.file}: error: ${error.message}\n`);
  // The compiler's messages go there too.
  output.stderr(formatText(run.report, { colors: output.stderrIsTerminal && wantsColors(output) }));
  return run.failed ? exitCodes.findings : exitCodes.clean;
}

/** Symbols and folders, as a configuration says them. */
function layerOf({ defines, folders, includes }: CompilerFlags, files: readonly string[]): ConfigLayer {
  const symbols: Record<string, string | false> = {};
  const configuration = folders.map((folder) => readText(join(folder, "generated", "autoconf.h")));
  const known = configuration.find((text) => text !== null);
  if (known !== undefined && known !== null) {
    // A configuration is complete: what it does not set is off.
    for (const file of files)
      for (const [name] of (readText(file) ?? "").matchAll(/\bCONFIG_\w+/g)) symbols[name] = false;
    Object.assign(symbols, Object.fromEntries(plainDefines(known)));
  }
  for (const header of includes.filter((one) => !kernelPreludes.test(one)))
    Object.assign(symbols, Object.fromEntries(plainDefines(readText(header) ?? "")));
  for (const [name, value] of defines) if (/^\w+$/.test(name)) symbols[name] = value;
  return { defines: symbols, includeFolders: folders.map((folder) => resolve(folder)) };
}

/** What the compiler reads before the file, as text. */
function preludeOf({ defines, includes }: CompilerFlags): string {
  return [
    ...defines.map(([name, value]) => (value === false ? `#undef ${name}` : `#define ${name} ${value}`)),
    ...includes.filter((one) => !kernelPreludes.test(one)).map((one) => `#include "${one}"`),
    "",
  ].join("\n");
}

/** The kernel whose headers the flags name: a module stands outside its tree. */
function kernelOf({ folders }: CompilerFlags): readonly string[] | undefined {
  for (const folder of folders) {
    const text = readText(join(dirname(resolve(folder)), "Makefile"));
    const version = text === null ? undefined : kernelMakefileVersion(text);
    if (version !== undefined) return [formatKernel(version)];
  }
  return undefined;
}

function withPrelude(project: Project, prelude: string): Project {
  return {
    ...project,
    settings: (kernels) => ({ ...project.settings(kernels), before: new Map([[preludeFile, prelude]]) }),
  };
}
