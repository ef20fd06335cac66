/** A simulation as text for terminals. Knows no file system: texts are handed in. */
import type {
  Assumption,
  Exploration,
  PageState,
  SimulatedPage,
  Simulation,
} from "@pinscope/simulator/interpreter";
import { type Places, placesOf, type SourceOf } from "./places.ts";
import { changeOf, isTold, pagesThatChange } from "./steps.ts";

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

const plain: Paint = {
  changed: (text) => text,
  wrong: (text) => text,
  right: (text) => text,
  faint: (text) => text,
  strong: (text) => text,
};

/** The report that the command prints. */
export function renderSimulation(simulation: Simulation, sourceOf: SourceOf, paint: Paint = plain): string {
  const places = placesOf(simulation.file, sourceOf);
  const { function: name, file, era, ground, scenario, runs, operations, contradictions } = simulation;
  const lines = [`${file}: ${paint.strong(`${name}()`)}, simulated on ${era} (${ground})`];
  if (scenario.length > 0) lines.push(`scenario: ${scenario.join("; ")}`);
  lines.push("", ...table(simulation, places, paint), "", `exit: ${exitText(simulation, places)}`);
  for (const { text, location, with: other } of contradictions)
    lines.push(
      paint.wrong(
        `contradiction: line ${places.said(location)}: ${text}${other === null ? "" : `; line ${places.said(other)} asks for the opposite`}`,
      ),
    );
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

/** How a run ended, in one line. */
function exitText({ exit }: Simulation, places: Places): string {
  const where = `line ${places.said(exit.location)}`;
  if ("message" in exit) return `${exit.kind} at ${where}: ${exit.message}`;
  return `${exit.kind}${exit.value === null ? "" : `, returns ${exit.value}`}, ${where}`;
}

function table(simulation: Simulation, places: Places, paint: Paint): string[] {
  const columns = pagesThatChange(simulation).slice(0, COLUMN_LIMIT);
  const told = simulation.steps.filter(isTold);
  const texts = new Map(
    told.map((step) => [step, `${"  ".repeat(Math.max(0, step.stack.length - 1))}${places.stepText(step)}`]),
  );
  const longest = Math.max(0, ...[...texts.values()].map(({ length }) => length)) + 1;
  const width = Math.min(STEP_WIDTH.most, Math.max(STEP_WIDTH.least, longest));
  const labels = told.map(({ location }) => places.said(location).length);
  const gutter = Math.max(6, ...labels);
  const head = columns.map((index) => cell(headOf(simulation.pages[index], index))).join("");
  const rows = [paint.strong(`${"line".padStart(gutter)}  ${"step".padEnd(width)}${head}`.trimEnd())];
  const now = new Map<number, PageState>();
  const below = " ".repeat(gutter + 2);
  for (const step of simulation.steps) {
    for (const { page, after } of step.changes) now.set(page, after);
    const text = texts.get(step);
    if (text === undefined) continue;
    const cells = columns.map((index) => {
      const change = changeOf(step, index);
      const shown = cell(stateText(now.get(index), change !== undefined));
      return change === undefined ? shown : paint.changed(shown);
    });
    const said = shorten(text, width - 1).padEnd(width);
    rows.push(`${places.said(step.location).padStart(gutter)}  ${said}${cells.join("")}`.trimEnd());
    for (const warning of step.warnings) rows.push(paint.wrong(`${below}! ${warning}`));
    for (const note of step.notes) rows.push(paint.faint(`${below}- ${note}`));
  }
  const rest = pagesThatChange(simulation).length - columns.length;
  if (rest > 0) rows.push(`${below}and ${rest} more page${rest === 1 ? "" : "s"}`);
  if (columns.length > 0)
    rows.push(paint.faint(`${below}a cell is refcount/pincount; * changed here, D dirty, F freed`));
  return rows;
}

function headOf(page: SimulatedPage | undefined, index: number): string {
  return page === undefined ? `p${index}` : `${page.name} ${page.given ? "given" : page.kind}`;
}

function stateText(state: PageState | undefined, changed: boolean): string {
  if (state === undefined) return ".";
  const flags = `${state.dirty ? "D" : ""}${state.freed ? "F" : ""}`;
  return `${state.refcount}/${state.pincount}${flags}${changed ? "*" : ""}`;
}

function cell(text: string): string {
  return shorten(text, CELL_WIDTH - 1).padEnd(CELL_WIDTH);
}

function shorten(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

function balanceText({ balance, imbalances }: Simulation, places: Places, paint: Paint): string[] {
  const lines = ["", paint.strong("balance:")];
  for (const { callee, location, family, taken, released, owned, leaked, consequence } of balance) {
    const parts = [`${released} released`];
    for (const { owner, pages } of owned) parts.push(`${pages} owned by ${owner}`);
    if (leaked > 0) parts.push(paint.wrong(`${leaked} LEAKED`));
    lines.push(`  line ${places.said(location)}: ${callee}() took ${taken} (${family}): ${parts.join(", ")}`);
    if (consequence !== null) lines.push(`      ${consequence}`);
  }
  if (balance.length === 0) lines.push("  nothing was taken");
  for (const { kind, text, location } of imbalances)
    lines.push(paint.wrong(`  ${kind}: ${text} (line ${places.said(location)})`));
  if (imbalances.length === 0) lines.push(paint.right("  balanced on this sequential path"));
  return lines;
}

function assumptionText(assumptions: readonly Assumption[], places: Places): string[] {
  if (assumptions.length === 0) return [];
  const lines = ["", "assumed:"];
  for (const { text, location, reason, entitled } of assumptions)
    lines.push(
      `  line ${places.said(location)}: ${text}  [${reason}${entitled ? ", an outcome of the call" : ""}]`,
    );
  return lines;
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
