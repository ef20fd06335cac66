/** `pinscope dump --cfg FILE:FUNCTION`: the control-flow graph that the checker reads, as text or for Graphviz. */
import { readFileSync } from "node:fs";
import { passText } from "@pinscope/grammars/dialect";
import {
  closeUnit,
  dumpCfgDot,
  dumpCfgText,
  listFunctions,
  lowerFunction,
  openUnit,
} from "@pinscope/grammars/ir";
import { collectProgram, type Program } from "@pinscope/grammars/program";
import { type CheckSettings, signaturesAt } from "@pinscope/server/checker";
import { formatKernel, nearest, parseKernel } from "@pinscope/server/config";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import type { Output } from "./io.ts";
import { diskKernelDetector } from "./kernel-of-file.ts";
import type { CommandLine } from "./options.ts";
import { loadParser } from "./parser-files.ts";
import { openProjects } from "./project.ts";
import { readText } from "./unit.ts";
import { userConfigFile } from "./user-folders.ts";
import { reason } from "./walk.ts";

/** How often headers may ask for further headers. */
const includeRoundLimit = 16;

/** Runs the command. */
export async function dump(line: CommandLine, output: Output): Promise<ExitCode> {
  const problem = (message: string): ExitCode => {
    output.stderr(`pinscope: ${message}\n`);
    return exitCodes.usage;
  };
  const target = /^(.+):([A-Za-z_]\w*)$/.exec(line.options.get("cfg")?.[0] ?? "");
  const path = target?.[1];
  const name = target?.[2];
  if (path === undefined || name === undefined || line.paths.length > 0) {
    return problem("dump: say which function: --cfg FILE:FUNCTION");
  }
  const format = line.options.get("format")?.[0] ?? "text";
  if (format !== "text" && format !== "dot") {
    return problem(`--format: expected one of text, dot, got "${format}"`);
  }
  const kernelText = line.options.get("kernel")?.[0];
  if (kernelText !== undefined && parseKernel(kernelText) === undefined) {
    return problem(`--kernel: expected one version such as 6.12, got "${kernelText}"`);
  }
  const opened = openProjects(
    [path],
    line.options.get("config")?.[0],
    {},
    userConfigFile(output.environment),
  );
  if (opened.kind === "problems") return problem(opened.messages.join("\npinscope: "));
  const project = opened.projects[0];
  if (project === undefined) return problem("dump: no file given");

  let source: string;
  try {
    source = readFileSync(path, "utf8");
  } catch (error) {
    output.stderr(`${path}: error: cannot be read: ${reason(error)}\n`);
    return exitCodes.internal;
  }
  const told = kernelText ?? project.config.kernel[0];
  const detected = diskKernelDetector()(path);
  const kernel = (told === undefined ? undefined : parseKernel(told)) ?? detected.kernel;
  output.stderr(
    `pinscope: kernel ${formatKernel(kernel)} (${told === undefined ? detected.reason : "as told"})\n`,
  );

  const settings = project.settings([kernel]);
  const [major = 0, minor = 0] = kernel.version.slice(1).split(".").map(Number);
  const { defines } = settings;
  const conditions = { version: [major, minor, kernel.patch] as const, defines, assumptions: new Map() };
  const unit = openUnit({
    path,
    source,
    passed: passText(source, settings.tables, conditions),
    program: collect(path, source, settings, kernel.version),
    parser: await loadParser(),
  });
  try {
    const outlines = listFunctions(unit);
    const outline = outlines.find((one) => one.name === name);
    if (outline === undefined) {
      const near = nearest(
        name,
        outlines.map((one) => one.name),
      );
      return problem(
        `${path}: no function "${name}"${near === undefined ? "" : `; did you mean "${near}"?`}`,
      );
    }
    const ir = lowerFunction(unit, outline);
    output.stdout(format === "dot" ? dumpCfgDot(ir) : dumpCfgText(ir));
    return exitCodes.clean;
  } finally {
    closeUnit(unit);
  }
}

function collect(
  path: string,
  source: string,
  settings: CheckSettings,
  version: Parameters<typeof signaturesAt>[0],
): Program {
  const files = new Map<string, string | null>([[path, source]]);
  for (let round = 0; ; round++) {
    const { program, missing } = collectProgram(path, files, {
      includeFolders: settings.includeFolders,
      signatures: signaturesAt(version),
    });
    const wanted = missing.filter((one) => !files.has(one));
    if (wanted.length === 0) return program;
    for (const one of wanted) files.set(one, round < includeRoundLimit ? readText(one) : null);
  }
}
