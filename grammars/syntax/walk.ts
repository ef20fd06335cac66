/**
 * Copies a syntax tree out of a backend as plain data, in one walk.
 * Knows only how to move a cursor; not which backend moves it.
 */
import type { SyntaxNode } from "./types.ts";

/** A cursor in a syntax tree, reduced to the moves and questions that a copy needs. */
export interface WalkCursor {
  typeId(): number;
  start(): number;
  end(): number;
  fieldId(): number;
  missing(): boolean;
  firstChild(): boolean;
  nextSibling(): boolean;
  parent(): boolean;
}

/** Names of node types and fields by their numbers. */
export interface WalkNames {
  readonly types: readonly string[];
  readonly named: readonly boolean[];
  readonly fields: readonly (string | null)[];
}

interface Frame {
  readonly node: MutableNode;
  readonly children: SyntaxNode[];
}

interface MutableNode {
  type: string;
  start: number;
  end: number;
  field: string | null;
  named: boolean;
  missing: boolean;
  hasError: boolean;
  children: readonly SyntaxNode[];
}

const noChildren: readonly SyntaxNode[] = Object.freeze([]);

/**
 * Copies the subtree under the cursor's place; the cursor ends where it began. Any depth: no recursion.
 * @param distance added to every offset
 */
export function copyTree(cursor: WalkCursor, names: WalkNames, distance = 0): SyntaxNode {
  const stack: Frame[] = [];
  let node = readNode(cursor, names, distance);
  for (;;) {
    if (cursor.firstChild()) {
      stack.push({ node, children: [] });
      node = readNode(cursor, names, distance);
      continue;
    }
    for (;;) {
      const top = stack[stack.length - 1];
      if (top === undefined) return node;
      top.children.push(node);
      if (node.hasError) top.node.hasError = true;
      if (cursor.nextSibling()) {
        node = readNode(cursor, names, distance);
        break;
      }
      cursor.parent();
      top.node.children = top.children;
      node = top.node;
      stack.pop();
    }
  }
}

function readNode(cursor: WalkCursor, names: WalkNames, distance: number): MutableNode {
  const typeId = cursor.typeId();
  const start = cursor.start() + distance;
  const end = cursor.end() + distance;
  const fieldId = cursor.fieldId();
  const type = names.types[typeId];
  // Only a node without text can be one that recovery inserted; asking is a call into the backend.
  const missing = start === end && cursor.missing();
  return {
    type: type ?? "ERROR",
    start,
    end,
    field: fieldId === 0 ? null : (names.fields[fieldId] ?? null),
    named: type === undefined ? true : (names.named[typeId] ?? false),
    missing,
    hasError: missing || type === undefined,
    children: noChildren,
  };
}
