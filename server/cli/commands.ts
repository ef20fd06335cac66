/** Runs what a command line asks for. */
import { check } from "./check.ts";
import { dump } from "./dump.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import type { Output } from "./io.ts";
import { kbuild } from "./kbuild.ts";
import { languageServer } from "./language-server.ts";
import { type Command, type CommandLine, helpText, parseCommandLine } from "./options.ts";
import { scenario } from "./scenario.ts";
import { simulate } from "./simulate.ts";
import { syntax } from "./syntax.ts";
import { toolVersion } from "./version.ts";

const runners: Readonly<Record<Command, (line: CommandLine, output: Output) => Promise<ExitCode>>> = {
  check,
  syntax,
  dump,
  simulate,
  scenario,
  kbuild,
  lsp: languageServer,
};

/** @param args what stands behind `pinscope`. Throws only on a defect. */
export async function runCommandLine(args: readonly string[], output: Output): Promise<ExitCode> {
  const parsed = parseCommandLine(args);
  switch (parsed.kind) {
    case "help":
      output.stdout(helpText(parsed.command));
      return exitCodes.clean;
    case "version":
      output.stdout(`pinscope ${toolVersion}\n`);
      return exitCodes.clean;
    case "problem":
      output.stderr(`pinscope: ${parsed.message}\npinscope --help shows how it is used.\n`);
      return exitCodes.usage;
    case "run":
      return runners[parsed.line.command](parsed.line, output);
  }
}
