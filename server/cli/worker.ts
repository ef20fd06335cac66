/** A thread of the pool, as a program of its own. */
import { serveWorker } from "./serve-worker.ts";

await serveWorker();
