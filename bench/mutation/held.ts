/**
 * Places at which nothing of the function's own acquisitions can be held: releases left out there change nothing.
 * Reads the tree only.
 */
import type { SyntaxNode } from "@pinscope/grammars/syntax";
import { ancestry, bare, field, loopsAround, named } from "./tree.ts";
import type { Acquisition, FileModel, FunctionModel } from "./types.ts";

/** Calls in the function that can take pages: the catalogue's, and functions of the file that do. */
function takers(subject: FunctionModel, file: FileModel): SyntaxNode[] {
  const own = subject.acquisitions.map(({ node }) => node);
  const helpers = subject.calls.filter(({ name }) => file.acquiring.has(name)).map(({ node }) => node);
  return [...own, ...helpers].sort((a, b) => a.start - b.start);
}

/** Why nothing can be held at `place`, or null. */
export function nothingHeld(place: SyntaxNode, subject: FunctionModel, file: FileModel): string | null {
  const all = takers(subject, file);
  if (all.length === 0) return null;
  const around = new Set(loopsAround(place, subject.parents));
  const before = all.filter(
    (taker) =>
      taker.start < place.start || loopsAround(taker, subject.parents).some((loop) => around.has(loop)),
  );
  if (before.length === 0) return "nothing was taken before";
  const [only] = before;
  const acquisition = subject.acquisitions.find(({ node }) => node === only);
  if (before.length === 1 && acquisition !== undefined && inFailureOf(place, acquisition, subject, file.text))
    return "stands where the only acquisition failed";
  return null;
}

/** Whether `place` stands in the branch that the statement behind a failed acquisition takes. */
function inFailureOf(
  place: SyntaxNode,
  acquisition: Acquisition,
  subject: FunctionModel,
  text: string,
): boolean {
  if (acquisition.result === null || loopsAround(acquisition.node, subject.parents).length > 0) return false;
  for (const node of ancestry(place, subject.parents)) {
    const parent = subject.parents.get(node);
    if (parent?.type !== "if_statement" || node.field !== "consequence") continue;
    if (!follows(parent, acquisition.node, subject)) continue;
    const condition = field(parent, "condition");
    if (condition !== null && saysFailure(condition, acquisition, text)) return true;
  }
  return false;
}

/** Whether `statement` is the next statement behind the one that holds `call`. */
function follows(statement: SyntaxNode, call: SyntaxNode, subject: FunctionModel): boolean {
  const block = subject.parents.get(statement);
  if (block === undefined) return false;
  const siblings = named(block);
  const previous = siblings[siblings.indexOf(statement) - 1];
  return previous !== undefined && previous.start <= call.start && call.end <= previous.end;
}

/** `ret < 0`, `ret <= 0`, `ret < 1`, `IS_ERR(page)`, `!page`: no page was taken. */
export function saysFailure(
  condition: SyntaxNode,
  acquisition: Pick<Acquisition, "result">,
  text: string,
): boolean {
  const inner = bare(condition, text);
  const said = text.slice(inner.start, inner.end).replace(/\s+/g, "");
  const result = acquisition.result?.replace(/\s+/g, "");
  return [
    `${result}<0`,
    `${result}<=0`,
    `${result}<1`,
    `!${result}`,
    `IS_ERR(${result})`,
    `IS_ERR_OR_NULL(${result})`,
  ].includes(said);
}
