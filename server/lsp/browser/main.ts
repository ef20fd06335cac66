/** The server as a browser's worker: talks by `postMessage`. */
import {
  BrowserMessageReader,
  BrowserMessageWriter,
  createConnection,
  ProposedFeatures,
} from "vscode-languageserver/browser";
import { startServer } from "../server.ts";
import { browserHost } from "./host.ts";

type WorkerScope = ConstructorParameters<typeof BrowserMessageReader>[0];

// The types of a worker's global scope clash with those of Node, which the rest of the project is written against.
const scope = globalThis as unknown as WorkerScope;
const connection = createConnection(
  ProposedFeatures.all,
  new BrowserMessageReader(scope),
  new BrowserMessageWriter(scope),
);
startServer(connection, browserHost(connection));
