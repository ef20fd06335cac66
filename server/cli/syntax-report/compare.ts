/**
 * The functions we find against those that Universal Ctags finds, every disagreement classed by program.
 * Reads what ctags printed; does not run it.
 */
import type { PassedText } from "@pinscope/grammars/dialect";
import type { LineIndex, ParsedFunction } from "./functions.ts";

/** A function as ctags reports it; `line` is 1-based. */
export interface CtagsFunction {
  readonly path: string;
  readonly name: string;
  readonly line: number;
}

/** Why the two disagree; `unclassed` is what nobody can explain yet. */
export type DisagreementClass =
  | "unselected branch"
  | "definition macro"
  | "broken stretch"
  | "file-scope macro"
  | "no function there"
  | "missed by ctags"
  | "unclassed";

export interface Disagreement {
  readonly file: string;
  readonly line: number;
  readonly name: string;
  readonly found: "by ctags only" | "by us only";
  readonly class: DisagreementClass;
  /** The source line, as evidence. */
  readonly text: string;
}

/**
 * Reads what `ctags --output-format=json --fields=+n --kinds-C=f` printed.
 * Lines that are no tag of a function are skipped.
 */
export function parseCtagsLines(output: string): CtagsFunction[] {
  const found: CtagsFunction[] = [];
  for (const line of output.split("\n")) {
    if (!line.startsWith("{")) continue;
    const tag: unknown = JSON.parse(line);
    if (typeof tag !== "object" || tag === null) continue;
    const entry = tag as Record<string, unknown>;
    const { path, name, line: number, kind } = entry;
    if (
      typeof path === "string" &&
      typeof name === "string" &&
      typeof number === "number" &&
      kind === "function"
    ) {
      found.push({ path, name, line: number });
    }
  }
  return found;
}

export interface Comparison {
  readonly agreed: number;
  readonly disagreements: readonly Disagreement[];
  /** Functions that ctags sees inside stretches that the parser could not read. */
  readonly covered: readonly CtagsFunction[];
}

/** Compares one file's functions with ctags' list of it. */
export function compareWithCtags(
  file: string,
  source: string,
  passed: PassedText,
  functions: readonly ParsedFunction[],
  stretches: readonly { readonly start: number; readonly end: number }[],
  tags: readonly CtagsFunction[],
  lines: LineIndex,
): Comparison {
  const sourceLines = source.split("\n");
  const textOf = (line: number): string => (sourceLines[line - 1] ?? "").trim().slice(0, 160);
  const open = new Map<string, ParsedFunction[]>();
  for (const entry of functions) open.set(entry.name, [...(open.get(entry.name) ?? []), entry]);
  const disagreements: Disagreement[] = [];
  const covered: CtagsFunction[] = [];
  let agreed = 0;
  const report = (line: number, name: string, by: Disagreement["found"], reason: DisagreementClass): void => {
    disagreements.push({ file, line, name, found: by, class: reason, text: textOf(line) });
  };
  for (const tag of tags) {
    const same = open.get(tag.name) ?? [];
    const index = same.findIndex((entry) => Math.abs(entry.line - tag.line) <= 2);
    if (index !== -1) {
      same.splice(index, 1);
      agreed++;
      continue;
    }
    const inside = (range: { readonly start: number; readonly end: number }): boolean =>
      lines.lineOf(range.start) <= tag.line && tag.line <= lines.lineOf(range.end);
    if (stretches.some(inside)) covered.push(tag);
    report(
      tag.line,
      tag.name,
      "by ctags only",
      classOfTag(tag, passed, functions, stretches, sourceLines, lines),
    );
  }
  for (const left of open.values()) {
    for (const entry of left) report(entry.line, entry.name, "by us only", classOfOurs(entry, source));
  }
  return { agreed, disagreements, covered };
}

function classOfTag(
  tag: CtagsFunction,
  passed: PassedText,
  functions: readonly ParsedFunction[],
  stretches: readonly { readonly start: number; readonly end: number }[],
  sourceLines: readonly string[],
  lines: LineIndex,
): DisagreementClass {
  const covers = (range: { readonly start: number; readonly end: number }): boolean =>
    lines.lineOf(range.start) <= tag.line && tag.line <= lines.lineOf(range.end);
  for (const note of passed.notes) {
    if (note.kind === "unselected" && covers(note)) return "unselected branch";
  }
  // The header stands here, but what follows it was not selected, or the other way round.
  if (functions.some((entry) => entry.definer !== undefined && covers(entry))) return "definition macro";
  if (stretches.some(covers)) return "broken stretch";
  // The pass read a macro here, which ctags took for the name of the function behind it.
  if (!standsIn(tag, passed.text)) return "file-scope macro";
  return hasBody(tag, sourceLines) ? "unclassed" : "no function there";
}

/** Whether the passed text still holds the tag's name in its line. */
function standsIn(tag: CtagsFunction, text: string): boolean {
  let start = 0;
  for (let line = 1; line < tag.line; line++) start = text.indexOf("\n", start) + 1;
  const end = text.indexOf("\n", start);
  const name = new RegExp(`(?<![\\w$])${tag.name.replace(/\$/g, "\\$")}(?![\\w$])`);
  return name.test(text.slice(start, end === -1 ? text.length : end));
}

/** Whether a parameter list and `{` follow the name on ctags' line: without them its tag is no function. */
function hasBody(tag: CtagsFunction, sourceLines: readonly string[]): boolean {
  const text = sourceLines.slice(tag.line - 1, tag.line + 40).join("\n");
  const first = sourceLines[tag.line - 1] ?? "";
  if (/^\s*(?:#|\/?\*|\/\/)/.test(first) || first.trimEnd().endsWith("\\")) return false;
  const at = text.indexOf(tag.name);
  if (at === -1) return false;
  let depth = 0;
  let seen = false;
  for (let index = at + tag.name.length; index < text.length; index++) {
    const character = text[index];
    if (character === "(") {
      depth++;
      seen = true;
    } else if (character === ")") depth--;
    else if (depth === 0 && character === ";") return false;
    else if (depth === 0 && character === "=") return false;
    else if (depth === 0 && character === "{") return seen && /^[ \t]*[A-Za-z_]/.test(first);
  }
  return false;
}

function classOfOurs(entry: ParsedFunction, source: string): DisagreementClass {
  if (entry.definer !== undefined) return "definition macro";
  const text = source.slice(entry.start, entry.end);
  // A header with its parameter list and a body in braces is a function, whoever does not see it.
  return /^[^;{}]*\([\s\S]*?\)[^;]*?\{/.test(text) && text.endsWith("}") ? "missed by ctags" : "unclassed";
}
