/**
 * Keeps the editor's settings: asked of the client per folder where it answers such questions, else what it sent by
 * itself.
 */
import type { Connection } from "vscode-languageserver";
import type { ClientFeatures } from "./client-features.ts";
import { describeError, type Logger } from "./logger.ts";
import { defaultSettings, type EditorSettings, readSettings } from "./settings.ts";

const section = "pinscope";

export class EditorSettingsStore {
  readonly #connection: Connection;
  readonly #client: ClientFeatures;
  readonly #log: Logger;
  #pushed: EditorSettings = defaultSettings;
  #byScope = new Map<string, Promise<EditorSettings>>();
  readonly #told = new Set<string>();

  constructor(connection: Connection, client: ClientFeatures, log: Logger) {
    this.#connection = connection;
    this.#client = client;
    this.#log = log;
  }

  /** @param scope URI of a folder or document; undefined: of no resource. */
  of(scope: string | undefined): Promise<EditorSettings> {
    if (!this.#client.configuration) return Promise.resolve(this.#pushed);
    const key = scope ?? "";
    let settings = this.#byScope.get(key);
    if (settings === undefined) {
      settings = this.#ask(scope);
      this.#byScope.set(key, settings);
    }
    return settings;
  }

  /** Settings changed. `values` is what the client sent along: everything, or nothing where it is to be asked. */
  changed(values: unknown): void {
    this.#byScope = new Map();
    if (this.#client.configuration || typeof values !== "object" || values === null) return;
    const own = (values as Readonly<Record<string, unknown>>)[section];
    this.#pushed = this.#read(own === undefined ? values : own);
  }

  async #ask(scope: string | undefined): Promise<EditorSettings> {
    try {
      const item = scope === undefined ? { section } : { section, scopeUri: scope };
      return this.#read(await this.#connection.workspace.getConfiguration(item));
    } catch (error) {
      this.#log.error(`the client did not tell its settings: ${describeError(error)}`);
      return this.#pushed;
    }
  }

  #read(values: unknown): EditorSettings {
    const { settings, problems } = readSettings(values);
    for (const problem of problems) {
      if (this.#told.has(problem)) continue;
      this.#told.add(problem);
      this.#log.warn(problem);
    }
    return settings;
  }
}
