/**
 * Entry of the extension in a browser: the server is a worker, which reads files through the editor.
 */
import * as vscode from "vscode";
import {
  BrowserMessageReader,
  BrowserMessageWriter,
  LanguageClient,
  type MessageTransports,
} from "vscode-languageclient/browser";
import { activateOn } from "./activation.ts";
import { clientId, clientName } from "./platform.ts";

/** What this file needs of the browser. */
declare class Worker {
  constructor(url: string);
  terminate(): void;
}

export function activate(context: vscode.ExtensionContext): void {
  const read = (name: string) =>
    vscode.workspace.fs.readFile(vscode.Uri.joinPath(context.extensionUri, "server/dist", name));
  let worker: Worker | null = null;
  context.subscriptions.push({ dispose: () => worker?.terminate() });
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
      const start = async (): Promise<MessageTransports> => {
        // One that was told to end, or died, does not end by itself.
        worker?.terminate();
        worker = new Worker(url);
        return transportsOf(worker);
      };
      const client = new LanguageClient(clientId, clientName, start, {
        ...options,
        initializationOptions: {
          ...options.initializationOptions,
          runtime: base64(runtime),
          grammar: base64(grammar),
          readsFiles: true,
          storage: context.globalStorageUri.toString(),
        },
      });
      client.onRequest("pinscope/readFile", ({ uri }: { readonly uri: string }) => readText(uri));
      client.onRequest(
        "pinscope/writeFile",
        ({ uri, text }: { readonly uri: string; readonly text: string }) =>
          writeText(context.globalStorageUri, vscode.Uri.parse(uri), text),
      );
      return client;
    },
  });
}

/** Both directions of the talk. Made here, since the language client does not know the host's workers as such. */
function transportsOf(worker: Worker): MessageTransports {
  const scope = worker as never;
  return { reader: new BrowserMessageReader(scope), writer: new BrowserMessageWriter(scope) };
}

async function readText(uri: string): Promise<string | null> {
  try {
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(vscode.Uri.parse(uri)));
  } catch {
    return null;
  }
}

/** Writes a file of the extension's own, and nothing else. */
async function writeText(storage: vscode.Uri, file: vscode.Uri, text: string): Promise<null> {
  if (
    file.scheme !== storage.scheme ||
    !file.path.startsWith(`${storage.path}/`) ||
    file.path.includes("/../")
  )
    throw new Error(`${file.toString()} is not in the extension's storage`);
  await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(text));
  return null;
}

/** Messages are JSON, so bytes travel as text. */
function base64(bytes: Uint8Array): string {
  const chunk = 0x8000;
  let text = "";
  for (let at = 0; at < bytes.length; at += chunk)
    text += String.fromCharCode(...bytes.subarray(at, at + chunk));
  return btoa(text);
}
