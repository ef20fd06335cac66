/**
 * The program around one file: functions whose bodies stand in other files are found by name in the headers that the
 * file includes by quotes, in its folder, then in the files and folders given, and their files are opened.
 */
import { readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { FunctionIr } from "@pinscope/grammars/ir";
import {
  type SimulatedProgram,
  type Simulation,
  type SimulationInput,
  simulate,
} from "@pinscope/simulator/interpreter";
import type { OpenFile } from "./open-file.ts";
import { readText } from "./unit.ts";

/** Files of one folder that are looked into, and bytes of all files together. */
const FOLDER_LIMIT = 400;
const TEXT_BUDGET = 48 * 1024 * 1024;
/** Files opened beside the first: a body further away gives an assumed result, as one that is not in sight. */
const OPEN_BUDGET = 16;

export interface Workspace {
  /** The functions of the file; with those of the headers that it includes by quotes; with those of other files. */
  readonly programs: Readonly<Record<Sight, SimulatedProgram>>;
  /** Whether a body was found that is not the file's own: until then all programs are the same. */
  readonly hasOthers: boolean;
  /** The text of a file that was opened. */
  sourceOf(file: string): string | null;
  close(): void;
}

/**
 * @param home the file of the function that is run; it stays with whoever opened it
 * @param further files and folders to look into beside the file's own folder
 * @param open opens a file as the home file was opened
 */
export function openWorkspace(
  home: OpenFile,
  version: SimulatedProgram["version"],
  further: readonly string[],
  open: (path: string, source: string) => OpenFile,
): Workspace {
  const opened = new Map<string, OpenFile>([[home.path, home]]);
  const found = new Map<string, FunctionIr | null>();
  const texts = new Map<string, string | null>();
  let bytes = 0;

  const textOf = (path: string): string | null => {
    let text = texts.get(path);
    if (text === undefined) {
      text = bytes < TEXT_BUDGET ? readText(path) : null;
      bytes += text?.length ?? 0;
      texts.set(path, text);
    }
    return text;
  };
  let places: readonly string[] | null = null;
  const candidates = (): readonly string[] => {
    places ??= [
      ...new Set([...home.headers, ...filesIn(dirname(home.path)), ...further.flatMap(filesAt)]),
    ].filter((path) => path !== home.path);
    return places;
  };
  const find = (name: string, paths: readonly string[]): FunctionIr | null => {
    for (const path of paths) {
      const text = textOf(path);
      if (text === null || !defines(text, name)) continue;
      let file = opened.get(path);
      if (file === undefined) {
        if (opened.size > OPEN_BUDGET) return null;
        file = open(path, text);
        opened.set(path, file);
      }
      const ir = file.lookup(name);
      // What is static in another file is another function of the same name; in a header it is the file's own.
      if (ir !== null && (!ir.isStatic || home.headers.includes(path))) return ir;
    }
    return null;
  };

  const inline = new Map<string, FunctionIr | null>();
  const inHeaders = (name: string): FunctionIr | null => {
    let ir = inline.get(name);
    if (ir === undefined) {
      ir = find(name, home.headers);
      inline.set(name, ir);
    }
    return ir;
  };

  const around = (name: string, from = home.path): FunctionIr | null => {
    const own = opened.get(from)?.lookup(name) ?? null;
    if (own !== null) return own;
    let ir = found.get(name);
    if (ir === undefined) {
      ir = home.lookup(name);
      if (ir?.isStatic === true) ir = null;
      ir ??= find(name, candidates());
      found.set(name, ir);
    }
    return ir;
  };
  const records = (tag: string): ReturnType<SimulatedProgram["records"]> => {
    for (const { program } of opened.values()) {
      const record = program.record(tag);
      if (record !== undefined) return record;
    }
    return undefined;
  };
  const naming = (word: string): readonly string[] =>
    home.outlines
      .filter(({ start, end }) => new RegExp(`\\b${word}\\b`).test(home.source.slice(start, end)))
      .map(({ name }) => name);
  const ownRecords: SimulatedProgram["records"] = (tag) => home.program.record(tag);

  return {
    programs: {
      files: { lookup: around, records, naming, version },
      headers: {
        lookup: (name) => home.lookup(name) ?? inHeaders(name),
        records: ownRecords,
        naming,
        version,
      },
      file: { lookup: (name) => home.lookup(name), records: ownRecords, naming, version },
    },
    get hasOthers() {
      return opened.size > 1;
    },
    sourceOf: (file) => opened.get(file)?.source ?? null,
    close() {
      for (const file of opened.values()) if (file !== home) file.close();
    },
  };
}

/** How much of what is around the file is in sight. */
export type Sight = "files" | "headers" | "file";

export interface SimulatedAround {
  readonly simulation: Simulation;
  /** With what in sight. */
  readonly sight: Sight;
  readonly program: SimulatedProgram;
}

/**
 * Simulates with as much in sight as there is, or less: what bodies of other files do may be further than a run gets. Where
 * it ends worse for them than without, the run without them is taken.
 * @param sights what is tried, the most first
 */
export function simulateAround(
  workspace: Workspace,
  input: Omit<SimulationInput, "program">,
  sights: readonly Sight[] = ["files", "headers", "file"],
): SimulatedAround {
  // A chain through other files needs them.
  const [most = "files", ...less] = input.goal?.kind === "calls" ? sights.slice(0, 1) : sights;
  const seen = (sight: Sight): SimulatedAround => {
    const program = workspace.programs[sight];
    return { simulation: simulate({ ...input, program }), sight, program };
  };
  let best = seen(most);
  for (const sight of less) {
    if (score(best.simulation) === BEST || !workspace.hasOthers) break;
    const next = seen(sight);
    if (score(next.simulation) > score(best.simulation)) best = next;
  }
  return best;
}

const BEST = 7;

/** How far a run came: to its end, to success, with pages. */
function score({ exit, acquisitions }: Simulation): number {
  const ends = { stuck: 0, diverged: 0, crash: 1, stopped: 1, failure: 2, success: 3 };
  return ends[exit.kind] * 2 + (acquisitions > 0 ? 1 : 0);
}

/** Whether a text seems to define a function: its head begins in a first column and a body follows. */
function defines(text: string, name: string): boolean {
  for (let at = text.indexOf(`${name}(`); at >= 0; at = text.indexOf(`${name}(`, at + 1)) {
    if (/\w/.test(text[at - 1] ?? "")) continue;
    const lineStart = text.lastIndexOf("\n", at) + 1;
    if (!/^(?:[A-Za-z_][\w\s*()]*)?$/.test(text.slice(lineStart, at))) continue;
    let depth = 0;
    let end = at + name.length;
    for (; end < text.length; end++) {
      if (text[end] === "(") depth += 1;
      else if (text[end] === ")" && --depth === 0) break;
    }
    if (/^\)[\w\s()]*\{/.test(text.slice(end, end + 400))) return true;
  }
  return false;
}

function filesAt(path: string): readonly string[] {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true ? [path] : filesIn(path);
}

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => /\.[ch]$/.test(name))
      .sort()
      .slice(0, FOLDER_LIMIT)
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}
