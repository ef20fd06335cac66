/** The report as one JSON object: the project's own shape, stable within a major version. */
import { STANDING_TEXT } from "@pinscope/server/checker";
import type { Report } from "./types.ts";

/** Pretty-printed, ending with a line break. */
export function formatJson(report: Report): string {
  const { toolVersion, kernels, findings, errors, stats } = report;
  return `${JSON.stringify({ version: toolVersion, kernels, findings, errors, stats, standing: STANDING_TEXT }, null, 2)}\n`;
}
