/**
 * The language server: puts the parts together on a connection. What a feature does stands in `features/`, what the
 * machine does comes from the host; this file knows neither.
 */
import {
  type ClientCapabilities,
  type Connection,
  DidChangeConfigurationNotification,
  DidChangeWatchedFilesNotification,
  type InitializeParams,
  type InitializeResult,
  TextDocumentSyncKind,
} from "vscode-languageserver";
import { Analyzer } from "./core/analyzer.ts";
import { Baselines } from "./core/baselines.ts";
import { readClientFeatures } from "./core/client-features.ts";
import { type DocumentEvents, DocumentStore, pathOf } from "./core/documents.ts";
import { EditorSettingsStore } from "./core/editor-settings.ts";
import { FileTexts } from "./core/file-texts.ts";
import type { ServerHost } from "./core/host.ts";
import { describeError, type Logger } from "./core/logger.ts";
import { Projects } from "./core/projects.ts";
import type { ServerContext } from "./core/server-context.ts";
import { type Features, registerFeatures, serverCapabilities } from "./features/index.ts";

/** Files whose changes on disk matter. */
const watchedFiles = ["**/.pinscope.json", "**/*.{c,h}", "**/{Makefile,Kbuild}"];

/** Serves a client until it says goodbye. The connection must not listen yet. */
export function startServer(connection: Connection, host: ServerHost): void {
  const log: Logger = {
    error: (message) => connection.console.error(message),
    warn: (message) => connection.console.warn(message),
    info: (message) => connection.console.info(message),
    debug: (message) => connection.console.debug(message),
  };
  let server: RunningServer | null = null;
  connection.onInitialize((params) => {
    server = createServer(connection, host, log, params);
    return server.result;
  });
  connection.onInitialized(() => server?.initialized());
  connection.onShutdown(() => server?.stop());
  connection.listen();
}

interface RunningServer {
  readonly result: InitializeResult;
  initialized(): void;
  stop(): void;
}

function createServer(
  connection: Connection,
  host: ServerHost,
  log: Logger,
  params: InitializeParams,
): RunningServer {
  host.initialize?.(params.initializationOptions);
  const client = readClientFeatures(params);
  const documents = new DocumentStore(log);
  const files = new FileTexts(host, documents);
  const settings = new EditorSettingsStore(connection, client, log);
  let folders = foldersOf(params);
  const folderOf = (uri: string): string | undefined =>
    folders
      .filter((folder) => uri === folder || uri.startsWith(`${folder}/`))
      .sort((left, right) => right.length - left.length)[0] ??
    (uri.startsWith("untitled:") ? folders[0] : undefined);
  const settingsOf = (uri: string) => settings.of(folderOf(uri));
  const projects = new Projects(files, settingsOf, folderOf, host.userConfig);
  const baselines = new Baselines(host, files, log);
  const baselineFolder = (uri: string): string => folderOf(uri) ?? uri.replace(/\/[^/]*$/, "");
  let features: Features | null = null;
  const analyzer = new Analyzer({
    host,
    documents,
    files,
    projects,
    baselines,
    log,
    settingsOf,
    baselineFolder,
    onChecked: (checked) => features?.checked(checked),
    onSettled: (document) => features?.settled(document),
  });
  const context: ServerContext = {
    connection,
    host,
    client,
    log,
    documents,
    files,
    projects,
    baselines,
    analyzer,
    settingsOf,
    generalSettings: () => settings.of(undefined),
    folders: () => folders,
    folderOf,
    baselineFolder,
    refresh(changedFiles = null) {
      analyzer.invalidate();
      features?.refresh(changedFiles);
    },
  };
  features = registerFeatures(context);
  const registered = features;

  const includersToo = (uri: string): void => {
    for (const includer of analyzer.includersOf(uri)) {
      const document = documents.get(includer);
      if (document !== undefined) registered.includesChanged(document);
    }
  };
  const events: DocumentEvents = {
    opened(document) {
      registered.opened(document);
      includersToo(document.uri);
    },
    changed(document, edits) {
      analyzer.edited(document.uri, edits);
      registered.changed(document);
      includersToo(document.uri);
    },
    closed(document) {
      analyzer.closed(document.uri);
      registered.closed(document);
      includersToo(document.uri);
    },
  };
  /** A notification that makes no sense costs a line in the log. */
  const guarded =
    <Params>(name: string, handle: (params: Params) => void) =>
    (received: Params): void => {
      try {
        handle(received);
      } catch (error) {
        log.error(`${name}: ${describeError(error)}`);
      }
    };
  connection.onDidOpenTextDocument(guarded("didOpen", (received) => documents.open(received, events)));
  connection.onDidChangeTextDocument(guarded("didChange", (received) => documents.change(received, events)));
  connection.onDidCloseTextDocument(
    guarded("didClose", ({ textDocument }) => documents.close(textDocument.uri, events)),
  );
  connection.onDidSaveTextDocument(
    guarded("didSave", ({ textDocument: { uri } }) => {
      if (!projects.dependOn(uri)) return;
      projects.forgetAll();
      context.refresh();
    }),
  );
  connection.onDidChangeConfiguration(
    guarded("didChangeConfiguration", ({ settings: values }: { readonly settings: unknown }) => {
      settings.changed(values);
      projects.forgetAll();
      baselines.forgetAll();
      context.refresh();
    }),
  );
  connection.onDidChangeWatchedFiles(
    guarded("didChangeWatchedFiles", ({ changes }) => {
      for (const { uri } of changes) files.forget(uri);
      if (changes.some(({ uri }) => projects.dependOn(uri))) projects.forgetAll();
      if (changes.some(({ uri }) => uri.endsWith(".json"))) baselines.forgetAll();
      // An open document is what the editor shows, whatever lies on the disk.
      const onDisk = changes.map(({ uri }) => uri).filter((uri) => documents.get(uri) === undefined);
      if (onDisk.length > 0) context.refresh(onDisk);
    }),
  );

  return {
    result: {
      capabilities: serverCapabilities(client, TextDocumentSyncKind.Incremental),
      serverInfo: { name: "pinscope", version: host.version },
    },
    initialized() {
      const started = performance.now();
      const ready = analyzer.warmUp().then(() => {
        const ms = Math.round(performance.now() - started);
        log.info(`pinscope ${host.version} is ready; its parser took ${ms} ms to load`);
      });
      ready.catch((error: unknown) => {
        connection.window.showErrorMessage(`Pinscope cannot load its parser: ${String(error)}`);
      });
      register(connection, params.capabilities ?? {}, log);
      if (client.workspaceFolders) {
        connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
          const gone = new Set(removed.map(({ uri }) => withoutSlash(uri)));
          const kept = folders.filter((folder) => !gone.has(folder));
          folders = [...kept, ...added.map(({ uri }) => withoutSlash(uri))];
          settings.changed(undefined);
          projects.forgetAll();
          files.forgetAll();
          baselines.forgetAll();
          context.refresh();
        });
      }
    },
    stop: () => registered.stop(),
  };
}

/** Asks for what clients tell only when asked to. */
function register(connection: Connection, { workspace }: ClientCapabilities, log: Logger): void {
  const failed = (error: unknown): void =>
    log.warn(`the client refused a registration: ${describeError(error)}`);
  if (workspace?.didChangeConfiguration?.dynamicRegistration === true) {
    connection.client
      .register(DidChangeConfigurationNotification.type, { section: "pinscope" })
      .catch(failed);
  }
  if (workspace?.didChangeWatchedFiles?.dynamicRegistration === true) {
    connection.client
      .register(DidChangeWatchedFilesNotification.type, {
        watchers: watchedFiles.map((globPattern) => ({ globPattern })),
      })
      .catch(failed);
  }
}

function foldersOf({ workspaceFolders, rootUri }: InitializeParams): readonly string[] {
  if (Array.isArray(workspaceFolders)) return workspaceFolders.map(({ uri }) => withoutSlash(uri));
  return typeof rootUri === "string" && pathOf(rootUri) !== "" ? [withoutSlash(rootUri)] : [];
}

function withoutSlash(uri: string): string {
  return uri.replace(/\/+$/, "");
}
