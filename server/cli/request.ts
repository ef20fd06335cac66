/** The options of `pinscope check`, read and checked. Knows no file system. */
import { availableParallelism } from "node:os";
import { type CheckSettings, rules, type Severity } from "@pinscope/server/checker";
import { type ConfigLayer, type FailOn, nearest, parseKernel } from "@pinscope/server/config";
import type { CommandLine } from "./options.ts";

const formats = ["text", "json", "sarif", "github", "checkpatch"] as const;
type Format = (typeof formats)[number];

export interface Request {
  readonly layer: ConfigLayer;
  readonly config: string | undefined;
  readonly format: Format;
  /** File of accepted findings; undefined: none are. */
  readonly baseline: string | undefined;
  /** Whether the baseline is to be written with what is found now. */
  readonly writesBaseline: boolean;
  readonly jobs: number;
  readonly stats: boolean;
  /** Whether text names findings by their identifiers. */
  readonly showsIds: boolean;
  /** Whether results of earlier runs are used, and those of this one kept. */
  readonly caches: boolean;
  /** How findings about counts are made and replayed, where that is not as usual. */
  readonly controls: Pick<CheckSettings, "replay" | "assumeUnreleased">;
}

/** Reads the options; a text says what is wrong with them. */
export function readRequest(line: CommandLine): Request | string {
  if (line.paths.length === 0) return "check: no PATH given; `pinscope check --help` shows how it is used";
  const single = (name: string): string | undefined => line.options.get(name)?.[0];
  const list = (name: string): string[] =>
    (line.options.get(name) ?? []).flatMap((value) => value.split(","));

  const asked = single("format") ?? "text";
  const format = formats.find((one) => one === asked);
  if (format === undefined) return `--format: expected one of ${formats.join(", ")}, got "${asked}"`;
  const baseline = single("baseline");
  const writesBaseline = line.options.has("write-baseline");
  if (writesBaseline && baseline === undefined) {
    return "--write-baseline: --baseline FILE says which one; `--baseline editor` is that of the editor";
  }
  const kernelTexts = list("kernel");
  const wrong = kernelTexts.find((text) => parseKernel(text) === undefined);
  if (wrong !== undefined) return `--kernel: expected a version such as 6.12, got "${wrong}"`;
  const jobs = Number(single("jobs") ?? availableParallelism());
  if (!Number.isInteger(jobs) || jobs < 1)
    return `--jobs: expected a number of at least 1, got "${single("jobs")}"`;
  const names = rules.map((rule) => rule.name);
  for (const option of ["rule", "ignore"]) {
    for (const rule of list(option)) {
      if (names.includes(rule)) continue;
      const near = nearest(rule, names);
      return `--${option}: there is no rule "${rule}"${near === undefined ? "" : `; did you mean "${near}"?`}`;
    }
  }
  if (line.options.has("no-replay") && line.options.has("show-refuted"))
    return "--show-refuted: without replays (--no-replay) nothing is refuted";
  const severity = severityOf(single("severity"));
  const failOn = single("fail-on");
  return {
    layer: {
      ...(line.options.has("rule") ? { onlyRules: list("rule") } : {}),
      ...(line.options.has("ignore")
        ? { rules: Object.fromEntries(list("ignore").map((rule) => [rule, "off"])) }
        : {}),
      ...(severity === undefined ? {} : { severity }),
      ...(failOn === undefined
        ? {}
        : { failOn: failOn === "never" ? failOn : (severityOf(failOn) as FailOn) }),
      ...(line.options.has("deep") ? { deep: true } : {}),
      ...(kernelTexts.length > 0 ? { kernel: kernelTexts } : {}),
    },
    config: single("config"),
    format,
    baseline,
    writesBaseline,
    jobs,
    stats: line.options.has("stats"),
    showsIds: line.options.has("show-ids"),
    caches: !line.options.has("no-cache"),
    controls: {
      ...(line.options.has("no-replay") && { replay: "off" }),
      ...(line.options.has("show-refuted") && { replay: "show-refuted" }),
      ...(line.options.has("assume-unreleased") && { assumeUnreleased: true }),
    },
  };
}

function severityOf(text: string | undefined): Severity | undefined {
  return text === undefined ? undefined : text === "info" ? "information" : (text as Severity);
}
