/**
 * A file parsed without the bodies of its functions; each body is parsed when its function is asked for. Most functions
 * of a file are never lowered, and parsing is what costs most of reading it. Knows no lowering.
 */
import type { SyntaxNode, SyntaxParser, SyntaxTree, TopLevelItem } from "@pinscope/grammars/syntax";

/** From behind a body's `{` to behind its `}`. */
export interface BodyRange {
  readonly start: number;
  readonly end: number;
}

export interface Skeleton {
  /** Of the text without the bodies: its offsets are its own. */
  readonly tree: SyntaxTree;
  /** Offsets are those of the whole text. */
  readonly items: readonly TopLevelItem[];
}

/**
 * Parses `text` without the given bodies. The items are those of the whole text; a function's errors are known (in
 * `hasError`) once it was asked for.
 * @param bodies of functions, in order; braces in them balance and no directive stands there
 */
export function openSkeleton(parser: SyntaxParser, text: string, bodies: readonly BodyRange[]): Skeleton {
  // The pass blanks what is not selected, braces too.
  const left = bodies.filter(({ start, end }) => text[start - 1] === "{" && text[end - 1] === "}");
  const tree = parser.parse(without(text, left));
  let next = 0;
  let removed = 0;
  /** Leaves bodies behind that begin before an offset of the short text; gives that offset in the whole text. */
  const wholeOffset = (offset: number): number => {
    for (let body = left[next]; body !== undefined && body.start - removed < offset; body = left[++next])
      removed += body.end - 1 - body.start;
    return offset + removed;
  };
  const items = tree.items().map((item) => {
    const start = wholeOffset(item.start);
    const before = next;
    const end = wholeOffset(item.end);
    const place = { item, start, end };
    return next > before && item.type === "function_definition"
      ? lateItem(parser, text, place)
      : movedItem(place);
  });
  return { tree, items };
}

/** The text without what stands between the braces of bodies. */
function without(text: string, bodies: readonly BodyRange[]): string {
  const pieces: string[] = [];
  let done = 0;
  for (const { start, end } of bodies) {
    pieces.push(text.slice(done, start));
    done = end - 1;
  }
  pieces.push(text.slice(done));
  return pieces.join("");
}

/** An item of the short text, and where it stands in the whole one. */
interface Placed {
  readonly item: TopLevelItem;
  readonly start: number;
  readonly end: number;
}

function movedItem({ item, start, end }: Placed): TopLevelItem {
  const { type, hasError } = item;
  const moved = start - item.start;
  return { type, start, end, hasError, materialize: (distance = 0) => item.materialize(moved + distance) };
}

/** A function whose body was left out: parsed by itself, or within the whole text where it makes no function alone. */
function lateItem(parser: SyntaxParser, text: string, { item: outer, start, end }: Placed): TopLevelItem {
  const { type } = outer;
  let { hasError } = outer;
  /** `offset`: where the tree's text begins in the whole one. */
  const read = (tree: SyntaxTree, offset: number, distance: number): SyntaxNode | null => {
    try {
      const found = tree
        .items()
        .find((item) => item.type === type && item.start + offset === start && item.end + offset === end);
      if (found === undefined) return null;
      hasError = found.hasError;
      return found.materialize(offset + distance);
    } finally {
      tree.free();
    }
  };
  return {
    type,
    start,
    end,
    get hasError() {
      return hasError;
    },
    materialize(distance = 0) {
      const alone = read(parser.parse(text.slice(start, end)), start, distance);
      const node = alone ?? read(parser.parse(text), 0, distance);
      return node ?? { ...outer.materialize(start - outer.start + distance), end: end + distance };
    },
  };
}
