/**
 * Functions with a tracked call in a branch of `#if` that is not selected are read again under the smallest change
 * of symbols that selects it. Knows which calls are tracked; neither parses nor walks: that is handed in.
 */
import { type BranchChoice, branchChooser, type ConditionSettings } from "@pinscope/grammars/dialect";
import { triggerNames } from "@pinscope/simulator/catalogue";
import type { FunctionNames } from "./callees.ts";
import { addWalks } from "./figures.ts";
import { addReplays, sameFinding, strongerFinding } from "./merge.ts";
import type { TextRange } from "./source-text.ts";
import type { CheckResult, FileStats, Finding } from "./types.ts";
import { type Changes, conditionText, exceptionText, withoutImplied } from "./variant-text.ts";

/** Variants that one function is read in, besides the usual reading. */
const variantsPerFunction = 4;

/** Variants that one file is passed and parsed in. */
const variantsPerFile = 16;

/** Calls between a function with a tracked call and one that is read again because of it. */
const callerDepth = 3;

/** A function's place in the source text, and the names that it uses. */
export interface FunctionPlace extends FunctionNames, TextRange {}

/** What one reading of a file, under one choice of branches, showed. */
export interface Reading {
  readonly findings: readonly Finding[];
  readonly stats: FileStats;
  readonly missing: readonly string[];
  /** False for a reading that stopped because files are missing. */
  readonly complete: boolean;
  readonly functions: readonly FunctionPlace[];
  /** Names of the functions that were walked. */
  readonly walked: ReadonlySet<string>;
  /** Offsets of functions that ran out of budget. */
  readonly overBudget: ReadonlySet<number>;
  readonly unselected: readonly TextRange[];
  /** Offset of each acquisition → why it is not followed to the end; null for one that is. */
  readonly acquisitions: ReadonlyMap<number, string | null>;
}

/** Which of a reading's functions are to be walked, by name. */
export type Selection = (functions: readonly FunctionPlace[]) => ReadonlySet<string>;

interface Variant {
  readonly choice: BranchChoice;
  /** Offsets of the tracked calls that it selects. */
  readonly calls: readonly number[];
}

interface VariantReading extends Reading {
  readonly changes: Changes;
}

const triggers: ReadonlySet<string> = new Set(triggerNames());
const anyTrigger = new RegExp(`\\b(?:${[...triggers].join("|")})\\s*\\(`);
/** Comments, literals and directives with their continuation lines; else a called name. */
const callOrSkipped =
  /\/\*[\s\S]*?(?:\*\/|$)|\/\/.*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|^[ \t]*#(?:.*\\\r?\n)*.*|([A-Za-z_]\w*)(?=\s*\()/gm;

/** How far before a name its type is looked for. */
const typeWidth = 80;

/** Whether what stands before a name makes it a prototype or a definition: `long name(…)`, `struct page *name(…)`. */
function isDeclared(before: string): boolean {
  const word = /([A-Za-z_]\w*)\s+$/.exec(before)?.[1];
  if (word !== undefined) return !/^(?:return|else|do|case|sizeof)$/.test(word);
  return /(?:^|\n)(?:(?:static|extern|inline|const|struct|union|enum)\s+)*[A-Za-z_]\w*[ \t]*\*+\s*$/.test(
    before,
  );
}

/** Offsets of the calls of triggers in the given stretches, outside comments, literals and directives. */
export function trackedCallsIn(source: string, ranges: readonly TextRange[]): number[] {
  const offsets: number[] = [];
  for (const { start, end } of ranges) {
    const text = source.slice(start, end);
    if (!anyTrigger.test(text)) continue;
    for (const match of text.matchAll(callOrSkipped)) {
      if (match[1] === undefined || !triggers.has(match[1])) continue;
      if (!isDeclared(text.slice(Math.max(0, match.index - typeWidth), match.index)))
        offsets.push(start + match.index);
    }
  }
  return offsets;
}

/**
 * The usual reading joined with the variants that its unselected branches ask for.
 * @param settings the conditions of the usual reading
 * @param readAgain reads the file under other conditions and walks only the selected functions; null for a reading that
 *   is not there yet: it is left out
 */
export function checkVariants(
  source: string,
  settings: ConditionSettings,
  usual: Reading,
  readAgain: (conditions: ConditionSettings, select: Selection) => Reading | null,
): Omit<CheckResult, "functions"> {
  const calls = trackedCallsIn(source, usual.unselected);
  if (calls.length === 0) return usual;
  const { variants, notSelectable } = variantsFor(source, settings, calls);
  const taken = new Map<string, number>();
  const readings: VariantReading[] = [];
  const missing = new Set(usual.missing);
  let overLimit = 0;
  for (const [index, { choice, calls: selected }] of variants.entries()) {
    const around = containing(usual.functions, selected);
    const full = around.length > 0 && around.every((name) => (taken.get(name) ?? 0) >= variantsPerFunction);
    if (index >= variantsPerFile || full) {
      overLimit += Math.max(1, around.length);
      continue;
    }
    // A reading may ask again when it sees its functions better: the last answer counts.
    let chosen: readonly string[] = [];
    let left = 0;
    const select: Selection = (functions) => {
      const wanted = [...withCallers(functions, containing(functions, selected))];
      chosen = wanted.filter((name) => (taken.get(name) ?? 0) < variantsPerFunction);
      left = wanted.length - chosen.length;
      return new Set(chosen);
    };
    const reading = readAgain({ ...settings, assumptions: choice.assumptions }, select);
    if (reading === null) continue;
    for (const name of chosen) taken.set(name, (taken.get(name) ?? 0) + 1);
    overLimit += left;
    for (const path of reading.missing) missing.add(path);
    // Without its files it says nothing; the caller loads them and asks again.
    if (!reading.complete) continue;
    readings.push({ ...reading, changes: choice.changes });
  }
  return {
    findings: joinFindings(usual, readings),
    stats: {
      ...joinStats(usual, readings),
      variants: {
        functions: taken.size,
        readings: [...taken.values()].reduce((sum, count) => sum + count, 0),
        overLimit,
        notSelectable,
      },
    },
    missing: [...missing],
  };
}

/** One variant per set of changes, in the order of the calls; calls that no change selects are counted. */
function variantsFor(
  source: string,
  settings: ConditionSettings,
  calls: readonly number[],
): { readonly variants: readonly Variant[]; readonly notSelectable: number } {
  const choose = branchChooser(source, settings);
  const variants = new Map<string, { readonly choice: BranchChoice; readonly calls: number[] }>();
  let notSelectable = 0;
  for (const offset of calls) {
    const choice = choose(offset);
    if (choice === null) {
      notSelectable++;
      continue;
    }
    const key = [...choice.changes]
      .map(([name, value]) => `${name}=${value}`)
      .sort()
      .join(" ");
    const known = variants.get(key);
    if (known === undefined) variants.set(key, { choice, calls: [offset] });
    else known.calls.push(offset);
  }
  return { variants: [...variants.values()], notSelectable };
}

function containing(functions: readonly FunctionPlace[], offsets: readonly number[]): string[] {
  const around = functions.filter(({ start, end }) => offsets.some((at) => at >= start && at < end));
  return [...new Set(around.map(({ name }) => name))];
}

/** The named functions, and those of the file that call them. */
function withCallers(functions: readonly FunctionPlace[], names: readonly string[]): ReadonlySet<string> {
  const found = new Set(names);
  let last: readonly string[] = names;
  for (let depth = 0; depth < callerDepth && last.length > 0; depth++) {
    const callers = functions.filter(
      ({ name, identifiers }) => !found.has(name) && last.some((callee) => identifiers.has(callee)),
    );
    last = callers.map(({ name }) => name);
    for (const name of last) found.add(name);
  }
  return found;
}

/** Findings of all readings, each once, with the symbols that they depend on. */
function joinFindings(usual: Reading, variants: readonly VariantReading[]): Finding[] {
  const seen = new Map<string, { finding: Finding; readonly shown: Set<Reading> }>();
  for (const reading of [usual, ...variants]) {
    for (const finding of reading.findings) {
      const key = sameFinding(finding);
      const known = seen.get(key);
      if (known === undefined) seen.set(key, { finding, shown: new Set([reading]) });
      else {
        known.shown.add(reading);
        known.finding = strongerFinding(known.finding, finding);
      }
    }
  }
  return [...seen.values()]
    .map(({ finding, shown }) => {
      if (!shown.has(usual)) {
        const changes = variants.filter((variant) => shown.has(variant)).map((variant) => variant.changes);
        return { ...finding, variant: conditionText(withoutImplied(changes)) };
      }
      const gone = variants
        .filter((variant) => !shown.has(variant) && judges(variant, finding))
        .map(({ changes }) => changes);
      return gone.length === 0 ? finding : { ...finding, variant: exceptionText(withoutImplied(gone)) };
    })
    .sort((a, b) => a.location.start - b.location.start);
}

/** Whether a reading that does not show a finding says anything by that: it walked the function, or has no such code. */
function judges(reading: Reading, { function: name, location }: Finding): boolean {
  if (reading.walked.has(name)) return true;
  return reading.unselected.some(({ start, end }) => location.start >= start && location.start < end);
}

/** The usual figures, with the acquisitions that only variants see and the time that these took. */
function joinStats(usual: Reading, variants: readonly Reading[]): FileStats {
  const { stats } = usual;
  const seen = new Set(usual.acquisitions.keys());
  const overBudget = new Set(usual.overBudget);
  const givenUp: Record<string, number> = { ...stats.acquisitions.givenUp };
  const ms = { ...stats.ms };
  let { followed } = stats.acquisitions;
  let { replay, walks } = stats;
  for (const variant of variants) {
    for (const [offset, cause] of variant.acquisitions) {
      if (seen.has(offset)) continue;
      seen.add(offset);
      if (cause === null) followed++;
      else givenUp[cause] = (givenUp[cause] ?? 0) + 1;
    }
    for (const offset of variant.overBudget) overBudget.add(offset);
    ms.parse += variant.stats.ms.parse;
    ms.lower += variant.stats.ms.lower;
    ms.analyze += variant.stats.ms.analyze;
    ms.replay += variant.stats.ms.replay;
    replay = addReplays(replay, variant.stats.replay);
    walks = addWalks(walks, variant.stats.walks);
  }
  return {
    ...stats,
    functionsOverBudget: overBudget.size,
    acquisitions: { seen: seen.size, followed, givenUp },
    walks,
    replay,
    ms,
  };
}
