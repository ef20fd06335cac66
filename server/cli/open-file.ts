/** Opens one C file for questions about single functions: text, program, trees. */
import { readFileSync } from "node:fs";
import { passText } from "@pinscope/grammars/dialect";
import {
  closeUnit,
  type FunctionIr,
  type FunctionOutline,
  listFunctions,
  lowerFunction,
  openUnit,
} from "@pinscope/grammars/ir";
import { collectProgram, type Program } from "@pinscope/grammars/program";
import type { SyntaxParser } from "@pinscope/grammars/syntax";
import { type CheckSettings, type KernelChoice, signaturesAt } from "@pinscope/server/checker";
import { formatKernel, nearest, parseKernel, type ResolvedConfig } from "@pinscope/server/config";
import type { Output } from "./io.ts";
import { diskKernelDetector } from "./kernel-of-file.ts";
import type { CommandLine } from "./options.ts";
import { openProjects } from "./project.ts";
import { readText } from "./unit.ts";
import { userConfigFile } from "./user-folders.ts";
import { reason } from "./walk.ts";

/** How often headers may ask for further headers. */
const includeRoundLimit = 16;

export interface OpenFile {
  readonly path: string;
  readonly source: string;
  readonly program: Program;
  /** Headers that it includes by quotes, and those that these include, as far as they could be read. */
  readonly headers: readonly string[];
  readonly outlines: readonly FunctionOutline[];
  /** The graph of a function of the file, lowered when it is first asked for; null for other names. */
  lookup(name: string): FunctionIr | null;
  /** Frees the trees. Graphs stay valid. */
  close(): void;
}

/** Reads and parses a text as one kernel has it. Headers in quotes are loaded from disk. */
export function openFile(
  path: string,
  source: string,
  kernel: KernelChoice,
  settings: CheckSettings,
  parser: SyntaxParser,
): OpenFile {
  const [major = 0, minor = 0] = kernel.version.slice(1).split(".").map(Number);
  const { defines } = settings;
  const conditions = { version: [major, minor, kernel.patch] as const, defines, assumptions: new Map() };
  const { program, headers } = collect(path, source, settings, kernel);
  const unit = openUnit({
    path,
    source,
    passed: passText(source, settings.tables, conditions),
    program,
    parser,
  });
  const outlines = listFunctions(unit);
  const byName = new Map(outlines.map((outline) => [outline.name, outline]));
  const lowered = new Map<string, FunctionIr>();
  return {
    path,
    source,
    program,
    headers,
    outlines,
    lookup(name) {
      const outline = byName.get(name);
      if (outline === undefined) return null;
      let ir = lowered.get(name);
      if (ir === undefined) {
        ir = lowerFunction(unit, outline);
        lowered.set(name, ir);
      }
      return ir;
    },
    close: () => closeUnit(unit),
  };
}

function collect(
  path: string,
  source: string,
  settings: CheckSettings,
  kernel: KernelChoice,
): { readonly program: Program; readonly headers: readonly string[] } {
  const files = new Map<string, string | null>([[path, source]]);
  for (let round = 0; ; round++) {
    const { program, missing } = collectProgram(path, files, {
      includeFolders: settings.includeFolders,
      signatures: signaturesAt(kernel.version),
    });
    const wanted = missing.filter((one) => !files.has(one));
    if (wanted.length === 0) {
      const headers = [...files].filter(([one, text]) => one !== path && text !== null).map(([one]) => one);
      return { program, headers };
    }
    for (const one of wanted) files.set(one, round < includeRoundLimit ? readText(one) : null);
  }
}

export type Target =
  | {
      readonly kind: "target";
      readonly path: string;
      readonly source: string;
      readonly kernel: KernelChoice;
      readonly settings: CheckSettings;
      /** Eras that its configuration defines, by name. */
      readonly eras: ResolvedConfig["eras"];
    }
  | { readonly kind: "problem"; readonly message: string; readonly unreadable: boolean };

/** The file that a command is about, its kernel (`--kernel`, configuration, tree) and its settings. */
export function openTarget(path: string, line: CommandLine, output: Output): Target {
  const problem = (message: string, unreadable = false): Target => ({ kind: "problem", message, unreadable });
  const kernelText = line.options.get("kernel")?.[0];
  if (kernelText !== undefined && parseKernel(kernelText) === undefined)
    return problem(`--kernel: expected one version such as 6.12, got "${kernelText}"`);
  const opened = openProjects(
    [path],
    line.options.get("config")?.[0],
    {},
    userConfigFile(output.environment),
  );
  if (opened.kind === "problems") return problem(opened.messages.join("\npinscope: "));
  const project = opened.projects[0];
  if (project === undefined) return problem(`${line.command}: no file given`);
  let source: string;
  try {
    source = readFileSync(path, "utf8");
  } catch (error) {
    return problem(`${path}: error: cannot be read: ${reason(error)}`, true);
  }
  const told = kernelText ?? project.config.kernel[0];
  const detected = diskKernelDetector()(path);
  const kernel = (told === undefined ? undefined : parseKernel(told)) ?? detected.kernel;
  output.stderr(
    `pinscope: kernel ${formatKernel(kernel)} (${told === undefined ? detected.reason : "as told"})\n`,
  );
  const { eras } = project.config;
  return { kind: "target", path, source, kernel, settings: project.settings([kernel]), eras };
}

/** What to say where a file has no function of a name. */
export function noFunction({ path, outlines }: OpenFile, name: string): string {
  const near = nearest(
    name,
    outlines.map((one) => one.name),
  );
  return `${path}: no function "${name}"${near === undefined ? "" : `; did you mean "${near}"?`}`;
}
