/**
 * Preprocessor lines: which branches are taken, what the file defines.
 * Knows conditions; not what stands between the directives.
 */
import { definitionOf, evaluateCondition, type SymbolState } from "./condition.ts";
import type { ConditionSettings } from "./types.ts";

/** One open `#if`, a linked list towards the outermost. */
export interface OpenCondition {
  readonly outer: OpenCondition | null;
  /** The lines between here and the next directive of this `#if` are taken. */
  readonly live: boolean;
  /** A branch was taken already, or the whole `#if` stands in a branch not taken. */
  readonly settled: boolean;
}

/** What happened to a name or a symbol, in order; replayed to restart in the middle of a file. */
export type JournalEntry =
  | { readonly kind: "define"; readonly name: string; readonly body: string | null }
  | { readonly kind: "assign"; readonly name: string; readonly value: boolean };

export interface ConditionTracker {
  readonly settings: ConditionSettings;
  readonly defined: Map<string, string | null>;
  readonly assigned: Map<string, boolean>;
  readonly journal: JournalEntry[];
  open: OpenCondition | null;
}

/** A tracker at the file's start, or where `journal` and `open` were taken. */
export function createTracker(
  settings: ConditionSettings,
  journal: readonly JournalEntry[],
  open: OpenCondition | null,
): ConditionTracker {
  const tracker: ConditionTracker = {
    settings,
    defined: new Map(),
    assigned: new Map(),
    journal: [...journal],
    open,
  };
  for (const entry of journal) {
    if (entry.kind === "define") tracker.defined.set(entry.name, entry.body);
    else tracker.assigned.set(entry.name, entry.value);
  }
  return tracker;
}

export const isLive = (tracker: ConditionTracker): boolean => tracker.open === null || tracker.open.live;

const directivePattern = /^\s*#\s*([a-z_]+)\s*([\s\S]*)$/;
const definePattern = /^([A-Za-z_$][\w$]*)(\(?)([\s\S]*)$/;

/**
 * Follows one logical line that begins with `#`.
 * @param line the directive with comments removed and continuation lines joined
 * @returns its name (`if`, `define` …, empty when unreadable) and, for a condition decided here, the symbols
 *   without known value that it rests on
 */
export function followDirective(
  tracker: ConditionTracker,
  line: string,
): { readonly name: string; readonly unknown: readonly string[] } {
  const match = directivePattern.exec(line);
  const name = match?.[1] ?? "";
  const rest = (match?.[2] ?? "").trim();
  let unknown: readonly string[] = [];
  const decide = (condition: string): boolean => {
    const result = decideCondition(tracker, condition);
    unknown = result.unknown;
    return result.truth;
  };
  const live = isLive(tracker);
  const open = tracker.open;
  switch (name) {
    case "if":
    case "ifdef":
    case "ifndef": {
      const taken = live && decide(conditionOf(name, rest));
      tracker.open = { outer: open, live: taken, settled: !live || taken };
      break;
    }
    case "elif":
    case "elifdef":
    case "elifndef": {
      if (open === null) break;
      const taken = !open.settled && decide(conditionOf(name.slice(2), rest));
      tracker.open = { outer: open.outer, live: taken, settled: open.settled || taken };
      break;
    }
    case "else":
      if (open !== null) tracker.open = { outer: open.outer, live: !open.settled, settled: true };
      break;
    case "endif":
      if (open !== null) tracker.open = open.outer;
      break;
    case "define":
      if (live) define(tracker, rest);
      else leaveUndefined(tracker, rest);
      break;
    case "undef": {
      const undefined_ = /^[A-Za-z_$][\w$]*/.exec(rest)?.[0];
      if (live && undefined_ !== undefined) note(tracker, undefined_, null);
      break;
    }
    default:
      break;
  }
  return { name, unknown };
}

/** Name of a directive and the condition that it tests; null for one that tests none. */
export function readDirective(line: string): { readonly name: string; readonly condition: string | null } {
  const match = directivePattern.exec(line);
  const name = match?.[1] ?? "";
  const rest = (match?.[2] ?? "").trim();
  if (/^if(?:n?def)?$/.test(name)) return { name, condition: conditionOf(name, rest) };
  if (/^elif(?:n?def)?$/.test(name)) return { name, condition: conditionOf(name.slice(2), rest) };
  return { name, condition: null };
}

function conditionOf(name: string, rest: string): string {
  if (name === "if") return rest;
  const symbol = /^[A-Za-z_$][\w$]*/.exec(rest)?.[0] ?? rest;
  return name === "ifdef" ? `defined(${symbol})` : `!defined(${symbol})`;
}

function define(tracker: ConditionTracker, rest: string): void {
  const match = definePattern.exec(rest);
  if (match?.[1] === undefined) return;
  // A function-like macro has no value in a condition; that it is defined is all that counts.
  note(tracker, match[1], match[2] === "(" ? "1" : (match[3] ?? "").trim());
}

/** A name that the file itself defines, only not in the branches taken, is no unknown symbol: it is not defined. */
function leaveUndefined(tracker: ConditionTracker, rest: string): void {
  const name = definePattern.exec(rest)?.[1];
  if (name === undefined || name.startsWith("CONFIG_")) return;
  const { settings, defined, assigned } = tracker;
  if (assigned.has(name) || settings.assumptions.has(name)) return;
  if (definitionOf(name, { settings, symbols: { defined, assigned } }) === undefined)
    note(tracker, name, null);
}

function note(tracker: ConditionTracker, name: string, body: string | null): void {
  tracker.defined.set(name, body);
  tracker.journal.push({ kind: "define", name, body });
}

function decideCondition(
  tracker: ConditionTracker,
  condition: string,
): { readonly truth: boolean; readonly unknown: readonly string[] } {
  const before = tracker.assigned.size;
  const symbols: SymbolState = { defined: tracker.defined, assigned: tracker.assigned };
  const result = evaluateCondition(condition, tracker.settings, symbols);
  let at = 0;
  if (tracker.assigned.size > before) {
    for (const [name, value] of tracker.assigned) {
      if (at++ >= before) tracker.journal.push({ kind: "assign", name, value });
    }
  }
  return result;
}
