/**
 * The host of a server that runs in a browser's worker: it has no disk. The client sends the parser's binaries along,
 * answers `pinscope/readFile` where it can reach files, and keeps what the server may write in a folder of its own.
 */
import { createWebParser } from "@pinscope/grammars/syntax";
import { type Connection, RequestType } from "vscode-languageserver/browser";
import { URI, Utils } from "vscode-uri";
import manifest from "../../../package.json" with { type: "json" };
import { hashText } from "../core/hash.ts";
import type { ServerHost } from "../core/host.ts";

/** Asks the client for a file's text; null where there is none. */
const readFile = new RequestType<{ readonly uri: string }, string | null, void>("pinscope/readFile");

/** Has the client write a file below its `storage`, with the folders above it. */
const writeFile = new RequestType<{ readonly uri: string; readonly text: string }, null, void>(
  "pinscope/writeFile",
);

/** What the client puts into `initializationOptions` for a server in a worker. */
interface BrowserOptions {
  /** `web-tree-sitter.wasm` and `tree-sitter-c.wasm` in base64. */
  readonly runtime?: unknown;
  readonly grammar?: unknown;
  /** Whether the client answers `pinscope/readFile`. */
  readonly readsFiles?: unknown;
  /** URI of a folder that the client answers `pinscope/writeFile` for. */
  readonly storage?: unknown;
}

export function browserHost(connection: Connection): ServerHost {
  let options: BrowserOptions = {};
  return {
    version: manifest.version,
    async readText(uri) {
      if (options.readsFiles !== true) return null;
      try {
        return await connection.sendRequest(readFile, { uri });
      } catch {
        return null;
      }
    },
    async writeText(uri, text) {
      await connection.sendRequest(writeFile, { uri, text });
    },
    initialize(given) {
      options = (typeof given === "object" ? given : null) ?? {};
    },
    loadParser() {
      const { runtime, grammar } = options;
      if (typeof runtime !== "string" || typeof grammar !== "string")
        return Promise.reject(
          new Error("initializationOptions lack the parser's binaries: runtime, grammar"),
        );
      return createWebParser({ runtime: bytesOf(runtime), grammar: bytesOf(grammar) });
    },
    ruleDocumentation: () => Promise.resolve(null),
    baselineUri(folderUri) {
      const { storage } = options;
      if (typeof storage !== "string") return null;
      const folder = URI.parse(storage);
      return Utils.joinPath(folder, "baselines", `${hashText(folderUri)}.json`).toString();
    },
    memory: () => null,
    // A timer would wait four milliseconds; a message to oneself queues behind those that have come.
    yieldToMessages: () =>
      new Promise((resolve) => {
        const { port1, port2 } = new MessageChannel();
        // As browsers have it; Node's types know its own form only.
        (port1 as unknown as { onmessage: () => void }).onmessage = () => {
          port1.close();
          resolve();
        };
        port2.postMessage(null);
      }),
  };
}

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
