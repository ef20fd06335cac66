/**
 * The parser seam: what a parser backend must give.
 * Knows nothing of C, of the dialect or of who reads the tree.
 */

/**
 * One node of a parsed text, as plain data: independent of the backend and of the tree it came from.
 * `start` and `end` are UTF-16 offsets into the parsed text, which has the length of the source text.
 */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  /** The field of the parent that this node fills, as the grammar names it. */
  readonly field: string | null;
  readonly named: boolean;
  /** Inserted by error recovery: it stands for no text. */
  readonly missing: boolean;
  /** This node or one below it is an ERROR or MISSING node. */
  readonly hasError: boolean;
  readonly children: readonly SyntaxNode[];
}

/** A replaced stretch of the parsed text, UTF-16 offsets. */
export interface TextEdit {
  readonly start: number;
  readonly oldEnd: number;
  readonly newEnd: number;
}

/** A direct child of the translation unit (or of a preprocessor or linkage block in it), not yet copied out. */
export interface TopLevelItem {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly hasError: boolean;
  /**
   * Copies the subtree out as plain data; the result outlives the tree.
   * @param distance added to every offset: where the parsed text stands in a longer one
   */
  materialize(distance?: number): SyntaxNode;
}

/** A parsed text. Owns memory of the backend: whoever parsed frees it. */
export interface SyntaxTree {
  readonly hasError: boolean;
  /** The items of the file in order; `#if` blocks and `extern "C"` blocks are looked into. */
  items(): TopLevelItem[];
  /** The whole tree as plain data. */
  materialize(): SyntaxNode;
  free(): void;
}

/** A parser of passed text (see `dialect`). Not re-entrant; one per thread. */
export interface SyntaxParser {
  readonly backend: "web" | "native";
  parse(text: string): SyntaxTree;
  /** Re-parses after one edit; `previous` is consumed (freed) and must not be used again. */
  reparse(text: string, previous: SyntaxTree, edit: TextEdit): SyntaxTree;
  free(): void;
}
