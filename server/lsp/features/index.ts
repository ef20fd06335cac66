/** The features: what the server says it can do, and the parts that do it. One feature, one file. */
import type { ServerCapabilities, TextDocumentSyncKind } from "vscode-languageserver";
import type { Checked } from "../core/analyzer.ts";
import type { ClientFeatures } from "../core/client-features.ts";
import type { OpenDocument } from "../core/documents.ts";
import type { ServerContext } from "../core/server-context.ts";
import { reportConfigProblems } from "./config-problems.ts";
import { answerPulls, pushDiagnostics } from "./document-diagnostics.ts";

/** What happens to documents, told to the features that act by themselves. */
export interface Features {
  opened(document: OpenDocument): void;
  changed(document: OpenDocument): void;
  saved(uri: string): void;
  closed(document: OpenDocument): void;
  checked(checked: Checked): void;
  /** Anything but open texts changed. */
  refresh(): void;
  stop(): void;
}

/** What the server offers to a client. Nothing that clangd and its like do: no symbols, completion, definitions. */
export function serverCapabilities(client: ClientFeatures, change: TextDocumentSyncKind): ServerCapabilities {
  return {
    positionEncoding: "utf-16",
    textDocumentSync: { openClose: true, change, save: { includeText: false } },
    ...(client.pullsDiagnostics && {
      diagnosticProvider: {
        identifier: "pinscope",
        interFileDependencies: true,
        workspaceDiagnostics: false,
      },
    }),
    workspace: {
      workspaceFolders: { supported: true, changeNotifications: client.workspaceFolders },
    },
  };
}

/** Registers all features on the context's connection. */
export function registerFeatures(context: ServerContext): Features {
  const { client, connection, documents, log } = context;
  answerPulls(context);
  const push = pushDiagnostics(context, !client.pullsDiagnostics);
  const config = reportConfigProblems(context);
  const ask = (isSupported: boolean, refresh: () => Promise<void>): void => {
    if (isSupported) refresh().catch((error: unknown) => log.warn(`refresh: ${String(error)}`));
  };
  return {
    opened(document) {
      if (document.isChecked) push.schedule(document.uri);
    },
    changed(document) {
      if (document.isChecked) push.schedule(document.uri);
    },
    saved() {},
    closed({ uri }) {
      push.clear(uri);
    },
    checked(checked) {
      config.checked(checked);
    },
    refresh() {
      ask(client.pullsDiagnostics && client.refreshesDiagnostics, () =>
        connection.languages.diagnostics.refresh(),
      );
      for (const { uri, isChecked } of documents.all()) if (isChecked) push.schedule(uri);
    },
    stop() {},
  };
}
