/**
 * Checks one file from disk: reads it, loads the headers that it includes by quotes as the checker asks for them,
 * applies suppression comments and turns offsets into lines. Runs in a worker thread or in the main one.
 */
import { readFileSync } from "node:fs";
import type { SyntaxParser } from "@pinscope/grammars/syntax";
import { type CheckResult, type CheckSettings, checkFile, type FileStats } from "@pinscope/server/checker";
import {
  applySuppressions,
  type FileError,
  locateFindings,
  type ReportedFinding,
} from "@pinscope/server/report";

import { digest } from "./digest.ts";
import { reason } from "./walk.ts";

/** What a file gave. Plain data: it crosses threads. */
export interface UnitResult {
  readonly findings: readonly ReportedFinding[];
  /** Null when the file was not checked. */
  readonly stats: FileStats | null;
  readonly readMs: number;
  readonly errors: readonly FileError[];
  /** The files whose texts it rests on: itself and its headers. */
  readonly reads: readonly FileRead[];
}

/** A file as it was read; without a digest: it could not be read. */
export interface FileRead {
  readonly path: string;
  readonly digest: string | null;
}

export type Unit = (path: string, settings: CheckSettings) => UnitResult;

/** How often the checker may ask for more headers: the depth to which includes are followed. */
const includeRoundLimit = 16;

/** Header texts kept between files, in UTF-16 units; beyond it the cache starts anew. */
const headerCacheLimit = 32 * 1024 * 1024;

/** A unit checker with a memory of headers. Never throws: what fails is an error of the result. */
export function createUnit(parser: SyntaxParser): Unit {
  let headers = new Map<string, string | null>();
  let held = 0;
  let readMs = 0;

  const header = (path: string): string | null => {
    const known = headers.get(path);
    if (known !== undefined) return known;
    const started = performance.now();
    const text = readText(path);
    readMs += performance.now() - started;
    headers.set(path, text);
    held += text?.length ?? 0;
    return text;
  };

  const digests = new Map<string, { readonly text: string | null; readonly digest: string | null }>();
  const digestOf = (path: string, text: string | null): string | null => {
    const known = digests.get(path);
    if (known !== undefined && known.text === text) return known.digest;
    const made = text === null ? null : digest(text);
    if (headers.has(path)) digests.set(path, { text, digest: made });
    return made;
  };

  const checkWithHeaders = (path: string, source: string, settings: CheckSettings) => {
    const files = new Map<string, string | null>([...(settings.before ?? []), [path, source]]);
    let result: CheckResult;
    for (let round = 0; ; round++) {
      result = checkFile({ path, source, files, parser, settings });
      const missing = result.missing.filter((one) => !files.has(one));
      if (missing.length === 0) break;
      for (const one of missing) files.set(one, round < includeRoundLimit ? header(one) : null);
    }
    return { result, files };
  };

  return (path, settings) => {
    readMs = 0;
    if (held > headerCacheLimit) {
      headers = new Map();
      digests.clear();
      held = 0;
    }
    const started = performance.now();
    let source: string;
    try {
      source = readFileSync(path, "utf8");
    } catch (error) {
      const problem: FileError = { file: path, message: `cannot be read: ${reason(error)}`, kind: "read" };
      return { findings: [], stats: null, readMs: performance.now() - started, errors: [problem], reads: [] };
    }
    readMs += performance.now() - started;
    try {
      const { result, files } = checkWithHeaders(path, source, settings);
      const isActive = (rule: string): boolean => settings.severities.get(rule) !== "off";
      const findings = applySuppressions(result.findings, path, source, isActive);
      return {
        findings: locateFindings(findings, (file) => files.get(file) ?? undefined),
        stats: result.stats,
        readMs,
        errors: [],
        reads: [...files].map(([file, text]) => ({ path: file, digest: digestOf(file, text) })),
      };
    } catch (error) {
      const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
      const problem: FileError = { file: path, message: `internal error: ${what}`, kind: "internal" };
      return { findings: [], stats: null, readMs, errors: [problem], reads: [] };
    }
  };
}

/** The text of a file; null when it cannot be read. */
export function readText(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
