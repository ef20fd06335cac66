/** A simulation as text for terminals. Knows no file system: texts are handed in. */
import type { Location } from "@pinscope/grammars/ir";
import type {
  Assumption,
  Contradiction,
  Exploration,
  Imbalance,
  PageState,
  SimulatedPage,
  Simulation,
} from "@pinscope/simulator/interpreter";
import { type CountedLine, equalLines } from "./equal-lines.ts";
import { type Places, placesOf, type SourceOf } from "./places.ts";
import { changeOf, pagesThatChange, type Row, rowsOf, stateText } from "./steps.ts";

/** Page columns of the table; further pages are told by number. */
const COLUMN_LIMIT = 8;
/** Narrowest and widest column of steps. */
const STEP_WIDTH = { least: 24, most: 64 } as const;
const CELL_WIDTH = 11;

/** How parts of the text stand out, on a terminal that shows colors. */
export interface Paint {
  readonly changed: (text: string) => string;
  readonly wrong: (text: string) => string;
  readonly right: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly strong: (text: string) => string;
}

export const plain: Paint = {
  changed: (text) => text,
  wrong: (text) => text,
  right: (text) => text,
  faint: (text) => text,
  strong: (text) => text,
};

/** The report that the command prints. */
export function renderSimulation(simulation: Simulation, sourceOf: SourceOf, paint: Paint = plain): string {
  const places = placesOf(simulation.file, sourceOf);
  const { function: name, file, era, ground, scenario, runs, operations } = simulation;
  const { contradictions, unmet, selection, through } = simulation;
  const lines = [`${file}: ${paint.strong(`${name}()`)}, simulated on ${era} (${ground})`];
  if (scenario.length > 0) lines.push(`scenario: ${scenario.join("; ")}`);
  if (selection !== null) lines.push(`through: ${selectionText(selection, places)}`);
  if (through.length > 0) lines.push(`through: ${[name, ...through].map((one) => `${one}()`).join(" → ")}`);
  lines.push("", ...table(simulation, places, paint), "", `exit: ${exitText(simulation, places)}`);
  for (const one of contradictions)
    lines.push(paint.wrong(`contradiction: ${contradictionText(one, places)}`));
  for (const text of unmet) lines.push(paint.wrong(`not met: ${text}`));
  lines.push(...balanceText(simulation, places, paint));
  lines.push(...assumptionText(simulation.assumptions, places));
  if (simulation.truncated) lines.push("steps were left out: there were too many");
  lines.push(
    "",
    paint.faint(`${operations} operations in ${runs} run${runs === 1 ? "" : "s"}.`),
    paint.faint(simulation.standing),
  );
  return `${lines.join("\n")}\n`;
}

/** Both lines, then what the first one asks for. */
function contradictionText({ text, location, with: other }: Contradiction, places: Places): string {
  const against = other === null ? "" : ` against line ${places.said(other)}`;
  return `line ${places.said(location)}${against}: ${text}`;
}

/** `lines 120 to 168`. */
export function selectionText({ file, start, end }: Location, places: Places): string {
  const from = places.said({ file, start, end });
  const to = places.said({ file, start: end - 1, end });
  return from === to ? `line ${from}` : `lines ${from} to ${to}`;
}

/** How a run ended, in one line. */
export function exitText({ exit }: Simulation, places: Places): string {
  const where = `line ${places.said(exit.location)}`;
  if ("message" in exit) return `${exit.kind} at ${where}: ${exit.message}`;
  return `${exit.kind}${exit.value === null ? "" : `, returns ${exit.value}`}, ${where}`;
}

function table(simulation: Simulation, places: Places, paint: Paint): string[] {
  const columns = pagesThatChange(simulation).slice(0, COLUMN_LIMIT);
  const rows = rowsOf(simulation).filter((row) => row.kind === "outside" || row.isTold);
  const texts = rows.map((row) => rowText(row, places));
  const gutter = Math.max(6, ...texts.map(({ at }) => at.length));
  const longest = Math.max(0, ...texts.map(({ text }) => text.length)) + 1;
  const width = Math.min(STEP_WIDTH.most, Math.max(STEP_WIDTH.least, longest));
  const head = columns.map((index) => cell(headOf(simulation.pages[index], index))).join("");
  const lines = [paint.strong(`${"line".padStart(gutter)}  ${"step".padEnd(width)}${head}`.trimEnd())];
  const now = new Map<number, PageState>();
  const below = " ".repeat(gutter + 2);
  for (const [index, row] of rows.entries()) {
    const changes = row.kind === "step" ? row.step.changes : row.changes;
    for (const { page, after } of changes) now.set(page, after);
    const cells = columns.map((page) => {
      const change = changeOf(changes, page);
      const shown = cell(`${stateText(now.get(page))}${change === undefined ? "" : "*"}`);
      return change === undefined ? shown : paint.changed(shown);
    });
    const { at = "", text = "" } = texts[index] ?? {};
    const said = shorten(text, width - 1).padEnd(width);
    const shown = row.kind === "step" ? said : paint.faint(said);
    lines.push(`${at.padStart(gutter)}  ${shown}${cells.join("")}`.trimEnd());
    const steps = row.kind === "step" ? [row.step] : row.steps;
    for (const warning of steps.flatMap(({ warnings }) => warnings))
      lines.push(paint.wrong(`${below}! ${warning}`));
    if (row.kind === "step") for (const note of row.step.notes) lines.push(paint.faint(`${below}- ${note}`));
  }
  const rest = pagesThatChange(simulation).length - columns.length;
  if (rest > 0) lines.push(`${below}and ${rest} more page${rest === 1 ? "" : "s"}`);
  if (columns.length > 0)
    lines.push(paint.faint(`${below}a cell is refcount/pincount; * changed here, D dirty, F freed`));
  return lines;
}

function rowText(row: Row, places: Places): { readonly at: string; readonly text: string } {
  if (row.kind === "outside") {
    const { length } = row.steps;
    return { at: "…", text: `${length} step${length === 1 ? "" : "s"} outside the lines` };
  }
  const { step } = row;
  const indent = "  ".repeat(Math.max(0, step.stack.length - 1));
  return { at: places.said(step.location), text: `${indent}${places.stepText(step)}` };
}

function headOf(page: SimulatedPage | undefined, index: number): string {
  return page === undefined ? `p${index}` : `${page.name} ${page.given ? "given" : page.kind}`;
}

function cell(text: string): string {
  return shorten(text, CELL_WIDTH - 1).padEnd(CELL_WIDTH);
}

export function shorten(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

function balanceText({ balance, imbalances }: Simulation, places: Places, paint: Paint): string[] {
  const lines = ["", paint.strong("balance:")];
  for (const one of equalLines(balance)) {
    const { line } = one;
    const said = `  ${balanceLine(one, places)}`;
    lines.push(line.leaked > 0 ? paint.wrong(said) : said);
  }
  if (balance.length === 0) lines.push("  nothing was taken");
  for (const one of imbalances) lines.push(paint.wrong(`  ${imbalanceLine(one, places)}`));
  if (imbalances.length === 0) lines.push(paint.right("  balanced on this sequential path"));
  return lines;
}

/** What became of the pages of one call, or of several that ended alike, in one line. */
export function balanceLine({ line, times }: CountedLine, places: Places): string {
  const { callee, location, family, taken, released, owned, leaked } = line;
  const parts = [`${released} released`];
  for (const { owner, pages } of owned) parts.push(`${pages} owned by ${owner}`);
  if (leaked > 0) parts.push(`${leaked} LEAKED`);
  const often = times === 1 ? "" : `${times} × `;
  return `line ${places.said(location)}: ${often}${callee}() took ${taken} (${family}): ${parts.join(", ")}`;
}

export function imbalanceLine({ kind, text, location }: Imbalance, places: Places): string {
  return `${kind}: ${text} (line ${places.said(location)})`;
}

function assumptionText(assumptions: readonly Assumption[], places: Places): string[] {
  if (assumptions.length === 0) return [];
  return ["", "assumed:", ...assumptionLines(assumptions, places).map((line) => `  ${line}`)];
}

export function assumptionLines(assumptions: readonly Assumption[], places: Places): string[] {
  return assumptions.map(
    ({ text, location, reason, entitled }) =>
      `line ${places.said(location)}: ${text}  [${reason}${entitled ? ", an outcome of the call" : ""}]`,
  );
}

/** What an exploration found, each imbalance with the scenario that shows it. */
export function renderExploration({ runs, imbalances, truncated }: Exploration, sourceOf: SourceOf): string {
  const [first] = runs;
  if (first === undefined) return "";
  const { file, function: name, era, ground, standing } = first.simulation;
  const places = placesOf(file, sourceOf);
  const lines = [`${file}: ${name}(), explored on ${era} (${ground}): ${runs.length} scenarios`, ""];
  for (const { scenario, imbalance } of imbalances)
    lines.push(
      `  line ${places.said(imbalance.location)}: ${imbalance.kind}: ${imbalance.text}`,
      `      ${scenario === "" ? "on the success path" : `--scenario '${scenario}'`}`,
    );
  if (imbalances.length === 0) lines.push("  balanced under every scenario, on sequential paths");
  const stuck = runs.filter(({ simulation }) => simulation.exit.kind === "stuck");
  for (const { scenario, simulation } of stuck)
    if ("message" in simulation.exit)
      lines.push(`  not executed under [${scenario}]: ${simulation.exit.message.split("\n")[0] ?? ""}`);
  if (truncated) lines.push("  scenarios were left out: there were too many");
  return `${[...lines, "", standing].join("\n")}\n`;
}
