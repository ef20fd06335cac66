/** Entry of the extension in a desktop or remote extension host: the server is a process. */
import type * as vscode from "vscode";
import { LanguageClient, TransportKind } from "vscode-languageclient/node";
import { activateOn } from "./activation.ts";
import { clientId, clientName } from "./platform.ts";

export function activate(context: vscode.ExtensionContext): void {
  activateOn(context, {
    checksFolders: true,
    async createClient(options) {
      const module = context.asAbsolutePath("server/dist/lsp.mjs");
      return new LanguageClient(clientId, clientName, { module, transport: TransportKind.ipc }, options);
    },
  });
}
