/**
 * C tokens of a piece of text: words, numbers, literals and operators, without comments.
 * Knows nothing of declarations or macros. Linear in the text's length; never throws.
 */

/** A token with its offset in the text it was read from. */
export interface Token {
  readonly text: string;
  readonly start: number;
  /** Whether white space (or a comment) stands before it. */
  readonly spaced: boolean;
}

/** How directives inside the text are read. */
export interface TokenizeOptions {
  /**
   * `none`: `#` is an ordinary token (macro bodies). `all`: directive lines are dropped, every branch is read.
   * `first`: of each `#if` only the first branch is read.
   */
  readonly directives: "none" | "all" | "first";
  /** Sorted, disjoint regions to leave out, as offsets into the text. */
  readonly omit?: readonly { readonly start: number; readonly end: number }[];
}

const newline = 10;
const backslash = 92;

// One entry per ASCII code: 1 starts a word, 2 is a digit, 3 is white space.
const classes = new Uint8Array(128);
for (let code = 0; code < 128; code++) {
  const character = String.fromCharCode(code);
  if (/[A-Za-z_$]/.test(character)) classes[code] = 1;
  else if (/[0-9]/.test(character)) classes[code] = 2;
  else if (code <= 32) classes[code] = 3;
}

/** Whether a character code may start an identifier. Every code above ASCII may. */
export function startsWord(code: number): boolean {
  return code >= 128 || classes[code] === 1;
}

/** Whether a character code may continue an identifier. */
export function continuesWord(code: number): boolean {
  return code >= 128 || classes[code] === 1 || classes[code] === 2;
}

/** Whether a character code is white space (control characters count). */
export function isSpace(code: number): boolean {
  return code < 128 && classes[code] === 3;
}

/** Whether a token is an identifier or keyword. */
export function isWord(text: string | undefined): text is string {
  return text !== undefined && text.length > 0 && startsWord(text.charCodeAt(0));
}

/** Offset behind the string or character literal that opens at `at`; a literal ends with its line at the latest. */
export function skipLiteral(text: string, at: number, end: number): number {
  const quote = text.charCodeAt(at);
  let position = at + 1;
  while (position < end) {
    const code = text.charCodeAt(position);
    if (code === backslash) {
      // A continued line may end in CRLF.
      position += text.charCodeAt(position + 1) === 13 && text.charCodeAt(position + 2) === newline ? 3 : 2;
    } else if (code === quote) return position + 1;
    else if (code === newline) return position;
    else position++;
  }
  return end;
}

/** Offset behind the comment that opens at `at`, or `at` itself where none does. A line comment ends before its newline. */
export function skipComment(text: string, at: number, end: number): number {
  const next = text.charCodeAt(at + 1);
  if (next === 42) {
    const close = text.indexOf("*/", at + 2);
    return close < 0 || close + 2 > end ? end : close + 2;
  }
  if (next === 47) {
    let position = at + 2;
    for (;;) {
      const stop = text.indexOf("\n", position);
      if (stop < 0 || stop >= end) return end;
      const before = text.charCodeAt(stop - 1) === 13 ? stop - 2 : stop - 1;
      if (text.charCodeAt(before) !== backslash) return stop;
      position = stop + 1;
    }
  }
  return at;
}

/** Offset of the newline that ends the directive at `at`: continuation lines and comments belong to it. */
export function directiveEnd(text: string, at: number, end: number): number {
  let position = at;
  while (position < end) {
    const code = text.charCodeAt(position);
    if (code === newline) return position;
    if (code === backslash) {
      position += text.charCodeAt(position + 1) === 13 ? 3 : 2;
    } else if (code === 47) {
      const after = skipComment(text, position, end);
      position = after > position ? after : position + 1;
    } else if (code === 34 || code === 39) {
      // An apostrophe in an #error line is no literal; skipLiteral stops at the line's end then.
      position = skipLiteral(text, position, end);
    } else position++;
  }
  return end;
}

const threeCharacters = new Set(["<<=", ">>=", "..."]);
const twoCharacters = new Set("++ -- -> << >> <= >= == != && || += -= *= /= %= &= |= ^= ## ::".split(" "));

/** The preprocessing word of the directive at `at` (the offset of `#`), or "". */
export function directiveWord(text: string, at: number): string {
  let start = at + 1;
  while (text.charCodeAt(start) === 32 || text.charCodeAt(start) === 9) start++;
  let stop = start;
  while (stop < text.length && continuesWord(text.charCodeAt(stop))) stop++;
  return text.slice(start, stop);
}

/** Tokens of `text[start, end)`. Offsets are into `text`. */
export function tokenize(text: string, start: number, end: number, options: TokenizeOptions): Token[] {
  const tokens: Token[] = [];
  const omit = options.omit ?? [];
  let omitAt = 0;
  let position = start;
  let spaced = false;
  let atLineStart = true;
  // Depth of #if inside a branch that is not read.
  let skipping = 0;
  while (position < end) {
    while (omitAt < omit.length && (omit[omitAt]?.end ?? 0) <= position) omitAt++;
    const omitted = omit[omitAt];
    if (omitted !== undefined && omitted.start <= position) {
      position = omitted.end;
      spaced = true;
      continue;
    }
    const code = text.charCodeAt(position);
    if (code <= 32) {
      if (code === newline) atLineStart = true;
      spaced = true;
      position++;
      continue;
    }
    if (code === 47) {
      const after = skipComment(text, position, end);
      if (after > position) {
        position = after;
        spaced = true;
        continue;
      }
    }
    if (
      code === backslash &&
      (text.charCodeAt(position + 1) === newline || text.charCodeAt(position + 1) === 13)
    ) {
      // A continuation joins lines.
      position += text.charCodeAt(position + 1) === 13 ? 3 : 2;
      spaced = true;
      continue;
    }
    if (code === 35 && atLineStart && options.directives !== "none") {
      if (options.directives === "first") {
        const word = directiveWord(text, position);
        if (skipping > 0) {
          if (word === "if" || word === "ifdef" || word === "ifndef") skipping++;
          else if (word === "endif") skipping--;
        } else if (word === "else" || word === "elif") skipping = 1;
      }
      position = directiveEnd(text, position, end);
      continue;
    }
    atLineStart = false;
    let stop = position + 1;
    if (startsWord(code)) {
      while (stop < end && continuesWord(text.charCodeAt(stop))) stop++;
      // L"…" and u8"…" are read as a word and a literal, which no declaration minds.
    } else if (classes[code] === 2 || (code === 46 && classes[text.charCodeAt(stop)] === 2)) {
      stop = numberEnd(text, position, end);
    } else if (code === 34 || code === 39) {
      stop = skipLiteral(text, position, end);
    } else if (threeCharacters.has(text.slice(position, position + 3))) stop = position + 3;
    else if (twoCharacters.has(text.slice(position, position + 2))) stop = position + 2;
    if (stop > end) stop = end;
    if (skipping === 0) {
      tokens.push({ text: text.slice(position, stop), start: position, spaced });
      spaced = false;
    }
    position = stop;
  }
  return tokens;
}

function numberEnd(text: string, start: number, end: number): number {
  let position = start + 1;
  while (position < end) {
    const code = text.charCodeAt(position);
    // A sign behind an exponent letter belongs to the number, as the preprocessor reads it (`0xe+1` too).
    const previous = text.charCodeAt(position - 1) | 32;
    if ((code === 43 || code === 45) && (previous === 101 || previous === 112)) position++;
    else if (code === 46 || continuesWord(code)) position++;
    else break;
  }
  return position;
}

/** Index of the token that closes the bracket at `open`, or `tokens.length` where none does. */
export function closingToken(tokens: readonly Token[], open: number): number {
  let depth = 0;
  for (let index = open; index < tokens.length; index++) {
    const text = tokens[index]?.text;
    if (text === "(" || text === "[" || text === "{") depth++;
    else if (text === ")" || text === "]" || text === "}") {
      depth--;
      if (depth <= 0) return index;
    }
  }
  return tokens.length;
}

/** For every opening bracket the index of the token that closes it (`tokens.length` where none does). */
export function closingTokens(tokens: readonly Token[]): Int32Array {
  const closes = new Int32Array(tokens.length).fill(tokens.length);
  const open: number[] = [];
  for (let index = 0; index < tokens.length; index++) {
    const text = tokens[index]?.text;
    if (text === "(" || text === "[" || text === "{") open.push(index);
    else if (text === ")" || text === "]" || text === "}") {
      const start = open.pop();
      if (start !== undefined) closes[start] = index;
    }
  }
  return closes;
}

/** Splits tokens at top-level commas; an empty list gives no part. */
export function splitTokens(tokens: readonly Token[]): Token[][] {
  const parts: Token[][] = [];
  let part: Token[] = [];
  let depth = 0;
  for (const token of tokens) {
    if (token.text === "(" || token.text === "[" || token.text === "{") depth++;
    else if (token.text === ")" || token.text === "]" || token.text === "}") depth--;
    if (token.text === "," && depth <= 0) {
      parts.push(part);
      part = [];
    } else part.push(token);
  }
  if (parts.length > 0 || part.length > 0) parts.push(part);
  return parts;
}

/** Text of tokens, one space where the source had white space. */
export function joinTokens(tokens: readonly Token[]): string {
  let text = "";
  for (const token of tokens) text += token.spaced && text !== "" ? ` ${token.text}` : token.text;
  return text;
}
