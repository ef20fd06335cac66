export { type BaselineEntry, baselineFilter, formatBaseline, parseBaseline } from "./baseline.ts";
export { formatCheckpatch } from "./checkpatch.ts";
export { formatGithub } from "./github.ts";
export { formatJson } from "./json.ts";
export { LineTable, locateFindings, type TextSource } from "./locate.ts";
export { compareFindings, reaches } from "./order.ts";
export { formatSarif, type SarifOptions, sarifLog, uriOf } from "./sarif.ts";
export { addFile, emptyStats, formatStats } from "./stats.ts";
export { applySuppressions, unusedSuppressionRule } from "./suppressions.ts";
export { formatText, type TextOptions } from "./text.ts";
export type {
  FileError,
  KernelNote,
  Place,
  Report,
  ReportedFinding,
  ReportedStep,
  RunStats,
} from "./types.ts";
