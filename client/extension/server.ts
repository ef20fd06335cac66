/**
 * The server's life: started when there is something to check, restarted on demand. A server that dies by itself is
 * started again by the language client (five times in three minutes). Knows no feature.
 */
import * as vscode from "vscode";
import type { BaseLanguageClient, LanguageClientOptions } from "vscode-languageclient";
import type { Platform } from "./platform.ts";

export class Server implements vscode.Disposable {
  readonly #platform: Platform;
  readonly #options: LanguageClientOptions;
  readonly #onCreated: (client: BaseLanguageClient) => void;
  #running: Promise<BaseLanguageClient> | null = null;

  /** @param onCreated is told of each client before it starts: the time to register handlers. */
  constructor(
    platform: Platform,
    options: LanguageClientOptions,
    onCreated: (client: BaseLanguageClient) => void,
  ) {
    this.#platform = platform;
    this.#options = options;
    this.#onCreated = onCreated;
  }

  get checksFolders(): boolean {
    return this.#platform.checksFolders;
  }

  get isStarted(): boolean {
    return this.#running !== null;
  }

  /** The client of a running server; starts one where there is none. Rejects when it cannot be started. */
  start(): Promise<BaseLanguageClient> {
    this.#running ??= this.#launch().catch((error: unknown) => {
      this.#running = null;
      throw error;
    });
    return this.#running;
  }

  /** Has the server run one of its commands. Rejects where it refuses. */
  async ask(command: string, argument: unknown): Promise<unknown> {
    const client = await this.start();
    return client.sendRequest("workspace/executeCommand", { command, arguments: [argument] });
  }

  /** Ends the server and starts a new one. */
  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = null;
    try {
      const client = await running;
      await client?.dispose();
    } catch {
      // It never ran, or is gone already.
    }
  }

  dispose(): void {
    void this.stop();
  }

  async #launch(): Promise<BaseLanguageClient> {
    const client = await this.#platform.createClient(this.#options);
    this.#onCreated(client);
    try {
      await client.start();
    } catch (error) {
      vscode.window.showErrorMessage(`Pinscope's server does not start: ${String(error)}`);
      throw error;
    }
    return client;
  }
}
