/** The command line's entry: reads the arguments, runs the command, sets the exit code. */

import { runCommandLine } from "./commands.ts";
import { exitCodes } from "./exit-codes.ts";
import { processOutput } from "./io.ts";

try {
  process.exitCode = await runCommandLine(process.argv.slice(2), processOutput);
} catch (error) {
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`pinscope: internal error: ${what}\n`);
  process.exitCode = exitCodes.internal;
}
