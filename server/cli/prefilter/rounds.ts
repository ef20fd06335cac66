/**
 * Chooses the files worth parsing: those that name a trigger, or a macro (where asked, also an external function)
 * whose body uses one. Looks at bytes only.
 */
import { readFileSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import type { Search } from "./search.ts";
import { WordFinder } from "./words.ts";
import { wrapperFunctions, wrapperMacros } from "./wrappers.ts";

/** How often names found in one search start another. */
const roundLimit = 3;

export interface PrefilterResult {
  /** Names that were searched for, the wrappers' included. */
  readonly names: ReadonlySet<string>;
  /** Chosen files, sources and headers. */
  readonly chosen: ReadonlySet<string>;
}

/** What makes a file worth parsing. */
export interface Triggers {
  readonly words: readonly string[];
  /** Texts of which each word contains at least one: fewer, so searched faster. */
  readonly literals: readonly string[];
  /** Macros that are known to use a trigger: searched for with them, instead of in a round of their own. */
  readonly wrappers: readonly string[];
  /**
   * Whether external functions that use a trigger are triggers in turn. Worth its two more searches only to a checker
   * that follows calls into other files.
   */
  readonly throughFunctions: boolean;
}

/**
 * Searches for the triggers, then for the names that wrap them. Where only macros wrap, the rounds after the first look
 * at headers alone, and the sources are searched once for all the names found: two searches of a part, not of all.
 * @param onChosen told about each file as soon as it is known.
 */
export async function runPrefilter(
  triggers: Triggers,
  search: Search,
  onChosen: (file: string) => void,
): Promise<PrefilterResult> {
  const names = new Set([...triggers.words, ...triggers.wrappers]);
  const texts = new Map<string, string | null>();
  const choose = async (found: readonly string[], finder: WordFinder): Promise<void> => {
    for (const file of found) {
      if (texts.has(file)) continue;
      const text = readBytes(file);
      if (text !== null && !finder.has(text)) continue;
      texts.set(file, text);
      // Told one by one, with time for those who are at work on them: reading them all takes a tenth of a second.
      onChosen(file);
      await setImmediate();
    }
  };
  let finder = new WordFinder(names);
  const literals = [...triggers.literals, ...triggers.wrappers];
  await choose(await search(literals, { wholeWords: false, among: "all" }), finder);
  const wrappers: string[] = [];
  for (let round = 2; round <= roundLimit; round++) {
    const fresh = new Set<string>();
    for (const [file, text] of texts) {
      if (text === null) continue;
      if (file.endsWith(".h")) await setImmediate();
      for (const name of wrappersIn(file, text, finder, triggers.throughFunctions)) {
        if (!names.has(name)) fresh.add(name);
      }
    }
    if (fresh.size === 0) break;
    for (const name of fresh) names.add(name);
    wrappers.push(...fresh);
    finder = new WordFinder([...fresh]);
    // Headers are read for the names in them, and none are taken from the last round.
    if (triggers.throughFunctions)
      await choose(await search([...fresh], { wholeWords: true, among: "all" }), finder);
    else if (round < roundLimit)
      await choose(await search([...fresh], { wholeWords: true, among: "headers" }), finder);
  }
  if (!triggers.throughFunctions && wrappers.length > 0)
    await choose(await search(wrappers, { wholeWords: true, among: "sources" }), new WordFinder(wrappers));
  return { names, chosen: new Set(texts.keys()) };
}

/** A macro of a source is seen by that source only, which is chosen already; headers' are seen by others. */
function wrappersIn(file: string, text: string, finder: WordFinder, throughFunctions: boolean): string[] {
  const isHeader = file.endsWith(".h");
  return [
    ...(isHeader ? wrapperMacros(text, finder) : []),
    ...(throughFunctions ? wrapperFunctions(text, isHeader, finder) : []),
  ];
}

/** One character per byte: the names searched for are ASCII. Null when the file cannot be read. */
function readBytes(file: string): string | null {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return null;
  }
}
