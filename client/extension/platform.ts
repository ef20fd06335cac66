/** What the desktop's extension host and a browser's do differently. */
import type { BaseLanguageClient, LanguageClientOptions } from "vscode-languageclient";

export interface Platform {
  /** Makes a client of a server that is not started yet. Called anew for each start. */
  createClient(options: LanguageClientOptions): Promise<BaseLanguageClient>;
  /** Whether the server can check whole folders. */
  readonly checksFolders: boolean;
}

/** Under which name the client is known: prefix of its settings, name of its output channel. */
export const clientId = "pinscope";
export const clientName = "Pinscope";
