/** Threads that check texts, each request within a time limit: a thread that does not answer is replaced. */
import { Worker } from "node:worker_threads";

export interface CheckRequest {
  readonly id: number;
  readonly path: string;
  readonly source: string;
}

export interface SlimFinding {
  readonly rule: string;
  readonly function: string;
  readonly fingerprint: string;
  readonly start: number;
}

export type CheckAnswer =
  | {
      readonly id: number;
      readonly kind: "checked";
      readonly findings: readonly SlimFinding[];
      readonly syntaxErrors: number;
      readonly analyzed: number;
      readonly overBudget: number;
      readonly acquisitions: {
        readonly seen: number;
        readonly followed: number;
        readonly givenUp: Readonly<Record<string, number>>;
      };
    }
  | { readonly id: number; readonly kind: "failed"; readonly reason: string };

export type Checked = Extract<CheckAnswer, { readonly kind: "checked" }>;

interface Task {
  readonly path: string;
  readonly source: string;
  readonly done: (answer: CheckAnswer) => void;
}

/** A thread and what it works on. */
interface Thread {
  readonly worker: Worker;
  current: { readonly id: number; readonly task: Task; readonly timer: NodeJS.Timeout } | null;
}

export interface Pool {
  check(path: string, source: string): Promise<CheckAnswer>;
  close(): Promise<void>;
}

/**
 * `script` is the bundled worker: its first message says that it is ready, so that loading is in no limit. `seconds`
 * is the limit for one text.
 */
export function createPool(script: URL, threads: number, seconds: number): Pool {
  const queue: Task[] = [];
  const idle: Thread[] = [];
  const alive = new Set<Thread>();
  let ids = 0;

  const start = (): void => {
    const thread: Thread = { worker: new Worker(script), current: null };
    alive.add(thread);
    thread.worker.on("message", (answer: CheckAnswer | "ready") => {
      if (answer !== "ready") finish(thread, answer);
      give(thread);
    });
    thread.worker.on("error", (error) => {
      // A thread that cannot even start would be replaced for ever.
      if (thread.current === null) throw error;
      replace(thread, error.message);
    });
  };

  const finish = (thread: Thread, answer: CheckAnswer): void => {
    const { current } = thread;
    thread.current = null;
    if (current === null) return;
    clearTimeout(current.timer);
    current.task.done(answer);
  };

  const replace = (thread: Thread, reason: string): void => {
    finish(thread, { id: thread.current?.id ?? -1, kind: "failed", reason });
    alive.delete(thread);
    void thread.worker.terminate();
    start();
  };

  const give = (thread: Thread): void => {
    const task = queue.shift();
    if (task === undefined) {
      idle.push(thread);
      return;
    }
    const id = ids++;
    const timer = setTimeout(() => replace(thread, `no answer within ${seconds} s`), seconds * 1000);
    thread.current = { id, task, timer };
    thread.worker.postMessage({ id, path: task.path, source: task.source } satisfies CheckRequest);
  };

  for (let count = 0; count < threads; count++) start();
  return {
    check: (path, source) =>
      new Promise((done) => {
        queue.push({ path, source, done });
        const thread = idle.pop();
        if (thread !== undefined) give(thread);
      }),
    close: async () => {
      await Promise.all([...alive].map(({ worker }) => worker.terminate()));
    },
  };
}
