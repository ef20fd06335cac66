/** The features: what the server says it can do, and the parts that do it. One feature, one file. */
import {
  CodeActionKind,
  CodeLensRefreshRequest,
  type ServerCapabilities,
  type TextDocumentSyncKind,
} from "vscode-languageserver";
import type { Checked } from "../core/checked.ts";
import type { ClientFeatures } from "../core/client-features.ts";
import type { OpenDocument } from "../core/documents.ts";
import type { ServerContext } from "../core/server-context.ts";
import { answerCodeActions } from "./code-actions.ts";
import { answerCodeLenses } from "./code-lenses.ts";
import { answerCommands, commandNames } from "./commands.ts";
import { reportConfigProblems } from "./config-problems.ts";
import { answerPulls, pushDiagnostics } from "./document-diagnostics.ts";
import { answerDocumentLinks } from "./document-links.ts";
import { answerHovers } from "./hover.ts";
import { answerInlayHints } from "./inlay-hints.ts";
import { reportStatus } from "./status.ts";
import { serveWorkspaceDiagnostics } from "./workspace-diagnostics.ts";

/** What happens to documents, told to the features that act by themselves. */
export interface Features {
  opened(document: OpenDocument): void;
  changed(document: OpenDocument): void;
  /** The results of a document may have changed though its text did not. */
  includesChanged(document: OpenDocument): void;
  closed(document: OpenDocument): void;
  checked(checked: Checked): void;
  /** There is more to say of a document than was said. */
  settled(document: OpenDocument): void;
  /** Files changed on disk; null: anything but open texts may have changed. */
  refresh(files: readonly string[] | null): void;
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
        workspaceDiagnostics: true,
        workDoneProgress: true,
      },
    }),
    codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix] },
    hoverProvider: true,
    codeLensProvider: {},
    inlayHintProvider: {},
    documentLinkProvider: {},
    executeCommandProvider: { commands: [...commandNames] },
    workspace: {
      workspaceFolders: { supported: true, changeNotifications: client.workspaceFolders },
    },
  };
}

/** Registers all features on the context's connection. */
export function registerFeatures(context: ServerContext): Features {
  const { client, connection, documents, log } = context;
  answerPulls(context);
  answerCodeActions(context);
  answerHovers(context);
  answerCodeLenses(context);
  answerInlayHints(context);
  answerDocumentLinks(context);
  const push = pushDiagnostics(context, !client.pullsDiagnostics);
  const config = reportConfigProblems(context);
  const status = reportStatus(context);
  const workspace = serveWorkspaceDiagnostics(context);
  answerCommands(context, {
    checkWorkspace: () => workspace.checkOnce(),
    status: (uri) => status.answer(uri, workspace.summary),
  });
  const ask = (isSupported: boolean, refresh: () => Promise<void>): void => {
    if (isSupported) refresh().catch((error: unknown) => log.warn(`refresh: ${String(error)}`));
  };
  const askAgain = (): void => {
    ask(client.pullsDiagnostics && client.refreshesDiagnostics, () =>
      connection.languages.diagnostics.refresh(),
    );
    ask(client.refreshesLenses, () => connection.sendRequest(CodeLensRefreshRequest.type));
  };
  const schedule = ({ uri, isChecked }: OpenDocument): void => {
    if (isChecked) push.schedule(uri);
  };
  return {
    opened(document) {
      workspace.opened(document.uri);
      schedule(document);
    },
    changed: schedule,
    includesChanged: schedule,
    closed({ uri }) {
      push.clear(uri);
      // From here on the file on disk counts, which may differ from what was open.
      workspace.changed([uri]);
    },
    checked(checked) {
      config.checked(checked);
      status.checked(checked);
    },
    settled(document) {
      askAgain();
      schedule(document);
    },
    refresh(files) {
      workspace.changed(files);
      askAgain();
      ask(client.refreshesHints, () => connection.languages.inlayHint.refresh());
      for (const document of documents.all()) schedule(document);
    },
    stop: () => workspace.stop(),
  };
}
