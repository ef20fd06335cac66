/**
 * Entry of the extension in a browser: the server is a worker, which reads files through the editor.
 */
import * as vscode from "vscode";
import { LanguageClient } from "vscode-languageclient/browser";
import { activateOn } from "./activation.ts";
import { clientId, clientName } from "./platform.ts";

/** What this file needs of the browser. */
declare const Worker: new (url: string) => never;

export function activate(context: vscode.ExtensionContext): void {
  const read = (name: string) =>
    vscode.workspace.fs.readFile(vscode.Uri.joinPath(context.extensionUri, "server/dist", name));
  activateOn(context, {
    checksFolders: false,
    async createClient(options) {
      const [script, runtime, grammar] = await Promise.all([
        read("lsp-browser.js"),
        read("web-tree-sitter.wasm"),
        read("tree-sitter-c.wasm"),
      ]);
      // Workers of remote extensions cannot be started by their address; from memory they can everywhere.
      const url = URL.createObjectURL(new Blob([new Uint8Array(script)], { type: "text/javascript" }));
      const client = new LanguageClient(clientId, clientName, async () => new Worker(url), {
        ...options,
        initializationOptions: {
          ...options.initializationOptions,
          runtime: base64(runtime),
          grammar: base64(grammar),
          readsFiles: true,
        },
      });
      client.onRequest("pinscope/readFile", ({ uri }: { readonly uri: string }) => readText(uri));
      return client;
    },
  });
}

async function readText(uri: string): Promise<string | null> {
  try {
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(vscode.Uri.parse(uri)));
  } catch {
    return null;
  }
}

/** Messages are JSON, so bytes travel as text. */
function base64(bytes: Uint8Array): string {
  const chunk = 0x8000;
  let text = "";
  for (let at = 0; at < bytes.length; at += chunk)
    text += String.fromCharCode(...bytes.subarray(at, at + chunk));
  return btoa(text);
}
