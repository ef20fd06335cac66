/**
 * A client that talks to the language server over a real connection, in memory. Test code only: it does I/O.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { PassThrough } from "node:stream";
import { startServer } from "@pinscope/server/lsp";
import {
  type ClientCapabilities,
  ConfigurationRequest,
  createConnection,
  createMessageConnection,
  type Diagnostic,
  DidChangeConfigurationNotification,
  DidChangeTextDocumentNotification,
  DidChangeWatchedFilesNotification,
  DidCloseTextDocumentNotification,
  DidOpenTextDocumentNotification,
  type DocumentDiagnosticReport,
  DocumentDiagnosticRequest,
  ExitNotification,
  FileChangeType,
  InitializedNotification,
  InitializeRequest,
  type InitializeResult,
  LogMessageNotification,
  type MessageConnection,
  ProposedFeatures,
  PublishDiagnosticsNotification,
  type PublishDiagnosticsParams,
  RegistrationRequest,
  ShutdownRequest,
  StreamMessageReader,
  StreamMessageWriter,
  type TextDocumentContentChangeEvent,
  type TextEdit,
  type WorkspaceEdit,
} from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import { URI } from "vscode-uri";
import { nodeHost } from "../../server/lsp/node/host.ts";

/** Capabilities of an editor that can do all we use. */
const fullCapabilities: ClientCapabilities = {
  workspace: {
    configuration: true,
    didChangeConfiguration: { dynamicRegistration: true },
    didChangeWatchedFiles: { dynamicRegistration: true },
    workspaceFolders: true,
    diagnostics: { refreshSupport: true },
    codeLens: { refreshSupport: true },
    inlayHint: { refreshSupport: true },
    applyEdit: true,
    workspaceEdit: {
      documentChanges: true,
      changeAnnotationSupport: { groupsOnLabel: true },
    },
  },
  textDocument: {
    diagnostic: {},
    publishDiagnostics: {
      relatedInformation: true,
      codeDescriptionSupport: true,
      dataSupport: true,
      versionSupport: true,
    },
    codeAction: {
      codeActionLiteralSupport: { codeActionKind: { valueSet: ["quickfix"] } },
      resolveSupport: { properties: ["edit"] },
    },
    hover: { contentFormat: ["markdown", "plaintext"] },
  },
  window: { workDoneProgress: true },
};

/** Capabilities of an old client, which waits for diagnostics to be pushed. */
export const pushCapabilities: ClientCapabilities = {
  textDocument: { publishDiagnostics: { relatedInformation: true, versionSupport: true } },
};

export interface ClientOptions {
  readonly capabilities?: ClientCapabilities;
  /** Values of the section `pinscope`. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly initializationOptions?: unknown;
  /** Further folders below the client's own that are workspace folders; by default its own folder is. */
  readonly folders?: readonly string[];
}

/** Time that a wait may take, in milliseconds. */
const patience = 20_000;

export class LspClient {
  readonly connection: MessageConnection;
  readonly folder: string;
  readonly logs: string[] = [];
  readonly published: PublishDiagnosticsParams[] = [];
  /** Methods of requests and notifications that the server sent, but for those kept elsewhere. */
  readonly received: { readonly method: string; readonly params: unknown }[] = [];
  readonly result: InitializeResult;
  #settings: Readonly<Record<string, unknown>>;
  readonly #documents = new Map<string, TextDocument>();
  readonly #listeners = new Set<() => void>();

  private constructor(
    connection: MessageConnection,
    folder: string,
    result: InitializeResult,
    settings: Readonly<Record<string, unknown>>,
  ) {
    this.connection = connection;
    this.folder = folder;
    this.result = result;
    this.#settings = settings;
  }

  /** Starts a server and initializes it on a fresh folder. */
  static async start(options: ClientOptions = {}): Promise<LspClient> {
    const folder = mkdtempSync(join(tmpdir(), "pinscope-lsp-"));
    const up = new PassThrough();
    const down = new PassThrough();
    startServer(
      createConnection(ProposedFeatures.all, new StreamMessageReader(up), new StreamMessageWriter(down)),
      nodeHost(join(folder, "state")),
    );
    const connection = createMessageConnection(
      new StreamMessageReader(down),
      new StreamMessageWriter(up),
      undefined,
    );
    const early: ((client: LspClient) => void)[] = [];
    let client: LspClient | null = null;
    const later = (act: (client: LspClient) => void): void => {
      if (client === null) early.push(act);
      else act(client);
    };
    connection.onNotification(LogMessageNotification.type, ({ message }) =>
      later((one) => {
        one.logs.push(message);
        one.#wake();
      }),
    );
    connection.onNotification(PublishDiagnosticsNotification.type, (params) =>
      later((one) => {
        one.published.push(params);
        one.#wake();
      }),
    );
    connection.onRequest(ConfigurationRequest.type, ({ items }) =>
      items.map(() => client?.settings ?? options.settings ?? {}),
    );
    connection.onRequest(RegistrationRequest.type, () => undefined);
    connection.onNotification((method, params) =>
      later((one) => {
        one.received.push({ method, params });
        one.#wake();
      }),
    );
    connection.onUnhandledProgress((params) =>
      later((one) => {
        one.received.push({ method: "$/progress", params });
        one.#wake();
      }),
    );
    connection.onRequest((method, params) => {
      later((one) => {
        one.received.push({ method, params });
        one.#wake();
      });
      return method === "workspace/applyEdit" ? { applied: true } : null;
    });
    connection.listen();
    const folders = (options.folders ?? ["."]).map((name) => join(folder, name));
    const result = await connection.sendRequest(InitializeRequest.type, {
      processId: null,
      rootUri: null,
      capabilities: options.capabilities ?? fullCapabilities,
      initializationOptions: options.initializationOptions,
      workspaceFolders: folders.map((path) => ({ uri: URI.file(path).toString(), name: path })),
    });
    client = new LspClient(connection, folder, result, options.settings ?? {});
    for (const act of early) act(client);
    await connection.sendNotification(InitializedNotification.type, {});
    return client;
  }

  get settings(): Readonly<Record<string, unknown>> {
    return this.#settings;
  }

  /** URI of a file below the client's folder. */
  uri(path: string): string {
    return URI.file(join(this.folder, path)).toString();
  }

  /** Writes a file to disk; the server is not told. */
  write(path: string, text: string): void {
    const full = join(this.folder, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, text);
  }

  /** Says that files changed on disk. */
  async touched(...paths: readonly string[]): Promise<void> {
    await this.connection.sendNotification(DidChangeWatchedFilesNotification.type, {
      changes: paths.map((path) => ({ uri: this.uri(path), type: FileChangeType.Changed as FileChangeType })),
    });
  }

  /** Opens a document; `where` is a path below the folder or a URI. Returns the URI. */
  async open(where: string, text: string, languageId = "c"): Promise<string> {
    const uri = where.includes(":") ? where : this.uri(where);
    this.#documents.set(uri, TextDocument.create(uri, languageId, 1, text));
    await this.connection.sendNotification(DidOpenTextDocumentNotification.type, {
      textDocument: { uri, languageId, version: 1, text },
    });
    return uri;
  }

  text(uri: string): string {
    return this.#documents.get(uri)?.getText() ?? "";
  }

  /** Replaces the first occurrence of `before`, as typing would. */
  async replace(uri: string, before: string, after: string): Promise<void> {
    const document = this.#documents.get(uri);
    const at = document?.getText().indexOf(before) ?? -1;
    if (document === undefined || at < 0) throw new Error(`no ${JSON.stringify(before)} in ${uri}`);
    const range = { start: document.positionAt(at), end: document.positionAt(at + before.length) };
    await this.change(uri, [{ range, text: after }]);
  }

  async change(uri: string, changes: TextDocumentContentChangeEvent[], version?: number): Promise<void> {
    const document = this.#documents.get(uri);
    if (document === undefined) throw new Error(`${uri} is not open`);
    TextDocument.update(document, changes, version ?? document.version + 1);
    await this.connection.sendNotification(DidChangeTextDocumentNotification.type, {
      textDocument: { uri, version: document.version },
      contentChanges: changes,
    });
  }

  async close(uri: string): Promise<void> {
    this.#documents.delete(uri);
    await this.connection.sendNotification(DidCloseTextDocumentNotification.type, { textDocument: { uri } });
  }

  async configure(settings: Readonly<Record<string, unknown>>): Promise<void> {
    this.#settings = settings;
    await this.connection.sendNotification(DidChangeConfigurationNotification.type, {
      settings: { pinscope: settings },
    });
  }

  pull(uri: string, previousResultId?: string): Promise<DocumentDiagnosticReport> {
    return this.connection.sendRequest(DocumentDiagnosticRequest.type, {
      textDocument: { uri },
      ...(previousResultId === undefined ? {} : { previousResultId }),
    });
  }

  /** The diagnostics of a document, pulled, and pulled again where the server says so. */
  async diagnostics(uri: string): Promise<readonly Diagnostic[]> {
    for (;;) {
      try {
        const report = await this.pull(uri);
        if (report.kind !== "full") throw new Error("expected a full report");
        // A result that is not settled yet says so in its identity; the server would ask for another pull.
        if (report.resultId?.includes("~") !== true) return report.items;
        await new Promise((resolve) => setTimeout(resolve, 50));
      } catch (error) {
        const { data } = error as { readonly data?: { readonly retriggerRequest?: boolean } };
        if (data?.retriggerRequest !== true) throw error;
      }
    }
  }

  /** Waits until `look` finds something. */
  async wait<Found>(look: () => Found | undefined): Promise<Found> {
    const until = performance.now() + patience;
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      const left = until - performance.now();
      if (left <= 0) throw new Error(`waited in vain; the server logged: ${this.logs.join("\n")}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        const wake = (): void => {
          clearTimeout(timer);
          this.#listeners.delete(wake);
          resolve();
        };
        this.#listeners.add(wake);
      });
    }
  }

  /** Applies an edit to the open documents, as an editor does, and tells the server. */
  async apply(edit: WorkspaceEdit): Promise<void> {
    const changes = new Map<string, readonly TextEdit[]>(Object.entries(edit.changes ?? {}));
    for (const change of edit.documentChanges ?? []) {
      if ("edits" in change) changes.set(change.textDocument.uri, change.edits as TextEdit[]);
    }
    for (const [uri, edits] of changes) {
      const document = this.#documents.get(uri);
      if (document === undefined) throw new Error(`an edit of ${uri}, which is not open`);
      await this.change(uri, [{ text: TextDocument.applyEdits(document, [...edits]) }]);
    }
  }

  async stop(): Promise<void> {
    await this.connection.sendRequest(ShutdownRequest.type);
    this.connection.dispose();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Ends the connection without goodbye. */
  async exit(): Promise<void> {
    await this.connection.sendNotification(ExitNotification.type);
  }

  #wake(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
