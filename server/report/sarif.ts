/** The report as SARIF 2.1.0. Knows no file system; URIs are made from the paths as the report has them. */
import { type RuleMetadata, type Severity, STANDING_TEXT } from "@pinscope/server/checker";
import type { CodeFlow, Location, Log, ReportingDescriptor, Result, ThreadFlowLocation } from "sarif";
import type { Place, Report, ReportedFinding, ReportedStep } from "./types.ts";

/** Steps of one flow that are written; longer paths keep their beginning and end. */
const flowStepLimit = 1000;

const levelOf: Readonly<Record<Severity, "error" | "warning" | "note">> = {
  error: "error",
  warning: "warning",
  information: "note",
};

export interface SarifOptions {
  /** Page of a rule's documentation. */
  readonly helpUri: (rule: string) => string;
  readonly informationUri: string;
}

/** Pretty-printed, ending with a line break. Columns count UTF-16 units. */
export function formatSarif(report: Report, options: SarifOptions): string {
  return `${JSON.stringify(sarifLog(report, options), null, 2)}\n`;
}

/** The log object itself: one run. */
export function sarifLog(report: Report, options: SarifOptions): Log {
  const ruleIndex = new Map(report.rules.map((rule, index) => [rule.name, index]));
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "Pinscope",
            version: report.toolVersion,
            semanticVersion: report.toolVersion,
            informationUri: options.informationUri,
            rules: report.rules.map((rule) => describeRule(rule, options)),
          },
        },
        columnKind: "utf16CodeUnits",
        invocations: [
          {
            executionSuccessful: report.errors.every((error) => error.kind === "read"),
            toolExecutionNotifications: report.errors.map((error) => ({
              level: "error",
              message: { text: error.message },
              locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(error.file) } } }],
            })),
          },
        ],
        results: report.findings.map((finding) => resultOf(finding, ruleIndex.get(finding.rule))),
        properties: { stats: report.stats, kernels: report.kernels, standing: STANDING_TEXT },
      },
    ],
  };
}

function describeRule(rule: RuleMetadata, options: SarifOptions): ReportingDescriptor {
  return {
    id: rule.name,
    shortDescription: { text: rule.summary },
    helpUri: options.helpUri(rule.name),
    defaultConfiguration: { level: levelOf[rule.defaultSeverity] },
    properties: { confidence: rule.confidence, replay: rule.replay, fix: rule.fix, since: rule.since },
  };
}

function resultOf(finding: ReportedFinding, index: number | undefined): Result {
  const variant = finding.variant === undefined ? "" : ` (${finding.variant})`;
  return {
    ruleId: finding.rule,
    ...(index === undefined ? {} : { ruleIndex: index }),
    level: levelOf[finding.severity],
    message: { text: finding.message + variant },
    locations: [locationOf(finding.place, finding.function)],
    partialFingerprints: { "pinscope/v1": finding.fingerprint },
    ...(finding.path.length === 0 ? {} : { codeFlows: [flowOf(finding.path)] }),
    properties: {
      ...(finding.witness === undefined ? {} : { witness: finding.witness }),
      ...(finding.variant === undefined ? {} : { variant: finding.variant }),
    },
  };
}

function locationOf(place: Place, functionName?: string): Location {
  return {
    physicalLocation: {
      artifactLocation: { uri: uriOf(place.file) },
      region: {
        startLine: place.line,
        startColumn: place.column,
        endLine: place.endLine,
        endColumn: place.endColumn,
        charOffset: place.start,
        charLength: place.end - place.start,
      },
    },
    ...(functionName === undefined || functionName === ""
      ? {}
      : { logicalLocations: [{ name: functionName, kind: "function" }] }),
  };
}

function flowOf(path: readonly ReportedStep[]): CodeFlow {
  const half = flowStepLimit / 2;
  const steps = path.length <= flowStepLimit ? path : [...path.slice(0, half), ...path.slice(-half)];
  return {
    threadFlows: [
      {
        locations: steps.map((step, index): ThreadFlowLocation => {
          const location = locationOf(step.place);
          return {
            location: { ...location, message: { text: step.message } },
            nestingLevel: step.nesting,
            executionOrder: index + 1,
            kinds: [step.role],
            ...(step.role === "acquire" || step.role === "exit" ? { importance: "essential" as const } : {}),
          };
        }),
      },
    ],
  };
}

/** A relative path as a relative URI reference, an absolute one as a `file:` URI. */
export function uriOf(path: string): string {
  const slashed = path.replaceAll("\\", "/");
  const encoded = slashed.split("/").map(encodeURIComponent).join("/");
  if (slashed.startsWith("/")) return `file://${encoded}`;
  return /^[A-Za-z]:\//.test(slashed) ? `file:///${slashed.slice(0, 2)}${encoded.slice(4)}` : encoded;
}
