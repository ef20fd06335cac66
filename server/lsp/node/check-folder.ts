/** Checks folders on disk in a thread of low priority, with the command line's own parts: the same files, equal findings. */
import { existsSync } from "node:fs";
import { chooseFiles, ignoreRules, inlineExecutor, threadExecutor } from "@pinscope/server/cli";
import type { FolderCheck } from "../core/host.ts";

/** Files that are given to the thread before it has answered: enough to keep it busy, few enough to stop soon. */
const filesAhead = 4;

/**
 * The thread's share of memory, in megabytes. Small collections more often cost it little, and typing none of its memory.
 * The compiler stays as it is: its flags would hold for the thread that answers keystrokes, too.
 */
const thread = { youngGeneration: 24, oldGeneration: 256, shortRun: false };

/** How often a check looks whether it is cancelled, in milliseconds. */
const cancellationInterval = 50;

export const checkFolder: FolderCheck = async (request) => {
  const { paths, ignore, deep, settingsOf, onFile, onProgress, cancellation } = request;
  const script = new URL("./folder-worker.mjs", import.meta.url);
  // Run from the sources there is no bundle to start a thread from.
  const executor = existsSync(script) ? threadExecutor(1, script, thread) : inlineExecutor();
  const chosen: string[] = [];
  let done = 0;
  let stop = (): void => {};
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  const watch = setInterval(() => {
    if (cancellation.isCancellationRequested) stop();
  }, cancellationInterval);
  const checkNext = async (): Promise<void> => {
    for (let path = chosen.shift(); path !== undefined; path = chosen.shift()) {
      if (cancellation.isCancellationRequested) return;
      const result = await executor.run(path, await settingsOf(path));
      // A thread that was ended answers for nothing.
      if (cancellation.isCancellationRequested) return;
      done++;
      onFile({ path, findings: result.findings, errors: result.errors, stats: result.stats });
      onProgress(done, done + chosen.length);
      // Without a thread of its own the check must let messages through.
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const work = async (): Promise<void> => {
    const rules = ignore.patterns.length === 0 ? [] : [ignoreRules(ignore.base, ignore.patterns.join("\n"))];
    const list = await chooseFiles({ paths, ignore: rules, config: { deep } }, (files) => {
      chosen.push(...files);
    });
    if (list.errors.length > 0 && list.sources.length === 0)
      throw new Error(list.errors.map(({ file, message }) => `${file}: ${message}`).join("; "));
    onProgress(0, chosen.length);
    await Promise.all(Array.from({ length: filesAhead }, checkNext));
  };
  try {
    await Promise.race([work(), stopped]);
  } finally {
    clearInterval(watch);
    await executor.close();
  }
};
