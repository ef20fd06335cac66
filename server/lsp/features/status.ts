/**
 * What a status item shows: kernel, functions read and not read, time, troubles. Sent as `pinscope/status` to clients that
 * ask for it, and answered by a command.
 */
import { NotificationType } from "vscode-languageserver";
import type { Checked } from "../core/checked.ts";
import type { ServerContext } from "../core/server-context.ts";
import type { WorkspaceSummary } from "./workspace-check.ts";

/** Figures of one open document. Documented in docs/lsp-extensions.md. */
export interface DocumentStatus {
  readonly uri: string;
  readonly version: number;
  readonly kernel: string;
  readonly kernelReason: string;
  readonly configUri: string | null;
  readonly functions: number;
  readonly functionsAnalyzed: number;
  readonly functionsWithSyntaxErrors: number;
  readonly functionsOverBudget: number;
  readonly findings: number;
  /** False while functions are still to be analyzed. */
  readonly settled: boolean;
  readonly ms: number;
  /** What is wrong with the configuration. */
  readonly problems: readonly string[];
  /** A defect of the checker; null normally. */
  readonly failure: string | null;
}

const statusNotification = new NotificationType<DocumentStatus>("pinscope/status");

function documentStatus({
  document,
  project,
  stats,
  findings,
  failure,
  settled,
  ms,
}: Checked): DocumentStatus {
  return {
    uri: document.uri,
    version: document.version,
    kernel: project.kernel,
    kernelReason: project.kernelReason,
    configUri: project.configUri,
    functions: stats?.functions ?? 0,
    functionsAnalyzed: stats?.functionsAnalyzed ?? 0,
    functionsWithSyntaxErrors: stats?.functionsWithSyntaxErrors ?? 0,
    functionsOverBudget: stats?.functionsOverBudget ?? 0,
    findings: findings.length,
    settled,
    ms: Math.round(ms * 10) / 10,
    problems: project.messages,
    failure: failure?.split("\n")[0] ?? null,
  };
}

export interface Status {
  checked(checked: Checked): void;
  /** @param uri a document; undefined: all open ones. */
  answer(uri: string | undefined, workspace: WorkspaceSummary | null): Promise<unknown>;
}

export function reportStatus({ connection, client, documents, analyzer, host }: ServerContext): Status {
  return {
    checked(checked) {
      if (client.status) void connection.sendNotification(statusNotification, documentStatus(checked));
    },
    async answer(uri, workspace) {
      const uris = uri === undefined ? documents.all().map((one) => one.uri) : [uri];
      const results = await Promise.all(uris.map((one) => analyzer.check(one)));
      return {
        version: host.version,
        memory: host.memory(),
        documents: results.flatMap((one) => (one.kind === "checked" ? [documentStatus(one.checked)] : [])),
        workspace,
      };
    },
  };
}
