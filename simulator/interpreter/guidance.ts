/** Which way a branch leads to what a run is to pass through, and what is kept of a branch that went elsewhere. */
import type { EdgeId, Location } from "@pinscope/grammars/ir";
import { forcedCall } from "./demands.ts";
import { assumptionOf } from "./recorder.ts";
import type { Run } from "./run.ts";
import { choicesIn, type Term } from "./terms.ts";

/** The only one of some edges that leads to what the run is to pass through; null where several do, or none. */
export function edgeToGoal(run: Run, edges: readonly EdgeId[]): EdgeId | null {
  const { progress, machine } = run;
  const ir = machine.frames.at(-1)?.function;
  const point = progress?.next(run.stack(machine.frames.length)) ?? null;
  if (progress === null || ir === undefined || point === null) return null;
  const [first, ...more] = progress.ways.onTheWay(ir, edges, point);
  return more.length > 0 ? null : (first ?? null);
}

/** Keeps what is in the way of the goal here, once. */
export function obstruct(run: Run, text: string, term: Term | null = null, wanted = true): void {
  const { progress, location } = run;
  if (progress === null || progress.obstacles.some((one) => one.location.start === location.start)) return;
  const scenario = (term === null ? [] : choicesIn(term))
    .map((key) => run.choices.all.get(key))
    .find((choice) => choice?.reason === "scenario");
  const fixed = term === null ? null : fixedBy(run, term, wanted);
  const last = forcedCall(run);
  const forced = fixed === null || fixed.start === last?.location.start ? last : null;
  const because =
    scenario !== undefined ? `; the scenario has ${assumptionOf(scenario).text}` : (forced?.because ?? "");
  const other = scenario?.location ?? fixed ?? forced?.location ?? null;
  progress.obstacles.push({ text: `${text}${because}`, location, with: other });
}

/** Where a value was fixed that keeps a term from having a truth: by an earlier branch. */
export function fixedBy({ choices }: Run, term: Term, wanted: boolean): Location | null {
  const keys = choicesIn(term);
  const constraint = choices.constraints.find(
    (one) =>
      choicesIn(one.term).some((key) => keys.includes(key)) && choices.solveFor(term, wanted, 0) !== null,
  );
  return constraint?.location ?? null;
}
