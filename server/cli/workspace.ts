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
  readonly program: SimulatedProgram;
  /** The same without the bodies of other files. */
  readonly alone: SimulatedProgram;
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
  const find = (name: string): FunctionIr | null => {
    for (const path of candidates()) {
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

  return {
    alone: {
      lookup: (name) => home.lookup(name),
      records: (tag) => home.program.record(tag),
      version,
    },
    program: {
      lookup(name, from = home.path) {
        const own = opened.get(from)?.lookup(name) ?? null;
        if (own !== null) return own;
        let ir = found.get(name);
        if (ir === undefined) {
          ir = home.lookup(name);
          if (ir?.isStatic === true) ir = null;
          ir ??= find(name);
          found.set(name, ir);
        }
        return ir;
      },
      records(tag) {
        for (const { program } of opened.values()) {
          const record = program.record(tag);
          if (record !== undefined) return record;
        }
        return undefined;
      },
      version,
    },
    sourceOf: (file) => opened.get(file)?.source ?? null,
    close() {
      for (const file of opened.values()) if (file !== home) file.close();
    },
  };
}

/**
 * Simulates with the bodies of other files in sight. What they do may be further than a run gets: where it ends worse for
 * them than without, the run without them is taken, and `alone` says so.
 */
export function simulateAround(
  workspace: Workspace,
  input: Omit<SimulationInput, "program">,
): { readonly simulation: Simulation; readonly alone: boolean } {
  const around = simulate({ ...input, program: workspace.program });
  // A chain through other files needs them.
  if (score(around) === BEST || input.goal?.kind === "calls") return { simulation: around, alone: false };
  const alone = simulate({ ...input, program: workspace.alone });
  return score(alone) > score(around)
    ? { simulation: alone, alone: true }
    : { simulation: around, alone: false };
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
