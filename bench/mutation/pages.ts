/**
 * Which variables of a function hold user pages: followed by names through assignments. Knows no paths.
 */
import type { SyntaxNode } from "@pinscope/grammars/syntax";
import { baseName, field, identifiers, walk } from "./tree.ts";

/** The variable that a page argument starts from, through calls such as `sg_page(sg)` too. */
export function baseOf(node: SyntaxNode, text: string): string | null {
  const base = baseName(node, text);
  if (base !== null) return base;
  const [first] = identifiers(node, text);
  return first === undefined ? null : ([...identifiers(node, text)][1] ?? first);
}

export function parameterNames(node: SyntaxNode, text: string): string[] {
  const list = [...walk(node)].find(({ type }) => type === "parameter_list");
  return list === undefined ? [] : [...identifiers(list, text)];
}

/** Variables that hold user pages, or what was made of them by assignments, beginning with `seeds`. */
export function pageNames(
  body: SyntaxNode,
  text: string,
  seeds: ReadonlySet<string | null>,
): ReadonlySet<string> {
  const names = new Set([...seeds].filter((name) => name !== null));
  const writes = [...walk(body)].flatMap((node) => {
    const declares = node.type === "init_declarator";
    if (!declares && node.type !== "assignment_expression") return [];
    const target = field(node, declares ? "declarator" : "left");
    const value = field(node, declares ? "value" : "right");
    return target === null || value === null ? [] : [{ target, value }];
  });
  for (let size = -1; size !== names.size; ) {
    size = names.size;
    for (const { target, value } of writes) {
      const base = baseOf(target, text);
      if (base !== null && [...identifiers(value, text)].some((name) => names.has(name))) names.add(base);
    }
  }
  return names;
}
