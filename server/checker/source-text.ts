/**
 * Small looks at source text for messages and squiggles: the arguments of a call as written.
 * Knows neither the tree nor the IR.
 */

export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** Ranges of the arguments of the call that stands in `range`, without the white space around them. */
export function argumentRanges(source: string, range: TextRange): TextRange[] {
  const ranges: TextRange[] = [];
  let depth = 0;
  let begin = -1;
  for (let at = range.start; at < range.end; at++) {
    const character = source[at] ?? "";
    if (character === '"' || character === "'") {
      at = endOfLiteral(source, at, range.end);
    } else if (character === "/" && source[at + 1] === "*") {
      const close = source.indexOf("*/", at + 2);
      at = close < 0 ? range.end : close + 1;
    } else if (character === "(" || character === "[" || character === "{") {
      depth++;
      if (depth === 1 && character === "(") begin = at + 1;
    } else if (character === ")" || character === "]" || character === "}") {
      depth--;
      if (depth === 0 && begin >= 0) {
        ranges.push(trimmed(source, begin, at));
        return ranges;
      }
    } else if (character === "," && depth === 1 && begin >= 0) {
      ranges.push(trimmed(source, begin, at));
      begin = at + 1;
    }
  }
  return [];
}

function endOfLiteral(source: string, start: number, limit: number): number {
  const quote = source[start];
  for (let at = start + 1; at < limit; at++) {
    if (source[at] === "\\") at++;
    else if (source[at] === quote) return at;
  }
  return limit;
}

function trimmed(source: string, start: number, end: number): TextRange {
  const text = source.slice(start, end);
  const lead = text.length - text.trimStart().length;
  return { start: start + lead, end: Math.max(start + lead, start + text.trimEnd().length) };
}
