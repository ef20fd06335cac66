/**
 * Textual macro expansion as the C preprocessor does it: arguments expanded first, `#`, `##`, `__VA_ARGS__`,
 * `__VA_OPT__`, named variadic parameters, `, ## args`; the result scanned again, no macro inside itself.
 * Knows macros by name only; reads no files.
 */
import { continuesWord, isWord, startsWord, type Token, tokenize } from "./lexer.ts";

/** A macro as the expansion needs it. */
export interface MacroText {
  readonly name: string;
  readonly parameters: readonly string[] | null;
  readonly body: string;
}

/** Macros inside macros that are followed. */
export const maximumExpansionDepth = 8;
/** Characters an expansion may have. */
export const maximumExpansionLength = 64 << 10;
/** Tokens that may be produced on the way, so that short results of long work end too. */
const maximumWork = 100_000;

export type Expansion = { readonly text: string } | { readonly problem: string };

/** A token on its way through the expansion, with the macros that must not be expanded in it. */
interface Piece {
  readonly text: string;
  readonly spaced: boolean;
  readonly hidden: Hidden | null;
}

/** Names of macros a token came from; shared, never changed. */
interface Hidden {
  readonly names: ReadonlySet<string>;
}

class Problem extends Error {}

interface Work {
  readonly lookup: (name: string) => MacroText | undefined;
  left: number;
}

/**
 * Expands one use of a macro. `argumentsText` is null where no argument list follows the name. The text is expanded
 * to its end: nothing in it is to be expanded again (a macro's own name in it stands for a function or variable).
 * An argument list behind an object-like macro is kept and scanned with what the macro stands for.
 */
export function expandUse(
  definition: MacroText,
  argumentsText: readonly string[] | null,
  lookup: (name: string) => MacroText | undefined,
): Expansion {
  const own = (name: string): MacroText | undefined => (name === definition.name ? definition : lookup(name));
  const work: Work = { lookup: own, left: maximumWork };
  try {
    const pieces: Piece[] = [{ text: definition.name, spaced: false, hidden: null }];
    if (argumentsText !== null) {
      pieces.push(mark("("));
      for (const [index, text] of argumentsText.entries()) {
        if (index > 0) pieces.push(mark(","));
        // How the call was spaced is not told; a string made of the arguments has the usual space.
        pieces.push(...spacedAs(piecesOf(text, null), index > 0));
      }
      pieces.push(mark(")"));
    } else if (definition.parameters !== null)
      return { problem: `${definition.name} is used without arguments` };
    return { text: render(expandList(pieces, work, true)) };
  } catch (error) {
    if (error instanceof Problem) return { problem: error.message };
    if (error instanceof RangeError) return { problem: `${definition.name}: nested too deep` };
    throw error;
  }
}

const mark = (text: string): Piece => ({ text, spaced: false, hidden: null });

const bodies = new Map<string, readonly Piece[]>();

function piecesOf(text: string, hidden: Hidden | null): Piece[] {
  return tokenize(text, 0, text.length, { directives: "none" }).map((token: Token) => ({
    text: token.text,
    spaced: token.spaced,
    hidden,
  }));
}

function bodyPieces(body: string): readonly Piece[] {
  const known = bodies.get(body);
  if (known !== undefined) return known;
  const pieces = piecesOf(body, null);
  if (bodies.size > 2000) bodies.clear();
  bodies.set(body, pieces);
  return pieces;
}

/** Expands a list to its end. `strict`: arguments that do not fit are a problem; else the use stays. */
function expandList(input: readonly Piece[], work: Work, strict: boolean): Piece[] {
  const output: Piece[] = [];
  // A stack, the next token last.
  const pending = input.slice().reverse();
  while (pending.length > 0) {
    const piece = pending.pop() as Piece;
    if (--work.left < 0) throw new Problem("the expansion takes too much work");
    const macro =
      isWord(piece.text) && !piece.hidden?.names.has(piece.text) ? work.lookup(piece.text) : undefined;
    if (macro === undefined) {
      output.push(piece);
      continue;
    }
    if ((piece.hidden?.names.size ?? 0) >= maximumExpansionDepth)
      throw new Problem(`macros nest deeper than ${maximumExpansionDepth} at ${macro.name}`);
    let hidden: Hidden;
    let given: Bound | null = null;
    if (macro.parameters === null) hidden = add(piece.hidden, macro.name);
    else {
      const read = readArguments(pending);
      if (read === undefined) {
        output.push(piece);
        continue;
      }
      const bound = bind(macro, read.list);
      if (typeof bound === "string") {
        if (strict) throw new Problem(bound);
        output.push(piece);
        continue;
      }
      given = bound;
      pending.length -= read.consumed;
      hidden = add(intersect(piece.hidden, read.close.hidden), macro.name);
    }
    const replacement = substitute(macro, given, work, hidden);
    const head = replacement[0];
    if (head !== undefined) replacement[0] = { ...head, spaced: piece.spaced };
    work.left -= replacement.length;
    for (let index = replacement.length - 1; index >= 0; index--) pending.push(replacement[index] as Piece);
  }
  return output;
}

function add(hidden: Hidden | null, name: string): Hidden {
  return { names: new Set(hidden === null ? [name] : [...hidden.names, name]) };
}

function union(left: Hidden | null, right: Hidden): Hidden {
  if (left === null || left === right) return right;
  return { names: new Set([...left.names, ...right.names]) };
}

function intersect(left: Hidden | null, right: Hidden | null): Hidden | null {
  if (left === null || right === null) return null;
  const names = [...left.names].filter((name) => right.names.has(name));
  return names.length === 0 ? null : { names: new Set(names) };
}

/** One argument of a use, and the comma before it. */
interface Argument {
  readonly comma: Piece | null;
  readonly pieces: Piece[];
}

/** Reads `( … )` from the end of the reversed list; undefined where none follows. */
function readArguments(
  pending: readonly Piece[],
): { list: Argument[]; consumed: number; close: Piece } | undefined {
  let at = pending.length - 1;
  if (pending[at]?.text !== "(") return undefined;
  const list: Argument[] = [{ comma: null, pieces: [] }];
  let depth = 1;
  for (at--; at >= 0; at--) {
    const piece = pending[at] as Piece;
    if (piece.text === "(") depth++;
    else if (piece.text === ")" && --depth === 0)
      return { list, consumed: pending.length - at, close: piece };
    if (piece.text === "," && depth === 1) list.push({ comma: piece, pieces: [] });
    else list.at(-1)?.pieces.push(piece);
  }
  return undefined;
}

const isVariadic = (parameter: string | undefined): boolean => parameter?.endsWith("...") === true;
const variadicName = (parameter: string): string =>
  parameter === "..." ? "__VA_ARGS__" : parameter.slice(0, -3);

/** Arguments by parameter name. */
interface Bound {
  readonly values: ReadonlyMap<string, readonly Piece[]>;
  /** No variable argument was given, not even an empty one. */
  readonly restOmitted: boolean;
}

/** Binds arguments to parameters, or says what is wrong with them. */
function bind(macro: MacroText, list: readonly Argument[]): Bound | string {
  const parameters = macro.parameters ?? [];
  const values = new Map<string, readonly Piece[]>();
  const last = parameters.at(-1);
  const fixed = isVariadic(last) ? parameters.length - 1 : parameters.length;
  const empty = list.length === 1 && list[0]?.pieces.length === 0;
  const given = parameters.length === 0 && empty ? 0 : list.length;
  if (given < fixed || (given > fixed && !isVariadic(last)))
    return `${macro.name} takes ${fixed}${isVariadic(last) ? " or more" : ""} arguments, got ${given}`;
  for (let index = 0; index < fixed; index++) values.set(parameters[index] ?? "", list[index]?.pieces ?? []);
  if (last !== undefined && isVariadic(last)) {
    const rest: Piece[] = [];
    for (const [index, argument] of list.slice(fixed).entries()) {
      if (index > 0 && argument.comma !== null) rest.push(argument.comma);
      rest.push(...argument.pieces);
    }
    values.set(variadicName(last), rest);
  }
  return { values, restOmitted: given <= fixed || (fixed === 0 && empty) };
}

/** One macro body with arguments put in, `#` and `##` done, every token hidden from the macros it came from. */
function substitute(macro: MacroText, bound: Bound | null, work: Work, hidden: Hidden): Piece[] {
  const given = bound?.values ?? null;
  const last = macro.parameters?.at(-1);
  const rest = last !== undefined && isVariadic(last) ? variadicName(last) : undefined;
  const expanded = new Map<string, readonly Piece[]>();
  const expandedArgument = (name: string): readonly Piece[] => {
    let pieces = expanded.get(name);
    if (pieces === undefined) {
      pieces = expandList(given?.get(name) ?? [], work, false);
      expanded.set(name, pieces);
    }
    return pieces;
  };
  const run = (body: readonly Piece[]): Piece[] => {
    const output: Piece[] = [];
    for (let index = 0; index < body.length; index++) {
      const piece = body[index] as Piece;
      const next = body[index + 1]?.text;
      work.left--;
      if (work.left < 0) throw new Problem("the expansion takes too much work");
      if (piece.text === "#" && given !== null && next !== undefined && given.has(next)) {
        output.push({ text: stringify(given.get(next) ?? []), spaced: piece.spaced, hidden: null });
        index++;
      } else if (piece.text === "##" && index > 0 && next !== undefined) {
        index = paste(body, index, output);
      } else if (piece.text === "__VA_OPT__" && rest !== undefined && next === "(") {
        const close = closingPiece(body, index + 1);
        if (expandedArgument(rest).length > 0)
          output.push(...spacedAs(run(body.slice(index + 2, close)), piece.spaced));
        else output.push({ text: "", spaced: piece.spaced, hidden: null });
        index = close;
      } else if (given?.has(piece.text)) {
        const raw = next === "##";
        const value = raw ? (given.get(piece.text) ?? []) : expandedArgument(piece.text);
        // A placemarker: nothing, but something that `##` can be applied to.
        if (value.length === 0) output.push({ text: "", spaced: piece.spaced, hidden: null });
        else output.push(...spacedAs(value, piece.spaced));
      } else output.push(piece);
    }
    return output;
  };
  /** Applies the `##` at `index`; returns the index of the last body token used. */
  const paste = (body: readonly Piece[], index: number, output: Piece[]): number => {
    const right = body[index + 1] as Piece;
    const left = output.pop() ?? mark("");
    if (left.text === "," && rest !== undefined && right.text === rest) {
      // GNU: the comma goes where no variable argument was given, and stays unpasted where one was.
      if (bound?.restOmitted === true) output.push({ text: "", spaced: left.spaced, hidden: null });
      else output.push(left, ...spacedAs(given?.get(rest) ?? [], right.spaced));
      return index + 1;
    }
    let value: readonly Piece[] = [right];
    let used = index + 1;
    if (given?.has(right.text)) value = given.get(right.text) ?? [];
    else if (right.text === "#" && given?.has(body[index + 2]?.text ?? "")) {
      value = [mark(stringify(given.get(body[index + 2]?.text ?? "") ?? []))];
      used++;
    } else if (right.text === "__VA_OPT__" && rest !== undefined && body[index + 2]?.text === "(") {
      const close = closingPiece(body, index + 2);
      value = expandedArgument(rest).length > 0 ? run(body.slice(index + 3, close)) : [];
      used = close;
    }
    const first = value[0];
    const text = left.text + (first?.text ?? "");
    // What does not make one token stays two side by side.
    const pasted = piecesOf(text, null);
    if (pasted.length === 0) output.push({ text: "", spaced: left.spaced, hidden: null });
    else output.push(...spacedAs(pasted, left.spaced));
    output.push(...value.slice(1));
    return used;
  };
  const result: Piece[] = [];
  for (const piece of run(bodyPieces(macro.body)))
    if (piece.text !== "") result.push({ ...piece, hidden: union(piece.hidden, hidden) });
  return result;
}

function spacedAs(pieces: readonly Piece[], spaced: boolean): Piece[] {
  const copy = pieces.slice();
  const head = copy[0];
  if (head !== undefined && head.spaced !== spaced) copy[0] = { ...head, spaced };
  return copy;
}

function closingPiece(pieces: readonly Piece[], open: number): number {
  let depth = 0;
  for (let index = open; index < pieces.length; index++) {
    const text = pieces[index]?.text;
    if (text === "(") depth++;
    else if (text === ")" && --depth === 0) return index;
  }
  return pieces.length;
}

/** The string literal that `#` makes of an argument. */
function stringify(pieces: readonly Piece[]): string {
  let text = "";
  for (const piece of pieces) {
    if (piece.spaced && text !== "") text += " ";
    const literal = piece.text.startsWith('"') || piece.text.startsWith("'");
    text += literal ? piece.text.replace(/[\\"]/g, "\\$&") : piece.text;
  }
  return `"${text}"`;
}

/** Text of an expansion: a space where there was one, and where two tokens would run together. */
function render(pieces: readonly Piece[]): string {
  let text = "";
  for (const piece of pieces) {
    if (text !== "" && (piece.spaced || runsTogether(text, piece.text))) text += " ";
    text += piece.text;
    if (text.length > maximumExpansionLength)
      throw new Problem(`the expansion is longer than ${maximumExpansionLength} characters`);
  }
  return text;
}

function runsTogether(text: string, next: string): boolean {
  const last = text.charCodeAt(text.length - 1);
  const first = next.charCodeAt(0);
  if (continuesWord(last) || last === 46) return startsWord(first) || continuesWord(first) || first === 46;
  return "+-<>=!&|*/%^#:".includes(text.charAt(text.length - 1)) && "+-<>=&|*/#:%".includes(next.charAt(0));
}

/** Arguments of a macro call, split at top-level commas of the text between its parentheses. */
export function splitArguments(text: string): string[] {
  const tokens = tokenize(text, 0, text.length, { directives: "all" });
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (const token of tokens) {
    const spelling = token.text;
    if (spelling === "(" || spelling === "[" || spelling === "{") depth++;
    else if (spelling === ")" || spelling === "]" || spelling === "}") depth--;
    else if (spelling === "," && depth <= 0) {
      parts.push(text.slice(start, token.start).trim());
      start = token.start + 1;
    }
  }
  const last = text.slice(start).trim();
  if (parts.length > 0 || tokens.length > 0) parts.push(last);
  return parts;
}
