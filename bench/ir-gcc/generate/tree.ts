/**
 * A generated program as a tree of text, so that the reducer can drop parts of it and render the rest.
 * Knows nothing of C.
 */

export interface TextNode {
  /** Text before the children; a leaf has only this. */
  readonly open: string;
  readonly children: readonly TextNode[];
  readonly close: string;
  /** The reducer may drop it; declarations stay. */
  readonly removable: boolean;
}

export function leaf(text: string, removable = true): TextNode {
  return { open: text, children: [], close: "", removable };
}

export function group(
  open: string,
  children: readonly TextNode[],
  close: string,
  removable = true,
): TextNode {
  return { open, children, close, removable };
}

export function render(node: TextNode, indent = ""): string {
  const inner = node.open === "" && node.close === "" ? indent : `${indent}\t`;
  const lines = [
    ...(node.open === "" ? [] : [`${indent}${node.open}`]),
    ...node.children.map((child) => render(child, inner)),
    ...(node.close === "" ? [] : [`${indent}${node.close}`]),
  ];
  return lines.filter((line) => line !== "").join("\n");
}

/** All trees that lack one removable node, or have it replaced by its children; bigger cuts first. */
export function* smaller(root: TextNode): Generator<TextNode> {
  const paths: { path: number[]; size: number }[] = [];
  const walk = (node: TextNode, path: number[]): number => {
    let size = 1;
    node.children.forEach((child, index) => {
      size += walk(child, [...path, index]);
    });
    if (node.removable && path.length > 0) paths.push({ path, size });
    return size;
  };
  walk(root, []);
  paths.sort((first, second) => second.size - first.size);
  for (const { path } of paths) yield replaceAt(root, path, () => []);
  for (const { path } of paths) {
    const candidate = replaceAt(root, path, (node) => node.children);
    if (candidate !== root) yield candidate;
  }
}

function replaceAt(
  node: TextNode,
  path: readonly number[],
  change: (node: TextNode) => readonly TextNode[],
): TextNode {
  const [first, ...rest] = path;
  if (first === undefined) return node;
  const child = node.children[first];
  if (child === undefined) return node;
  const replacement = rest.length === 0 ? change(child) : [replaceAt(child, rest, change)];
  const children = [...node.children.slice(0, first), ...replacement, ...node.children.slice(first + 1)];
  return { ...node, children };
}
