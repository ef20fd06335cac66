/**
 * What files gave in earlier runs, kept in the user's cache folder: a file is checked again only when its text, a header
 * that it reads, the settings or this program changed. Knows nothing of what results say.
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { CheckSettings } from "@pinscope/server/checker";
import { digest } from "./digest.ts";
import type { Executor } from "./pool.ts";
import type { FileRead, UnitResult } from "./unit.ts";

/** Programs whose results are kept: going back and forth between two versions finds both. */
const programsKept = 2;

interface Entry {
  readonly reads: readonly FileRead[];
  readonly result: UnitResult;
}

export interface ResultCache {
  /** Whether earlier runs of this program left anything. */
  readonly isFilled: boolean;
  find(path: string, settings: CheckSettings): UnitResult | null;
  keep(path: string, settings: CheckSettings, result: UnitResult): void;
}

/** Names the program that runs by its bundles; null when it runs from its sources, which may change under it. */
export function programIdentity(bundles: readonly URL[]): string | null {
  try {
    return digest(bundles.map((bundle) => readFileSync(fileURLToPath(bundle), "latin1")).join("\n"));
  } catch {
    return null;
  }
}

/**
 * The cache in `folder` for one program. Where the folder cannot be read or written, nothing is found or kept.
 * @param identity names the program: results of others are not used, and those of all but the latest are removed
 */
export function openResultCache(folder: string, identity: string): ResultCache {
  const own = join(folder, identity);
  const isFilled = existsSync(own);
  const digests = new Map<string, string | null>();
  const settingsNames = new WeakMap<CheckSettings, string>();
  let isWritable = true;

  const nameOf = (settings: CheckSettings): string => {
    const known = settingsNames.get(settings);
    if (known !== undefined) return known;
    const name = digest(
      JSON.stringify(settings, (_, value) =>
        value instanceof Map || value instanceof Set ? [...value] : value,
      ),
    );
    settingsNames.set(settings, name);
    return name;
  };
  const fileOf = (path: string, settings: CheckSettings): string =>
    join(own, `${digest(`${nameOf(settings)}\n${process.cwd()}\n${path}`)}.json`);
  const isUnchanged = ({ path, digest: before }: FileRead): boolean => {
    let now = digests.get(path);
    if (now === undefined) {
      now = digestOfFile(path);
      digests.set(path, now);
    }
    return now === before;
  };
  let hasFolder = isFilled;
  const makeFolder = (): void => {
    if (hasFolder) return;
    removeOthers(folder, identity);
    mkdirSync(own, { recursive: true });
    hasFolder = true;
  };

  return {
    isFilled,
    find(path, settings) {
      if (!isFilled) return null;
      try {
        const entry = JSON.parse(readFileSync(fileOf(path, settings), "utf8")) as Entry;
        return entry.reads.every(isUnchanged) ? entry.result : null;
      } catch {
        return null;
      }
    },
    keep(path, settings, result) {
      // What went wrong once may go well the next time.
      if (!isWritable || result.stats === null || result.errors.length > 0) return;
      try {
        makeFolder();
        const entry: Entry = { reads: result.reads, result: withoutTimes(result) };
        const file = fileOf(path, settings);
        // Other runs never see half a file.
        const fresh = `${file}.${process.pid}`;
        writeFileSync(fresh, JSON.stringify(entry));
        renameSync(fresh, file);
      } catch {
        isWritable = false;
      }
    },
  };
}

/** An executor that counts what it did not have to check. */
export interface CachedExecutor extends Executor {
  readonly found: number;
}

/** An executor that asks the cache first; `inner` is made when something is not there. */
export function cachedExecutor(cache: ResultCache, inner: () => Executor): CachedExecutor {
  let executor: Executor | null = cache.isFilled ? null : inner();
  let found = 0;
  return {
    get found() {
      return found;
    },
    async run(path, settings) {
      const known = cache.find(path, settings);
      if (known !== null) {
        found++;
        return known;
      }
      executor ??= inner();
      const result = await executor.run(path, settings);
      cache.keep(path, settings, result);
      return result;
    },
    async close() {
      await executor?.close();
    },
  };
}

function digestOfFile(path: string): string | null {
  try {
    return digest(readFileSync(path, "utf8"));
  } catch {
    return null;
  }
}

/** Nothing was computed this time. */
function withoutTimes(result: UnitResult): UnitResult {
  const { stats } = result;
  return {
    ...result,
    readMs: 0,
    stats: stats === null ? null : { ...stats, ms: { parse: 0, lower: 0, analyze: 0, replay: 0 } },
  };
}

/** Results of programs that were there before, but for the latest. */
function removeOthers(folder: string, identity: string): void {
  if (!existsSync(folder)) return;
  const others = readdirSync(folder).filter((name) => name !== identity);
  const changed = (name: string): number => statSync(join(folder, name)).mtimeMs;
  const latestFirst = others.sort((left, right) => changed(right) - changed(left));
  for (const name of latestFirst.slice(programsKept - 1))
    rmSync(join(folder, name), { recursive: true, force: true });
}
