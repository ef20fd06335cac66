/**
 * Findings that the user accepted: read from and written to a file outside the checked tree, or the one that the
 * settings name. Where nothing can be written they are kept for the session. Never rejects.
 */
import { type BaselineEntry, baselineFilter, formatBaseline, parseBaseline } from "@pinscope/server/report";
import { URI } from "vscode-uri";
import { uriBeside } from "./documents.ts";
import type { FileTexts } from "./file-texts.ts";
import type { ServerHost } from "./host.ts";
import { describeError, type Logger } from "./logger.ts";
import type { EditorSettings } from "./settings.ts";

type Filter = ReturnType<typeof baselineFilter>;

/** One folder's accepted findings. */
interface Baseline {
  readonly uri: string | null;
  readonly entries: readonly BaselineEntry[];
  readonly accepts: Filter;
}

export class Baselines {
  readonly #host: ServerHost;
  readonly #files: FileTexts;
  readonly #log: Logger;
  #byFolder = new Map<string, Promise<Baseline>>();

  constructor(host: ServerHost, files: FileTexts, log: Logger) {
    this.#host = host;
    this.#files = files;
    this.#log = log;
  }

  /** Which findings of a document are accepted. `folder`: URI of its workspace folder or its own. */
  async filter(folder: string, settings: EditorSettings): Promise<Filter> {
    return (await this.#open(folder, settings)).accepts;
  }

  /** Accepts findings, and writes that down. Returns where, for people. */
  async add(folder: string, settings: EditorSettings, entries: readonly BaselineEntry[]): Promise<string> {
    const before = await this.#open(folder, settings);
    const all = [...before.entries, ...entries];
    this.#byFolder.set(folder, Promise.resolve({ ...before, entries: all, accepts: baselineFilter(all) }));
    if (before.uri === null || this.#host.writeText === undefined) return "the memory of this session";
    try {
      await this.#host.writeText(before.uri, formatBaseline(all));
      this.#files.forget(before.uri);
    } catch (error) {
      this.#log.error(`${before.uri}: cannot be written: ${describeError(error)}`);
      return "the memory of this session, since the baseline cannot be written";
    }
    return URI.parse(before.uri).fsPath;
  }

  /** Settings changed, or a baseline did on disk. */
  forgetAll(): void {
    this.#byFolder = new Map();
  }

  #open(folder: string, settings: EditorSettings): Promise<Baseline> {
    let baseline = this.#byFolder.get(folder);
    if (baseline === undefined) {
      baseline = this.#read(folder, settings);
      this.#byFolder.set(folder, baseline);
    }
    return baseline;
  }

  async #read(folder: string, { baseline: told }: EditorSettings): Promise<Baseline> {
    const uri = told === null ? this.#host.baselineUri(folder) : uriBeside(folder, resolved(folder, told));
    const text = uri === null ? null : await this.#files.load(uri);
    const parsed = text === null ? [] : parseBaseline(text);
    if (typeof parsed === "string") this.#log.error(`${uri}: not a baseline: ${parsed}`);
    const entries = typeof parsed === "string" ? [] : parsed;
    // What cannot be read is not written over.
    return { uri: typeof parsed === "string" ? null : uri, entries, accepts: baselineFilter(entries) };
  }
}

function resolved(folder: string, path: string): string {
  return path.startsWith("/") ? path : `${URI.parse(folder).path}/${path}`;
}
