/**
 * Suppression comments: `pinscope-ignore <rule>[, <rule>]: reason` on the finding's line or the line above it, and
 * `pinscope-ignore-file <rule>: reason` anywhere in the file. Knows no file system.
 */
import type { Finding, Severity } from "@pinscope/server/checker";
import { LineTable } from "./locate.ts";

interface Suppression {
  readonly rules: readonly string[];
  readonly wholeFile: boolean;
  readonly start: number;
  readonly end: number;
  /** Lines on which findings are suppressed. */
  readonly lines: readonly number[];
  readonly reason: string;
}

/** Name under which unused and unreadable suppressions are reported. */
export const unusedSuppressionRule = "unused-suppression";

const marker = "pinscope-ignore";

/**
 * Takes out the findings that a comment in their file suppresses, and adds one for each comment that suppresses
 * nothing or gives no reason.
 * @param path the file whose comments are read; findings located elsewhere pass.
 * @param isActive whether a rule ran: a comment for a rule that is off is not called unused.
 */
export function applySuppressions(
  findings: readonly Finding[],
  path: string,
  source: string,
  isActive: (rule: string) => boolean,
): Finding[] {
  if (!source.includes(marker)) return [...findings];
  const table = new LineTable(source);
  const suppressions = readSuppressions(source, table);
  const used = new Set<string>();
  const kept = findings.filter((finding) => {
    if (finding.location.file !== path) return true;
    const { line } = table.position(finding.location.start);
    const hits = suppressions.filter(
      (one) =>
        one.reason !== "" && one.rules.includes(finding.rule) && (one.wholeFile || one.lines.includes(line)),
    );
    for (const hit of hits) used.add(`${hit.start} ${finding.rule}`);
    return hits.length === 0;
  });
  const complaints = suppressions.flatMap((one) =>
    one.rules.flatMap((rule) => {
      if (one.reason === "") {
        return [complaint(path, one, `This comment gives no reason, so ${rule} is not suppressed here.`)];
      }
      if (used.has(`${one.start} ${rule}`) || !isActive(rule)) return [];
      return [complaint(path, one, `No ${rule} finding is suppressed by this comment: remove it.`)];
    }),
  );
  return [...kept, ...complaints];
}

function complaint(path: string, one: Suppression, message: string): Finding {
  const severity: Severity = "information";
  return {
    rule: unusedSuppressionRule,
    severity,
    message,
    location: { file: path, start: one.start, end: one.end },
    function: "",
    path: [],
    fingerprint: `${unusedSuppressionRule}:${one.rules.join(",")}:${one.reason}`,
  };
}

const comment =
  /\/\*\s*pinscope-ignore(-file)?\s+([\w-]+(?:\s*,\s*[\w-]+)*)\s*(?::((?:[^*]|\*(?!\/))*))?\*\/|\/\/[ \t]*pinscope-ignore(-file)?[ \t]+([\w-]+(?:[ \t]*,[ \t]*[\w-]+)*)[ \t]*(?::(.*))?/g;

function readSuppressions(source: string, table: LineTable): Suppression[] {
  return [...source.matchAll(comment)].map((match) => {
    const start = match.index;
    const end = start + match[0].length;
    const first = table.position(start);
    const last = table.position(end);
    const before = source.slice(start - (first.column - 1), start);
    const lineEnd = source.indexOf("\n", end);
    const after = source.slice(end, lineEnd === -1 ? source.length : lineEnd);
    const alone = before.trim() === "" && after.trim() === "";
    return {
      rules: (match[2] ?? match[5] ?? "").split(",").map((rule) => rule.trim()),
      wholeFile: match[1] !== undefined || match[4] !== undefined,
      start,
      end,
      lines: alone ? [last.line + 1] : [first.line, last.line],
      reason: (match[3] ?? match[6] ?? "").trim(),
    };
  });
}
