/** Runs a release, or the loop that only releases, twice. */
import { clearsPointer } from "../apis.ts";
import { nothingHeld } from "../held.ts";
import { isUnreachable } from "../reach.ts";
import { excerpt } from "../text.ts";
import { bare, field, walk } from "../tree.ts";
import type { Candidate, FileModel, FunctionModel, Release } from "../types.ts";

export function duplicateRelease(subject: FunctionModel, file: FileModel): Candidate[] {
  const candidates = new Map<number, Candidate>();
  for (const release of subject.releases) {
    const { statement } = release;
    if (candidates.has(statement.start)) continue;
    const text = file.source.slice(statement.start, statement.end);
    const reason = isUnreachable(subject.ir, release)
      ? "release in unreachable code"
      : endsForGood(release, subject, file.text)
        ? "the loop's condition is false when it is met again"
        : release.bound !== null && clearsPointer(release.bound)
          ? "the call clears the pointer that it is given"
          : failedAcquisition(release, subject, file);
    candidates.set(statement.start, {
      operator: "duplicate-release",
      at: statement.start,
      edits: [{ start: statement.start, end: statement.end, text: `{ ${text} ${text} }` }],
      change: `duplicate ${excerpt(release.node, file.source)}${statement.end > release.node.end + 1 ? " (whole loop)" : ""}`,
      shape: release.inLoop ? "loop" : "plain",
      ...(reason === null ? {} : { equivalent: reason }),
    });
  }
  return [...candidates.values()];
}

/** Where nothing was taken before, the pages are somebody else's, and letting them go twice is wrong all the same. */
function failedAcquisition(release: Release, subject: FunctionModel, file: FileModel): string | null {
  const reason = nothingHeld(release.node, subject, file);
  return reason === "nothing was taken before" ? null : reason;
}

/**
 * A `while` without `break` has a false condition when it ends. Run again it takes no turn, if reading the condition
 * changes nothing, or only counts a signed variable further away from 0.
 */
function endsForGood(release: Release, subject: FunctionModel, text: string): boolean {
  const { statement } = release;
  if (statement.type !== "while_statement") return false;
  const condition = field(statement, "condition");
  if (condition === null) return false;
  // A loop macro reads as a `while` too, and starts anew.
  if (!text.startsWith("while", statement.start) || !/^while\s*\(/.test(text.slice(statement.start)))
    return false;
  const nodes = [...walk(statement)];
  if (nodes.some(({ type }) => type === "break_statement")) return false;
  const changes = [...walk(condition)].filter(
    ({ type }) =>
      type === "update_expression" || type === "assignment_expression" || type === "call_expression",
  );
  if (changes.length === 0) return true;
  return countsDownSigned(text.slice(bare(condition, text).start, bare(condition, text).end), subject);
}

function countsDownSigned(condition: string, subject: FunctionModel): boolean {
  const match = /^(?:--(\w+)>=0|(\w+)-->0|--(\w+)>0)$/.exec(condition.replace(/\s+/g, ""));
  const name = match?.[1] ?? match?.[2] ?? match?.[3];
  const variable = subject.ir.variables.find((one) => one.name === name);
  return variable?.type.kind === "integer" && variable.type.signed;
}
