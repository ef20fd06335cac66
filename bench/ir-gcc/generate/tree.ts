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
    for (const text of simpler(nodeAt(root, path)?.open ?? "")) {
      yield replaceAt(root, path, (node) => [{ ...node, open: text }]);
    }
  }
  for (const { path } of paths) {
    const candidate = replaceAt(root, path, (node) => node.children);
    if (candidate !== root) yield candidate;
  }
}

function nodeAt(root: TextNode, path: readonly number[]): TextNode | undefined {
  return path.reduce((node: TextNode | undefined, index) => node?.children[index], root);
}

/** The text with one initializer or outermost parenthesis replaced by a number. */
function* simpler(text: string): Generator<string> {
  const value = /^([^=]* = )(.{2,});$/.exec(text);
  if (value?.[1] !== undefined) yield `${value[1]}1;`;
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === "(" && depth++ === 0) start = at;
    if (text[at] !== ")" || --depth !== 0 || at - start < 3) continue;
    yield `${text.slice(0, start)}(1)${text.slice(at + 1)}`;
    yield text.slice(0, start) + text.slice(start + 1, at) + text.slice(at + 1);
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
