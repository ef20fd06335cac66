/**
 * Texts of files, those of open documents before those on disk, remembered until they change. What asks for files in
 * one go (the checker, the configuration) is asked again until it names no new ones.
 */
import type { DocumentStore } from "./documents.ts";
import { uriBeside } from "./documents.ts";
import type { ServerHost } from "./host.ts";

/** UTF-16 units of file texts that are remembered; beyond it the memory starts anew. */
const memoryLimit = 32 * 1024 * 1024;

/** How often a computation may ask for more files: the depth to which includes are followed. */
const roundLimit = 64;

export class FileTexts {
  readonly #host: ServerHost;
  readonly #documents: DocumentStore;
  #texts = new Map<string, string | null>();
  #held = 0;

  constructor(host: ServerHost, documents: DocumentStore) {
    this.#host = host;
    this.#documents = documents;
  }

  /** The text at once, if it is known; undefined where it has to be loaded. */
  known(uri: string): string | null | undefined {
    return this.#documents.get(uri)?.text ?? this.#texts.get(uri);
  }

  async load(uri: string): Promise<string | null> {
    const known = this.known(uri);
    if (known !== undefined) return known;
    const text = await this.#host.readText(uri);
    this.#held += text?.length ?? 0;
    if (this.#held > memoryLimit) {
      this.#texts = new Map();
      this.#held = text?.length ?? 0;
    }
    this.#texts.set(uri, text);
    return this.known(uri) ?? text;
  }

  /** The file changed on disk, was made or was deleted. */
  forget(uri: string): void {
    this.#held -= this.#texts.get(uri)?.length ?? 0;
    this.#texts.delete(uri);
  }

  /** Folders came or went: nothing remembered can be trusted. */
  forgetAll(): void {
    this.#texts = new Map();
    this.#held = 0;
  }

  /**
   * Runs a computation that reads files by path, again and again until it reads none that is not loaded. Paths are of
   * the place that `base`, a URI, is at.
   */
  async reading<Result>(
    base: string,
    compute: (read: (path: string) => string | null) => Result,
  ): Promise<Result> {
    const texts = new Map<string, string | null>();
    for (let round = 0; ; round++) {
      const wanted = new Set<string>();
      const result = compute((path) => {
        const text = texts.get(path);
        if (text === undefined) wanted.add(path);
        return text ?? null;
      });
      if (wanted.size === 0 || round === roundLimit) return result;
      await Promise.all(
        [...wanted].map(async (path) => {
          texts.set(path, await this.load(uriBeside(base, path)));
        }),
      );
    }
  }
}
