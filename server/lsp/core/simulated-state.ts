/**
 * What a name stands for at a line, on the success path and on a failing path through the line, in words. Chooses which
 * call to let fail; knows no protocol.
 */
import type { FunctionAt, OpenFunctions } from "@pinscope/server/checker";
import {
  DEFAULT_SCENARIO,
  isWorthWatching,
  linesGoal,
  type Simulation,
  type StateAt,
  stateAt,
  type Watch,
} from "@pinscope/simulator/interpreter";
import type { SimulationContext, Simulations } from "./simulations.ts";

/** Bounds of one search: somebody waits for it. */
const runs = 60;
const steps = 8_000;

/** Failing calls tried in search of a path through the line: of one that the success path passes, and of any other. */
const attempts = { passed: 6, missed: 3 };

/** Milliseconds after which no further path is tried. */
const patience = 600;

/** A name in a line of the text. */
export interface NamedPlace {
  readonly around: FunctionAt;
  /** As written: `request->pages`. */
  readonly expression: string;
  /** Offset of the name; first offset of its line, that of the line's end, and the line. */
  readonly offset: number;
  readonly lineStart: number;
  readonly lineEnd: number;
  readonly line: string;
}

/** Whether the name can stand for pages at all. Cheap. */
export function canNamePages({ around: { ir }, expression }: NamedPlace, functions: OpenFunctions): boolean {
  return isWorthWatching(ir, expression, functions.used().program);
}

/** Lines of Markdown; null where it was cancelled. `lineOf` gives the line, from 1, of an offset in the text. */
export async function simulatedState(
  named: NamedPlace,
  simulations: Simulations,
  context: SimulationContext,
  lineOf: (offset: number) => number,
): Promise<readonly string[] | null> {
  const { around } = named;
  const watch: Watch = {
    function: around.ir,
    start: named.lineStart + around.shift,
    end: named.lineEnd + around.shift,
    offset: named.offset + around.shift,
    expression: named.expression,
  };
  const request = { function: around.name, trace: false, runs, steps };
  const usual = await simulations.find({ ...request, scenario: DEFAULT_SCENARIO, key: "" }, context);
  if (usual === null) return null;
  const { simulation } = usual;
  const state = stateAt(usual, watch);
  const lines = [`Simulated on ${simulation.era} (${simulation.ground}), on one path at a time:`, ""];
  const text = state.visits > 0 ? stateText(state) : "does not come to this line";
  lines.push(lineOn(usualLabel(simulation), simulation, text));
  const began = performance.now();
  for (const { call, nth, location } of candidates(simulation, state, watch)) {
    if (performance.now() - began > patience) break;
    const fail = [{ call, nth, errno: null }];
    const failing = await simulations.find(
      {
        ...request,
        scenario: { ...DEFAULT_SCENARIO, fail },
        key: `fail=${call}#${nth}`,
        // As far as the call the path is the same.
        presets: usual.presets,
      },
      context,
    );
    if (failing === null) return null;
    if (!endsBadly(failing.simulation, state, around)) continue;
    const found = stateAt(failing, watch);
    if (found.visits === 0) continue;
    const at = context.functions.place(location);
    const where = at.file === around.ir.file ? ` at line ${lineOf(at.start)}` : "";
    lines.push(lineOn(`\`${call}()\`${where} fails`, failing.simulation, stateText(found)));
    return lines;
  }
  if (state.visits > 0) return lines;
  // No single call decides: any path that comes there.
  const goal = linesGoal(around.ir, named.line, watch.start);
  if (goal === null) return [];
  const key = `through ${watch.start}`;
  const through = await simulations.find({ ...request, scenario: DEFAULT_SCENARIO, goal, key }, context);
  if (through === null) return null;
  const found = stateAt(through, watch);
  // A line that nothing comes to is not worth a word.
  if (found.visits === 0) return [];
  lines.push(lineOn("a path through the line", through.simulation, stateText(found)));
  return lines;
}

/** One path: what it is, how it ends, and the state in the line. */
function lineOn(label: string, { exit, imbalances, balance }: Simulation, text: string): string {
  const leaked = balance.reduce((total, one) => total + one.leaked, 0);
  const end =
    "message" in exit ? `ends as ${exit.kind}` : exit.value === null ? "ends" : `returns ${exit.value}`;
  const pages = leaked === 0 ? null : `${leaked} page${leaked === 1 ? "" : "s"} leaked`;
  const left = pages ?? (imbalances.length === 0 ? "balanced" : (imbalances[0]?.kind ?? ""));
  return `- **${label}** (${end}, ${left}): ${text}`;
}

function usualLabel({ exit }: Simulation): string {
  switch (exit.kind) {
    case "success":
      return "success path";
    case "failure":
      return "no success was found; this path";
    default:
      return "as far as it can be followed";
  }
}

type Fallible = Simulation["fallible"][number];

/** Calls to let fail: those that run after the line, else those above it, the nearest first. */
function candidates({ fallible }: Simulation, state: StateAt, watch: Watch): readonly Fallible[] {
  if (state.visits > 0) return fallible.slice(state.callsBefore).slice(0, attempts.passed);
  const above = fallible.filter(
    ({ location: { file, start } }) => file === watch.function.file && start < watch.start,
  );
  const nearest = [...above].sort((one, other) => other.location.start - one.location.start);
  const others = fallible.filter((one) => !above.includes(one));
  return [...nearest, ...others].slice(0, attempts.missed);
}

/** Where the success path comes to the line, too, only a path that fails says more. */
function endsBadly({ exit }: Simulation, usual: StateAt, { ir }: FunctionAt): boolean {
  return usual.visits === 0 || ir.returns.kind === "void" || exit.kind !== "success";
}

/** `before → after` where the line changes something. */
function stateText({ visits, before, after }: StateAt): string {
  const told = (list: StateAt["before"]): string =>
    list.map(({ expression, text }) => `\`${expression}\` ${text}`).join("; ");
  const turns = visits > 1 ? ` (${visits} times here)` : "";
  if (before.length === 0 && after.length === 0) return `names no pages${turns}`;
  if (told(before) === told(after)) return `${told(before)}${turns}`;
  const [first] = before;
  const [last] = after;
  if (before.length === 1 && after.length === 1 && first?.expression === last?.expression)
    return `\`${first?.expression}\` ${first?.text} → ${last?.text}${turns}`;
  return `${told(before)} → ${told(after)}${turns}`;
}
