/** Sends a `goto` to the next-later label of the function, past the cleanup that stands between. */
import type { SyntaxNode } from "@pinscope/grammars/syntax";
import { nothingHeld } from "../held.ts";
import { field, walk } from "../tree.ts";
import type { Candidate, FileModel, FunctionModel } from "../types.ts";

interface Label {
  readonly name: string;
  readonly node: SyntaxNode;
}

function labelsOf(subject: FunctionModel, text: string): Label[] {
  const labels: Label[] = [];
  for (const node of walk(subject.body)) {
    if (node.type !== "labeled_statement") continue;
    const name = field(node, "label");
    if (name !== null) labels.push({ name: text.slice(name.start, name.end), node });
  }
  return labels;
}

export function retargetGoto(subject: FunctionModel, file: FileModel): Candidate[] {
  const labels = labelsOf(subject, file.text);
  const candidates: Candidate[] = [];
  for (const node of walk(subject.body)) {
    const target = node.type === "goto_statement" ? field(node, "label") : null;
    if (target === null) continue;
    const name = file.text.slice(target.start, target.end);
    const index = labels.findIndex((label) => label.name === name);
    const label = labels[index];
    const next = labels[index + 1];
    if (label === undefined || next === undefined || label.node.start < node.start) continue;
    const reason = releasesBetween(label.node.start, next.node.start, subject, file)
      ? nothingHeld(node, subject, file)
      : "no release between the labels";
    candidates.push({
      operator: "retarget-goto",
      at: node.start,
      edits: [{ start: target.start, end: target.end, text: next.name }],
      change: `goto ${name} → ${next.name}`,
      shape: "jump",
      ...(reason === null ? {} : { equivalent: reason }),
    });
  }
  return candidates;
}

/** Whether a release, or a function of the file that releases, is called in a stretch of text. */
function releasesBetween(start: number, end: number, subject: FunctionModel, file: FileModel): boolean {
  const inside = ({ node }: { readonly node: SyntaxNode }): boolean => node.start >= start && node.end <= end;
  return (
    subject.releases.some(inside) ||
    subject.calls.some((call) => inside(call) && file.releasing.has(call.name))
  );
}
