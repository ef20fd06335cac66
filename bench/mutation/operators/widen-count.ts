/** Releases as many pages as were asked for instead of as many as were obtained. */
import type { SyntaxNode } from "@pinscope/grammars/syntax";
import { fullCountEdges, isUnreachable, leadsTo } from "../reach.ts";
import { compact, excerpt } from "../text.ts";
import { field, identifiers, loopsAround, walk } from "../tree.ts";
import type { Acquisition, Candidate, FileModel, FunctionModel, Release } from "../types.ts";

export function widenCount(subject: FunctionModel, file: FileModel): Candidate[] {
  const candidates: Candidate[] = [];
  for (const release of subject.releases) {
    const counts = [release.count, loopBound(release, subject)];
    for (const count of counts) {
      if (count === null) continue;
      const acquisition = subject.acquisitions.find((one) => serves(one, release, count, subject, file));
      if (acquisition?.requested == null) continue;
      const wide = compact(acquisition.requested, file.source);
      const reason = equivalence(acquisition, release, subject, file);
      candidates.push({
        operator: "widen-count",
        at: count.start,
        edits: [{ start: count.start, end: count.end, text: wide }],
        change: `${excerpt(release.node, file.source)}: ${compact(count, file.source)} → ${wide}`,
        shape: release.inLoop ? "loop" : "plain",
        ...(reason === null ? {} : { equivalent: reason }),
      });
    }
  }
  return candidates;
}

/** The end in `for (i = 0; i < end; i++)` around a release that stands alone. */
function loopBound(release: Release, subject: FunctionModel): SyntaxNode | null {
  const [loop] = loopsAround(release.node, subject.parents);
  if (loop === undefined || loop.type !== "for_statement" || loop.start < release.statement.start)
    return null;
  const condition = field(loop, "condition");
  if (condition?.type !== "binary_expression") return null;
  const operator = condition.children.find((child) => child.field === "operator");
  return operator?.type === "<" ? field(condition, "right") : null;
}

/** Same array, reached from the acquisition, and a count that differs from the number asked for. */
function serves(
  acquisition: Acquisition,
  release: Release,
  count: SyntaxNode,
  subject: FunctionModel,
  file: FileModel,
): boolean {
  if (acquisition.requested === null || acquisition.into === null || release.from === null) return false;
  const array = compact(acquisition.into, file.source);
  const from = compact(release.from, file.source);
  const same = array === from || (release.inLoop && from.startsWith(`${array}[`));
  const wide = compact(acquisition.requested, file.source);
  return same && wide !== compact(count, file.source) && leadsTo(subject.ir, acquisition, release);
}

function equivalence(
  acquisition: Acquisition,
  release: Release,
  subject: FunctionModel,
  file: FileModel,
): string | null {
  if (isUnreachable(subject.ir, release)) return "release in unreachable code";
  const { requested } = acquisition;
  if (requested === null) return null;
  const full = fullCountEdges(subject.ir, acquisition, acquisition.arguments.indexOf(requested));
  if (!leadsTo(subject.ir, acquisition, release, full))
    return "reached only where as many were obtained as asked for";
  const names = identifiers(requested, file.text);
  for (const node of walk(subject.body)) {
    if (node.start < acquisition.node.end || node.end > release.node.start) continue;
    const target =
      node.type === "assignment_expression"
        ? field(node, "left")
        : node.type === "update_expression"
          ? field(node, "argument")
          : null;
    if (target === null) continue;
    const written = file.text.slice(target.start, target.end);
    if (names.has(written)) return "the number asked for was overwritten before the release";
  }
  return null;
}
