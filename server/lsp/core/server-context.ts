/** What the features of the server share. */
import type { Connection } from "vscode-languageserver";
import type { Analyzer } from "./analyzer.ts";
import type { Baselines } from "./baselines.ts";
import type { ClientFeatures } from "./client-features.ts";
import type { DocumentStore } from "./documents.ts";
import type { FileTexts } from "./file-texts.ts";
import type { ServerHost } from "./host.ts";
import type { Logger } from "./logger.ts";
import type { Projects } from "./projects.ts";
import type { EditorSettings } from "./settings.ts";

export interface ServerContext {
  readonly connection: Connection;
  readonly host: ServerHost;
  readonly client: ClientFeatures;
  readonly log: Logger;
  readonly documents: DocumentStore;
  readonly files: FileTexts;
  readonly projects: Projects;
  readonly baselines: Baselines;
  readonly analyzer: Analyzer;
  /** The editor's settings for a document. */
  settingsOf(uri: string): Promise<EditorSettings>;
  /** The settings that hold where no document is meant. */
  generalSettings(): Promise<EditorSettings>;
  /** URIs of the workspace folders, without slashes at the end. */
  folders(): readonly string[];
  /** The workspace folder of a document, the innermost one. */
  folderOf(uri: string): string | undefined;
  /** The folder whose baseline holds for a document. */
  baselineFolder(uri: string): string;
  /**
   * Everything but the texts of open documents may have changed, or only the files given did: results are made anew and
   * shown anew.
   */
  refresh(changedFiles?: readonly string[] | null): void;
}
