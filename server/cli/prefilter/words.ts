/** Finds names as whole words in a text by plain substring search. Knows no C. */

/** The names that no other name contains: whoever finds these finds all. */
export function essentialLiterals(names: Iterable<string>): string[] {
  const byLength = [...new Set(names)].sort(
    (left, right) => left.length - right.length || (left < right ? -1 : 1),
  );
  const kept: string[] = [];
  for (const name of byLength) {
    if (!kept.some((one) => name.includes(one))) kept.push(name);
  }
  return kept;
}

/** Finds a set of names in texts. */
export class WordFinder {
  readonly #names: ReadonlySet<string>;
  readonly #literals: readonly string[];

  constructor(names: Iterable<string>) {
    this.#names = new Set(names);
    this.#literals = essentialLiterals(this.#names);
  }

  /** Whether any of the names stands in the text as a whole word. */
  has(text: string): boolean {
    return this.#literals.some((literal) => {
      for (let at = text.indexOf(literal); at !== -1; at = text.indexOf(literal, at + literal.length)) {
        if (this.#names.has(wordAt(text, at))) return true;
      }
      return false;
    });
  }

  /** Offsets of the words of `text` that are among the names, each once, in no particular order. */
  offsets(text: string): number[] {
    const found = new Set<number>();
    for (const literal of this.#literals) {
      for (let at = text.indexOf(literal); at !== -1; at = text.indexOf(literal, at + literal.length)) {
        const start = wordStart(text, at);
        if (!found.has(start) && this.#names.has(wordAt(text, at))) found.add(start);
      }
    }
    return [...found];
  }
}

function wordAt(text: string, at: number): string {
  let end = at;
  while (end < text.length && isWord(text.charCodeAt(end))) end++;
  return text.slice(wordStart(text, at), end);
}

function wordStart(text: string, at: number): number {
  let start = at;
  while (start > 0 && isWord(text.charCodeAt(start - 1))) start--;
  return start;
}

function isWord(code: number): boolean {
  return (
    (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95
  );
}
