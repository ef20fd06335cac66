/**
 * The parser backend on the npm package `tree-sitter`: compiled, Node only, an accelerator that may be absent.
 * Knows nothing of the dialect; imports no compiled code: whoever found the two modules hands them in.
 */
import { itemNodes } from "./items.ts";
import { type PlacedEdit, placedEdit } from "./points.ts";
import type { SyntaxNode, SyntaxParser, SyntaxTree, TextEdit, TopLevelItem } from "./types.ts";
import { copyTree, type WalkCursor, type WalkNames } from "./walk.ts";

/** What is used of the package's cursor. */
interface NativeCursor {
  readonly currentNode: NativeNode;
  readonly nodeType: string;
  readonly nodeTypeId: number;
  readonly nodeIsNamed: boolean;
  readonly nodeIsMissing: boolean;
  readonly startIndex: number;
  readonly endIndex: number;
  readonly currentFieldId: number;
  readonly currentFieldName: string | undefined;
  gotoFirstChild(): boolean;
  gotoNextSibling(): boolean;
  gotoParent(): boolean;
}

interface NativeNode {
  readonly type: string;
  readonly startIndex: number;
  readonly endIndex: number;
  readonly hasError: boolean;
  readonly isNamed: boolean;
  walk(): NativeCursor;
}

interface NativeSyntaxTree {
  readonly rootNode: NativeNode;
  edit(edit: PlacedEdit): void;
  walk(): NativeCursor;
}

interface NativeParser {
  setLanguage(grammar: unknown): void;
  parse(
    text: string,
    previous: NativeSyntaxTree | undefined,
    options: { readonly bufferSize: number },
  ): NativeSyntaxTree | undefined;
}

/** The two modules, as `require` gives them. */
export interface NativeModules {
  /** Of the package `tree-sitter`. */
  readonly runtime: new () => NativeParser;
  /** Of the package `tree-sitter-c`. */
  readonly grammar: unknown;
}

/** The type number of ERROR nodes, which stands in no table of names. */
const errorType = 0xffff;

/** Names of types and fields, learnt as they are met: the package tells them only one by one. */
interface LearntNames extends WalkNames {
  readonly types: string[];
  readonly named: boolean[];
  readonly fields: (string | null)[];
}

interface Backend {
  readonly parser: NativeParser;
  readonly names: LearntNames;
}

interface WrappedTree extends SyntaxTree {
  readonly text: string;
  tree: NativeSyntaxTree | undefined;
}

/**
 * A parser on the compiled modules.
 * @throws when the grammar is not one that this runtime can load
 */
export function createNativeParser(modules: NativeModules): SyntaxParser {
  const parser = new modules.runtime();
  parser.setLanguage(modules.grammar);
  const backend: Backend = { parser, names: { types: [], named: [], fields: [] } };
  return {
    backend: "native",
    parse: (text) => wrapTree(backend, text, parseText(parser, text, undefined)),
    reparse: (text, previous, edit) => reparse(backend, text, previous, edit),
    // The garbage collector frees what the package holds.
    free: () => {},
  };
}

function parseText(
  parser: NativeParser,
  text: string,
  previous: NativeSyntaxTree | undefined,
): NativeSyntaxTree {
  // The package reads the text in pieces of so many bytes, each one copied from here to its end: one piece is all.
  const tree = parser.parse(text, previous, { bufferSize: 2 * text.length + 4 });
  if (tree === undefined) throw new Error("the parser gave no tree");
  return tree;
}

function reparse(backend: Backend, text: string, previous: SyntaxTree, edit: TextEdit): SyntaxTree {
  const old = previous as WrappedTree;
  const { tree } = old;
  if (tree === undefined) return wrapTree(backend, text, parseText(backend.parser, text, undefined));
  tree.edit(placedEdit(old.text, text, edit));
  try {
    return wrapTree(backend, text, parseText(backend.parser, text, tree));
  } finally {
    old.free();
  }
}

function wrapTree(backend: Backend, text: string, parsed: NativeSyntaxTree): SyntaxTree {
  const wrapped: WrappedTree = {
    text,
    tree: parsed,
    hasError: parsed.rootNode.hasError,
    items: () => itemNodes(living(wrapped).walk()).map((node) => toItem(backend, wrapped, node)),
    materialize: () => copyWith(backend, living(wrapped).walk()),
    free: () => {
      wrapped.tree = undefined;
    },
  };
  return wrapped;
}

function living(wrapped: WrappedTree): NativeSyntaxTree {
  if (wrapped.tree === undefined) throw new Error("the syntax tree was freed");
  return wrapped.tree;
}

function toItem(backend: Backend, wrapped: WrappedTree, node: NativeNode): TopLevelItem {
  const { type, startIndex, endIndex, hasError } = node;
  return {
    type,
    start: startIndex,
    end: endIndex,
    hasError,
    materialize: (distance) => {
      living(wrapped);
      return copyWith(backend, node.walk(), distance);
    },
  };
}

function copyWith({ names }: Backend, cursor: NativeCursor, distance = 0): SyntaxNode {
  const walk: WalkCursor = {
    typeId() {
      const id = cursor.nodeTypeId;
      if (names.types[id] === undefined && id !== errorType) {
        names.types[id] = cursor.nodeType;
        names.named[id] = cursor.nodeIsNamed;
      }
      return id;
    },
    start: () => cursor.startIndex,
    end: () => cursor.endIndex,
    fieldId() {
      const id = cursor.currentFieldId;
      if (id !== 0 && names.fields[id] === undefined) names.fields[id] = cursor.currentFieldName ?? null;
      return id;
    },
    missing: () => cursor.nodeIsMissing,
    firstChild: () => cursor.gotoFirstChild(),
    nextSibling: () => cursor.gotoNextSibling(),
    parent: () => cursor.gotoParent(),
  };
  return copyTree(walk, names, distance);
}
