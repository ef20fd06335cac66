/**
 * Holds the textual calls of one file against the call operations of its graphs. Reads no files; knows the names to
 * look for, not what they do.
 */
import { type ConditionSettings, defaultTables, passText } from "@pinscope/grammars/dialect";
import {
  closeUnit,
  type FunctionIr,
  type FunctionOutline,
  listFunctions,
  lowerFunction,
  openUnit,
} from "@pinscope/grammars/ir";
import { collectProgram } from "@pinscope/grammars/program";
import type { SyntaxParser } from "@pinscope/grammars/syntax";
import { codeOnly, type TextualCall, textualCalls } from "./text.ts";

/** A textual call without a call operation of its own. */
export interface Unmatched {
  readonly name: string;
  /** From 1. */
  readonly line: number;
  /** The function around it, null outside functions. */
  readonly function: string | null;
  /** Whether the function holds a syntax error. */
  readonly hasError: boolean;
}

export interface FileCount {
  readonly textual: number;
  readonly lowered: number;
  /** Of the textual calls: names that the file or its headers define as macros, so that other calls stand for them. */
  readonly redefined: number;
  readonly unmatched: readonly Unmatched[];
}

export interface FileTexts {
  readonly path: string;
  readonly source: string;
  /** The file and its quoted headers by path; null for what is not there. */
  readonly files: ReadonlyMap<string, string | null>;
}

const SETTINGS: ConditionSettings = { version: [6, 12, 0], defines: new Map(), assumptions: new Map() };

/** Counts one file. Functions without a textual call of a name are not lowered. */
export function countFile(texts: FileTexts, names: ReadonlySet<string>, parser: SyntaxParser): FileCount {
  const { path, source, files } = texts;
  const passed = passText(source, defaultTables, SETTINGS);
  const unselected = passed.notes.flatMap((note): [number, number][] =>
    note.kind === "unselected" ? [[note.start, note.end]] : [],
  );
  const code = codeOnly(source, unselected);
  if (textualCalls(code, names, () => true).length === 0)
    return { textual: 0, lowered: 0, redefined: 0, unmatched: [] };
  const { program } = collectProgram(path, files);
  const unit = openUnit({ path, source, passed, program, parser });
  try {
    const outlines = listFunctions(unit);
    const around = (offset: number): FunctionOutline | undefined =>
      outlines.find(({ start, end }) => start <= offset && offset < end);
    const bodies = new Map(outlines.map((one) => [one, passed.text.indexOf("{", one.start)]));
    const isInside = (offset: number): boolean => {
      const outline = around(offset);
      return outline !== undefined && offset > (bodies.get(outline) ?? 0);
    };
    const byFunction = new Map<FunctionOutline | undefined, TextualCall[]>();
    for (const call of textualCalls(code, names, isInside)) {
      const outline = around(call.start);
      if (outline !== undefined && !isInside(call.start)) continue;
      const list = byFunction.get(outline);
      if (list === undefined) byFunction.set(outline, [call]);
      else list.push(call);
    }
    let [textual, lowered, redefined] = [0, 0, 0];
    const unmatched: Unmatched[] = [];
    for (const [outline, calls] of byFunction) {
      textual += calls.length;
      const without = outline === undefined ? calls : missing(calls, lowerFunction(unit, outline), path);
      lowered += calls.length - without.length;
      for (const { name, start } of without) {
        if (program.macro(name) !== undefined) redefined += 1;
        else
          unmatched.push({
            name,
            line: source.slice(0, start).split("\n").length,
            function: outline?.name ?? null,
            hasError: outline?.hasError ?? false,
          });
      }
    }
    return { textual, lowered, redefined, unmatched };
  } finally {
    closeUnit(unit);
  }
}

/**
 * The textual calls for which the graph has no operation: one that starts there, else one of the name whose stretch
 * (a macro's use around the call, a cleanup) covers it. No covering operation serves two textual calls.
 */
function missing(calls: readonly TextualCall[], ir: FunctionIr, path: string): TextualCall[] {
  const exact = new Set<string>();
  const covering: { readonly name: string; readonly start: number; readonly end: number }[] = [];
  for (const { operations } of ir.blocks)
    for (const operation of operations) {
      if (operation.kind !== "call" || operation.location.file !== path) continue;
      const { callee, location } = operation;
      if (callee.kind === "indirect") exact.add(`${location.start}`);
      else if (location.expandedFrom !== undefined || operation.cleanup !== undefined)
        covering.push({ name: callee.name, start: location.start, end: location.end });
      else exact.add(`${location.start} ${callee.name}`);
    }
  const used = new Set<unknown>();
  return calls.filter(({ name, start }) => {
    if (exact.has(`${start} ${name}`) || exact.has(`${start}`)) return false;
    const cover = covering.find(
      (one) => !used.has(one) && one.name === name && one.start <= start && start < one.end,
    );
    used.add(cover);
    return cover === undefined;
  });
}
