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

export interface Pool {
  check(path: string, source: string): Promise<CheckAnswer>;
  close(): Promise<void>;
}

/** `script` is the bundled worker; `seconds` is the limit for one text. */
export function createPool(script: URL, threads: number, seconds: number): Pool {
  const queue: Task[] = [];
  const idle: Worker[] = [];
  const alive = new Set<Worker>();
  let ids = 0;

  const start = (): Worker => {
    const worker = new Worker(script);
    alive.add(worker);
    return worker;
  };

  const run = (worker: Worker, { path, source, done }: Task): void => {
    const id = ids++;
    const finish = (answer: CheckAnswer, next: Worker): void => {
      clearTimeout(timer);
      worker.removeAllListeners();
      done(answer);
      give(next);
    };
    const replace = (reason: string): void => {
      worker.removeAllListeners();
      alive.delete(worker);
      void worker.terminate();
      finish({ id, kind: "failed", reason }, start());
    };
    const timer = setTimeout(() => replace(`no answer within ${seconds} s`), seconds * 1000);
    worker.on("message", (answer: CheckAnswer) => finish(answer, worker));
    worker.on("error", (error) => replace(error.message));
    worker.postMessage({ id, path, source } satisfies CheckRequest);
  };

  const give = (worker: Worker): void => {
    const task = queue.shift();
    if (task === undefined) idle.push(worker);
    else run(worker, task);
  };

  for (let count = 0; count < threads; count++) idle.push(start());
  return {
    check: (path, source) =>
      new Promise((done) => {
        const worker = idle.pop();
        const task = { path, source, done };
        if (worker === undefined) queue.push(task);
        else run(worker, task);
      }),
    close: async () => {
      await Promise.all([...alive].map((worker) => worker.terminate()));
    },
  };
}
