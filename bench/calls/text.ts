/** Calls as the eye finds them: names in front of `(` in text that is code. Knows no parser, no tree and no graph. */

/** A name in front of `(`; offsets are those of the text. */
export interface TextualCall {
  readonly name: string;
  readonly start: number;
}

const NOT_CODE =
  /\/\*[\s\S]*?(?:\*\/|$(?![\s\S]))|\/\/(?:\\\r?\n|[^\n])*|"(?:\\[\s\S]|[^"\\\n])*"|'(?:\\[\s\S]|[^'\\\n])+'|^[ \t]*#(?:\\\r?\n|\/\*[\s\S]*?\*\/|[^\n])*/gm;

/** Defines what a cleanup does, as `#define` does for a macro: its calls are those of the variables that use it. */
const CLEANUP = /^DEFINE_(?:FREE|CLASS|GUARD|LOCK_GUARD_[01])\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)/gm;

/**
 * The text with comments, strings, directives (so bodies of `#define`) and the stretches `left` turned into blanks;
 * the length and the line breaks stay.
 */
export function codeOnly(source: string, left: Iterable<readonly [start: number, end: number]>): string {
  const blank = (text: string): string => text.replace(/[^\n]/g, " ");
  const pieces: string[] = [];
  let done = 0;
  for (const [start, end] of [...left].sort((one, other) => one[0] - other[0])) {
    if (end <= done) continue;
    const from = Math.max(start, done);
    pieces.push(source.slice(done, from), blank(source.slice(from, end)));
    done = end;
  }
  pieces.push(source.slice(done));
  return pieces.join("").replace(NOT_CODE, blank).replace(CLEANUP, blank);
}

/**
 * Finds the calls of `names` in text that `codeOnly` made. Left out: calls through a field that bears the name
 * (`ops->name(`, `.name(`) and declarations (`type name(`; outside functions `type *name(` too).
 * `isInside` tells whether an offset lies in a function's body.
 */
export function textualCalls(
  code: string,
  names: ReadonlySet<string>,
  isInside: (offset: number) => boolean,
): TextualCall[] {
  const calls: TextualCall[] = [];
  for (const match of code.matchAll(/(?<![\w$])[A-Za-z_]\w*(?=\s*\()/g)) {
    const name = match[0];
    if (!names.has(name)) continue;
    const before = code.slice(Math.max(0, match.index - 200), match.index).trimEnd();
    if (/(?:->|(?<!\.)\.)$/.test(before)) continue;
    const word = /(?<!\w)[A-Za-z_]\w*$/.exec(before)?.[0];
    if (word !== undefined && !BEFORE_EXPRESSIONS.has(word)) continue;
    if (before.endsWith("*") && !isInside(match.index)) continue;
    calls.push({ name, start: match.index });
  }
  return calls;
}

/** Words that an expression may follow; behind any other word a name and `(` declare a function. */
const BEFORE_EXPRESSIONS: ReadonlySet<string> = new Set(["return", "else", "do", "case", "sizeof"]);
