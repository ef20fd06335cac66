/**
 * The program of a file that is being edited. Most edits stand inside a function's body, where nothing is declared:
 * then the program stays as it is, the same object, and whoever asked it need not ask again. Does no I/O.
 */

import { type Block, type Blocks, blocksIn, openBraces, plainBodyEnd } from "./blocks.ts";
import { type CollectOptions, collectProgram } from "./collect.ts";
import { indexFile } from "./file-index.ts";
import type { Region } from "./scan.ts";
import type { Program } from "./types.ts";

/** A replaced stretch of the file's text, UTF-16 offsets. */
export interface ProgramEdit {
  readonly start: number;
  readonly oldEnd: number;
  readonly newEnd: number;
}

/** A program as of one text of its file. Equal objects in `program` give equal answers, places of macros aside. */
export interface LiveProgram {
  readonly program: Program;
  /** As in `ProgramResult`. */
  readonly missing: readonly string[];
  /** As `plainBodies` gives them for the present text. */
  readonly bodies: readonly Region[];
  /** Where the replacement text of a macro of the file itself stands in the present text. */
  macroPlace(name: string): Region | undefined;
}

interface Internals extends Blocks {
  readonly path: string;
  readonly options: CollectOptions;
  /** Answers where macros stood in the text that was read last; bodies have moved what is behind them since. */
  readonly places: Program;
  /** Ends of the blocks in the text that was read last. */
  readonly readEnds: readonly number[];
  readonly declarations: string;
}

const internals = new WeakMap<LiveProgram, Internals>();

/** Collects the program of `path`, as `collectProgram` does, for a file that will be edited. */
export function openProgram(
  path: string,
  files: ReadonlyMap<string, string | null>,
  options: CollectOptions = {},
): LiveProgram {
  const { program, missing } = collectProgram(path, files, options);
  const text = files.get(path) ?? "";
  const { blocks, independent } = blocksIn(path, text);
  return create(program, missing, {
    path,
    options,
    places: program,
    readEnds: blocks.map(({ end }) => end),
    blocks,
    independent,
    declarations: declarationsIn(path, text, options),
  });
}

/**
 * The program behind one edit of its file; other files stay as they were.
 * @param files holds the new text under the program's own path
 * @param options those of the new text: only `unselected` may differ from before
 */
export function updateProgram(
  previous: LiveProgram,
  files: ReadonlyMap<string, string | null>,
  edit: ProgramEdit,
  options: CollectOptions,
): LiveProgram {
  const old = internals.get(previous);
  if (old === undefined) throw new Error("not a program that was opened");
  const text = files.get(old.path) ?? "";
  const blocks = old.independent ? blocksBehind(old.blocks, text, edit) : null;
  if (blocks !== null) return create(previous.program, previous.missing, { ...old, options, blocks });
  const fresh = openProgram(old.path, files, options);
  const now = internals.get(fresh);
  // The same declarations at other places: what was read with the old program stays valid.
  if (now === undefined || now.declarations !== old.declarations) return fresh;
  return create(previous.program, fresh.missing, now);
}

function create(program: Program, missing: readonly string[], state: Internals): LiveProgram {
  const live: LiveProgram = {
    program,
    missing,
    bodies: state.blocks,
    macroPlace(name) {
      const definition = state.places.macro(name);
      if (definition?.file !== state.path) return undefined;
      const moved = movedBy(state, definition.start);
      return { start: definition.start + moved, end: definition.end + moved };
    },
  };
  internals.set(live, state);
  return live;
}

/** How far edits inside blocks have moved what stands at an offset outside them. */
function movedBy({ readEnds, blocks }: Internals, offset: number): number {
  let low = 0;
  let high = readEnds.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((readEnds[middle] ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return (blocks[low - 1]?.end ?? 0) - (readEnds[low - 1] ?? 0);
}

/** The blocks behind an edit that stands inside one of them and leaves its braces as they were; null for others. */
function blocksBehind(blocks: readonly Block[], text: string, edit: ProgramEdit): Block[] | null {
  const delta = edit.newEnd - edit.oldEnd;
  const at = blocks.findIndex(({ end }) => edit.oldEnd < end);
  const block = blocks[at];
  if (block === undefined || edit.start < block.start) return null;
  if (!endsAt(block, text, block.end + delta, edit)) return null;
  return blocks.map((one, index) => {
    if (index < at) return one;
    return { ...one, start: index === at ? one.start : one.start + delta, end: one.end + delta };
  });
}

/** Whether a block ends at `end` now, with as many braces open as before. */
function endsAt({ start, open, end: before }: Block, text: string, end: number, edit: ProgramEdit): boolean {
  if (open === 0) return plainBodyEnd(text, start) === end;
  // It ends at the first brace in the first column, which the edit must not have touched.
  if (edit.oldEnd > before - closing.length || text.indexOf(closing, start) + closing.length !== end)
    return false;
  return openBraces(text, start, end) === open;
}

const closing = "\n}";

/** Everything in a file that a program's answers rest on: equal for texts that declare the same in the same order. */
function declarationsIn(path: string, text: string, options: CollectOptions): string {
  const index = indexFile(path, text);
  const regions = options.unselected?.(path, text) ?? index.dead;
  const parts: string[] = [];
  const add = (kind: string, start: number, end: number): void => {
    parts.push(kind, text.slice(start, end));
    for (const region of regions) {
      if (region.start >= end) break;
      if (region.end > start) parts.push(`${region.start - start}..${region.end - start}`);
    }
  };
  for (const { spelling, quoted } of index.includes) parts.push(quoted ? `"${spelling}"` : `<${spelling}>`);
  for (const { start, end, definition } of index.chunks) add(definition ? "definition" : "chunk", start, end);
  for (const items of index.macros.values()) for (const { kind, start, end } of items) add(kind, start, end);
  return parts.join("\u0000");
}
