/**
 * The parser backend on the npm package `tree-sitter`: compiled, Node only, an accelerator that may be absent.
 * Knows nothing of the dialect; imports no compiled code: whoever found the two modules hands them in.
 */
import { parserOn } from "./parser.ts";
import type { PlacedEdit } from "./points.ts";
import type { SyntaxParser } from "./types.ts";
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

/**
 * A parser on the compiled modules.
 * @throws when the grammar is not one that this runtime can load
 */
export function createNativeParser(modules: NativeModules): SyntaxParser {
  const parser = new modules.runtime();
  parser.setLanguage(modules.grammar);
  const names: LearntNames = { types: [], named: [], fields: [] };
  return parserOn({
    name: "native",
    parse(text, previous: NativeSyntaxTree | null) {
      // The package reads the text in pieces of so many bytes, each one copied from here to its end: one piece is all.
      const options = { bufferSize: 2 * text.length + 4 };
      const tree = parser.parse(text, previous ?? undefined, options);
      if (tree === undefined) throw new Error("the parser gave no tree");
      return tree;
    },
    edit: (tree, edit) => tree.edit(edit),
    copy: (cursor: NativeCursor, distance) => copyTree(walkOf(cursor, names), names, distance),
    // The garbage collector frees what the package holds.
    freeCursor() {},
    freeTree() {},
    free() {},
  });
}

function walkOf(cursor: NativeCursor, names: LearntNames): WalkCursor {
  return {
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
}
