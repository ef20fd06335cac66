/**
 * Looking into plain syntax nodes: children by field, operands without punctuation and comments.
 * Must not know what the nodes mean in the IR.
 */
import type { SyntaxNode } from "@pinscope/grammars/syntax";

export function childByField(node: SyntaxNode, field: string): SyntaxNode | null {
  const { children } = node;
  for (let index = 0; index < children.length; index++)
    if (children[index]?.field === field) return children[index] ?? null;
  return null;
}

export function childrenByField(node: SyntaxNode, field: string): SyntaxNode[] {
  return node.children.filter((child) => child.field === field);
}

export function childOfType(node: SyntaxNode, type: string): SyntaxNode | null {
  for (const child of node.children) if (child.type === type) return child;
  return null;
}

/** Named children without comments, in order. ERROR nodes are among them. */
export function operands(node: SyntaxNode): SyntaxNode[] {
  return node.children.filter((child) => child.named && child.type !== "comment");
}

/** The text of the unnamed child that is the operator. */
export function operatorOf(node: SyntaxNode): string {
  return childByField(node, "operator")?.type ?? "";
}

/** What stands inside any number of parentheses around one expression. */
export function unparenthesized(node: SyntaxNode): SyntaxNode {
  let inner = node;
  while (inner.type === "parenthesized_expression") {
    const [only, ...more] = operands(inner);
    if (only === undefined || more.length > 0 || only.type === "compound_statement") return inner;
    inner = only;
  }
  return inner;
}

/** The operands of nested comma expressions, left to right. */
export function commaOperands(node: SyntaxNode): SyntaxNode[] {
  const result: SyntaxNode[] = [];
  let rest: SyntaxNode | null = node;
  while (rest !== null && rest.type === "comma_expression") {
    const left = childByField(rest, "left");
    if (left !== null) result.push(...commaOperands(left));
    rest = childByField(rest, "right");
  }
  if (rest !== null) result.push(rest);
  return result;
}

/** Every node of one of the types below `node`, not looking inside a match. */
export function descendantsOfType(node: SyntaxNode, types: ReadonlySet<string>): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  const pending: SyntaxNode[] = [node];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (let index = next.children.length - 1; index >= 0; index--) {
      const child = next.children[index];
      if (child === undefined) continue;
      if (types.has(child.type)) found.push(child);
      else pending.push(child);
    }
  }
  return found.sort((left, right) => left.start - right.start);
}
