/**
 * The report as lines that vim's quickfix and emacs' compilation mode read: `file:line:col: warning: message [rule]`
 * and a `note` line for each step of the path. Code frames and colors only where the caller asks for them.
 */
import { type Severity, STANDING_TEXT, witnessText } from "@pinscope/server/checker";
import picocolors from "picocolors";
import type { TextSource } from "./locate.ts";
import type { Place, Report, ReportedFinding } from "./types.ts";

/** How a severity is called in compiler output. */
const severityWord: Readonly<Record<Severity, string>> = {
  error: "error",
  warning: "warning",
  information: "info",
};

export interface TextOptions {
  readonly colors: boolean;
  /** Whether each finding's identifier stands behind its rule. Default false. */
  readonly ids?: boolean;
  /** Texts for code frames; undefined: no frames. */
  readonly frames?: TextSource;
}

/** The whole report, ending with a line break; empty when there is nothing to say. */
export function formatText(report: Report, options: TextOptions): string {
  const lines = report.findings.flatMap((finding) => findingLines(finding, options));
  // What was simulated is said with what it was simulated without.
  if (report.findings.some(({ witness }) => witness?.ground !== undefined)) lines.push(STANDING_TEXT);
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

function findingLines(finding: ReportedFinding, options: TextOptions): string[] {
  const colors = picocolors.createColors(options.colors);
  const paint = { error: colors.red, warning: colors.yellow, information: colors.cyan }[finding.severity];
  const variant = finding.variant === undefined ? "" : ` (${finding.variant})`;
  const lines = [
    `${colors.bold(where(finding.place))}: ${paint(severityWord[finding.severity])}: ` +
      `${oneLine(finding.message)}${variant} [${finding.rule}]${options.ids === true ? ` ${finding.fingerprint}` : ""}`,
    ...frame(finding.place, options, paint),
  ];
  for (const step of finding.path) {
    lines.push(
      `${where(step.place)}: ${colors.dim("note")}: ${oneLine(step.message)}${macroNote(step.place)}`,
    );
    lines.push(...frame(step.place, options, colors.dim));
  }
  if (finding.witness !== undefined)
    lines.push(`${where(finding.place)}: ${colors.dim("note")}: ${oneLine(witnessText(finding.witness))}`);
  if (options.frames !== undefined) lines.push("");
  return lines;
}

function where(place: Place): string {
  return `${place.file}:${place.line}:${place.column}`;
}

function macroNote(place: Place): string {
  const from = place.expandedFrom;
  return from === undefined ? "" : ` (in macro ${from.macro}, ${from.file}:${from.line}:${from.column})`;
}

function oneLine(message: string): string {
  return message.replace(/\s*\n\s*/g, " ");
}

/** Widest code line that a frame shows. */
const frameWidth = 160;

function frame(place: Place, options: TextOptions, paint: (text: string) => string): string[] {
  const text = options.frames?.(place.file);
  if (text === undefined) return [];
  const lineStart = place.start - (place.column - 1);
  const lineEnd = text.indexOf("\n", lineStart);
  const line = text.slice(lineStart, lineEnd === -1 ? text.length : lineEnd).replace(/\r$/, "");
  if (line.length > frameWidth || line.trim() === "") return [];
  const length =
    place.endLine === place.line ? Math.max(1, place.end - place.start) : line.length - place.column + 1;
  const margin = line.slice(0, place.column - 1).replace(/[^\t]/g, " ");
  const number = String(place.line).padStart(6);
  return [`${number} | ${line}`, `${" ".repeat(6)} | ${margin}${paint("^".repeat(Math.max(1, length)))}`];
}
