/** What the client can do, read once from its capabilities. */
import type { InitializeParams } from "vscode-languageserver";

export interface ClientFeatures {
  readonly pullsDiagnostics: boolean;
  readonly refreshesDiagnostics: boolean;
  readonly relatedInformation: boolean;
  readonly codeDescription: boolean;
  readonly diagnosticData: boolean;
  readonly diagnosticVersion: boolean;
  readonly configuration: boolean;
  readonly configurationChanges: boolean;
  readonly workspaceFolders: boolean;
  readonly watchesFiles: boolean;
  readonly refreshesLenses: boolean;
  readonly refreshesHints: boolean;
  readonly markdownHover: boolean;
  readonly codeActionLiterals: boolean;
  readonly resolvesCodeActions: boolean;
  readonly documentChanges: boolean;
  readonly changeAnnotations: boolean;
  readonly workDoneProgress: boolean;
  /** Asks for `pinscope/status` notifications. */
  readonly status: boolean;
  /** Shows what commands answer with by itself. */
  readonly showsResults: boolean;
}

/** Missing and malformed parts count as not supported. */
export function readClientFeatures({
  capabilities,
  initializationOptions,
}: InitializeParams): ClientFeatures {
  const { textDocument, workspace, window } = capabilities ?? {};
  const published = textDocument?.publishDiagnostics;
  const pulled = textDocument?.diagnostic;
  const edits = workspace?.workspaceEdit;
  const options = (typeof initializationOptions === "object" ? initializationOptions : null) as {
    readonly status?: unknown;
    readonly showsResults?: unknown;
  } | null;
  return {
    pullsDiagnostics: pulled !== undefined,
    refreshesDiagnostics: workspace?.diagnostics?.refreshSupport === true,
    relatedInformation: published?.relatedInformation === true || pulled?.relatedInformation === true,
    codeDescription: published?.codeDescriptionSupport === true || pulled?.codeDescriptionSupport === true,
    diagnosticData: published?.dataSupport === true || pulled?.dataSupport === true,
    diagnosticVersion: published?.versionSupport === true,
    configuration: workspace?.configuration === true,
    configurationChanges: workspace?.didChangeConfiguration?.dynamicRegistration === true,
    workspaceFolders: workspace?.workspaceFolders === true,
    watchesFiles: workspace?.didChangeWatchedFiles?.dynamicRegistration === true,
    refreshesLenses: workspace?.codeLens?.refreshSupport === true,
    refreshesHints: workspace?.inlayHint?.refreshSupport === true,
    markdownHover: textDocument?.hover?.contentFormat?.includes("markdown") === true,
    codeActionLiterals: textDocument?.codeAction?.codeActionLiteralSupport !== undefined,
    resolvesCodeActions: textDocument?.codeAction?.resolveSupport?.properties.includes("edit") === true,
    documentChanges: edits?.documentChanges === true,
    changeAnnotations: edits?.changeAnnotationSupport !== undefined,
    workDoneProgress: window?.workDoneProgress === true,
    status: options?.status === true,
    showsResults: options?.showsResults === true,
  };
}
