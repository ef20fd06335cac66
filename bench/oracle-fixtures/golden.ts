/** What a kernel did with a case, as it is kept, and the same of a simulation. Runs nothing. */
import type { Simulation } from "@pinscope/simulator/interpreter";

export interface Outcome {
  /** What the function returned, as a number; null for nothing and for a pointer that is no error. */
  readonly result: string | null;
  /** How far nr_foll_pin_acquired and nr_foll_pin_released moved. */
  readonly acquired: number;
  readonly released: number;
  /** Pages of the user's memory, then those that the function was given: `refcount/mapcount`, `d` where dirty. */
  readonly pages: readonly (string | null)[];
}

export interface GoldenCase extends Outcome {
  /** Below the folder of the rules. */
  readonly file: string;
  readonly function: string;
  /** As on the command line, save the values that were chosen. */
  readonly scenario: string;
  /** Those values: one `WHAT#N=VALUE` each. */
  readonly set: readonly string[];
}

export interface Golden {
  readonly kernel: string;
  readonly era: string;
  readonly cases: readonly GoldenCase[];
  /** What is not recorded, and why; `scenario` null: all of the function. */
  readonly leftOut: readonly {
    readonly file: string;
    readonly function: string;
    readonly scenario: string | null;
    readonly reason: string;
  }[];
}

/** The scenario's texts, values and all. */
export function textsOf({ scenario, set }: Pick<GoldenCase, "scenario" | "set">): string[] {
  return [...(scenario === "" ? [] : scenario.split("; ")), ...set.map((one) => `set=${one}`)];
}

export function pageText(refcount: number, mapcount: number, dirty: boolean): string {
  return `${refcount}/${mapcount}${dirty ? "d" : ""}`;
}

export function outcomeOf({ exit, vmstat, memory }: Simulation): Outcome {
  const returned = exit.kind === "success" || exit.kind === "failure" ? exit.value : null;
  return {
    result: returned === null ? null : numberOf(returned),
    acquired: vmstat.acquired,
    released: vmstat.released,
    pages: (memory ?? []).map(({ state }) =>
      state === null ? null : pageText(state.refcount, state.mapcount, state.dirty),
    ),
  };
}

/** Of a pointer that is an error the errno, of NULL 0. */
function numberOf(text: string): string | null {
  if (text === "NULL") return "0";
  if (text === "a pointer") return null;
  return /^ERR_PTR\((-\d+)\)$/.exec(text)?.[1] ?? text;
}

/** One case a line. */
export function goldenText({ kernel, era, cases, leftOut }: Golden): string {
  const lines = (list: readonly unknown[]): string =>
    list.map((one) => `  ${JSON.stringify(one)}`).join(",\n");
  return `{\n "kernel": ${JSON.stringify(kernel)},\n "era": ${JSON.stringify(era)},\n "cases": [\n${lines(cases)}\n ],\n "leftOut": [\n${lines(leftOut)}\n ]\n}\n`;
}

/** How the two part; null where they are the same. */
export function differenceOf(kernel: Outcome, ours: Outcome): string | null {
  const parts: string[] = [];
  const say = (what: string, theirs: unknown, mine: unknown): void => {
    if (JSON.stringify(theirs) !== JSON.stringify(mine))
      parts.push(`${what}: kernel ${JSON.stringify(theirs)}, simulated ${JSON.stringify(mine)}`);
  };
  say("result", kernel.result, ours.result);
  say("acquired", kernel.acquired, ours.acquired);
  say("released", kernel.released, ours.released);
  say("pages", kernel.pages, ours.pages);
  return parts.length === 0 ? null : parts.join("; ");
}
