/**
 * Runs units: in worker threads, or in this thread when one job is wanted. Results come in no order; the caller
 * sorts. A thread that dies costs the file it was at, and is replaced.
 */
import { setFlagsFromString } from "node:v8";
import { Worker } from "node:worker_threads";
import type { CheckSettings } from "@pinscope/server/checker";
import type { FromWorker, ToWorker } from "./messages.ts";
import { loadParser } from "./parser-files.ts";
import { createUnit, type Unit, type UnitResult } from "./unit.ts";

export interface Executor {
  run(path: string, settings: CheckSettings): Promise<UnitResult>;
  /** No more files will come. */
  close(): Promise<void>;
}

/** What threads may use, and how they run. */
export interface ThreadOptions {
  /** Longest time one file may take, in milliseconds; then the thread is ended and the file is an error. */
  readonly fileTimeLimit?: number;
  /** Megabytes for short-lived objects of one thread: states of walks die young, and collecting them seldom is cheap. */
  readonly youngGeneration?: number;
  /** Megabytes for the other objects of one thread; a thread that needs more is ended. By default as much as Node allows. */
  readonly oldGeneration?: number;
  /** False in a process that stays: `compilerFlags` hold for all of its threads. */
  readonly shortRun?: boolean;
}

/**
 * How threads compile: plain machine code at once, optimized code later than usual and with little inlined. Each thread
 * compiles for itself, and a check is over soon. A whole tree took 20 s of processor time with the first two and 27 s
 * without them, and later, when the check itself was cheaper, 10.1 s with the third and 11.9 s without (Node.js 20).
 */
export const compilerFlags = [
  "--always-sparkplug",
  "--interrupt-budget=500000",
  "--max-inlined-bytecode-size-cumulative=100",
];

/** Files sent to a thread before it has answered: one at work and one waiting, so that it never idles. */
const filesInFlight = 2;

/** Runs units in this thread. */
export function inlineExecutor(): Executor {
  let ready: Promise<Unit> | undefined;
  return {
    async run(path, settings) {
      ready ??= loadParser().then(createUnit);
      return (await ready)(path, settings);
    },
    async close() {},
  };
}

interface Job {
  readonly id: number;
  readonly path: string;
  readonly settings: CheckSettings;
  readonly resolve: (result: UnitResult) => void;
}

interface Thread {
  readonly worker: Worker;
  readonly sent: Map<number, Job>;
  readonly settingsKnown: Set<number>;
  /** When the file that the thread is at was begun, as far as can be seen from here. */
  begun: number;
}

/**
 * Runs units in `count` threads, started at once.
 * @param script the worker's bundle.
 */
export function threadExecutor(
  count: number,
  script: URL,
  { fileTimeLimit = 60_000, youngGeneration = 96, oldGeneration, shortRun = true }: ThreadOptions = {},
): Executor {
  if (shortRun) for (const flag of compilerFlags) setFlagsFromString(flag);
  const resourceLimits = {
    maxYoungGenerationSizeMb: youngGeneration,
    ...(oldGeneration !== undefined && { maxOldGenerationSizeMb: oldGeneration }),
  };
  const settingsIndex = new Map<CheckSettings, number>();
  const queue: Job[] = [];
  const threads = new Set<Thread>();
  let nextId = 0;
  let closing = false;

  const feed = (thread: Thread): void => {
    if (thread.sent.size === 0) thread.begun = performance.now();
    while (thread.sent.size < filesInFlight) {
      const job = queue.shift();
      if (job === undefined) return;
      thread.sent.set(job.id, job);
      let index = settingsIndex.get(job.settings);
      if (index === undefined) {
        index = settingsIndex.size;
        settingsIndex.set(job.settings, index);
      }
      if (!thread.settingsKnown.has(index)) {
        thread.settingsKnown.add(index);
        post(thread, { kind: "settings", index, settings: job.settings });
      }
      post(thread, { kind: "check", id: job.id, path: job.path, settings: index });
    }
  };

  const lose = (thread: Thread, why: string): void => {
    if (!threads.delete(thread) || closing) return;
    // Files are answered in the order in which they were sent: the first one is what the thread died of.
    const [first, ...others] = thread.sent.values();
    queue.unshift(...others);
    first?.resolve({
      findings: [],
      stats: null,
      readMs: 0,
      reads: [],
      errors: [{ file: first.path, message: `internal error: the thread ended: ${why}`, kind: "internal" }],
    });
    // A thread that dies without a file cannot start at all: those left, or nobody, do its work.
    if (first !== undefined) feed(start());
    else if (threads.size === 0) {
      for (const job of queue.splice(0)) {
        const message = `internal error: no thread could be started: ${why}`;
        const errors = [{ file: job.path, message, kind: "internal" as const }];
        job.resolve({ findings: [], stats: null, readMs: 0, errors, reads: [] });
      }
    }
  };

  const start = (): Thread => {
    const thread: Thread = {
      worker: new Worker(script, { resourceLimits }),
      sent: new Map(),
      settingsKnown: new Set(),
      begun: 0,
    };
    threads.add(thread);
    let failure: string | undefined;
    thread.worker.on("online", () => {
      thread.begun = performance.now();
    });
    thread.worker.on("message", ({ id, result }: FromWorker) => {
      const job = thread.sent.get(id);
      thread.sent.delete(id);
      thread.begun = performance.now();
      if (threads.has(thread)) feed(thread);
      job?.resolve(result);
    });
    // Answers given before the end are delivered between these two events.
    thread.worker.on("error", (error) => {
      failure = error instanceof Error ? error.message : String(error);
    });
    thread.worker.on("exit", (code) => lose(thread, failure ?? `exit code ${code}`));
    return thread;
  };

  for (let index = 0; index < count; index++) start();
  const watch = setInterval(
    () => {
      for (const thread of threads) {
        if (thread.sent.size === 0 || performance.now() - thread.begun < fileTimeLimit) continue;
        lose(thread, `the file took longer than ${fileTimeLimit / 1000} s`);
        void thread.worker.terminate();
      }
    },
    Math.min(fileTimeLimit, 1000),
  );
  return {
    run(path, settings) {
      return new Promise((resolve) => {
        queue.push({ id: nextId++, path, settings, resolve });
        for (const thread of threads) if (thread.sent.size < filesInFlight) feed(thread);
      });
    },
    async close() {
      closing = true;
      clearInterval(watch);
      await Promise.all([...threads].map((thread) => thread.worker.terminate()));
    },
  };
}

function post(thread: Thread, message: ToWorker): void {
  thread.worker.postMessage(message);
}
