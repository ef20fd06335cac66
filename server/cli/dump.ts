/** `pinscope dump --cfg FILE:FUNCTION`: the control-flow graph that the checker reads, as text or for Graphviz. */
import { dumpCfgDot, dumpCfgText } from "@pinscope/grammars/ir";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import type { Output } from "./io.ts";
import { noFunction, openFile, openTarget } from "./open-file.ts";
import type { CommandLine } from "./options.ts";
import { loadParser } from "./parser-files.ts";

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
  const opened = openTarget(path, line, output);
  if (opened.kind === "problem") {
    if (!opened.unreadable) return problem(opened.message);
    output.stderr(`${opened.message}\n`);
    return exitCodes.internal;
  }
  const file = openFile(path, opened.source, opened.kernel, opened.settings, await loadParser());
  try {
    const ir = file.lookup(name);
    if (ir === null) return problem(noFunction(file, name));
    output.stdout(format === "dot" ? dumpCfgDot(ir) : dumpCfgText(ir));
    return exitCodes.clean;
  } finally {
    file.close();
  }
}
