/** A simulation as text for terminals, and as JSON. Knows no file system: the source text is handed in. */
import { type Location, lineCounter } from "@pinscope/grammars/ir";
import type { Exploration } from "./explore.ts";
import type { Assumption, PageChange, PageState, SimulatedPage, Simulation, TraceStep } from "./types.ts";

export interface SourceText {
  readonly path: string;
  readonly source: string;
}

/** Page columns of the table; further pages are told by number. */
const COLUMN_LIMIT = 8;
const TEXT_WIDTH = 58;
const CELL_WIDTH = 11;

type LineOf = (location: Location) => string;

function lineOf({ path, source }: SourceText): LineOf {
  const find = lineCounter(source);
  return ({ file, start }) => (file === path ? String(find(start)) : `${file}+${start}`);
}

/** The report that the command prints. */
export function renderSimulation(simulation: Simulation, text: SourceText): string {
  const line = lineOf(text);
  const { function: name, file, era, ground, exit, runs, operations } = simulation;
  const lines = [`${file}: ${name}(), simulated on ${era} (${ground})`, ""];
  lines.push(...table(simulation, line), "", `exit: ${exitText(simulation, line)}`);
  lines.push(...balanceText(simulation, line));
  lines.push(...assumptionText(simulation.assumptions, line));
  for (const { text: said, location, with: other } of simulation.contradictions)
    lines.push(
      `contradiction: line ${line(location)}: ${said}${other === null ? "" : `; line ${line(other)} asks for the opposite`}`,
    );
  if (simulation.truncated) lines.push("steps were left out: there were too many");
  lines.push(
    "",
    `${operations} operations in ${runs} run${runs === 1 ? "" : "s"}; ${exit.kind}.`,
    simulation.standing,
  );
  return `${lines.join("\n")}\n`;
}

function exitText({ exit }: Simulation, line: LineOf): string {
  const where = `line ${line(exit.location)}`;
  if ("message" in exit) return `${exit.kind} at ${where}: ${exit.message}`;
  return `${exit.kind}${exit.value === null ? "" : `, returns ${exit.value}`}, ${where}`;
}

/** Whether a step is worth a row. */
function isTold({ kind, changes, warnings, notes }: TraceStep): boolean {
  return changes.length > 0 || warnings.length > 0 || notes.length > 0 || kind === "return";
}

function table(simulation: Simulation, line: LineOf): string[] {
  const columns = columnsOf(simulation);
  const header = columns.map((index) => cell(headOf(simulation.pages[index], index))).join("");
  const rows = [`${"line".padStart(6)}  ${"step".padEnd(TEXT_WIDTH)}${header}`.trimEnd()];
  const now = new Map<number, PageState>();
  for (const step of simulation.steps) {
    for (const { page, after } of step.changes) now.set(page, after);
    if (!isTold(step)) continue;
    const indent = "  ".repeat(Math.max(0, step.stack.length - 1));
    const said = shorten(`${indent}${step.text}`, TEXT_WIDTH - 1).padEnd(TEXT_WIDTH);
    const cells = columns.map((index) => cell(stateText(now.get(index), changeOf(step, index)))).join("");
    rows.push(`${line(step.location).padStart(6)}  ${said}${cells}`.trimEnd());
    for (const warning of step.warnings) rows.push(`${"".padStart(6)}  ! ${warning}`);
    for (const note of step.notes) rows.push(`${"".padStart(6)}  - ${note}`);
  }
  const rest = simulation.pages.length - columns.length;
  if (rest > 0) rows.push(`${"".padStart(6)}  and ${rest} more page${rest === 1 ? "" : "s"}`);
  if (columns.length > 0)
    rows.push(`${"".padStart(6)}  a cell is refcount/pincount; * changed here, D dirty, F freed`);
  return rows;
}

/** Pages that changed, in order, as many as fit. */
function columnsOf({ steps, pages }: Simulation): number[] {
  const changed = new Set<number>();
  for (const step of steps) for (const { page } of step.changes) changed.add(page);
  return [...changed]
    .filter((index) => index < pages.length)
    .sort((one, other) => one - other)
    .slice(0, COLUMN_LIMIT);
}

function headOf(page: SimulatedPage | undefined, index: number): string {
  return page === undefined ? `p${index}` : `${page.name} ${page.given ? "given" : page.kind}`;
}

function changeOf({ changes }: TraceStep, index: number): PageChange | undefined {
  return changes.find(({ page }) => page === index);
}

function stateText(state: PageState | undefined, change: PageChange | undefined): string {
  if (state === undefined) return ".";
  const flags = `${state.dirty ? "D" : ""}${state.freed ? "F" : ""}`;
  return `${state.refcount}/${state.pincount}${flags}${change === undefined ? "" : "*"}`;
}

function cell(text: string): string {
  return shorten(text, CELL_WIDTH - 1).padEnd(CELL_WIDTH);
}

function shorten(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

function balanceText({ balance, imbalances }: Simulation, line: LineOf): string[] {
  const lines = ["", "balance:"];
  for (const { callee, location, family, taken, released, owned, leaked } of balance) {
    const parts = [`${released} released`];
    for (const { owner, pages } of owned) parts.push(`${pages} owned by ${owner}`);
    if (leaked > 0) parts.push(`${leaked} LEAKED`);
    lines.push(`  line ${line(location)}: ${callee}() took ${taken} (${family}): ${parts.join(", ")}`);
  }
  if (balance.length === 0) lines.push("  nothing was taken");
  for (const { kind, text, location } of imbalances)
    lines.push(`  ${kind}: ${text} (line ${line(location)})`);
  if (imbalances.length === 0) lines.push("  balanced on this sequential path");
  return lines;
}

function assumptionText(assumptions: readonly Assumption[], line: LineOf): string[] {
  if (assumptions.length === 0) return [];
  const lines = ["", "assumed:"];
  for (const { text, location, reason, entitled } of assumptions)
    lines.push(`  line ${line(location)}: ${text}  [${reason}${entitled ? ", an outcome of the call" : ""}]`);
  return lines;
}

/** What an exploration found, each imbalance with the scenario that shows it. */
export function renderExploration({ runs, imbalances, truncated }: Exploration, text: SourceText): string {
  const [first] = runs;
  if (first === undefined) return "";
  const line = lineOf(text);
  const { file, function: name, era, ground, standing } = first.simulation;
  const lines = [`${file}: ${name}(), explored on ${era} (${ground}): ${runs.length} scenarios`, ""];
  for (const { scenario, imbalance } of imbalances)
    lines.push(
      `  line ${line(imbalance.location)}: ${imbalance.kind}: ${imbalance.text}`,
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

/** The whole simulation as JSON, locations with their lines. */
export function simulationToJson(simulation: Simulation, text: SourceText): string {
  const find = lineCounter(text.source);
  const withLine = (_key: string, value: unknown): unknown => {
    if (typeof value === "bigint") return String(value);
    if (typeof value !== "object" || value === null || !("start" in value) || !("file" in value))
      return value;
    const location = value as Location;
    return location.file === text.path ? { ...location, line: find(location.start) } : location;
  };
  return `${JSON.stringify({ schema_version: 1, ...simulation }, withLine, 1)}\n`;
}
