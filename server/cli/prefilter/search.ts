/** Searches files for literals: with ripgrep's binary where there is one, else in JavaScript; same answer. */

import { execFile } from "node:child_process";
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { essentialLiterals } from "./words.ts";

/**
 * Files of the run that contain at least one of the literals, and those that cannot be read; no order.
 * `wholeWords`: files that contain a literal only inside longer words may be left out.
 */
export type Search = (literals: readonly string[], wholeWords: boolean) => Promise<string[]>;

/** Most output that is taken from ripgrep, in bytes. */
const outputLimit = 256 * 1024 * 1024;

/** The search in JavaScript: reads every file. */
export function scriptSearch(files: () => readonly string[]): Search {
  return async (literals) => {
    const needles = essentialLiterals(literals).map((literal) => Buffer.from(literal));
    return files().filter((file) => {
      let bytes: Buffer;
      try {
        bytes = readFileSync(file);
      } catch {
        return true;
      }
      return needles.some((needle) => bytes.includes(needle));
    });
  };
}

/** Path of the packaged ripgrep for this machine; undefined where the optional package is not installed. */
export async function findRipgrep(): Promise<string | undefined> {
  try {
    const { rgPath } = await import("@vscode/ripgrep-universal");
    return existsSync(rgPath) ? rgPath : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The search with ripgrep, which walks the folders itself while the caller lists them; what it finds is cut to
 * `files`.
 * @param paths files and folders as given.
 * @param files all files of the run.
 */
export function ripgrepSearch(
  binary: string,
  paths: readonly string[],
  files: () => readonly string[],
): Search {
  return async (literals, wholeWords) => {
    const args = [
      "--no-config",
      "-uuu",
      "--text",
      "--encoding",
      "none",
      "--no-messages",
      "--null",
      "-l",
      "-F",
    ];
    args.push("-g", "*.c", "-g", "*.h");
    const essential = essentialLiterals(literals);
    // Whole words cost ripgrep nothing and spare the caller many files; where fewer literals stand for longer names,
    // having fewer of them saves more.
    if (wholeWords && essential.length === new Set(literals).size) args.push("-w");
    for (const literal of essential) args.push("-e", literal);
    const { found, failed } = await run(binary, [...args, "--", ...paths]);
    const hits = new Set(found.map((path) => (path.startsWith("./") ? path.slice(2) : path)));
    return files().filter((file) => hits.has(file) || (failed && !isReadable(file)));
  };
}

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

function run(binary: string, args: readonly string[]): Promise<{ found: string[]; failed: boolean }> {
  return new Promise((done, fail) => {
    execFile(binary, args, { maxBuffer: outputLimit, cwd: resolve(".") }, (error, stdout) => {
      const code = error === null ? 0 : error.code;
      // 1 is "nothing found"; 2 is "some file could not be read", and what was found still counts.
      if (code !== 0 && code !== 1 && code !== 2) fail(error);
      else done({ found: stdout.split("\0").filter((path) => path !== ""), failed: code === 2 });
    });
  });
}
