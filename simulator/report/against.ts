/**
 * One function simulated under two kernels: the steps at which the pages or what the kernel says differ, and how the two
 * end. Steps are told to be the same by their place, their text and how often they came before.
 */
import type { PageState, Simulation, TraceStep } from "@pinscope/simulator/interpreter";
import { equalLines } from "./equal-lines.ts";
import { type Places, placesOf, type SourceOf } from "./places.ts";
import { stateText } from "./steps.ts";
import { assumptionLines, balanceLine, exitText, imbalanceLine, type Paint, plain, shorten } from "./text.ts";

const STEP_WIDTH = { least: 24, most: 56 } as const;
/** Page columns of the table; further pages are told by number. */
const COLUMN_LIMIT = 6;

/** A step of one or both runs, with the state of every page behind it in each. */
interface Pair {
  readonly steps: readonly [TraceStep | null, TraceStep | null];
  readonly states: readonly [readonly (PageState | null)[], readonly (PageState | null)[]];
}

/** The comparison that the command prints. */
export function renderComparison(
  first: Simulation,
  second: Simulation,
  sourceOf: SourceOf,
  paint: Paint = plain,
): string {
  const places = placesOf(first.file, sourceOf);
  const both = [first, second] as const;
  const [one, other] = both.map(({ era, ground }) => `${era} (${ground})`);
  const lines = [
    `${first.file}: ${paint.strong(`${first.function}()`)}, simulated on ${one} against ${other}`,
  ];
  if (first.scenario.length > 0) lines.push(`scenario: ${first.scenario.join("; ")}`);
  lines.push("", ...table(both, places, paint), "");
  lines.push(...twoEnds(both, (simulation) => [`exit: ${exitText(simulation, places)}`], paint));
  lines.push("", paint.strong("balance:"));
  lines.push(...twoEnds(both, (simulation) => balanceLines(simulation, places), paint));
  const assumed = twoEnds(both, (simulation) => assumptionLines(simulation.assumptions, places), paint);
  if (assumed.length > 0) lines.push("", "assumed:", ...assumed);
  return `${[...lines, "", paint.faint(first.standing)].join("\n")}\n`;
}

/** Both simulations whole, and the steps at which they differ, as JSON. */
export function differences(first: Simulation, second: Simulation, places: Places) {
  return pairsOf([first, second]).flatMap((pair) => {
    if (!isDifferent(pair)) return [];
    const step = pair.steps[0] ?? pair.steps[1];
    if (step === null) return [];
    return [
      {
        line: places.lineOf(step.location),
        location: step.location,
        step: places.stepText(step),
        pages: pair.states,
        warnings: pair.steps.map((one) => one?.warnings ?? null),
        only: pair.steps[0] === null ? second.era : pair.steps[1] === null ? first.era : null,
      },
    ];
  });
}

function table(both: readonly [Simulation, Simulation], places: Places, paint: Paint): string[] {
  const pairs = pairsOf(both);
  const different = pairs.filter(isDifferent);
  const equal = pairs.length - different.length;
  if (different.length === 0) return [`all ${pairs.length} steps leave the pages alike under both`];
  const pages = [...new Set(different.flatMap(({ states }) => differingPages(states)))].sort((a, b) => a - b);
  const columns = pages.slice(0, COLUMN_LIMIT);
  const texts = different.map(({ steps }) => {
    const step = steps[0] ?? steps[1];
    const indent = "  ".repeat(Math.max(0, (step?.stack.length ?? 1) - 1));
    return step === null ? "" : `${indent}${places.stepText(step)}`;
  });
  const width = Math.min(
    STEP_WIDTH.most,
    Math.max(STEP_WIDTH.least, ...texts.map(({ length }) => length + 1)),
  );
  const cells = different.map(({ states, steps }) =>
    columns.map((page) => {
      const [left, right] = states.map((of, side) =>
        steps[side] === null ? "-" : stateText(of[page] ?? undefined),
      );
      return left === right ? (left ?? "") : `${left} | ${right}`;
    }),
  );
  const heads = columns.map((page) => headOf(both, page));
  const widths = columns.map(
    (_, at) => Math.max(heads[at]?.length ?? 0, ...cells.map((row) => row[at]?.length ?? 0)) + 2,
  );
  const gutter = Math.max(6, ...different.map(({ steps }) => saidOf(steps, places).length));
  const head = heads.map((text, at) => text.padEnd(widths[at] ?? 0)).join("");
  const lines = [paint.strong(`${"line".padStart(gutter)}  ${"step".padEnd(width)}${head}`.trimEnd())];
  const below = " ".repeat(gutter + 2);
  for (const [index, { steps }] of different.entries()) {
    const row = (cells[index] ?? []).map((text, at) => {
      const shown = text.padEnd(widths[at] ?? 0);
      return text.includes("|") ? paint.changed(shown) : shown;
    });
    const said = shorten(texts[index] ?? "", width - 1).padEnd(width);
    lines.push(`${saidOf(steps, places).padStart(gutter)}  ${said}${row.join("")}`.trimEnd());
    for (const [side, step] of steps.entries()) {
      const era = both[side]?.era ?? "";
      if (step === null) {
        lines.push(paint.faint(`${below}- only under ${both[1 - side]?.era}`));
        continue;
      }
      const others = steps[1 - side];
      for (const warning of step.warnings)
        if (others?.warnings.includes(warning) !== true)
          lines.push(paint.wrong(`${below}! ${era}: ${warning}`));
      for (const note of step.notes)
        if (others?.notes.includes(note) !== true) lines.push(paint.faint(`${below}- ${era}: ${note}`));
    }
  }
  if (pages.length > columns.length)
    lines.push(`${below}and ${pages.length - columns.length} more pages that differ`);
  lines.push(
    paint.faint(
      `${below}a cell is refcount/pincount under ${both[0].era} | ${both[1].era}; D dirty, F freed, - not run`,
    ),
    paint.faint(
      `${below}${equal} other step${equal === 1 ? " leaves" : "s leave"} the pages alike under both`,
    ),
  );
  return lines;
}

function saidOf(steps: Pair["steps"], places: Places): string {
  const step = steps[0] ?? steps[1];
  return step === null ? "" : places.said(step.location);
}

function headOf(both: readonly [Simulation, Simulation], page: number): string {
  const [one, other] = both.map(({ pages }) => pages[page]?.kind ?? "-");
  return `p${page} ${one === other ? one : `${one} | ${other}`}`;
}

/** Lines that both ends have once, the others under the name of their kernel. */
function twoEnds(
  both: readonly [Simulation, Simulation],
  linesOf: (simulation: Simulation) => readonly string[],
  paint: Paint,
): string[] {
  const [left, right] = [linesOf(both[0]), linesOf(both[1])];
  const common = left.filter((line) => right.includes(line));
  const own = [left, right].flatMap((lines, side) =>
    lines
      .filter((line) => !common.includes(line))
      .map((line) => paint.changed(`  ${both[side]?.era}: ${line}`)),
  );
  return [...common.map((line) => `  ${line}`), ...own];
}

function balanceLines(simulation: Simulation, places: Places): string[] {
  const { balance, imbalances } = simulation;
  const lines = equalLines(balance).map((one) => balanceLine(one, places));
  if (balance.length === 0) lines.push("nothing was taken");
  lines.push(...imbalances.map((one) => imbalanceLine(one, places)));
  if (imbalances.length === 0) lines.push("balanced on this sequential path");
  return lines;
}

/** The steps of both runs in one order: those that both have beside each other. */
function pairsOf([first, second]: readonly [Simulation, Simulation]): Pair[] {
  const keys = [keysOf(first.steps), keysOf(second.steps)] as const;
  const at = new Map(keys[1].map((key, index) => [key, index]));
  const pairs: Pair[] = [];
  const states: [(PageState | null)[], (PageState | null)[]] = [[], []];
  const push = (one: TraceStep | null, other: TraceStep | null): void => {
    for (const [side, step] of [one, other].entries())
      for (const { page, after } of step?.changes ?? []) (states[side] ?? [])[page] = after;
    pairs.push({ steps: [one, other], states: [[...states[0]], [...states[1]]] });
  };
  let next = 0;
  for (const [index, step] of first.steps.entries()) {
    const same = at.get(keys[0][index] ?? "");
    if (same === undefined || same < next) {
      push(step, null);
      continue;
    }
    for (; next < same; next++) push(null, second.steps[next] ?? null);
    push(step, second.steps[next++] ?? null);
  }
  for (; next < second.steps.length; next++) push(null, second.steps[next] ?? null);
  return pairs;
}

function keysOf(steps: readonly TraceStep[]): string[] {
  const counts = new Map<string, number>();
  return steps.map(({ kind, location, stack, text }) => {
    const key = `${kind} ${stack.join(" ")} ${location.file}:${location.start} ${text}`;
    const nth = (counts.get(key) ?? 0) + 1;
    counts.set(key, nth);
    return `${key} #${nth}`;
  });
}

/** Whether something happened at a step that the other run does not show: a change, a warning, or the step itself. */
function isDifferent({ steps, states }: Pair): boolean {
  const [one, other] = steps;
  const did = (step: TraceStep | null): boolean =>
    step !== null && step.changes.length + step.warnings.length + step.notes.length > 0;
  if (one === null || other === null) return did(one) || did(other);
  if (one.warnings.join("\n") !== other.warnings.join("\n")) return true;
  return (did(one) || did(other) || one.kind === "return") && differingPages(states).length > 0;
}

function differingPages([one, other]: Pair["states"]): number[] {
  const length = Math.max(one.length, other.length);
  return Array.from({ length }, (_, page) => page).filter(
    (page) => stateText(one[page] ?? undefined) !== stateText(other[page] ?? undefined),
  );
}
