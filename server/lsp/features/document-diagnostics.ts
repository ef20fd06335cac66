/**
 * Diagnostics of open documents: pulled by clients that can, pushed to the others. A pull is answered for the text as
 * it is when the answer leaves, or not at all.
 */
import {
  type DocumentDiagnosticReport,
  DocumentDiagnosticReportKind,
  LSPErrorCodes,
  ResponseError,
} from "vscode-languageserver";
import type { Checked } from "../core/checked.ts";
import { diagnosticsOf } from "../core/diagnostics.ts";
import type { ServerContext } from "../core/server-context.ts";

/** Answers `textDocument/diagnostic`. */
export function answerPulls({ connection, analyzer, client, settingsOf }: ServerContext): void {
  connection.languages.diagnostics.on(async ({ textDocument: { uri }, previousResultId }, token) => {
    if (previousResultId !== undefined && (await analyzer.isCurrent(uri, previousResultId)))
      return { kind: DocumentDiagnosticReportKind.Unchanged, resultId: previousResultId };
    const outcome = await analyzer.check(uri);
    if (token.isCancellationRequested) return new ResponseError(LSPErrorCodes.RequestCancelled, "cancelled");
    if (outcome.kind === "outdated") {
      return new ResponseError(LSPErrorCodes.ServerCancelled, "the document changed meanwhile", {
        retriggerRequest: true,
      });
    }
    if (outcome.kind === "unchecked") return { kind: DocumentDiagnosticReportKind.Full, items: [] };
    const { checked } = outcome;
    const { documentation } = await settingsOf(uri);
    const report: DocumentDiagnosticReport =
      previousResultId === checked.resultId
        ? { kind: DocumentDiagnosticReportKind.Unchanged, resultId: checked.resultId }
        : {
            kind: DocumentDiagnosticReportKind.Full,
            resultId: checked.resultId,
            items: diagnosticsOf(checked, client, documentation),
          };
    return report;
  });
}

/** Publishes diagnostics of a document whenever `schedule` was called for it and the text has been checked. */
export interface DiagnosticPush {
  schedule(uri: string): void;
  clear(uri: string): void;
}

/** @param isWanted false for clients that pull: then nothing is published. */
export function pushDiagnostics(context: ServerContext, isWanted: boolean): DiagnosticPush {
  const { connection, analyzer, client, documents, settingsOf, log } = context;
  const waiting = new Set<string>();

  const publish = async ({ document, ...rest }: Checked): Promise<void> => {
    const { documentation } = await settingsOf(document.uri);
    if (documents.get(document.uri)?.revision !== document.revision) return;
    const diagnostics = diagnosticsOf({ document, ...rest }, client, documentation);
    const version = client.diagnosticVersion ? { version: document.version } : {};
    await connection.sendDiagnostics({ uri: document.uri, ...version, diagnostics });
  };
  const run = async (uri: string): Promise<void> => {
    // Edits that come meanwhile make a check outdated; the next one is for the text as it then is.
    try {
      while (waiting.has(uri)) {
        waiting.delete(uri);
        const outcome = await analyzer.check(uri);
        if (outcome.kind === "checked") await publish(outcome.checked);
        else if (outcome.kind === "unchecked" && documents.get(uri) === undefined) return;
        else if (outcome.kind === "outdated" && documents.get(uri) !== undefined) waiting.add(uri);
      }
    } finally {
      running.delete(uri);
    }
  };
  const running = new Set<string>();
  return {
    schedule(uri) {
      if (!isWanted) return;
      waiting.add(uri);
      if (running.has(uri)) return;
      running.add(uri);
      run(uri).catch((error: unknown) => log.error(`${uri}: ${String(error)}`));
    },
    clear(uri) {
      waiting.delete(uri);
      if (isWanted) void connection.sendDiagnostics({ uri, diagnostics: [] });
    },
  };
}
