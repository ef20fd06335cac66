/** The thread that checks folders: the command line's, at low priority, so that typing never waits for it. */
import { setPriority } from "node:os";
import { serveWorker } from "@pinscope/server/cli";

/** Niceness of the thread. */
const priority = 10;

// On Linux a priority is a thread's own; elsewhere it would slow the whole server down.
if (process.platform === "linux") {
  try {
    setPriority(priority);
  } catch {
    // Not allowed here: then it runs like the rest.
  }
}
await serveWorker();
