/**
 * The report as workflow commands of GitHub Actions: each finding becomes an annotation of the line that it marks.
 * Syntax: docs.github.com, "Workflow commands for GitHub Actions".
 */
import type { Severity } from "@pinscope/server/checker";
import type { Place, Report, ReportedFinding } from "./types.ts";

const commandOf: Readonly<Record<Severity, string>> = {
  error: "error",
  warning: "warning",
  information: "notice",
};

/** One line per finding, ending with a line break; empty when there is nothing to say. */
export function formatGithub(report: Report): string {
  return report.findings.map((finding) => `${annotation(finding)}\n`).join("");
}

function annotation(finding: ReportedFinding): string {
  const { place, rule, severity, path } = finding;
  const properties = {
    file: place.file,
    line: place.line,
    endLine: place.endLine,
    // Columns are taken only where the annotation stays on one line.
    ...(place.line === place.endLine ? { col: place.column, endColumn: place.endColumn } : {}),
    title: `pinscope: ${rule}`,
  };
  const list = Object.entries(properties).map(([name, value]) => `${name}=${escapeProperty(String(value))}`);
  const variant = finding.variant === undefined ? "" : ` (${finding.variant})`;
  const steps = path.map(
    ({ place: at, message }, index) => `${index + 1}. ${where(at)}: ${oneLine(message)}`,
  );
  const text = [`${oneLine(finding.message)}${variant}`, ...steps].join("\n");
  return `::${commandOf[severity]} ${list.join(",")}::${escapeData(text)}`;
}

function where({ file, line }: Place): string {
  return `${file}:${line}`;
}

function oneLine(message: string): string {
  return message.replace(/\s*\n\s*/g, " ");
}

function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
