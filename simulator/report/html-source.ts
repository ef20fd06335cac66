/** The code that the path went through: line by line, with the numbers of the steps and what they did. */
import type { PageChange } from "@pinscope/simulator/interpreter";
import { filesOf, lineId, lineLink, type View } from "./html-view.ts";
import { html, type Markup } from "./markup.ts";
import { baseName } from "./places.ts";
import { rowsOf } from "./steps.ts";

/** Lines shown before and behind those that ran. */
const CONTEXT = 2;
/** Longer gaps between lines that ran are left out. */
const GAP_LIMIT = 12;
/** How far above its first step the head of a function is looked for. */
const HEAD_DISTANCE = 60;

interface Stretch {
  readonly file: string;
  readonly function: string;
  readonly lines: Map<number, LineMarks>;
}

interface LineMarks {
  /** Numbers of told steps. */
  readonly steps: number[];
  readonly changes: Set<string>;
}

/** The functions that ran, each once, in the order in which the path met them. */
export function sourcePane(view: View): Markup {
  const stretches = stretchesOf(view);
  const files = filesOf(view.simulation);
  const wrong = new Set(
    view.simulation.imbalances.flatMap(({ location }) => {
      const line = view.places.lineOf(location);
      return line === null ? [] : [lineId(files, location.file, line)];
    }),
  );
  const shown = stretches.map((stretch) => functionCode(view, stretch, files, wrong));
  return html`<section class="source" aria-label="Code">
<h2>Path</h2>
<div class="pane" tabindex="0">
${shown}</div>
</section>`;
}

function stretchesOf({ simulation, places }: View): Stretch[] {
  const found = new Map<string, Stretch>();
  let told = 0;
  for (const row of rowsOf(simulation)) {
    if (row.kind !== "step") continue;
    const { step } = row;
    const number = row.isTold ? ++told : null;
    const line = places.lineOf(step.location);
    const name = step.stack.at(-1) ?? simulation.function;
    if (line === null) continue;
    const { file } = step.location;
    const key = `${file}\n${name}`;
    const stretch = found.get(key) ?? { file, function: name, lines: new Map<number, LineMarks>() };
    found.set(key, stretch);
    const marks = stretch.lines.get(line) ?? { steps: [], changes: new Set<string>() };
    stretch.lines.set(line, marks);
    if (number !== null) marks.steps.push(number);
    const change = changeText(step.changes);
    if (change !== "") marks.changes.add(change);
  }
  return [...found.values()];
}

/** `p0, p1: 1 → 1025`: pages that changed in the same way together. */
function changeText(changes: readonly PageChange[]): string {
  const groups = new Map<string, number[]>();
  for (const { page, before, after } of changes) {
    const what =
      before === null || before.refcount === after.refcount
        ? `${after.refcount}${after.freed ? ", freed" : after.dirty && before?.dirty === false ? ", dirty" : ""}`
        : `${before.refcount} → ${after.refcount}${after.freed ? ", freed" : ""}`;
    groups.set(what, [...(groups.get(what) ?? []), page]);
  }
  return [...groups].map(([what, ones]) => `${rangeText(ones)}: ${what}`).join("; ");
}

/** `p0–p3`, `p0, p2`. */
function rangeText(pages: readonly number[]): string {
  const [first = 0] = pages;
  const last = pages.at(-1) ?? first;
  if (pages.length > 2 && last - first === pages.length - 1) return `p${first}–p${last}`;
  return pages.map((page) => `p${page}`).join(", ");
}

function functionCode(
  view: View,
  stretch: Stretch,
  files: readonly string[],
  wrong: ReadonlySet<string>,
): Markup {
  const { file, function: name, lines } = stretch;
  const texts = view.places.linesOf(file) ?? [];
  const ran = [...lines.keys()].sort((one, other) => one - other);
  const first = Math.max(1, headOf(texts, name, ran[0] ?? 1));
  const last = Math.min(texts.length, (ran.at(-1) ?? 1) + 1);
  const rows: Markup[] = [];
  const comments = commentLines(texts, first, last);
  for (let line = first; line <= last; line++) {
    const next = ran.find((one) => one >= line) ?? last;
    const before = ran.findLast((one) => one < line) ?? first;
    if (next - before > GAP_LIMIT && line > before + CONTEXT && line < next - CONTEXT) {
      const to = next - CONTEXT - 1;
      rows.push(
        html`<tr class="gap"><td></td><td></td><td>&#8943; lines ${line} to ${to}, where the path did not go</td></tr>\n`,
      );
      line = to;
      continue;
    }
    rows.push(
      codeLine(view, {
        file,
        line,
        text: texts[line - 1] ?? "",
        marks: lines.get(line),
        files,
        wrong,
        comment: comments.has(line),
      }),
    );
  }
  const where = file === view.simulation.file ? null : html` <span class="faint">${baseName(file)}</span>`;
  return html`<h3><code>${name}()</code>${where}</h3>
<table class="code"><tbody>
${rows}</tbody></table>
`;
}

/** Line of the head of a function whose first step is in `line`. */
function headOf(texts: readonly string[], name: string, line: number): number {
  for (let at = line; at > Math.max(0, line - HEAD_DISTANCE); at--) {
    const text = texts[at - 1] ?? "";
    if (/^[A-Za-z_]/.test(text) && text.includes(`${name}(`)) return at;
  }
  return line - CONTEXT;
}

interface CodeLine {
  readonly file: string;
  readonly line: number;
  readonly text: string;
  readonly marks: LineMarks | undefined;
  readonly files: readonly string[];
  readonly wrong: ReadonlySet<string>;
  readonly comment: boolean;
}

function codeLine(view: View, { file, line, text, marks, files, wrong, comment }: CodeLine): Markup {
  const id = lineId(files, file, line);
  const classes = [
    ...(marks === undefined ? ["passed"] : ["ran"]),
    ...(wrong.has(id) ? ["wrong"] : []),
    ...(isSelected(view, file, line) ? ["selected"] : []),
  ];
  const notes = [...(marks?.changes ?? [])];
  const [first] = marks?.steps ?? [];
  const more = (marks?.steps.length ?? 0) - 1;
  const mark = first === undefined ? (marks === undefined ? "" : "│") : `${first}${more > 0 ? "+" : ""}`;
  const title =
    marks === undefined || marks.steps.length === 0 ? null : html` title="step ${marks.steps.join(", ")}"`;
  return html`<tr id="${id}" class="${classes.join(" ")}"><td class="number">${lineLink(view, file, line, String(line))}</td><td class="mark"${title}>${mark}</td><td><code>${
    comment ? html`<i>${text}</i>` : withComments(text)
  }</code>${notes.slice(0, 2).map((note) => html` <span class="change">${note}</span>`)}${notes.length > 2 ? html` <span class="change">…</span>` : null}</td></tr>\n`;
}

function isSelected({ simulation: { selection }, places }: View, file: string, line: number): boolean {
  if (selection === null || selection.file !== file) return false;
  const from = places.lineOf(selection) ?? 0;
  const to = places.lineOf({ ...selection, start: selection.end - 1 }) ?? 0;
  return line >= from && line <= to;
}

/** Lines that lie wholly in comments of several lines. */
function commentLines(texts: readonly string[], first: number, last: number): ReadonlySet<number> {
  const found = new Set<number>();
  let inside = false;
  for (let line = first; line <= last; line++) {
    const text = texts[line - 1] ?? "";
    if (inside || /^\s*\/\*/.test(text)) {
      inside = !text.includes("*/");
      if (inside || text.trimEnd().endsWith("*/")) found.add(line);
    }
  }
  return found;
}

function withComments(text: string): Markup {
  const parts = text.split(
    /(\/\*.*?\*\/|\/\/.*$|"(?:[^"\\]|\\.)*"|\b(?:if|else|for|while|do|switch|case|default|return|goto|break|continue|struct|union|enum|unsigned|static|const|void|int|long|short|char|bool|sizeof)\b)/,
  );
  return html`${parts.map((part, index) => {
    if (index % 2 === 0) return part;
    if (part.startsWith("/")) return html`<i>${part}</i>`;
    return part.startsWith('"') ? html`<s>${part}</s>` : html`<b>${part}</b>`;
  })}`;
}
