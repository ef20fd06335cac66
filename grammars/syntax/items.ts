/**
 * The items of a file, as both backends list them: what stands at the top level, `#if` and linkage blocks looked into.
 * Knows only how to move a cursor over nodes; not which backend they come from.
 */

/** What both backends tell of a node under a cursor. */
export interface ItemNode {
  readonly type: string;
  readonly isNamed: boolean;
}

export interface ItemCursor<Node extends ItemNode> {
  readonly currentNode: Node;
  gotoFirstChild(): boolean;
  gotoNextSibling(): boolean;
  gotoParent(): boolean;
}

const blocks: ReadonlySet<string> = new Set([
  "preproc_if",
  "preproc_ifdef",
  "preproc_else",
  "preproc_elif",
  "preproc_elifdef",
  "linkage_specification",
  "declaration_list",
]);

/**
 * The nodes of the items, in order. Words and punctuation of a block itself (`#if`, `{`) are no items of the file.
 * @param cursor at the root; it ends there
 */
export function itemNodes<Node extends ItemNode>(cursor: ItemCursor<Node>): Node[] {
  const nodes: Node[] = [];
  let depth = 0;
  let inside = cursor.gotoFirstChild();
  while (inside) {
    const node = cursor.currentNode;
    if (blocks.has(node.type) && cursor.gotoFirstChild()) {
      depth++;
      continue;
    }
    if (depth === 0 || node.isNamed) nodes.push(node);
    while (!cursor.gotoNextSibling()) {
      if (depth === 0) {
        inside = false;
        break;
      }
      cursor.gotoParent();
      depth--;
    }
  }
  return nodes;
}
