/**
 * What the kernel's loop macros walk, as facts beside the graph: the graph itself says of such a loop only that it turns
 * and has an item. Must not know what the loop does.
 */
import type { SyntaxNode } from "@pinscope/grammars/syntax";
import type { FunctionContext } from "./context.ts";
import { sourceOf } from "./context.ts";
import { lowerValue } from "./expressions.ts";
import type { LoopWalk } from "./types.ts";

interface WalkedBy {
  readonly kind: LoopWalk["kind"];
  /** Position of what is walked: a list's head, a scatterlist, a table, a bio. */
  readonly over: number;
  /** Position of the member's name. */
  readonly member?: number;
  readonly reverse?: true;
}

const entry = (over: number, more: Partial<WalkedBy> = {}): WalkedBy => ({
  kind: "list",
  over,
  member: over + 1,
  ...more,
});

const walks: ReadonlyMap<string, WalkedBy> = new Map([
  ["list_for_each_entry", entry(1)],
  ["list_for_each_entry_rcu", entry(1)],
  ["list_for_each_entry_reverse", entry(1, { reverse: true })],
  ["list_for_each_entry_safe", entry(2)],
  ["list_for_each_entry_safe_reverse", entry(2, { reverse: true })],
  ["list_for_each", { kind: "list", over: 1 }],
  ["list_for_each_safe", { kind: "list", over: 2 }],
  ["for_each_sg", { kind: "scatterlist", over: 0 }],
  ["for_each_sgtable_sg", { kind: "table", over: 0 }],
  ["for_each_sgtable_dma_sg", { kind: "mapped table", over: 0 }],
  ["bio_for_each_segment_all", { kind: "vectors", over: 1 }],
  ["bio_for_each_bvec_all", { kind: "vectors", over: 1 }],
]);

/** Expressions that are read without anything happening. */
const plain: ReadonlySet<string> = new Set(["identifier", "field_expression", "pointer_expression"]);

function isPlain(node: SyntaxNode): boolean {
  if (node.type === "field_identifier") return true;
  if (node.type === "parenthesized_expression" || plain.has(node.type))
    return node.children.filter((child) => child.named).every(isPlain);
  return false;
}

/** What a macro walks; null where that is not known, or is more than a name for a place. */
export function walkOf(
  context: FunctionContext,
  macro: string,
  nodes: readonly SyntaxNode[],
): LoopWalk | null {
  const known = walks.get(macro);
  const node = known === undefined ? undefined : nodes[known.over];
  if (known === undefined || node === undefined || !isPlain(node)) return null;
  const member = known.member === undefined ? undefined : nodes[known.member];
  return {
    kind: known.kind,
    over: lowerValue(context, node),
    member: member === undefined ? null : sourceOf(context, member.start, member.end),
    reverse: known.reverse === true,
  };
}
