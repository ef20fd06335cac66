/** The language status item: kernel, functions read and not read, time. Shown beside the language's name. */
import * as vscode from "vscode";
import type { BaseLanguageClient } from "vscode-languageclient";
import { documentSelector } from "./documents.ts";

/** What `pinscope/status` says of a document; docs/lsp-extensions.md describes it. */
interface DocumentStatus {
  readonly uri: string;
  readonly kernel: string;
  readonly kernelReason: string;
  readonly functions: number;
  readonly functionsAnalyzed: number;
  readonly functionsWithSyntaxErrors: number;
  readonly functionsOverBudget: number;
  readonly findings: number;
  readonly settled: boolean;
  readonly ms: number;
  readonly problems: readonly string[];
  readonly failure: string | null;
}

export interface StatusItem extends vscode.Disposable {
  /** Listens to a server. */
  follow(client: BaseLanguageClient): void;
}

export function showStatus(): StatusItem {
  const item = vscode.languages.createLanguageStatusItem("pinscope.status", [...documentSelector]);
  item.name = "Pinscope";
  item.text = "Pinscope: nothing to follow";
  item.detail = "No API that takes or lets go pages is named in an open file.";
  item.command = { title: "Select kernel version", command: "pinscope.selectKernelVersion" };
  const byDocument = new Map<string, DocumentStatus>();
  const show = (): void => {
    const uri = vscode.window.activeTextEditor?.document.uri.toString();
    const status = uri === undefined ? undefined : byDocument.get(uri);
    if (status !== undefined) fill(item, status);
  };
  const editors = vscode.window.onDidChangeActiveTextEditor(show);
  const closed = vscode.workspace.onDidCloseTextDocument(({ uri }) => byDocument.delete(uri.toString()));
  return {
    follow(client) {
      client.onNotification("pinscope/status", (status: DocumentStatus) => {
        byDocument.set(vscode.Uri.parse(status.uri).toString(), status);
        show();
      });
    },
    dispose: () => vscode.Disposable.from(item, editors, closed).dispose(),
  };
}

function fill(item: vscode.LanguageStatusItem, status: DocumentStatus): void {
  const findings = `${status.findings} finding${status.findings === 1 ? "" : "s"}`;
  item.busy = !status.settled;
  item.text = `Pinscope: ${findings}, kernel ${status.kernel}`;
  const unread = [
    ...(status.functionsWithSyntaxErrors > 0 ? [`${status.functionsWithSyntaxErrors} not read whole`] : []),
    ...(status.functionsOverBudget > 0 ? [`${status.functionsOverBudget} not followed to the end`] : []),
  ];
  const trouble = [...(status.failure === null ? [] : [status.failure]), ...status.problems];
  item.detail = [
    `${status.functionsAnalyzed} of ${status.functions} functions followed`,
    ...unread,
    `${status.ms} ms`,
    status.kernelReason,
    ...trouble,
  ].join(" · ");
  item.severity =
    trouble.length > 0 ? vscode.LanguageStatusSeverity.Warning : vscode.LanguageStatusSeverity.Information;
}
