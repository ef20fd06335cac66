/** Runs as text: one line a scenario when they are compared, every step when they are shown. Does no I/O. */
import type { Profile } from "@pinscope/simulator/kernel";
import type { Parting } from "./against.ts";
import type { Difference } from "./compare.ts";
import type { FirstDifference, ScenarioRun } from "./replay.ts";
import type { PageState, Step, Trace, WatchState } from "./types.ts";

/** What every simulated result has to say about itself. */
export const standingText =
  "Simulated: one CPU, one thread at a time, 4 KiB pages, x86-64 rules, LRU batches drained, no memory pressure unless the " +
  "scenario says so; not modelled: races of fast GUP with fork, split or zap, I/O completing on another CPU while " +
  "this path runs, reclaim, compaction, KSM, memcg, arch hooks";

/** How many differing fields of a step are printed. */
const shownDifferences = 6;

/** What was run on what, and what that rests on. */
export function formatHead(name: string, trace: Trace, { era }: Profile): string {
  const kernel = trace.kernel ?? null;
  const source = kernel === null ? "" : `, recorded on ${kernel.kernel}`;
  return `${name}${source}: simulated as ${era.name} (${era.ground}${era.note === null ? "" : `; ${era.note}`})\n`;
}

/** `ok`, `DIFF` or `part` with the number of steps that agree, and the first difference below. */
export function formatComparison(run: ScenarioRun): string {
  const word = run.difference !== null ? "DIFF" : run.stop !== null ? "part" : "ok";
  const head = `${word.padEnd(4)}  ${run.scenario.padEnd(24)} ${run.agreed}/${run.total} steps`;
  if (run.difference === null) {
    return run.stop === null
      ? `${head}\n`
      : `${head}; ${run.stop.reason}: step ${run.stop.step}, ${run.stop.call}\n`;
  }
  const { step, call, differences } = run.difference;
  const lines = differences.slice(0, shownDifferences).map((one) => `          ${formatDifference(one)}`);
  const more = differences.length - lines.length;
  if (more > 0) lines.push(`          and ${more} more`);
  return `${head}\n      step ${step}, ${call}\n${lines.join("\n")}\n`;
}

/** `A.refcount: expected 1025, the model has 1026`. */
function formatDifference({ path, expected, actual }: Difference): string {
  return `${path}: expected ${brief(expected)}, the model has ${brief(actual)}`;
}

function brief(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text === undefined ? "nothing" : text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

/**
 * Where two kernels part in a scenario, what is seen of it later, and what differs in the end.
 * @param left and right: their names.
 */
export function formatParting(parting: Parting, left: string, right: string): string {
  const versus = ({ path, expected, actual }: Difference): string =>
    `${path}: ${brief(expected)} in ${left}, ${brief(actual)} in ${right}`;
  const show = (one: FirstDifference): string[] => {
    const lines = one.differences
      .slice(0, shownDifferences)
      .map((difference) => `      ${versus(difference)}`);
    const more = one.differences.length - lines.length;
    return more > 0 ? [...lines, `      and ${more} more`] : lines;
  };
  const title = `${parting.scenario}${parting.desc === "" ? "" : `: ${parting.desc}`}`;
  const lines = [title];
  if (parting.first === null) lines.push(`  ${left} and ${right} do the same`);
  else {
    lines.push(`  they part at step ${placeOf(parting.first)}`, ...show(parting.first));
    for (const one of parting.consequences) {
      lines.push(`  later, step ${placeOf(one)}`, ...show(one));
    }
    if (parting.end !== null) lines.push(`  in the end, step ${parting.end.step}`, ...show(parting.end));
  }
  for (const side of ["left", "right"] as const) {
    const name = side === "left" ? left : right;
    const stop = parting.stop[side];
    if (stop !== null) lines.push(`  ${name} stopped at step ${stop.step}, ${stop.call}: ${stop.reason}`);
    for (const event of parting.said[side]) {
      lines.push(`  only ${name} says ${event.kind}: ${event.where}: ${event.text}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

/** `7, child: read *(A)` */
function placeOf({ step, who, call }: FirstDifference): string {
  return `${step}, ${who === undefined ? "" : `${who}: `}${call}`;
}

/** How many scenarios and steps agree. */
export function formatSummary(runs: readonly ScenarioRun[]): string {
  const count = (test: (run: ScenarioRun) => boolean): number => runs.filter(test).length;
  const sum = (of: (run: ScenarioRun) => number): number => runs.reduce((total, run) => total + of(run), 0);
  const same = count((run) => run.difference === null && run.stop === null);
  const differ = count((run) => run.difference !== null);
  const stopped = count((run) => run.difference === null && run.stop !== null);
  const agreed = sum((run) => run.agreed);
  const differing = differ;
  const leftOut = sum((run) => run.total) - agreed - differing;
  return (
    `${runs.length} scenarios: ${same} agree, ${differ} differ, ${stopped} agree up to a call that is not modelled\n` +
    `${agreed + differing} steps compared: ${agreed} agree, ${differing} differ; ${leftOut} steps left out behind those\n`
  );
}

/** Every step of a run with what it changed. */
export function formatRun(run: ScenarioRun): string {
  const lines = [`${run.scenario}${run.desc === "" ? "" : `: ${run.desc}`}`];
  const shown = { parent: new Map<string, string>(), child: new Map<string, string>() };
  for (const step of run.steps) {
    lines.push(formatStep(step));
    const before = shown[step.who ?? "parent"];
    for (const [watch, state] of Object.entries(step.pages ?? {})) {
      const text = formatState(state);
      if (before.get(watch) === text) continue;
      before.set(watch, text);
      lines.push(`        ${watch.padEnd(6)} ${text}`);
    }
  }
  if (run.stop !== null)
    lines.push(`  stopped at step ${run.stop.step}, ${run.stop.call}: ${run.stop.reason}`);
  for (const event of run.events) lines.push(`  ${event.kind}: ${event.where}: ${event.text}`);
  return `${lines.join("\n")}\n`;
}

function formatStep(step: Step): string {
  const note = step.note === undefined ? "" : ` ${step.note}`;
  const pins = `pins +${step.pin_acquired} -${step.pin_released}`;
  return `  ${String(step.n).padStart(3)} ${(step.who ?? "parent").padEnd(6)} ${step.call} = ${step.ret}${note}  [${pins}]`;
}

function formatState(state: WatchState): string {
  if (state === null) return "nothing";
  if (Array.isArray(state)) {
    return state.length === 0 ? "empty" : state.map((one) => formatState(one as WatchState)).join(" | ");
  }
  if ("bvecs" in state) {
    const flags = ["BIO_PAGE_PINNED", "BIO_PAGE_REFFED", "BIO_NO_PAGE_REF", "BIO_CLONED"].filter(
      (flag) => (state as unknown as Readonly<Record<string, unknown>>)[flag] === true,
    );
    const bvecs = state.bvecs.map((one) => `{${one.bv_offset}+${one.bv_len} ${formatState(one.page)}}`);
    const behind = state.behind === undefined ? "" : ` behind ${state.behind}`;
    return [`bio of ${state.bi_size} bytes${behind}`, ...flags, ...bvecs].join(" ");
  }
  return formatPage(state as PageState);
}

const flagNames: readonly (keyof PageState)[] = [
  "zero_page",
  "huge_zero",
  "hugetlb",
  "anon",
  "anon_exclusive",
  "dirty",
  "writeback",
  "locked",
  "maybe_dma_pinned",
];

function formatPage(page: PageState): string {
  if (page.mapped === "none") return "not mapped";
  const parts: string[] = [];
  if (page.mapped !== undefined) {
    parts.push(
      `${page.mapped}${page.pte_write ? " writable" : " read-only"}${page.pte_dirty ? " dirty" : ""};`,
    );
  }
  if (page.frame !== undefined) {
    parts.push(`${page.frame} refcount ${page.refcount}`);
    if (page.pincount !== null && page.pincount !== undefined) parts.push(`pincount ${page.pincount}`);
    parts.push(`mapcount ${page.folio_mapcount}`);
    parts.push(...flagNames.filter((flag) => page[flag] === true));
  }
  return parts.join(" ");
}
