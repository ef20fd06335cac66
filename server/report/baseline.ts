/**
 * Findings that are accepted as they are: kept by file, function and fingerprint, so that edits elsewhere do not bring
 * them back. Knows no file system; whoever reads and writes the text decides where it lies.
 */
import * as v from "valibot";

/** One accepted finding. Two findings of one function with the same fingerprint are accepted together. */
export interface BaselineEntry {
  /** Path with `/`, relative to whatever folder its author works in. */
  readonly file: string;
  readonly function: string;
  readonly rule: string;
  readonly fingerprint: string;
}

const schema = v.object({
  version: v.literal(1),
  findings: v.array(
    v.object({ file: v.string(), function: v.string(), rule: v.string(), fingerprint: v.string() }),
  ),
});

/** Reads a baseline's text; a text says what is wrong with it. */
export function parseBaseline(text: string): readonly BaselineEntry[] | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const result = v.safeParse(schema, value);
  if (result.success) return result.output.findings;
  const [issue] = result.issues;
  const path = (issue.path ?? []).map(({ key }) => String(key)).join(".");
  return `${path === "" ? "" : `key "${path}": `}expected ${issue.expected ?? "something else"}, got ${issue.received}`;
}

/** A baseline's text: sorted, each entry once and on a line of its own, so that versions of it compare well. */
export function formatBaseline(entries: readonly BaselineEntry[]): string {
  const lines = new Set(
    entries.map(({ file, function: name, rule, fingerprint }) =>
      JSON.stringify({ file, function: name, rule, fingerprint }),
    ),
  );
  const body = [...lines].sort().map((line) => `    ${line}`);
  return `{\n  "version": 1,\n  "findings": [${body.length === 0 ? "" : `\n${body.join(",\n")}\n  `}]\n}\n`;
}

/**
 * Answers whether a finding is accepted. The entry's file is the end of the finding's path, so a baseline serves
 * wherever the tree lies.
 */
export function baselineFilter(
  entries: readonly BaselineEntry[],
): (path: string, functionName: string, fingerprint: string) => boolean {
  const files = new Map<string, string[]>();
  for (const { file, function: name, fingerprint } of entries) {
    const key = `${name}\n${fingerprint}`;
    files.set(key, [...(files.get(key) ?? []), file]);
  }
  return (path, name, fingerprint) => {
    const accepted = files.get(`${name}\n${fingerprint}`);
    if (accepted === undefined) return false;
    const slashed = path.replaceAll("\\", "/").replace(/^\.\//, "");
    return accepted.some((file) => slashed === file || slashed.endsWith(`/${file}`));
  };
}
