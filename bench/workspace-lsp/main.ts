/**
 * What a check of a whole folder costs the language server:
 *   npm run bench:workspace:lsp -- [--tree FOLDER] [--open FILE]
 * A client starts a server process on a kernel tree, opens one file, asks for the check of the workspace and meanwhile types
 * into the file. Printed are the time of the check, the process's memory before, at its highest and after, and how
 * long keystrokes waited. Fails when the memory was ever above what is wanted, or a file could not be checked.
 */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { ExecuteCommandRequest } from "vscode-languageserver/node";
import { URI } from "vscode-uri";
import { buildServer, startServer } from "../keystroke-lsp/process-client.ts";

/** Megabytes that the server may take. */
const wanted = 400;

/** Time between two keystrokes, in milliseconds. */
const typingPause = 250;

interface Summary {
  readonly files: number;
  readonly findings: number;
  readonly errors: readonly string[];
  readonly ms: number;
}

/** @returns the process's exit code */
export async function run(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      tree: { type: "string", default: ".cache/corpus/linux-source-6.12" },
      open: { type: "string", default: "drivers/misc/bcm-vk/bcm_vk_sg.c" },
    },
  });
  const tree = resolve(values.tree);
  const server = await startServer(
    process.execPath,
    [buildServer(), "lsp", "--stdio"],
    URI.file(tree).toString(),
  );
  try {
    const path = resolve(tree, values.open);
    const uri = URI.file(path).toString();
    await server.open(uri, readFileSync(path, "utf8"));
    const before = server.memory();
    let checking = true;
    const check = server.connection
      .sendRequest(ExecuteCommandRequest.type, { command: "pinscope.server.checkWorkspace" })
      .finally(() => {
        checking = false;
      });
    const waits: number[] = [];
    const end = { line: 0, character: 0 };
    while (checking) {
      waits.push((await server.change(uri, { start: end, end }, "\n")).milliseconds);
      await new Promise((proceed) => setTimeout(proceed, typingPause));
    }
    const { files, findings, errors, ms } = (await check) as Summary;
    const [after, peak] = [server.memory(), server.peakMemory()];
    waits.sort((left, right) => left - right);
    console.log(
      `${files} files checked, ${findings} findings, in ${(ms / 1000).toFixed(1)} s; errors: ${errors.length}`,
    );
    for (const error of errors.slice(0, 5)) console.log(`  ${error}`);
    console.log(
      `server: ${shown(before)} before, ${shown(peak)} at most, ${shown(after)} after (wanted ${wanted})`,
    );
    console.log(
      `${waits.length} keystrokes meanwhile: diagnostics after ${waits[waits.length >> 1]?.toFixed(1)} ms, ` +
        `at most ${waits.at(-1)?.toFixed(1)} ms`,
    );
    return errors.length > 0 || (peak ?? 0) > wanted ? 1 : 0;
  } finally {
    await server.stop();
  }
}

function shown(megabytes: number | null): string {
  return megabytes === null ? "unknown" : `${megabytes.toFixed(0)} MB`;
}
