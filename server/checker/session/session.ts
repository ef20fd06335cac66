/**
 * Checks an open file again after every edit. Knows no editor and does no I/O.
 */
import { checkFile } from "../check-file.ts";
import type { CheckInput, CheckResult } from "../types.ts";
import type { Budget, CheckSession, SessionResult, SourceRange } from "./types.ts";

/** Opens a file. Nothing is read until the first call of the session. */
export function openSession(input: CheckInput): CheckSession {
  const { path, parser, settings } = input;
  const files = new Map(input.files);
  let { source } = input;
  let revision = 0;
  let checked: CheckResult | null = null;

  const check = (): CheckResult => {
    files.set(path, source);
    checked ??= checkFile({ path, source, files, parser, settings });
    return checked;
  };
  const advance = (_budget: Budget = {}): SessionResult => {
    const { findings, missing } = check();
    const lacking = missing.filter((one) => !files.has(one));
    return { revision, findings, pending: [], settled: lacking.length === 0, missing: lacking };
  };
  const update = (text: string, budget?: Budget): SessionResult => {
    source = text;
    revision++;
    checked = null;
    return advance(budget);
  };
  return {
    path,
    get source() {
      return source;
    },
    edit({ start, end }: SourceRange, text, budget) {
      if (start < 0 || end < start || end > source.length) {
        throw new RangeError(`${start}..${end} lies outside a text of ${source.length} characters`);
      }
      return update(source.slice(0, start) + text + source.slice(end), budget);
    },
    update,
    supply(more, budget) {
      for (const [name, text] of more) files.set(name, text);
      checked = null;
      return advance(budget);
    },
    advance,
    functions: () => [],
    stats: () => check().stats,
    close: () => {},
  };
}
