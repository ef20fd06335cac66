/**
 * The dialect pass: kernel C in, text of the same length that a C grammar can read out; whole or after an edit.
 * Knows no parser.
 */
import { createTracker, type JournalEntry, type OpenCondition } from "./directives.ts";
import { applyEdits, countInk, type Edit, type PointEdit } from "./edits.ts";
import { compileNames } from "./names.ts";
import { type LineWatcher, scanText } from "./scan.ts";
import { newPrevious, newStatement, type Scan } from "./state.ts";
import type { ConditionSettings, DialectNote, DialectTables, PassedText, UnknownCondition } from "./types.ts";

/** A replaced stretch of the source text, UTF-16 offsets. */
export interface SourceEdit {
  readonly start: number;
  readonly oldEnd: number;
  readonly newEnd: number;
}

/** A line start where nothing was open, with the length of every list there. */
interface Checkpoint {
  readonly offset: number;
  readonly edits: number;
  readonly points: number;
  readonly notes: number;
  readonly unknown: number;
  readonly directives: number;
  readonly journal: number;
  readonly open: OpenCondition | null;
}

/** What `updatePass` read anew: outside, text and notes are those of the previous result, moved by the edit. */
export interface PassWindow {
  readonly start: number;
  readonly oldEnd: number;
  readonly newEnd: number;
}

interface Internals {
  /** Null where the whole text was read. */
  readonly window: PassWindow | null;
  readonly source: string;
  readonly tables: DialectTables;
  readonly settings: ConditionSettings;
  readonly edits: readonly Edit[];
  readonly points: readonly PointEdit[];
  readonly directives: readonly string[];
  readonly journal: readonly JournalEntry[];
  readonly checkpoints: readonly Checkpoint[];
}

/** Fewer checkpoints cost an edit more text, more of them cost every pass memory. */
const checkpointDistance = 512;

const notAResult = "not a result of the dialect pass";

const internals = new WeakMap<PassedText, Internals>();

/**
 * Passes a whole text.
 * @param source any text; offsets and lines of the result are its own
 */
export function passText(source: string, tables: DialectTables, settings: ConditionSettings): PassedText {
  const scan = createScan(source, tables, settings, [], null);
  const checkpoints: Checkpoint[] = [];
  scanText(scan, 0, checkpointWriter(scan, checkpoints));
  return finish(source, applyEdits(source, 0, source.length, scan.edits, scan.points), scan, checkpoints, {
    tables,
    settings,
  });
}

/**
 * Passes a text anew after one edit, reading only from the last safe line before it to the first one behind it
 * where the old state is met. The result equals that of `passText`.
 * @param previous a result of `passText` or `updatePass`
 * @param source the whole new text
 * @param edit what was replaced
 */
export function updatePass(previous: PassedText, source: string, edit: SourceEdit): PassedText {
  const old = internals.get(previous);
  if (old === undefined) throw new Error(notAResult);
  const delta = edit.newEnd - edit.oldEnd;
  if (old.source.length + delta !== source.length) return passText(source, old.tables, old.settings);
  const restart = lastBefore(old.checkpoints, edit.start);
  const from = restart?.offset ?? 0;
  const scan = createScan(
    source,
    old.tables,
    old.settings,
    old.journal.slice(0, restart?.journal ?? 0),
    restart?.open ?? null,
  );
  const fresh: Checkpoint[] = restart === undefined ? [] : [emptyCheckpoint(restart, scan)];
  const write = checkpointWriter(scan, fresh);
  let met: Checkpoint | undefined;
  const stopped = scanText(scan, from, (offset) => {
    if (offset >= edit.newEnd) {
      const candidate = findAt(old.checkpoints, offset - delta);
      const first = restart?.directives ?? 0;
      if (
        candidate !== undefined &&
        offset - delta >= edit.oldEnd &&
        sameDirectives(old, first, candidate, scan)
      ) {
        met = candidate;
        return true;
      }
    }
    return write(offset);
  });
  return splice(previous, old, source, scan, fresh, restart, met, stopped, delta);
}

/** The stretch that `updatePass` read anew to make `passed`; null for a result of `passText`, read whole. */
export function rescannedWindow(passed: PassedText): PassWindow | null {
  const known = internals.get(passed);
  if (known === undefined) throw new Error(notAResult);
  return known.window;
}

function createScan(
  source: string,
  tables: DialectTables,
  settings: ConditionSettings,
  journal: readonly JournalEntry[],
  open: OpenCondition | null,
): Scan {
  return {
    source,
    names: compileNames(tables),
    tracker: createTracker(settings, journal, open),
    edits: [],
    points: [],
    notes: [],
    unknownConditions: [],
    directives: [],
    stack: [],
    previous: newPrevious(),
    statement: newStatement(),
    pending: undefined,
    annotation: undefined,
    lastCall: undefined,
    lastLabel: false,
    afterDo: false,
    inAssembly: false,
    inCase: false,
    braces: 0,
    code: 0,
    lineStart: 0,
    foreseen: 0,
  };
}

function checkpointWriter(scan: Scan, checkpoints: Checkpoint[]): LineWatcher {
  let last = 0;
  return (offset) => {
    if (offset - last < checkpointDistance) return false;
    last = offset;
    checkpoints.push({
      offset,
      edits: scan.edits.length,
      points: scan.points.length,
      notes: scan.notes.length,
      unknown: scan.unknownConditions.length,
      directives: scan.directives.length,
      journal: scan.tracker.journal.length,
      open: scan.tracker.open,
    });
    return false;
  };
}

function emptyCheckpoint(restart: Checkpoint, scan: Scan): Checkpoint {
  return {
    offset: restart.offset,
    edits: 0,
    points: 0,
    notes: 0,
    unknown: 0,
    directives: 0,
    journal: scan.tracker.journal.length,
    open: restart.open,
  };
}

function lastBefore(checkpoints: readonly Checkpoint[], offset: number): Checkpoint | undefined {
  let low = 0;
  let high = checkpoints.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((checkpoints[middle]?.offset ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return checkpoints[low - 1];
}

function findAt(checkpoints: readonly Checkpoint[], offset: number): Checkpoint | undefined {
  const found = lastBefore(checkpoints, offset);
  return found?.offset === offset ? found : undefined;
}

/** Whether the edited stretch holds the directives it held before: then the conditions behind it stand as they did. */
function sameDirectives(old: Internals, first: number, candidate: Checkpoint, scan: Scan): boolean {
  if (candidate.directives - first !== scan.directives.length) return false;
  return scan.directives.every((text, index) => old.directives[first + index] === text);
}

function finish(
  source: string,
  text: string,
  scan: {
    readonly edits: readonly Edit[];
    readonly points: readonly PointEdit[];
    readonly notes: readonly DialectNote[];
    readonly unknownConditions: readonly UnknownCondition[];
    readonly directives: readonly string[];
    readonly tracker: { readonly journal: readonly JournalEntry[] };
  },
  checkpoints: readonly Checkpoint[],
  base: { readonly tables: DialectTables; readonly settings: ConditionSettings },
  window: PassWindow | null = null,
): PassedText {
  let counted: ReadonlyMap<string, number> | undefined;
  const passed: PassedText = {
    text,
    notes: scan.notes,
    unknownConditions: scan.unknownConditions,
    get blanked() {
      counted ??= countBlanked(source, scan.edits);
      return counted;
    },
  };
  internals.set(passed, {
    source,
    tables: base.tables,
    settings: base.settings,
    edits: scan.edits,
    points: scan.points,
    directives: scan.directives,
    journal: scan.tracker.journal,
    checkpoints,
    window,
  });
  return passed;
}

function countBlanked(source: string, edits: readonly Edit[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const edit of edits) {
    if (edit.entry === null) continue;
    const kept = edit.text === null ? 0 : countInk(edit.text, 0, edit.text.length);
    const lost = countInk(source, edit.start, edit.end) - kept;
    counts.set(edit.entry, (counts.get(edit.entry) ?? 0) + lost);
  }
  return counts;
}

/** Old result up to the restart, the new stretch, and the old result behind the meeting point, moved by `delta`. */
function splice(
  previous: PassedText,
  old: Internals,
  source: string,
  scan: Scan,
  fresh: readonly Checkpoint[],
  restart: Checkpoint | undefined,
  met: Checkpoint | undefined,
  stopped: number,
  delta: number,
): PassedText {
  const from = restart?.offset ?? 0;
  const middle = applyEdits(source, from, stopped, scan.edits, scan.points);
  const tail = met === undefined ? "" : previous.text.slice(met.offset);
  const text = previous.text.slice(0, from) + middle + tail;
  const merge = <T>(list: readonly T[], own: readonly T[], key: ListKey, move: (item: T) => T): T[] => {
    const head = list.slice(0, restart?.[key] ?? 0);
    const rest = met === undefined ? [] : list.slice(met[key]);
    return [...head, ...own, ...(delta === 0 ? rest : rest.map(move))];
  };
  const moveRange = <T extends { readonly start: number; readonly end: number }>(item: T): T => ({
    ...item,
    start: item.start + delta,
    end: item.end + delta,
  });
  const journalTail = met === undefined ? [] : old.journal.slice(met.journal);
  const merged = {
    edits: merge(old.edits, scan.edits, "edits", moveRange),
    points: merge(old.points, scan.points, "points", (point) => ({ ...point, at: point.at + delta })),
    notes: merge(previous.notes, scan.notes, "notes", (note) => moveNote(note, delta)),
    unknownConditions: merge(previous.unknownConditions, scan.unknownConditions, "unknown", moveRange),
    directives: merge(old.directives, scan.directives, "directives", (text_) => text_),
    tracker: { journal: [...scan.tracker.journal, ...journalTail] },
  };
  const checkpoints = mergeCheckpoints(old.checkpoints, fresh, restart, met, scan, delta);
  const window = { start: from, oldEnd: met?.offset ?? old.source.length, newEnd: stopped };
  return finish(source, text, merged, checkpoints, old, window);
}

type ListKey = "edits" | "points" | "notes" | "unknown" | "directives";

function moveNote(note: DialectNote, delta: number): DialectNote {
  const moved = { ...note, start: note.start + delta, end: note.end + delta };
  if (moved.kind !== "scoped-guard") return moved;
  const [start, end] = moved.arguments;
  return { ...moved, arguments: [start + delta, end + delta] };
}

function mergeCheckpoints(
  old: readonly Checkpoint[],
  fresh: readonly Checkpoint[],
  restart: Checkpoint | undefined,
  met: Checkpoint | undefined,
  scan: Scan,
  delta: number,
): Checkpoint[] {
  const from = restart?.offset ?? -1;
  const shift = (point: Checkpoint, by: Omit<Checkpoint, "open">): Checkpoint => ({
    offset: point.offset + by.offset,
    edits: point.edits + by.edits,
    points: point.points + by.points,
    notes: point.notes + by.notes,
    unknown: point.unknown + by.unknown,
    directives: point.directives + by.directives,
    journal: point.journal + by.journal,
    open: point.open,
  });
  const base = { ...(restart ?? zero), offset: 0, journal: 0 };
  const head = old.filter((point) => point.offset < from);
  const middle = fresh.map((point) => shift(point, base));
  if (met === undefined) return [...head, ...middle];
  const moved = {
    offset: delta,
    edits: base.edits + scan.edits.length - met.edits,
    points: base.points + scan.points.length - met.points,
    notes: base.notes + scan.notes.length - met.notes,
    unknown: base.unknown + scan.unknownConditions.length - met.unknown,
    directives: base.directives + scan.directives.length - met.directives,
    journal: scan.tracker.journal.length - met.journal,
  };
  const last = middle[middle.length - 1]?.offset ?? -1;
  const tail = old.filter((point) => point.offset >= met.offset).map((point) => shift(point, moved));
  return [...head, ...middle, ...tail.filter((point) => point.offset > last)];
}

const zero: Checkpoint = {
  offset: 0,
  edits: 0,
  points: 0,
  notes: 0,
  unknown: 0,
  directives: 0,
  journal: 0,
  open: null,
};
