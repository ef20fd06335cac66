/** Calls of catalogue APIs in a text, found without parsing. Knows no protocol. */
import { argumentRanges } from "@pinscope/server/checker";
import { type BoundCall, bindCall, findEntry, type KernelVersion } from "@pinscope/simulator/catalogue";

/** A call by name. Offsets are UTF-16 and count in the text. */
export interface CallSite {
  readonly name: string;
  readonly start: number;
  /** Behind the closing parenthesis. */
  readonly end: number;
  /** The arguments as written. */
  readonly arguments: readonly string[];
  readonly bound: BoundCall;
}

/** How far a call's arguments are read, in UTF-16 units. */
const callLengthLimit = 2_000;

/** Words before a name that do not make it a declaration. */
const statementWords = new Set(["return", "else", "case", "do", "sizeof"]);

/** The calls that begin in `[from, to)`, in order. Declarations, comments and strings hold none. */
export function callSites(text: string, version: KernelVersion, from = 0, to = text.length): CallSite[] {
  const code = codeOnly(text);
  const sites: CallSite[] = [];
  const pattern = /\b([A-Za-z_]\w*)[ \t]*\(/g;
  pattern.lastIndex = from;
  for (let match = pattern.exec(code); match !== null && match.index < to; match = pattern.exec(code)) {
    const name = match[1] ?? "";
    if (findEntry(name) === undefined || isDeclared(code, match.index)) continue;
    const limit = Math.min(code.length, match.index + callLengthLimit);
    const ranges = argumentRanges(code, { start: match.index, end: limit });
    const last = ranges.at(-1);
    const close = last === undefined ? -1 : code.indexOf(")", last.end);
    if (last === undefined || close < 0) continue;
    const isEmpty = ranges.length === 1 && last.start === last.end;
    const given = isEmpty ? [] : ranges.map(({ start, end }) => text.slice(start, end));
    const bound = bindCall(name, given.length, [], version);
    if (bound !== undefined)
      sites.push({ name, start: match.index, end: close + 1, arguments: given, bound });
  }
  return sites;
}

/** Whether a type stands before the name: `struct page *name(`, `int name(`. */
function isDeclared(code: string, at: number): boolean {
  const before = /([A-Za-z_]\w*)?[ \t\n]*(\**)[ \t\n]*$/.exec(code.slice(Math.max(0, at - 80), at));
  const word = before?.[1];
  if (word === undefined || statementWords.has(word)) return false;
  // A word and a name with nothing between them are no expression; with a star, at a line's beginning they are none.
  return (
    before?.[2] === "" ||
    /\n(?:static |inline |extern |struct |const )*\w+[ \t\n]*\**[ \t\n]*$/.test(
      code.slice(Math.max(0, at - 120), at),
    )
  );
}

/** The text with comments and literals blanked: same length, same line breaks. */
export function codeOnly(text: string): string {
  return text.replace(
    /\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\n]*|"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\.)*'/g,
    (match) => match.replace(/[^\n]/g, " "),
  );
}
