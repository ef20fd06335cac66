/**
 * The table of failing paths: each function with each of its calls made to fail in turn and each acquisition made short.
 * Prints; reads no files.
 */
import type { Exploration, Explored } from "@pinscope/simulator/interpreter";

const OUTCOMES = ["balanced", "imbalance", "not reached", "stuck"] as const;
type Outcome = (typeof OUTCOMES)[number];

export interface TableRow {
  readonly where: string;
  readonly exploration: Exploration;
  /** Milliseconds for all scenarios. */
  readonly ms: number;
  readonly lineOf: (offset: number) => number;
}

/** How a scenario ended. What was to fail and was not met on the way is not reached. */
function outcomeOf({ simulation }: Explored): Outcome {
  if (simulation.exit.kind === "stuck") return "stuck";
  if (simulation.imbalances.length > 0) return "imbalance";
  return simulation.unmet.length === 0 ? "balanced" : "not reached";
}

function countsOf(explorations: readonly Exploration[]): Record<Outcome, number> {
  const counts: Record<Outcome, number> = { balanced: 0, imbalance: 0, "not reached": 0, stuck: 0 };
  for (const { runs } of explorations) for (const one of runs) counts[outcomeOf(one)] += 1;
  return counts;
}

/** Prints a function's row; below it what is left wrong, what is stuck, and who holds what the success path keeps. */
export function printRow({ where, exploration, ms, lineOf }: TableRow, list: boolean): void {
  const counts = countsOf([exploration]);
  const cells = OUTCOMES.map((outcome) => `${String(counts[outcome]).padStart(4)} ${outcome}`);
  console.log(`${cells.join(" ")} ${ms.toFixed(0).padStart(7)} ms  ${where}`);
  for (const { scenario, imbalance } of exploration.imbalances)
    console.log(
      `    ${imbalance.kind} at ${lineOf(imbalance.location.start)} [${scenario}] ${imbalance.text}`,
    );
  for (const { scenario, simulation } of exploration.runs)
    if (simulation.exit.kind === "stuck")
      console.log(`    stuck [${scenario}] ${simulation.exit.message.split("\n")[0]}`);
    else if (list) console.log(`    [${scenario}] ${[simulation.exit.kind, ...simulation.unmet].join("; ")}`);
  for (const line of exploration.runs[0]?.simulation.balance ?? [])
    for (const { owner, given, pages } of line.owned)
      console.log(
        `    kept: ${pages} of ${line.taken} by ${line.callee}() at ${lineOf(line.location.start)}: ${owner}${given === null ? "" : ` (given to ${given})`}`,
      );
}

/** Prints the sums. */
export function printTotals(rows: readonly TableRow[]): void {
  const counts = countsOf(rows.map(({ exploration }) => exploration));
  const scenarios = OUTCOMES.reduce((sum, outcome) => sum + counts[outcome], 0);
  const wrong = rows.filter(({ exploration }) => exploration.imbalances.length > 0).length;
  console.log(
    `\n${scenarios} scenarios of ${rows.length} functions: ${counts.balanced} balanced, ${counts.imbalance} with an imbalance ` +
      `(in ${wrong} functions), ${counts["not reached"]} not reached, ${counts.stuck} stuck`,
  );
}
