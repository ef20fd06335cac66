/** Which steps and pages of a trace are worth a row and a column. Words nothing. */
import type { PageChange, Simulation, TraceStep } from "@pinscope/simulator/interpreter";

/** Whether a step is worth a row where not all are told. */
export function isTold({ kind, changes, warnings, notes }: TraceStep): boolean {
  return changes.length > 0 || warnings.length > 0 || notes.length > 0 || kind === "return";
}

/** Pages whose counters a step changed, by their index, in order. */
export function pagesThatChange({ steps, pages }: Simulation): number[] {
  const changed = new Set<number>();
  for (const step of steps) for (const { page } of step.changes) changed.add(page);
  return [...changed].filter((index) => index < pages.length).sort((one, other) => one - other);
}

export function changeOf({ changes }: TraceStep, index: number): PageChange | undefined {
  return changes.find(({ page }) => page === index);
}
