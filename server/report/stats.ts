/** Adds up the figures of files and prints them for people. */
import { addWalks, type FileStats } from "@pinscope/server/checker";
import type { RunStats } from "./types.ts";

/** Figures of no file. */
export const emptyStats: RunStats = {
  files: 0,
  filesSkippedByPrefilter: 0,
  functions: 0,
  functionsAnalyzed: 0,
  functionsWithSyntaxErrors: 0,
  functionsOverBudget: 0,
  acquisitions: { seen: 0, followed: 0, givenUp: {} },
  walks: { recursionsCut: 0, unconfirmedClaims: 0 },
  replay: { confirmed: 0, refuted: 0, unreplayable: 0 },
  ms: { total: 0, read: 0, parse: 0, lower: 0, analyze: 0, replay: 0 },
  unknownConditions: 0,
};

/** `total` with one file's figures added; `readMs` is the time its reading took. */
export function addFile(total: RunStats, file: FileStats, readMs: number): RunStats {
  const givenUp = { ...total.acquisitions.givenUp };
  for (const [cause, count] of Object.entries(file.acquisitions.givenUp)) {
    givenUp[cause] = (givenUp[cause] ?? 0) + count;
  }
  return {
    ...total,
    functions: total.functions + file.functions,
    functionsAnalyzed: total.functionsAnalyzed + file.functionsAnalyzed,
    functionsWithSyntaxErrors: total.functionsWithSyntaxErrors + file.functionsWithSyntaxErrors,
    functionsOverBudget: total.functionsOverBudget + file.functionsOverBudget,
    acquisitions: {
      seen: total.acquisitions.seen + file.acquisitions.seen,
      followed: total.acquisitions.followed + file.acquisitions.followed,
      givenUp,
    },
    walks: addWalks(total.walks, file.walks),
    replay: {
      confirmed: total.replay.confirmed + file.replay.confirmed,
      refuted: total.replay.refuted + file.replay.refuted,
      unreplayable: total.replay.unreplayable + file.replay.unreplayable,
    },
    ms: {
      ...total.ms,
      read: total.ms.read + readMs,
      parse: total.ms.parse + file.ms.parse,
      lower: total.ms.lower + file.ms.lower,
      analyze: total.ms.analyze + file.ms.analyze,
      replay: total.ms.replay + file.ms.replay,
    },
    unknownConditions: total.unknownConditions + file.unknownConditions,
    ...(file.variants !== undefined && { variants: addVariants(total.variants, file.variants) }),
  };
}

type Variants = NonNullable<FileStats["variants"]>;

function addVariants(total: Variants | undefined, file: Variants): Variants {
  return {
    functions: (total?.functions ?? 0) + file.functions,
    readings: (total?.readings ?? 0) + file.readings,
    overLimit: (total?.overLimit ?? 0) + file.overLimit,
    notSelectable: (total?.notSelectable ?? 0) + file.notSelectable,
  };
}

function variantsLine({ functions, readings, overLimit, notSelectable }: Variants): string {
  return (
    `functions read under other #if symbols ${functions}, ${readings} times; over the limit ${overLimit}, ` +
    `calls in branches that no symbol selects ${notSelectable}`
  );
}

/** Several lines, ending with a line break. Times of phases are summed over threads. */
export function formatStats(stats: RunStats): string {
  const { acquisitions, ms } = stats;
  const percent =
    acquisitions.seen === 0 ? "" : ` (${((100 * acquisitions.followed) / acquisitions.seen).toFixed(1)} %)`;
  const lines = [
    `files ${stats.files}, skipped by prefilter ${stats.filesSkippedByPrefilter}`,
    `functions ${stats.functions}, analyzed ${stats.functionsAnalyzed}, ` +
      `with syntax errors ${stats.functionsWithSyntaxErrors}, over budget ${stats.functionsOverBudget}`,
    `acquisitions ${acquisitions.seen}, followed to every exit ${acquisitions.followed}${percent}`,
    ...Object.entries(acquisitions.givenUp)
      .sort((left, right) => right[1] - left[1] || (left[0] < right[0] ? -1 : 1))
      .map(([cause, count]) => `  given up ${String(count).padStart(5)}  ${cause}`),
    `recursions cut ${stats.walks.recursionsCut}, ` +
      `claims of joined paths that no single path shows ${stats.walks.unconfirmedClaims}`,
    `replays confirmed ${stats.replay.confirmed}, refuted ${stats.replay.refuted}, ` +
      `not replayable ${stats.replay.unreplayable}`,
    `unknown #if conditions ${stats.unknownConditions}`,
    ...(stats.variants === undefined ? [] : [variantsLine(stats.variants)]),
    `ms total ${Math.round(ms.total)}; over all threads: read ${Math.round(ms.read)}, ` +
      `parse ${Math.round(ms.parse)}, lower ${Math.round(ms.lower)}, analyze ${Math.round(ms.analyze)}, ` +
      `replay ${Math.round(ms.replay)}`,
  ];
  return `${lines.join("\n")}\n`;
}
