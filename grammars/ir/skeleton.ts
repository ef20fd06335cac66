/**
 * A file parsed without the bodies of its functions; each body is parsed when its function is asked for. Most functions
 * of a file are never lowered, and parsing is what costs most of reading it. Knows no lowering.
 */
import {
  differenceBetween,
  type SyntaxParser,
  type SyntaxTree,
  type TopLevelItem,
} from "@pinscope/grammars/syntax";
import { containErrors, type Pieces } from "./pieces.ts";

/** From behind a body's `{` to behind its `}`. */
export interface BodyRange {
  readonly start: number;
  readonly end: number;
}

export interface Skeleton {
  /** The text without the bodies. */
  readonly text: string;
  /** Of that text: its offsets are its own. */
  readonly tree: SyntaxTree;
  /** What stands at file scope, with the offsets of that text; where the tree holds errors, some are of pieces. */
  readonly shortItems: readonly TopLevelItem[];
  readonly pieces: Pieces;
  /** The same with the offsets of the whole text. */
  readonly items: readonly TopLevelItem[];
}

/** What an earlier text of the file was read as: it is taken over, and must not be used or freed any more. */
export interface EarlierText {
  readonly skeleton: Skeleton;
  /** The tree is made anew: what follows from broken text then depends on that text alone. */
  readonly afresh: boolean;
}

const noPieces: Pieces = new Map();

/**
 * Parses `text` without the given bodies. The items are those of the whole text; a function's errors are known (in
 * `hasError`) once it was asked for.
 * @param bodies of functions, in order; no directive stands there
 */
export function openSkeleton(
  parser: SyntaxParser,
  text: string,
  bodies: readonly BodyRange[],
  earlier?: EarlierText,
): Skeleton {
  // The pass blanks what is not selected, braces too.
  const left = bodies.filter(({ start, end }) => text[start - 1] === "{" && text[end - 1] === "}");
  const short = without(text, left);
  const before = earlier?.skeleton;
  if (before?.text === short && earlier?.afresh === false)
    return { ...before, items: placedItems(parser, text, left, before.shortItems) };
  const tree =
    before === undefined || earlier?.afresh === true
      ? parser.parse(short)
      : parser.reparse(short, before.tree, differenceBetween(before.text, short));
  if (earlier?.afresh === true) before?.tree.free();
  const ends = endsWithout(left);
  const { items, pieces } = containErrors(tree.items(), short, ends, parser, before?.pieces ?? noPieces);
  return { text: short, tree, shortItems: items, pieces, items: placedItems(parser, text, left, items) };
}

/** Frees the trees of a skeleton. */
export function closeSkeleton({ tree, pieces }: Skeleton): void {
  tree.free();
  for (const piece of pieces.values()) piece.tree.free();
}

/** Where bodies end in the text without them. */
function endsWithout(bodies: readonly BodyRange[]): number[] {
  let removed = 0;
  return bodies.map(({ start, end }) => {
    removed += end - 1 - start;
    return end - removed;
  });
}

/** Items of the short text, where they stand in the whole one. */
function placedItems(
  parser: SyntaxParser,
  text: string,
  left: readonly BodyRange[],
  shortItems: readonly TopLevelItem[],
): TopLevelItem[] {
  let next = 0;
  let removed = 0;
  /** Leaves bodies behind that begin before an offset of the short text; gives that offset in the whole text. */
  const wholeOffset = (offset: number): number => {
    for (let body = left[next]; body !== undefined && body.start - removed < offset; body = left[++next])
      removed += body.end - 1 - body.start;
    return offset + removed;
  };
  return shortItems.map((item) => {
    const start = wholeOffset(item.start);
    const before = next;
    const end = wholeOffset(item.end);
    const place = { item, start, end };
    return next > before && item.type === "function_definition"
      ? lateItem(parser, text, place)
      : movedItem(place);
  });
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

/** A function whose body was left out: parsed by itself. Where it makes no function, it is one with an empty body. */
function lateItem(parser: SyntaxParser, text: string, { item: outer, start, end }: Placed): TopLevelItem {
  const { type } = outer;
  let { hasError } = outer;
  return {
    type,
    start,
    end,
    get hasError() {
      return hasError;
    },
    materialize(distance = 0) {
      const tree = parser.parse(text.slice(start, end));
      try {
        const found = tree
          .items()
          .find((item) => item.type === type && item.start === 0 && item.end === end - start);
        hasError = found?.hasError ?? true;
        if (found !== undefined) return found.materialize(start + distance);
        return { ...outer.materialize(start - outer.start + distance), end: end + distance };
      } finally {
        tree.free();
      }
    },
  };
}
