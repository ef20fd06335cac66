/** The table of steps: one row each, one column for each page, changes shown as before and after. */
import type { PageChange, PageState, SimulatedPage, TraceStep } from "@pinscope/simulator/interpreter";
import { filesOf, isPinned, lineId, lineLink, type View } from "./html-view.ts";
import { html, type Markup } from "./markup.ts";
import { baseName } from "./places.ts";
import { changeOf, pagesThatChange, type Row, rowsOf } from "./steps.ts";

/** Page columns; further pages are told by number. */
const COLUMN_LIMIT = 16;
/** Calls nested deeper are not indented further. */
const DEEPEST = 5;

/** The table with its switch for all steps. */
export function traceTable(view: View): Markup {
  const { simulation } = view;
  const changing = pagesThatChange(simulation);
  const columns = changing.slice(0, COLUMN_LIMIT);
  const rest = changing.length - columns.length;
  const files = filesOf(simulation);
  const now = new Map<number, PageState>();
  let told = 0;
  let inside = simulation.function;
  const table = rowsOf(simulation);
  const rows = table.map((one) => {
    if (one.kind === "outside") return outsideRow(one, columns, simulation.pages, now);
    const { step, isTold } = one;
    for (const { page, after } of step.changes) now.set(page, after);
    if (isTold) told += 1;
    const callee = step.stack.at(-1) ?? simulation.function;
    const enters = callee !== inside ? callee : null;
    if (isTold) inside = callee;
    return row(view, step, { columns, now, files, enters, number: isTold ? told : null });
  });
  const minor = simulation.steps.length - told;
  return html`<section class="trace" aria-label="Steps">
<h2>Steps</h2>
<input type="checkbox" id="all-steps"><label for="all-steps">all ${simulation.steps.length} steps</label>
<div class="pane" tabindex="0">
<table class="steps${minor === 0 ? " whole" : ""}">
<thead><tr><th class="number">#</th><th class="at">line</th><th>step</th>${columns.map((index) => head(simulation.pages[index], index))}</tr></thead>
<tbody>
${rows}</tbody>
</table>
</div>
<p class="legend">A cell is the page's refcount, <span class="sample pinned">filled</span> while it counts as pinned; <span class="tag">p 2</span> pincount of a large folio, <span class="tag">D</span> dirty, <span class="tag">F</span> freed.${
    rest > 0 ? ` ${rest} more page${rest === 1 ? "" : "s"} changed.` : ""
  }${simulation.truncated ? " Steps were left out: there were too many." : ""}</p>
</section>`;
}

/** Steps outside the selected lines, as one row; where all steps are shown it gives way to them. */
function outsideRow(
  { steps, changes }: Extract<Row, { kind: "outside" }>,
  columns: readonly number[],
  pages: readonly SimulatedPage[],
  now: ReadonlyMap<number, PageState>,
): Markup {
  const warnings = steps.flatMap((step) => step.warnings);
  const { length } = steps;
  return html`<tr class="outside"><td></td><td></td><td>${length} step${length === 1 ? "" : "s"} outside the lines${warnings.map((warning) => html`<p class="warning">${warning}</p>`)}</td>${columns.map(
    (index) => cell(now.get(index), changeOf(changes, index), pages[index]),
  )}</tr>
`;
}

function head(page: SimulatedPage | undefined, index: number): Markup {
  if (page === undefined) return html`<th class="page">p${index}</th>`;
  const size = page.order === 0 ? "" : `, order ${page.order}`;
  return html`<th class="page" title="page frame ${page.pfn}${size}">${page.name}<small>${page.given ? "given" : page.kind}${size}</small></th>`;
}

interface RowView {
  readonly columns: readonly number[];
  readonly now: ReadonlyMap<number, PageState>;
  readonly files: readonly string[];
  /** The function, where the told step before was in another one. */
  readonly enters: string | null;
  /** Of the steps that are always told. */
  readonly number: number | null;
}

function row(view: View, step: TraceStep, { columns, now, files, enters, number }: RowView): Markup {
  const line = view.places.lineOf(step.location);
  const at = line === null ? null : html` data-at="${lineId(files, step.location.file, line)}"`;
  const depth = Math.min(step.stack.length - 1, DEEPEST);
  const text = html`<code>${view.places.stepText(step)}</code>`;
  if (number === null)
    return html`<tr class="minor" data-step="${step.kind}"${at}><td></td><td class="at">${stepLine(view, step)}</td><td class="depth-${depth}">${text}${assumed(step)}</td>${
      columns.length === 0 ? null : html`<td colspan="${columns.length}"></td>`
    }</tr>
`;
  return html`<tr data-step="${step.kind}"${at}><td class="number">${number}</td><td class="at">${stepLine(view, step)}</td><td class="depth-${depth}">${enters === null ? null : html`<span class="in">in ${enters}()${elsewhere(view, step)}</span>`}${text}${step.warnings.map((warning) => html`<p class="warning">${warning}</p>`)}${step.notes.map((note) => html`<p class="note">${note}</p>`)}${assumed(step)}</td>${columns.map(
    (index) => cell(now.get(index), changeOf(step.changes, index), view.simulation.pages[index]),
  )}</tr>
`;
}

/** The line alone: the file is told where a function is entered. */
function stepLine(view: View, { location }: TraceStep): Markup {
  const line = view.places.lineOf(location);
  return line === null ? html`` : lineLink(view, location.file, line, String(line));
}

/** The file of a step that is not in the file of the function that was started. */
function elsewhere({ simulation }: View, { location }: TraceStep): string {
  return location.file === simulation.file ? "" : `, ${baseName(location.file)}`;
}

function assumed({ assumptions }: TraceStep): Markup {
  return html`${assumptions.map(({ text }) => html`<p class="assumed">assumed ${text}</p>`)}`;
}

function cell(
  state: PageState | undefined,
  change: PageChange | undefined,
  page: SimulatedPage | undefined,
): Markup {
  if (state === undefined) return html`<td class="page none">&#183;</td>`;
  const classes = ["page"];
  if (isPinned(state, page)) classes.push("pinned");
  if (state.freed) classes.push("freed");
  if (change !== undefined) classes.push("changed");
  const tags = [
    ...(state.pincount > 0 ? [`p ${state.pincount}`] : []),
    ...(state.dirty ? ["D"] : []),
    ...(state.freed ? ["F"] : []),
  ].map((tag) => html`<span class="tag">${tag}</span>`);
  const before = change?.before ?? null;
  const from =
    before !== null && before.refcount !== state.refcount
      ? html`<span class="from">${before.refcount} &#8594;</span>`
      : null;
  return html`<td class="${classes.join(" ")}">${from}${state.refcount}${tags}</td>`;
}
