/** Public face: the language server, to be put on a connection, and the host of a process. */
export type { ServerHost } from "./core/host.ts";
export { startServer } from "./server.ts";
