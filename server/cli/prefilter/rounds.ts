/**
 * Chooses the files worth parsing: those that name a trigger, or a macro (where asked, also an external function)
 * whose body uses one. Looks at bytes only.
 */
import { readFileSync } from "node:fs";
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
  /**
   * Whether external functions that use a trigger are triggers in turn. Worth its two more searches only to a checker
   * that follows calls into other files.
   */
  readonly throughFunctions: boolean;
}

/**
 * @param onChosen told about the files that each round adds, as soon as they are known.
 */
export async function runPrefilter(
  triggers: Triggers,
  search: Search,
  onChosen: (files: readonly string[]) => void,
): Promise<PrefilterResult> {
  const names = new Set(triggers.words);
  const texts = new Map<string, string | null>();
  let fresh: readonly string[] = triggers.words;
  for (let round = 1; fresh.length > 0; round++) {
    const finder = new WordFinder(fresh);
    const added: string[] = [];
    for (const file of await (round === 1 ? search(triggers.literals, false) : search(fresh, true))) {
      if (texts.has(file)) continue;
      const text = readBytes(file);
      if (text !== null && !finder.has(text)) continue;
      texts.set(file, text);
      added.push(file);
    }
    onChosen(added);
    if (round === roundLimit) break;
    const next = new Set<string>();
    for (const [file, text] of texts) {
      if (text === null) continue;
      for (const name of wrappersIn(file, text, finder, triggers.throughFunctions)) {
        if (!names.has(name)) next.add(name);
      }
    }
    for (const name of next) names.add(name);
    fresh = [...next];
  }
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
