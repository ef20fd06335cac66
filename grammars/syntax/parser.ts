/**
 * What is the same for every parser backend: trees that are freed once and read while they live, items, re-parses.
 * Knows a backend only as the few steps that it takes.
 */
import { type ItemCursor, type ItemNode, itemNodes } from "./items.ts";
import { type PlacedEdit, placedEdit } from "./points.ts";
import type { SyntaxNode, SyntaxParser, SyntaxTree, TextEdit, TopLevelItem } from "./types.ts";

/** A node as both packages give it. */
export interface BackendNode<Cursor> extends ItemNode {
  readonly startIndex: number;
  readonly endIndex: number;
  readonly hasError: boolean;
  walk(): Cursor;
}

/** A tree as both packages give it. */
export interface BackendTree<Cursor> {
  readonly rootNode: { readonly hasError: boolean };
  walk(): Cursor;
}

/** The steps of a backend. */
export interface Backend<
  Node extends BackendNode<Cursor>,
  Cursor extends ItemCursor<Node>,
  Tree extends BackendTree<Cursor>,
> {
  readonly name: SyntaxParser["backend"];
  /** Parses; `previous` was told of what differs. */
  parse(text: string, previous: Tree | null): Tree;
  edit(tree: Tree, edit: PlacedEdit): void;
  /** Copies what is under a cursor, whose node's offsets grow by `distance`. */
  copy(cursor: Cursor, distance: number): SyntaxNode;
  freeCursor(cursor: Cursor): void;
  freeTree(tree: Tree): void;
  free(): void;
}

export function parserOn<
  Node extends BackendNode<Cursor>,
  Cursor extends ItemCursor<Node>,
  Tree extends BackendTree<Cursor>,
>(backend: Backend<Node, Cursor, Tree>): SyntaxParser {
  interface WrappedTree extends SyntaxTree {
    readonly text: string;
    tree: Tree | null;
  }

  const wrap = (text: string, tree: Tree): SyntaxTree => {
    const wrapped: WrappedTree = {
      text,
      tree,
      hasError: tree.rootNode.hasError,
      items: () =>
        using(living(wrapped).walk(), (cursor) => itemNodes(cursor).map((node) => item(wrapped, node))),
      materialize: () => using(living(wrapped).walk(), (cursor) => backend.copy(cursor, 0)),
      free() {
        if (wrapped.tree !== null) backend.freeTree(wrapped.tree);
        wrapped.tree = null;
      },
    };
    return wrapped;
  };

  const item = (wrapped: WrappedTree, node: Node): TopLevelItem => {
    const { type, startIndex, endIndex, hasError } = node;
    return {
      type,
      start: startIndex,
      end: endIndex,
      hasError,
      materialize(distance = 0) {
        living(wrapped);
        return using(node.walk(), (cursor) => backend.copy(cursor, distance));
      },
    };
  };

  const living = ({ tree }: WrappedTree): Tree => {
    if (tree === null) throw new Error("the syntax tree was freed");
    return tree;
  };

  const using = <Result>(cursor: Cursor, use: (cursor: Cursor) => Result): Result => {
    try {
      return use(cursor);
    } finally {
      backend.freeCursor(cursor);
    }
  };

  return {
    backend: backend.name,
    parse: (text) => wrap(text, backend.parse(text, null)),
    reparse(text: string, previous: SyntaxTree, edit: TextEdit) {
      const old = previous as WrappedTree;
      if (old.tree === null) return wrap(text, backend.parse(text, null));
      backend.edit(old.tree, placedEdit(old.text, text, edit));
      try {
        return wrap(text, backend.parse(text, old.tree));
      } finally {
        old.free();
      }
    },
    free: () => backend.free(),
  };
}
