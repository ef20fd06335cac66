/** A thread that checks texts as they come: the checker on one file, headers read from disk. */
import { parentPort } from "node:worker_threads";
import { defaultTables } from "@pinscope/grammars/dialect";
import { type CheckResult, type CheckSettings, checkFile } from "@pinscope/server/checker";
import { loadParser } from "../../test-fixtures/harness/parser.ts";
import { kernel } from "./apis.ts";
import { createReader } from "./corpus.ts";
import type { CheckAnswer, CheckRequest } from "./pool.ts";

const settings: CheckSettings = {
  kernels: [{ version: kernel, patch: 0 }],
  tables: defaultTables,
  defines: new Map(),
  includeFolders: [],
  severities: new Map(),
  deep: false,
};

const parser = await loadParser();
const read = createReader();
/** Headers of the file checked last: the next request is mostly about the same one. */
let known: { readonly path: string; readonly files: Map<string, string | null> } | undefined;

function check(path: string, source: string): CheckResult {
  if (known?.path !== path) known = { path, files: new Map() };
  const files = new Map([...known.files, [path, source]]);
  for (;;) {
    const result = checkFile({ path, source, files, parser, settings });
    const missing = result.missing.filter((one) => !files.has(one));
    if (missing.length === 0) return result;
    for (const one of missing) {
      const text = read(one);
      files.set(one, text);
      known.files.set(one, text);
    }
  }
}

parentPort?.on("message", ({ id, path, source }: CheckRequest) => {
  let answer: CheckAnswer;
  try {
    const { findings, stats } = check(path, source);
    answer = {
      id,
      kind: "checked",
      findings: findings.map(({ rule, function: where, fingerprint, location }) => ({
        rule,
        function: where,
        fingerprint,
        start: location.start,
      })),
      syntaxErrors: stats.functionsWithSyntaxErrors,
      analyzed: stats.functionsAnalyzed,
      overBudget: stats.functionsOverBudget,
      acquisitions: stats.acquisitions,
    };
  } catch (error) {
    answer = {
      id,
      kind: "failed",
      reason: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
  parentPort?.postMessage(answer);
});

parentPort?.postMessage("ready");
