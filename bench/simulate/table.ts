/**
 * The table of failing paths: each function with each of its calls made to fail in turn and each acquisition made short.
 * Prints; reads no files.
 */
import type { Exploration, Explored } from "@pinscope/simulator/interpreter";

type Outcome = "balanced" | "imbalance" | "not reached" | "stuck";

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

/** Prints a row for each function, then the imbalances, and gives the totals. */
export function printTable(rows: readonly TableRow[], list: boolean): void {
  const totals: Record<Outcome, number> = { balanced: 0, imbalance: 0, "not reached": 0, stuck: 0 };
  const width = Math.max(8, ...rows.map(({ where }) => where.length));
  console.log(`${"function".padEnd(width)}  balanced  imbalance  not reached  stuck      ms`);
  for (const { where, exploration, ms } of rows) {
    const counts: Record<Outcome, number> = { balanced: 0, imbalance: 0, "not reached": 0, stuck: 0 };
    for (const one of exploration.runs) {
      const outcome = outcomeOf(one);
      counts[outcome] += 1;
      totals[outcome] += 1;
    }
    const cells = [
      String(counts.balanced).padStart(8),
      String(counts.imbalance).padStart(9),
      String(counts["not reached"]).padStart(11),
      String(counts.stuck).padStart(5),
      ms.toFixed(0).padStart(6),
    ];
    console.log(`${where.padEnd(width)}  ${cells.join("  ")}`);
    if (list)
      for (const one of exploration.runs)
        console.log(`    [${one.scenario}] ${outcomeOf(one)}, ${one.simulation.exit.kind}`);
  }
  console.log("\nimbalances, each with the shortest scenario that shows it:");
  for (const { where, exploration, lineOf } of rows)
    for (const { scenario, imbalance } of exploration.imbalances)
      console.log(
        `  ${where}:${lineOf(imbalance.location.start)} [${scenario}] ${imbalance.kind}: ${imbalance.text}`,
      );
  console.log("\nstuck:");
  for (const { where, exploration } of rows)
    for (const { scenario, simulation } of exploration.runs)
      if (simulation.exit.kind === "stuck")
        console.log(`  ${where} [${scenario}] ${simulation.exit.message.split("\n")[0]}`);
  const scenarios = Object.values(totals).reduce((sum, one) => sum + one, 0);
  const wrong = rows.filter(({ exploration }) => exploration.imbalances.length > 0).length;
  console.log(
    `\n${scenarios} scenarios of ${rows.length} functions: ${totals.balanced} balanced, ${totals.imbalance} with an imbalance ` +
      `(in ${wrong} functions), ${totals["not reached"]} not reached, ${totals.stuck} stuck`,
  );
}

/** Prints who holds the pages that functions keep on their success path. */
export function printOwners(rows: readonly TableRow[]): void {
  console.log("\nkept on the success path:");
  for (const { where, exploration, lineOf } of rows)
    for (const line of exploration.runs[0]?.simulation.balance ?? [])
      for (const { owner, given, pages } of line.owned)
        console.log(
          `  ${where}:${lineOf(line.location.start)} ${line.callee}() ${pages} of ${line.taken}: ${owner}${given === null ? "" : ` (given to ${given})`}`,
        );
}
