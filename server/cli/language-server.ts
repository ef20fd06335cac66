/** `pinscope lsp --stdio`: starts the language server's bundle, which lies beside this one's, in this process. */
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import type { Output } from "./io.ts";
import type { CommandLine } from "./options.ts";

/** Runs the command. Returns when the server listens; it ends the process itself when its client says goodbye. */
export async function languageServer(line: CommandLine, output: Output): Promise<ExitCode> {
  if (!line.options.has("stdio") || line.paths.length > 0) {
    output.stderr("pinscope: lsp: say how to talk to it: pinscope lsp --stdio\n");
    return exitCodes.usage;
  }
  await import(new URL("./lsp.mjs", import.meta.url).href);
  return exitCodes.clean;
}
