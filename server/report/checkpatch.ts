/**
 * The report in the manner of the kernel's scripts/checkpatch.pl with --file --show-types, for whoever reads or filters
 * that: a line with the level and the type, one with the place, the code, and a total.
 */
import type { Severity } from "@pinscope/server/checker";
import type { TextSource } from "./locate.ts";
import type { Place, Report, ReportedFinding } from "./types.ts";

const levelOf: Readonly<Record<Severity, string>> = {
  error: "ERROR",
  warning: "WARNING",
  information: "CHECK",
};

/** The whole report, ending with a line break. `texts` gives the lines of code to be shown. */
export function formatCheckpatch(report: Report, texts: TextSource): string {
  const blocks = report.findings.map((finding) => block(finding, texts));
  const count = (severity: Severity): number =>
    report.findings.filter((finding) => finding.severity === severity).length;
  const total =
    `total: ${count("error")} errors, ${count("warning")} warnings, ${count("information")} checks, ` +
    `${report.stats.files} files checked\n`;
  return blocks.join("") + total;
}

function block(finding: ReportedFinding, texts: TextSource): string {
  const { place, rule, severity, message, path } = finding;
  const type = rule.toUpperCase().replaceAll("-", "_");
  const variant = finding.variant === undefined ? "" : ` (${finding.variant})`;
  const lines = [
    `${levelOf[severity]}:${type}: ${oneLine(message)}${variant}`,
    `#${place.line}: FILE: ${place.file}:${place.line}:`,
    ...codeAt(place, texts),
    ...path.map((step) => ` ${step.place.file}:${step.place.line}: ${oneLine(step.message)}`),
    "",
  ];
  return `${lines.join("\n")}\n`;
}

function oneLine(message: string): string {
  return message.replace(/\s*\n\s*/g, " ");
}

/** The line of a place, as checkpatch quotes it. */
function codeAt(place: Place, texts: TextSource): string[] {
  const text = texts(place.file);
  if (text === undefined) return [];
  const start = place.start - (place.column - 1);
  const end = text.indexOf("\n", start);
  return [`+${text.slice(start, end === -1 ? text.length : end).replace(/\r$/, "")}`];
}
