/** Runs as JSON: the trace format, with what the comparison found. Does no I/O. */
import type { KernelEvent, Profile } from "@pinscope/simulator/kernel";
import type { Parting } from "./against.ts";
import type { ScenarioRun } from "./replay.ts";
import { standingText } from "./report.ts";
import type { Trace } from "./types.ts";

/** One file with all its runs. */
export interface TraceRun {
  readonly trace: Trace;
  readonly profile: Profile;
  readonly runs: readonly ScenarioRun[];
}

/** An event without the folio, which is a live object of the model. */
function toldEvent({ kind, where, text, printed }: KernelEvent): Omit<KernelEvent, "folio"> {
  return { kind, where, text, printed };
}

/** One trace with the scenarios of all files; each scenario says on what it ran. Ends with a line break. */
export function toJson(files: readonly TraceRun[]): string {
  const scenarios = files.flatMap(({ trace, profile, runs }) =>
    runs.map((run) => ({
      scenario: run.scenario,
      desc: run.desc,
      delta: false,
      label: trace.label ?? null,
      era: profile.era.name,
      ground: profile.era.ground,
      machine: profile.machine,
      total: run.total,
      agreed: run.agreed,
      difference: run.difference,
      stop: run.stop,
      events: run.events.map(toldEvent),
      steps: run.steps,
    })),
  );
  const value = { schema_version: 2, label: "simulated", kernel: null, limits: standingText, scenarios };
  return `${JSON.stringify(value, null, 1)}\n`;
}

/** Where kernels part, as data. Ends with a line break. */
export function partingsToJson(partings: readonly Parting[]): string {
  const told = partings.map(({ said, ...parting }) => ({
    ...parting,
    said: { left: said.left.map(toldEvent), right: said.right.map(toldEvent) },
  }));
  return `${JSON.stringify({ limits: standingText, scenarios: told }, null, 1)}\n`;
}
