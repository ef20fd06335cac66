/** Deletes a release, or the loop that only releases, on a path that can end in failure. */
import { nothingHeld } from "../held.ts";
import { blocksOf, isUnreachable, leadsToFailure, reachable } from "../reach.ts";
import { excerpt } from "../text.ts";
import type { Candidate, FileModel, FunctionModel, Release } from "../types.ts";

export function deleteRelease(subject: FunctionModel, file: FileModel): Candidate[] {
  const candidates = new Map<number, Candidate>();
  for (const release of subject.releases) {
    const { statement } = release;
    if (candidates.has(statement.start) || !onErrorPath(release, subject, file)) continue;
    const reason = isUnreachable(subject.ir, release)
      ? "release in unreachable code"
      : nothingHeld(release.node, subject, file);
    candidates.set(statement.start, {
      operator: "delete-release",
      at: statement.start,
      edits: [{ start: statement.start, end: statement.end, text: ";" }],
      change: `delete ${excerpt(release.node, file.source)}${statement.end > release.node.end + 1 ? " (whole loop)" : ""}`,
      shape: release.inLoop ? "loop" : "plain",
      ...(reason === null ? {} : { equivalent: reason }),
    });
  }
  return [...candidates.values()];
}

/** Some acquisition comes before it, and an exit that can report failure comes after it. */
function onErrorPath(release: Release, subject: FunctionModel, file: FileModel): boolean {
  const takers = subject.calls.filter(
    (call) => subject.acquisitions.some(({ node }) => node === call.node) || file.acquiring.has(call.name),
  );
  const starts = takers.flatMap((taker) => blocksOf(subject.ir, taker));
  const reached = reachable(subject.ir, starts);
  return (
    blocksOf(subject.ir, release).some((block) => reached.has(block)) && leadsToFailure(subject.ir, release)
  );
}
