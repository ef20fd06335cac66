/** A language server in a process of its own, spoken to as an editor without pull diagnostics does. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import {
  createMessageConnection,
  type Diagnostic,
  DidChangeTextDocumentNotification,
  DidOpenTextDocumentNotification,
  ExitNotification,
  InitializedNotification,
  InitializeRequest,
  type MessageConnection,
  PublishDiagnosticsNotification,
  type Range,
  ShutdownRequest,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver/node";

/** Diagnostics as they came, with the time since the message that they answer. */
export interface Answer {
  readonly diagnostics: readonly Diagnostic[];
  readonly milliseconds: number;
}

export interface ServerProcess {
  readonly connection: MessageConnection;
  open(uri: string, text: string): Promise<Answer>;
  /** Sends one edit and waits for the first diagnostics that are of its version. */
  change(uri: string, range: Range, text: string): Promise<Answer>;
  /** The next diagnostics of the newest version; those of the last `change` count if they are newer than it. */
  next(uri: string): Promise<readonly Diagnostic[]>;
  /** Milliseconds that the server says the last check of a document took. */
  computed(uri: string): number;
  /** Milliseconds that the main thread has run so far, as Linux counts them; NaN elsewhere. */
  processorTime(): number;
  /** Resident memory in MB, as the kernel tells; null where it cannot be told. */
  memory(): number | null;
  /** The most that was resident so far, in MB; null where it cannot be told. */
  peakMemory(): number | null;
  stop(): Promise<void>;
}

/** How long an answer is waited for, in milliseconds. */
const patience = 60_000;

/** Bundles the command line as `npm run build` does. Answers with the file to run. */
export function buildServer(): string {
  const folder = resolve("node_modules/.cache/pinscope-bench/server");
  const built = spawnSync(process.execPath, ["build.mjs", folder], { encoding: "utf8" });
  if (built.status !== 0) throw new Error(built.stderr);
  return resolve(folder, "pinscope.mjs");
}

/** Starts a server and says hello. */
export async function startServer(
  command: string,
  args: readonly string[],
  root: string,
  initializationOptions?: unknown,
): Promise<ServerProcess> {
  const child: ChildProcess = spawn(command, args, { stdio: ["pipe", "pipe", "ignore"] });
  if (child.stdout === null || child.stdin === null) throw new Error("the server has no streams");
  const connection = createMessageConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  const versions = new Map<string, number>();
  let waiting:
    | ((diagnostics: readonly Diagnostic[], uri: string, version: number | undefined) => void)
    | null = null;
  connection.onNotification(PublishDiagnosticsNotification.type, ({ uri, version, diagnostics }) =>
    waiting?.(diagnostics, uri, version),
  );
  const computed = new Map<string, number>();
  connection.onNotification(
    "pinscope/status",
    ({ uri, ms }: { readonly uri: string; readonly ms: number }): void => {
      computed.set(uri, ms);
    },
  );
  connection.onRequest((method) => (method === "workspace/configuration" ? [null] : null));
  connection.listen();
  await connection.sendRequest(InitializeRequest.type, {
    processId: process.pid,
    rootUri: root,
    initializationOptions,
    capabilities: {
      textDocument: { publishDiagnostics: { relatedInformation: true, versionSupport: true } },
    },
    workspaceFolders: [{ uri: root, name: "root" }],
  });
  await connection.sendNotification(InitializedNotification.type, {});

  const answered = (uri: string): Promise<readonly Diagnostic[]> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no diagnostics of ${uri}`)), patience);
      waiting = (diagnostics, of, version) => {
        if (of !== uri || (version !== undefined && version !== versions.get(uri))) return;
        clearTimeout(timer);
        waiting = null;
        resolve(diagnostics);
      };
    });
  const timed = async (uri: string, send: () => Promise<void>): Promise<Answer> => {
    const answer = answered(uri);
    const started = performance.now();
    await send();
    const diagnostics = await answer;
    return { diagnostics, milliseconds: performance.now() - started };
  };
  return {
    connection,
    open(uri, text) {
      versions.set(uri, 1);
      return timed(uri, () =>
        connection.sendNotification(DidOpenTextDocumentNotification.type, {
          textDocument: { uri, languageId: "c", version: 1, text },
        }),
      );
    },
    change(uri, range, text) {
      const version = (versions.get(uri) ?? 0) + 1;
      versions.set(uri, version);
      return timed(uri, () =>
        connection.sendNotification(DidChangeTextDocumentNotification.type, {
          textDocument: { uri, version },
          contentChanges: [{ range, text }],
        }),
      );
    },
    next: answered,
    computed: (uri) => computed.get(uri) ?? Number.NaN,
    processorTime() {
      try {
        const [nanoseconds] = readFileSync(`/proc/${child.pid}/task/${child.pid}/schedstat`, "utf8").split(
          " ",
        );
        return Number(nanoseconds) / 1e6;
      } catch {
        return Number.NaN;
      }
    },
    memory: () => memoryOf(child, "VmRSS"),
    peakMemory: () => memoryOf(child, "VmHWM"),
    async stop() {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      await connection.sendRequest(ShutdownRequest.type);
      await connection.sendNotification(ExitNotification.type);
      await ended;
      connection.dispose();
    },
  };
}

/** A figure that Linux keeps of a process's memory, in MB; null where it cannot be had. */
function memoryOf({ pid }: ChildProcess, figure: "VmRSS" | "VmHWM"): number | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const kilobytes = new RegExp(`^${figure}:\\s+(\\d+)`, "m").exec(status)?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) / 1024;
  } catch {
    return null;
  }
}
