/** Searches files for literals: with ripgrep's binary where there is one, else in JavaScript; same answer. */

import { execFile } from "node:child_process";
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { essentialLiterals } from "./words.ts";

export interface SearchOptions {
  /** Files that contain a literal only inside longer words may be left out. */
  readonly wholeWords: boolean;
  readonly among: "all" | "sources" | "headers";
}

/** Files of the run that contain at least one of the literals, and those that cannot be read; no order. */
export type Search = (literals: readonly string[], options: SearchOptions) => Promise<string[]>;

/** The run's files of a kind. */
export type Files = (among: SearchOptions["among"]) => readonly string[];

/** What ripgrep looks at in folders; files that are named to it are searched whatever they are called. */
const globs = { all: ["*.c", "*.h"], sources: ["*.c"], headers: ["*.h"] } as const;

/** Most output that is taken from ripgrep, in bytes. */
const outputLimit = 256 * 1024 * 1024;

/** The search in JavaScript: reads every file. */
export function scriptSearch(files: Files): Search {
  return async (literals, { among }) => {
    const needles = essentialLiterals(literals).map((literal) => Buffer.from(literal));
    return files(among).filter((file) => {
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
export function ripgrepSearch(binary: string, paths: readonly string[], files: Files): Search {
  return async (literals, { wholeWords, among }) => {
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
    for (const glob of globs[among]) args.push("-g", glob);
    const essential = essentialLiterals(literals);
    // Whole words cost ripgrep nothing and spare the caller many files; where fewer literals stand for longer names,
    // having fewer of them saves more.
    if (wholeWords && essential.length === new Set(literals).size) args.push("-w");
    for (const literal of essential) args.push("-e", literal);
    const { found, failed } = await run(binary, [...args, "--", ...paths]);
    const hits = new Set(found.map((path) => (path.startsWith("./") ? path.slice(2) : path)));
    return files(among).filter((file) => hits.has(file) || (failed && !isReadable(file)));
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
