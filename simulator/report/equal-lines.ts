/** Lines of a balance sheet that say the same, as one: a loop takes page by page. */
import type { BalanceLine } from "@pinscope/simulator/interpreter";

export interface CountedLine {
  readonly line: BalanceLine;
  /** How often the call took pages with the same end. */
  readonly times: number;
}

/** In the order in which each was first met. */
export function equalLines(balance: readonly BalanceLine[]): readonly CountedLine[] {
  const found = new Map<string, CountedLine>();
  for (const line of balance) {
    const key = JSON.stringify({ ...line, page: null });
    found.set(key, { line, times: (found.get(key)?.times ?? 0) + 1 });
  }
  return [...found.values()];
}
