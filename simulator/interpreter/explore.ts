/**
 * Runs a function under every scenario that matters: success, each call failing in turn, each acquisition short, loops
 * of zero, one and two turns; and gathers what is left wrong. A second way to find bugs, independent of the checker.
 */

import { presetText } from "./choices.ts";
import { DEFAULT_SCENARIO, type Failure, type Scenario } from "./scenario.ts";
import { type SimulationInput, simulate } from "./simulate.ts";
import { Teardowns } from "./teardowns.ts";
import type { Imbalance, Simulation } from "./types.ts";

/** Scenarios of one function. */
const EXPLORE_BUDGET = 120;
/** Pages that buffers have: enough for a short count of one and of all but one. */
const PAGES = 4;

export interface Explored {
  /** As it is written on the command line; empty for the success path. */
  readonly scenario: string;
  readonly simulation: Simulation;
}

export interface Exploration {
  readonly runs: readonly Explored[];
  /** Every imbalance, with the shortest scenario that shows it. */
  readonly imbalances: readonly { readonly imbalance: Imbalance; readonly scenario: string }[];
  /** Scenarios were left out because there were too many. */
  readonly truncated: boolean;
}

/** All scenarios, or those alone in which a call fails or an acquisition is short. */
export type ExploredScenarios = "all" | "failing";

/** Explores a function; the scenario of the input is what all others start from. Throws as `simulate` does. */
export function explore(input: SimulationInput, which: ExploredScenarios = "all"): Exploration {
  let base = input.scenario ?? DEFAULT_SCENARIO;
  let memory = "";
  const runs: Explored[] = [];
  const known = new Set<string>();
  const teardowns = new Teardowns(input);
  let truncated = false;
  const run = (told: string, changed: Partial<Scenario>, alternatives = false): Simulation | null => {
    const scenario = told === "" || told.startsWith("buffer=") ? told : `${memory}${told}`;
    if (known.has(scenario)) return null;
    known.add(scenario);
    if (runs.length >= EXPLORE_BUDGET) {
      truncated = true;
      return null;
    }
    const asked = { ...base, ...changed };
    const simulation = simulate({ ...input, scenario: asked, trace: false, alternatives });
    runs.push({ scenario, simulation });
    runs.push(...teardowns.missing(scenario, asked, simulation));
    return simulation;
  };
  const first = run("", {}, which === "all");
  // Memory that the code refuses is not what the others start from.
  if (first !== null && first.buffer !== base.buffer) {
    base = { ...base, buffer: first.buffer, anyBuffer: false };
    memory = `buffer=${first.buffer}; `;
  }
  const queue = first === null ? [] : [first];
  if (first !== null && first.completions > 0) run("complete=1", { complete: true });
  // A failing call may lead to calls that were not met before: they fail in their turn.
  for (const simulation of queue)
    for (const { call, nth } of simulation.fallible) {
      const failure: Failure = { call, nth, errno: null };
      const next = run(`fail=${call}#${nth}`, { fail: [...base.fail, failure] });
      if (next !== null && queue.length < EXPLORE_BUDGET) queue.push(next);
    }
  for (const { callee, most } of acquiring(queue))
    for (const got of [0, 1, PAGES - 1].filter((one) => one < most))
      run(`short=${callee}: ${got} of ${PAGES}`, {
        pages: PAGES,
        short: [...base.short, { call: callee, got }],
      });
  if (which === "failing") return { runs, imbalances: shortest(runs), truncated };
  const taken = acquiring(queue);
  // Some pages first, then an error.
  for (const { callee } of taken.filter(({ most }) => most > 1))
    run(`short=${callee}: 1 of ${PAGES}; fail=${callee}#2`, {
      pages: PAGES,
      short: [...base.short, { call: callee, got: 1 }],
      fail: [...base.fail, { call: callee, nth: 2, errno: null }],
    });
  for (const set of first?.alternatives ?? []) {
    const text = set.map(({ what, preset }) => `set=${what}=${presetText(preset)}`).join("; ");
    run(text, { set: [...base.set, ...set] });
    for (const { callee } of taken.filter(({ most }) => most > 1))
      run(`${text}; short=${callee}: 1 of ${PAGES}`, {
        pages: PAGES,
        set: [...base.set, ...set],
        short: [...base.short, { call: callee, got: 1 }],
      });
  }
  run("buffer=thp", { buffer: "thp", anyBuffer: false });
  for (const offset of [512, 4094]) {
    run(`offset=${offset}`, { offset });
    // The bytes of some pages are not a whole number of pages then.
    for (const { callee } of taken.filter(({ most }) => most > 1))
      run(`offset=${offset}; short=${callee}: ${PAGES - 1} of ${PAGES}`, {
        offset,
        pages: PAGES,
        short: [...base.short, { call: callee, got: PAGES - 1 }],
      });
  }
  if ((first?.usesIterators ?? false) && base.iter === DEFAULT_SCENARIO.iter)
    run("iter=bvec", { iter: "bvec" });
  for (const loop of [0, 1, 2]) run(`loop=${loop}`, { loop });
  return { runs, imbalances: shortest(runs), truncated };
}

/** Acquiring calls, and the most pages that one of each took. */
function acquiring(simulations: readonly Simulation[]): { readonly callee: string; readonly most: number }[] {
  const found = new Map<string, number>();
  // The page allocator gives all or nothing.
  for (const { balance } of simulations)
    for (const { callee, taken } of balance.filter(({ family }) => family !== "allocation"))
      found.set(callee, Math.max(taken, found.get(callee) ?? 0));
  return [...found].map(([callee, most]) => ({ callee, most }));
}

/** Equal imbalances once, by kind and place, with the scenario that says least. */
function shortest(runs: readonly Explored[]): Exploration["imbalances"] {
  const found = new Map<string, { imbalance: Imbalance; scenario: string }>();
  for (const { scenario, simulation } of runs)
    for (const imbalance of simulation.imbalances) {
      const key = `${imbalance.kind}@${imbalance.location.file}:${imbalance.location.start}`;
      const before = found.get(key);
      if (before === undefined || scenario.length < before.scenario.length)
        found.set(key, { imbalance, scenario });
    }
  return [...found.values()];
}
