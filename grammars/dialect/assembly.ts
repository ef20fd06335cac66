/**
 * Operands and templates of `asm` that are macros: the grammar wants string literals there.
 * Knows only what stands directly between the parentheses of one `asm`.
 */
import { blanksFor } from "./edits.ts";
import { tokenKind } from "./names.ts";
import { cover } from "./rewrite.ts";
import type { Open, Scan } from "./state.ts";

/** What was read of the current operand (or of the template). */
export interface AssemblyState {
  /** Colons seen: 0 template, 1 outputs, 2 inputs, 3 clobbers, 4 labels. */
  section: number;
  start: number;
  end: number;
  pieces: number;
  /** All pieces are string literals. */
  literal: boolean;
  /** The parenthesis behind the constraint has closed. */
  valued: boolean;
  /** The last parenthesis, when it may be a macro's arguments or the operand's value. */
  group: { readonly start: number; readonly end: number; readonly commas: readonly number[] } | undefined;
  /** A string literal is among the pieces: the last parenthesis is the value. */
  constrained: boolean;
}

export const newAssembly = (section: number): AssemblyState => ({
  section,
  start: -1,
  end: -1,
  pieces: 0,
  literal: true,
  valued: false,
  group: undefined,
  constrained: false,
});

/** A token directly between the parentheses; called before it is noted. */
export function assemblyToken(scan: Scan, open: Open, kind: number, start: number, end: number): void {
  const state = open.assembly;
  if (state === undefined) return;
  if (kind === tokenKind.string || kind === tokenKind.identifier) {
    if (state.start === -1) state.start = start;
    state.end = end;
    state.pieces++;
    if (kind !== tokenKind.string) state.literal = false;
    else state.constrained = true;
  } else if (kind === 44 || kind === 58 || kind === 41) {
    finishPiece(scan, state);
    const section = kind === 58 ? state.section + 1 : state.section;
    open.assembly = newAssembly(section);
  } else if (kind === 40 && state.group !== undefined && state.section > 0) {
    // The parenthesis before this one held a macro's arguments: macro and arguments are the constraint.
    state.end = state.group.end;
    state.literal = false;
    state.constrained = true;
    state.group = undefined;
  }
}

/** A parenthesis directly inside has closed: arguments of a template macro, or an operand's value. */
export function assemblyGroup(open: Open, group: Open, close: number): void {
  const state = open.assembly;
  if (state === undefined || state.start === -1) return;
  if (state.section === 0) {
    state.end = close + 1;
    state.pieces++;
    state.literal = false;
    return;
  }
  if (state.group !== undefined || state.valued) state.valued = true;
  state.group = { start: group.at, end: close + 1, commas: group.commas };
}

function finishPiece(scan: Scan, state: AssemblyState): void {
  if (state.start === -1) return;
  if (state.section === 0 || state.section === 3) {
    if (!state.literal) asLiteral(scan, state.start, state.end);
    return;
  }
  if (state.section > 3) return;
  if (state.group !== undefined) {
    if (!state.literal || state.pieces > 1) asLiteral(scan, state.start, state.end);
    // `MACRO(a, b)` alone: its arguments read as one value.
    if (!state.constrained) for (const at of state.group.commas) scan.points.push({ at, character: "+" });
    return;
  }
  const { source } = scan;
  if (!state.literal && state.pieces === 1 && state.end - state.start >= '""(_)'.length) {
    const text = '""(_)'.padEnd(state.end - state.start);
    cover(scan, {
      start: state.start,
      end: state.end,
      text,
      entry: `asm:${source.slice(state.start, state.end)}`,
    });
  }
}

/** Makes a stretch read as one string literal; what stands behind its first line is blanked. */
function asLiteral(scan: Scan, start: number, end: number): void {
  const { source } = scan;
  const lineBreak = source.slice(start, end).search(/[\r\n]/);
  const stop = lineBreak === -1 ? end : start + lineBreak;
  if (stop - start < 2) return;
  const inner = source.slice(start + 1, stop - 1).replace(/[^\w ]/g, " ");
  const text = `"${inner}"${blanksFor(source, stop, end)}`;
  cover(scan, { start, end, text, entry: "asm" });
}
