/**
 * The parser backend on web-tree-sitter: WebAssembly, nothing to compile, runs in Node, workers and browsers.
 * Knows nothing of the dialect; does no I/O: the two WebAssembly files come in as bytes.
 */
import { Edit, Language, Parser, type Tree, type TreeCursor } from "web-tree-sitter";
import { parserOn } from "./parser.ts";
import type { SyntaxParser } from "./types.ts";
import { copyTree, type WalkCursor, type WalkNames } from "./walk.ts";

type CursorCall = (tree: number) => number;

/**
 * The cursor functions that the WebAssembly module exports. Each public getter of web-tree-sitter copies the
 * cursor into the module's memory first; a walk that leaves it there takes a third of the time.
 */
interface CursorExports {
  readonly typeId: CursorCall;
  readonly start: CursorCall;
  readonly end: CursorCall;
  readonly fieldId: CursorCall;
  readonly missing: CursorCall;
  readonly firstChild: CursorCall;
  readonly nextSibling: CursorCall;
  readonly parent: CursorCall;
}

interface Runtime {
  readonly cursor: CursorExports | undefined;
}

/**
 * web-tree-sitter keeps one module for all: starting it twice would leave the first one's parsers behind, and a grammar
 * that is loaded stays in it.
 */
let started: Promise<{ readonly runtime: Runtime; readonly language: Language }> | undefined;

/**
 * Starts the WebAssembly runtime with the grammar (once per thread) and gives a parser.
 * @param files.runtime bytes of `web-tree-sitter.wasm`
 * @param files.grammar bytes of `tree-sitter-c.wasm`
 * @throws when the bytes are not the WebAssembly modules expected
 */
export async function createWebParser(files: {
  readonly runtime: Uint8Array;
  readonly grammar: Uint8Array;
}): Promise<SyntaxParser> {
  started ??= startRuntime(files.runtime).then(async (runtime) => ({
    runtime,
    language: await Language.load(files.grammar),
  }));
  const { runtime, language } = await started;
  const parser = new Parser();
  parser.setLanguage(language);
  const names: WalkNames = {
    types: language.types,
    named: language.types.map((_, id) => language.nodeTypeIsNamed(id)),
    fields: language.fields,
  };
  return parserOn({
    name: "web",
    parse(text, previous: Tree | null) {
      const tree = parser.parse(text, previous);
      if (tree === null) throw new Error("the parser gave no tree");
      return tree;
    },
    edit(tree, edit) {
      tree.edit(new Edit(edit));
    },
    copy: (cursor: TreeCursor, distance) => copyTree(walkOf(cursor, runtime), names, distance),
    freeCursor: (cursor) => cursor.delete(),
    freeTree: (tree) => tree.delete(),
    free: () => parser.delete(),
  });
}

async function startRuntime(bytes: Uint8Array): Promise<Runtime> {
  // Its own way to find the file needs a module's URL, which a classic worker has not.
  const module: Record<string, unknown> = { wasmBinary: bytes, locateFile: (file: string) => file };
  await Parser.init(module);
  const find = (name: string): CursorCall | undefined => {
    const exported = module[`_ts_tree_cursor_${name}_wasm`];
    return typeof exported === "function" ? (exported as CursorCall) : undefined;
  };
  const typeId = find("current_node_type_id");
  const start = find("start_index");
  const end = find("end_index");
  const fieldId = find("current_field_id");
  const missing = find("current_node_is_missing");
  const firstChild = find("goto_first_child");
  const nextSibling = find("goto_next_sibling");
  const parent = find("goto_parent");
  if (!typeId || !start || !end || !fieldId || !missing || !firstChild || !nextSibling || !parent) {
    return { cursor: undefined };
  }
  return { cursor: { typeId, start, end, fieldId, missing, firstChild, nextSibling, parent } };
}

function walkOf(cursor: TreeCursor, { cursor: exported }: Runtime): WalkCursor {
  if (exported === undefined) return publicCursor(cursor);
  // Asking for the type by the public way copies the cursor into the module's memory, where the calls find it.
  cursor.nodeTypeId;
  return memoryCursor(exported, treeAddress(cursor));
}

function treeAddress(cursor: TreeCursor): number {
  const tree: unknown = Reflect.get(cursor, "tree");
  return Reflect.get(tree as object, 0) as number;
}

function memoryCursor(exported: CursorExports, tree: number): WalkCursor {
  return {
    typeId: () => exported.typeId(tree),
    start: () => exported.start(tree),
    end: () => exported.end(tree),
    fieldId: () => exported.fieldId(tree),
    missing: () => exported.missing(tree) === 1,
    firstChild: () => exported.firstChild(tree) === 1,
    nextSibling: () => exported.nextSibling(tree) === 1,
    parent: () => exported.parent(tree) === 1,
  };
}

function publicCursor(cursor: TreeCursor): WalkCursor {
  return {
    typeId: () => cursor.nodeTypeId,
    start: () => cursor.startIndex,
    end: () => cursor.endIndex,
    fieldId: () => cursor.currentFieldId,
    missing: () => cursor.nodeIsMissing,
    firstChild: () => cursor.gotoFirstChild(),
    nextSibling: () => cursor.gotoNextSibling(),
    parent: () => cursor.gotoParent(),
  };
}
