/** The dialect pass's notes, indexed by the offsets that lowering asks for. Must not know the tree. */
import type { DialectNote } from "@pinscope/grammars/dialect";
import type { NoteIndex } from "./context.ts";

export function indexNotes(notes: readonly DialectNote[]): NoteIndex {
  const heads = new Map<number, Extract<DialectNote, { kind: "loop" | "scoped-guard" }>>();
  const statements = new Map<number, Extract<DialectNote, { kind: "statement-argument" }>>();
  const frees: Extract<DialectNote, { kind: "free-attribute" }>[] = [];
  for (const note of notes) {
    if (note.kind === "loop" || note.kind === "scoped-guard") heads.set(note.start, note);
    else if (note.kind === "statement-argument") statements.set(note.start, note);
    else if (note.kind === "free-attribute") frees.push(note);
  }
  frees.sort((left, right) => left.start - right.start);
  return { heads, statements, frees };
}

/** The cleanup attribute between two offsets; null when there is none. */
export function freeBetween(
  index: NoteIndex,
  start: number,
  end: number,
): Extract<DialectNote, { kind: "free-attribute" }> | null {
  for (const note of index.frees) {
    if (note.start >= end) return null;
    if (note.start >= start) return note;
  }
  return null;
}
