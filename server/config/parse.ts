/** Reads the text of a `.pinscope.json`. Never throws; knows no file system. */
import { findNodeAtLocation, type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";
import * as v from "valibot";
import { configSchema } from "./schema.ts";
import type { ConfigLayer, ConfigProblem } from "./types.ts";

/**
 * Parses and validates a configuration text (JSON with comments and trailing commas).
 * @param file the name used in problems.
 * @returns the layer and no problems, or an empty layer and at least one problem.
 */
export function parseConfig(
  text: string,
  file: string,
  ruleNames: readonly string[],
): { readonly layer: ConfigLayer; readonly problems: readonly ConfigProblem[] } {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  const problem = (offset: number, key: string, message: string): ConfigProblem => ({
    file,
    ...positionOf(text, offset),
    key,
    message,
  });
  if (errors.length > 0 || root === undefined) {
    const first = errors[0];
    const what = first === undefined ? "the file is empty" : printParseErrorCode(first.error);
    return { layer: {}, problems: [problem(first?.offset ?? 0, "", `not valid JSON: ${what}`)] };
  }
  const result = v.safeParse(configSchema(ruleNames), plainValue(root));
  if (!result.success) {
    const problems = result.issues.map((issue) => {
      const path = (issue.path ?? []).map((item) => item.key as string | number);
      const node = path.length === 0 ? root : (findNodeAtLocation(root, path) ?? root);
      return problem(node.offset, path.join("."), describe(issue, ruleNames));
    });
    return { layer: {}, problems };
  }
  const { $schema: _schema, kernel, ...rest } = result.output;
  const layer: ConfigLayer = {
    ...rest,
    ...(kernel === undefined ? {} : { kernel: typeof kernel === "string" ? [kernel] : kernel }),
  };
  return { layer, problems: [] };
}

/** One line for people: `FILE:LINE:COLUMN: key "rules.x": expected …`. */
export function formatProblem(problem: ConfigProblem): string {
  const key = problem.key === "" ? "" : `key "${problem.key}": `;
  return `${problem.file}:${problem.line}:${problem.column}: ${key}${problem.message}`;
}

function describe(issue: v.BaseIssue<unknown>, ruleNames: readonly string[]): string {
  const last = issue.path?.at(-1);
  if (issue.type === "strict_object" && issue.expected === "never") {
    if (issue.path?.length !== 2 || issue.path[0].key !== "rules") return "there is no such key";
    const near = nearest(String(last?.key), ruleNames);
    return `there is no such rule${near === undefined ? "" : `; did you mean "${near}"?`}`;
  }
  const expected = issue.type === "regex" ? issue.message : (issue.expected ?? issue.message);
  return `expected ${expected}, got ${issue.received}`;
}

/** The candidate with the smallest edit distance, if that is at most a third of the name's length. */
export function nearest(name: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.ceil(name.length / 3) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(name, candidate);
    if (distance < bestDistance) {
      bestDistance = distance;
      best = candidate;
    }
  }
  return best;
}

function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? 0;
}

/** The plain value of a node; duplicate keys: the last one counts, as in JSON.parse. */
function plainValue(node: Node): unknown {
  if (node.type === "array") return (node.children ?? []).map(plainValue);
  if (node.type !== "object") return node.value;
  const entries = (node.children ?? []).flatMap((property) => {
    const [key, value] = property.children ?? [];
    return key === undefined || value === undefined ? [] : [[String(key.value), plainValue(value)] as const];
  });
  return Object.fromEntries(entries);
}

function positionOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset);
  const lastBreak = before.lastIndexOf("\n");
  return { line: before.split("\n").length, column: offset - lastBreak };
}
