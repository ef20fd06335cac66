/** The findings that a baseline accepts, read from its file and written to it. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import {
  type BaselineEntry,
  baselineFilter,
  formatBaseline,
  parseBaseline,
  type ReportedFinding,
} from "@pinscope/server/report";
import { readText } from "./unit.ts";
import { baselineFile, baselineFolder } from "./user-folders.ts";
import { isFolder, reason } from "./walk.ts";

export interface Baseline {
  readonly file: string;
  accepts(finding: ReportedFinding): boolean;
}

/**
 * Opens a baseline; a text says what is wrong with it.
 * @param told as given on the command line; `editor` means the one that the language server keeps for the folder
 * @param paths as given on the command line
 * @param mayLack a file that is to be written need not be there yet
 */
export function openBaseline(
  told: string,
  paths: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  mayLack: boolean,
): Baseline | string {
  const file = told === "editor" ? baselineFile(editorFolder(paths), baselineFolder(environment)) : told;
  const text = readText(file);
  if (text === null && !mayLack && told !== "editor") return `--baseline: ${file}: cannot be read`;
  const entries = text === null ? [] : parseBaseline(text);
  if (typeof entries === "string") return `--baseline: ${file}: ${entries}`;
  const accepts = baselineFilter(entries);
  return {
    file,
    accepts: ({ place, function: name, fingerprint }) => accepts(place.file, name, fingerprint),
  };
}

/** Writes a baseline that accepts these findings. Returns what went wrong. */
export function writeBaseline(
  file: string,
  paths: readonly string[],
  findings: readonly ReportedFinding[],
): string | undefined {
  const folder = editorFolder(paths);
  const entries = findings.map(
    ({ place, function: name, rule, fingerprint }): BaselineEntry => ({
      file: relative(folder, resolve(place.file)).replaceAll("\\", "/"),
      function: name,
      rule,
      fingerprint,
    }),
  );
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, formatBaseline(entries));
    return undefined;
  } catch (error) {
    return `--baseline: ${file}: cannot be written: ${reason(error)}`;
  }
}

/** The folder that an editor would have opened: the one given, else the working folder. */
function editorFolder(paths: readonly string[]): string {
  const [only, ...others] = paths;
  return only !== undefined && others.length === 0 && isFolder(only) ? resolve(only) : process.cwd();
}
