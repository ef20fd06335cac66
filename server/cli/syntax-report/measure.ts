/**
 * How much of a set of C files the front end can read: functions, functions with syntax errors, the list of them.
 * Pure: files come in as text, the report goes out as data.
 */
import { type ConditionSettings, type DialectTables, passText } from "@pinscope/grammars/dialect";
import type { SyntaxParser } from "@pinscope/grammars/syntax";
import { type CtagsFunction, compareWithCtags, type Disagreement } from "./compare.ts";
import { collectFunctions, indexLines, type LineIndex } from "./functions.ts";

export interface SyntaxFile {
  readonly path: string;
  readonly source: string;
  /** Heading that the file is counted under; default: the path's first folder. */
  readonly folder?: string;
  /** What ctags found in this file, where a comparison is wanted. */
  readonly ctags?: readonly CtagsFunction[];
}

export interface SyntaxMeasureSettings {
  readonly parser: SyntaxParser;
  readonly tables: DialectTables;
  readonly conditions: ConditionSettings;
}

export interface FolderFigures {
  readonly files: number;
  readonly functions: number;
  readonly functionsWithSyntaxErrors: number;
}

/** One function that could not be read whole. `node` is `ERROR` or `MISSING …`, at `line` (1-based). */
export interface SyntaxProblem {
  readonly file: string;
  readonly line: number;
  readonly function: string;
  readonly node: string;
}

export interface SyntaxReport {
  readonly files: number;
  readonly functions: number;
  readonly functionsWithSyntaxErrors: number;
  readonly folders: Readonly<Record<string, FolderFigures>>;
  readonly list: readonly SyntaxProblem[];
  /** Errors outside every function. */
  readonly outside: readonly SyntaxProblem[];
  /** Bytes blanked per table entry. */
  readonly blanked: Readonly<Record<string, number>>;
  readonly unknownConditions: number;
  readonly ctags: { readonly agreed: number; readonly disagreements: readonly Disagreement[] } | undefined;
}

export interface SyntaxMeasure {
  add(file: SyntaxFile): void;
  report(): SyntaxReport;
}

interface Counts {
  files: number;
  functions: number;
  functionsWithSyntaxErrors: number;
}

/** A header at the start of a line, its parameter list, a body's brace: how functions look where no tree is. */
const headerPattern = /^[A-Za-z_][\w \t*]{0,200}?\b([A-Za-z_]\w{0,100})[ \t]*\([^;{}]{0,2000}\)\s*\{/gm;

/** A running measure, for more files than fit into memory. */
export function createSyntaxMeasure(settings: SyntaxMeasureSettings): SyntaxMeasure {
  const total: Counts = { files: 0, functions: 0, functionsWithSyntaxErrors: 0 };
  const folders = new Map<string, Counts>();
  const list: SyntaxProblem[] = [];
  const outside: SyntaxProblem[] = [];
  const blanked = new Map<string, number>();
  const disagreements: Disagreement[] = [];
  let agreed = 0;
  let compared = false;
  let unknownConditions = 0;

  const add = (file: SyntaxFile): void => {
    const passed = passText(file.source, settings.tables, settings.conditions);
    for (const [entry, bytes] of passed.blanked) blanked.set(entry, (blanked.get(entry) ?? 0) + bytes);
    unknownConditions += passed.unknownConditions.length;
    const lines = indexLines(file.source);
    const tree = settings.parser.parse(passed.text);
    const { functions, stretches } = collectFunctions(file.source, passed, tree, lines);
    tree.free();
    const bad: SyntaxProblem[] = [];
    for (const entry of functions) {
      if (entry.problem === undefined) continue;
      bad.push({ file: file.path, line: entry.problem.line, function: entry.name, node: entry.problem.node });
    }
    for (const stretch of stretches) {
      outside.push({ file: file.path, line: stretch.problem.line, function: "", node: stretch.problem.node });
    }
    const known = new Set(functions.map((entry) => entry.line));
    let count = functions.length;
    if (file.ctags !== undefined) {
      compared = true;
      const comparison = compareWithCtags(
        file.path,
        file.source,
        passed,
        functions,
        stretches,
        file.ctags,
        lines,
      );
      agreed += comparison.agreed;
      disagreements.push(...comparison.disagreements);
      for (const tag of comparison.covered) {
        const stretch = stretches.find((range) => within(tag.line, range, lines));
        if (stretch === undefined) continue;
        bad.push({ file: file.path, line: tag.line, function: tag.name, node: stretch.problem.node });
      }
      // Ctags' functions and those only we find.
      count = file.ctags.length + comparison.disagreements.filter((one) => one.found === "by us only").length;
    } else {
      for (const hidden of hiddenFunctions(passed.text, stretches, known, lines)) {
        count++;
        bad.push({ file: file.path, line: hidden.line, function: hidden.name, node: hidden.node });
      }
    }
    list.push(...bad);
    const folder = file.folder ?? firstFolder(file.path);
    let figures = folders.get(folder);
    if (figures === undefined) {
      figures = { files: 0, functions: 0, functionsWithSyntaxErrors: 0 };
      folders.set(folder, figures);
    }
    for (const counts of [total, figures]) {
      counts.files++;
      counts.functions += count;
      counts.functionsWithSyntaxErrors += bad.length;
    }
  };

  return {
    add,
    report: () => ({
      ...total,
      folders: Object.fromEntries([...folders].sort(([one], [other]) => (one < other ? -1 : 1))),
      list,
      outside,
      blanked: Object.fromEntries([...blanked].sort((one, other) => other[1] - one[1])),
      unknownConditions,
      ctags: compared ? { agreed, disagreements } : undefined,
    }),
  };
}

/** Measures some files. See `createSyntaxMeasure` for very many. */
export function measureSyntax(files: Iterable<SyntaxFile>, settings: SyntaxMeasureSettings): SyntaxReport {
  const measure = createSyntaxMeasure(settings);
  for (const file of files) measure.add(file);
  return measure.report();
}

function within(
  line: number,
  range: { readonly start: number; readonly end: number },
  lines: LineIndex,
): boolean {
  return lines.lineOf(range.start) <= line && line <= lines.lineOf(range.end);
}

/** Functions that stand in stretches without a tree: an error there counts against each. */
function hiddenFunctions(
  text: string,
  stretches: readonly {
    readonly start: number;
    readonly end: number;
    readonly problem: { readonly node: string };
  }[],
  known: ReadonlySet<number>,
  lines: LineIndex,
): { name: string; line: number; node: string }[] {
  const found: { name: string; line: number; node: string }[] = [];
  for (const stretch of stretches) {
    for (const match of text.slice(stretch.start, stretch.end).matchAll(headerPattern)) {
      const name = match[1] ?? "";
      const line = lines.lineOf(stretch.start + match.index + match[0].indexOf(name));
      if (!known.has(line)) found.push({ name, line, node: stretch.problem.node });
    }
  }
  return found;
}

function firstFolder(path: string): string {
  const slash = path.indexOf("/");
  return slash === -1 ? "." : path.slice(0, slash);
}
