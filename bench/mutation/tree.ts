/**
 * Small questions about plain syntax trees of C. Knows no API.
 */
import type { SyntaxNode } from "@pinscope/grammars/syntax";

const loopTypes: ReadonlySet<string> = new Set(["for_statement", "while_statement", "do_statement"]);

/** Every node below and including `node`, in text order. */
export function* walk(node: SyntaxNode): Generator<SyntaxNode> {
  const stack = [node];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    yield next;
    for (let at = next.children.length - 1; at >= 0; at--) {
      const child = next.children[at];
      if (child !== undefined) stack.push(child);
    }
  }
}

export function parentsOf(root: SyntaxNode): Map<SyntaxNode, SyntaxNode> {
  const parents = new Map<SyntaxNode, SyntaxNode>();
  for (const node of walk(root)) for (const child of node.children) parents.set(child, node);
  return parents;
}

/** The node and what it stands in, innermost first. */
export function* ancestry(
  node: SyntaxNode,
  parents: ReadonlyMap<SyntaxNode, SyntaxNode>,
): Generator<SyntaxNode> {
  for (let next: SyntaxNode | undefined = node; next !== undefined; next = parents.get(next)) yield next;
}

export function field(node: SyntaxNode, name: string): SyntaxNode | null {
  return node.children.find((child) => child.field === name) ?? null;
}

export function named(node: SyntaxNode): SyntaxNode[] {
  return node.children.filter((child) => child.named && child.type !== "comment");
}

export function isLoop(node: SyntaxNode): boolean {
  return loopTypes.has(node.type);
}

/** Loops around a node, innermost first. */
export function loopsAround(node: SyntaxNode, parents: ReadonlyMap<SyntaxNode, SyntaxNode>): SyntaxNode[] {
  return [...ancestry(node, parents)].filter((one) => one !== node && isLoop(one));
}

/** Parentheses, casts and `likely`/`unlikely` taken off. */
export function bare(node: SyntaxNode, text: string): SyntaxNode {
  let inner = node;
  for (;;) {
    let next: SyntaxNode | null = null;
    if (inner.type === "parenthesized_expression") next = named(inner)[0] ?? null;
    else if (inner.type === "cast_expression") next = field(inner, "value");
    else if (inner.type === "call_expression") {
      const callee = field(inner, "function");
      const name = callee === null ? "" : text.slice(callee.start, callee.end);
      const list = field(inner, "arguments");
      if ((name === "likely" || name === "unlikely") && list !== null) next = named(list)[0] ?? null;
    }
    if (next === null) return inner;
    inner = next;
  }
}

/** The variable that an expression starts from: `pages` for `&pages[i]`, `pages + done` and `pages`. */
export function baseName(node: SyntaxNode, text: string): string | null {
  const inner = bare(node, text);
  if (inner.type === "identifier") return text.slice(inner.start, inner.end);
  const next = field(inner, "argument") ?? field(inner, "left");
  return next === null ? null : baseName(next, text);
}

/** Whether the expression names a field of something, whatever stands around it. */
export function namesField(node: SyntaxNode): boolean {
  return [...walk(node)].some((one) => one.type === "field_expression");
}

/** Identifiers (not field names) below a node. */
export function identifiers(node: SyntaxNode, text: string): Set<string> {
  const found = new Set<string>();
  for (const one of walk(node)) if (one.type === "identifier") found.add(text.slice(one.start, one.end));
  return found;
}

/** Whether control leaves by a jump at the end of this statement. */
export function leaves(node: SyntaxNode): boolean {
  if (/^(return|goto|break|continue)_statement$/.test(node.type)) return true;
  if (node.type !== "compound_statement") return false;
  const last = named(node).at(-1);
  return last !== undefined && leaves(last);
}
