/**
 * The exploration beside the checker, function by function: two ways of finding what is left wrong that share nothing but
 * the graph. Where one of them is silent and the other is not, one is wrong. Prints; reads no files.
 */
import { countingRules } from "@pinscope/server/checker";
import type { Exploration } from "@pinscope/simulator/interpreter";

/** What the checker found in a file. */
export interface Reported {
  readonly function: string;
  readonly rule: string;
  readonly line: number;
}

type Verdict = "both silent" | "both tell" | "checker only" | "exploration only";

export class Agreement {
  private readonly counts: Record<Verdict, number> = {
    "both silent": 0,
    "both tell": 0,
    "checker only": 0,
    "exploration only": 0,
  };

  /** Compares what was found in one function. `lineOf` is that of the file; a helper's location is the helper's. */
  compare(
    where: string,
    name: string,
    reported: readonly Reported[],
    { imbalances, runs }: Exploration,
    functionAt: (offset: number) => string | null,
    lineOf: (offset: number) => number,
  ): void {
    const inside = new Set([name]);
    for (const { imbalance } of imbalances) inside.add(functionAt(imbalance.location.start) ?? name);
    const findings = reported.filter(({ rule, function: one }) => countingRules.has(rule) && inside.has(one));
    const own = findings.filter(({ function: one }) => one === name);
    const verdict: Verdict =
      imbalances.length > 0
        ? findings.length > 0
          ? "both tell"
          : "exploration only"
        : own.length > 0
          ? "checker only"
          : "both silent";
    this.counts[verdict] += 1;
    if (verdict === "both silent") return;
    console.log(`${verdict}: ${where} (${runs.length} scenarios)`);
    for (const { rule, line, function: one } of findings)
      console.log(`    checker: ${rule} at ${line} in ${one}`);
    for (const { scenario, imbalance } of imbalances)
      console.log(
        `    exploration: ${imbalance.kind} at ${lineOf(imbalance.location.start)} [${scenario}] ${imbalance.text.slice(0, 120)}`,
      );
  }

  print(): void {
    const told = Object.entries(this.counts).map(([verdict, count]) => `${count} ${verdict}`);
    console.log(`\nexploration and checker: ${told.join(", ")}`);
  }
}
