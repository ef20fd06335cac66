/** The command line's entry: reads the arguments, runs the command, sets the exit code. */

import { runCommandLine } from "./commands.ts";
import { exitCodes } from "./exit-codes.ts";
import { processOutput } from "./io.ts";

// Who reads only the first lines (`| head`) closes the pipe: that ends the program, not its exit code.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

try {
  process.exitCode = await runCommandLine(process.argv.slice(2), processOutput);
} catch (error) {
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`pinscope: internal error: ${what}\n`);
  process.exitCode = exitCodes.internal;
}
