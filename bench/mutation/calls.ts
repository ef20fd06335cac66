/**
 * Calls of a function as the catalogue reads them: who takes user pages, who lets them go, and with which statement.
 */
import type { SyntaxNode } from "@pinscope/grammars/syntax";
import { acquireFacts, bind, isHarmless, isReleaseOf, releaseFacts } from "./apis.ts";
import { baseOf } from "./pages.ts";
import { ancestry, bare, field, isLoop, loopsAround, named, walk } from "./tree.ts";
import type { Acquisition, CallSite, Release } from "./types.ts";

export function lets({ bound }: CallSite): boolean {
  return bound !== null && releaseFacts(bound) !== null;
}

export function takes({ bound }: CallSite): boolean {
  return bound !== null && acquireFacts(bound) !== null;
}

export function callsIn(body: SyntaxNode, text: string): CallSite[] {
  const calls: CallSite[] = [];
  for (const node of walk(body)) {
    if (node.type !== "call_expression") continue;
    const callee = field(node, "function");
    const list = field(node, "arguments");
    if (callee?.type !== "identifier" || list === null) continue;
    const name = text.slice(callee.start, callee.end);
    const values = named(list);
    calls.push({ name, node, arguments: values, bound: bind(name, values.length) });
  }
  return calls;
}

export function acquisition(
  call: CallSite,
  parents: ReadonlyMap<SyntaxNode, SyntaxNode>,
  text: string,
): Acquisition[] {
  const facts = call.bound === null ? null : acquireFacts(call.bound);
  if (facts === null) return [];
  return [
    {
      ...call,
      family: facts.family,
      result: resultOf(call.node, parents, text),
      requested: call.arguments[facts.requested] ?? null,
      into: call.arguments[facts.into] ?? null,
    },
  ];
}

export function resultOf(
  call: SyntaxNode,
  parents: ReadonlyMap<SyntaxNode, SyntaxNode>,
  text: string,
): string | null {
  for (const node of ancestry(call, parents)) {
    const target = node.type === "assignment_expression" ? field(node, "left") : null;
    if (target !== null) return text.slice(target.start, target.end);
    if (node.type === "init_declarator") {
      const declared = [...walk(node)].find((one) => one.type === "identifier");
      return declared === undefined ? null : text.slice(declared.start, declared.end);
    }
    if (node.type.endsWith("_statement") || bare(node, text).start !== call.start) return null;
  }
  return null;
}

export function release(
  call: CallSite,
  taken: readonly string[],
  pages: ReadonlySet<string>,
  parents: ReadonlyMap<SyntaxNode, SyntaxNode>,
  text: string,
): Release[] {
  const facts = call.bound === null ? null : releaseFacts(call.bound);
  if (facts === null) return [];
  const from = call.arguments[facts.from] ?? null;
  if (!facts.trigger) {
    // A page may come from anywhere: only those that stem from user pages are of interest.
    const name = from === null ? null : baseOf(from, text);
    if (name === null || !pages.has(name) || !taken.some((one) => isReleaseOf(call.name, one))) return [];
  }
  const own = parents.get(call.node);
  if (own?.type !== "expression_statement") return [];
  return [
    {
      ...call,
      family: facts.family,
      count: call.arguments[facts.count] ?? null,
      from,
      statement: wholeLoop(own, parents, text),
      inLoop: loopsAround(call.node, parents).length > 0,
    },
  ];
}

/** The outermost loop around a release that does nothing but release, else the statement itself. */
function wholeLoop(own: SyntaxNode, parents: ReadonlyMap<SyntaxNode, SyntaxNode>, text: string): SyntaxNode {
  let best = own;
  for (const node of ancestry(own, parents)) {
    if (!node.type.endsWith("_statement") || !onlyReleases(node, text)) break;
    if (isLoop(node)) best = node;
  }
  return best;
}

const changesNothingElse: ReadonlySet<string> = new Set(["assignment_expression", "update_expression"]);

/** Whether a statement lets pages go, counts, and does nothing else: no other calls that matter, no jumps. */
function onlyReleases(node: SyntaxNode, text: string): boolean {
  for (const one of walk(node)) {
    if (/^(return|goto|labeled|switch)_statement$/.test(one.type)) return false;
    if (one.type !== "expression_statement") continue;
    const [inner] = named(one);
    if (inner !== undefined && inner.type !== "call_expression" && !changesNothingElse.has(inner.type))
      return false;
  }
  return callsIn(node, text).every(
    ({ name, bound }) => (bound !== null && releaseFacts(bound) !== null) || isHarmless(name),
  );
}
