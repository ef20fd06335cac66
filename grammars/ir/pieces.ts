/**
 * Containment of syntax errors: one brace that nobody closed makes a tree take all that follows for one function. In
 * the kernel's style a `}` in the first column ends what stands at file scope, so text that swallowed such a line is cut
 * behind it and read piece by piece. Must not know what is lowered from the pieces.
 */
import type { SyntaxParser, SyntaxTree, TopLevelItem } from "@pinscope/grammars/syntax";

/** Trees of pieces by their text; whoever holds them frees them. */
export type Pieces = ReadonlyMap<string, SyntaxTree>;

export interface ContainedItems {
  readonly items: readonly TopLevelItem[];
  readonly pieces: Pieces;
}

/**
 * The items of a file with those that hold errors cut where that shows functions free of errors.
 * @param known trees of pieces read before; those that serve again are in the result, the others are freed
 */
export function containErrors(
  items: readonly TopLevelItem[],
  text: string,
  parser: SyntaxParser,
  known: Pieces,
): ContainedItems {
  const used = new Map<string, SyntaxTree>();
  const contained = items.flatMap((item) => {
    if (!item.hasError) return [item];
    const cuts = cutsIn(text, item);
    if (cuts.length === 0) return [item];
    const found: TopLevelItem[] = [];
    for (const [index, start] of [item.start, ...cuts].entries()) {
      const piece = text.slice(start, cuts[index] ?? item.end);
      let tree = used.get(piece) ?? known.get(piece);
      tree ??= parser.parse(piece);
      used.set(piece, tree);
      for (const inner of tree.items()) found.push(movedItem(inner, start));
    }
    return found.some(({ type, hasError }) => type === "function_definition" && !hasError) ? found : [item];
  });
  for (const [piece, tree] of known) if (!used.has(piece)) tree.free();
  return { items: contained, pieces: used };
}

/** Line starts behind a `}` in the first column, as far as anything but white space follows in the item. */
function cutsIn(text: string, { start, end }: TopLevelItem): number[] {
  const cuts: number[] = [];
  for (let at = text.indexOf("\n}", start); at !== -1 && at < end; at = text.indexOf("\n}", at + 1)) {
    const line = text.indexOf("\n", at + 1);
    if (line === -1 || line + 1 >= end || text.slice(line, end).trim() === "") break;
    cuts.push(line + 1);
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
