/** Which steps and pages of a trace are worth a row and a column. Words nothing. */
import type { PageChange, PageState, Simulation, TraceStep } from "@pinscope/simulator/interpreter";

/** A row of the table of steps. */
export type Row =
  /** `isTold` is false for a row that is shown only where all steps are. */
  | { readonly kind: "step"; readonly step: TraceStep; readonly isTold: boolean }
  /** Steps outside the lines that were selected, in one row. */
  | {
      readonly kind: "outside";
      readonly steps: readonly TraceStep[];
      readonly changes: readonly PageChange[];
    };

/** The rows of a trace: what did something; where lines were selected, all steps in them and the others summed up. */
export function rowsOf({ steps, selection, through }: Simulation): Row[] {
  const rows: Row[] = [];
  let isInside = selection === null;
  let outside: TraceStep[] = [];
  const close = (): void => {
    if (outside.length > 0) rows.push({ kind: "outside", steps: outside, changes: sumOf(outside) });
    outside = [];
  };
  for (const step of steps) {
    // What a call in the selected lines does is inside, wherever its code stands.
    if (selection !== null && step.stack.length === 1)
      isInside = step.location.start >= selection.start && step.location.start < selection.end;
    if (isInside) close();
    else outside.push(step);
    const isAsked = (selection !== null && !keepsResult(step)) || isCallOf(step, through);
    const isTold = isInside && (didSomething(step) || isAsked);
    rows.push({ kind: "step", step, isTold });
  }
  close();
  return rows;
}

/** Whether a step is worth a row where not all are told: the return of a helper is not. */
function didSomething({ kind, stack, changes, warnings, notes }: TraceStep): boolean {
  const returns = kind === "return" && stack.length === 1;
  return changes.length > 0 || warnings.length > 0 || notes.length > 0 || returns;
}

/** Whether a step calls one of some functions. */
function isCallOf({ kind, text }: TraceStep, names: readonly string[]): boolean {
  const callee = kind === "call" ? /^(?:%\d+ = )?(\w+)\(/.exec(text)?.[1] : undefined;
  return callee !== undefined && names.includes(callee);
}

/** Whether a step only puts a call's result into a variable: the call tells it. */
function keepsResult({ kind, text }: TraceStep): boolean {
  return kind === "assign" && /= %\d+$/.test(text);
}

/** What several steps changed, from before the first to behind the last; what they only touched is none. */
function sumOf(steps: readonly TraceStep[]): PageChange[] {
  const sum = new Map<number, PageChange>();
  for (const { changes } of steps)
    for (const change of changes)
      sum.set(change.page, { ...change, before: (sum.get(change.page) ?? change).before });
  return [...sum.values()];
}

/** Pages whose counters a step changed, by their index, in order. */
export function pagesThatChange({ steps, pages }: Simulation): number[] {
  const changed = new Set<number>();
  for (const step of steps) for (const { page } of step.changes) changed.add(page);
  return [...changed].filter((index) => index < pages.length).sort((one, other) => one - other);
}

/** Counters of a page: `refcount/pincount`, with D for dirty and F for freed; a dot where it is not there yet. */
export function stateText(state: PageState | undefined): string {
  if (state === undefined) return ".";
  return `${state.refcount}/${state.pincount}${state.dirty ? "D" : ""}${state.freed ? "F" : ""}`;
}

export function changeOf(changes: readonly PageChange[], index: number): PageChange | undefined {
  return changes.find(({ page }) => page === index);
}
