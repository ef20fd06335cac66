/** The server as a process: `--stdio`, or what vscode-languageclient passes (`--node-ipc`, `--pipe=…`, `--socket=…`). */
import { createConnection, ProposedFeatures } from "vscode-languageserver/node";
import { startServer } from "../server.ts";
import { nodeHost } from "./host.ts";

startServer(createConnection(ProposedFeatures.all), nodeHost());
