/** What a thread of the pool does: checks the files it is sent. Talks in the messages of `messages.ts`. */
import { parentPort } from "node:worker_threads";
import type { CheckSettings } from "@pinscope/server/checker";
import type { FromWorker, ToWorker } from "./messages.ts";
import { loadParser } from "./parser-files.ts";
import { createUnit } from "./unit.ts";

/** Serves until the thread is ended. Throws in the main thread. */
export async function serveWorker(): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error("this file is a worker thread's; run pinscope instead");
  const unit = createUnit(await loadParser());
  const settingsByIndex = new Map<number, CheckSettings>();
  port.on("message", (message: ToWorker) => {
    if (message.kind === "settings") {
      settingsByIndex.set(message.index, message.settings);
      return;
    }
    const settings = settingsByIndex.get(message.settings);
    if (settings === undefined) throw new Error(`settings ${message.settings} were never sent`);
    const answer: FromWorker = { id: message.id, result: unit(message.path, settings) };
    port.postMessage(answer);
  });
}
