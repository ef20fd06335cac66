/**
 * Containment of syntax errors: one brace that nobody closed makes a tree take all that follows for one function. In
 * the kernel's style a `}` in the first column ends what stands at file scope, so text that swallowed such a line is cut
 * behind it and read piece by piece. Must not know what is lowered from the pieces.
 */
import type { SyntaxParser, SyntaxTree, TopLevelItem } from "@pinscope/grammars/syntax";

interface Piece {
  readonly tree: SyntaxTree;
  readonly items: readonly TopLevelItem[];
}

/** Pieces by their text; whoever holds them frees their trees. */
export type Pieces = ReadonlyMap<string, Piece>;

export interface ContainedItems {
  readonly items: readonly TopLevelItem[];
  readonly pieces: Pieces;
}

/**
 * The items of a text with those that hold errors cut where that shows functions free of errors.
 * @param ends offsets behind braces that are known to end a function, in order
 * @param known pieces read before; those that serve again are in the result, the trees of the others are freed
 */
export function containErrors(
  items: readonly TopLevelItem[],
  text: string,
  ends: readonly number[],
  parser: SyntaxParser,
  known: Pieces,
): ContainedItems {
  const used = new Map<string, Piece>();
  const read = (start: number, end: number): Piece => {
    const piece = text.slice(start, end);
    let found = used.get(piece) ?? known.get(piece);
    if (found === undefined) {
      const tree = parser.parse(piece);
      found = { tree, items: tree.items() };
    }
    used.set(piece, found);
    return found;
  };
  const contained = items.flatMap((item) => {
    if (!item.hasError) return [item];
    const cuts = cutsIn(text, item, ends);
    const [first] = cuts;
    if (first === undefined) return [item];
    // What follows is whole, mostly.
    const isWhole = !read(first, item.end).tree.hasError;
    const starts = isWhole ? [item.start, first] : [item.start, ...cuts];
    const found = starts.flatMap((start, index) =>
      read(start, starts[index + 1] ?? item.end).items.map((inner) => movedItem(inner, start)),
    );
    return found.some(({ type, hasError }) => type === "function_definition" && !hasError) ? found : [item];
  });
  for (const [piece, { tree }] of known) if (!used.has(piece)) tree.free();
  return { items: contained, pieces: used };
}

/** Line starts behind what ends a function, as far as anything but white space follows in the item. */
function cutsIn(text: string, { start, end }: TopLevelItem, ends: readonly number[]): number[] {
  const closes = ends.filter((offset) => offset > start && offset < end);
  for (let at = text.indexOf("\n}", start); at !== -1 && at < end; at = text.indexOf("\n}", at + 1))
    closes.push(at + 2);
  closes.sort((one, other) => one - other);
  const cuts: number[] = [];
  for (const close of closes) {
    const line = text.indexOf("\n", close);
    if (line === -1 || line + 1 >= end || text.slice(line, end).trim() === "") break;
    if (cuts.at(-1) !== line + 1) cuts.push(line + 1);
  }
  return cuts;
}

function movedItem(item: TopLevelItem, distance: number): TopLevelItem {
  return {
    type: item.type,
    start: item.start + distance,
    end: item.end + distance,
    hasError: item.hasError,
    materialize: (further = 0) => item.materialize(distance + further),
  };
}
